"""The air above the source's bandwidth, and the way up to the song's sample rate."""

from __future__ import annotations

import math

import numpy as np
import soxr
from numba import njit

from instruments.dsp.random import uniform


def raise_rate(audio: np.ndarray, source_rate: int, rate: int) -> np.ndarray:
    """The same sound at another rate, float32, without delay."""
    raised: np.ndarray = soxr.resample(audio, source_rate, rate)
    return raised


@njit(cache=True, nogil=True)
def low_cut(audio: np.ndarray, corner: float) -> None:
    """Take away what lies below ``corner`` (of the sample rate), in place: a Butterworth of two poles.

    As a state variable filter, trapezoidal: Simper, "Solving the continuous SVF equations" (2013).
    """
    tangent = math.tan(math.pi * corner)
    gain = 1.0 / (1.0 + tangent * (tangent + math.sqrt(2.0)))
    band = low = 0.0
    for at in range(audio.size):
        v1 = gain * (band + tangent * (audio[at] - low))
        v2 = low + tangent * v1
        band, low = 2.0 * v1 - band, 2.0 * v2 - low
        audio[at] = np.float32(audio[at] - math.sqrt(2.0) * v1 - v2)


@njit(cache=True, nogil=True)
def add_air(audio: np.ndarray, gain: np.ndarray, hop: float, corner: float, dull: float, seed: np.uint64) -> None:
    """Add noise above ``corner`` (of the sample rate) to ``audio``, float32 (frames,), in place.

    gain
        float32 (rows,), a row every ``hop`` samples (a fraction is allowed); straight lines between, 0 is silence.
    dull
        Coefficient of the one-pole low-pass that lets the air fall off above.
    """
    tangent = math.tan(math.pi * corner)
    a1 = 1.0 / (1.0 + tangent * (tangent + 0.7653668647301796))  # a Butterworth of four poles: two sections
    a2 = 1.0 / (1.0 + tangent * (tangent + 1.8477590650225735))
    b1 = l1 = b2 = l2 = low = 0.0
    for row in range(gain.size - 1):
        first, last = math.ceil(row * hop), min(math.ceil((row + 1) * hop), audio.size)
        if gain[row] == 0.0 and gain[row + 1] == 0.0:
            continue
        rise = (gain[row + 1] - gain[row]) / hop
        for at in range(first, last):
            x = uniform(seed, at) * 1.7320508075688772
            v1 = a1 * (b1 + tangent * (x - l1))
            v2 = l1 + tangent * v1
            b1, l1 = 2.0 * v1 - b1, 2.0 * v2 - l1
            x = x - 0.7653668647301796 * v1 - v2
            v1 = a2 * (b2 + tangent * (x - l2))
            v2 = l2 + tangent * v1
            b2, l2 = 2.0 * v1 - b2, 2.0 * v2 - l2
            x = x - 1.8477590650225735 * v1 - v2
            low += dull * (x - low)
            audio[at] += np.float32((gain[row] + rise * (at - row * hop)) * low)
