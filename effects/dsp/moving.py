"""Sound along paths whose lengths change, as from a rotary speaker. Compiled."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

BLOCK = 32  # samples from one border of a path to the next
LEAST_DELAY = 3.0  # shortest delay [samples], since the polynomial reads three samples ahead
ONE, TWO, THREE = np.float32(1), np.float32(2), np.float32(3)


@njit(cache=True, nogil=True, fastmath={"contract"})
def add_path(out: np.ndarray, sound: np.ndarray, past: int, offset: int, delay: np.ndarray) -> None:
    """Delay a sound by a changing time, with Lagrange's polynomial of fifth degree, and add it to ``out``.

    Parameters
    ----------
    out
        Shape (frames,), float32; added to.
    sound
        Shape (past + frames,), float32: earlier samples, then the sound.
    past
        Number of earlier samples, at least the longest delay and four more.
    offset
        Samples from the first border to the first sample of ``out``, less than ``BLOCK``.
    delay
        Shape (borders,), float64: delay in samples at every ``BLOCK`` of them, linearly interpolated.
    """
    frames = out.shape[0]
    place, block, k = 0, 0, offset  # sample of ``out``, border before it, samples after that
    while place < frames:
        size = min(BLOCK - k, frames - place)
        # Whole samples are counted from the largest delay of the block, so that the rest is small and exact. All is
        # counted from the border, so that the result does not depend on where a block of sound begins.
        longest = int(max(delay[block], delay[block + 1])) + 1
        rest, step = np.float32(longest - delay[block]), np.float32((delay[block] - delay[block + 1]) / BLOCK)
        i = k
        while i < k + size:
            # While the place lies between the same two samples, the loop reads the same six neighbours in step.
            whole = np.int32(rest + np.float32(i) * step)
            until = i + 1
            if step > 0:
                until = max(until, math.ceil((whole + 1 - rest) / step))
            elif step < 0:
                until = max(until, math.ceil((whole - rest) / step))
            else:
                until = k + size
            until = min(until, k + size)
            here, to = np.uint64(past + place - k - longest + whole), np.uint64(place - k)
            for n in range(np.uint64(i), np.uint64(until)):
                number = np.float32(np.int32(n))
                d = rest - np.float32(whole) + number * step
                at = here + n
                before, after, far, further = d + ONE, d - ONE, d + TWO, d - TWO
                furthest = d - THREE
                value = before * d * after * further * np.float32(1 / 120) * (
                    far * sound[at + np.uint64(3)] - furthest * sound[at - np.uint64(2)])
                value += far * d * after * furthest * np.float32(1 / 24) * (
                    further * sound[at - np.uint64(1)] - before * sound[at + np.uint64(2)])
                value += far * before * further * furthest * np.float32(1 / 12) * (
                    d * sound[at + np.uint64(1)] - after * sound[at])
                out[to + n] += value
            i = until
        place += size
        k, block = 0, block + 1


@njit(cache=True, nogil=True, fastmath={"contract"})
def aim(out: np.ndarray, body: np.ndarray, treble: np.ndarray, offset: int, of_body: np.ndarray, of_treble: np.ndarray
        ) -> None:
    """Fill ``out`` with the sound in one direction: two bands with gains at borders, as for ``add_path``."""
    frames = out.shape[0]
    place, block, k = 0, 0, offset
    while place < frames:
        size = min(BLOCK - k, frames - place)
        full, rise = np.float32(of_body[block]), np.float32((of_body[block + 1] - of_body[block]) / BLOCK)
        bright, lift = np.float32(of_treble[block]), np.float32((of_treble[block + 1] - of_treble[block]) / BLOCK)
        to = np.uint64(place - k)
        for n in range(np.uint64(k), np.uint64(k + size)):
            number = np.float32(np.int32(n))
            out[to + n] = (full + number * rise) * body[to + n] + (bright + number * lift) * treble[to + n]
        place += size
        k, block = 0, block + 1


@njit(cache=True, nogil=True, fastmath={"contract"})
def split(sound: np.ndarray, low: np.ndarray, high: np.ndarray, treble: np.ndarray, state: np.ndarray, crossover: float,
          edge: float) -> None:
    """Split a sound at a crossover of 12 dB/octave (Linkwitz and Riley), and its upper band again at 6 dB/octave.

    Parameters
    ----------
    sound
        Shape (frames,), float32.
    low, high, treble
        Shape (frames,), float32; filled. Their sum is an all-pass of the sound.
    state
        Shape (3,), float64; continues with the next call.
    crossover, edge
        tan(π f / rate) of both frequencies.
    """
    g, d = crossover, 1.0 / (1.0 + crossover * (crossover + 2.0))
    a1, a2, a3 = 2.0 * d - 1.0, 2.0 * d * g, 2.0 * d * g * g
    band, under, smooth = state[0], state[1], state[2]
    share = edge / (1.0 + edge)
    for k in range(np.uint64(sound.shape[0])):
        x = np.float64(sound[k])
        rest = x - under
        next_band = a2 * rest + a1 * band
        next_under = a3 * rest + (a2 * band + under)
        below = 0.5 * (under + next_under)
        above = (band + next_band) + below - x  # 2 band + low − x: the high part, turned over, so that they add up
        band, under = next_band, next_under
        moved = share * (above - smooth)
        body = smooth + moved
        smooth = body + moved
        low[k], high[k], treble[k] = below, body, above - body
    for i, value in enumerate((band, under, smooth)):
        state[i] = value if abs(value) > 1e-12 else 0.0
