"""Array types of the scores: dtype by name, shape in the docstring of each function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Reals: TypeAlias = NDArray[np.float64]
"""Double-precision values: costs, probabilities, pitches with NaN for a muted string."""

Logits: TypeAlias = Sequence[float] | NDArray[np.floating[Any]]
"""Weights of the options of a choice before the softmax."""

Integers: TypeAlias = NDArray[np.int64]
"""Frets, MIDI numbers, indices and counts."""

Sound: TypeAlias = NDArray[np.float32]
"""Sound, shape (channels, frames)."""
