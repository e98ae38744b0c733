"""Chord symbols as MuseScore, ChordPro, iReal Pro and JJazzLab spell them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scores.notation import NotationError
from scores.theory import QUALITIES, parse_chord
from scores.theory.qualities import tones

SPELLINGS = {
    "iReal Pro": "^ - + o h sus ^7 -7 7 7sus h7 o7 ^9 ^13 6 69 ^7#11 ^9#11 ^7#5 -6 -69 -^7 -^9 -9 -11 -7b5 h9 -b6 -#5 "
                 "9 7b9 7#9 7#11 7b5 7#5 9#11 9b5 9#5 7b13 7#9#5 7#9b5 7#9#11 7b9#11 7b9b5 7b9#5 7b9#9 7b9b13 7alt 13 "
                 "13#11 13b9 13#9 7b9sus 7susadd3 9sus 13sus 7b13sus 11 2 5 add9 -add9",
    "MuseScore": "Maj7 maj7 ma7 Ma7 MA7 M7 t7 t 0 07 o7 mi7 MI7 min7 mmaj7 mMa7 miMa7 -Δ7 m(maj9) ma13 m13 mi6 m(add9) "
                 "(add2) add4 sus2 7sus4 9sus4 13sus4 maj7#5 +M7 augmaj7 +7 aug7 7(b9,b13) Maj9#11 7♯9 m7♭5 dim °7 "
                 "dim9 alt add13 (no3) omit5 major minor 13(#11) 6/9 m6/9 maj7sus2 ∆7 9sus4",
    "ChordPro": "7M maj7 7-5 7-9 7+5 7+9 7+ 9+ 711 7-13 7-9#5 7-9-5 7-9sus 9sus 9add6 maj711 maj7sus4 maj911 911 sus9 "
                "6sus2 m#5 m7-5 mmaj9 m9maj7 m9^7 mb6 m#7 msus4 h h7 13sus2 13-9 ^711 -5",
    "JJazzLab": "7M 9M 13M -7M m7M m9M M9 M13 7M#11 sus 7sus 13 m11 m13 M6 7th 67 79 713 M7add13 maj79 7dim 7dim7M "
                "dim5 maug m97M m7M9 dim7M 13-9-5 sus713 74 94 134 Maj7Lyd 7Mlyd",
    "old MuseScore": "5b Lyd Phryg Tristan (blues) 7(Blues) add#13 add#11#13 sus#4 dim7add#7 7sus#5#9#11 13susb5b9",
}


@pytest.mark.parametrize("program", SPELLINGS)
def test_every_spelling_of_a_program_is_taken_on_every_root(program: str) -> None:
    for suffix in SPELLINGS[program].split():
        for root in ("C", "F#", "E♭"):
            if suffix[0] not in "♭♯#b":
                assert parse_chord(root + suffix).root == {"C": 0, "F#": 6, "E♭": 3}[root]


@pytest.mark.parametrize(("symbols", "expected"), [
    ("C9sus4 C9sus", (0, 5, 7, 10, 14)), ("Cma7 C∆7 C∆ CM7 Cj7 C^7 C7M CMaj7 Cmaj7", (0, 4, 7, 11)),
    ("E7♯9 E7#9 E7+9 E7(#9)", (0, 4, 7, 10, 15)), ("Cø Ch7 C0 Cm7-5 C-7b5 Cm7(♭5)", (0, 3, 6, 10)),
    ("CmM7 C-Δ7 Cm#7 Cm7M C-^7 Cm(maj7)", (0, 3, 7, 11)), ("C7#5 C+7 C7+ Caug7 C7+5", (0, 4, 8, 10)),
    ("C13#11", (0, 4, 7, 10, 18, 21)), ("C7susadd3", (0, 4, 5, 7, 10)), ("C7alt Calt", (0, 4, 8, 10, 15)),
    ("C7b9b13 C7(b9,b13) C7-9-13", (0, 4, 7, 10, 13, 20)), ("C6/9 C69", (0, 4, 7, 9, 14)), ("C(no3)", (0, 7)),
    ("Cm9maj7 CmMaj9 C-^9", (0, 3, 7, 11, 14)), ("C-b6 Cmb6", (0, 3, 7, 8)), ("Cmaj711", (0, 4, 7, 11, 17)),
    ("C4 Csus", (0, 5, 7)), ("C74 C7sus", (0, 5, 7, 10)), ("C67 C7add6", (0, 4, 7, 9, 10)),
    ("C7dim C°7 Cdim7", (0, 3, 6, 9)), ("Cdim7add#7", (0, 3, 6, 9, 11)), ("C5b C(b5)", (0, 4, 6)),
    ("CLyd CM7lyd CMaj9#11", (0, 4, 7, 11, 14, 18)), ("CTristan", (0, 6, 10, 15)), ("Csus#4", (0, 6, 7))])
def test_spellings_of_one_chord_are_its_tones(symbols: str, expected: tuple[int, ...]) -> None:
    for symbol in symbols.split():
        chord = parse_chord(symbol)
        assert chord.intervals == expected, symbol


def test_the_commonest_qualities_are_what_their_spelling_says() -> None:
    assert {quality: tones(quality) for quality in QUALITIES} == QUALITIES


@pytest.mark.parametrize("word", ["Foot", "Both", "Caught", "Goth", "Add", "Boo", "Dad"])
def test_a_word_is_no_chord(word: str) -> None:
    with pytest.raises(NotationError):
        parse_chord(word)


@given(st.text("majinsudgoh#b+-0245679113^Δø°()M ", max_size=12))
def test_any_suffix_is_a_chord_or_refused_without_another_chords_meaning(suffix: str) -> None:
    """What is suggested has the numbers and accidentals that stand there, or is the triad alone."""
    try:
        chord = parse_chord("C" + suffix)
    except NotationError as error:
        if error.nearest and any(digit.isdigit() for digit in error.nearest):
            assert [c for c in error.nearest if c.isdigit()] == [c for c in suffix if c.isdigit()]
    else:
        assert 0 in chord.intervals and max(chord.intervals) <= 22
