"""Stutter: the first slice of a span, caught and repeated on the tempo grid to the span's end."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
from pydantic import Field

from effects import Context, Effect
from effects.apply import raised_cosine

GRID_BEATS = (0.5, 0.25, 0.125, 0.0625)  # 1/8, 1/16, 1/32 and 1/64 notes


class Stutter(Effect):
    """Repeats of one slice. Before its edges, gain and direction every repeat is the slice, sample for sample.

    The first pass is the sound itself; the slice may shrink from repeat to repeat and keeps its beginning then.
    """

    name: ClassVar[str] = "stutter"

    slice_beats: float = Field(0.25, ge=1 / 64, le=4, description="length of the slice in quarter notes: 0.25 is a "
                                                                  "1/16 note, 0.1667 a 1/16 triplet")
    slice_end_beats: float | None = Field(None, ge=1 / 64, le=4, description="length in quarter notes the slice slides "
                                                                             "to by the end; null keeps it")
    decay_db: float = Field(0, ge=0, le=24, description="how much softer each repeat is, in dB")
    reverse: bool = Field(False, description="play the repeats backwards")
    edge_ms: float = Field(2, ge=0.5, le=20, description="length of the raised-cosine edges of a repeat in ms")
    mix: float = Field(1, ge=0, le=1, description="share of the repeats, 0 none to 1 all")

    @classmethod
    def neutral(cls) -> Self:
        return cls(mix=0)

    @classmethod
    def at_depth(cls, depth: float) -> Self:
        """From 1/8 to 1/64 notes on the grid; the deeper half slides on to the next shorter value."""
        place = min(int(depth * len(GRID_BEATS)), len(GRID_BEATS) - 1)
        shorter = GRID_BEATS[place] / 2 if depth >= 0.5 else None
        return cls(slice_beats=GRID_BEATS[place], slice_end_beats=shorter)

    def process(self, audio: np.ndarray, context: Context) -> np.ndarray:
        out = audio.copy()
        if self.mix == 0:
            return out
        frames = audio.shape[1]
        edge = round(self.edge_ms / 1000 * context.rate)
        starts = self.starts(frames, context)
        mix = np.float32(self.mix)
        for number, (start, stop) in enumerate(zip(starts, [*starts[1:], frames], strict=True)):
            length = stop - start
            if number == 0:
                repeat = audio[:, :length].copy()
            else:
                source = audio[:, :length]
                repeat = source[:, ::-1].copy() if self.reverse else source.copy()
                repeat *= np.float32(10 ** (-self.decay_db * number / 20))
            rise = raised_cosine(min(edge, length // 2))
            if number > 0:
                repeat[:, :len(rise)] *= rise
            if stop < frames and len(rise):
                repeat[:, -len(rise):] *= rise[::-1]
            dry = audio[:, start:stop]
            out[:, start:stop] = repeat if mix == 1 else dry + mix * (repeat - dry)
        return out

    def starts(self, frames: int, context: Context) -> list[int]:
        """Frame at which each repeat starts, the first at 0; exact on the grid, rounded once and never summed."""
        total = frames / context.rate / context.beat_seconds
        ratio = 1.0 if self.slice_end_beats is None else self.slice_end_beats / self.slice_beats
        starts = [0]
        beats = 0.0
        while True:
            # the length slides along an exponential, the same ratio in the same time
            beats += self.slice_beats * ratio ** min(beats / total, 1.0) if total else self.slice_beats
            start = round(beats * context.beat_seconds * context.rate)
            if start >= frames:
                return starts
            starts.append(start)
