"""Words people sing: none stops a render, each sounds as people say it, and what was guessed is told.

The tests of a whole score use the real command, with the espeak that comes with the project.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from render.cli import main
from render.writers.manifest import read_manifest
from scores.format.text import take_marks
from scores.lyrics.phonology import is_vowel
from scores.lyrics.syllables import words

# What is written → the words as they are said.
SAID = {
    "1999": "nineteen ninety-nine", "1905": "nineteen oh five", "1900": "nineteen hundred", "3am": "three a m",
    "$5": "five dollars", "$1": "one dollar", "$5.50": "five dollars fifty", "1/2": "one half", "½": "one half",
    "3/4": "three quarters", "24/7": "twenty-four seven", "'90s": "nineties", "1990s": "nineteen nineties",
    "'99": "ninety-nine", "12:30": "twelve thirty", "3:00": "three o'clock", "T = 0.7": "T equals zero point seven",
    "AI": "A I", "L.A.": "L A", "U.S.A.": "U S A", "GPU": "G P U", "GPUs": "G P Us", "don´t": "don't",
    "tell US now": "tell US now", "LA LA": "LA LA",
}
# What is written → how it sounds, syllable by syllable.
SOUNDS = {
    "Ooooooooh": "UW1", "yeaaah": "Y AE1", "ohhh": "OW1", "nooo": "N OW1", "looove": "L AH1 V", "gooood": "G UH1 D",
    "hellooo": "HH AH0-L OW1", "Woah-oh-oh": "W OW1-OW1-OW1", "o'er": "AO1 R", "heav'n": "HH EH1 V N",
    "pow'r": "P AW1 R", "ev'ry": "EH1 V-R IY0", "hour": "AW1 R", "'cause": "K AH0 Z", "gonna": "G AA1-N AH0",
    "outta": "AW1-T AH0", "aaah": "AA1", "Mmm": "M1", "Hmm": "HH M1", "mm-hmm": "M1-HH M1", "shh": "SH1",
    "Shhhhh": "SH1", "brr": "B R ER1", "psst": "P S1 T", "sh-boom": "SH1-B UW1 M", "zzz": "Z1",
    "lengua": "L EH1 NG G-Y UW0-AH0", "fuego": "F W EY1-G OW0", "frobnicate": "F R AA1 B-N IH0-K EY2 T",
}
SONG = """\
title: Words
tempo: 80
key: C major
parts:
  voice: {instrument: guide_vocal}
sections:
  - name: A
    bars: 4
    play: {voice: sung}
    lyrics:
      - TEXT
"""


def song(folder: Path, text: str) -> Path:
    """A score of one line."""
    path = folder / "song.yaml"
    path.write_text(SONG.replace("TEXT", text), encoding="utf-8")
    return path


@pytest.mark.parametrize(("text", "said"), SAID.items())
def test_figures_and_initials_are_said_as_people_say_them(text: str, said: str) -> None:
    assert " ".join(word.text for word in words(text)) == said


@pytest.mark.parametrize(("text", "sound"), SOUNDS.items())
def test_a_word_that_people_sing_sounds_as_they_sing_it(text: str, sound: str) -> None:
    (word,) = words(text)
    assert "-".join(" ".join(syllable.phones) for syllable in word.syllables) == sound
    assert "".join(syllable.spelling for syllable in word.syllables) == text.replace("-", "")


def test_only_words_that_rules_of_spelling_have_read_are_guessed() -> None:
    line = words("Ooooh the lengua sh-boom heav'n GPUs 1999 frobnicate softmax 漢字")
    assert [word.text for word in line if word.is_guessed] == ["lengua", "frobnicate", "漢字"]


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=40))
def test_any_text_has_phones_and_every_syllable_one_sound_that_is_held(text: str) -> None:
    for word in words(text):
        for syllable in word.syllables:
            assert sum(map(is_vowel, syllable.phones)) == 1


@pytest.mark.parametrize("engine", ["espeak", "auto"])
def test_a_word_without_a_vowel_is_hummed_or_hissed(engine: str, tmp_path: Path) -> None:
    """Each of five lines of nothing else sounds in its own two bars."""
    lines = ["Hmm", "shh", "mm-hmm", "psst", "brr sh-boom etc"]
    path = song(tmp_path, "\n      - ".join(lines))
    path.write_text(path.read_text(encoding="utf-8").replace("bars: 4", "bars: 10"), encoding="utf-8")
    assert main([str(path), "--check", "--voice", engine]) == 0
    assert main([str(path), "--out", str(tmp_path), "--voice", engine]) == 0
    audio, rate = soundfile.read(tmp_path / "song" / "stems" / "01_voice.wav")
    for line, room in zip(lines, np.array_split(np.abs(audio).max(axis=1), len(lines)), strict=True):
        assert (room > 1e-3).sum() > 0.05 * rate, line


def test_what_was_guessed_is_told_with_the_line_for_the_score(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = song(tmp_path, "la lengua de fuego phthmxyz")
    assert main([str(path), "--check"]) == 0
    told = capsys.readouterr().out
    line = told[told.index("pronounce: {"):].splitlines()[0]
    assert "lengua: L EH1 NG G Y UW0 AH0, " in line and "fuego: F W EY1 G OW0" in line and "phthmxyz: " in line
    path.write_text(path.read_text(encoding="utf-8").replace("tempo: 80", f"tempo: 80\n{line}"), encoding="utf-8")
    assert main([str(path), "--out", str(tmp_path), "--voice", "espeak"]) == 0
    assert "pronounce:" not in capsys.readouterr().out
    assert not any("pronounce" in notice for notice in read_manifest(tmp_path / "song").files)


@pytest.mark.parametrize("piece", ["la !        x *!", "*a  ", "a-", "'", "1,", "$1", "A.", "sh-", "x" * 7, "3:0"])
def test_the_time_that_a_text_takes_grows_no_faster_than_its_length(piece: str) -> None:
    """Doubling a text of any kind takes at most about twice the CPU time."""
    def seconds(count: int) -> float:
        text, began = piece * count, time.process_time()
        words.__wrapped__(take_marks(text)[0][:20_000])
        return time.process_time() - began

    seconds(8)
    short, long = (min(seconds(count) for _ in range(2)) for count in (600, 1200))
    assert long < 3 * short + 0.05


def test_a_line_of_spaces_and_signs_is_refused_at_its_place_at_once(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = song(tmp_path, '"la !                                                   x *!                    ?*"')
    assert main([str(path), "--check"]) == 2
    assert "song.yaml:11:" in capsys.readouterr().err
