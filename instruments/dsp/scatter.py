"""Scatter of level: no two keys of an instrument are equally loud, and no hand strikes one twice alike.

What scatters has an address, the key or the stroke, and not a time: the same note is always as loud as it was.
"""

from __future__ import annotations

import numpy as np

from instruments.dsp.arrays import Reals, Seeds
from instruments.dsp.random import hashed

DRAWS = 3  # uniform numbers whose sum has variance 1 and no value beyond ±3
KEY_SALT = 0xC0FFEE  # makes the draws of keys independent of those of strokes
STROKE_SALT = np.uint64(0x5C477E12)  # makes the draws of strokes independent of the others of a note


def of_keys(pitches: Reals, individual: int = 0) -> Reals:
    """Return how far each key stands out.

    Parameters
    ----------
    pitches
        Shape (keys,), MIDI numbers; the key is the nearest whole one.
    individual
        Which instrument of its kind this is.

    Returns
    -------
    Reals
        Shape (keys,), of standard deviation 1 over many keys.
    """
    seeds = np.round(pitches).astype(np.int64) * 7919 + individual * 104729 + KEY_SALT
    return np.asarray(hashed(seeds.astype(np.uint64), DRAWS).sum(axis=1))


def of_strokes(seeds: Seeds) -> Reals:
    """Return how far each stroke stands out, of standard deviation 1; ``seeds``, shape (notes,), are those of notes."""
    return np.asarray(hashed(seeds.astype(np.uint64) ^ STROKE_SALT, DRAWS).sum(axis=1))
