"""A mandolin: four double courses, a pick, and the tremolo that holds a long note."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from pydantic import Field
from typing_extensions import override

from instruments.dsp.arrays import Stereo
from instruments.dsp.random import MASK, generator
from instruments.strings import (
    Body,
    Detune,
    Hardness,
    Pluck,
    PluckedString,
    PluckNoise,
    PluckPosition,
    Strings,
    Wood,
    strings,
)
from scores.performance import Fingering, Note

UNEVEN_SECONDS = 0.004  # standard deviation of a stroke of the tremolo from its time [s]
UP_SOFTER = 0.88  # velocity of an up-stroke, relative to a down-stroke
TREMOLO_SOFTER = 0.9  # velocity of the first stroke of a tremolo, relative to the note's
SWELLS = 0.16  # how far the velocity of the strokes swells toward the middle of the note


class Mandolin(PluckedString):
    """Carved top, scale 349 mm, steel strings in pairs, each a little out of tune with itself."""

    name: ClassVar[str] = "mandolin"
    program: ClassVar[int] = 26
    bends: ClassVar[bool] = True
    range: ClassVar[tuple[int, int]] = (55, 93)

    strings: ClassVar[Strings] = strings(
        # open, core mm, tension N, E GPa, T60 s, T60 at 4 kHz s, turns mm
        (55, 0.38, 86, 200, 5.5, 2.6, 0.25),
        (62, 0.33, 82, 200, 5.0, 2.8, 0.20),
        (69, 0.36, 84, 200, 4.2, 3.2, 0),
        (76, 0.27, 90, 200, 3.4, 3.2, 0),
    )
    # Air, top and back (D. Cohen and T. Rossing, "Mode studies in carved mandolins", Acoust. Sci. Tech. 24, 2003).
    box: ClassVar[Wood] = Wood(
        modes=((202, 14, 2.4), (340, 15, 3.4), (436, 16, 2.4), (520, 16, 1.8), (610, 17, 1.6), (720, 17, 1.5)),
        spacing_hz=75, quality=17, seed=1922,
        contour=((800, 1), (1500, 1), (2500, 3), (4500, 3), (8000, -2), (14000, -10)))
    length_metres: ClassVar[float] = 0.349
    up_t60_share: ClassVar[float] = 0.7
    level: ClassVar[float] = 0.075

    pluck: Pluck = "pick"
    pluck_position: PluckPosition = 0.13
    hardness: Hardness = 0.5
    detune_cents: Detune = 1.2
    pluck_noise: PluckNoise = 0.2
    body: Body = 0.75
    tremolo_hz: float = Field(11, ge=6, le=16, description="strokes of the tremolo a second")
    tremolo_from_seconds: float = Field(0.75, ge=0.2, le=30, description="length from which on a note is held by "
                                                                         "tremolo, in seconds; 30 is hardly ever")

    @override
    def play(self, notes: Sequence[Note], rate: int, frames: int) -> Stereo:
        strokes = sorted((stroke for note in notes for stroke in self._strokes(note)), key=lambda n: n.onset_seconds)
        return super().play(strokes, rate, frames)

    def _strokes(self, note: Note) -> list[Note]:
        """Return the strokes of a note: itself, or a tremolo that swells, down and up."""
        if note.duration_seconds < self.tremolo_from_seconds or note.articulation != "plain" or note.bend:
            return [note]
        count = max(2 * round(note.duration_seconds * self.tremolo_hz / 2), 2)
        each = note.duration_seconds / count
        draw = generator([note.seed & MASK, 1])
        stray = UNEVEN_SECONDS * draw.standard_normal(count)
        strokes = []
        for index in range(count):
            late = 0.0 if index == 0 else float(min(max(stray[index], -each / 4), each / 4))
            swell = TREMOLO_SOFTER + SWELLS * 4 * (index / count) * (1 - index / count)
            velocity = max(min(round(note.velocity * swell * (UP_SOFTER if index % 2 else 1.0)), 127), 1)
            held = each if index + 1 < count else each - late
            where = note.fingering and Fingering(note.fingering.string, note.fingering.fret, "DU"[index % 2])
            strokes.append(replace(note, onset_seconds=note.onset_seconds + index * each + late, duration_seconds=held,
                                   velocity=velocity, seed=(note.seed + 7919 * index) & MASK, fingering=where))
        return strokes
