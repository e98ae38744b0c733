"""Strings that nobody plucks: the bridge moves them, and what of it is their own they keep.

A free string is one loop in one plane and without stiffness: of a sound 30 dB below the string that was plucked nobody
hears more. What the others pull the bridge with goes into it, a small share of it, as in M. Karjalainen, V. Välimäki
and T. Tolonen, Computer Music Journal 22(3), 1998, where they treat sympathetic coupling; its own force goes to the
body but into no string, so that the coupling cannot run away. Its filter has no feedback of its own, which lets the
processor work at several samples at once.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from instruments.strings.string import REFERENCE_HZ

BLOCK = 256
LINE_SAMPLES = 16384  # that a line is written on before it is moved back to its beginning
TAPS = 6


def free_loop(frequency_hz: float, t60_seconds: float, t60_reference_seconds: float,
              rate: int) -> tuple[int, np.ndarray]:
    """Whole samples of delay and the six taps of a loop that rings at a frequency.

    T60 as in ``instruments.strings.string.loss``. The taps are Lagrange's fraction of a sample, third degree,
    convolved with a loss of three taps that grows with the square of frequency.
    """
    low = 10.0 ** (-3.0 / (frequency_hz * t60_seconds))
    high = 10.0 ** (-3.0 / (frequency_hz * t60_reference_seconds))
    # More than a quarter to each side and the loss turns to gain at half the rate.
    side = min((1 - high / low) / (2 * (1 - np.cos(2 * np.pi * REFERENCE_HZ / rate))), 0.25)
    rest = rate / frequency_hz - 1  # the three taps delay by one sample
    whole = int(np.floor(rest)) - 1
    d = rest - whole  # 1 … 2: between the two taps in the middle
    lagrange = np.array([-(d - 1) * (d - 2) * (d - 3) / 6, d * (d - 2) * (d - 3) / 2, -d * (d - 1) * (d - 3) / 2,
                         d * (d - 1) * (d - 2) / 6])
    return whole, low * np.convolve(lagrange, [side, 1 - 2 * side, side])


def ring_along(drive: np.ndarray, ring: np.ndarray, delay: int, taps: np.ndarray, free: np.ndarray, coupling: float,
               silence: float, fade: int) -> np.ndarray:
    """Add to ``ring`` what a string at rest makes of ``drive``, both float32 (frames,).

    delay, taps
        from ``free_loop``.
    free
        int64 (spans, 2): where the string is free, in order; it is damped over the last ``fade`` samples of a span,
        unless that is the end of all.
    coupling
        Share of the drive that enters the string.
    silence
        A string below this is at rest until it is driven above it.

    Returns int64 (spans, 2): the part of each span in which it sounds, empty where it does not.
    """
    sounding = np.zeros_like(free)
    _ring(drive, ring, free, sounding, np.zeros(delay + TAPS + LINE_SAMPLES), delay, taps, coupling, silence, fade)
    return sounding


@njit(cache=True, nogil=True)
def _ring(drive: np.ndarray, ring: np.ndarray, free: np.ndarray, sounding: np.ndarray, line: np.ndarray, delay: int,
          taps: np.ndarray, coupling: float, silence: float, fade: int) -> None:
    h0, h1, h2, h3, h4, h5 = taps[0], taps[1], taps[2], taps[3], taps[4], taps[5]
    past = delay + TAPS
    for i in range(free.shape[0]):
        start, stop = free[i]
        sounding[i, 0], sounding[i, 1] = start, start
        awake, write, quiet = False, past, 0
        now = start
        while now < stop:
            count = min(BLOCK, stop - now, delay)
            at = np.uint64(now)
            if not awake:
                for k in range(np.uint64(count)):
                    awake |= abs(drive[at + k]) * coupling > 0.1 * silence
                if not awake:
                    now += count
                    continue
                if sounding[i, 1] == start:
                    first = now
                    while drive[first] == 0.0:
                        first += 1
                    sounding[i, 0] = first
                line[:past] = 0.0
                write, quiet = past, 0
            if write + count > line.shape[0]:
                for kept in range(past):  # not by slices: their check takes the compiler seconds
                    line[kept] = line[write - past + kept]
                write = past
            place, read = np.uint64(write), np.uint64(write - delay)
            for k in range(np.uint64(count)):
                r = read + k
                line[place + k] = (h0 * line[r] + h1 * line[r - np.uint64(1)] + h2 * line[r - np.uint64(2)]
                                   + h3 * line[r - np.uint64(3)] + h4 * line[r - np.uint64(4)]
                                   + h5 * line[r - np.uint64(5)] + coupling * drive[at + k])
            heard = False
            if stop - now - count >= fade or stop == drive.shape[0]:
                for k in range(np.uint64(count)):
                    ring[at + k] += line[place + k]
                    heard |= abs(line[place + k]) >= silence
            else:
                for k in range(count):
                    ring[now + k] += line[write + k] * min(stop - now - k, fade) / fade
                heard = True
            now += count
            write += count
            quiet = 0 if heard else quiet + count
            sounding[i, 1] = now
            if quiet > 2 * delay + BLOCK:
                awake = False
