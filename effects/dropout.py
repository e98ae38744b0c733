"""Dropout: packets of sound that were lost on the way, left empty or patched by a receiver that guesses."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numba import njit
from pydantic import Field

from effects import Context, Effect, Sound
from effects.dsp import raised_cosine

# Length of a concealment at full level [s] (ITU-T G.711 Appendix I, 1999).
GUESS_SECONDS = 0.010
# Time from the start of a gap to the end of its concealment's fade [s] (same source).
GIVE_UP_SECONDS = 0.060
# Range of the pitch search [Hz].
PITCH_HZ = (60, 400)
# Length of the sound that the pitch search correlates [s].
COMPARED_SECONDS = 0.015
# Rate of the coarse pitch search [Hz]; a second search refines its result to one sample.
COARSE_HZ = 12000


class Dropout(Effect):
    """Loses random packets; a higher ``loss`` loses the same ones and more. The others are unchanged."""

    name: ClassVar[str] = "dropout"

    loss: float = Field(0.3, ge=0, le=1, description="share of the packets that are lost")
    packet_ms: float = Field(25, ge=5, le=250, description="length of a packet in ms")
    fade_ms: float = Field(2, ge=0.5, le=20, description="length of the raised-cosine fades inside a gap, in ms")
    conceal: Literal["silence", "mirror", "pitch"] = Field(
        "silence", description="what fills a gap: silence; mirror (the sound before the gap, back and forth); or pitch "
                               "(its last period, repeated). Mirror and pitch fade out within 60 ms")

    @classmethod
    def neutral(cls) -> Self:
        return cls(loss=0)

    @classmethod
    def at_depth(cls, depth: float) -> Self:
        """Return a loss of one packet in ten at depth 0 to eight in ten at depth 1."""
        return cls(loss=0.1 + 0.7 * depth)

    def process(self, audio: Sound, context: Context) -> Sound:
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
            elif self.conceal == "pitch":
                gap += share * _repeated(out[:, :start], stop - start, context.rate)
        return out


def _mirrored(before: Sound, frames: int, rate: int) -> Sound:
    """Fill a gap with the sound before it, alternately backwards and forwards, so that no turn has a step."""
    channels, length = before.shape
    if length == 0:
        return np.zeros((channels, frames), np.float32)
    both_ways = np.concatenate([before[:, ::-1], before], axis=1)
    return _fading(np.tile(both_ways, -(-frames // (2 * length)))[:, :frames], rate)


def _repeated(before: Sound, frames: int, rate: int) -> Sound:
    """Fill a gap with the last period before it, repeated; its last quarter is crossfaded with the sound before it."""
    period = _period(before, rate)
    if period == 0:
        return np.zeros((before.shape[0], frames), np.float32)
    cycle = before[:, -period:].copy()
    blend = raised_cosine(period // 4)
    cycle[:, -blend.size:] += blend * (before[:, -period - blend.size:-period] - cycle[:, -blend.size:])
    return _fading(np.tile(cycle, -(-frames // period))[:, :frames], rate)


def _period(before: Sound, rate: int) -> int:
    """Find the period [frames] at the end of a sound by normalised correlation; 0 if the sound is too short."""
    shortest, longest = (math.ceil(rate / hz) for hz in PITCH_HZ[::-1])
    compared, step = round(COMPARED_SECONDS * rate), max(rate // COARSE_HZ, 1)
    if before.shape[1] < compared + longest + step:
        return 0
    latest_first = before[:, :-(compared + longest + step) - 1:-1].sum(axis=0)
    near = _most_alike(latest_first, compared, shortest, longest, step)
    return int(_most_alike(latest_first, compared, max(near - step + 1, shortest), min(near + step - 1, longest), 1))


@njit(cache=True, nogil=True)
def _most_alike(sound: Any, compared: int, first: int, last: int, stride: int) -> int:
    """Return the lag, ``first`` … ``last`` in strides, at which the start of a sound correlates best with itself."""
    beginning, lagging = sound[:compared:stride].copy(), sound[first:last + compared:stride].copy()
    best, found = first, -np.inf
    for number in range((last - first) // stride + 1):
        alike, energy = _compare(beginning, lagging[number:number + beginning.size])
        alike /= np.sqrt(energy + np.float32(1e-12))
        if alike > found:
            best, found = first + number * stride, alike
    return best


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _compare(one: Any, other: Any) -> Any:
    """Compute Σ one · other and Σ other², in an order that the compiler may vectorise."""
    alike, energy = np.float32(0), np.float32(0)
    for i in range(one.size):
        alike += one[i] * other[i]
        energy += other[i] * other[i]
    return alike, energy


def _fading(guess: Sound, rate: int) -> Sound:
    """Fade a concealment out: full level until ``GUESS_SECONDS``, silence from ``GIVE_UP_SECONDS`` on."""
    seconds = np.arange(guess.shape[1]) / rate
    gain = np.clip((GIVE_UP_SECONDS - seconds) / (GIVE_UP_SECONDS - GUESS_SECONDS), 0, 1).astype(np.float32)
    return np.asarray(guess * gain)
