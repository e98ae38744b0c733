"""What the compiled loops of several effects share."""

from __future__ import annotations

from typing import Any

from numba import njit


@njit(cache=True, nogil=True)
def weights(fraction: float) -> Any:
    """Weights of four neighbours for a place between the inner two: cubic Hermite with Catmull–Rom slopes."""
    rest = 1.0 - fraction
    return (-0.5 * fraction * rest * rest, 1.0 + fraction * fraction * (1.5 * fraction - 2.5),
            1.0 + rest * rest * (1.5 * rest - 2.5), -0.5 * rest * fraction * fraction)


@njit(cache=True, nogil=True)
def at_place(audio: Any, channel: int, place: float) -> Any:
    """Sample of a channel at a fractional frame ≥ 0; beyond its ends it stays on its first and last sample."""
    last = audio.shape[1] - 1
    index = int(place)
    before, here, after, beyond = weights(place - index)
    return (before * audio[channel, index - 1 if index > 0 else 0]
            + here * audio[channel, index if index < last else last]
            + after * audio[channel, index + 1 if index + 1 < last else last]
            + beyond * audio[channel, index + 2 if index + 2 < last else last])
