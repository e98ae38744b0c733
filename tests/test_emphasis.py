"""Words in CAPITALS or between *asterisks* stand out: louder, and higher and longer where they are spoken."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading import read

from instruments.guide_vocal import GuideVocal
from scores.compose import compose
from scores.format.lyrics import LyricLine
from scores.performance import Note

SONG = """\
title: Emphasis
tempo: 90
key: C major
temperature: 0
parts: {voice: {instrument: guide_vocal}}
sections:
  - name: A
    bars: 4
    harmony: "| C | F | G | C |"
    play: {voice: %s}
    lyrics: ["%s"]
"""


def strong(text: str) -> list[str]:
    return [word.text for word in LyricLine.model_validate({"text": text}).words(()) if word.is_emphasised]


@pytest.mark.parametrize(("text", "words"), [
    ("I never told YOU that", ["YOU"]), ("I never told *you* that", ["you"]),
    ("no more *last goodbyes* for you, no more", ["last", "goodbyes"]), ("say no, and *no* again", ["no"]),
    ("I NEVER TOLD YOU THAT", []), ("NEVER", []), ("I ran the GPU on AI, U.S.A., OK", []), ("I am *I*", ["I"]),
    ("a [Am]word of *[C]mine*", ["mine"]), ("plain", [])])
def test_a_word_stands_out_in_capitals_or_asterisks_and_an_acronym_or_a_whole_line_does_not(
        text: str, words: list[str]) -> None:
    assert strong(text) == words


def sung(folder: Path, style: str, text: str) -> list[Note]:
    notes = compose(read(folder, SONG % (style, text)).score).notes["voice"]
    return [note for note in notes if not note.is_breath]


@pytest.mark.parametrize("style", ["sung", "spoken", "whispered"])
def test_it_is_louder_and_when_spoken_longer_and_higher(tmp_path: Path, style: str) -> None:
    plain, marked = (sung(tmp_path, style, f"we {word} said a thing about the sea") for word in ("never", "NEVER"))
    assert [note.utterance.syllable.lower() for note in marked if note.utterance] == [
        note.utterance.syllable for note in plain if note.utterance]
    assert marked[1].velocity > plain[1].velocity + 8 and marked[4].velocity == plain[4].velocity
    if style == "spoken":
        assert marked[1].pitch == pytest.approx(plain[1].pitch + 2)
        steps = [(notes[2].onset_seconds - notes[1].onset_seconds) / (notes[5].onset_seconds - notes[3].onset_seconds)
                 for notes in (plain, marked)]
        assert steps[1] > 1.15 * steps[0]


def test_its_level_is_heard(tmp_path: Path) -> None:
    """By more than 1.5 dB over the same word of the same line without it."""
    def level(text: str) -> float:
        notes = sung(tmp_path, "spoken", text)
        audio = GuideVocal().play(notes, 24000, 24000 * 8)[0].astype(float)
        start = round(notes[1].onset_seconds * 24000)
        return float((audio[start:start + 2400] ** 2).mean() / (audio**2).mean())

    assert level("we *never* said a thing about the sea") > 1.4 * level("we never said a thing about the sea")
