"""Decaying partials: what is struck rings as a sum of damped sinusoids."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from instruments.dsp.notes import FLOOR

BLOCK = 256
ALIKE = 0.05  # partials whose exponents differ by no more than this in a block share its sinusoid: error −70 dB


def add_partials(
    out: np.ndarray, onset: float, hold: int, rate: float, partials: np.ndarray, attack: np.ndarray,
    floor: float = FLOOR,
) -> None:
    """Add damped sinusoids to ``out``, each until it has fallen below ``floor``.

    out
        float32 (2, frames), added to.
    onset, hold
        Where they begin, in samples and parts of one, and the number of samples from the first one on until the
        damper falls (the decay then is the damped one).
    rate
        Sample rate in Hz.
    partials
        float64 (n, 7): frequency in Hz, decay and damped decay in nepers per second (amplitude falls by 1/e in one
        over it), then the amplitude at the start, complex, as real and imaginary part, left and right.
    attack
        float32: the first samples are multiplied by it.
    floor
        Amplitude below which a partial has ended.
    """
    start, lag = first_sample(onset)
    if np.array_equal(partials[:, 1], partials[:, 2]):  # no damper: what it would do changes nothing, to the bit
        hold = out.shape[1]
    exponents = np.empty((2, len(partials)), complex)
    exponents.imag = 2 * np.pi / rate * partials[:, 0]
    exponents.real = partials[:, 1:3].T / -rate
    phasors = np.exp(lag * exponents[0])[:, None] * np.ascontiguousarray(partials[:, 3:]).view(complex)
    _add(out, start, hold, exponents, phasors, attack, floor)


def first_sample(onset: float) -> tuple[int, float]:
    """The first sample that is not before an onset (in samples), and how far behind it."""
    start = math.ceil(onset)
    return start, start - onset


@njit(cache=True, nogil=True)
def _add(out: np.ndarray, start: int, hold: int, exponents: np.ndarray, phasors: np.ndarray, attack: np.ndarray,
         floor: float) -> None:
    """The loop of ``add_partials``.

    A phasor z[n+1] = z[n] exp(s) is carried from block to block in double precision. Inside a block those of nearly one
    exponent, as the modes of a unison are, share a sinusoid, tabulated once, whose complex amplitude goes in a straight
    line from what they are together at the block's start to what they are at its end.

    ``exponents`` complex (2, n): before and after the damper falls; ``phasors`` complex (n, 2): left and right.
    """
    frames, count = out.shape[1], phasors.shape[0]
    carrier = np.empty(count, np.int64)  # whose sinusoid a partial shares: its own, or that of one shortly before it
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
    turns, drifts = np.empty(count, np.complex128), np.empty(count, np.complex128)  # in a block; beside the carrier
    sounding = np.arange(count)  # those that have not ended are the first ``count`` of it
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
def _tabulate(cosine: np.ndarray, sine: np.ndarray, exponent: complex) -> None:
    """exp(exponent k) for each sample k of a block, by doubling."""
    cosine[0], sine[0] = 1.0, 0.0
    done = 1
    while done < BLOCK:
        turn = np.exp(done * exponent)
        re, im = np.float32(turn.real), np.float32(turn.imag)
        for k in range(done):
            cosine[done + k] = cosine[k] * re - sine[k] * im
            sine[done + k] = cosine[k] * im + sine[k] * re
        done *= 2


def contact_rolloff(frequencies_hz: np.ndarray, contact_seconds: float) -> np.ndarray:
    """How much of each frequency a soft blow of that contact time excites, 1 at 0 Hz.

    The spectrum of a raised-cosine force pulse falls as f⁻³ beyond 1/contact time; this is its envelope with the
    zeros filled, since a felt does not leave all strings at one moment.
    """
    rolloff: np.ndarray = (1.0 + (frequencies_hz * contact_seconds) ** 2) ** -1.5
    return rolloff


def raised_cosine(samples: float, onset: float = 0.0) -> np.ndarray:
    """Rise from 0 to 1 over ``samples`` from an onset in samples, at each whole one: float32."""
    at = np.arange(max(math.ceil(samples), 1)) + first_sample(onset)[1]
    rise: np.ndarray = (0.5 - 0.5 * np.cos(np.pi * np.minimum(at / samples, 1.0))).astype(np.float32)
    return rise


def knock(
    draw: np.random.Generator, count: int, low_hz: float, high_hz: float, decay_per_second: float, amplitude: float
) -> np.ndarray:
    """Partials of a knock on wood or flesh: modes at random frequencies (even in log f), left and right unalike.

    Noise made of modes sounds the same at every sample rate. Returns rows for ``add_partials``, float64 (count, 7);
    the sum has the r.m.s. of a sinusoid of ``amplitude`` at the onset.
    """
    rows = np.empty((count, 7))
    rows[:, 0] = low_hz * (high_hz / low_hz) ** draw.random(count)
    rows[:, 1] = rows[:, 2] = decay_per_second * np.exp(0.3 * draw.standard_normal(count))
    rows[:, 3:] = draw.standard_normal((count, 4)) * amplitude / np.sqrt(2 * count)
    return rows
