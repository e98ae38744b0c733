"""Bars, lines and curves fall where the score says."""

from __future__ import annotations

from typing import Any

import pytest

from scores.composing.timeline import lay_out
from scores.format.model import Score


def score(*sections: dict[str, Any], **fields: Any) -> Score:
    return Score.model_validate({"title": "t", "tempo": 120, "key": "C minor", "parts": {"g": {"instrument": "x"}},
                                 "sections": list(sections), **fields})


def test_bars_count_from_one_after_the_upbeat_and_beats_from_the_upbeat() -> None:
    timeline = lay_out(score({"name": "A", "bars": 2}, {"name": "B", "bars": 1}, meter="3/4", upbeat=1))
    bars = [(bar.index, bar.start_beats) for bars in timeline.bars_of for bar in bars]
    assert bars == [(0, 0), (1, 1), (2, 4), (3, 7)]
    assert timeline.duration_seconds == pytest.approx(10 * 0.5)
    assert [span.start_bar for span in timeline.sections] == [1, 3]


def test_in_six_eight_the_tempo_counts_dotted_quarters() -> None:
    timeline = lay_out(score({"name": "A", "bars": 1}, meter="6/8", tempo=60))
    assert timeline.duration_seconds == pytest.approx(2.0)


def test_a_meter_and_a_key_hold_until_the_next_one() -> None:
    timeline = lay_out(score({"name": "A", "bars": 1}, {"name": "B", "bars": 1, "meter": "5/4", "key": "A major"},
                             {"name": "C", "bars": 1}))
    assert [(str(b[0].meter), b[0].key.short) for b in timeline.bars_of] == [("4/4", "Cm"), ("5/4", "A"), ("5/4", "A")]


def test_chords_share_their_bar_and_a_short_harmony_is_repeated() -> None:
    bars = lay_out(score({"name": "A", "bars": 3, "harmony": "| Cm Bb | Ab |"})).bars_of[0]
    assert [[(float(at), chord.symbol if chord else "") for at, chord in bar.chords] for bar in bars] == [
        [(0, "Cm"), (2, "Bb")], [(0, "Ab")], [(0, "Cm"), (2, "Bb")]]


def test_lines_share_the_bars_that_others_do_not_take() -> None:
    lyrics = ["one", {"text": "two", "bars": 3}, "three", {"text": "four", "at": 9}]
    lines = lay_out(score({"name": "A", "bars": 10, "lyrics": lyrics})).lines_of[0]
    assert [(line.start_beats / 4, line.end_beats / 4) for line in lines] == [(0, 2.5), (2.5, 5.5), (5.5, 8), (8, 10)]


def test_a_curve_goes_straight_between_its_breakpoints_and_steps_at_section_bounds() -> None:
    sung = {"name": "B", "bars": 4, "lyrics": "a\nb", "temperature": {"line 1": 0.6, "line 2": 0.0},
            "glitch": "0.1 -> 0.5"}
    timeline = lay_out(score({"name": "A", "bars": 1}, sung, {"name": "C", "bars": 1}))
    temperature, glitch = timeline.temperature, timeline.glitch
    assert [temperature.at(b) for b in (3.99, 4, 8, 12, 19.99, 20)] == pytest.approx([0.7, 0.6, 0.3, 0, 0, 0.7])
    assert [glitch.at(b) for b in (3.99, 4, 12, 20)] == pytest.approx([0, 0.1, 0.3, 0])
