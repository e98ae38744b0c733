"""What every voice asks of a note: its frequency, its gain, its place in the stereo image and between two samples."""

from __future__ import annotations

import math

import numpy as np

A4_MIDI, A4_HZ = 69, 440.0  # ISO 16
FLOOR = 10 ** (-100 / 20)  # −100 dBFS: a decay below it has ended


def hertz(pitch: float) -> float:
    """Frequency in Hz of a MIDI number (fractions allowed) in equal temperament."""
    return A4_HZ * math.exp2((pitch - A4_MIDI) / 12.0)


def velocity_gain(velocity: int) -> float:
    """Amplitude of a velocity, 1 at 100, −21 dB at 20: a power law, as measured by Dannenberg (ICMC 2006).

    Synthesisers differ in the exponent, from 1 to 2 and more; this one keeps soft notes in the mix.
    """
    return math.pow(velocity / 100.0, 1.5)


def pan_gains(position: float) -> tuple[float, float]:
    """Left and right gains of constant power for a position −1 (left) … 1 (right); both √½ in the centre."""
    angle = math.pi / 4 * (1.0 + position)
    return math.cos(angle), math.sin(angle)


def lagrange(at: tuple[float, float, float], values: tuple[float, float, float], where: float) -> float:
    """Value of the parabola through three points."""
    (a, b, c), (x, y, z) = at, values
    return (x * (where - b) * (where - c) / ((a - b) * (a - c)) + y * (where - a) * (where - c) / ((b - a) * (b - c))
            + z * (where - a) * (where - b) / ((c - a) * (c - b)))


def between(lag: float) -> np.ndarray:
    """Weights, float32, of the samples at −1, 0, 1 and 2 that give the value at ``lag``: Lagrange's cubic."""
    return np.array([-lag * (lag - 1) * (lag - 2) / 6, (lag + 1) * (lag - 1) * (lag - 2) / 2,
                     -(lag + 1) * lag * (lag - 2) / 2, (lag + 1) * lag * (lag - 1) / 6], dtype=np.float32)
