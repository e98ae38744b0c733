"""Noise above the source's bandwidth, a high-pass, and conversion to the song's sample rate."""

from __future__ import annotations

import math

import numpy as np
import soxr
from numba import njit

from instruments.dsp.arrays import Floats, Mono
from instruments.dsp.random import uniform

# Damping (1/Q) of the two sections of a Butterworth high-pass of order 4: 2 cos(π/8) and 2 cos(3π/8), smaller first.
_DAMPING_1 = 0.7653668647301796
_DAMPING_2 = 1.8477590650225735
# Factor that gives uniform noise between −1 and 1 unit variance: √3.
_UNIT = 1.7320508075688772


def raise_rate(audio: Mono, source_rate: int, rate: int) -> Mono:
    """Return the same sound at another sample rate [Hz], float32, without delay."""
    raised: Mono = soxr.resample(audio, source_rate, rate)
    return raised


@njit(cache=True, nogil=True)
def low_cut(audio: Mono, corner: float) -> None:
    """Apply a Butterworth high-pass of order 2, in place: a trapezoidal state variable filter [1]_.

    Parameters
    ----------
    audio
        float32, shape (frames,).
    corner
        Corner frequency, relative to the sample rate.

    References
    ----------
    .. [1] Simper, A. (2013). Solving the continuous SVF equations using trapezoidal integration.
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
def add_air(audio: Mono, gain: Floats, hop: float, corner: float, dull: float, seed: np.uint64) -> None:
    """Add high-passed noise, in place.

    Parameters
    ----------
    audio
        Added to; float32, shape (frames,).
    gain
        Level [r.m.s.], linear between rows; float32, shape (rows,).
    hop
        Samples between two rows; fractions are allowed.
    corner
        Corner of the high-pass, relative to the sample rate.
    dull
        Coefficient of the one-pole low-pass by which the noise falls off.
    seed
        Seed of the noise.
    """
    tangent = math.tan(math.pi * corner)
    a1 = 1.0 / (1.0 + tangent * (tangent + _DAMPING_1))
    a2 = 1.0 / (1.0 + tangent * (tangent + _DAMPING_2))
    b1 = l1 = b2 = l2 = low = 0.0
    for row in range(gain.size - 1):
        first, last = math.ceil(row * hop), min(math.ceil((row + 1) * hop), audio.size)
        if gain[row] == 0.0 and gain[row + 1] == 0.0:
            continue
        rise = (gain[row + 1] - gain[row]) / hop
        for at in range(first, last):
            x = uniform(seed, at) * _UNIT
            v1 = a1 * (b1 + tangent * (x - l1))
            v2 = l1 + tangent * v1
            b1, l1 = 2.0 * v1 - b1, 2.0 * v2 - l1
            x = x - _DAMPING_1 * v1 - v2
            v1 = a2 * (b2 + tangent * (x - l2))
            v2 = l2 + tangent * v1
            b2, l2 = 2.0 * v1 - b2, 2.0 * v2 - l2
            x = x - _DAMPING_2 * v1 - v2
            low += dull * (x - low)
            audio[at] += np.float32((gain[row] + rise * (at - row * hop)) * low)
