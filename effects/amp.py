"""A guitar amplifier: tubes, tone stack and loudspeaker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, ClassVar, Self

import numpy as np
from pydantic import Field

from effects import Context, Sound, StreamingEffect
from effects.dsp.amplifier import Amplifier, Channel, Speaker
from effects.hosting.blocks import unchanged


class Amp(StreamingEffect):
    """An amplifier for each channel of the sound, with a delay of 15 samples."""

    name: ClassVar[str] = "amp"

    channel: Annotated[Channel, Field(description="clean has one tube stage, crunch two, high_gain three")] = "crunch"
    drive: float = Field(0.5, ge=0, le=1, description="gain of the tube stages")
    bass: float = Field(0.5, ge=0, le=1, description="bass knob of the tone stack")
    middle: float = Field(0.5, ge=0, le=1, description="middle knob of the tone stack")
    treble: float = Field(0.5, ge=0, le=1, description="treble knob of the tone stack")
    speaker: Annotated[Speaker, Field(description="loudspeaker and its cabinet, or none")] = "closed_4x12"
    level_db: float = Field(0, ge=-24, le=24, description="gain after the amplifier in dB")
    mix: float = Field(1, ge=0, le=1, description="share of the amplified sound, 0 none to 1 all")

    @classmethod
    def neutral(cls) -> Self:
        return cls(mix=0)

    def tail_seconds(self, context: Context) -> float:
        return 0.0 if self.mix == 0 else 0.2

    def stream(self, context: Context) -> Callable[[Sound], Sound]:
        if self.mix == 0:
            return unchanged
        amplifiers: list[Amplifier] = []
        dry, wet = np.float32(1 - self.mix), np.float32(self.mix * 10 ** (self.level_db / 20))

        def step(block: Sound) -> Sound:
            while len(amplifiers) < block.shape[0]:
                amplifiers.append(Amplifier(context.rate, self.channel, self.drive, self.bass, self.middle, self.treble,
                                            self.speaker))
            heard = np.stack([amplifier.play(row) for amplifier, row in zip(amplifiers, block, strict=True)])
            return np.asarray(dry * block + wet * heard)

        return step
