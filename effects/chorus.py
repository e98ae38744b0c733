"""Chorus: the sound with a copy whose delay is slowly modulated (Dattorro 1997, "Effect design, part 2")."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Self

import numpy as np
from pedalboard import Chorus as Swayed
from pydantic import Field

from effects import Context, Sound, StreamingEffect
from effects.hosting.blocks import hosted, unchanged


class Chorus(StreamingEffect):
    """A second voice, slightly out of tune and out of time."""

    name: ClassVar[str] = "chorus"

    speed_hz: float = Field(0.8, ge=0.05, le=10, description="frequency of the modulation in Hz")
    depth: float = Field(0.2, ge=0, le=1, description="modulation of the copy's delay: 0 none to 1 for 10 ms")
    delay_ms: float = Field(12, ge=2, le=50, description="delay of the copy in ms")
    feedback: float = Field(0, ge=-0.9, le=0.9, description="share of the copy that is fed back")
    mix: float = Field(0.4, ge=0, le=1, description="share of the copy, 0 none to 1 copy alone")

    @classmethod
    def neutral(cls) -> Self:
        return cls(mix=0)

    def tail_seconds(self, context: Context) -> float:
        if self.mix == 0:
            return 0.0
        passes = 1 + (0 if self.feedback == 0 else 6 / -np.log10(abs(self.feedback)))
        return float(passes * (self.delay_ms + 20) / 1000)

    def stream(self, context: Context) -> Callable[[Sound], Sound]:
        if self.mix == 0:
            return unchanged
        copy = hosted([Swayed(self.speed_hz, self.depth, self.delay_ms, self.feedback, mix=1)], context.rate)
        dry, wet = np.float32(1 - self.mix), np.float32(self.mix)

        def step(block: Sound) -> Sound:
            return np.asarray(dry * block + wet * copy(block))

        return step
