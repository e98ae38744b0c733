"""Windows for fades and crossfades."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


@lru_cache(maxsize=256)
def raised_cosine(samples: int) -> NDArray[np.float32]:
    """Make the rising half of a Hann window.

    Returns
    -------
    NDArray[float32]
        Shape (samples,), from above 0 to below 1. Read only: the array is cached.
    """
    phase = (np.arange(samples) + 0.5) / max(samples, 1)
    rise = (0.5 - 0.5 * np.cos(np.pi * phase)).astype(np.float32)
    rise.flags.writeable = False
    return rise
