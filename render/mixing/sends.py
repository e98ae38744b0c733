"""Sends: a part's share of a shared space, in pieces as long as its gestures need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from effects import BLOCK_FRAMES, Context, StreamingEffect
from render.audio.samples import Span
from render.mixing.gestures import lay_gestures
from scores.performance import Effect, Gesture, Performance

STRIDE = 4 * BLOCK_FRAMES


@dataclass(frozen=True)
class Send:
    """A part's share of a shared space."""

    name: str
    gain: float
    chain: Sequence[Effect]


class Space:
    """What comes back from a send, for a part that goes into it from frame ``place`` of the song on."""

    def __init__(self, send: Send, gestures: Sequence[Gesture], context: Context, place: int) -> None:
        self._send, self._gestures, self._context, self._place = send, gestures, context, place
        self._steps = [effect.stream(context) for effect in send.chain if isinstance(effect, StreamingEffect)]
        self.streams = len(self._steps) == len(send.chain)
        self.spans = [Span(round(gesture.onset_seconds * context.rate) - place,
                           round(gesture.end_seconds * context.rate) - place) for gesture in gestures]

    def next(self, dry: np.ndarray, start: int, performance: Performance) -> np.ndarray:
        """What comes back of the next stretch, which begins at frame ``start`` of the part's."""
        wet = dry * np.float32(self._send.gain)
        for at in range(0, wet.shape[1], STRIDE):
            block = wet[:, at:at + STRIDE]
            for step in self._steps:
                block = step(block)
            wet[:, at:at + STRIDE] = block
        inside = [gesture for gesture, span in zip(self._gestures, self.spans, strict=True)
                  if start <= span[0] < start + wet.shape[1]]
        lay_gestures(wet, inside, performance, self._place + start, self._context.rate)
        return wet

    def whole(self, audio: np.ndarray, performance: Performance) -> np.ndarray:
        """What comes back of all of it, from a chain that has to see it at once."""
        wet = audio * np.float32(self._send.gain)
        for effect in self._send.chain:
            effect.run(wet, self._context)
        lay_gestures(wet, self._gestures, performance, self._place, self._context.rate)
        return wet


def stretches(frames: int, spans: Sequence[Span]) -> Iterator[Span]:
    """``frames`` cut at whole strides, but not where a cut would fall into one of ``spans``."""
    held = np.zeros(frames // STRIDE + 2, np.bool_)
    for first, last in spans:
        held[max(first // STRIDE + 1, 0):max(-(-last // STRIDE), 0)] = True
    start = 0
    for cut in range(1, -(-frames // STRIDE) + 1):
        if cut * STRIDE >= frames or not held[cut]:
            yield Span(start, min(cut * STRIDE, frames))
            start = cut * STRIDE
