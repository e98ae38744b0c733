"""Random numbers inside compiled loops: a counter and a hash, so that there is no state to share."""

from __future__ import annotations

import numpy as np
from numba import njit

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX_1, MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
TO_UNIT = 2.0**-53
MASK = (1 << 64) - 1


@njit(cache=True, nogil=True)
def uniform(seed: np.uint64, index: int) -> float:
    """The index-th of a seed's random numbers, even in −1 … 1: splitmix64 of Steele, Lea and Flood (OOPSLA 2014)."""
    z = seed + np.uint64(index) * GOLDEN
    z = (z ^ (z >> np.uint64(30))) * MIX_1
    z = (z ^ (z >> np.uint64(27))) * MIX_2
    return np.float64((z ^ (z >> np.uint64(31))) >> np.uint64(11)) * TO_UNIT * 2.0 - 1.0


def kernel_seed(seed: int) -> np.uint64:
    """A note's seed as ``uniform`` takes it."""
    return np.uint64(seed & MASK)


def hashed(seeds: np.ndarray, count: int) -> np.ndarray:
    """The first ``count`` numbers of ``uniform`` for each of many seeds: float64 (seeds, count), even in −1 … 1."""
    z = (seeds.astype(np.uint64)[:, None] + np.arange(count, dtype=np.uint64) * GOLDEN)
    z = (z ^ (z >> np.uint64(30))) * MIX_1
    z = (z ^ (z >> np.uint64(27))) * MIX_2
    values: np.ndarray = ((z ^ (z >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) * TO_UNIT * 2.0 - 1.0
    return values
