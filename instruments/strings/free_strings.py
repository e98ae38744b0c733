"""Sympathetic strings: strings that nobody plucks and that the bridge sets in motion.

A free string is one loop in one plane, without stiffness: at 30 dB below the plucked strings more is inaudible. A
small share of the force of the plucked strings on the bridge enters it. Its own force reaches the body and no other
string, so that the coupling is stable. Its filter has no feedback of its own, so that several samples can be computed
at once.

References
----------
M. Karjalainen, V. Välimäki and T. Tolonen, "Plucked-String Models: From the Karplus-Strong Algorithm to Digital
Waveguides and Beyond", Computer Music Journal 22(3), 1998: sympathetic coupling.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from instruments.dsp.arrays import Integers, Mono, Reals
from instruments.dsp.interpolation import cubic_weights
from instruments.strings.string import REFERENCE_HZ

BLOCK = 256  # samples that are computed between two decisions, at most
LINE_SAMPLES = 16384  # samples that a line is written on before it is moved back to the beginning of its room
TAPS = 6  # taps of the loop's filter: four of the fraction of a sample convolved with three of the loss
WAKES = 0.1  # drive that sets a string at rest in motion, relative to ``silence``


def free_loop(frequency_hz: float, t60_seconds: float, t60_reference_seconds: float, rate: int) -> tuple[int, Reals]:
    """Design the loop of a free string.

    Parameters
    ----------
    frequency_hz
        Frequency at which it rings.
    t60_seconds, t60_reference_seconds
        Decay times toward 0 Hz and at 4 kHz, as for ``instruments.strings.string.loss``.
    rate
        Sample rate in Hz.

    Returns
    -------
    int
        Delay in whole samples.
    Reals
        Shape (TAPS,): the filter, a cubic interpolator convolved with a loss that grows with the square of frequency.
    """
    low = 10.0 ** (-3.0 / (frequency_hz * t60_seconds))
    high = 10.0 ** (-3.0 / (frequency_hz * t60_reference_seconds))
    # Outer taps above a quarter would give gain near half the sample rate.
    side = min((1 - high / low) / (2 * (1 - np.cos(2 * np.pi * REFERENCE_HZ / rate))), 0.25)
    rest = rate / frequency_hz - 1  # the three taps of the loss delay by one sample
    whole = int(np.floor(rest)) - 1
    fraction = cubic_weights(rest - whole - 1)  # between the second and the third of its four taps
    return whole, low * np.convolve(fraction, [side, 1 - 2 * side, side])


def ring_along(drive: Mono, ring: Mono, delay: int, taps: Reals, free: Integers, coupling: float, silence: float,
               fade: int) -> Integers:
    """Add the force of a free string to ``ring``.

    Parameters
    ----------
    drive
        Shape (frames,), float32: force of the plucked strings on the bridge.
    ring
        Shape (frames,), float32; added to.
    delay, taps
        The loop, from ``free_loop``.
    free
        Shape (spans, 2), int64, in rising order: where the string is free. It is damped over the last ``fade`` samples
        of a span, unless the span ends with ``drive``.
    coupling
        Share of the drive that enters the string, 0–1.
    silence
        Force below which a string comes to rest until it is driven above it.
    fade
        Length of the damping in samples.

    Returns
    -------
    Integers
        Shape (spans, 2): the part of each span in which the string sounds, empty where it does not.
    """
    sounding = np.zeros_like(free)
    _ring(drive, ring, free, sounding, np.zeros(delay + TAPS + LINE_SAMPLES), delay, taps, coupling, silence, fade)
    return sounding


@njit(cache=True, nogil=True)
def _ring(drive: Mono, ring: Mono, free: Integers, sounding: Integers, line: Reals, delay: int, taps: Reals,
          coupling: float, silence: float, fade: int) -> None:
    """Compute ``ring_along``; ``line`` is its workspace and starts as zeros."""
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
                    awake |= abs(drive[at + k]) * coupling > WAKES * silence
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
                for kept in range(past):  # no slices: their bounds checks take the compiler seconds
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
