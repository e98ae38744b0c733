"""What a stutter owes: the very slice again, on the grid, without clicks."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from effects import Context
from effects.stutter import Stutter

RATE = 48000
BEAT = 60 / 68


def noise(beats: float) -> np.ndarray:
    return np.random.default_rng(4).uniform(-1, 1, (2, round(beats * BEAT * RATE))).astype(np.float32)


def stutter(audio: np.ndarray, **settings: object) -> np.ndarray:
    return Stutter.model_validate(settings).process(audio, Context(RATE, BEAT))


@pytest.mark.parametrize("slice_beats", [1.0, 0.5, 1 / 3, 0.25, 1 / 6, 1 / 8, 1 / 16, 1 / 32])
def test_every_repeat_is_the_slice_sample_for_sample_on_the_grid(slice_beats: float) -> None:
    audio = noise(2)
    out = stutter(audio, slice_beats=slice_beats, edge_ms=0.5)
    edge, period = round(0.0005 * RATE), slice_beats * BEAT * RATE
    count = round(2 / slice_beats)
    for number in range(count):
        start, stop = round(number * period), min(round((number + 1) * period), audio.shape[1])
        inside = slice(start + edge, stop - edge)
        assert np.array_equal(out[:, inside], audio[:, edge:stop - start - edge])
    assert count > 1


def test_the_slice_is_the_sound_itself_the_first_time() -> None:
    audio = noise(1)
    first = round(0.25 * BEAT * RATE)
    assert np.array_equal(stutter(audio, slice_beats=0.25)[:, :first - 96], audio[:, :first - 96])


def test_repeats_decay_by_as_many_db_as_asked_and_may_run_backwards() -> None:
    audio = noise(1)
    setting = Stutter(slice_beats=0.25, decay_db=6, reverse=True)
    out = setting.process(audio, Context(RATE, BEAT))
    starts = setting.starts(audio.shape[1], Context(RATE, BEAT))
    for number, (start, stop) in enumerate(zip(starts, [*starts[1:], audio.shape[1]], strict=True)):
        if number > 0:
            gains = (out[:, start:stop] / audio[:, :stop - start][:, ::-1])[:, 200:-200]
            assert 20 * np.log10(np.median(gains)) == pytest.approx(-6 * number, abs=0.01)
            assert np.ptp(gains) < 1e-3
    assert len(starts) == 4


def test_a_sliding_slice_goes_from_one_length_to_the_other_and_keeps_its_beginning() -> None:
    audio = noise(4)
    setting = Stutter(slice_beats=0.5, slice_end_beats=1 / 16, edge_ms=0.5)
    starts = setting.starts(audio.shape[1], Context(RATE, BEAT))
    lengths = np.diff(starts) / (BEAT * RATE)
    assert lengths[0] == pytest.approx(0.5, abs=0.001) and lengths[-1] == pytest.approx(1 / 16, rel=0.08)
    assert (np.diff(lengths) < 1e-4).all() and len(lengths) > 16
    out = setting.process(audio, Context(RATE, BEAT))
    for start, stop in itertools.pairwise(starts):
        assert np.array_equal(out[:, start + 24:stop - 24], audio[:, 24:stop - start - 24])


def test_the_grid_does_not_drift_over_a_thousand_repeats() -> None:
    starts = Stutter(slice_beats=1 / 3).starts(round(400 * BEAT * RATE), Context(RATE, BEAT))
    assert len(starts) == 1200
    assert starts[999] == round(333 * BEAT * RATE)


def test_repeats_of_a_slow_tone_do_not_click() -> None:
    """At the seams a tone would jump by up to its peak; with edges no step is over twice the tone's own."""
    t = np.arange(round(2 * BEAT * RATE)) / RATE
    audio = (0.5 * np.cos(2 * np.pi * 50 * t)).astype(np.float32)[None]
    steps = np.abs(np.diff(stutter(audio, slice_beats=0.13, edge_ms=5)))
    assert steps.max() < 2.5 * np.abs(np.diff(audio)).max()
    assert np.abs(np.diff(np.tile(audio[:, :5507], 3))).max() > 0.1
