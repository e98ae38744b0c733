"""A steel-string acoustic guitar."""

from __future__ import annotations

from typing import ClassVar

from instruments._body import Wood
from instruments._plucked import Body, Hardness, PluckedString, PluckPosition, Strings, strings


class SteelGuitar(PluckedString):
    """Dreadnought with light phosphor-bronze strings on a scale of 648 mm, heard from close by."""

    name: ClassVar[str] = "steel_guitar"
    program: ClassVar[int] = 26
    fretted: ClassVar[bool] = True
    range: ClassVar[tuple[int, int]] = (36, 88)

    # Core diameters and tensions of a light set, 0.012-0.053 in, as string makers print them.
    strings: ClassVar[Strings] = strings(
        # open, core mm, tension N, E GPa, T60 s, T60 at 4 kHz s
        (40, 0.46, 115, 200, 11.0, 1.6),
        (45, 0.41, 133, 200, 10.5, 1.6),
        (50, 0.36, 136, 200, 10.0, 1.5),
        (55, 0.33, 134, 200, 9.0, 1.4),
        (59, 0.41, 104, 200, 8.0, 1.4),
        (64, 0.30, 104, 200, 7.0, 1.3),
    )
    # Air, top, back and the first split modes, of the order measured on dreadnoughts (Fletcher and Rossing, 9.5).
    wood: ClassVar[Wood] = Wood(
        modes=((101, 20, 2.4), (188, 24, 3.6), (221, 28, 2.0), (262, 30, 1.2), (326, 30, 1.8), (390, 30, 1.4),
               (431, 30, 1.2)),
        spacing_hz=52, quality=30, slope_db=-5, seed=1833)
    length_metres: ClassVar[float] = 0.648
    softest_seconds: ClassVar[float] = 1.8e-4
    hardest_seconds: ClassVar[float] = 2.5e-5
    level: ClassVar[float] = 0.075

    pluck_position: PluckPosition = 0.15
    hardness: Hardness = 0.55
    body: Body = 0.7
