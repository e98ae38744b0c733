"""The table of grooves, ``scores/tables/grooves.yaml``, validated like a score."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Literal

from pydantic import Field, field_validator

from scores.composing.grooves.patterns import Hit, Pattern, parse_pattern
from scores.format.model import Strict
from scores.table import read_table
from scores.theory import Meter, parse_meter


class Groove(Strict):
    """A groove of the table. The comment at the head of the file explains the fields."""

    about: str
    tempo: tuple[float, float]
    swing: Annotated[float, Field(ge=0.5, le=0.8)] | Literal["by_tempo"] = 0.5
    swung: Literal["1/8", "1/16"] = "1/8"
    accents: tuple[float, ...]
    late_ms: dict[str, float] = Field(default_factory=dict)
    early: tuple[float, ...] = ()
    bars: dict[str, tuple[str, ...]]

    @field_validator("bars")
    @classmethod
    def _each_bar_is_full(cls, bars: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for meter, texts in bars.items():
            parse_meter(meter)
            for text in texts:
                parse_pattern(text)
        return bars

    def patterns(self, meter: Meter) -> list[Pattern]:
        """Return the bars of the groove in a meter, if it has any."""
        return [parse_pattern(text) for text in self.bars.get(str(meter), ())]


@cache
def grooves() -> dict[str, Groove]:
    """Return all grooves by name."""
    return {name: Groove.model_validate(entry) for name, entry in read_table("grooves").items()}


def by_grouping(sizes: tuple[int, ...], hand: str) -> Pattern:
    """Return a bar for a meter that a groove lacks, from the groups of the meter in sixteenths.

    Bass drum on the first group, backbeat on every second, the hand on each eighth.
    """
    places = sum(sizes)
    hits = [Hit(place, hand, "x") for place in range(0, places, 2)]
    start = 0
    for number, size in enumerate(sizes):
        last_alone = number == len(sizes) - 1 and number % 2 == 0 and number > 0
        hits.append(Hit(start, "sn", "O") if number % 2 else Hit(start, "bd", "g" if last_alone else "o"))
        start += size
    if len(sizes) == 1 and places > 1:
        hits.append(Hit(places // 2, "sn", "o"))
    return Pattern(places, tuple(sorted(set(hits))))
