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
# Corner of the high-pass on a voice [Hz].
LOW_CUT_HZ = 75.0
# Band of a source, relative to its bandwidth, whose level gives that of the air above it.
AIR_BAND = (0.58, 0.84)
# Frequency from which air is added, relative to the source's sample rate.
AIR_FROM = 0.475
# Corner above which the air falls off [Hz].
AIR_FALLS_HZ = 13_000.0


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


def opened(source: Mono, air: Floats, row_seconds: float, source_rate: int, rate: int, seed: np.uint64) -> Mono:
    """Return a voice at the rate of the song, without rumble and with the air that its own rate has no room for.

    Parameters
    ----------
    source
        Voice at its own rate, whose lows are cut in place; float32, shape (frames,).
    air
        Level of white noise at the source's rate that is as dense as the air; shape (rows,).
    row_seconds
        Time between two rows [s].
    source_rate, rate
        Sample rates of the source and of the song [Hz].
    seed
        Seed of the noise.
    """
    low_cut(source, LOW_CUT_HZ / source_rate)
    audio = raise_rate(source, source_rate, rate)
    corner = AIR_FROM * source_rate / rate
    if corner < 0.45:
        dull = 1 - math.exp(-2 * math.pi * AIR_FALLS_HZ / rate)
        gain = (air * np.sqrt(rate / source_rate)).astype(np.float32)
        add_air(audio, gain, row_seconds * rate, corner, dull, seed)
    return audio
