"""The feel of a groove: where the places of its grid lie in time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction


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
