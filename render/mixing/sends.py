"""Sends: a part's share of a shared effect such as a reverb, processed in stretches that keep gestures whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from effects import BLOCK_FRAMES, Context, StreamingEffect
from render.audio.samples import Span, Stereo
from render.mixing.gestures import lay_gestures
from scores.performance import Effect, Gesture, Performance

# Stretch that is processed at a time [frames]: a multiple of the effects' blocks that stays in the cache.
STRIDE = 4 * BLOCK_FRAMES


@dataclass(frozen=True)
class Send:
    """A part's share of a send: its gain as a factor, and the send's effects."""

    name: str
    gain: float
    chain: Sequence[Effect]


class Space:
    """The return of a send for one part, whose input begins at frame ``place`` of the song.

    Attributes
    ----------
    streams
        Whether all its effects can process one stretch after the other.
    spans
        Its gestures in frames of the input.
    """

    def __init__(self, send: Send, gestures: Sequence[Gesture], context: Context, place: int) -> None:
        self._send, self._gestures, self._context, self._place = send, gestures, context, place
        self._steps = [effect.stream(context) for effect in send.chain if isinstance(effect, StreamingEffect)]
        self.streams = len(self._steps) == len(send.chain)
        self.spans = [Span(round(gesture.onset_seconds * context.rate) - place,
                           round(gesture.end_seconds * context.rate) - place) for gesture in gestures]

    def next(self, dry: Stereo, start: int, performance: Performance) -> Stereo:
        """Return the wet sound of the next stretch, which begins at frame ``start`` of the input."""
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

    def whole(self, audio: Stereo, performance: Performance) -> Stereo:
        """Return the wet sound of the whole input, for effects that cannot process stretches."""
        wet = audio * np.float32(self._send.gain)
        for effect in self._send.chain:
            effect.run(wet, self._context)
        lay_gestures(wet, self._gestures, performance, self._place, self._context.rate)
        return wet


def stretches(frames: int, spans: Sequence[Span]) -> Iterator[Span]:
    """Yield stretches that cover ``frames``, cut at multiples of ``STRIDE`` but never inside one of ``spans``."""
    held = np.zeros(frames // STRIDE + 2, np.bool_)
    for first, last in spans:
        held[max(first // STRIDE + 1, 0):max(-(-last // STRIDE), 0)] = True
    start = 0
    for cut in range(1, -(-frames // STRIDE) + 1):
        if cut * STRIDE >= frames or not held[cut]:
            yield Span(start, min(cut * STRIDE, frames))
            start = cut * STRIDE
