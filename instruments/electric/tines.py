"""Tines and reeds before their pickups: the vibrating parts of an electric piano, and the voltage that they induce.

References
----------
F. Pfeifle and R. Bader, "Real-Time Finite-Difference Method Physical Modeling of Musical Instruments ...: tone
production of the Wurlitzer and Rhodes E-Pianos", arXiv 1611.06738, 2016; L. Gabrielli and others, "The Rhodes electric
piano: analysis and simulation of the inharmonic overtones", JASA 148(5), 2020.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import numpy as np

from instruments.dsp.arrays import Mono, Reals

Model = Literal["rhodes", "wurlitzer"]


class Action(NamedTuple):
    """One kind of electric piano.

    Pairs of MIDI number and value are a table over the keys, interpolated in the logarithm of the value.
    """

    overtones: tuple[tuple[float, float, float], ...]  # frequency, strength and T60, each relative to the first mode
    t60_seconds: tuple[tuple[float, float], ...]  # T60 of the first mode [s]
    swing: tuple[tuple[float, float], ...]  # its amplitude at velocity 100, relative to the width of the pickup's field
    offset: float  # distance of the rest position from the middle of the field, relative to the field's width
    slope: float  # exponent with which the field falls off: 1.5 for a magnet, 0.5 for a charged plate
    aftersound: tuple[float, float]  # the tone bar: strength and T60, relative to the first mode
    contact_seconds: tuple[float, float]  # contact time of the softest and the hardest hammer at velocity 100 [s]
    damper_seconds: float  # T60 under the damper [s]


# Ratios of a tine with its tuning spring, and of a clamped reed with its solder. T60 was set beside a sampled bank, see
# docs/electric.md.
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
    """Interpolate a table at a key, linearly in the logarithm of its values."""
    at, values = np.array(table).T
    return math.exp(float(np.interp(pitch, at, np.log(values))))


def induced(swing: Mono, offset: float, slope: float) -> Mono:
    """Compute the voltage of a pickup: the difference of its flux from sample to sample.

    The field falls off as (1 + u²)^−slope at a distance u from its middle. It is even about the middle, so a tine that
    rests there sounds an octave higher.

    Parameters
    ----------
    swing
        Shape (frames,), float32: displacement relative to the width of the field; 0 before the first sample.
    offset, slope
        As in ``Action``.

    Returns
    -------
    Mono
        Shape (frames,).
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


def spectrum(swing: float, offset: float, slope: float, partials: int = 40) -> Reals:
    """Compute the amplitudes of the partials that a sinusoidal swing induces.

    Parameters
    ----------
    swing
        Amplitude relative to the width of the field.
    offset, slope
        As in ``Action``.
    partials
        Number of partials.

    Returns
    -------
    Reals
        Shape (partials,): amplitude per radian of the first partial.
    """
    turn = np.arange(256) / 256 * 2 * np.pi
    field = (1 + (swing * np.sin(turn) + offset) ** 2) ** -slope
    return np.asarray(2 * np.abs(np.fft.rfft(field))[1:partials + 1] / 256 * np.arange(1, partials + 1))
