"""Fills: cells of one beat in four or three places, of which softmax picks one for each beat."""

from __future__ import annotations

from typing import NamedTuple

from scores.composing.grooves.patterns import Hit, parse_pattern


class Cell(NamedTuple):
    """One beat of a fill."""

    text: str  # drum tablature
    weight: float  # density: 0 almost nothing, 1 as much as two hands can play


# Cells of a beat in four places, and of a beat in three.
FOURS = (
    Cell("sn o---", 0.1), Cell("sn o-o-", 0.25), Cell("sn o-oo", 0.4), Cell("sn oooo", 0.6),
    Cell("sn g-oo / bd o---", 0.4), Cell("t1 o-o-", 0.35), Cell("t1 oooo", 0.7), Cell("t1 oo-- / t2 --oo", 0.75),
    Cell("t2 oooo", 0.75), Cell("t2 oo-- / t3 --oo", 0.8), Cell("t3 oooo", 0.8),
    Cell("sn o--- / t1 -o-- / t2 --o- / t3 ---o", 0.9), Cell("sn O-O- / bd -o-o", 0.55),
    Cell("sn f-o- / t3 ---o", 0.5), Cell("t3 o-o- / bd -o-o", 0.65),
)
THREES = (
    Cell("sn o--", 0.1), Cell("sn o-o", 0.3), Cell("sn ooo", 0.6), Cell("t1 ooo", 0.7), Cell("t1 oo- / t2 --o", 0.75),
    Cell("t2 ooo", 0.75), Cell("t3 ooo", 0.8), Cell("sn o-- / t1 -o- / t3 --o", 0.85), Cell("sn O-- / bd -oo", 0.5),
)
# Share of a fill after which the hands have reached a voice: they begin at the snare and end at the floor tom.
ORDER = {"sn": 0.0, "t1": 0.4, "t2": 0.65, "t3": 1.0, "bd": 0.5}
# Costs of the distance from the density and from the place that a fill asks for [logits].
WEIGHT_COST = 3.0
ORDER_COST = 1.6


def cells(places: int) -> tuple[Cell, ...]:
    """Return the cells for a beat of so many places."""
    return THREES if places % 3 == 0 else FOURS


def hits_of(cell: Cell, beat: float, beat_places: int) -> list[Hit]:
    """Return the strokes of a cell that begins at the place ``beat`` of a groove's grid and lasts ``beat_places``."""
    pattern = parse_pattern(cell.text)
    return [hit._replace(place=beat + hit.place * beat_places / pattern.places) for hit in pattern.hits]


def logits(options: tuple[Cell, ...], progress: float, energy: float) -> list[float]:
    """Return the logit of each cell at ``progress`` (0–1) through a fill of ``energy`` (0–1)."""
    values = []
    for cell in options:
        place = max(ORDER[hit.voice] for hit in parse_pattern(cell.text).hits if hit.voice in ORDER)
        values.append(-WEIGHT_COST * abs(cell.weight - (0.3 + 0.6 * energy)) - ORDER_COST * abs(place - progress))
    return values
