"""The feel of a groove: where the places of its grid lie in time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from scores.composing.grooves.patterns import TIMEKEEPERS, Hit, Pattern


def at_pace(pattern: Pattern, feel: str | None, number: int) -> Pattern:
    """Return a bar of a pattern at half or twice its pace; the hand keeps its own.

    Parameters
    ----------
    pattern
        One bar.
    feel
        ``half-time``: its first half fills one bar and its second half the next, so that the backbeat falls on three.
        ``double-time``: it fits twice into a bar. None: as it is.
    number
        Number of the bar in its section, from 1.
    """
    if feel is None:
        return pattern
    places = 2 * pattern.places
    hand = [hit._replace(place=2 * hit.place) for hit in pattern.hits if hit.voice in TIMEKEEPERS]
    others = [hit for hit in pattern.hits if hit.voice not in TIMEKEEPERS]
    if feel == "double-time":
        paced = [hit._replace(place=hit.place + half) for half in (0, pattern.places) for hit in others]
    else:
        begin = (number - 1) % 2 * pattern.places  # in places of the finer grid
        paced = [hit._replace(place=2 * (2 * hit.place - begin)) for hit in others
                 if begin <= 2 * hit.place < begin + pattern.places]
    return Pattern(places, tuple(sorted(set[Hit]([*hand, *paced]))))


@dataclass(frozen=True)
class Feel:
    """The timing of a bar's grid."""

    step: Fraction  # length of a place [quarter notes]
    swing: float  # share of a pair before its second note
    pair: float  # length of a pair of swung notes [quarter notes]
    base: float  # the same share without swing
    early: tuple[float, ...]  # by how much each place of a beat comes early, relative to ``step``

    def beats(self, place: float) -> float:
        """Return the distance of a place, fractions allowed, from the bar line in quarter notes."""
        beat = place * float(self.step)
        pair = math.floor(beat / self.pair + 1e-9)
        share = beat / self.pair - pair
        moved = (share * self.swing / self.base if share <= self.base
                 else self.swing + (share - self.base) * (1 - self.swing) / (1 - self.base))
        lead = 0.0
        if self.early and abs(place - round(place)) < 1e-9:
            lead = self.early[round(place) % len(self.early)] * float(self.step)
        return (pair + moved) * self.pair - lead
