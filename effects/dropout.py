"""Dropout: packets of sound that were lost on the way, left empty or patched by a receiver that guesses."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field

from effects import Context, Effect
from effects.apply import raised_cosine

GUESS_SECONDS = 0.010  # a receiver's patch is at full level for so long (ITU-T G.711 Appendix I, 1999)
GIVE_UP_SECONDS = 0.060  # and has faded to nothing by here


class Dropout(Effect):
    """Loses packets, each by its own draw: a higher ``loss`` loses the same ones and more. The rest keeps its bytes."""

    name: ClassVar[str] = "dropout"

    loss: float = Field(0.3, ge=0, le=1, description="share of the packets that are lost")
    packet_ms: float = Field(25, ge=5, le=250, description="length of a packet in ms")
    fade_ms: float = Field(2, ge=0.5, le=20, description="length of the raised-cosine fades inside a gap, in ms")
    conceal: Literal["silence", "mirror"] = Field(
        "silence", description="what fills a gap: silence, or what came before it, mirrored back and forth and fading")

    @classmethod
    def neutral(cls) -> Self:
        return cls(loss=0)

    @classmethod
    def at_depth(cls, depth: float) -> Self:
        """From one packet in ten to eight in ten."""
        return cls(loss=0.1 + 0.7 * depth)

    def process(self, audio: np.ndarray, context: Context) -> np.ndarray:
        out = audio.copy()
        frames = audio.shape[1]
        packet = self.packet_ms / 1000 * context.rate
        count = int(np.ceil(frames / packet))
        lost = np.random.default_rng(context.seed).random(count) < self.loss
        edges = np.flatnonzero(np.diff(lost, prepend=False, append=False))
        for first, after in edges.reshape(-1, 2):
            start, stop = round(first * packet), min(round(after * packet), frames)
            gap = out[:, start:stop]
            share = np.ones(stop - start, dtype=np.float32)
            fall = raised_cosine(min(round(self.fade_ms / 1000 * context.rate), (stop - start) // 2))
            share[:len(fall)] = fall
            share[stop - start - len(fall):] = fall[::-1]
            gap *= 1 - share
            if self.conceal == "mirror":
                gap += share * _mirrored(audio[:, max(start - round(packet), 0):start], stop - start, context.rate)
        return out


def _mirrored(before: np.ndarray, frames: int, rate: int) -> np.ndarray:
    """The sound before a gap, mirrored at its end, then forward again … so that no turn has a step; fading."""
    channels, length = before.shape
    if length == 0:
        return np.zeros((channels, frames), np.float32)
    both_ways = np.concatenate([before[:, ::-1], before], axis=1)
    turns = -(-frames // (2 * length))
    seconds = np.arange(frames) / rate
    gain = np.clip((GIVE_UP_SECONDS - seconds) / (GIVE_UP_SECONDS - GUESS_SECONDS), 0, 1).astype(np.float32)
    return np.asarray(np.tile(both_ways, turns)[:, :frames] * gain)
