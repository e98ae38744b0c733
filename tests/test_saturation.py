"""What saturation owes: a ceiling, unity below it, odd harmonics of known height."""

from __future__ import annotations

import numpy as np
import pytest

from effects import Context
from effects.saturation import Saturation

RATE = 48000


def tone(peak: float) -> np.ndarray:
    return (peak * np.sin(2 * np.pi * 500 * np.arange(RATE) / RATE)).astype(np.float32)[None]


@pytest.mark.parametrize("ceiling_db", [-30.0, -12.0, 0.0])
def test_nothing_gets_above_the_ceiling_and_what_is_far_below_passes(ceiling_db: float) -> None:
    ceiling = 10 ** (ceiling_db / 20)
    loud = Saturation(ceiling_db=ceiling_db).process(tone(1.0) * 10, Context(RATE))
    assert 0.99 * ceiling < loud.max() <= ceiling * (1 + 1e-6)
    quiet = tone(0.01 * ceiling)
    passed = Saturation(ceiling_db=ceiling_db).process(quiet, Context(RATE))
    assert np.abs(passed - quiet).max() < 1e-6 * ceiling


def test_the_third_harmonic_is_a_cubed_over_twelve_and_even_ones_are_missing() -> None:
    ceiling, peak = 10 ** (-12 / 20), 0.05
    out = Saturation(ceiling_db=-12).process(tone(peak), Context(RATE))[0].astype(float)
    harmonics = 2 * np.abs(np.fft.rfft(out))[500::500] / RATE
    assert harmonics[2] == pytest.approx(peak**3 / (12 * ceiling**2), rel=0.03)
    assert harmonics[1] < 1e-3 * harmonics[2]


def test_makeup_lifts_what_was_saturated() -> None:
    plain, lifted = (Saturation(makeup_db=gain).process(tone(0.5), Context(RATE)) for gain in (0, 6))
    assert np.allclose(lifted, plain * 10 ** (6 / 20), rtol=1e-5)
