"""Sound of the hands: squeaks along wound strings, ticks of fingers that come to rest, dull noises of those that leave.

A fingertip that slides along a winding passes over its turns. The pitch of the squeak follows the speed of the hand:
speed divided by the distance of the turns. The string's first longitudinal mode sounds with it at a constant pitch.

References
----------
J. Pakarinen, H. Penttinen and B. Bank, "Analysis of handling noises on wound strings", JASA 122(6), 2007. They measured
longitudinal modes of a low E string at 1400 and 4200 Hz.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from instruments.dsp.arrays import Mono, Records, Seeds
from instruments.dsp.random import uniform

NOISE = np.dtype([
    ("start", np.float64),  # first sample in the song
    ("samples", np.float64),  # length [samples]
    ("level", np.float64),  # amplitude of the force on the bridge
    ("tone_hz", np.float64),  # highest frequency of a squeak [Hz]; 0 for any other noise
    ("band_hz", np.float64),  # centre or cut-off of its noise [Hz]: the longitudinal mode of a squeak
])
"""One noise of the hand."""

TONE_SHARE = 0.75  # level of a squeak's tone
BAND_SHARE = 0.35  # level of a squeak's longitudinal mode
SQUEAK_Q = 6.0  # Q of the longitudinal mode
THUD_Q = 1.1  # Q of the low-pass of a noise that is no squeak
GRIP_HZ = 90.0  # cut-off of the random grip of a finger on the winding [Hz]


def handle(out: Mono, noises: Records, seeds: Seeds, rate: int) -> None:
    """Add noises of the hand to the force on the bridge.

    Parameters
    ----------
    out
        Shape (frames,), float32; added to.
    noises
        Shape (n,), ``NOISE`` records.
    seeds
        Shape (n,), uint64.
    rate
        Sample rate in Hz.
    """
    _handle(out, noises, seeds, float(rate))


@njit(cache=True, nogil=True)
def _handle(out: Mono, noises: Records, seeds: Seeds, rate: float) -> None:
    """Compute ``handle``."""
    for i in range(noises.shape[0]):
        noise = noises[i]
        start, samples = int(noise.start), int(noise.samples)
        squeaks = noise.tone_hz > 0.0
        # State-variable filter in A. Simper's trapezoidal form: its band-pass is the mode, its low-pass the thud.
        g = math.tan(math.pi * min(noise.band_hz, 0.45 * rate) / rate)
        damping = 1.0 / (SQUEAK_Q if squeaks else THUD_Q)
        a1 = 1.0 / (1.0 + g * (g + damping))
        first, second, phase, grip = 0.0, 0.0, 0.0, 0.0
        fall, fade = math.exp(-3.0 / samples), math.exp(-6.0 / samples)
        wander = math.exp(-2.0 * math.pi * GRIP_HZ / rate)
        for k in range(min(samples, out.shape[0] - start)):
            share = (k + 0.5) / samples
            white = uniform(seeds[i], k)
            v3 = white - second
            v1 = a1 * (first + g * v3)
            v2 = second + g * v1
            first, second = 2.0 * v1 - first, 2.0 * v2 - second
            band = damping * v1
            if squeaks:
                speed = math.sin(math.pi * share) ** 2  # the hand starts and stops at rest
                phase += 2.0 * math.pi * noise.tone_hz * speed / rate
                grip = wander * grip + (1.0 - wander) * white
                tone = (math.sin(phase) + 0.4 * math.sin(2.0 * phase)) * (1.0 + 6.0 * grip)
                sound = speed * (TONE_SHARE * tone + BAND_SHARE * 4.0 * band)
            else:
                rise = min(1.0, 12.0 * share)
                sound = 4.0 * v2 * rise * fall * (1.0 - share)
                fall *= fade
            out[start + k] += noise.level * sound
