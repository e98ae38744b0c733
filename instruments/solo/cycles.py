"""The motion of a source within one period, from soft to loud: band-limited, so that nothing folds back."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from instruments.dsp.arrays import Complexes, Reals, Singles

DYNAMICS = np.linspace(0.0, 1.0, 6)  # the loudnesses for which a cycle is computed: 0 is ppp, 1 is fff
FINE = 8192  # points of a cycle from which its harmonics are computed
SMALLEST_TABLE = 256  # fewest values of a cycle
LARGEST_TABLE = 4096  # most values of a cycle
FINENESS = 32  # values for each cycle of the highest harmonic; linear interpolation then errs by −46 dB of it


def harmonics_of(motion: Callable[[Reals, float], Reals], count: int) -> Complexes:
    """Return the harmonics of a motion that is given as a function of phase.

    Parameters
    ----------
    motion
        From the phase in radians, shape (``FINE``,), and a dynamic from 0 to 1, the motion of the source.
    count
        Number of harmonics.

    Returns
    -------
    Complexes
        Shape (dynamics, count).
    """
    return _harmonics(motion)[:, :count]


@cache
def _harmonics(motion: Callable[[Reals, float], Reals]) -> Complexes:
    """Return all harmonics of a motion, shape (dynamics, FINE / 2): they do not depend on the pitch."""
    phase = 2 * np.pi * np.arange(FINE) / FINE
    cycles = np.array([motion(phase, float(dynamic)) for dynamic in DYNAMICS])
    return np.asarray(np.fft.rfft(cycles, axis=1)[:, 1:] * 2 / FINE)


def tabulated(harmonics: Complexes) -> Singles:
    """Return one cycle of each row of harmonics, and its first value again; float32, shape (rows, values + 1)."""
    count = harmonics.shape[1]
    size = min(max(1 << (FINENESS * count - 1).bit_length(), SMALLEST_TABLE), LARGEST_TABLE)
    bins = np.zeros((len(harmonics), size // 2 + 1), complex)
    bins[:, 1 : count + 1] = harmonics * size / 2
    cycles = np.fft.irfft(bins, size)
    closed: Singles = np.concatenate([cycles, cycles[:, :1]], axis=1).astype(np.float32)
    return closed
