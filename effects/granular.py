"""Granular cloud: a span dissolved into short windowed grains of itself (Roads 2001, "Microsound", chapter 3)."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Self

import numpy as np
from numba import njit
from pydantic import Field

from effects import Context, Effect
from effects.kernels import weights

MOST_LIFT_DB = 12.0  # grains that found only the quiet of a span are not lifted further than this
ONE, TWO = np.uint64(1), np.uint64(2)


class Granular(Effect):
    """Scatters grains of the span over it: each has its own place, pitch, direction and side, all drawn from the seed.

    The cloud has the energy of the span it replaces.
    """

    name: ClassVar[str] = "granular"

    density_hz: float = Field(40, ge=2, le=400, description="grains that start in a second")
    grain_ms: float = Field(80, ge=5, le=500, description="length of a grain in ms, under a Hann window")
    spread: float = Field(0.3, ge=0, le=1, description="how far from its own place a grain is taken, in shares of the "
                                                       "whole stretch")
    pitch_semitones: float = Field(0, ge=0, le=24, description="how far up or down a grain may be transposed")
    reverse: float = Field(0, ge=0, le=1, description="share of the grains that play backwards")
    width: float = Field(0.5, ge=0, le=1, description="how far grains stray to the sides of a stereo sound")
    mix: float = Field(1, ge=0, le=1, description="balance of sound and cloud at equal power, 0 sound to 1 cloud")

    @classmethod
    def neutral(cls) -> Self:
        return cls(mix=0)

    @classmethod
    def at_depth(cls, depth: float) -> Self:
        """From a haze around the sound to nothing but grains, shorter, further scattered and detuned."""
        return cls(mix=0.1 + 0.9 * depth, density_hz=30 + 60 * depth, grain_ms=120 - 60 * depth,
                   spread=0.1 + 0.6 * depth, pitch_semitones=12 * max(0.0, depth - 0.5), reverse=0.4 * depth)

    def process(self, audio: np.ndarray, context: Context) -> np.ndarray:
        frames = audio.shape[1]
        highest = 2 ** (self.pitch_semitones / 12)
        grain = min(round(self.grain_ms / 1000 * context.rate), int((frames - 5) / highest))
        if self.mix == 0 or grain < 4:
            return audio.copy()
        cloud = self._cloud(audio, grain, context)
        cloud *= np.float32(_lift(_energy(audio), _energy(cloud)))
        if self.mix < 1:
            cloud *= np.float32(math.sin(self.mix * math.pi / 2))
            cloud += np.float32(math.cos(self.mix * math.pi / 2)) * audio
        return cloud

    def _cloud(self, audio: np.ndarray, grain: int, context: Context) -> np.ndarray:
        channels, frames = audio.shape
        generator = np.random.default_rng(context.seed)
        interval = context.rate / self.density_hz
        count = math.ceil((frames + grain) / interval)
        drawn = generator.random((5, count))
        # one grain an interval, anywhere in it: as many as asked for, and no pitch from their rhythm
        onsets = ((np.arange(count) + drawn[0]) * interval).astype(np.int64) - grain
        ratios = 2 ** (self.pitch_semitones * (2 * drawn[1] - 1) / 12)
        last = frames - 4 - grain * ratios  # reading needs one frame before a place and two after it
        places = np.clip(onsets + self.spread * frames * (drawn[2] - 0.5), 1, last)
        backwards = drawn[3] < self.reverse
        places[backwards] += grain * ratios[backwards]
        ratios[backwards] *= -1
        angles = (1 + self.width * (2 * drawn[4] - 1)) * math.pi / 4
        pans = np.ones((channels, count)) if channels == 1 else np.sqrt(2) * np.stack([np.cos(angles), np.sin(angles)])
        window = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(grain) + 0.5) / grain)
        window /= math.sqrt(max(float(window @ window) / interval, 1e-9))  # grains that do not know of each other
        out = np.zeros((channels, frames), np.float32)
        _scatter(np.ascontiguousarray(audio), out, onsets, places, ratios, pans, window)
        return out


def _energy(audio: np.ndarray) -> float:
    return sum(float(np.einsum("i,i->", channel, channel, dtype=np.float64)) for channel in audio)


def _lift(wanted: float, found: float) -> float:
    return min(math.sqrt(wanted / found), 10 ** (MOST_LIFT_DB / 20)) if found > 0 else 1.0


@njit(cache=True, nogil=True)
def _scatter(audio: Any, out: Any, onsets: Any, places: Any, ratios: Any, pans: Any, window: Any) -> None:
    channels, frames = out.shape
    for number in range(onsets.shape[0]):
        first = -onsets[number] if onsets[number] < 0 else 0
        stop = window.shape[0] if window.shape[0] < frames - onsets[number] else frames - onsets[number]
        for i in range(first, stop):
            place = places[number] + ratios[number] * i
            whole = int(place)
            index = np.uint64(whole)  # unsigned: an index that could be negative would be looked at twice
            before, here, after, beyond = weights(place - whole)
            for channel in range(channels):
                value = (before * audio[channel, index - ONE] + here * audio[channel, index]
                         + after * audio[channel, index + ONE] + beyond * audio[channel, index + TWO])
                out[channel, onsets[number] + i] += pans[channel, number] * window[i] * value
