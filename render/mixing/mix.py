"""The sum of the stems, as integers of 24-bit files, so that the stem files sum to the premaster exactly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from threading import Lock

import numpy as np

from render.audio.samples import Integers, Span
from render.audio.wav import LARGEST


class Mix:
    """Adds stems in any order, from any thread; the sum of integers does not depend on the order.

    Attributes
    ----------
    total
        Shape (2, frames), int32, full scale 2²³: headroom for 255 stems at full scale.
    """

    def __init__(self, frames: int) -> None:
        self.total = np.zeros((2, frames), np.int32)
        self._highest_stem = 0
        self._lock = Lock()

    def add(self, stem: Integers, peak: int, spans: Sequence[Span]) -> None:
        """Add a stem.

        Parameters
        ----------
        stem
            Shape (2, frames), int32, full scale 2²³.
        peak
            Its highest magnitude.
        spans
            Its non-silent spans.
        """
        with self._lock:
            self._highest_stem = max(self._highest_stem, peak)
            for start, stop in spans:
                self.total[:, start:stop] += stem[:, start:stop]

    def make_room(self, peak: int) -> None:
        """Consider the highest magnitude of a stem that is written to a file but not added to the sum."""
        with self._lock:
            self._highest_stem = max(self._highest_stem, peak)

    def add_sum(self, total: Integers, peak: int) -> None:
        """Add the sum of some stems, shape (2, frames), int32; the highest magnitude among them is ``peak``."""
        with self._lock:
            self._highest_stem = max(self._highest_stem, peak)
            self.total += total

    def halvings(self) -> int:
        """Return how often all stems must be halved (6.02 dB) so that they and their sum stay below full scale."""
        highest = max(magnitude(self.total), self._highest_stem)
        return max(math.ceil(math.log2(highest / LARGEST)), 0) if highest else 0


def magnitude(samples: Integers) -> int:
    """Return the highest magnitude of integers; 0 for an empty array."""
    return max(int(samples.max(initial=0)), -int(samples.min(initial=0)))
