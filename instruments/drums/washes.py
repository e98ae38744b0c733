"""Bands of dense modes under strokes: each band receives energy, with a delay or at once, and loses it. Compiled.

References
----------
M. Ducceschi and C. Touzé, "Modal approach for nonlinear vibrations of damped impacted plates: Application to sound
synthesis of gongs and cymbals", J. Sound Vib. 344, 2015: the energy of a hard stroke climbs to higher modes.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from instruments.drums.banks import PAD
from instruments.dsp.arrays import Integers, Reals, Stereo

FLOOR = 10 ** (-112 / 20)  # r.m.s. at which a band has ended: ten bands sum up, and peaks exceed the r.m.s.
EDGE, BLOCK = 16, 64  # samples between two values of a band's amplitude, just after a stroke and later
RESTING = 3e-5  # remaining energy, relative to a stroke's, below which the bank starts from another place: −45 dB


@njit(cache=True, nogil=True)
def add_wash(
    out: Stereo,
    bank: Stereo,
    starts: Integers,
    places: Integers,
    energies: Reals,
    rises: Reals,
    decays: Reals,
    rate: float,
    gains: Reals,
) -> None:
    """Add one band of one body to ``out``, for all strokes on it.

    The energy of the band follows E' = −2 d E + R / r and R' = −R / r. A stroke puts energy into the store R, from
    which it reaches the band with the time constant r; the band decays by d nepers per second. Each stroke sets r and d
    for all energy that is left, so a closing hi-hat chokes an open one. The amplitude itself has no step.

    Parameters
    ----------
    out
        Shape (2, frames), float32; added to.
    bank
        Shape (2, period + PAD), from ``banks.band``.
    starts
        Shape (strokes,): first sample of each stroke, in rising order.
    places
        Shape (strokes,): sample of the bank from which a body at rest begins to sound.
    energies, rises, decays
        Shape (strokes,): energy of the stroke, rise in seconds, decay in nepers per second.
    rate
        Sample rate in Hz.
    gains
        Shape (strokes, 2): left and right.
    """
    frames, period = out.shape[1], bank.shape[1] - PAD
    energy, store = 0.0, 0.0
    place = 0
    ramp = np.arange(1, BLOCK + 1).astype(np.float32)
    left, right = np.float32(0.0), np.float32(0.0)
    for s in range(starts.shape[0]):
        at = starts[s]
        until = starts[s + 1] if s + 1 < starts.shape[0] else frames + BLOCK
        if energy + store < RESTING * energies[s]:
            place = places[s]
        store += energies[s]
        edge = at + BLOCK
        keep_long, held_long = math.exp(-2.0 * decays[s] * BLOCK / rate), math.exp(-BLOCK / (rises[s] * rate))
        keep_short, held_short = math.exp(-2.0 * decays[s] * EDGE / rate), math.exp(-EDGE / (rises[s] * rate))
        left, right = np.float32(gains[s, 0]), np.float32(gains[s, 1])
        amplitude = np.float32(math.sqrt(energy))
        while at < until and at < frames and (energy > FLOOR * FLOOR or store > FLOOR * FLOOR):
            count, keep, held = (EDGE, keep_short, held_short) if at < edge else (BLOCK, keep_long, held_long)
            if until - at < count:
                keep, held = keep ** ((until - at) / count), held ** ((until - at) / count)
                count = until - at
            given = store * (1.0 - held)
            energy = energy * keep + given
            store -= given
            after = np.float32(math.sqrt(energy))
            slope = (after - amplitude) / np.float32(count)
            inside = min(count, frames - at)
            from_left, from_right = bank[0, place : place + inside], bank[1, place : place + inside]
            to_left, to_right = out[0, at : at + inside], out[1, at : at + inside]
            for k in range(inside):
                to_left[k] += left * (amplitude + slope * ramp[k]) * from_left[k]
            for k in range(inside):
                to_right[k] += right * (amplitude + slope * ramp[k]) * from_right[k]
            amplitude = after
            at += count
            place += count
            if place >= period:
                place -= period
        if at < until:
            energy = store = 0.0
