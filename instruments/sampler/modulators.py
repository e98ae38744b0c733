"""The modulators of a SoundFont: what key, velocity and controllers at their defaults add to a generator.

After "SoundFont Technical Specification" 2.04, sections 8.2 to 8.4 and 9.5.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from instruments.sampler.generators import ATTENUATION

# Numbers of the controllers that are not MIDI controllers (8.2.1).
VELOCITY, KEY, PITCH_WHEEL, PITCH_WHEEL_RANGE, LINK = 2, 3, 14, 16, 127
# Bits of a source (8.2).
IS_MIDI, IS_FALLING, IS_BIPOLAR = 0x80, 0x100, 0x200
# Curves of a source (8.2.4); 0 is linear.
CONCAVE, CONVEX, SWITCH = 1, 2, 3
# Transform that takes the absolute value (8.3).
ABSOLUTE = 2
# Highest value of a key, a velocity and a MIDI controller.
HIGHEST = 127
# Default values of the MIDI controllers (General MIDI 2; RP-021 for 70 to 79); the others are 0.
AT_REST = {7: 100, 8: 64, 10: 64, 11: 127, **dict.fromkeys(range(70, 80), 64), **dict.fromkeys(range(98, 102), 127)}


class Modulator(NamedTuple):
    """The identity of a modulator (9.5.3): a second one that is equal in these replaces its amount.

    Parameters
    ----------
    source, by
        The first and the second controller, as the file codes them.
    to
        Number of the generator.
    transform
        0 for none, ``ABSOLUTE`` for the absolute value.
    """

    source: int
    to: int
    by: int = 0
    transform: int = 0


# Default modulators (8.4) that are not 0 at rest: velocity and volume to attenuation [cB]. Velocity to filter (8.4.2)
# is left out as by other players, because hardly a bank is voiced for it.
DEFAULTS: Mapping[Modulator, float] = {Modulator(0x0502, ATTENUATION): 960.0, Modulator(0x0587, ATTENUATION): 960.0}


def added(modulator: Modulator, amount: float, key: int, velocity: int) -> float:
    """Return what a modulator adds to its generator for a note, in the generator's unit.

    Parameters
    ----------
    modulator, amount
        The modulator, and its amount in the generator's unit.
    key, velocity
        0 to 127.
    """
    if not modulator.source & 0xFF:  # without a first source it is off
        return 0.0
    second = value(modulator.by, key, velocity) if modulator.by & 0xFF else 1.0
    product = amount * value(modulator.source, key, velocity) * second
    return abs(product) if modulator.transform == ABSOLUTE else product


def value(source: int, key: int, velocity: int) -> float:
    """Return the value of a source (8.2.2 to 8.2.4): 0 to 1, or −1 to 1 where it is bipolar."""
    share = _share(source & 0xFF, key, velocity)
    if source & IS_FALLING:
        share = 1 - share
    shape = source >> 10
    if shape == SWITCH:
        share = float(share >= 0.5)
        return 2 * share - 1 if source & IS_BIPOLAR else share
    if not source & IS_BIPOLAR:
        return _curve(shape, share)
    return math.copysign(_curve(shape, abs(2 * share - 1)), share - 0.5)


def _share(controller: int, key: int, velocity: int) -> float:
    """Return the position of a controller in its range, 0 to 1."""
    if controller & IS_MIDI:
        return AT_REST.get(controller ^ IS_MIDI, 0) / HIGHEST
    return {VELOCITY: velocity / HIGHEST, KEY: key / HIGHEST, PITCH_WHEEL: 0.5,
            PITCH_WHEEL_RANGE: 2 / HIGHEST}.get(controller, 0.0)


def _curve(shape: int, share: float) -> float:
    """Apply a curve of 8.2.4 to a position; concave and convex span 96 dB of the square of the position."""
    if shape == CONCAVE:
        return 1.0 if share >= 1 else min(-40 / 96 * math.log10(1 - share), 1.0)
    if shape == CONVEX:
        return 0.0 if share <= 0 else max(1 + 40 / 96 * math.log10(share), 0.0)
    return share


VOLUME_AT_REST_CB = sum(added(modulator, amount, 60, HIGHEST) for modulator, amount in DEFAULTS.items())
"""Attenuation of every preset that leaves the default modulators alone, at velocity 127 [cB]."""
