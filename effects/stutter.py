"""Stutter: the first slice of a span, repeated in tempo to the end of the span."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numba import njit
from pydantic import Field

from effects import Context, Effect, Sound
from effects.dsp import raised_cosine
from effects.dsp.kernels import at_place
from effects.dsp.note_values import Beats, BeatsOrNone

# Shortest slice of a fitted gesture [quarter notes].
SHORTEST_BEATS = 1 / 64
# Slices of gestures, by depth [quarter notes]: 1/8, 1/16, 1/32 and 1/64 notes.
GRID_BEATS = (0.5, 0.25, 0.125, 0.0625)


class Stutter(Effect):
    """Repeats one slice. Apart from edges and ramps every repeat equals the slice, sample for sample.

    The first pass is the sound itself. A slice that gets shorter from repeat to repeat keeps its start. Ramps of level
    and pitch are linear (in dB and semitones) from the first pass to the last repeat.
    """

    name: ClassVar[str] = "stutter"

    slice_beats: Beats = Field(0.25, ge=1 / 64, le=4, description="length of the slice, in quarter notes or as a note "
                                                                  "value: 1/16, 1/8T a triplet, 1/8. dotted")
    slice_end_beats: BeatsOrNone = Field(None, ge=1 / 64, le=4, description="length of the slice at the end; null: "
                                                                            "constant")
    level_end_db: float = Field(0, ge=-60, le=12, description="level of the last repeat in dB")
    pitch_end_semitones: float = Field(0, ge=-24, le=24, description="transposition of the last repeat in semitones; "
                                                                     "upwards it also reads the sound after the slice")
    reverse: Literal["none", "every_second", "all"] = Field("none", description="which repeats play backwards")
    edge_ms: float = Field(2, ge=0.5, le=20, description="length of the raised-cosine edges of a repeat in ms")
    mix: float = Field(1, ge=0, le=1, description="share of the repeats, 0 none to 1 all")

    @classmethod
    def neutral(cls) -> Self:
        return cls(mix=0)

    @classmethod
    def at_depth(cls, depth: float) -> Self:
        """Return 1/8 notes at depth 0 to 1/64 notes at depth 1; from depth 0.5 on the slices shorten to half.

        A slice that begins with an attack is louder than the sound that it replaces, so the repeats fall by 6 dB.
        """
        place = min(int(depth * len(GRID_BEATS)), len(GRID_BEATS) - 1)
        shorter = GRID_BEATS[place] / 2 if depth >= 0.5 else None
        return cls(slice_beats=GRID_BEATS[place], slice_end_beats=shorter, level_end_db=-6)

    def fitted(self, beats: float) -> Self:
        """Return the setting with its slices halved until at least two fit into the gesture."""
        halvings = max(math.ceil(math.log2(2 * self.slice_beats / beats) - 1e-9), 0)
        if not halvings:
            return self
        share = 0.5**halvings
        ends = None if self.slice_end_beats is None else max(self.slice_end_beats * share, SHORTEST_BEATS)
        return self.model_copy(update={"slice_beats": max(self.slice_beats * share, SHORTEST_BEATS),
                                       "slice_end_beats": ends})

    def process(self, audio: Sound, context: Context) -> Sound:
        out = audio.copy()
        if self.mix == 0:
            return out
        frames = audio.shape[1]
        edge = round(self.edge_ms / 1000 * context.rate)
        starts = self.starts(frames, context)
        mix = np.float32(self.mix)
        for number, (start, stop) in enumerate(zip(starts, [*starts[1:], frames], strict=True)):
            length = stop - start
            repeat = self._repeat(audio, number, length, number / max(len(starts) - 1, 1))
            rise = raised_cosine(min(edge, length // 2))
            if number > 0:
                repeat[:, :len(rise)] *= rise
            if stop < frames and len(rise):
                repeat[:, -len(rise):] *= rise[::-1]
            dry = audio[:, start:stop]
            out[:, start:stop] = repeat if mix == 1 else dry + mix * (repeat - dry)
        return out

    def _repeat(self, audio: Sound, number: int, length: int, share: float) -> Sound:
        """Return repeat ``number`` as a new array of ``length`` frames; ``share`` is its place on the ramps, 0 … 1."""
        backwards = number > 0 and (self.reverse == "all" or (self.reverse == "every_second" and number % 2 == 1))
        if number == 0 or self.pitch_end_semitones == 0:
            repeat = audio[:, :length][:, ::-1 if backwards else 1].copy()
        else:
            repeat = np.empty((audio.shape[0], length), np.float32)
            _transpose(np.ascontiguousarray(audio), 2 ** (self.pitch_end_semitones * share / 12), backwards, repeat)
        if number > 0 and self.level_end_db != 0:
            repeat *= np.float32(10 ** (self.level_end_db * share / 20))
        return repeat

    def starts(self, frames: int, context: Context) -> list[int]:
        """Return the first frame of each repeat; beats are summed and then rounded, so no rounding accumulates."""
        total = frames / context.rate / context.beat_seconds
        ratio = 1.0 if self.slice_end_beats is None else self.slice_end_beats / self.slice_beats
        starts = [0]
        beats = 0.0
        while True:
            # the length changes exponentially: by the same ratio in the same time
            beats += self.slice_beats * ratio ** min(beats / total, 1.0) if total else self.slice_beats
            start = round(beats * context.beat_seconds * context.rate)
            if start >= frames:
                return starts
            starts.append(start)


@njit(cache=True, nogil=True)
def _transpose(audio: Any, ratio: float, backwards: bool, repeat: Any) -> None:
    """Read a sound at ``ratio`` times its speed from its start; at its end the direction is reversed."""
    length, last = repeat.shape[1], audio.shape[1] - 1
    for channel in range(audio.shape[0]):
        for i in range(length):
            place = ratio * (length - 1 - i if backwards else i)
            place = abs((place + last) % (2 * last) - last) if last > 0 else 0.0
            repeat[channel, i] = at_place(audio, channel, place)
