"""A rotary speaker, as of organs: a horn and a drum that rotate in front of two microphones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, ClassVar, Self

import numpy as np
from pydantic import Field

from effects import Context, Sound, StreamingEffect
from effects.dsp.rotary import HORN, SOUND_METRES_A_SECOND, Cabinet, Speed
from effects.hosting.blocks import unchanged


class Rotary(StreamingEffect):
    """Vibrato by the Doppler effect, tremolo, and a tone that changes with the angle of the rotors."""

    name: ClassVar[str] = "rotary"

    speed: Annotated[Speed, Field(description="speed of the rotors: stop, slow (0.8 turns a second) or fast (6.7)")] = (
        "slow")
    starts: Annotated[Speed, Field(description="speed before the beginning, from which they change within seconds")] = (
        "slow")
    acceleration: float = Field(1, ge=0.2, le=5, description="rate of the changes of speed, relative to a real one")
    depth: float = Field(1, ge=0, le=1, description="depth of vibrato and tremolo, relative to a real one")
    distance_metres: float = Field(0.7, ge=0.3, le=3, description="distance of the microphones in metres")
    width: float = Field(1, ge=0, le=1, description="angle between the microphones: 0 none, 1 160 degrees")
    mix: float = Field(1, ge=0, le=1, description="share of the speaker's sound, 0 none to 1 all")

    @classmethod
    def neutral(cls) -> Self:
        return cls(mix=0)

    def tail_seconds(self, context: Context) -> float:
        return 0.0 if self.mix == 0 else 2 * HORN.radius_metres / SOUND_METRES_A_SECOND + 0.02

    def stream(self, context: Context) -> Callable[[Sound], Sound]:
        if self.mix == 0:
            return unchanged
        cabinet = Cabinet(context.rate, [(-1.0, self.starts), (0.0, self.speed)], self.distance_metres, self.width,
                          self.depth, self.acceleration)
        dry, wet = np.float32(1 - self.mix), np.float32(self.mix)

        def step(block: Sound) -> Sound:
            turned = cabinet.turn(np.float32(0.5) * (block[0] + block[-1]))
            return np.asarray(dry * block + wet * turned[:block.shape[0]])

        return step
