"""Saturation: soft clipping that adds odd harmonics, as overdriven tape and tubes do."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Self

import numpy as np
from pydantic import Field

from effects import Context, Sound, StreamingEffect
from effects.hosting.blocks import unchanged


class Saturation(StreamingEffect):
    """Soft clipping by c·tanh(x / c): levels far below the ceiling c are unchanged, and none exceeds it.

    A tone of amplitude a well below c gets a third harmonic of a³ / 12c². It is not oversampled: harmonics above half
    the sample rate alias, which is audible with bright sounds at high levels.
    """

    name: ClassVar[str] = "saturation"

    ceiling_db: float = Field(-12, ge=-48, le=0, description="ceiling in dBFS, which peaks approach but never reach")
    makeup_db: float = Field(0, ge=-12, le=36, description="gain after the saturation in dB")
    mix: float = Field(1, ge=0, le=1, description="share of the saturated sound, 0 none to 1 all")

    @classmethod
    def neutral(cls) -> Self:
        return cls(mix=0)

    def stream(self, context: Context) -> Callable[[Sound], Sound]:
        if self.mix == 0:
            return unchanged
        ceiling = np.float32(10 ** (self.ceiling_db / 20))
        wet = np.float32(self.mix * 10 ** ((self.ceiling_db + self.makeup_db) / 20))
        dry = np.float32(1 - self.mix)

        def step(block: Sound) -> Sound:
            return np.asarray(dry * block + wet * np.tanh(block / ceiling))

        return step
