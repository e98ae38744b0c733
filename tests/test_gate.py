"""What a gate owes: open on its steps, silent between them, exact on the grid."""

from __future__ import annotations

import numpy as np
import pytest

from effects import Context
from effects.gate import Gate

RATE = 48000
BEAT = 60 / 68
ONES = np.ones((1, round(8 * BEAT * RATE)), np.float32)


def gate(**fields: object) -> np.ndarray:
    return Gate.model_validate(fields).process(ONES, Context(RATE, BEAT))[0]


@pytest.mark.parametrize(("hits", "rhythm"), [(3, "x..x..x."), (5, "x.xx.xx."), (8, "xxxxxxxx"), (1, "x.......")])
def test_hits_are_spread_as_evenly_as_whole_steps_allow(hits: int, rhythm: str) -> None:
    found = "".join("x" if step else "." for step in Gate(hits=hits, steps=8).pattern())
    assert any(found == rhythm[turn:] + rhythm[:turn] for turn in range(8))
    assert found[0] == "x"


@pytest.mark.parametrize("duty", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("step_beats", [0.25, 1 / 3, 0.125])
def test_it_is_open_for_its_share_of_each_step_and_digitally_silent_for_the_rest(duty: float, step_beats: float
                                                                                 ) -> None:
    out = gate(step_beats=step_beats, duty=duty, edge_ms=1)
    period, edge = step_beats * BEAT * RATE, 48
    for number in range(round(8 / step_beats)):
        start, close = number * period, (number + duty) * period
        assert (out[round(start) + edge:round(close) - edge] > 0.99).all()
        assert not out[round(close) + 1:round(start + period) - 1].any()
        assert np.sum(out[round(start):round(start + period)]) == pytest.approx(duty * period - edge, abs=1.5)


def test_steps_side_by_side_are_one_at_full_duty() -> None:
    out = gate(hits=3, steps=4, duty=1, step_beats=1)
    assert Gate(hits=3, steps=4).pattern().tolist() == [True, False, True, True]
    for first, last, is_open in ((0, 1, True), (1, 2, False), (2, 5, True), (5, 6, False), (6, 8, True)):
        inside = out[round(first * BEAT * RATE) + 150:round(last * BEAT * RATE) - 150]
        assert (inside == 1).all() if is_open else not inside.any()
    assert (gate(duty=1) == 1).all(), "a gate that never closes is no gate"


def test_a_rotation_begins_later_in_the_pattern() -> None:
    assert np.array_equal(Gate(hits=3, rotation=2).pattern(), np.roll(Gate(hits=3).pattern(), -2))


def test_a_mix_is_how_far_it_closes() -> None:
    out = gate(mix=0.75, edge_ms=1)
    assert out.min() == pytest.approx(0.25, abs=1e-6) and out.max() == pytest.approx(1, abs=1e-6)


def test_edges_are_no_steeper_than_a_raised_cosine_of_their_length() -> None:
    assert np.abs(np.diff(gate(edge_ms=5))).max() < np.pi / 2 / 240 + 1e-5
    assert np.abs(np.diff(gate(edge_ms=0.5))).max() > 0.05
