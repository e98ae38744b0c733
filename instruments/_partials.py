"""Decaying partials: what is struck rings as a sum of damped sinusoids."""

from __future__ import annotations

import numpy as np
from numba import njit

from instruments._notes import FLOOR

BLOCK = 64


@njit(cache=True, nogil=True)
def add_partials(
    out: np.ndarray, start: int, hold: int, rate: float, partials: np.ndarray, attack: np.ndarray
) -> None:
    """Add damped sinusoids to ``out``, each until it has fallen below −100 dBFS.

    One turn of a phasor is z[n+1] = z[n] exp((−σ + jω)/rate). Its powers over a block are tabulated once, so that
    each block is the table turned and scaled by the phasor at the block's start, which is carried in double precision.

    out
        float32 (2, frames), added to.
    start, hold
        First sample, and the number of samples until the damper falls (the decay then is the damped one).
    rate
        Sample rate in Hz.
    partials
        float64 (n, 7): frequency in Hz, decay and damped decay in nepers per second (amplitude falls by 1/e in one
        over it), then the amplitude at the start, complex, as real and imaginary part, left and right.
    attack
        float32: the first samples are multiplied by it.
    """
    frames, count = out.shape[1], partials.shape[0]
    table = np.empty((count, 2, BLOCK), np.float32)
    leap = np.empty(count, np.complex128)
    left_z, right_z = np.empty(count, np.complex128), np.empty(count, np.complex128)
    block = np.empty((2, BLOCK), np.float32)
    left, right = block[0], block[1]
    for p in range(count):
        left_z[p] = complex(partials[p, 3], partials[p, 4])
        right_z[p] = complex(partials[p, 5], partials[p, 6])
    at = 0
    for damped in range(2):
        until = frames - start if damped else min(hold, frames - start)
        for p in range(count):
            turn = np.exp(complex(-partials[p, 1 + damped], 2.0 * np.pi * partials[p, 0]) / rate)
            z = complex(1.0, 0.0)
            for k in range(BLOCK):
                table[p, 0, k], table[p, 1, k] = z.real, z.imag
                z *= turn
            leap[p] = z
        sounding = True
        while sounding and at < until:
            sounding = False
            block[:] = 0
            size = min(BLOCK, until - at)
            for p in range(count):
                lz, rz = left_z[p], right_z[p]
                if abs(lz.real) + abs(lz.imag) + abs(rz.real) + abs(rz.imag) < FLOOR:
                    continue
                sounding = True
                lr, li, rr, ri = np.float32(lz.real), np.float32(lz.imag), np.float32(rz.real), np.float32(rz.imag)
                cosine, sine = table[p, 0], table[p, 1]
                for k in range(BLOCK):  # a constant length, so that it is compiled to vector instructions
                    left[k] += lr * cosine[k] - li * sine[k]
                    right[k] += rr * cosine[k] - ri * sine[k]
                by = leap[p] if size == BLOCK else complex(table[p, 0, size], table[p, 1, size])
                left_z[p], right_z[p] = lz * by, rz * by
            for k in range(min(size, attack.size - at)):
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


def raised_cosine(samples: int) -> np.ndarray:
    """Rise from 0 to 1 over ``samples``: float32 (samples,)."""
    return (0.5 - 0.5 * np.cos(np.pi * (np.arange(samples) + 0.5) / samples)).astype(np.float32)


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
