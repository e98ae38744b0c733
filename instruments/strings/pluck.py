"""What plucks a string, and what the hand does with it after: the tables of touch."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from scores.performance import Articulation

Plectrum = Literal["thumb", "finger", "nail", "pick"]


class Contact(NamedTuple):
    """What touches the string at velocity 100: the corner it leaves, its rub, its direction, and where it plucks."""

    corner_seconds: float  # on a steel string; the wider the tip, the rounder the corner that runs along the string
    noise: float  # of its rub, to that of a nail as 1
    slant: float  # what it gives the plane along the top, to the other as 1


CONTACTS: dict[Plectrum, Contact] = {
    "thumb": Contact(9.0e-5, 0.5, 0.35), "finger": Contact(4.4e-5, 0.7, 0.45), "nail": Contact(2.2e-5, 1.0, 0.45),
    "pick": Contact(1.1e-5, 1.8, 0.7),
}
HARDER = 6.0  # times as sharp a corner at hardness 1 as at 0

# Of fingers p i m a and of down and up strokes: times the corner, times the distance from the bridge, sign of the pull.
FINGERS = {"": (1.0, 1.0, 1.0), "p": (1.35, 1.12, -1.0), "i": (1.0, 1.0, 1.0), "m": (0.95, 0.98, 1.0),
           "a": (0.9, 0.95, 1.0), "D": (1.0, 1.0, -1.0), "U": (0.85, 0.94, 1.0)}


class Attack(NamedTuple):
    """How an articulation sounds a string, to a pluck as 1."""

    level_db: float
    corner: float
    noise: float
    knock: float


ATTACKS: dict[Articulation, Attack] = {
    "plain": Attack(0.0, 1.0, 1.0, 1.0),
    "hammer_on": Attack(-6.0, 3.0, 0.6, 0.4),  # a fingertip that comes down on a fret
    "pull_off": Attack(-6.0, 1.8, 0.8, 0.3),  # and one that leaves it sideways
    "slide": Attack(-26.0, 3.0, 1.0, 0.0),
    "palm_mute": Attack(2.0, 1.3, 1.0, 1.0),
    "harmonic": Attack(-2.0, 1.0, 1.0, 0.6),
}
HAMMER_POSITION = 0.93  # a hammer strikes the end of what then sounds
MUTE_T60_SECONDS, MUTE_DULL_SECONDS = 0.55, 0.09  # under the edge of a hand: all, and what is at 4 kHz


def corner_seconds(plectrum: Plectrum, hardness: float) -> float:
    """Time constant of the corner of a pluck at the reference velocity."""
    return float(CONTACTS[plectrum].corner_seconds * HARDER ** (0.5 - hardness))


def spot(seeds: np.ndarray) -> np.ndarray:
    """Where each pluck lands beside its place, −1 … 1: no finger lands twice on one spot. ``seeds`` are uint64."""
    return (seeds * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(40)).astype(np.float64) / 2**23 - 1.0
