"""Compressor: reduces the level above a threshold, of both channels together."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Self

import numpy as np
from pedalboard import Compressor as Detector
from pydantic import Field

from effects import Context, Sound, StreamingEffect
from effects.hosting.blocks import hosted, unchanged

# Lowest level that has a gain [full scale]: prevents a division by zero in silence.
QUIETEST = np.float32(1e-20)


class Compressor(StreamingEffect):
    """Feed-forward, peak-sensing, hard knee: a level L above the threshold T leaves as T + (L − T) / ratio, in dB.

    Both channels have one gain, from the louder of them, so that the stereo image is stable.
    """

    name: ClassVar[str] = "compressor"

    threshold_db: float = Field(-24, ge=-60, le=0, description="level in dBFS above which the gain is reduced")
    ratio: float = Field(3, ge=1, le=20, description="dB of input for one dB of output above the threshold")
    attack_ms: float = Field(10, ge=0.1, le=200, description="time of the reduction in ms, to 99.8 % of the change")
    release_ms: float = Field(150, ge=5, le=2000, description="time of the recovery in ms, to 99.8 % of the change")
    makeup_db: float = Field(0, ge=-12, le=24, description="gain after the compression in dB")

    @classmethod
    def neutral(cls) -> Self:
        return cls(ratio=1)

    def stream(self, context: Context) -> Callable[[Sound], Sound]:
        makeup = np.float32(10 ** (self.makeup_db / 20))
        if self.ratio == 1:
            return unchanged if self.makeup_db == 0 else lambda block: makeup * block
        detector = hosted([Detector(self.threshold_db, self.ratio, self.attack_ms, self.release_ms)], context.rate)

        def step(block: Sound) -> Sound:
            level = np.abs(block[:1])
            for channel in block[1:]:
                np.maximum(level, np.abs(channel), out=level)
            gain = detector(level)
            np.maximum(level, QUIETEST, out=level)
            gain /= level
            if makeup != 1:
                gain *= makeup
            return np.asarray(block * gain)

        return step
