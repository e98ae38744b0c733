"""Composing: time and touch by temperature, glitches by intensity, and the ways of playing that need no hands."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from binding import score_from

from scores.choose import softmax
from scores.compose import compose
from scores.faults import ScoreFault
from scores.performance import Note, Performance

WRITTEN = {"notes": "| C4:1/4 Eb4 G4 C5 |"}


def performance(*sections: dict[str, Any], parts: tuple[str, ...] = ("a",), **fields: Any) -> Performance:
    return compose(score_from({
        "title": "t", "tempo": 120, "key": "C minor", "parts": {name: {"instrument": "hum"} for name in parts},
        "sections": [{"bars": 8, "play": {"a": WRITTEN}, **section} for section in sections], **fields}))


def lateness_ms(notes: list[Note], result: Performance) -> np.ndarray:
    return np.array([1000 * (note.onset_seconds - result.tempo.seconds(note.onset_beats)) for note in notes])


def test_at_temperature_zero_time_is_the_grid_and_touch_is_as_written() -> None:
    result = performance({"name": "A"}, temperature=0)
    notes = list(result.notes["a"])
    assert len(notes) == 32
    assert np.abs(lateness_ms(notes, result)).max() < 1e-9
    assert [note.velocity for note in notes[:4]] == [note.velocity for note in notes[4:8]]


def test_looseness_grows_as_the_root_of_temperature() -> None:
    loose = [performance({"name": "A", "bars": 200}, temperature=temperature) for temperature in (0.2, 0.8)]
    spread = [np.std(lateness_ms(list(result.notes["a"]), result)) for result in loose]
    assert spread[0] == pytest.approx(14 * np.sqrt(0.2), rel=0.1)
    assert spread[1] / spread[0] == pytest.approx(2, rel=0.12)


def test_notes_struck_together_stay_together_and_a_strum_keeps_its_order() -> None:
    result = performance({"name": "A", "play": {"a": {"notes": "| [C4 Eb4 G4]:1 |"}}}, temperature=3)
    by_beat: dict[float, set[float]] = {}
    for note in result.notes["a"]:
        by_beat.setdefault(note.onset_beats, set()).add(note.onset_seconds)
    assert all(len(heard) == 1 for heard in by_beat.values()) and len({min(h) for h in by_beat.values()}) == 8


def test_an_edit_to_one_section_leaves_the_notes_of_the_others() -> None:
    first = performance({"name": "A"}, {"name": "B"})
    second = performance({"name": "A"}, {"name": "B", "play": {"a": {"notes": "| D4:1 |"}}})
    assert [n for n in first.notes["a"] if n.onset_beats < 32] == [n for n in second.notes["a"] if n.onset_beats < 32]


def test_a_key_struck_again_ends_its_last_note_and_nothing_outlasts_the_song() -> None:
    result = performance({"name": "A", "bars": 2, "play": {"a": {"notes": "| C4:1 | C4:1/2 C4:1/2 |"}}}, temperature=2)
    notes = result.notes["a"]
    assert all(a.end_seconds <= b.onset_seconds + 1e-9 for a, b in pairwise(notes))
    assert max(note.end_seconds for note in notes) <= result.duration_seconds


def test_a_tie_holds_a_note_over_the_bar_line_and_strikes_the_others_again() -> None:
    notes = "| r:1/2 [C4 G4]:1/2~ | [C4 E4]:1/4 C4:1/4 r:1/2 |"
    result = performance({"name": "A", "bars": 2, "play": {"a": {"notes": notes}}}, temperature=0)
    assert [(note.onset_beats, note.duration_beats, note.pitch) for note in result.notes["a"]] == [
        (2, 3, 60), (2, 2, 67), (4, 1, 64), (5, 1, 60)]


def test_a_part_enters_and_leaves_at_the_bars_it_is_told() -> None:
    result = performance({"name": "A", "play": {"a": WRITTEN | {"enters": 3, "leaves": 6}}})
    assert {note.onset_beats // 4 + 1 for note in result.notes["a"]} == {3, 4, 5}


def test_no_glitch_at_intensity_zero_and_more_and_deeper_ones_as_it_rises() -> None:
    counts, depths = [], []
    for intensity in (0, 0.2, 0.5, 0.9):
        gestures = performance({"name": "A", "bars": 64, "glitch": intensity}).gestures["a"]
        counts.append(len(gestures))
        depths.append(np.mean([g.depth for g in gestures]) if gestures else 0)
    assert counts[0] == 0
    assert np.all(np.diff(counts) > 20)
    assert depths == pytest.approx([0, 0.2, 0.5, 0.9])


def test_gestures_lie_on_the_grid_inside_their_bar_and_never_overlap() -> None:
    gestures = performance({"name": "A", "bars": 64, "glitch": 0.9}, temperature=2).gestures["a"]
    assert all(a.end_seconds <= b.onset_seconds + 1e-9 for a, b in pairwise(gestures))
    for gesture in gestures:
        assert gesture.onset_beats % 0.5 == 0
        assert gesture.onset_beats // 4 == (gesture.onset_beats + gesture.duration_beats - 1e-9) // 4


def test_a_gesture_falls_only_where_its_part_sounds() -> None:
    result = performance({"name": "A", "bars": 32, "glitch": 0.9, "play": {"a": {"notes": "| C4:1/2 r:1/2 |"}}})
    assert result.gestures["a"]
    assert all(gesture.onset_beats % 4 < 2 for gesture in result.gestures["a"])


def test_the_same_place_breaks_every_part_in_the_same_way() -> None:
    cue = {"effect": "bit_crush", "bar": 2, "beat": 3, "beats": 2, "depth": 0.8}
    result = performance({"name": "A", "cues": [cue], "play": {"a": WRITTEN, "b": WRITTEN}}, parts=("a", "b"))
    (a,), (b,) = result.gestures["a"], result.gestures["b"]
    assert (a.onset_beats, a.duration_beats, a.depth, a.effect.name) == (6, 2, 0.8, "bit_crush")
    assert a.seed == b.seed


def test_a_cue_on_a_word_falls_where_the_word_is_sung() -> None:
    cue = {"effect": "bit_crush", "line": 1, "word": "river", "beats": 1, "part": "voice"}
    result = performance({"name": "A", "lyrics": "follow the river down", "cues": [cue], "play": {"voice": "sung"}},
                         parts=("a", "voice"))
    (gesture,) = result.gestures["voice"]
    (first, _) = [note for note in result.notes["voice"] if note.utterance and note.utterance.word == "river"]
    assert gesture.onset_beats == first.onset_beats > 0


def test_a_double_plays_the_same_line_with_its_own_timing() -> None:
    double = {"style": "double", "of": "a", "interval": "third above"}
    result = performance({"name": "A", "play": {"a": WRITTEN, "b": double}}, parts=("a", "b"))
    a, b = result.notes["a"], result.notes["b"]
    assert [note.pitch for note in b[:4]] == [63, 67, 70, 75]  # C Eb G C a third higher in C minor: Eb G Bb Eb
    late = np.array([y.onset_seconds - x.onset_seconds for x, y in zip(a, b, strict=True)])
    assert 0.002 < np.mean(late) < 0.022 and np.std(late) > 0.005  # 12 ms, and both have their lag


FORWARD = {"style": "forward_pass", "logits": [3.2, 1.1, -0.4, 7.8, 0.3, -4.1, 2.9], "softmax_temperature": 1.08,
           "exp": "bar 5", "normalize": "bar 9", "argmax": "bar 25"}


def test_a_forward_pass_plays_all_degrees_then_lets_the_small_die_then_keeps_one() -> None:
    notes = performance({"name": "A", "bars": 28, "play": {"a": FORWARD}}).notes["a"]

    def bars(first: int, last: int) -> list[Note]:
        return [note for note in notes if first <= note.onset_beats // 4 + 1 <= last]

    equal = bars(1, 4)
    assert [note.pitch % 12 for note in equal[:8]] == [0, 2, 3, 5, 7, 8, 10, 0]
    assert len({note.velocity for note in equal}) == 1
    heard = [len({note.pitch for note in bars(bar, bar)}) for bar in range(5, 9)]
    assert heard[0] == 7 and heard[-1] < 4 and heard == sorted(heard, reverse=True)
    normalised = bars(9, 24)
    share = np.mean([note.pitch % 12 == 5 for note in normalised])
    assert share == pytest.approx(softmax(FORWARD["logits"], 1.08)[3], abs=0.04)
    assert {note.pitch % 12 for note in bars(25, 28)} == {5}


def test_debris_is_as_dense_as_the_glitch() -> None:
    counts = []
    for glitch in (0.0, 0.2, 0.5, 0.9):
        result = performance({"name": "A", "bars": 32, "glitch": glitch, "play": {"a": "texture"}})
        counts.append(len({note.onset_beats * 4 // 1 for note in result.notes["a"]}) / (32 * 16))
    assert counts[0] == 0
    assert 0.02 < counts[1] < counts[2] - 0.1 < counts[3] - 0.2 < 0.6


def test_a_double_an_octave_away_is_exactly_an_octave_away_and_refuses_to_leave_the_keyboard() -> None:
    def doubled(notes: str, interval: str) -> list[float]:
        double = {"style": "double", "of": "a", "interval": interval}
        result = performance({"name": "A", "bars": 1, "play": {"a": {"notes": notes}, "b": double}}, parts=("a", "b"))
        return [note.pitch for note in result.notes["b"]]

    assert doubled("| C4:1/4 C#4 Eb4 B4 |", "octave above") == [72, 73, 75, 83]
    assert doubled("| C4:1/4 C#4 Eb4 B4 |", "octave below") == [48, 49, 51, 59]
    for notes, interval in (("| G9:1 |", "octave above"), ("| C-1:1 |", "octave below")):
        with pytest.raises(ScoreFault, match="leaves the notes there are"):
            doubled(notes, interval)


@pytest.mark.parametrize("turns", [{"exp": "bar 9", "normalize": "bar 5"}, {"argmax": "bar 99"}, {"exp": "line 1"}])
def test_a_forward_pass_out_of_order_or_outside_its_section_is_refused(turns: dict[str, str]) -> None:
    with pytest.raises(ScoreFault, match=r"too early|does not play"):
        performance({"name": "A", "bars": 28, "play": {"a": FORWARD | turns}})


def test_a_cue_on_a_line_holds_for_a_part_that_has_left_before_it() -> None:
    cue = {"effect": "stutter", "line": 2, "word": "river", "beats": 1}
    play = {"voice": "sung", "a": WRITTEN | {"leaves": 3}}
    result = performance({"name": "A", "lyrics": "over the hill\nalong the river", "cues": [cue], "play": play},
                         parts=("a", "voice"))
    assert result.gestures["a"][0].onset_beats == result.gestures["voice"][0].onset_beats >= 16


def test_only_choices_that_are_heard_are_logged() -> None:
    exact = performance({"name": "A", "play": {"a": WRITTEN | {"exact": True}}})
    assert [choice.address.purpose for choice in exact.choices] == []
    assert len(performance({"name": "A"}).choices) == 2 * 32


def test_a_note_that_the_user_wrote_is_never_moved_into_the_instruments_reach() -> None:
    """It is refused where the score is read with its instruments; a composed note would be moved by octaves."""
    result = performance({"name": "A", "bars": 1, "play": {"a": {"notes": "| C-1:1/2 G9:1/2 |"}}}, parts=("a",))
    assert [note.pitch for note in result.notes["a"]] == [0, 127]
