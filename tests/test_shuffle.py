"""What a shuffle owes: a plan on the grid, and every sample from where the plan says."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effects import Context
from effects.shuffle import Cut, Shuffle

RATE = 48000
BEAT = 60 / 68
NOISE = np.random.default_rng(9).uniform(-1, 1, (2, round(16 * BEAT * RATE))).astype(np.float32)


def seams(plan: tuple[Cut, ...]) -> list[bool]:
    """Whether each cut begins with something other than what followed the one before."""
    ends = [0, *(cut.source + cut.stop - cut.start for cut in plan)]
    return [cut.source != end for cut, end in zip(plan, ends, strict=False)]


@pytest.mark.parametrize("seed", range(5))
def test_every_sample_comes_from_where_the_plan_says(seed: int) -> None:
    setting, context = Shuffle(edge_ms=1), Context(RATE, BEAT, seed)
    plan = setting.plan(NOISE.shape[1], context)
    out = setting.process(NOISE, context)
    cut_in = seams(plan)
    for cut, rises, falls in zip(plan, cut_in, [*cut_in[1:], False], strict=True):
        inside = slice(cut.start + 48 * rises, cut.stop - 48 * falls)
        moved = slice(cut.source + 48 * rises, cut.source + cut.stop - cut.start - 48 * falls)
        assert np.array_equal(out[:, inside], NOISE[:, moved])
    assert sum(cut_in) > 5


@given(st.integers(0, 400000), st.integers(2, 64), st.floats(1 / 32, 2), st.floats(0, 1), st.floats(0, 1),
       st.floats(0, 1), st.integers(0, 2**40))
@settings(max_examples=80, deadline=None)
def test_a_plan_fills_the_sound_and_takes_from_inside_it(frames: int, phrase: int, unit: float, scatter: float,
                                                         repeat: float, roll: float, seed: int) -> None:
    setting = Shuffle(unit_beats=unit, phrase_units=phrase, scatter=scatter, repeat=repeat, roll=roll)
    plan = setting.plan(frames, Context(RATE, BEAT, seed))
    assert [cut.start for cut in plan] == [0, *(cut.stop for cut in plan)][:len(plan)]
    assert (plan[-1].stop if plan else 0) == frames
    assert all(cut.start < cut.stop and 0 <= cut.source <= frames - (cut.stop - cut.start) for cut in plan)


def test_cuts_begin_on_the_grid_stay_in_their_phrase_and_come_from_it() -> None:
    setting, unit = Shuffle(roll=0, scatter=1), 0.25 * BEAT * RATE
    plan = setting.plan(NOISE.shape[1], Context(RATE, BEAT, 2))
    for cut in plan:
        first, last = cut.start / unit, cut.stop / unit
        assert abs(first - round(first)) < 1 / unit and abs(last - round(last)) < 1 / unit
        phrase = round(first) // 16
        assert round(last) <= 16 * (phrase + 1)
        assert 16 * phrase <= round(cut.source / unit) and abs(cut.source - round(cut.source / unit) * unit) <= 1


def test_what_is_asked_of_a_phrase_is_done() -> None:
    def share_moved(**fields: object) -> float:
        plan = Shuffle.model_validate({"scatter": 0, "repeat": 0, "roll": 0, **fields}).plan(
            NOISE.shape[1] * 20, Context(RATE, BEAT, 1))
        return float(np.mean([cut.source != cut.start for cut in plan]))

    assert share_moved() == 0
    assert share_moved(scatter=0.5) == pytest.approx(0.5, abs=0.1)
    assert share_moved(scatter=1) == 1
    assert 0.3 < share_moved(repeat=1) < 0.75
    assert 0.2 < share_moved(roll=1) < 0.8


def test_a_repeat_plays_its_block_again_and_a_roll_its_beginning_in_halves_or_quarters() -> None:
    plan = Shuffle(scatter=0, repeat=1, roll=0).plan(NOISE.shape[1], Context(RATE, BEAT, 3))
    again = [later.source == earlier.source for earlier, later in itertools.pairwise(plan)]
    assert sum(again) >= len(plan) / 3
    unit = 0.25 * BEAT * RATE
    rolls = [cut for seed in range(4) for cut in
             Shuffle(scatter=0, repeat=0, roll=1).plan(round(16 * unit), Context(RATE, BEAT, seed))
             if cut.start >= round(12 * unit)]
    assert {cut.source for cut in rolls} == {round(12 * unit)}
    assert {round((cut.stop - cut.start) / unit, 2) for cut in rolls} == {0.5, 0.25}


def test_the_seams_of_a_slow_tone_do_not_click() -> None:
    t = np.arange(round(8 * BEAT * RATE)) / RATE
    audio = (0.5 * np.cos(2 * np.pi * 50 * t)).astype(np.float32)[None]
    context = Context(RATE, BEAT, 1)
    setting = Shuffle(scatter=1, edge_ms=5)
    hard = np.concatenate([audio[0, cut.source:cut.source + cut.stop - cut.start]
                           for cut in setting.plan(audio.shape[1], context)])
    assert np.abs(np.diff(hard)).max() > 0.1
    assert np.abs(np.diff(setting.process(audio, context))).max() < 2.5 * np.abs(np.diff(audio)).max()
