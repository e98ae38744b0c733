"""Bit crusher: a word length down to one bit, on a grid of exactly 2^b levels that include zero.

The grid is two's complement and mid-tread: the integers −2^(b−1) … 2^(b−1) − 1 times a step of 2^(1−b) of full scale.
Because zero is a level, a decaying note stays on its last level for a while and then becomes exactly zero.
"""

from __future__ import annotations

import math
from typing import ClassVar, Self

import numpy as np
from pydantic import Field

from effects import BLOCK_FRAMES, Context, Effect, Sound


class BitCrush(Effect):
    """Quantises amplitude. Neutral is ``mix: 0``: even 24 bits round a sound far below full scale."""

    name: ClassVar[str] = "bit_crush"

    bits: float = Field(8, ge=1, le=24, description="word length in bits; between two whole numbers the outputs of "
                                                    "both are blended: 4.25 is three parts 4 bits and one part 5")
    full_scale_db: float | None = Field(
        0, ge=-96, le=0, description="level in dBFS that the 2^bits levels span; louder sound is clipped; null takes "
                                     "the peak of the sound itself, so that a quiet part is crushed like a loud one")
    dither: bool = Field(False, description="add triangular dither of ±1 step before rounding; digital silence "
                                            "stays silent")
    mix: float = Field(1, ge=0, le=1, description="share of the crushed sound, 0 none to 1 all")

    @classmethod
    def neutral(cls) -> Self:
        return cls(mix=0)

    @classmethod
    def at_depth(cls, depth: float) -> Self:
        """Return 8 bits of the sound's peak at depth 0, like an old sampler, to 3 bits at depth 1."""
        return cls(bits=8 - 5 * depth, full_scale_db=None)

    def process(self, audio: Sound, context: Context) -> Sound:
        if self.mix == 0 or audio.size == 0:
            return audio.copy()
        if self.full_scale_db is None:
            full_scale = float(max(audio.max(), -audio.min()))
            if full_scale == 0:
                return audio.copy()
        else:
            full_scale = 10 ** (self.full_scale_db / 20)
        fewer = math.floor(self.bits)
        blend = np.float32(self.bits - fewer)
        mix = np.float32(self.mix)
        generator = np.random.default_rng(context.seed)
        out = np.empty_like(audio)
        for start in range(0, audio.shape[1], BLOCK_FRAMES):
            dry = audio[:, start:start + BLOCK_FRAMES]
            noise = _triangular(generator, dry) if self.dither else None
            wet = _quantise(dry, fewer, full_scale, noise)
            if blend > 0:
                wet += blend * (_quantise(dry, fewer + 1, full_scale, noise) - wet)
            out[:, start:start + BLOCK_FRAMES] = wet if mix == 1 else dry + mix * (wet - dry)
        return out


def _quantise(audio: Sound, bits: int, full_scale: float, noise: Sound | None) -> Sound:
    step = full_scale * 2.0 ** (1 - bits)
    codes = audio * np.float32(1 / step)
    if noise is not None:
        codes += noise
    np.rint(codes, out=codes)
    np.clip(codes, np.float32(-(2 ** (bits - 1))), np.float32(2 ** (bits - 1) - 1), out=codes)
    codes *= np.float32(step)
    codes += np.float32(0)  # turns −0.0 into 0.0
    return codes


def _triangular(generator: np.random.Generator, audio: Sound) -> Sound:
    """Draw dither of triangular density over ±1 step, zero where the sound is zero.

    References
    ----------
    Lipshitz, Wannamaker and Vanderkooy, 1992, "Quantization and dither: a theoretical survey".
    """
    draws = generator.random((2, *audio.shape), dtype=np.float32)
    noise: Sound = draws[0] + draws[1] - np.float32(1)
    noise[audio == 0] = 0
    return noise
