"""Loudness of a sum of partials, by which an instrument makes all of its keys equally loud.

References
----------
ITU-R BS.1770-5, 2023, annex 1: the K-weighting.
"""

from __future__ import annotations

import numpy as np

from instruments.dsp.arrays import Reals


def half_k(frequency_hz: Reals) -> Reals:
    """Compute the square root of the K-weighting's power gain: halfway, in dB, between power and loudness.

    The weighting is a high-pass at 38 Hz and a shelf of 4 dB around 1.5 kHz. Shape as ``frequency_hz``.
    """
    high, shelf = frequency_hz**2 / (frequency_hz**2 + 38.0**2), (frequency_hz / 1500.0) ** 2
    return np.asarray(np.sqrt(high**2 * (1 + 1.51 * shelf / (1 + shelf))))
