"""Gate: a rhythm that opens and closes on the beat grid."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from effects import Context, Sound, StreamingEffect
from effects.dsp.note_values import Beats
from effects.hosting.blocks import unchanged


class Gate(StreamingEffect):
    """Opens on the steps of a Euclidean rhythm: ``hits`` spread over ``steps`` as evenly as whole steps allow.

    For example, 3 in 8 is the tresillo and 5 in 8 the cinquillo (Toussaint 2005, "The Euclidean algorithm generates
    traditional musical rhythms"). The gate opens at the start of a step; the grid begins with the sound.
    """

    name: ClassVar[str] = "gate"

    step_beats: Beats = Field(0.25, ge=1 / 64, le=4, description="length of a step, in quarter notes or as a note "
                                                                 "value: 1/16, 1/8T a triplet")
    hits: int = Field(8, ge=1, le=32, description="open steps of the pattern; all if there are fewer steps")
    steps: int = Field(8, ge=1, le=32, description="length of the pattern in steps")
    rotation: int = Field(0, ge=0, le=31, description="number of the step at which the pattern begins, from 0")
    duty: float = Field(0.5, ge=0.02, le=1, description="share of a step in which the gate is open; 1 joins open steps")
    edge_ms: float = Field(3, ge=0.5, le=50, description="length of the raised-cosine edges inside the open part, ms")
    mix: float = Field(1, ge=0, le=1, description="how far the gate closes: 0 not at all, 1 to silence")

    @classmethod
    def neutral(cls) -> Self:
        return cls(mix=0)

    @classmethod
    def at_depth(cls, depth: float) -> Self:
        """Return a tremolo in 1/16 notes at depth 0, to short notes with silence between them at depth 1."""
        return cls(mix=0.3 + 0.7 * depth, duty=0.75 - 0.5 * depth)

    def pattern(self) -> NDArray[np.bool_]:
        """Return which steps are open, shape (steps,): Bresenham's line, a rotation of the Euclidean rhythm."""
        hits = min(self.hits, self.steps)
        return np.asarray((np.arange(self.steps) + self.rotation) * hits % self.steps < hits)

    def stream(self, context: Context) -> Callable[[Sound], Sound]:
        if self.mix == 0:
            return unchanged
        done = 0

        def step(block: Sound) -> Sound:
            nonlocal done
            gain = self.openness(np.arange(done, done + block.shape[1]), context)
            done += block.shape[1]
            return np.asarray(block * (np.float32(1 - self.mix) + np.float32(self.mix) * gain))

        return step

    def openness(self, frames: NDArray[np.int64], context: Context) -> NDArray[np.float32]:
        """Return the gain of the gate, 0 … 1, at frames counted from the start; of the same shape."""
        period = self.step_beats * context.beat_seconds * context.rate
        sounds = self.pattern()
        number = np.floor(frames / period).astype(np.int64)
        since = frames - number * period
        until = self.duty * period - since
        edge = min(self.edge_ms / 1000 * context.rate, self.duty * period / 2)
        number %= self.steps
        if self.duty == 1:  # adjacent open steps are joined
            since[sounds[number - 1]] = np.inf
            until[sounds[(number + 1) % self.steps]] = np.inf
        near = np.clip(np.minimum(since + 0.5, until - 0.5) / edge, 0, 1)
        return np.where(sounds[number], 0.5 - 0.5 * np.cos(np.pi * near), 0).astype(np.float32)
