"""A classical guitar with nylon strings."""

from __future__ import annotations

from typing import ClassVar

from instruments.strings import Body, Detune, Pluck, PluckedString, PluckPosition, Strings, Wood, strings


class NylonGuitar(PluckedString):
    """Fan-braced classical guitar, scale 650 mm: warmer, rounder and of shorter decay than a steel guitar."""

    name: ClassVar[str] = "nylon_guitar"
    program: ClassVar[int] = 25
    fretted: ClassVar[bool] = True
    range: ClassVar[tuple[int, int]] = (36, 88)

    # Plain trebles by their diameter. Basses are wound on floss, which is as flexible as a thin core. Nylon damps high
    # partials (J. Woodhouse, "Plucked guitar transients", Acta Acustica 90, 2004).
    strings: ClassVar[Strings] = strings(
        # open, core mm, tension N, E GPa, T60 s, T60 at 4 kHz s, turns mm
        (40, 0.68, 67, 7, 10.0, 3.2, 0.20),
        (45, 0.62, 72, 7, 9.5, 3.2, 0.18),
        (50, 0.55, 72, 7, 9.5, 3.2, 0.15),
        (55, 1.02, 55, 5, 7.5, 4.2, 0),
        (59, 0.81, 52, 5, 7.0, 4.8, 0),
        (64, 0.71, 70, 5, 6.5, 5.0, 0),
    )
    box: ClassVar[Wood] = Wood(
        modes=((96, 10, 2.9), (182, 13, 4.4), (229, 16, 2.2), (276, 17, 1.7), (330, 18, 1.3), (395, 18, 1.4),
               (452, 18, 1.2)),
        spacing_hz=58, quality=17, seed=1856,
        contour=((500, 1), (800, -2), (1200, -4), (2000, 2), (4000, 0), (8000, -5), (14000, -14)))
    length_metres: ClassVar[float] = 0.65
    up_t60_share: ClassVar[float] = 0.7
    contact_width: ClassVar[float] = 1.1
    level: ClassVar[float] = 0.068

    pluck: Pluck = "nail"
    pluck_position: PluckPosition = 0.17
    detune_cents: Detune = 0.5
    body: Body = 0.7
