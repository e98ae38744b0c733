"""The small notations inside a score mean what musicians mean by them, and say what they do not take."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effects.delay import Delay
from scores.format.articulation import Marks, bend_of, parse_marks
from scores.format.harmony import parse_harmony
from scores.format.text import (
    DYNAMICS,
    dynamics_text,
    parse_curve,
    parse_dynamics,
    parse_written_notes,
)
from scores.notation import NotationError, nearest
from scores.note_values import NOTE_VALUES, parse_note_value
from scores.theory import QUALITIES, parse_chord, parse_key


def symbols(text: str) -> list[list[str]]:
    return [[chord.symbol if chord else "N.C." for chord in bar] for bar in parse_harmony(text).bars]


@pytest.mark.parametrize("text", [
    "| Cm | Ab Bb | Cm | N.C. |", "Cm | Ab Bb | Cm | N.C.", "| Cm | Ab Bb |\n| Cm | NC |", "Cm | Ab Bb\nCm | N.C.\n",
    "|| Cm | Ab Bb || Cm | N.C. ||",
])
def test_bars_are_what_stands_between_bar_lines_on_any_number_of_rows(text: str) -> None:
    assert symbols(text) == [["Cm"], ["Ab", "Bb"], ["Cm"], ["N.C."]]


def test_a_percent_sign_repeats_the_bar_before() -> None:
    assert symbols("| Cm Fm | % | % | G |") == [["Cm", "Fm"]] * 3 + [["G"]]


def test_an_empty_bar_is_refused_and_not_left_out() -> None:
    """Leaving it out would move every chord after it."""
    for text in ("| Cm | | G |", "| Cm |  | G |", "Cm || | G"):
        with pytest.raises(NotationError) as caught:
            parse_harmony(text)
        assert "bar 2 is empty" in caught.value.allowed


def test_all_wrong_chords_of_a_harmony_are_told_at_once() -> None:
    with pytest.raises(NotationError) as caught:
        parse_harmony("| % | Cmin8 | G | h | cm |")
    error = caught.value
    assert [each.found for each in (error, *error.also)] == ["%", "Cmin8", "h", "cm"]
    assert [each.nearest for each in error.also] == ["Cm", "B", "Cm"]


CHORDS = st.builds("{}{}{}".format, st.sampled_from("CDEFGAB"), st.sampled_from(["", "b", "#"]),
                   st.sampled_from([*QUALITIES]))


@given(st.lists(st.lists(CHORDS, min_size=1, max_size=3), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_a_harmony_written_out_and_read_again_is_itself(bars: list[list[str]]) -> None:
    harmony = parse_harmony("|" + "|".join(" ".join(bar) for bar in bars) + "|")
    assert parse_harmony(str(harmony)) == harmony
    assert [[chord.symbol for chord in bar if chord] for bar in harmony.bars] == bars


@pytest.mark.parametrize(("text", "quarters"), [
    ("1", 4), ("1/2", 2), ("1/4", 1), ("1/8", Fraction(1, 2)), ("1/4.", Fraction(3, 2)), ("1/8.", Fraction(3, 4)),
    ("1/2..", Fraction(7, 2)), ("1.", 6), ("1/64", Fraction(1, 16)), ("1/8T", Fraction(1, 3)), ("1/1", 4),
])
def test_a_note_value_is_its_length_in_quarters(text: str, quarters: Fraction) -> None:
    assert parse_note_value(text) == quarters


@pytest.mark.parametrize("text", ["1/3", "2", "1/4...", "1/0", "", "0", "1/256", "1/8t", "1/8.T", "quarter"])
def test_what_is_no_note_value_is_refused(text: str) -> None:
    with pytest.raises(NotationError):
        parse_note_value(text)


def test_a_parameter_of_an_effect_takes_every_note_value_that_a_written_note_does() -> None:
    """And means the same length by it: a delay of it is as long as the note. Only whole notes need their bar."""
    for value in NOTE_VALUES[1:7]:
        for longer in ("", ".", "..", "T"):
            text = f"1/{value}{longer}"
            ((note,),) = parse_written_notes(f"| C4:{text} |")
            assert Delay(time_beats=text).time_beats == pytest.approx(float(note.beats), abs=1e-15), text


def test_a_written_note_keeps_the_value_of_the_one_before_and_a_velocity_is_its_own() -> None:
    (first, second) = parse_written_notes("| C4:1/4@90 Eb4 [G3 C4 Eb4]:1/2 |\n| r:1 |")
    assert [(note.pitches, note.beats, note.velocity) for note in first] == [
        ((60,), 1, 90), ((63,), 1, None), ((55, 60, 63), 2, None)]
    assert [(note.pitches, note.beats) for note in second] == [((), 4)]


def test_all_wrong_notes_are_told_at_once() -> None:
    with pytest.raises(NotationError) as caught:
        parse_written_notes("| C4:1/3 H2 [] C4@200 E4 | [C4 X5] r:1 |")
    error = caught.value
    assert [each.found for each in (error, *error.also)] == ["1/3", "H2", "[]", "C4@200", "X5"]


@pytest.mark.parametrize(("token", "articulation", "semitones", "returns", "vibrato"), [
    ("D4(h)", "hammer_on", 0, False, False), ("A3(p)", "pull_off", 0, False, False),
    ("F4(/)", "slide", 0, False, False), ("D4(h,b3/2)", "hammer_on", 3, False, False),
    ("C4:1/8@70(pm)", "palm_mute", 0, False, False), ("[E5 B4](harm)", "harmonic", 0, False, False),
    ("C4(b1/2)", "plain", 1, False, False), ("C4(b1r, v)~", "plain", 2, True, True)])
def test_marks_of_the_hand_are_those_of_tablature(token: str, articulation: str, semitones: int, returns: bool,
                                                  vibrato: bool) -> None:
    before = "[C4 G4]" if token.startswith("[") else "C4"
    ((_, note),) = parse_written_notes(f"| {before}:1/4 {token} |")
    assert note.marks == Marks(articulation, Fraction(semitones), returns, vibrato)  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "nearest"), [
    ("C4:1/4(h)", None), ("D4 C4(h)", "C4(p)"), ("C4 D4(p)", "D4(h)"), ("C4 C4(/)", None), ("r C4(/)", None),
    ("C4(b3)", None), ("C4(b0)", None), ("C4(b1/0)", None), ("C4(hamm)", "harm"), ("C4 D4(h,p)", None), ("r(v)", None),
    ("[C4 E4] D4(h)", None), ("C4()", None), ("C4~ C4(v)", None), ("C4(v,v)", None)])
def test_marks_that_no_hand_can_follow_are_refused(text: str, nearest: str | None) -> None:
    with pytest.raises(NotationError) as caught:
        parse_written_notes(f"| {text} |")
    assert nearest is None or caught.value.nearest == nearest


def test_a_bend_rises_to_its_cents_and_stays_or_returns_a_slide_ends_at_rest_and_vibrato_is_around_the_pitch() -> None:
    for seconds in (0.15, 0.6, 3.0):
        assert bend_of(parse_marks("b1"), seconds)[-1][1] == pytest.approx(200)
        assert bend_of(parse_marks("b1/2r"), seconds)[-1][1] == pytest.approx(0)
        assert max(cents for _, cents in bend_of(parse_marks("b1/2r"), seconds)) == pytest.approx(100)
        slide = bend_of(parse_marks("/"), seconds, -3)
        assert (slide[0], slide[-1][1]) == ((0.0, -300.0), 0.0)
        vibrato = np.array(bend_of(parse_marks("v"), seconds))
        assert vibrato[:, 1].max() > 2
        assert vibrato[:, 1].mean() == pytest.approx(0, abs=2)
        for mark in ("b1", "b1/2r", "v", "b1,v"):
            times = [time for time, _ in bend_of(parse_marks(mark), seconds)]
            assert times == sorted(set(times)) and times[0] >= 0
    assert bend_of(parse_marks("v"), 3.0)[-1][0] <= 3.0


@given(st.lists(st.tuples(st.integers(0, 127), st.sampled_from(NOTE_VALUES), st.booleans()), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_written_notes_sound_the_pitches_and_lengths_that_were_written(notes: list[tuple[int, int, bool]]) -> None:
    names = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
    text = " ".join(f"{names[p % 12]}{p // 12 - 1}:1/{value}{'.' * dotted}" for p, value, dotted in notes)
    (bar,) = parse_written_notes(text)
    assert [note.pitches for note in bar] == [(p,) for p, _, _ in notes]
    assert [note.beats for note in bar] == [Fraction(4, value) * (3 if dotted else 2) / 2 for _, value, dotted in notes]


@pytest.mark.parametrize(("value", "anchors", "values"), [
    (0.5, ("start", "end"), (0.5, 0.5)), ("0.1 -> 0.3", ("start", "end"), (0.1, 0.3)),
    ("0.1→1", ("start", "end"), (0.1, 1.0)),
    ({"bar  2": 0, "line 1": "0.5", "end": 1}, ("bar 2", "line 1", "end"), (0.0, 0.5, 1.0)),
])
def test_a_curve_is_a_number_an_arrow_or_points(value: object, anchors: tuple[str, ...],
                                                values: tuple[float, ...]) -> None:
    curve = parse_curve(value, 0, 1)
    assert (curve.anchors, curve.values) == (anchors, values)


@pytest.mark.parametrize("value", [True, None, "", "0 -> 1 -> 0", 2, "-0.1", "nan", {}, {"bar 0": 1}, {"bar": 1},
                                   {"middle": 1}, []])
def test_what_is_no_curve_is_refused(value: object) -> None:
    with pytest.raises(NotationError):
        parse_curve(value, 0, 1)


def test_dynamics_rise_from_ppp_to_fff_and_are_written_as_they_were_read() -> None:
    loudness = [parse_dynamics(mark).values[0] for mark in ("ppp", "pp", "p", "mp", "mf", "f", "ff", "fff")]
    assert loudness == sorted(set(loudness)) and loudness[0] > 0 and loudness[-1] == 1
    for text in (*DYNAMICS, "p -> mf", "f -> ppp"):
        assert dynamics_text(parse_dynamics(text)) == text


@pytest.mark.parametrize(("text", "fifths"), [
    ("G# minor", 5), ("D# minor", 6), ("A# minor", 7), ("Ab minor", -7), ("E# dorian", None), ("G# major", None),
    ("Fb minor", None)])
def test_a_key_is_taken_as_long_as_its_signature_can_be_written(text: str, fifths: int | None) -> None:
    if fifths is None:
        with pytest.raises(NotationError) as caught:
            parse_key(text)
        assert caught.value.nearest is not None and parse_key(caught.value.nearest).mode == text.split()[1]
    else:
        assert parse_key(text).fifths == fifths


@given(st.text(max_size=12))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_chord_or_a_notation_error(text: str) -> None:
    try:
        assert all(0 <= tone < 12 for tone in parse_chord(text).pitch_classes)
    except NotationError as error:
        assert error.found == text.strip() and error.allowed


def test_the_nearest_word_ignores_case_and_is_none_where_nothing_is_near() -> None:
    assert nearest("Steel_Gitar", ["felt_piano", "steel_guitar"]) == "steel_guitar"
    assert nearest("zzz", ["felt_piano", "steel_guitar"]) is None
