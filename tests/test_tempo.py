"""One tempo map for audio and MIDI: beats to seconds and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scores.theory.tempo import Stretch, tempo_map

STEPS = st.lists(st.tuples(st.floats(1, 30), st.floats(30, 200), st.sampled_from([0.0, 1.0, 4.0])), max_size=4)


def test_a_steady_tempo_is_sixty_over_bpm() -> None:
    assert tempo_map([], 68).seconds(4) == pytest.approx(4 * 60 / 68)


@given(STEPS, st.floats(-2, 200))
def test_seconds_and_beats_are_inverse(gaps: list[tuple[float, float, float]], beat: float) -> None:
    start, steps = 0.0, []
    for gap, tempo, over in gaps:
        steps.append((start := start + gap, tempo, over))
        start += over
    tempo = tempo_map(steps, 100)
    assert tempo.beat(tempo.seconds(beat)) == pytest.approx(beat, abs=1e-9)
    assert tempo.seconds(beat + 0.1) > tempo.seconds(beat)


def test_a_ritardando_slows_step_by_step_and_takes_as_long_as_the_line_through_it() -> None:
    tempo = tempo_map([(8, 60, 4)], 120)
    inside = [tempo.beat_seconds(8 + 0.5 * i + 0.1) for i in range(8)]
    assert inside == sorted(inside) and len(set(inside)) == 8
    assert tempo.beat_seconds(7.9) == 0.5 and tempo.beat_seconds(12) == 1.0
    # the integral of 60 / (120 − 15 b) over b = 0 … 4 is 4 ln 2; steps at the middle come within a hundredth
    assert tempo.seconds(12) - tempo.seconds(8) == pytest.approx(4 * 0.6931, abs=0.01)


def test_a_stretch_lasts_longer_by_its_factor_and_moves_nothing_else() -> None:
    """A beat held twice as long adds its own length, a span that yields to 1.5 a quarter of it; the rest is even."""
    tempo = tempo_map([], 120)
    held = tempo.stretched([Stretch(4, 5, 2, 2), Stretch(8, 12, 1, 1.5)])
    assert held.seconds(4) == tempo.seconds(4)
    assert held.seconds(5) - held.seconds(4) == pytest.approx(1.0)
    assert held.seconds(8) - held.seconds(5) == pytest.approx(1.5)
    assert held.seconds(12) - held.seconds(8) == pytest.approx(2.0 * 1.25)
    assert held.beat_seconds(12) == 0.5
    inside = [held.beat_seconds(8.25 + 0.5 * i) for i in range(8)]
    assert inside == sorted(inside) and len(set(inside)) == 8
