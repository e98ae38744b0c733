"""An electric bass, played with fingers, with a pick or slapped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator
from typing_extensions import override

from effects.dsp.amplifier import Speaker
from instruments.dsp.arrays import Mono
from instruments.dsp.notes import velocity_gain
from instruments.dsp.partials import add_partials, knock, raised_cosine
from instruments.dsp.random import generator
from instruments.electric.solid_body import AmpChannel, Drive, SolidBody, ToneKnob
from instruments.strings import (
    Detune,
    Handling,
    Pluck,
    PluckNoise,
    PluckPosition,
    Release,
    Squeak,
    StringAge,
    Strings,
    strings,
)
from scores.performance import Note

CLACK_DB = -12.0  # level of the slapped string on the frets, relative to the note [dB]

# Settings of each technique that differ from the fingers, whose values are the defaults of the fields.
TECHNIQUES: dict[str, dict[str, object]] = {
    "finger": {},
    "pick": {"pluck": "pick", "pluck_position": 0.14, "hardness": 0.6, "pluck_noise": 0.25},
    "slap": {"pluck": "pick", "pluck_position": 0.27, "hardness": 1.0, "pluck_noise": 0.4, "string_age": 0.05,
             "tone": 1.0},
}


class ElectricBass(SolidBody):
    """Four round-wound strings on a scale of 864 mm over a split and a bridge pickup."""

    name: ClassVar[str] = "electric_bass"
    program: ClassVar[int] = 34
    fretted: ClassVar[bool] = True
    range: ClassVar[tuple[int, int]] = (23, 67)

    strings: ClassVar[Strings] = strings(
        # open, core mm, tension N, E GPa, T60 s, T60 at 4 kHz s, turns mm
        (28, 0.58, 168, 200, 15.0, 1.2, 0.55),
        (33, 0.52, 180, 200, 14.0, 1.2, 0.50),
        (38, 0.48, 195, 200, 13.0, 1.1, 0.45),
        (43, 0.44, 188, 200, 12.0, 1.0, 0.40),
    )
    length_metres: ClassVar[float] = 0.864
    up_t60_share: ClassVar[float] = 0.7
    contact_width: ClassVar[float] = 5.0
    places: ClassVar[dict[str, tuple[tuple[float, float], ...]]] = {
        "split": ((0.157, 1.0),), "bridge": ((0.077, 1.0),), "both": ((0.157, 0.7), (0.077, 0.7))}
    coil_hz: ClassVar[float] = 3600.0
    coil_quality: ClassVar[float] = 1.2
    level: ClassVar[float] = 0.075
    into_amp: ClassVar[float] = 1.6
    amp_level: ClassVar[dict[str, float]] = {"clean": 0.36, "crunch": 0.36, "high_gain": 0.4}
    speakers: ClassVar[dict[str, Speaker]] = {
        "clean": "bass_8x10", "crunch": "bass_8x10", "high_gain": "bass_8x10"}

    technique: Literal["finger", "pick", "slap"] = Field(
        "finger", description="playing technique: it sets the defaults of the hand's other settings")
    pluck: Pluck = "finger"
    pluck_position: PluckPosition = 0.2
    string_age: StringAge = 0.35
    detune_cents: Detune = 0.3
    pluck_noise: PluckNoise = 0.1
    release_seconds: Release = 0.12
    squeak: Squeak = 0.25
    handling: Handling = 0.25
    tone: ToneKnob = 0.6
    amp: AmpChannel = "clean"
    drive: Drive = 0.25
    pickup: Literal["split", "bridge", "both"] = Field("split", description="pickups that are switched on")

    @model_validator(mode="before")
    @classmethod
    def _start_from_the_technique(cls, given: Any) -> Any:
        name = given.get("technique") if isinstance(given, dict) else None
        if isinstance(name, str) and name in TECHNIQUES:  # anything else is refused by the field
            return {**TECHNIQUES[name], **given}
        return given

    @override
    def chosen(self) -> str:
        return self.pickup

    @override
    def midi_program(self) -> int:
        return {"finger": 34, "pick": 35, "slap": 37}[self.technique]

    @override
    def _strike(self, out: Mono, notes: Sequence[Note], rate: int) -> None:
        # A slapped string hits the frets: short modes of wood and steel.
        if self.technique != "slap":
            return
        pair = np.zeros((2, out.size), np.float32)
        for note in notes:
            draw = generator([note.seed % 2**63, 1])
            at = note.onset_seconds * rate
            if at <= out.size - 1:
                rows = knock(draw, 12, 700.0, 5000.0, 160.0,
                             self.level * velocity_gain(note.velocity) * 10 ** (CLACK_DB / 20) * 8)
                add_partials(pair, at, out.size, float(rate), rows, raised_cosine(0.0006 * rate, at))
        out += pair[0]
