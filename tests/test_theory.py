"""Chords, keys, notes and meters as musicians write them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from scores.notation import NotationError
from scores.theory import Meter, parse_chord, parse_key, parse_meter, parse_note


@pytest.mark.parametrize(("symbol", "tones", "bass"), [
    ("Cm", {0, 3, 7}, 0), ("Abmaj7", {8, 0, 3, 7}, 8), ("Eb/G", {3, 7, 10}, 7), ("F#m7b5", {6, 9, 0, 4}, 6),
    ("G7sus4", {7, 0, 2, 5}, 7), ("C♯m", {1, 4, 8}, 1), ("BbM7/D", {10, 2, 5, 9}, 2), ("Dadd9", {2, 6, 9, 4}, 2),
])
def test_a_chord_symbol_is_its_tones_and_its_bass(symbol: str, tones: set[int], bass: int) -> None:
    chord = parse_chord(symbol)
    assert set(chord.pitch_classes) == tones and chord.bass == bass


@pytest.mark.parametrize(("name", "number"), [("C4", 60), ("A4", 69), ("Eb3", 51), ("B#3", 60), ("Cb4", 59),
                                             ("F♯5", 78)])
def test_a_note_name_is_its_midi_number(name: str, number: int) -> None:
    assert parse_note(name) == number


@pytest.mark.parametrize(("text", "fifths", "short"), [
    ("C minor", -3, "Cm"), ("A major", 3, "A"), ("F♯ minor", 3, "F#m"), ("Eb", -3, "Eb"), ("g#m", 5, "G#m"),
    ("D dorian", 0, "Dm"), ("C moll", -3, "Cm"), ("C-minor", -3, "Cm"), ("Cmi", -3, "Cm"), ("C # minor", 4, "C#m"),
    ("B flat major", -2, "Bb"), ("fis-moll", 3, "F#m"), ("Es-Dur", -3, "Eb"), ("H moll", 2, "Bm"), ("a-moll", 0, "Am"),
])
def test_a_key_knows_its_signature_and_its_short_name(text: str, fifths: int, short: str) -> None:
    key = parse_key(text)
    assert (key.fifths, key.short) == (fifths, short)


def test_degrees_climb_the_scale_through_the_octaves() -> None:
    key = parse_key("C minor")
    assert [key.pitch(degree, 4) for degree in (-1, 0, 1, 2, 6, 7)] == [58, 60, 62, 63, 70, 72]


@pytest.mark.parametrize(("parse", "text", "nearest"), [
    (parse_chord, "Hx", "B"), (parse_note, "Hx", None),
    (parse_chord, "Cmin8", "Cm"), (parse_chord, "H7", "B7"), (parse_key, "C minr", "minor"),
    (parse_chord, "hm", "Bm"), (parse_key, "B dur", "Bb major"), (parse_chord, "xx", None),
    (parse_chord, "Ebm8b9", "Ebm"), (parse_chord, "G13b10", "G"), (parse_chord, "Gmajj9", "Gmaj9"),
    (parse_chord, "Cdimm7", "Cdim7"), (parse_chord, "E7#8", "E"), (parse_chord, "D7bb9", "D7b9"),
    (parse_chord, "Aq", "A"),
    (parse_key, "Db minor", "C# minor"),
    (parse_meter, "4/5", "4/4"), (parse_note, "H4", "B4"), (parse_note, "C", None),
])
def test_what_does_not_parse_is_refused_with_what_may_stand_there(parse: Callable[[str], object], text: str,
                                                                  nearest: str | None) -> None:
    with pytest.raises(NotationError) as error:
        parse(text)
    assert error.value.allowed
    assert error.value.nearest == nearest


def test_the_downbeat_is_the_strongest_and_half_pulses_are_weaker_than_pulses() -> None:
    common, compound = Meter(4, 4), Meter(6, 8)
    assert [common.strength(b) for b in (0, 1, 2, 3, 0.5, 0.25)] == [1, 0.5, 0.75, 0.5, 0.25, 0]
    assert [compound.strength(b) for b in (0, 1.5, 0.5, 0.25)] == [1, 0.75, 0.25, 0]


@pytest.mark.parametrize(("text", "groups", "counted"), [
    ("5/8", (3, 2), "quarters"), ("7/8", (3, 2, 2), "quarters"), ("2+2+3/8", (2, 2, 3), "quarters"),
    ("11/8", (3, 3, 3, 2), "quarters"), ("15/16", (4, 4, 4, 3), "quarters"), ("(3+3+2)/8", (3, 3, 2), "quarters"),
    ("15/8", (3, 3, 3, 3, 3), "dotted quarters"), ("12/16", (3, 3, 3, 3), "dotted eighths"),
    ("3+2/4", (1, 1, 1, 1, 1), "quarters"), ("4+3/8", (2, 2, 3), "quarters"), ("2/2", (1, 1), "halves")])
def test_the_beats_of_a_meter_are_its_groups_and_a_tempo_counts_what_all_have_in_common(
        text: str, groups: tuple[int, ...], counted: str) -> None:
    """Where beats are alike a tempo counts them, and quarters where they are not; every place has its beat."""
    meter = parse_meter(text)
    assert [length * meter.denominator / 4 for length in meter.pulse_lengths] == list(groups)
    assert meter.counted == counted
    assert sum(meter.pulse_lengths) == meter.bar_beats
    for start in meter.group_starts[1:]:
        assert meter.strength(start) >= 0.5 > meter.strength(start - Fraction(1, 4))
    for place in (0.0, 0.5, 1.25, float(meter.bar_beats) - 0.25):
        assert meter.place(meter.beat_at(place)) == pytest.approx(place)


def test_the_groups_of_an_additive_meter_stand_out_and_those_it_has_anyway_are_the_meter() -> None:
    assert parse_meter("3+2/4").strength(3) == 0.75 and parse_meter("2+3/4").strength(2) == 0.75
    assert parse_meter("3+3/8") == parse_meter("6/8") and str(parse_meter("2 + 2 + 3/8")) == "2+2+3/8"
    for wrong in ("0+3/8", "20+20/8", "3+/8", "7/6"):
        with pytest.raises(NotationError):
            parse_meter(wrong)


@pytest.mark.parametrize(("symbol", "same_as", "bass"), [
    ("C6/9", "C69", 0), ("Cm6/9/Eb", "Cm69", 3), ("C7#5", "Caug7", 0), ("G+7", "Gaug7", 7), ("D7(b9)", "D7b9", 2)])
def test_a_chord_with_a_tension_is_itself_in_each_spelling(symbol: str, same_as: str, bass: int) -> None:
    """The slash of six-nine is none before a bass."""
    one, other = parse_chord(symbol), parse_chord(same_as)
    assert (one.root, one.intervals, one.bass) == (other.root, other.intervals, bass)


def test_a_chord_with_a_tension_keeps_the_shell_and_the_tension() -> None:
    """Root, third, seventh and the tone that the symbol names are in it: C13 has its A, D7b9 its Eb, Am11 its D."""
    for symbol, tones in (("C13", {0, 4, 10, 9}), ("D7b9", {2, 6, 0, 3}), ("D7#9", {2, 6, 0, 5}),
                          ("Am11", {9, 0, 7, 2}), ("G11", {7, 11, 5, 0}), ("C69", {0, 4, 9, 2}),
                          ("Cm69", {0, 3, 9, 2})):
        assert tones <= set(parse_chord(symbol).pitch_classes), symbol
