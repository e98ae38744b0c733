"""An electric guitar through an amplifier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from effects.dsp.amplifier import Speaker
from instruments.dsp.arrays import Mono
from instruments.electric.feedback import feed_back
from instruments.electric.solid_body import SolidBody
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


class ElectricGuitar(SolidBody):
    """Nickel strings of a light set on a scale of 648 mm, three single coils, and a small or a large amplifier."""

    name: ClassVar[str] = "electric_guitar"
    program: ClassVar[int] = 28
    fretted: ClassVar[bool] = True
    range: ClassVar[tuple[int, int]] = (36, 88)

    # Core diameters and tensions of a set 0.010-0.046 in, as string makers state them. A solid body absorbs little, so
    # the strings ring long.
    strings: ClassVar[Strings] = strings(
        # open, core mm, tension N, E GPa, T60 s, T60 at 4 kHz s, turns mm
        (40, 0.38, 78, 200, 16.0, 4.0, 0.38),
        (45, 0.34, 88, 200, 15.0, 4.0, 0.30),
        (50, 0.32, 82, 200, 14.0, 4.0, 0.24),
        (55, 0.43, 74, 200, 13.0, 5.0, 0),
        (59, 0.33, 69, 200, 12.0, 5.0, 0),
        (64, 0.254, 72, 200, 11.0, 5.0, 0),
    )
    length_metres: ClassVar[float] = 0.648
    up_t60_share: ClassVar[float] = 0.7
    contact_width: ClassVar[float] = 1.2
    places: ClassVar[dict[str, tuple[tuple[float, float], ...]]] = {
        "bridge": ((0.063, 1.0),), "middle": ((0.15, 1.0),), "neck": ((0.247, 1.0),),
        "bridge_middle": ((0.063, 0.7), (0.15, 0.7)), "neck_middle": ((0.247, 0.7), (0.15, 0.7))}
    coil_hz: ClassVar[float] = 4200.0
    coil_quality: ClassVar[float] = 1.6
    level: ClassVar[float] = 0.075
    into_amp: ClassVar[float] = 2.2
    amp_level: ClassVar[dict[str, float]] = {"clean": 0.22, "crunch": 0.26, "high_gain": 0.36}
    speakers: ClassVar[dict[str, Speaker]] = {
        "clean": "open_1x12", "crunch": "closed_4x12", "high_gain": "closed_4x12"}

    pluck: Pluck = "pick"
    pluck_position: PluckPosition = 0.13
    string_age: StringAge = 0.3
    detune_cents: Detune = 0.4
    pluck_noise: PluckNoise = 0.12
    release_seconds: Release = 0.12
    squeak: Squeak = 0.2
    handling: Handling = 0.2
    pickup: Literal["bridge", "middle", "neck", "bridge_middle", "neck_middle"] = Field(
        "neck_middle", description="pickups that are switched on")

    feedback: float = Field(0, ge=0, le=1, description="how far the amplifier's sound drives held notes, on the crunch "
                                                      "and high gain channels: 0 not at all, 1 within a second")

    @override
    def _strike(self, out: Mono, notes: Sequence[Note], rate: int) -> None:
        loop = {"none": 0.0, "clean": 0.0, "crunch": 0.6, "high_gain": 1.0}[self.amp]
        if self.feedback * loop > 0:
            feed_back(out, notes, self.feedback * loop, self.places[self.pickup][0][0], self.release_seconds, rate)

    @override
    def chosen(self) -> str:
        return self.pickup

    @override
    def midi_program(self) -> int:
        return {"none": 28, "clean": 28, "crunch": 30, "high_gain": 31}[self.amp]
