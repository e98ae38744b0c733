"""An effect set upon sound in place: a gesture laid over a span, a chain run over a whole stem."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

import numpy as np

from effects import BLOCK_FRAMES, Context, StreamingEffect


class Process(Protocol):
    """What can be set upon sound: an effect, by whatever name another room knows it."""

    def process(self, audio: np.ndarray, context: Context) -> np.ndarray:
        """See ``Effect.process``."""


def lay(effect: Process, audio: np.ndarray, start: int, stop: int, context: Context, fade_samples: int) -> None:
    """Lay an effect over a span, in place, with crossfades inside the span's two ends.

    audio
        shape (channels, frames), float32. Outside ``start`` … ``stop`` it keeps its bytes.
    start, stop
        frames, 0 ≤ start ≤ stop ≤ frames.
    fade_samples
        length of each crossfade, equal gain with raised-cosine sides; at most half of the span is taken.

    Raises ValueError when the span does not lie inside the audio.
    """
    if not 0 <= start <= stop <= audio.shape[1]:
        raise ValueError(f"span {start} … {stop} does not lie inside 0 … {audio.shape[1]}")
    dry = audio[:, start:stop]
    wet = effect.process(dry, context)
    fade = min(fade_samples, (stop - start) // 2)
    if fade > 0:
        rise = raised_cosine(fade)
        wet[:, :fade] = dry[:, :fade] + rise * (wet[:, :fade] - dry[:, :fade])
        wet[:, -fade:] = dry[:, -fade:] + rise[::-1] * (wet[:, -fade:] - dry[:, -fade:])
    dry[:] = wet


def run(effect: Process, audio: np.ndarray, context: Context) -> None:
    """Put a whole stem through an effect, in place, with no more than one full-length copy beside it.

    audio
        shape (channels, frames), float32.
    """
    if isinstance(effect, StreamingEffect):
        step = effect.stream(context)
        for start in range(0, audio.shape[1], BLOCK_FRAMES):
            block = audio[:, start:start + BLOCK_FRAMES]
            block[:] = step(block)
    else:
        audio[:] = effect.process(audio, context)


@lru_cache(maxsize=256)
def raised_cosine(samples: int) -> np.ndarray:
    """Rising half of a Hann window, shape (samples,), float32, from above 0 to below 1. Read only: it is kept."""
    phase = (np.arange(samples) + 0.5) / max(samples, 1)
    rise = (0.5 - 0.5 * np.cos(np.pi * phase)).astype(np.float32)
    rise.flags.writeable = False
    return rise
