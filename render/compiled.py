"""Loading numba: once, before the threads start, and without what no kernel here uses."""

from __future__ import annotations

import importlib
import sys
from functools import cache

BLAS = "scipy.linalg.cython_blas"


@cache
def load() -> None:
    """Load the parts of numba that its first kernel would load.

    Among them is one that loads all of ``scipy.linalg`` (0.3 s) only to see whether matrices could be multiplied in a
    kernel. For that moment it is told that they cannot; what is imported later finds scipy as it is.
    """
    known = sys.modules.get(BLAS)
    sys.modules[BLAS] = None  # type: ignore[assignment]  # what the import system takes for "not there"
    try:
        importlib.import_module("numba.np.arraymath")
    finally:
        del sys.modules[BLAS]
        if known is not None:
            sys.modules[BLAS] = known
