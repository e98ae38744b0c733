"""Time signatures: the groups of a bar, the beats that are felt, what a tempo counts, and metrical weight."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate

from scores.notation import NotationError

# Places in a quarter note: every binary and ternary note value down to 1/128 falls on one.
PLACES = 96
# Most units in a bar.
MOST_UNITS = 32
# Longest pulse by denominator [units]; a written group that is longer is felt as several.
_LONGEST_PULSE = {8: 3, 16: 4, 32: 8}
# Groupings that do not follow the rule of threes: 15/16 is 4/4 that lost a sixteenth.
_OWN_GROUPS = {(15, 16): (4, 4, 4, 3)}
# What a tempo can count, and its length in quarter notes.
COUNTS = {"halves": Fraction(2), "dotted halves": Fraction(3), "quarters": Fraction(1),
          "dotted quarters": Fraction(3, 2), "eighths": Fraction(1, 2), "dotted eighths": Fraction(3, 4),
          "sixteenths": Fraction(1, 4), "wholes": Fraction(4), "thirty-seconds": Fraction(1, 8)}

_METER = re.compile(r"\(?\s*(\d{1,2}(?:\s*\+\s*\d{1,2})*)\s*\)?\s*/\s*(\d{1,2})")


@dataclass(frozen=True, slots=True)
class Meter:
    """A time signature. A beat in this project is a quarter note; what the foot taps is a pulse.

    Parameters
    ----------
    numerator, denominator
        As written.
    groups
        The groups of an additive meter such as 2+2+3/8, in units of the denominator; empty for the usual ones.
    """

    numerator: int
    denominator: int
    groups: tuple[int, ...] = ()

    @property
    def bar_beats(self) -> Fraction:
        """Length of a bar in quarter notes."""
        return Fraction(4 * self.numerator, self.denominator)

    @property
    def pulse_lengths(self) -> tuple[Fraction, ...]:
        """Length of each felt beat in quarter notes: three dotted quarters in 9/8, 3/2, 1 and 1 in 7/8."""
        return _pulse_lengths(self)

    @property
    def pulse_starts(self) -> tuple[Fraction, ...]:
        """Where each felt beat begins, in quarter notes from the bar line."""
        return tuple(accumulate(self.pulse_lengths[:-1], initial=Fraction(0)))

    @property
    def group_starts(self) -> tuple[Fraction, ...]:
        """Where the groups of an uneven or additive meter begin, in quarter notes; the pulses of any other."""
        if not self.groups:
            return self.pulse_starts
        return tuple(accumulate((Fraction(4 * group, self.denominator) for group in self.groups[:-1]),
                                initial=Fraction(0)))

    @property
    def pulse_beats(self) -> Fraction:
        """Length of the beat that a tempo counts, in quarter notes.

        It is the felt beat where all are alike: a dotted quarter in 6/8, the written unit in 4/4. In uneven meters
        (5/8, 7/8, 2+2+3/8) it is a quarter, as on a metronome and in a DAW.
        """
        lengths = set(self.pulse_lengths)
        return lengths.pop() if len(lengths) == 1 else Fraction(1)

    @property
    def pulses(self) -> int:
        """Felt beats in a bar."""
        return len(self.pulse_lengths)

    @property
    def is_uneven(self) -> bool:
        """Whether felt beats differ in length, as in 7/8."""
        return len(set(self.pulse_lengths)) > 1

    @property
    def counted(self) -> str:
        """What a tempo counts, in words: ``dotted quarters``."""
        return next((word for word, beats in COUNTS.items() if beats == self.pulse_beats),
                    f"notes of {self.pulse_beats} quarters")

    @property
    def described(self) -> str:
        """The meter with the groups of an uneven one: ``7/8 (3+2+2)``."""
        if self.groups or not self.is_uneven:
            return str(self)
        unit = Fraction(4, self.denominator)
        return f"{self} ({'+'.join(str(length / unit) for length in self.pulse_lengths)})"

    def place(self, beat: float) -> float:
        """Return where a felt beat, counted from 1, fractions allowed, lies in quarter notes from the bar line."""
        index = min(max(int(beat) - 1, 0), self.pulses - 1)
        return float(self.pulse_starts[index]) + (beat - 1 - index) * float(self.pulse_lengths[index])

    def beat_at(self, place: float) -> float:
        """Return the felt beat, from 1, at a place in quarter notes from the bar line: the inverse of ``place``."""
        index = max(bisect_right(self.pulse_starts, place + 1e-9) - 1, 0)
        return index + 1 + (place - float(self.pulse_starts[index])) / float(self.pulse_lengths[index])

    def strength(self, beat: Fraction | float) -> float:
        """Return the metrical weight, 0–1, of a place in the bar, given in quarter notes from the bar line.

        The weight is 1 on the first pulse, 0.75 on the pulse in the middle of the bar, 0.5 on the others, 0.25 half a
        pulse after one (a third in compound time), and 0 elsewhere. In uneven and additive meters each group begins
        with 0.75.
        """
        return _strength(self, round(beat * PLACES))

    def __str__(self) -> str:
        return f"{'+'.join(map(str, self.groups)) or self.numerator}/{self.denominator}"


def _usual(units: int, denominator: int) -> tuple[int, ...]:
    """Return the groups of a meter that are not written: threes first, then one or two twos."""
    if denominator <= 4 or (denominator == 8 and units <= 4):
        return (1,) * units
    if units <= 4:
        return (units,)
    if own := _OWN_GROUPS.get((units, denominator)):
        return own
    return _in_threes(units)


def _in_threes(units: int) -> tuple[int, ...]:
    """Return a number as a sum of threes, and then of one or two twos where they are needed."""
    threes, rest = divmod(units, 3)
    return (3,) * threes if not rest else (3,) * threes + (2,) if rest == 2 else (3,) * (threes - 1) + (2, 2)


@lru_cache(maxsize=1024)
def _pulse_lengths(meter: Meter) -> tuple[Fraction, ...]:
    unit = Fraction(4, meter.denominator)
    longest = _LONGEST_PULSE.get(meter.denominator, 1)
    pulses: list[int] = []
    for group in meter.groups or _usual(meter.numerator, meter.denominator):
        pulses += (group,) if group <= longest else (1,) * group if longest == 1 else _in_threes(group)
    return tuple(pulse * unit for pulse in pulses)


@lru_cache(maxsize=4096)
def _strength(meter: Meter, place: int) -> float:
    """Return ``Meter.strength`` of a place counted in ``PLACES``."""
    place %= round(meter.bar_beats * PLACES)
    if place == 0:
        return 1.0
    starts = [round(start * PLACES) for start in meter.pulse_starts]
    if meter.groups or meter.is_uneven:
        unit = round(Fraction(4 * PLACES, meter.denominator))
        if place in (round(start * PLACES) for start in meter.group_starts):
            return 0.75
        division = unit // 2 if unit > PLACES // 2 else unit  # half a quarter, or the written eighth or sixteenth
        return 0.5 if place in starts else 0.25 if place % division == 0 else 0.0
    pulse = round(meter.pulse_beats * PLACES)
    if place % pulse == 0:
        return 0.75 if meter.pulses % 2 == 0 and place // pulse == meter.pulses // 2 else 0.5
    division = 3 if meter.pulse_beats == Fraction(3, 2) else 2
    return 0.25 if place % (pulse // division) == 0 else 0.0


def parse_meter(text: str) -> Meter:
    """Parse a time signature such as ``4/4``, ``7/8``, ``2+2+3/8`` or ``(3+2)/4``.

    Groups that a meter has anyway are not kept: 3+3/8 is 6/8.

    Raises
    ------
    NotationError
        For any other text, and for a unit that is no note value.
    """
    match = _METER.fullmatch(text.strip())
    groups = tuple(int(group) for group in match[1].split("+")) if match else ()
    units = sum(groups)
    if not match or 0 in groups or not 1 <= units <= MOST_UNITS or int(match[2]) not in (1, 2, 4, 8, 16, 32):
        raise NotationError(text, "a meter such as 4/4, 3/4, 6/8, 7/8 or 2+2+3/8", candidates=(
            "4/4", "3/4", "2/4", "5/4", "7/4", "2/2", "3/8", "5/8", "6/8", "7/8", "9/8", "11/8", "12/8", "15/16"))
    plain = Meter(units, int(match[2]))
    written = Meter(units, int(match[2]), groups)
    return plain if len(groups) == 1 or groups == _usual(units, plain.denominator) else written


def parse_count(text: str) -> str:
    """Return what a tempo counts, as a key of ``COUNTS``: ``eighth`` is ``eighths``, ``1/8`` too.

    Raises
    ------
    NotationError
        For any other text.
    """
    word = " ".join(text.strip().lower().replace("-", " ").split()).removesuffix(" notes").removesuffix(" note")
    values = {1: "wholes", 2: "halves", 4: "quarters", 8: "eighths", 16: "sixteenths", 32: "thirty-seconds"}
    signs = {"♩": "quarters", "♩.": "dotted quarters", "♪": "eighths", "♪.": "dotted eighths", "half": "halves",
             "dotted half": "dotted halves", "thirty seconds": "thirty-seconds",
             **{f"1/{n}": name for n, name in values.items()},
             **{f"1/{n}.": f"dotted {values[n]}" for n in (2, 4, 8)}}
    found = word if word in COUNTS else signs.get(word) or (f"{word}s" if f"{word}s" in COUNTS else None)
    if found is None:
        raise NotationError(text, ", ".join(COUNTS), candidates=COUNTS)
    return found
