"""How loud partials are, for instruments that make their keys even."""

from __future__ import annotations

import numpy as np


def half_k(frequency_hz: np.ndarray) -> np.ndarray:
    """Square root of the power gain of ITU-R BS.1770's weighting: between loudness and power, which both are measured.

    The weighting is a high pass at 38 Hz and a shelf of 4 dB about 1.5 kHz.
    """
    high, shelf = frequency_hz**2 / (frequency_hz**2 + 38.0**2), (frequency_hz / 1500.0) ** 2
    return np.asarray(np.sqrt(high**2 * (1 + 1.51 * shelf / (1 + shelf))))
