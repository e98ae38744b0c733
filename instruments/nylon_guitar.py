"""A classical guitar with nylon strings."""

from __future__ import annotations

from typing import ClassVar

from instruments._body import Wood
from instruments._plucked import Body, Hardness, PluckedString, PluckPosition, Strings, strings


class NylonGuitar(PluckedString):
    """Fan-braced classical guitar on a scale of 650 mm: warmer, rounder and sooner gone than steel."""

    name: ClassVar[str] = "nylon_guitar"
    program: ClassVar[int] = 25
    fretted: ClassVar[bool] = True
    range: ClassVar[tuple[int, int]] = (36, 88)

    # Plain trebles by their diameter; basses are wound on floss, which bends as if it were thin. Nylon damps its high
    # partials itself (J. Woodhouse, "Plucked guitar transients", Acta Acustica 90, 2004).
    strings: ClassVar[Strings] = strings(
        # open, core mm, tension N, E GPa, T60 s, T60 at 4 kHz s
        (40, 0.60, 67, 5, 6.5, 0.55),
        (45, 0.55, 72, 5, 6.2, 0.55),
        (50, 0.50, 72, 5, 6.0, 0.50),
        (55, 1.02, 55, 5, 4.5, 0.25),
        (59, 0.81, 52, 5, 4.2, 0.28),
        (64, 0.71, 70, 5, 4.0, 0.30),
    )
    wood: ClassVar[Wood] = Wood(
        modes=((96, 18, 2.6), (182, 22, 3.6), (229, 26, 1.8), (276, 28, 1.5), (330, 30, 1.5), (395, 30, 1.4),
               (452, 30, 1.2)),
        spacing_hz=58, quality=28, slope_db=-7, seed=1856)
    length_metres: ClassVar[float] = 0.65
    softest_seconds: ClassVar[float] = 2.6e-4
    hardest_seconds: ClassVar[float] = 5e-5
    level: ClassVar[float] = 0.068

    pluck_position: PluckPosition = 0.17
    hardness: Hardness = 0.4
    body: Body = 0.75
