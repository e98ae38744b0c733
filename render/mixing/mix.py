"""The sum of the stems, in the integers of their files: so the stems add up to the premaster exactly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from threading import Lock

import numpy as np

from render.audio.samples import Span
from render.audio.wav import LARGEST


class Mix:
    """Adds stems as they come. Integer addition has no order, so neither has the result.

    ``total`` has shape (2, frames), int32, full scale 2²³: room for 255 stems at full scale.
    """

    def __init__(self, frames: int) -> None:
        self.total = np.zeros((2, frames), np.int32)
        self._highest_stem = 0
        self._lock = Lock()

    def add(self, stem: np.ndarray, peak: int, spans: Sequence[Span]) -> None:
        """Add a stem of shape (2, frames), int32, whose highest magnitude is ``peak``: zero outside ``spans``."""
        with self._lock:
            self._highest_stem = max(self._highest_stem, peak)
            for start, stop in spans:
                self.total[:, start:stop] += stem[:, start:stop]

    def make_room(self, peak: int) -> None:
        """Take account of a stem that has a file and is no part of the sum."""
        with self._lock:
            self._highest_stem = max(self._highest_stem, peak)

    def halvings(self) -> int:
        """How often all stems have to be halved (6.02 dB) for them and their sum to stay below full scale."""
        highest = max(magnitude(self.total), self._highest_stem)
        return max(math.ceil(math.log2(highest / LARGEST)), 0) if highest else 0


def magnitude(samples: np.ndarray) -> int:
    """Highest magnitude in an int32 array; 0 where it is empty."""
    return max(int(samples.max(initial=0)), -int(samples.min(initial=0)))
