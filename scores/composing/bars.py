"""The bars of a song in order, before their times are known."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from scores.format.model import Score
from scores.theory import Key, Meter

# Length of a phrase [bars].
PHRASE_BARS = 4


@dataclass(frozen=True)
class BarRow:
    """A bar of a song; times in quarter notes from its beginning, as in ``performance.Bar``."""

    index: int
    section: int
    number: int
    start: Fraction
    beats: Fraction
    meter: Meter
    key: Key

    @property
    def end(self) -> Fraction:
        return self.start + self.beats


def bar_rows(score: Score) -> list[BarRow]:
    """Return every bar of a song, its pickup included; meter and key hold until a section sets another."""
    meter, key, start = score.meter, score.key, Fraction(0)
    index = 1 - score.count_in - bool(score.count_in and score.upbeat)  # both lie before bar 1
    rows = []
    for number, section in enumerate(score.sections):
        meter, key = section.meter or meter, section.key or key
        pickup = Fraction(score.upbeat).limit_denominator(64) * Fraction(4, meter.denominator)
        if number == bool(score.count_in) and score.upbeat:
            rows.append(BarRow(0, number, 0, start, pickup, meter, key))
            start += pickup
            index = 1
        for bar in range(1, section.bars + 1):
            shorter = pickup if score.count_in and number == 0 and bar == section.bars else Fraction(0)
            rows.append(BarRow(index, number, bar, start, meter.bar_beats - shorter, meter, key))
            start = rows[-1].end
            index += 1
    return rows
