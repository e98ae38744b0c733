"""Scores and lead sheets that come back: what nobody touched stays to the sample, what was edited is played."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as Xml

import pytest

from render.catalogue import catalogue
from render.cli import main
from render.returned import played_back
from render.writers.abc import abc
from render.writers.notation import lead
from render.writers.notation.parts import Stave, StavePart, stave_parts
from render.writers.notation.tree import document, score_tree
from scores.compose import compose
from scores.performance import Performance
from scores.reading.read import read_score
from scores.score import Score

WALTZ = Path(__file__).parents[1] / "scores" / "waltz.yaml"


class Sent(NamedTuple):
    """A composed song with the files that went out."""

    score: Score
    performance: Performance
    files: dict[str, Path]

    def back(self, kind: str) -> tuple[Performance, list[str]]:
        return played_back(self.files[kind], self.score, self.performance, "score")


@pytest.fixture
def sent(tmp_path: Path) -> Sent:
    score = read_score(WALTZ, catalogue()).score
    performance = compose(score)
    files = {name: tmp_path / name for name in ("score.musicxml", "lead.musicxml", "lead.abc")}
    voice = StavePart("Voice", 1, (Stave("treble", tuple(lead(performance))),))
    files["score.musicxml"].write_bytes(document(score_tree(score, performance, stave_parts(score, performance))))
    files["lead.musicxml"].write_bytes(document(score_tree(score, performance, [voice])))
    files["lead.abc"].write_text(abc(score, performance), encoding="utf-8")
    return Sent(score, performance, files)


@pytest.mark.parametrize("kind", ["score.musicxml", "lead.musicxml", "lead.abc"])
def test_a_file_as_it_was_written_changes_nothing(kind: str, sent: Sent) -> None:
    """Every note of every part comes back equal: as heard, not as quantised."""
    back, told = sent.back(kind)
    assert told == []
    assert {name: list(notes) for name, notes in back.notes.items()} == {
        name: list(notes) for name, notes in sent.performance.notes.items()}


def test_an_edited_score_is_played_and_told(sent: Sent) -> None:
    """A bass note an octave lower and another word: all other notes keep strings and moments."""
    tree = Xml.parse(sent.files["score.musicxml"])
    names = {part.get("id"): part.findtext("part-name") for part in tree.iter("score-part")}
    parts = {names[part.get("id")]: part for part in tree.getroot().iter("part")}
    octave = next(parts["bass"].iter("octave"))
    octave.text = str(int(octave.text or 0) - 1)
    lyric = next(lyric for lyric in parts["voice"].iter("lyric") if lyric.findtext("syllabic") == "single")
    next(lyric.iter("text")).text = "moon"
    tree.write(sent.files["score.musicxml"])
    back, told = sent.back("score.musicxml")
    bass, was = back.notes["bass"], sent.performance.notes["bass"]
    assert (bass[0].pitch, list(bass[1:])) == (was[0].pitch - 12, list(was[1:]))
    assert list(back.notes["guitar"]) == list(sent.performance.notes["guitar"])
    assert "moon" in [note.utterance.syllable for note in back.notes["voice"] if note.utterance]
    assert f"score.musicxml, bass: {len(was) - 1} as composed, 1 moved." in told
    assert any(line.startswith("score.musicxml, voice: ") and "changed" in line for line in told)


def test_an_edited_lead_sheet_brings_its_tune_and_tells_its_chords(sent: Sent) -> None:
    """The first note of the tune at another pitch, under another chord: it keeps its moment and its syllable."""
    text = sent.files["lead.abc"].read_text(encoding="utf-8")
    first = next(note for note in sent.performance.notes["voice"] if not note.is_breath)
    edited = re.sub(r'"A"[A-Ga-g][,\']*(?=\d* )', '"F#m"E', text, count=1)
    assert edited != text
    sent.files["lead.abc"].write_text(edited, encoding="utf-8")
    back, told = sent.back("lead.abc")
    sung = [[note for note in performance.notes["voice"] if not note.is_breath]
            for performance in (sent.performance, back)]
    assert [(a.pitch, b.pitch) for a, b in zip(*sung, strict=True) if a.pitch != b.pitch] == [(first.pitch, 64)]
    assert [note.onset_seconds for note in sung[1]] == pytest.approx([note.onset_seconds for note in sung[0]], abs=1e-3)
    assert [note.utterance for note in sung[1]] == [note.utterance for note in sung[0]]
    assert told[0] == f"lead.abc, voice: {len(sung[0]) - 1} as composed, 1 moved."
    assert "lead.abc has other chords: bar 0: A → F#m" in told[-1]
    assert list(back.notes["guitar"]) == list(sent.performance.notes["guitar"])


@pytest.mark.parametrize(("name", "text", "told"), [
    ("back.musicxml", "<score-partwise", "this MusicXML is damaged"),
    ("back.xml", "<html/>", "this XML is no score"),
    ("back.abc", "", "the page is empty"),
])
def test_a_file_that_is_no_notation_is_refused(name: str, text: str, told: str, tmp_path: Path,
                                               capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / name).write_text(text)
    assert main([str(WALTZ), "--check", "--midi", str(tmp_path / name)]) == 2
    assert told in capsys.readouterr().err
    assert main([str(WALTZ), "--check", "--midi", str(tmp_path / f"no{name}")]) == 2


@pytest.mark.whole_song
@pytest.mark.skipif(not shutil.which("mscore3"), reason="not installed: musescore3")
@pytest.mark.parametrize("name", ["waltz", "barcarolle", "songs/neon_orchard"])
def test_what_musescore_saves_is_the_song_again(name: str, tmp_path: Path) -> None:
    score = read_score(WALTZ.parent / f"{name}.yaml", catalogue()).score
    performance = compose(score)
    (tmp_path / "out.musicxml").write_bytes(document(score_tree(score, performance, stave_parts(score, performance))))
    subprocess.run(["mscore3", "-o", tmp_path / "back.musicxml", tmp_path / "out.musicxml"], check=True,
                   capture_output=True, timeout=120, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"})
    back, told = played_back(tmp_path / "back.musicxml", score, performance, "score")
    assert told == []
    assert {name: list(notes) for name, notes in back.notes.items()} == {
        name: list(notes) for name, notes in performance.notes.items()}
