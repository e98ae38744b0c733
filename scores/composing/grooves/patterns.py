"""Drum tablature: ``hh x-x-x-x- / sn ----o--- / bd o---o-o-``, one sign a place of the grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from scores.notation import NotationError, nearest

# Voice → key of General MIDI's percussion map for a plain stroke.
VOICES = {"hh": 42, "hf": 44, "rd": 51, "rb": 53, "cc": 49, "sn": 38, "ss": 37, "bd": 36, "t1": 50, "t2": 47, "t3": 41,
          "cp": 39, "cb": 56, "tb": 54, "sh": 70, "cl": 75, "co": 63,
          "sw": 40}
TIMEKEEPERS = ("hh", "rd", "rb", "sh", "tb", "sw")  # voices whose strokes follow the accents of the hand
REST = "-"
STROKES = "xXoOgdrf"
# Strokes that are another key on some voices.
OPEN_HAT, SIDE_STICK, MUTE_CONGA = 46, 37, 62
OTHER_KEYS = {("hh", "o"): OPEN_HAT, ("hh", "O"): OPEN_HAT, ("sn", "x"): SIDE_STICK, ("co", "x"): MUTE_CONGA}
# Loudness of each stroke, as a factor of the section's.
FORCE = {"x": 0.92, "o": 0.92, "X": 1.12, "O": 1.12, "g": 0.4, "d": 0.78, "r": 0.72, "f": 1.05}
PARTS = {"d": 2, "r": 4}  # strokes within one place


class Hit(NamedTuple):
    """A stroke of a bar."""

    place: float  # place on the grid; fractional where a fill is finer
    voice: str  # key of ``VOICES``
    sign: str  # one of ``STROKES``

    @property
    def key(self) -> int:
        """Key of General MIDI's percussion map."""
        return OTHER_KEYS.get((self.voice, self.sign), VOICES[self.voice])


@dataclass(frozen=True)
class Pattern:
    """One bar."""

    places: int  # number of places on the grid
    hits: tuple[Hit, ...]  # in order of place


def parse_pattern(text: str) -> Pattern:
    """Parse a bar in drum tablature.

    Raises
    ------
    NotationError
        For anything else, and if the voices differ in their number of places.
    """
    allowed = ("voices and strokes such as hh x-x-x-x- / sn ----o--- / bd o---o-o-; voices: " + ", ".join(VOICES)
               + "; strokes: x o, accents X O, ghost g, double d, roll r, flam f, none -")
    hits, lengths = [], {}
    for row in text.split("/"):
        voice, _, strokes = row.strip().partition(" ")
        signs = [sign for sign in strokes if sign not in " |"]
        if voice not in VOICES:
            raise NotationError(voice or text, allowed, nearest=nearest(voice, VOICES))
        if not signs or any(sign not in STROKES + REST for sign in signs):
            raise NotationError(row.strip(), allowed)
        if voice in lengths:
            raise NotationError(row.strip(), f"each voice once; {voice} is there twice")
        lengths[voice] = len(signs)
        hits += [Hit(place, voice, sign) for place, sign in enumerate(signs) if sign != REST]
    if len(set(lengths.values())) > 1:
        raise NotationError(text, "as many places for each voice; here "
                            + ", ".join(f"{voice} has {count}" for voice, count in lengths.items()))
    return Pattern(next(iter(lengths.values())), tuple(sorted(hits)))
