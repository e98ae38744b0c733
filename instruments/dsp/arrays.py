"""Array types of the instruments: dtype by name, shape in the docstring of each function."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Mono: TypeAlias = NDArray[np.float32]
"""One channel of sound, shape (frames,)."""

Stereo: TypeAlias = NDArray[np.float32]
"""Two channels of sound, left and right, shape (2, frames)."""

Singles: TypeAlias = NDArray[np.float32]
"""Single-precision values that are not a channel of sound: tables, filter taps, envelopes."""

Reals: TypeAlias = NDArray[np.float64]
"""Double-precision values."""

Floats: TypeAlias = NDArray[np.floating[Any]]
"""Real values in single or double precision: the function does not depend on which."""

Complexes: TypeAlias = NDArray[np.complex128]
"""Double-precision complex values."""

Spectra: TypeAlias = NDArray[np.complexfloating[Any, Any]]
"""Complex values in single or double precision: the function does not depend on which."""

Integers: TypeAlias = NDArray[np.int64]
"""Sample positions, indices and counts."""

Booleans: TypeAlias = NDArray[np.bool_]
"""One truth value per note, string or sample."""

Seeds: TypeAlias = NDArray[np.uint64]
"""One seed of a random generator per note or noise."""

Records: TypeAlias = NDArray[np.void]
"""Structured array, one record per note, plane or string."""

Record: TypeAlias = Any
"""One element of ``Records``, whose fields a compiled kernel reads and writes by name."""
