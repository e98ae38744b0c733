"""Reading a stereo sound between its samples, for sums over many readers.

Each reader adds its four neighbours, weighted, to four sums of its frame; the four are added up once, after the last
reader. The neighbours lie side by side in memory, so the compiler makes vector instructions of the loop.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from effects.dsp.kernels import weights

# Neighbours that are read for each place.
TAPS = 4
# Channels of each neighbour.
CHANNELS = 2
# Values of a reader [samples]: its neighbours, left and right side by side.
LANES = TAPS * CHANNELS
# Resolution between two samples [bits]: the rounding error lies 77 dB below a tone of 1 kHz.
ROW_BITS = 9
_RIGHT = np.uint64(1)
_NEXT = np.uint64(CHANNELS)


@cache
def tap_table() -> NDArray[np.float32]:
    """Compute the weights of four neighbours, each twice, at the middles of ``2 ** ROW_BITS`` equal parts of a sample.

    Returns
    -------
    NDArray[float32]
        Shape (2^ROW_BITS · LANES,): a row of ``LANES`` for each part.
    """
    places = (np.arange(2**ROW_BITS) + 0.5) / 2**ROW_BITS
    rows = np.array([weights.py_func(place) for place in places.tolist()], np.float32)
    return np.repeat(rows, CHANNELS, axis=1).ravel()


@njit(cache=True, nogil=True, fastmath={"contract"})
def add_taps(sums: Any, at: Any, sound: Any, place: Any, table: Any, row: Any, left: Any, right: Any) -> None:
    """Add ``LANES`` samples from ``place`` on, weighted by the table from ``row`` on, to the sums from ``at`` on.

    All arrays are flat, float32; ``at``, ``place`` and ``row`` are uint64, so that no index is checked for its sign;
    ``left`` and ``right`` are the gains of the two channels.
    """
    for _ in range(TAPS):
        sums[at] += sound[place] * table[row] * left
        sums[at + _RIGHT] += sound[place + _RIGHT] * table[row + _RIGHT] * right
        at, place, row = at + _NEXT, place + _NEXT, row + _NEXT
