"""A double bass, plucked."""

from __future__ import annotations

from typing import ClassVar

from instruments.strings import (
    Body,
    Detune,
    Handling,
    Hardness,
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


class UprightBass(PluckedString):
    """Four steel strings, scale 1.06 m without frets, a large body, plucked by two fingers far from the bridge."""

    name: ClassVar[str] = "upright_bass"
    program: ClassVar[int] = 33
    fretted: ClassVar[bool] = True
    has_frets: ClassVar[bool] = False
    range: ClassVar[tuple[int, int]] = (28, 67)

    # A fingertip stops a string less firmly than a fret, and a hollow body takes more energy than a solid one: notes
    # decay within a second or two.
    strings: ClassVar[Strings] = strings(
        # open, core mm, tension N, E GPa, T60 s, T60 at 4 kHz s, turns mm
        (28, 0.80, 290, 200, 7.5, 0.60, 0.9),
        (33, 0.72, 285, 200, 6.5, 0.60, 0.8),
        (38, 0.65, 280, 200, 5.5, 0.60, 0.7),
        (43, 0.60, 275, 200, 4.8, 0.60, 0.6),
    )
    # Air, first modes of the corpus and of its plates: as many as a guitar's, an octave and a half lower.
    box: ClassVar[Wood] = Wood(
        modes=((61, 7, 1.9), (98, 7, 2.0), (122, 8, 1.6), (155, 10, 1.6), (192, 12, 1.5), (246, 14, 1.3),
               (310, 16, 1.1)),
        spacing_hz=38, quality=20, seed=1690, top_hz=6000,
        contour=((500, -3), (900, -5), (1500, -6), (3000, -12), (6000, -24)))
    length_metres: ClassVar[float] = 1.06
    up_t60_share: ClassVar[float] = 0.55
    contact_width: ClassVar[float] = 3.5
    level: ClassVar[float] = 0.075

    pluck: Pluck = "finger"
    pluck_position: PluckPosition = 0.22
    hardness: Hardness = 0.45
    string_age: StringAge = 0.2
    detune_cents: Detune = 0.3
    pluck_noise: PluckNoise = 0.4
    release_seconds: Release = 0.16
    body: Body = 0.85
    knock: Knock = 0.2
    sympathy: Sympathy = 0.15
    squeak: Squeak = 0.15
    handling: Handling = 0.2
