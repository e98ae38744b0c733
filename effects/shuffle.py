"""Shuffle: a phrase cut into blocks that are repeated or moved.

The method is that of BBCut, which makes blocks of an odd number of units and repeats them (Collins 2001, "Algorithmic
composition methods for breakbeat science").
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from pydantic import Field

from effects import Context, Effect, Sound
from effects.dsp import raised_cosine
from effects.dsp.note_values import Beats

# Upper limit of the times that a block is played.
MOST_REPEATS = 3
# Length of a roll at the end of a phrase [units]; a roll cuts units in halves or quarters.
ROLL_UNITS = 4


@dataclass(frozen=True, slots=True)
class Cut:
    """Frames ``start`` … ``stop`` of the output, read from frame ``source`` of the input."""

    start: int
    stop: int
    source: int


class Shuffle(Effect):
    """Cuts the sound on the beat grid and rearranges it.

    Each phrase is filled with blocks of an odd number of units. A block may be played two or three times or be taken
    from elsewhere in its phrase, and a phrase may end in a roll. Cuts that are adjacent in the sound have no edges.
    """

    name: ClassVar[str] = "shuffle"

    unit_beats: Beats = Field(0.25, ge=1 / 32, le=2, description="smallest cut, in quarter notes or as a note value: "
                                                                 "1/16, 1/8T a triplet")
    phrase_units: int = Field(16, ge=2, le=64, description="length of a phrase in units")
    scatter: float = Field(0.6, ge=0, le=1, description="share of the blocks that are taken from elsewhere in the "
                                                        "phrase")
    repeat: float = Field(0.4, ge=0, le=1, description="share of the blocks that are played again")
    roll: float = Field(0.3, ge=0, le=1, description="share of the phrases that end in a roll")
    edge_ms: float = Field(2, ge=0.5, le=20, description="length of the raised-cosine edges at a seam, in ms")

    @classmethod
    def neutral(cls) -> Self:
        return cls(scatter=0, repeat=0, roll=0)

    @classmethod
    def at_depth(cls, depth: float) -> Self:
        """Return an occasional moved block at depth 0, to a phrase of moved and repeated blocks at depth 1."""
        return cls(scatter=0.1 + 0.9 * depth, repeat=0.1 + 0.6 * depth, roll=0.6 * depth)

    def plan(self, frames: int, context: Context) -> tuple[Cut, ...]:
        """Return the cuts in order: they fill 0 … ``frames``, and each is read from inside the sound."""
        unit = self.unit_beats * context.beat_seconds * context.rate
        generator = np.random.default_rng(context.seed)
        cuts: list[Cut] = []
        units = math.ceil(frames / unit)
        phrase = min(self.phrase_units, units)  # a sound shorter than a phrase is one phrase
        for first in range(0, units, max(phrase, 1)):
            for at, length, source in self._phrase(phrase, generator):
                start, stop = round((first + at) * unit), min(round((first + at + length) * unit), frames)
                if start < stop:
                    origin = round((first + source) * unit) if source != at else start
                    cuts.append(Cut(start, stop, max(min(origin, frames - (stop - start)), 0)))
        return tuple(cuts)

    def _phrase(self, units: int, generator: np.random.Generator) -> list[tuple[float, float, float]]:
        """Return the cuts of a phrase, in units from its start: place, length, source."""
        ends, halved = generator.random(2)
        rolled = ends < self.roll
        end = units - (min(ROLL_UNITS, units // 2) if rolled else 0)
        cuts: list[tuple[float, float, float]] = []
        at = 0
        while at < end:
            # blocks of 1, 3, 5 … units up to half a phrase, as many as are left (Collins' first cutting procedure)
            size, again, times, away, place = generator.random(5)
            length = min(2 * int(size * max(units // 4, 1)) + 1, end - at)
            source = at
            if away < self.scatter and length < units:
                others = int(place * (units - length))
                source = others + (others >= at)
            for _ in range(2 + int(times * (MOST_REPEATS - 1)) if again < self.repeat else 1):
                if at < end:
                    cuts.append((at, min(length, end - at), source))
                    at += length
        if rolled:
            part = 0.5 if halved < 0.5 else 0.25
            cuts += [(end + number * part, part, end) for number in range(round((units - end) / part))]
        return cuts

    def process(self, audio: Sound, context: Context) -> Sound:
        out = audio.copy()
        frames = audio.shape[1]
        edge = round(self.edge_ms / 1000 * context.rate)
        cuts = self.plan(frames, context)
        after = 0  # input frame that would continue the last cut
        for cut, following in itertools.zip_longest(cuts, cuts[1:]):
            length = cut.stop - cut.start
            part = out[:, cut.start:cut.stop]
            if cut.source != cut.start:
                part[:] = audio[:, cut.source:cut.source + length]
            rise = raised_cosine(min(edge, length // 2))
            if rise.size and cut.source != after:
                part[:, :rise.size] *= rise
            after = cut.source + length
            if rise.size and following is not None and following.source != after:
                part[:, -rise.size:] *= rise[::-1]
        return out
