"""Kernels that several effects share: energy and interpolation."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

# Stretch that is summed in single precision, which is vectorised [samples].
STRETCH = 1024


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def energy(audio: Any) -> Any:
    """Sum the squares of a sound, shape (channels, frames), float32."""
    total = np.float64(0)
    for channel in range(audio.shape[0]):
        for start in range(0, audio.shape[1], STRETCH):
            stretch, squares = audio[channel, start:start + STRETCH], np.float32(0)
            for i in range(stretch.size):
                squares += stretch[i] * stretch[i]
            total += squares
    return total


@njit(cache=True, nogil=True)
def weights(fraction: float) -> Any:
    """Compute the weights of four neighbours for a place between the inner two: cubic Catmull–Rom interpolation."""
    rest = 1.0 - fraction
    return (-0.5 * fraction * rest * rest, 1.0 + fraction * fraction * (1.5 * fraction - 2.5),
            1.0 + rest * rest * (1.5 * rest - 2.5), -0.5 * rest * fraction * fraction)


@njit(cache=True, nogil=True)
def at_place(audio: Any, channel: int, place: float) -> Any:
    """Interpolate a channel at a fractional frame ≥ 0; beyond its ends the first and last sample are held."""
    last = audio.shape[1] - 1
    index = int(place)
    before, here, after, beyond = weights(place - index)
    return (before * audio[channel, index - 1 if index > 0 else 0]
            + here * audio[channel, index if index < last else last]
            + after * audio[channel, index + 1 if index + 1 < last else last]
            + beyond * audio[channel, index + 2 if index + 2 < last else last])
