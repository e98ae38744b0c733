"""Look-ahead limiting with a smooth gain, in blocks of about a millisecond.

The gain that each block needs is held over the look-ahead on both sides (a sliding minimum), released exponentially
and smoothed by a raised cosine as long as the hold, so that it is reached when the peak arrives (Giannoulis, Massberg
and Reiss, 2012, "Digital dynamic range compressor design", section 2.3; Luff, 2022, "Designing a straightforward
limiter", for the order of these three). Its slope is bounded: at most a fifth of the reduction per millisecond.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numba import njit
from numpy.typing import NDArray

from render.audio.samples import Curve, Integers
from render.run import Run

# Duration of the gain's fall [ms]: within it the peak masks the preceding sound (backward masking).
LOOKAHEAD_MS = 10.0
# Time constant of the gain's recovery [ms].
RELEASE_MS = 150.0
# Gain from which the recovery counts as complete [ratio]: 0.001 dB below unity.
UNITY = 0.9999
# Blocks processed at a time, so that they stay in the cache.
_BLOCKS = 512


class SmoothLimiter:
    """A limiter whose gain is linear between the edges of blocks.

    Parameters
    ----------
    peaks
        Highest magnitude of each block: shape (blocks,), full scale 1.
    block_ms
        Length of a block [ms].
    """

    def __init__(self, peaks: Curve, block_ms: float) -> None:
        self._peaks = peaks
        half = max(round(LOOKAHEAD_MS / block_ms / 2), 1)
        window = 1 + np.cos(np.pi * np.arange(-half, half + 1) / (half + 1))
        self._window = window / window.sum()
        self._release = 1 - math.exp(-block_ms / RELEASE_MS)
        self._held = np.empty(peaks.size + 1)
        self.gains = np.ones(peaks.size + 1)

    def solve(self, gain: float, ceiling: float) -> Curve:
        """Find the gains at which no peak, raised by ``gain``, exceeds ``ceiling``; shape (blocks + 1,)."""
        _gains(self._peaks, ceiling / gain, self._release, self._window, self._held, self.gains)
        return self.gains

    def apply(self, samples: Integers, block: int, gain: float, limited: Integers, run: Run = map) -> None:
        """Multiply a sound by ``gain`` and by the gains that :meth:`solve` found.

        Parameters
        ----------
        samples
            The sound: shape (2, frames), int32.
        block
            Length of a block [samples].
        gain
            Factor.
        limited
            Receives the result, rounded: of the same shape and type.
        run
            ``map``, or a function like it that shares the work.
        """
        frames, ramp = samples.shape[1], np.arange(block) / block

        def piece(first: int) -> None:
            edges = self.gains[first:first + _BLOCKS + 1] * gain
            start, stop = first * block, min((first + _BLOCKS) * block, frames)
            if (edges == gain).all():
                curve: Curve | float = gain
            else:
                curve = (edges[:-1, None] + np.diff(edges)[:, None] * ramp).ravel()[:stop - start]
            for channel in range(samples.shape[0]):
                raised = samples[channel, start:stop] * curve
                limited[channel, start:stop] = np.rint(raised, out=raised)

        def pieces(firsts: range) -> None:
            for first in firsts:
                piece(first)

        list(run(pieces, _shares(self._peaks.size)))


def _shares(blocks: int) -> Iterator[range]:
    """Yield the blocks ``0, 512, 1024 …`` in a few ranges, each of them the work of one thread."""
    share = 32 * _BLOCKS
    for start in range(0, blocks, share):
        yield range(start, min(start + share, blocks), _BLOCKS)


@njit(cache=True, nogil=True)
def _gains(peaks: NDArray[np.float64], highest: float, release: float, window: NDArray[np.float64],
           held: NDArray[np.float64], gains: NDArray[np.float64]) -> None:
    """Compute the gains at the edges of blocks: minimum, release, smoothing."""
    half, last = window.size // 2, peaks.size
    for k in range(last + 1):
        held[k] = 1.0
    for k in range(last):
        if peaks[k] > highest:
            wanted = highest / peaks[k]
            first = k - half if k > half else 0
            for j in range(first, k + half + 2):  # both edges of the block, and the edges smoothed into them
                if j <= last and wanted < held[j]:
                    held[j] = wanted
    level = 1.0
    for k in range(last + 1):
        level += release * (1.0 - level)
        if held[k] < level:
            level = held[k]
        elif level > UNITY:
            level = 1.0
        held[k] = level
    lowered = -1 - half  # last edge below 1
    for k in range(-half, last + 1):
        if k + half <= last and held[k + half] < 1.0:
            lowered = k + half
        if k < 0:
            continue
        gains[k] = 1.0
        if lowered >= k - half:
            total = 0.0
            for j in range(window.size):
                at = k - half + j
                if at < 0:
                    at = 0
                if at > last:
                    at = last
                total += window[j] * held[at]
            gains[k] = total
