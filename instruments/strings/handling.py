"""What fingers are heard doing besides the notes: they squeak along wound strings, land on them and leave them.

A fingertip that slides along a winding runs over its turns, and a tone follows the speed of the hand: speed over the
distance of the turns. With it the string's first longitudinal mode sounds, which does not move. So measured by
J. Pakarinen, H. Penttinen and B. Bank, "Analysis of handling noises on wound strings", JASA 122(6), 2007; they found
the static modes of a low E string at 1400 and 4200 Hz.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from instruments.dsp.random import uniform

# Columns of the table of noises.
START, SAMPLES, LEVEL, TONE_HZ, STATIC_HZ = range(5)
TONE_SHARE, STATIC_SHARE = 0.75, 0.35
STATIC_Q, THUD_Q = 6.0, 1.1


def handle(out: np.ndarray, noises: np.ndarray, seeds: np.ndarray, rate: int) -> None:
    """Add noises of the hand to the force on the bridge, float32 (frames,).

    noises
        float64 (n, 5): first sample, length in samples, level, frequency in Hz that the tone of a squeak reaches (0
        where it is a thud or a tick and not a squeak), frequency in Hz of the band of noise.
    seeds
        uint64 (n,).
    """
    _handle(out, noises, seeds, float(rate))


@njit(cache=True, nogil=True)
def _handle(out: np.ndarray, noises: np.ndarray, seeds: np.ndarray, rate: float) -> None:
    for i in range(noises.shape[0]):
        start, samples, level = int(noises[i, START]), int(noises[i, SAMPLES]), noises[i, LEVEL]
        tone_hz = noises[i, TONE_HZ]
        squeaks = tone_hz > 0.0
        # A state-variable filter (A. Simper's trapezoidal form): its band is the static mode, its low the thud.
        g = math.tan(math.pi * min(noises[i, STATIC_HZ], 0.45 * rate) / rate)
        damping = 1.0 / (STATIC_Q if squeaks else THUD_Q)
        a1 = 1.0 / (1.0 + g * (g + damping))
        first, second, phase, rough = 0.0, 0.0, 0.0, 0.0
        fall, fade = math.exp(-3.0 / samples), math.exp(-6.0 / samples)
        wander = math.exp(-2.0 * math.pi * 90.0 / rate)  # a finger grips and lets go irregularly
        for k in range(min(samples, out.shape[0] - start)):
            share = (k + 0.5) / samples
            white = uniform(seeds[i], k)
            v3 = white - second
            v1 = a1 * (first + g * v3)
            v2 = second + g * v1
            first, second = 2.0 * v1 - first, 2.0 * v2 - second
            band = damping * v1
            if squeaks:
                speed = math.sin(math.pi * share) ** 2  # of the hand, that starts and stops at rest
                phase += 2.0 * math.pi * tone_hz * speed / rate
                rough = wander * rough + (1.0 - wander) * white
                tone = (math.sin(phase) + 0.4 * math.sin(2.0 * phase)) * (1.0 + 6.0 * rough)
                sound = speed * (TONE_SHARE * tone + STATIC_SHARE * 4.0 * band)
            else:
                rise = min(1.0, 12.0 * share)
                sound = 4.0 * v2 * rise * fall * (1.0 - share)
                fall *= fade
            out[start + k] += level * sound
