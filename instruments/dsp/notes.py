"""Conversions that every voice makes of a note: pitch to frequency, velocity to gain, position to stereo gains."""

from __future__ import annotations

import math

A4_MIDI = 69  # MIDI number of A4
A4_HZ = 440.0  # frequency of A4 [Hz], ISO 16
FLOOR = 10 ** (-100 / 20)  # amplitude below which a decay has ended, −100 dBFS


def hertz(pitch: float) -> float:
    """Return the frequency in Hz of a MIDI number, fractions allowed, in equal temperament."""
    return A4_HZ * math.exp2((pitch - A4_MIDI) / 12.0)


def velocity_gain(velocity: int) -> float:
    """Return the amplitude of a MIDI velocity by a power law: 1 at 100, −21 dB at 20.

    Synthesisers differ in the exponent, from 1 to more than 2; 1.5 keeps soft notes in the mix.

    References
    ----------
    R. Dannenberg, "The interpretation of MIDI velocity", ICMC 2006.
    """
    return math.pow(velocity / 100.0, 1.5)


def pan_gains(position: float) -> tuple[float, float]:
    """Return the left and right gain of constant power for a position −1 (left) … 1 (right); both √½ in the centre."""
    angle = math.pi / 4 * (1.0 + position)
    return math.cos(angle), math.sin(angle)
