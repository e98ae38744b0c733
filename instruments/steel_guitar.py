"""A steel-string acoustic guitar."""

from __future__ import annotations

from typing import ClassVar

from instruments.strings import Body, Hardness, Pluck, PluckedString, PluckPosition, Strings, Wood, strings


class SteelGuitar(PluckedString):
    """Dreadnought with light phosphor-bronze strings, scale 648 mm, heard from close by."""

    name: ClassVar[str] = "steel_guitar"
    program: ClassVar[int] = 26
    fretted: ClassVar[bool] = True
    range: ClassVar[tuple[int, int]] = (36, 88)

    # Core diameters and tensions of a light set, 0.012-0.053 in, as string makers state them.
    strings: ClassVar[Strings] = strings(
        # open, core mm, tension N, E GPa, T60 s, T60 at 4 kHz s, turns mm
        (40, 0.46, 115, 200, 13.0, 6.0, 0.36),
        (45, 0.41, 133, 200, 12.5, 6.0, 0.32),
        (50, 0.36, 136, 200, 12.0, 6.0, 0.28),
        (55, 0.33, 134, 200, 11.0, 6.0, 0.22),
        (59, 0.41, 104, 200, 9.5, 7.5, 0),
        (64, 0.30, 104, 200, 8.5, 7.5, 0),
    )
    # Air, top, back and the first split modes, of the order measured on dreadnoughts (Fletcher and Rossing, 9.5).
    box: ClassVar[Wood] = Wood(
        modes=((101, 13, 3.4), (188, 15, 4.4), (221, 17, 2.4), (262, 18, 1.4), (326, 18, 1.2), (390, 18, 1.4),
               (431, 18, 1.2)),
        spacing_hz=52, quality=18, seed=1833,
        contour=((500, 1), (800, -4), (1200, -2), (2000, -2), (4000, 3), (8000, 4), (14000, -6)))
    length_metres: ClassVar[float] = 0.648
    up_t60_share: ClassVar[float] = 0.7
    level: ClassVar[float] = 0.075

    pluck: Pluck = "nail"
    pluck_position: PluckPosition = 0.15
    hardness: Hardness = 0.35
    body: Body = 0.55
