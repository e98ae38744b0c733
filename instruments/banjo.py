"""A banjo: light strings on the skin of a drum."""

from __future__ import annotations

from typing import ClassVar

from instruments.strings import (
    Body,
    Detune,
    Hardness,
    Knock,
    Pluck,
    PluckedString,
    PluckNoise,
    PluckPosition,
    Strings,
    Sympathy,
    Wood,
    strings,
)


class Banjo(PluckedString):
    """Five strings in open G, the fifth a drone, scale 670 mm, metal picks on three fingers, a head of 11 inches."""

    name: ClassVar[str] = "banjo"
    program: ClassVar[int] = 106
    bends: ClassVar[bool] = True
    range: ClassVar[tuple[int, int]] = (48, 86)

    # The head moves easily and takes the strings' energy within a second (J. Woodhouse, D. Politzer and H. Mansour,
    # "Acoustics of the banjo", Acta Acustica 5, 2021). Gauges of a light set, 0.009-0.020 in.
    strings: ClassVar[Strings] = strings(
        # open, core mm, tension N, E GPa, T60 s, T60 at 4 kHz s, turns mm
        (50, 0.30, 60, 200, 3.2, 1.4, 0.20),
        (55, 0.33, 54, 200, 3.0, 1.5, 0),
        (59, 0.28, 62, 200, 2.8, 1.6, 0),
        (62, 0.23, 58, 200, 2.6, 1.6, 0),
        (67, 0.23, 62, 200, 2.2, 1.5, 0),
    )
    # Pot and head: the air in the pot, then the modes of a loaded membrane, broad because a skin radiates so well.
    box: ClassVar[Wood] = Wood(
        modes=((215, 8, 1.6), (290, 9, 2.6), (455, 10, 2.2), (590, 11, 2.0), (720, 12, 2.0)),
        spacing_hz=85, quality=13, seed=1830,
        contour=((800, 3), (1500, 4), (3000, 4), (5000, 0), (9000, -8), (14000, -18)))
    length_metres: ClassVar[float] = 0.67
    up_t60_share: ClassVar[float] = 0.5
    level: ClassVar[float] = 0.055

    pluck: Pluck = "pick"
    pluck_position: PluckPosition = 0.11
    hardness: Hardness = 0.6
    detune_cents: Detune = 0.4
    pluck_noise: PluckNoise = 0.25
    body: Body = 0.95
    knock: Knock = 0.6
    sympathy: Sympathy = 0.3
