"""An electric bass played with the fingers."""

from __future__ import annotations

from typing import ClassVar

from instruments._body import Wood
from instruments._plucked import (
    Body,
    Detune,
    Hardness,
    PluckedString,
    PluckNoise,
    PluckPosition,
    Release,
    StringAge,
    Strings,
    strings,
)


class FingerBass(PluckedString):
    """Four round-wound strings on a scale of 864 mm, a pickup, and the small cabinet it is heard through."""

    name: ClassVar[str] = "finger_bass"
    program: ClassVar[int] = 34
    fretted: ClassVar[bool] = True
    range: ClassVar[tuple[int, int]] = (23, 67)

    strings: ClassVar[Strings] = strings(
        # open, core mm, tension N, E GPa, T60 s, T60 at 4 kHz s
        (28, 0.58, 168, 200, 9.0, 0.50),
        (33, 0.52, 180, 200, 8.5, 0.50),
        (38, 0.48, 195, 200, 8.0, 0.45),
        (43, 0.44, 188, 200, 7.0, 0.40),
    )
    # The box and the cone of a cabinet: broad resonances, and nothing much above 4 kHz.
    wood: ClassVar[Wood] = Wood(
        modes=((58, 2.5, 1.6), (112, 3.0, 1.4), (240, 3.5, 1.1), (480, 4.0, 0.9)),
        spacing_hz=150, quality=9, slope_db=-12, seed=1951, top_hz=5000)
    length_metres: ClassVar[float] = 0.864
    softest_seconds: ClassVar[float] = 6e-4
    hardest_seconds: ClassVar[float] = 8e-5
    level: ClassVar[float] = 0.075

    pluck_position: PluckPosition = 0.2
    hardness: Hardness = 0.3
    string_age: StringAge = 0.45
    detune_cents: Detune = 0.4
    pluck_noise: PluckNoise = 0.1
    release_seconds: Release = 0.12
    body: Body = 0.4
