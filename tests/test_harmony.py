"""Laws of the hand and of voice leading."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stages import score_of, stages_of

from scores.composing.form import groups, weight
from scores.composing.hands.fretting import left_hand
from scores.composing.hands.voicing import choose_voicing, voicings
from scores.composing.stage import Memory
from scores.faults import ScoreFault
from scores.theory import QUALITIES, Chord, Meter, parse_chord
from scores.theory.fretboard import FINGERS, MUTED, SPAN_FRETS, TUNINGS, required_tones, shapes

ROOTS = ["C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"]
PROGRESSION = "| Cm | Abmaj7 | Eb/G | Bb | Fm7 | G7sus4 G7 | Cm | Abmaj7 |"


def mean_movement(sequence: Sequence[Sequence[float]]) -> float:
    """Semitones that each of the three upper voices moves from chord to chord, on average."""
    return float(np.mean([np.abs(np.sort(a)[-3:] - np.sort(b)[-3:]) for a, b in pairwise(sequence)]))


def fingers_needed(frets: tuple[int, ...]) -> int:
    """Fingers by brute force: every placing of an index across neighbouring strings, or none."""
    best = held = sum(fret > 0 for fret in frets)
    lowest = min((fret for fret in frets if fret > 0), default=0)
    for low, high in combinations(range(6), 2):
        across = frets[low: high + 1]
        if lowest and min(across) == lowest:
            best = min(best, held - across.count(lowest) + 1)
    return best


@pytest.mark.parametrize("capo", [0, 3])
def test_every_chord_has_shapes_that_a_hand_can_play(capo: int) -> None:
    """All qualities on all roots: one note a string, four frets, four fingers, the bass lowest, no tone missing."""
    for root in ROOTS[::3 if capo else 1]:  # a capo moves what is found without it
        for quality in QUALITIES:
            chord = parse_chord(root + quality)
            table = shapes(chord, "standard", capo)
            assert table.shapes, chord.symbol
            for shape in table.shapes:
                held = [fret for fret in shape.frets if fret > 0]
                assert len(shape.frets) == 6
                assert not held or max(held) - min(held) < SPAN_FRETS
                assert fingers_needed(shape.frets) <= shape.fingers <= FINGERS, str(shape)
                assert shape.pitches == tuple(TUNINGS["standard"][s] + capo + shape.frets[s] for s in shape.strings)
                assert list(shape.pitches) == sorted(set(shape.pitches)), "voices cross"
                assert shape.pitches[0] % 12 == chord.bass
                sounding = {pitch % 12 for pitch in shape.pitches}
                assert required_tones(chord) <= sounding <= set(chord.pitch_classes)


def test_the_slash_note_is_the_lowest_in_every_shape() -> None:
    """Any triad or seventh chord over any of its own tones has the slash note at the bottom."""
    names = dict(enumerate(ROOTS))
    for root in ROOTS:
        for quality in ("", "m", "7", "maj7", "m7", "m7b5"):
            for bass in parse_chord(root + quality).pitch_classes:
                chord = parse_chord(f"{root}{quality}/{names[bass]}")
                table = shapes(chord, "standard", 0)
                assert table.shapes, chord.symbol
                assert {shape.pitches[0] % 12 for shape in table.shapes} == {bass}


@pytest.mark.parametrize("symbol, shape", [("Am", "x02210"), ("F", "133211"), ("Bm7", "x24232"), ("G7", "320001"),
                                           ("Cm", "x35543"), ("D/F#", "2x0232"), ("E", "022100")])
def test_the_shapes_of_every_chord_book_are_found(symbol: str, shape: str) -> None:
    assert shape in {str(found) for found in shapes(parse_chord(symbol), "standard", 0).shapes}


def test_a_barre_needs_every_string_under_it_held() -> None:
    """``111111`` is one finger; with an open or a muted string between, the index cannot lie across."""
    fm = {str(shape): shape for shape in shapes(parse_chord("Fm"), "standard", 0).shapes}
    assert fm["133111"].fingers == 3
    for table in (shapes(parse_chord(root + "m7"), "standard", 0) for root in ROOTS):
        for shape in table.shapes:
            at_lowest = [s for s, fret in enumerate(shape.frets) if fret == shape.position > 0]
            if len(at_lowest) > 1 and any(shape.frets[s] in (0, MUTED) for s in range(at_lowest[0], at_lowest[-1])):
                assert shape.fingers == sum(fret > 0 for fret in shape.frets)


def test_a_chord_that_no_hand_can_play_is_a_fault_of_the_harmony() -> None:
    with pytest.raises(ScoreFault) as caught:
        left_hand(stages_of(score_of("| C | Ebm9/D |", play="pad"))[0], "low")
    assert caught.value.fault.path == ("sections", 0, "harmony")
    assert caught.value.fault.found == "Ebm9/D"


def test_an_unknown_tuning_is_a_fault_with_the_nearest_spelling() -> None:
    with pytest.raises(ScoreFault) as caught:
        left_hand(stages_of(score_of(play="pad", part_tuning="dropd"))[0], "low")
    assert caught.value.fault.path == ("parts", "player", "tuning")
    assert caught.value.fault.nearest == "drop_d"


@pytest.mark.parametrize("tessitura", ["low", "mid", "high"])
def test_the_left_hand_moves_its_voices_less_than_root_position_barres(tessitura: str) -> None:
    """Led shapes move less on average than the movable E barre of each chord, slid along the neck."""
    held = left_hand(stages_of(score_of(PROGRESSION, bars=8, play="pad"))[0], tessitura)
    led = mean_movement([item.shape.pitches for item in held if item.shape])
    slid = mean_movement([e_barre(item.span.chord) for item in held if item.span.chord])
    assert led < 0.8 * slid


def e_barre(chord: Chord) -> list[int]:
    """Root position as a beginner plays it: root on the lowest string, then fifth, root, third, fifth, root."""
    root, intervals = chord.root, chord.intervals
    bottom = 40 + (root - 40) % 12
    return [bottom, bottom + 7, bottom + 12, bottom + 12 + intervals[1], bottom + 19, bottom + 24]


def test_registers_put_two_guitars_in_different_positions() -> None:
    stage = stages_of(score_of(PROGRESSION, bars=8, play="pad", temperature=0))[0]
    mean = {}
    for tessitura in ("low", "mid", "high"):
        stage.memory = Memory()
        tops = [max(item.shape.pitches) for item in left_hand(stage, tessitura) if item.shape]
        mean[tessitura] = np.mean(tops)
    assert mean["low"] + 3 < mean["high"]
    assert mean["low"] < mean["mid"] < mean["high"]


def test_a_chord_that_returns_tends_to_be_held_as_before() -> None:
    """The hand remembers: the same four chords again are mostly the same four shapes, at the song's temperature."""
    same = total = 0
    for seed in range(6):
        held = left_hand(stages_of(score_of(bars=16, play="pad", seed=seed))[0], "low")
        first, later = [str(item.shape) for item in held[:4]], [str(item.shape) for item in held[4:]]
        same += sum(shape == first[i % 4] for i, shape in enumerate(later))
        total += len(later)
    assert same / total > 0.4  # of eight candidates


def test_keyboard_voices_move_less_than_root_position() -> None:
    """Chosen voicings move half as far as root-position chords, and hold common tones; the cold ones still less."""
    movement = {}
    for temperature in (0.0, 0.7):
        led, blocks, held = [], [], 0
        for seed in range(5):
            stage = stages_of(score_of(PROGRESSION, bars=8, play="pad", seed=seed, temperature=temperature))[0]
            previous: tuple[int, ...] | None = None
            for bar in stage.bars:
                chord = bar.chords[0][1]
                assert chord is not None
                voicing = choose_voicing(stage, "test", bar.start_beats, chord, previous, voices=4, low=52, high=76)
                if previous is not None:
                    led.append(mean_movement([previous, voicing]))
                    held += bool(set(previous) & set(voicing))
                previous = voicing
                root = 52 + (chord.root - 52) % 12
                blocks.append([root + step for step in (*chord.intervals[:3], 12)])
        movement[temperature] = float(np.mean(led))
        assert movement[temperature] < 0.6 * mean_movement(blocks)
        assert held >= 5 * 5  # of seven changes in each take
    assert movement[0.0] < movement[0.7]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ROOTS), st.sampled_from(list(QUALITIES)), st.integers(3, 5))
def test_a_voicing_holds_only_chord_tones_and_keeps_the_third(root: str, quality: str, voices: int) -> None:
    """The cheapest voicings of any chord keep its third (or what stands for it) and lie in range, rising."""
    chord = parse_chord(root + quality)
    table, cost = voicings(chord.root, chord.intervals, chord.bass, voices, 48, 84)
    best = table[int(np.argmin(cost))]
    assert set(best % 12) <= set(chord.pitch_classes)
    assert (np.diff(best) > 0).all()
    assert 48 <= best[0] <= best[-1] <= 84
    if len(chord.intervals) > 2:
        assert (chord.root + chord.intervals[1]) % 12 in set(best % 12)


def test_the_harmony_of_an_uneven_meter_has_groups() -> None:
    """5/4 is three and two beats, 6/8 two threes, 7/8 three, two and two; each bar is filled exactly."""
    eighth = Fraction(1, 2)
    assert groups(Meter(5, 4), eighth) == (6, 4)
    assert groups(Meter(6, 8), eighth) == (3, 3)
    assert groups(Meter(7, 8), eighth) == (3, 2, 2)
    assert weight(Meter(5, 4), 3.0) > weight(Meter(5, 4), 2.0)
    for numerator in range(1, 33):
        for denominator in (1, 2, 4, 8, 16, 32):
            meter, unit = Meter(numerator, denominator), min(eighth, Fraction(4, denominator))
            assert sum(groups(meter, unit)) * unit == meter.bar_beats
