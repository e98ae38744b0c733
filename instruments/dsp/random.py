"""Random numbers of the instruments: reproducible from a seed, on any number of threads.

Whole arrays are drawn from ``generator``. A compiled loop draws from ``uniform``, which is stateless: number n of a
seed is a hash of seed and n.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numba import njit

from instruments.dsp.arrays import Reals, Seeds

GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # 2⁶⁴ divided by the golden ratio, made odd
MIX_1 = np.uint64(0xBF58476D1CE4E5B9)  # first multiplier of splitmix64
MIX_2 = np.uint64(0x94D049BB133111EB)  # second multiplier of splitmix64
TO_UNIT = 2.0**-53  # scales 53 random bits to 0–1
MASK = (1 << 64) - 1  # lowest 64 bits of a Python integer


def generator(key: int | Sequence[int]) -> np.random.Generator:
    """Return the NumPy generator (Philox) of a key: a note's seed, or a seed and a purpose."""
    return np.random.Generator(np.random.Philox(key=key))


def kernel_seed(seed: int) -> np.uint64:
    """Truncate a note's seed to the 64 bits that compiled loops take."""
    return np.uint64(seed & MASK)


@njit(cache=True, nogil=True)
def uniform(seed: np.uint64, index: int) -> float:
    """Return random number ``index`` of a seed, uniform in −1 … 1.

    Parameters
    ----------
    seed
        As ``kernel_seed`` returns it.
    index
        Any integer; the same one gives the same number.

    References
    ----------
    G. Steele, D. Lea and C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014 (splitmix64).
    """
    z = seed + np.uint64(index) * GOLDEN
    z = (z ^ (z >> np.uint64(30))) * MIX_1
    z = (z ^ (z >> np.uint64(27))) * MIX_2
    return np.float64((z ^ (z >> np.uint64(31))) >> np.uint64(11)) * TO_UNIT * 2.0 - 1.0


def uniform_of(seeds: Seeds) -> Reals:
    """Return one number per seed, uniform in −1 … 1: the multiplicative hash of D. Knuth (TAOCP 3, 6.4)."""
    return (seeds * GOLDEN >> np.uint64(40)).astype(np.float64) / 2**23 - 1.0


def hashed(seeds: Seeds, count: int) -> Reals:
    """Return the first ``count`` numbers of ``uniform`` for each of many seeds: float64 (seeds, count), in −1 … 1."""
    z = (seeds.astype(np.uint64)[:, None] + np.arange(count, dtype=np.uint64) * GOLDEN)
    z = (z ^ (z >> np.uint64(30))) * MIX_1
    z = (z ^ (z >> np.uint64(27))) * MIX_2
    values: Reals = ((z ^ (z >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) * TO_UNIT * 2.0 - 1.0
    return values
