"""What a compressor owes: its curve, its times, and an image that stays where it is."""

from __future__ import annotations

import numpy as np
import pytest

from effects import Context
from effects.compressor import Compressor

RATE = 48000


def square(level_db: float, seconds: float = 1.0) -> np.ndarray:
    """A tone whose magnitude is its level throughout."""
    t = np.arange(round(RATE * seconds)) / RATE
    return (10 ** (level_db / 20) * np.where(np.sin(2 * np.pi * 100 * t + 0.1) > 0, 1, -1)).astype(np.float32)[None]


@pytest.mark.parametrize("ratio", [1.5, 4.0, 20.0])
@pytest.mark.parametrize("level_db", [-40.0, -31.0, -20.0, -6.0])
def test_a_level_leaves_where_threshold_and_ratio_say(level_db: float, ratio: float) -> None:
    out = Compressor(threshold_db=-30, ratio=ratio, attack_ms=5, makeup_db=3).process(square(level_db), Context(RATE))
    over = max(level_db + 30, 0)
    measured = 20 * np.log10(np.abs(out[0, -4800:]).mean())
    assert measured == pytest.approx(level_db - over * (1 - 1 / ratio) + 3, abs=0.05)


def test_attack_and_release_take_their_time() -> None:
    """The sensed level covers 99.8 % of a step (1 − e^−2π) in the stated time, and half of it in 11 % (ln 2 / 2π)."""
    audio = np.concatenate([square(-40, 0.5), square(-10, 0.5), square(-40, 1.0)], axis=1)
    out = Compressor(threshold_db=-50, ratio=20, attack_ms=50, release_ms=400).process(audio, Context(RATE))
    gain = np.abs(out[0]) / np.abs(audio[0])
    sensed = 10 ** (-50 / 20) * gain ** (-20 / 19)  # the curve, read backwards
    quiet, loud = 10 ** (-40 / 20), 10 ** (-10 / 20)
    half = (quiet + loud) / 2
    assert np.argmax(sensed > half) / RATE - 0.5 == pytest.approx(0.050 * np.log(2) / (2 * np.pi), rel=0.03)
    assert (sensed[int(1.0 * RATE):] < half).argmax() / RATE == pytest.approx(0.4 * np.log(2) / (2 * np.pi), rel=0.03)


def test_both_channels_are_turned_down_together() -> None:
    generator = np.random.default_rng(1)
    audio = generator.normal(0, 0.2, (2, RATE)).astype(np.float32)
    audio[1] *= 0.25
    out = Compressor(threshold_db=-40, ratio=8).process(audio, Context(RATE))
    assert np.allclose(out[0] / audio[0], out[1] / audio[1], rtol=1e-4)
    assert np.median(out[0] / audio[0]) < 0.3


def test_what_stays_below_the_threshold_stays_as_it_is() -> None:
    audio = square(-31)
    assert np.abs(Compressor(threshold_db=-30, ratio=10).process(audio, Context(RATE)) - audio).max() < 1e-8
