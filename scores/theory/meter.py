"""Time signatures and metrical weight."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from scores.notation import NotationError

# Places in a quarter note: every binary and ternary note value down to 1/128 falls on one.
PLACES = 96

_METER = re.compile(r"(\d{1,2})/(\d{1,2})")


@dataclass(frozen=True, slots=True)
class Meter:
    """A time signature. A beat in this project is a quarter note; ``pulse_beats`` is the length of the felt beat."""

    numerator: int
    denominator: int

    @property
    def bar_beats(self) -> Fraction:
        """Length of a bar in quarter notes."""
        return Fraction(4 * self.numerator, self.denominator)

    @property
    def pulse_beats(self) -> Fraction:
        """Length of the felt beat in quarter notes: a dotted quarter in 6/8, the written unit elsewhere."""
        compound = self.denominator == 8 and self.numerator % 3 == 0 and self.numerator > 3
        return Fraction(4 * (3 if compound else 1), self.denominator)

    @property
    def pulses(self) -> int:
        """Felt beats in a bar."""
        return int(self.bar_beats / self.pulse_beats)

    def strength(self, beat: Fraction | float) -> float:
        """Return the metrical weight, 0–1, of a place in the bar, given in quarter notes from the bar line.

        The weight is 1 on the first pulse, 0.75 on the pulse in the middle of the bar, 0.5 on the others, 0.25 half a
        pulse after one (a third in compound time), and 0 elsewhere.
        """
        return _strength(self, round(beat * PLACES))

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


@lru_cache(maxsize=4096)
def _strength(meter: Meter, place: int) -> float:
    """Return ``Meter.strength`` of a place counted in ``PLACES``."""
    bar, pulse = round(meter.bar_beats * PLACES), round(meter.pulse_beats * PLACES)
    if place % bar == 0:
        return 1.0
    if place % pulse == 0:
        return 0.75 if meter.pulses % 2 == 0 and place // pulse % meter.pulses == meter.pulses // 2 else 0.5
    division = 3 if meter.pulse_beats == Fraction(3, 2) else 2
    return 0.25 if place % (pulse // division) == 0 else 0.0


def parse_meter(text: str) -> Meter:
    """Parse a time signature such as ``4/4`` or ``6/8``.

    Raises
    ------
    NotationError
        For any other text, and for a unit that is no note value.
    """
    match = _METER.fullmatch(text.strip())
    if not match or int(match[1]) not in range(1, 33) or int(match[2]) not in (1, 2, 4, 8, 16, 32):
        raise NotationError(text, "a meter such as 4/4, 3/4, 6/8 or 5/4",
                            candidates=("4/4", "3/4", "2/4", "5/4", "7/4", "2/2", "3/8", "6/8", "9/8", "12/8"))
    return Meter(int(match[1]), int(match[2]))
