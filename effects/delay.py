"""Delay: echoes in tempo, each softer than the last."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import ClassVar, Self

import numpy as np
from pedalboard import HighpassFilter, LowpassFilter
from pydantic import Field

from effects import Context, Sound, StreamingEffect
from effects.dsp.note_values import Beats
from effects.hosting.blocks import hosted, unchanged


class Delay(StreamingEffect):
    """Echo n follows after n delays with the gain feedback^(n−1); ``mix: 1``, for a send, is the echoes alone."""

    name: ClassVar[str] = "delay"

    time_beats: Beats = Field(0.75, ge=1 / 32, le=8, description="time between echoes, in quarter notes or as a note "
                                                                 "value: 1/8. dotted, 1/8T a triplet")
    feedback: float = Field(0.35, ge=0, le=0.95, description="level of each echo relative to the one before it")
    low_cut_hz: float = Field(150, ge=20, le=2000, description="low cut of the echoes in Hz, 6 dB an octave")
    high_cut_hz: float = Field(6000, ge=500, le=20000, description="high cut of the echoes in Hz, 6 dB an octave")
    mix: float = Field(0.2, ge=0, le=1, description="share of the echoes, 0 none to 1 echoes alone")

    @classmethod
    def neutral(cls) -> Self:
        return cls(mix=0)

    def time_samples(self, context: Context) -> int:
        """Return the delay, rounded to whole samples."""
        return max(round(self.time_beats * context.beat_seconds * context.rate), 1)

    def tail_seconds(self, context: Context) -> float:
        if self.mix == 0:
            return 0.0
        echoes = 1 if self.feedback < 1e-6 else 1 + math.ceil(-6 / math.log10(self.feedback))
        return echoes * self.time_samples(context) / context.rate + 28 / (math.tau * self.low_cut_hz)

    def stream(self, context: Context) -> Callable[[Sound], Sound]:
        if self.mix == 0:
            return unchanged
        darker = hosted([HighpassFilter(self.low_cut_hz), LowpassFilter(self.high_cut_hz)], context.rate)
        late = self.time_samples(context)
        dry, wet, feedback = np.float32(1 - self.mix), np.float32(self.mix), np.float32(self.feedback)
        line: Sound | None = None
        place = 0

        def step(block: Sound) -> Sound:
            nonlocal line, place
            if line is None:
                line = np.zeros((block.shape[0], late), np.float32)
            heard = darker(block)
            out = dry * block
            start = 0
            while start < block.shape[1]:  # as far as the ring goes on without turning over
                stop = min(start + late - place, block.shape[1])
                ring = line[:, place:place + stop - start]
                out[:, start:stop] += wet * ring
                ring *= feedback
                ring += heard[:, start:stop]
                place = (place + stop - start) % late
                start = stop
            return np.asarray(out)

        return step
