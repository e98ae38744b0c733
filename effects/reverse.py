"""Reverse: slices of the beat grid, or the whole sound, played backwards."""

from __future__ import annotations

import itertools
import math
from typing import ClassVar, Self

import numpy as np
from pydantic import Field

from effects import Context, Effect, Sound
from effects.dsp import raised_cosine
from effects.dsp.note_values import BeatsOrNone


class Reverse(Effect):
    """Reverses a random share of the slices; a higher share reverses the same ones and more.

    Between its edges a reversed slice is the sound backwards, sample for sample. The other slices keep their bytes; the
    edges are crossfades to the sound at the slice's borders.
    """

    name: ClassVar[str] = "reverse"

    slice_beats: BeatsOrNone = Field(None, ge=1 / 64, le=16, description="length of a slice, in quarter notes or as a "
                                                                         "note value: 1/16, 1/8T a triplet; null "
                                                                         "reverses the whole sound")
    share: float = Field(1, ge=0, le=1, description="share of the slices that are reversed; above 0 at least one")
    edge_ms: float = Field(4, ge=0.5, le=50, description="length of the crossfades at the ends of a slice in ms")

    @classmethod
    def neutral(cls) -> Self:
        return cls(share=0)

    @classmethod
    def at_depth(cls, depth: float) -> Self:
        """Return one 1/16 note in five at depth 0 to all of them at depth 1."""
        return cls(slice_beats=0.25, share=0.2 + 0.8 * depth)

    def slices(self, frames: int, context: Context) -> list[tuple[int, int]]:
        """Return the first frame and the end of each reversed slice, in order."""
        if self.slice_beats is None:
            edges = [0, frames]
        else:
            length = self.slice_beats * context.beat_seconds * context.rate
            starts = (round(number * length) for number in range(math.ceil(frames / length)))
            edges = [*(start for start in starts if start < frames), frames]
        spans = list(itertools.pairwise(edges))
        order = np.random.default_rng(context.seed).permutation(len(spans))
        return [spans[number] for number in sorted(order[:math.ceil(self.share * len(spans) - 1e-9)])]

    def process(self, audio: Sound, context: Context) -> Sound:
        out = audio.copy()
        for start, stop in self.slices(audio.shape[1], context):
            dry, wet = audio[:, start:stop], out[:, start:stop]
            wet[:] = dry[:, ::-1]
            rise = raised_cosine(min(round(self.edge_ms / 1000 * context.rate), (stop - start) // 2))
            if rise.size:
                head, tail = slice(rise.size), slice(-rise.size, None)
                wet[:, head] = dry[:, head] + rise * (wet[:, head] - dry[:, head])
                wet[:, tail] = dry[:, tail] + rise[::-1] * (wet[:, tail] - dry[:, tail])
        return out
