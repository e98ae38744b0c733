"""What strokes do to a dense body: each band takes energy, hands it on late or at once, and loses it."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from instruments.drums.banks import PAD

FLOOR = 10 ** (-112 / 20)  # of a band that has ended: there are ten, and their peaks are higher than their r.m.s.
EDGE, BLOCK = 16, 64  # samples between two values of a band's amplitude, just after a stroke and later
RESTING = 3e-5  # of a stroke's energy: a body that has less left rings from another place of its bank (−45 dB)


@njit(cache=True, nogil=True)
def add_wash(
    out: np.ndarray,
    bank: np.ndarray,
    starts: np.ndarray,
    places: np.ndarray,
    energies: np.ndarray,
    rises: np.ndarray,
    decays: np.ndarray,
    rate: float,
    gains: np.ndarray,
) -> None:
    """Add one band of one body to ``out``, over all of its strokes.

    The band's energy obeys E' = −2 d E + R / r and R' = −R / r: a stroke puts energy into the store R, from which it
    reaches the band within the rise time r, as the energy of a hard-struck cymbal climbs to its upper modes
    (Ducceschi and Touzé, J. Sound Vib. 344, 2015), and the band loses it by d nepers a second. A stroke sets r and d
    for all that is there: a closing hi-hat chokes what the open one left, and the amplitude itself has no step.

    out
        float32 (2, frames), added to.
    bank
        float32 (2, period + PAD), a band of ``banks.band``.
    starts, places
        int64 (strokes,): first sample of a stroke, ascending; where in the bank a body at rest begins to ring.
    energies, rises, decays
        float64 (strokes,): energy put in, rise in seconds, decay in nepers per second.
    gains
        float64 (strokes, 2): left and right.
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
