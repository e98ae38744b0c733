"""Decaying partials: the sound of a struck body as a sum of damped sinusoids."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from instruments.dsp.arrays import Complexes, Reals, Singles, Stereo
from instruments.dsp.notes import FLOOR

BLOCK = 256  # samples per block
ALIKE = 0.05  # difference of two exponents over a block below which both share one sinusoid, with an error of −70 dB


def add_partials(
    out: Stereo, onset: float, hold: int, rate: float, partials: Reals, attack: Singles, floor: float = FLOOR,
) -> None:
    """Add damped sinusoids to ``out``, each until it has fallen below ``floor``.

    Parameters
    ----------
    out
        Shape (2, frames), float32; added to.
    onset
        Onset in samples, fractional.
    hold
        Samples from the first one until the damper falls. After it the damped decay holds.
    rate
        Sample rate in Hz.
    partials
        Shape (n, 7), float64: frequency in Hz, decay and damped decay in nepers per second (the inverse of the time
        constant), then the complex amplitude at the onset: left real, left imaginary, right real, right imaginary.
    attack
        Shape (samples,), float32: gain of the first samples.
    floor
        Sum of the magnitudes left and right below which a partial has ended.
    """
    start, lag = first_sample(onset)
    if np.array_equal(partials[:, 1], partials[:, 2]):  # no damper: one loop instead of two, with the same result
        hold = out.shape[1]
    exponents = np.empty((2, len(partials)), complex)
    exponents.imag = 2 * np.pi / rate * partials[:, 0]
    exponents.real = partials[:, 1:3].T / -rate
    phasors = np.exp(lag * exponents[0])[:, None] * np.ascontiguousarray(partials[:, 3:]).view(complex)
    _add(out, start, hold, exponents, phasors, attack, floor)


def first_sample(onset: float) -> tuple[int, float]:
    """Return the first sample that is not before an onset, and its distance from the onset, both in samples."""
    start = math.ceil(onset)
    return start, start - onset


@njit(cache=True, nogil=True)
def _add(out: Stereo, start: int, hold: int, exponents: Complexes, phasors: Complexes, attack: Singles,
         floor: float) -> None:
    """Compute ``add_partials``.

    A phasor z[n+1] = z[n] exp(s) is carried from block to block in double precision. Partials of nearly equal
    exponents, such as the modes of a unison, share one sinusoid per block. It is tabulated once, and its complex
    amplitude is interpolated linearly from their sum at the start of the block to their sum at its end.

    ``exponents``, shape (2, n), hold before and after the damper falls; ``phasors``, shape (n, 2), left and right.
    """
    frames, count = out.shape[1], phasors.shape[0]
    carrier = np.empty(count, np.int64)  # index of the partial whose sinusoid it shares
    groups = 0
    for p in range(count):
        if groups and abs(exponents[0, p] - exponents[0, carrier[p - 1]]) * BLOCK < ALIKE:
            carrier[p] = carrier[p - 1]
        else:
            carrier[p] = p
            groups += 1
    table, block = np.empty((count, 2, BLOCK), np.float32), np.empty((2, BLOCK), np.float32)
    left, right = block[0], block[1]
    ramp = np.arange(BLOCK).astype(np.float32) / np.float32(BLOCK)
    turns = np.empty(count, np.complex128)  # factor of each phasor over a block
    drifts = np.empty(count, np.complex128)  # the same, relative to the shared sinusoid
    sounding = np.arange(count)  # its first ``count`` entries are the partials that have not ended
    at = 0
    for damped in range(2):
        until = frames - start
        if damped == 0 and hold < until:
            until = hold
        if at >= until:
            continue
        exponent = exponents[damped]
        last = -1
        for p in sounding[:count]:
            first = carrier[p]
            if first != last:
                _tabulate(table[first, 0], table[first, 1], exponent[first])
                last = first
            turns[p], drifts[p] = np.exp(BLOCK * exponent[p]), np.exp(BLOCK * (exponent[p] - exponent[first]))
        while count and at < until:
            for k in range(BLOCK):
                left[k] = right[k] = 0.0
            size = until - at if until - at < BLOCK else BLOCK
            kept = i = 0
            while i < count:
                first = carrier[sounding[i]]
                alone, begun, start_left, start_right, end_left, end_right = True, False, 0j, 0j, 0j, 0j
                while i < count and carrier[sounding[i]] == first:
                    p = sounding[i]
                    i += 1
                    to_left, to_right = phasors[p, 0], phasors[p, 1]
                    if (abs(to_left.real) + abs(to_left.imag) + abs(to_right.real) + abs(to_right.imag)) < floor:
                        continue
                    sounding[kept] = p
                    kept += 1
                    alone = not begun and p == first
                    begun = True
                    start_left += to_left
                    start_right += to_right
                    end_left += to_left * drifts[p]
                    end_right += to_right * drifts[p]
                    turn = turns[p] if size == BLOCK else np.exp(size * exponent[p])
                    phasors[p, 0], phasors[p, 1] = to_left * turn, to_right * turn
                lr, li = np.float32(start_left.real), np.float32(start_left.imag)
                rr, ri = np.float32(start_right.real), np.float32(start_right.imag)
                cosine, sine = table[first, 0], table[first, 1]
                if alone:
                    for k in range(BLOCK):  # a constant length, so that it is compiled to vector instructions
                        left[k] += lr * cosine[k] - li * sine[k]
                        right[k] += rr * cosine[k] - ri * sine[k]
                elif begun:
                    lr1, li1 = np.float32(end_left.real) - lr, np.float32(end_left.imag) - li
                    rr1, ri1 = np.float32(end_right.real) - rr, np.float32(end_right.imag) - ri
                    for k in range(BLOCK):
                        left[k] += (lr + lr1 * ramp[k]) * cosine[k] - (li + li1 * ramp[k]) * sine[k]
                        right[k] += (rr + rr1 * ramp[k]) * cosine[k] - (ri + ri1 * ramp[k]) * sine[k]
            count = kept
            rising = attack.shape[0] - at if attack.shape[0] - at < size else size
            for k in range(rising):
                left[k] *= attack[at + k]
                right[k] *= attack[at + k]
            for k in range(size):
                out[0, start + at + k] += left[k]
                out[1, start + at + k] += right[k]
            at += size


@njit(cache=True, nogil=True)
def _tabulate(cosine: Singles, sine: Singles, exponent: complex) -> None:
    """Tabulate exp(exponent k) for each sample k of a block, by doubling."""
    cosine[0], sine[0] = 1.0, 0.0
    done = 1
    while done < BLOCK:
        turn = np.exp(done * exponent)
        re, im = np.float32(turn.real), np.float32(turn.imag)
        for k in range(done):
            cosine[done + k] = cosine[k] * re - sine[k] * im
            sine[done + k] = cosine[k] * im + sine[k] * re
        done *= 2


def contact_rolloff(frequencies_hz: Reals, contact_seconds: float) -> Reals:
    """Return the amplitude that a soft blow of a contact time gives to each frequency, 1 at 0 Hz.

    The spectrum of a raised-cosine force pulse falls as f⁻³ above 1/contact time. This is its envelope without the
    zeros, because a felt does not leave all strings at the same moment.
    """
    rolloff: Reals = (1.0 + (frequencies_hz * contact_seconds) ** 2) ** -1.5
    return rolloff


def raised_cosine(samples: float, onset: float = 0.0) -> Singles:
    """Return a rise from 0 to 1 over ``samples`` after an onset in samples, fractional, at each whole sample."""
    at = np.arange(max(math.ceil(samples), 1)) + first_sample(onset)[1]
    rise: Singles = (0.5 - 0.5 * np.cos(np.pi * np.minimum(at / samples, 1.0))).astype(np.float32)
    return rise


def knock(
    draw: np.random.Generator, count: int, low_hz: float, high_hz: float, decay_per_second: float, amplitude: float
) -> Reals:
    """Draw the modes of a knock on wood or flesh, uncorrelated left and right.

    Noise made of modes sounds the same at every sample rate.

    Parameters
    ----------
    draw
        Random generator.
    count
        Number of modes.
    low_hz, high_hz
        Range of their frequencies, uniform in log frequency.
    decay_per_second
        Median decay in nepers per second.
    amplitude
        R.m.s. of the sum at the onset, as the amplitude of a sinusoid.

    Returns
    -------
    Reals
        Shape (count, 7): rows for ``add_partials``.
    """
    rows = np.empty((count, 7))
    rows[:, 0] = low_hz * (high_hz / low_hz) ** draw.random(count)
    rows[:, 1] = rows[:, 2] = decay_per_second * np.exp(0.3 * draw.standard_normal(count))
    rows[:, 3:] = draw.standard_normal((count, 4)) * amplitude / np.sqrt(2 * count)
    return rows
