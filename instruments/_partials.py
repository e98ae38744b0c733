"""Decaying partials: what is struck rings as a sum of damped sinusoids."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from instruments._notes import FLOOR

BLOCK = 64


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
    exponents = (2j * np.pi * partials[:, :1] - partials[:, 1:3]) / rate
    begun = np.ascontiguousarray(partials[:, 3:]).view(complex) * np.exp(lag * exponents[:, :1])
    phasors = np.column_stack([begun.view(np.float64), np.exp(exponents).view(np.float64),
                               np.empty((len(partials), 2))])
    _add(out, start, hold, phasors, attack, floor)


def first_sample(onset: float) -> tuple[int, float]:
    """The first sample that is not before an onset (in samples), and how far behind it."""
    start = math.ceil(onset)
    return start, start - onset


@njit(cache=True, nogil=True)
def _add(out: np.ndarray, start: int, hold: int, phasors: np.ndarray, attack: np.ndarray, floor: float) -> None:
    """The loop of ``add_partials``.

    One turn of a phasor is z[n+1] = z[n] exp((−σ + jω)/rate). Its powers over a block are tabulated once, so that
    each block is the table turned and scaled by the phasor at the block's start, which is carried in double precision.

    ``phasors`` (n, 10) holds complex numbers in pairs of columns: z left and right, the turn before and after the
    damper falls, and room for the turn of a whole block.
    """
    frames, count = out.shape[1], phasors.shape[0]
    table, block = np.empty((count, 2, BLOCK), np.float32), np.empty((2, BLOCK), np.float32)
    left, right = block[0], block[1]
    sounding = np.arange(count)  # those that have not ended are the first ``count`` of it
    at = 0
    for damped in range(2):
        until = frames - start
        if damped == 0 and hold < until:
            until = hold
        for p in sounding[:count]:
            turn_re, turn_im = phasors[p, 4 + 2 * damped], phasors[p, 5 + 2 * damped]
            re, im = 1.0, 0.0
            for k in range(BLOCK):
                table[p, 0, k], table[p, 1, k] = re, im
                re, im = re * turn_re - im * turn_im, re * turn_im + im * turn_re
            phasors[p, 8], phasors[p, 9] = re, im
        while count and at < until:
            for k in range(BLOCK):
                left[k] = right[k] = 0.0
            size = until - at if until - at < BLOCK else BLOCK
            i = 0
            while i < count:
                p = sounding[i]
                left_re, left_im, right_re, right_im = phasors[p, 0], phasors[p, 1], phasors[p, 2], phasors[p, 3]
                if abs(left_re) + abs(left_im) + abs(right_re) + abs(right_im) < floor:
                    count -= 1
                    sounding[i] = sounding[count]
                    continue
                i += 1
                lr, li, rr, ri = np.float32(left_re), np.float32(left_im), np.float32(right_re), np.float32(right_im)
                cosine, sine = table[p, 0], table[p, 1]
                for k in range(BLOCK):  # a constant length, so that it is compiled to vector instructions
                    left[k] += lr * cosine[k] - li * sine[k]
                    right[k] += rr * cosine[k] - ri * sine[k]
                re, im = phasors[p, 8], phasors[p, 9]
                if size < BLOCK:
                    re, im = np.float64(table[p, 0, size]), np.float64(table[p, 1, size])
                phasors[p, 0], phasors[p, 1] = left_re * re - left_im * im, left_re * im + left_im * re
                phasors[p, 2], phasors[p, 3] = right_re * re - right_im * im, right_re * im + right_im * re
            rising = attack.shape[0] - at if attack.shape[0] - at < size else size
            for k in range(rising):
                left[k] *= attack[at + k]
                right[k] *= attack[at + k]
            for k in range(size):
                out[0, start + at + k] += left[k]
                out[1, start + at + k] += right[k]
            at += size


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
