"""Tables of touch: what plucks a string, the fingers of the plucking hand, and the articulations."""

from __future__ import annotations

from typing import Literal, NamedTuple

from scores.performance import Articulation

Plectrum = Literal["thumb", "finger", "nail", "pick"]


class Contact(NamedTuple):
    """A plectrum at velocity 100."""

    corner_seconds: float  # time constant of the corner it leaves in a steel string [s]: the wider, the rounder
    noise: float  # level of its noise, relative to a nail
    slant: float  # what it gives to the plane along the top, relative to the plane at right angles to it


CONTACTS: dict[Plectrum, Contact] = {
    "thumb": Contact(9.0e-5, 0.5, 0.35),
    "finger": Contact(4.4e-5, 0.7, 0.45),
    "nail": Contact(2.2e-5, 1.0, 0.45),
    "pick": Contact(1.1e-5, 1.8, 0.7),
}
HARDER = 6.0  # ratio of the time constants of the corner at hardness 0 and 1


class Finger(NamedTuple):
    """A finger of the plucking hand, or a direction of the pick."""

    corner: float  # factor of the time constant of the corner
    distance: float  # factor of the distance from the bridge
    pull: float  # sign of the pull


# Fingers p i m a, down-stroke D and up-stroke U; "" is a note without fingering.
FINGERS: dict[str, Finger] = {
    "": Finger(1.0, 1.0, 1.0),
    "p": Finger(1.35, 1.12, -1.0),
    "i": Finger(1.0, 1.0, 1.0),
    "m": Finger(0.95, 0.98, 1.0),
    "a": Finger(0.9, 0.95, 1.0),
    "D": Finger(1.0, 1.0, -1.0),
    "U": Finger(0.85, 0.94, 1.0),
}


class Attack(NamedTuple):
    """How an articulation excites the string, relative to a plain pluck."""

    level_db: float  # level of the note [dB]
    corner: float  # factor of the time constant of the corner
    noise: float  # factor of the level of the noise
    knock: float  # factor of the thump of the body


ATTACKS: dict[Articulation, Attack] = {
    "plain": Attack(0.0, 1.0, 1.0, 1.0),
    "hammer_on": Attack(-6.0, 3.0, 0.6, 0.4),  # a fingertip comes down on a fret
    "pull_off": Attack(-6.0, 1.8, 0.8, 0.3),  # a fingertip leaves the string sideways
    "slide": Attack(-26.0, 3.0, 1.0, 0.0),
    "palm_mute": Attack(2.0, 1.3, 1.0, 1.0),
    "harmonic": Attack(-2.0, 1.0, 1.0, 0.6),
}
HAMMER_POSITION = 0.93  # share of the sounding string between bridge and hammering finger: its far end
MUTE_T60_SECONDS = 0.55  # decay of a palm-muted note to −60 dB toward 0 Hz [s]
MUTE_DULL_SECONDS = 0.04  # additional damping of a palm-muted note at 4 kHz, as a decay to −60 dB [s]


def corner_seconds(plectrum: Plectrum, hardness: float) -> float:
    """Return the time constant of the corner of a pluck at velocity 100, in seconds; ``hardness`` is 0–1."""
    return float(CONTACTS[plectrum].corner_seconds * HARDER ** (0.5 - hardness))
