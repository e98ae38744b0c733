"""A finger bass: an electric bass played with the fingers."""

from __future__ import annotations

from typing import ClassVar

from instruments.strings import (
    Body,
    Detune,
    Handling,
    Knock,
    Pluck,
    PluckedString,
    PluckNoise,
    PluckPosition,
    Release,
    Squeak,
    StringAge,
    Strings,
    Sympathy,
    Wood,
    strings,
)


class FingerBass(PluckedString):
    """Four round-wound strings, scale 864 mm, a pickup and a small cabinet."""

    name: ClassVar[str] = "finger_bass"
    program: ClassVar[int] = 34
    fretted: ClassVar[bool] = True
    range: ClassVar[tuple[int, int]] = (23, 67)

    strings: ClassVar[Strings] = strings(
        # open, core mm, tension N, E GPa, T60 s, T60 at 4 kHz s, turns mm
        (28, 0.58, 168, 200, 11.0, 0.70, 0.55),
        (33, 0.52, 180, 200, 10.5, 0.70, 0.50),
        (38, 0.48, 195, 200, 10.0, 0.65, 0.45),
        (43, 0.44, 188, 200, 9.0, 0.60, 0.40),
    )
    # Box and cone of a cabinet: broad resonances, little above 4 kHz.
    box: ClassVar[Wood] = Wood(
        modes=((58, 2.5, 1.6), (112, 3.0, 1.4), (240, 3.5, 1.1), (480, 4.0, 0.9)),
        spacing_hz=150, quality=9, seed=1951, top_hz=5000,
        contour=((500, 0), (2000, 0), (4000, -12), (5000, -16)))
    length_metres: ClassVar[float] = 0.864
    up_t60_share: ClassVar[float] = 0.6  # a solid body damps both planes little
    contact_width: ClassVar[float] = 6.0
    level: ClassVar[float] = 0.0705

    pluck: Pluck = "finger"
    pluck_position: PluckPosition = 0.2
    string_age: StringAge = 0.45
    detune_cents: Detune = 0.4
    pluck_noise: PluckNoise = 0.1
    release_seconds: Release = 0.12
    body: Body = 0.4
    knock: Knock = 0.1
    sympathy: Sympathy = 0.05
    squeak: Squeak = 0.3
    handling: Handling = 0.3
