"""Look-ahead limiting with a smooth gain, by blocks of about a millisecond.

The gain that each block needs is held over the look-ahead on both sides (a sliding minimum), let go exponentially and
smoothed by a raised cosine as long as the hold, so that it has arrived when the peak does (Giannoulis, Massberg and
Reiss, 2012, "Digital dynamic range compressor design", section 2.3; Luff, 2022, "Designing a straightforward limiter",
for the order of these three). Its slope is bounded: per millisecond, a fifth of the way it has to go.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numba import njit

from render.run import Run

# Duration of the gain's fall [ms]: the peak masks what precedes it by so little.
LOOKAHEAD_MS = 10.0
# Time constant of the gain's recovery [ms].
RELEASE_MS = 150.0
# Gain from which the recovery counts as complete [ratio]: 0.001 dB below unity.
UNITY = 0.9999
# Blocks processed at a time: they stay in the cache.
_BLOCKS = 512


class SmoothLimiter:
    """Gains at the edges of blocks, straight lines between them."""

    def __init__(self, peaks: np.ndarray, block_ms: float) -> None:
        """``peaks``: highest magnitude of each block, shape (blocks,)."""
        self._peaks = peaks
        half = max(round(LOOKAHEAD_MS / block_ms / 2), 1)
        window = 1 + np.cos(np.pi * np.arange(-half, half + 1) / (half + 1))
        self._window = window / window.sum()
        self._release = 1 - math.exp(-block_ms / RELEASE_MS)
        self._held = np.empty(peaks.size + 1)
        self.gains = np.ones(peaks.size + 1)

    def solve(self, gain: float, ceiling: float) -> np.ndarray:
        """Find the gains at which no peak, raised by ``gain``, exceeds ``ceiling``; shape (blocks + 1,)."""
        _gains(self._peaks, ceiling / gain, self._release, self._window, self._held, self.gains)
        return self.gains

    def apply(self, samples: np.ndarray, block: int, gain: float, limited: np.ndarray, run: Run = map) -> None:
        """Raise a sound by ``gain`` and by what :meth:`solve` found.

        samples, limited
            shape (2, frames), int32: the sound, and where to write it, rounded.
        block
            frames in a block.
        """
        frames, ramp = samples.shape[1], np.arange(block) / block

        def piece(first: int) -> None:
            edges = self.gains[first:first + _BLOCKS + 1] * gain
            start, stop = first * block, min((first + _BLOCKS) * block, frames)
            if (edges == gain).all():
                curve: np.ndarray | float = gain
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
    """Blocks ``0, 512, 1024 …`` in a few runs, one to be worked on by one thread at a time."""
    share = 32 * _BLOCKS
    for start in range(0, blocks, share):
        yield range(start, min(start + share, blocks), _BLOCKS)


@njit(cache=True, nogil=True)
def _gains(peaks: np.ndarray, highest: float, release: float, window: np.ndarray, held: np.ndarray,
           gains: np.ndarray) -> None:
    """Gains at the edges of blocks: minimum, release, smoothing."""
    half, last = window.size // 2, peaks.size
    for k in range(last + 1):
        held[k] = 1.0
    for k in range(last):
        if peaks[k] > highest:
            wanted = highest / peaks[k]
            first = k - half if k > half else 0
            for j in range(first, k + half + 2):  # both edges of the block, and all that is smoothed into them
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
