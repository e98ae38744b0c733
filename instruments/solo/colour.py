"""What radiates: a short filter from levels at frequencies, with the least delay that they allow."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from instruments.dsp.arrays import Reals

TRANSFORM = 8192  # length of the transform from levels to taps
TAPS_SECONDS = 0.025  # length of the filter [s]


def radiated(points: tuple[tuple[float, float], ...], rate: int) -> Reals:
    """Return the taps of a filter, shape (2, taps), alike on both sides; ``points`` are pairs of Hz and dB."""
    return _through(points, rate)


@lru_cache(maxsize=32)
def _through(points: tuple[tuple[float, float], ...], rate: int) -> Reals:
    hz, level_db = np.array(points).T
    def passes(frequency_hz: Reals) -> Reals:
        return np.asarray(10 ** (np.interp(np.log2(np.maximum(frequency_hz, 1.0)), np.log2(hz), level_db) / 20))

    return minimum_phase(passes, rate)


def minimum_phase(magnitude: Callable[[Reals], Reals], rate: int) -> Reals:
    """Return the taps of the filter of least delay with a magnitude, shape (2, taps), alike on both sides.

    Its phase is the Hilbert transform of its logarithmic magnitude (A. Oppenheim and R. Schafer, Discrete-Time Signal
    Processing, 1989, ch. 12).
    """
    level = np.maximum(magnitude(np.asarray(np.fft.rfftfreq(TRANSFORM, 1 / rate), np.float64)), 1e-5)
    cepstrum = np.fft.irfft(np.log(level))
    cepstrum[1 : TRANSFORM // 2] *= 2
    cepstrum[TRANSFORM // 2 + 1 :] = 0
    taps = np.fft.irfft(np.exp(np.fft.rfft(cepstrum)))[: round(TAPS_SECONDS * rate)]
    taps *= np.cos(np.pi / 2 * np.clip(np.arange(taps.size) / taps.size * 3 - 2, 0, 1)) ** 2
    return np.stack([taps, taps])
