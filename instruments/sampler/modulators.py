"""The modulators of a SoundFont: what key, velocity and controllers at rest add to a generator.

After "SoundFont Technical Specification" 2.04, sections 8.2 to 8.4 and 9.5.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from instruments.sampler.generators import ATTENUATION

VELOCITY, KEY, PITCH_WHEEL, PITCH_WHEEL_RANGE, LINK = 2, 3, 14, 16, 127  # controllers that are no MIDI controls (8.2.1)
IS_MIDI, IS_FALLING, IS_BIPOLAR = 0x80, 0x100, 0x200  # bits of a source (8.2)
CONCAVE, CONVEX, SWITCH = 1, 2, 3
ABSOLUTE = 2  # transform of a modulator that takes the absolute value (8.3)
HIGHEST = 127
# Values of the MIDI controls before anybody moves them, 0 for those not told (General MIDI 2, and RP-021 for 70 to 79).
AT_REST = {7: 100, 8: 64, 10: 64, 11: 127, **dict.fromkeys(range(70, 80), 64), **dict.fromkeys(range(98, 102), 127)}


class Modulator(NamedTuple):
    """What tells one modulator from another (9.5.3): a second one that is equal in these replaces its amount."""

    source: int
    to: int
    by: int = 0
    transform: int = 0


# Those of 8.4 that are not 0 while nobody touches a wheel: velocity and volume to attenuation. 8.4.2, velocity to
# filter, is left out as by other players: hardly a bank is voiced for it.
DEFAULTS: Mapping[Modulator, float] = {Modulator(0x0502, ATTENUATION): 960.0, Modulator(0x0587, ATTENUATION): 960.0}


def added(modulator: Modulator, amount: float, key: int, velocity: int) -> float:
    """What a modulator adds to its generator for a note, in the generator's unit."""
    if not modulator.source & 0xFF:  # without a first source it is switched off
        return 0.0
    second = value(modulator.by, key, velocity) if modulator.by & 0xFF else 1.0
    product = amount * value(modulator.source, key, velocity) * second
    return abs(product) if modulator.transform == ABSOLUTE else product


def value(source: int, key: int, velocity: int) -> float:
    """Value of a source: 0 … 1, or −1 … 1 if it is bipolar (8.2.2 to 8.2.4)."""
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
    """Where a controller stands in its range, 0 … 1."""
    if controller & IS_MIDI:
        return AT_REST.get(controller ^ IS_MIDI, 0) / HIGHEST
    return {VELOCITY: velocity / HIGHEST, KEY: key / HIGHEST, PITCH_WHEEL: 0.5,
            PITCH_WHEEL_RANGE: 2 / HIGHEST}.get(controller, 0.0)


def _curve(shape: int, share: float) -> float:
    """A share of a range through a curve of 8.2.4; concave and convex span 96 dB of the share's square."""
    if shape == CONCAVE:
        return 1.0 if share >= 1 else min(-40 / 96 * math.log10(1 - share), 1.0)
    if shape == CONVEX:
        return 0.0 if share <= 0 else max(1 + 40 / 96 * math.log10(share), 0.0)
    return share


VOLUME_AT_REST_CB = sum(added(modulator, amount, 60, HIGHEST) for modulator, amount in DEFAULTS.items())
"""Attenuation of every preset that leaves the default modulators alone, at velocity 127 [cB]."""
