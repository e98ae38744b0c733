"""Verses of one tune are written once in the lead sheet, and who plays its repeats sings each verse as composed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as Xml

import mido
import pytest
from renderings import note, performance, song, utterance

from render.writers.notation.folding import lead_tree
from render.writers.notation.parts import Stave, StavePart
from render.writers.notation.tree import document, score_tree
from scores.notation_in.written import Written, written_in
from scores.performance import Note, Performance
from scores.score import Score

BARS = 6


def strophic(ends: str, **changes: object) -> tuple[Score, Performance, list[Note]]:
    """A song of verses of six bars, a letter each: verses of one letter end with the same two bars."""
    sections = [{"name": f"Verse {n}", "bars": BARS, "lyrics": "la", "play": {"voice": "sung"}}
                for n in range(1, len(ends) + 1)]
    score = song(sections=[*sections, {"name": "Coda", "bars": 2, "play": {"guitar": "strum"}}], **changes)
    notes = []
    for verse, end in enumerate(ends):
        for bar in range(BARS):
            pitch = 60 + bar if bar < BARS - 1 else 60 + ord(end) - ord("A")
            word = f"w{verse}x{bar}"
            sung = utterance(word, word, last=True, line=100 * verse + bar)
            notes.append(note(score, 4 * (verse * BARS + bar), 4, pitch, utterance=sung))
    return score, performance(score, {"voice": notes}), notes


def written_out(score: Score, played: Performance, notes: list[Note]) -> Written:
    part = StavePart("Voice", 1, (Stave("treble", tuple(notes)),))
    return written_in(document(score_tree(score, played, [part])), is_abc=False)


@pytest.mark.parametrize(("ends", "bars"), [("AA", 6), ("AAAA", 6), ("AB", 7), ("ABA", 8), ("AAB", 7), ("ABCA", 9)])
def test_folded_verses_unfold_to_what_was_composed(ends: str, bars: int) -> None:
    score, played, notes = strophic(ends)
    root = lead_tree(score, played, notes)
    assert len(list(root.iter("measure"))) == bars + 2
    assert [mark.text for mark in root.iter("rehearsal")] == [f"Verse 1–{len(ends)}", "Coda"]
    folded, whole = written_in(document(root), is_abc=False), written_out(score, played, notes)
    assert folded.parts == whole.parts
    assert folded.chords == whole.chords


def test_what_differs_in_more_than_its_end_is_written_out() -> None:
    score, played, notes = strophic("AA", tempo={"start": 120, "changes": [{"bar": 9, "to": 90}]})
    assert not list(lead_tree(score, played, notes).iter("repeat"))
    score, played, notes = strophic("AA")
    moved = [note(score, 4 * BARS, 4, 72, utterance=notes[BARS].utterance), *notes[BARS + 1:]]
    assert not list(lead_tree(score, played, [*notes[:BARS], *moved]).iter("repeat"))


@pytest.mark.whole_song
@pytest.mark.skipif(not shutil.which("mscore3"), reason="not installed: musescore3")
@pytest.mark.parametrize("ends", ["AA", "AAAA", "AAB", "ABCA", "ABAC"])
def test_musescore_plays_every_verse(ends: str, tmp_path: Path) -> None:
    score, played, notes = strophic(ends)
    (tmp_path / "sheet.musicxml").write_bytes(document(lead_tree(score, played, notes)))
    for target in ("sheet.mid", "again.musicxml"):
        subprocess.run(["mscore3", "-o", tmp_path / target, tmp_path / "sheet.musicxml"], check=True,
                       capture_output=True, timeout=60, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"})
    assert [message.note for message in mido.MidiFile(tmp_path / "sheet.mid") if message.type == "note_on"
            and message.velocity] == [round(each.pitch) for each in notes]
    again = written_in((tmp_path / "again.musicxml").read_bytes(), is_abc=False)
    assert again.parts[0].notes == written_out(score, played, notes).parts[0].notes
    assert Xml.parse(tmp_path / "again.musicxml").getroot().tag == "score-partwise"
