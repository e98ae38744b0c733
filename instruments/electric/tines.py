"""Tines and reeds before their pickups: what vibrates in an electric piano, and what of it becomes a voltage.

F. Pfeifle and R. Bader, "Real-Time Finite-Difference Method Physical Modeling of Musical Instruments ...: tone
production of the Wurlitzer and Rhodes E-Pianos", arXiv 1611.06738, 2016; L. Gabrielli and others, "The Rhodes electric
piano: analysis and simulation of the inharmonic overtones", JASA 148(5), 2020.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import numpy as np

Model = Literal["rhodes", "wurlitzer"]


class Action(NamedTuple):
    """One kind of electric piano. Tables of pairs run over the keys: MIDI number and value, straight lines between."""

    overtones: tuple[tuple[float, float, float], ...]  # frequency to the first mode's, strength to it, share of its T60
    t60_seconds: tuple[tuple[float, float], ...]  # of the first mode
    swing: tuple[tuple[float, float], ...]  # its amplitude at velocity 100, to the width of the pickup's field
    offset: float  # of the rest position from the middle of the field, to its width
    slope: float  # power with which the field falls: 1.5 of a magnet, 0.5 of a charged plate
    aftersound: tuple[float, float]  # of the bar that swings along: strength to the first mode, and T60 to its own
    contact_seconds: tuple[float, float]  # of the softest and of the hardest hammer at velocity 100
    damper_seconds: float


# Ratios of a tine with its tuning spring, and of a clamped reed with its drop of solder; T60 as the recorded ones have.
ACTIONS: dict[Model, Action] = {
    "rhodes": Action(((7.1, 0.16, 0.09), (20.2, 0.04, 0.04)), ((28, 15.0), (48, 11.0), (64, 7.5), (79, 4.3),
                                                               (100, 1.6)),
                     ((28, 1.75), (48, 1.1), (60, 0.66), (76, 0.36), (100, 0.14)), 0.42, 1.5, (0.2, 1.7),
                     (3.2e-3, 0.6e-3), 0.16),
    "wurlitzer": Action(((6.3, 0.07, 0.12), (17.6, 0.015, 0.06)), ((33, 11.0), (48, 9.0), (64, 6.5), (84, 3.2),
                                                                  (96, 2.0)),
                        ((33, 2.3), (48, 1.8), (60, 1.35), (76, 0.9), (96, 0.45)), 0.75, 0.5, (0.0, 1.0),
                        (2.6e-3, 0.5e-3), 0.09),
}


def over_keys(table: tuple[tuple[float, float], ...], pitch: float) -> float:
    """Value of a table at a key: straight lines in the logarithm."""
    at, values = np.array(table).T
    return math.exp(float(np.interp(pitch, at, np.log(values))))


def induced(swing: np.ndarray, offset: float, slope: float) -> np.ndarray:
    """Voltage of a pickup, the difference from sample to sample of what goes through it: float32, as long as ``swing``.

    ``swing`` float32 (frames,) is the displacement to the width of the field, 0 at rest before it. The field falls as
    (1 + u²)^−slope aside of its middle: even about it, so a tine in the middle sounds an octave higher.
    """
    field = swing + np.float32(offset)
    np.square(field, out=field)
    field += np.float32(1)
    np.sqrt(field, out=field)
    if slope == 0.5:
        np.reciprocal(field, out=field)
    else:
        field = np.reciprocal(field * field * field)
    rest = (1 + offset**2) ** -slope
    voltage = np.empty_like(field)
    voltage[0] = field[0] - np.float32(rest)
    np.subtract(field[1:], field[:-1], out=voltage[1:])
    return voltage


def spectrum(swing: float, offset: float, slope: float, partials: int = 40) -> np.ndarray:
    """Amplitudes of the voltage's partials for a sinusoidal swing, per radian of the first: float64 (partials,)."""
    turn = np.arange(256) / 256 * 2 * np.pi
    field = (1 + (swing * np.sin(turn) + offset) ** 2) ** -slope
    return np.asarray(2 * np.abs(np.fft.rfft(field))[1:partials + 1] / 256 * np.arange(1, partials + 1))
