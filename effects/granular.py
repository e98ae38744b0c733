"""Granular cloud: a span dissolved into short windowed grains of itself (Roads 2001, "Microsound", chapter 3)."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numba import njit
from pydantic import Field

from effects import Context, Effect
from effects.kernels import weights

MOST_LIFT_DB = 12.0  # grains that found only the quiet of a span are not lifted further than this
ONE, TWO = np.uint64(1), np.uint64(2)

Window = Literal["hann", "tukey", "triangle", "gauss", "expodec", "rexpodec"]


class Granular(Effect):
    """Scatters grains of the span over it: each has its own place, pitch, direction and side, all drawn from the seed.

    The cloud has the energy of the span it replaces. As many grains sound at once as ``density_hz`` times their length,
    60 of 150 ms at 400 a second.
    """

    name: ClassVar[str] = "granular"

    density_hz: float = Field(40, ge=2, le=400, description="grains that start in a second")
    grain_ms: float = Field(80, ge=5, le=500, description="length of a grain in ms")
    window: Window = Field("hann", description="envelope of a grain: tukey is flat with short sides, expodec is struck "
                                               "and dies away, rexpodec the same backwards")
    freeze: float = Field(0, ge=0, le=1, description="how slowly the place that grains are taken from moves: 0 goes "
                                                     "with the sound, 1 stands still at the position")
    position: float = Field(0, ge=0, le=1, description="place that a frozen cloud is taken from, 0 the start of the "
                                                       "stretch … 1 its end")
    spread: float = Field(0.3, ge=0, le=1, description="how far from its own place a grain is taken, in shares of the "
                                                       "whole stretch")
    pitch_semitones: float = Field(0, ge=-24, le=24, description="how far grains are transposed, in semitones")
    pitch_spread_semitones: float = Field(0, ge=0, le=24, description="how far above or below that each may lie")
    reverse: float = Field(0, ge=0, le=1, description="share of the grains that play backwards")
    width: float = Field(0.5, ge=0, le=1, description="how far grains stray to the sides of a stereo sound")
    mix: float = Field(1, ge=0, le=1, description="balance of sound and cloud at equal power, 0 sound to 1 cloud")

    @classmethod
    def neutral(cls) -> Self:
        return cls(mix=0)

    @classmethod
    def at_depth(cls, depth: float) -> Self:
        """From a haze around the sound to nothing but grains, shorter, further scattered, backwards, out of tune."""
        return cls(mix=0.1 + 0.9 * depth, density_hz=30 + 60 * depth, grain_ms=120 - 60 * depth,
                   spread=0.1 + 0.6 * depth, pitch_spread_semitones=0.3 * depth, reverse=0.4 * depth)

    def process(self, audio: np.ndarray, context: Context) -> np.ndarray:
        frames = audio.shape[1]
        highest = 2 ** ((self.pitch_semitones + self.pitch_spread_semitones) / 12)
        grain = min(round(self.grain_ms / 1000 * context.rate), int((frames - 5) / max(highest, 1)))
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
        ratios = 2 ** ((self.pitch_semitones + self.pitch_spread_semitones * (2 * drawn[1] - 1)) / 12)
        last = frames - 4 - grain * ratios  # reading needs one frame before a place and two after it
        own = onsets + self.freeze * (self.position * frames - onsets)
        places = np.clip(own + self.spread * frames * (drawn[2] - 0.5), 1, last)
        backwards = drawn[3] < self.reverse
        places[backwards] += grain * ratios[backwards]
        ratios[backwards] *= -1
        angles = (1 + self.width * (2 * drawn[4] - 1)) * math.pi / 4
        pans = np.ones((channels, count)) if channels == 1 else np.sqrt(2) * np.stack([np.cos(angles), np.sin(angles)])
        envelope = shape(self.window, grain)
        envelope /= math.sqrt(max(float(envelope @ envelope) / interval, 1e-9))  # grains that do not know of each other
        out = np.zeros((channels, frames), np.float32)
        _scatter(np.ascontiguousarray(audio), out, onsets, places, ratios, pans.astype(np.float32),
                 envelope.astype(np.float32))
        return out


def shape(window: Window, samples: int) -> np.ndarray:
    """Envelope of a grain (Roads 2001, figure 3.2), shape (samples,), from about 0 to about 0, 1 at its highest."""
    x = (np.arange(samples) + 0.5) / samples
    sides = {"hann": 0.5, "tukey": 0.25, "expodec": 0.1, "rexpodec": 0.1}.get(window, 0.0)
    if window == "triangle":
        return np.asarray(1 - np.abs(2 * x - 1))
    if window == "gauss":
        bell = np.exp(-0.5 * ((x - 0.5) / 0.15) ** 2)
        return np.asarray((bell - bell[0]) / (1 - bell[0]))
    tapered = 0.5 - 0.5 * np.cos(np.pi * np.minimum(np.minimum(x, 1 - x) / sides, 1))
    if window in ("expodec", "rexpodec"):
        tapered *= 10 ** (-2 * np.maximum(x - sides, 0))
    return np.asarray(tapered[::-1] if window == "rexpodec" else tapered)


def _energy(audio: np.ndarray) -> float:
    return sum(float(np.einsum("i,i->", channel, channel, dtype=np.float64)) for channel in audio)


def _lift(wanted: float, found: float) -> float:
    return min(math.sqrt(wanted / found), 10 ** (MOST_LIFT_DB / 20)) if found > 0 else 1.0


@njit(cache=True, nogil=True)
def _scatter(audio: Any, out: Any, onsets: Any, places: Any, ratios: Any, pans: Any, envelope: Any) -> None:
    channels, frames = out.shape
    length = envelope.shape[0]
    taps = np.empty((4, length), np.float32)
    indices = np.empty(length, np.int32)
    for number in range(onsets.shape[0]):
        onset, ratio = onsets[number], ratios[number]
        first, stop = max(-onset, 0), min(length, frames - onset)
        base = int(places[number])
        if abs(ratio) != 1:
            _prepare(places[number] - base, ratio, envelope, taps, indices)
        count = stop - first
        shaped = envelope[first:stop]
        for channel in range(channels):
            here, source, pan = out[channel, onset + first:onset + stop], audio[channel], pans[channel, number]
            if abs(ratio) == 1:
                grain = source[base + first:base + stop] if ratio > 0 else source[base - stop + 1:base - first + 1]
                for i in range(count):
                    # indices are unsigned: one that could be negative would be looked at twice
                    here[i] += pan * shaped[i] * grain[np.uint64(i if ratio > 0 else count - 1 - i)]
            else:
                for i in range(count):
                    index = np.uint64(base + indices[first + i])
                    here[i] += pan * (taps[0, first + i] * source[index - ONE] + taps[1, first + i] * source[index]
                                      + taps[2, first + i] * source[index + ONE]
                                      + taps[3, first + i] * source[index + TWO])


@njit(cache=True, nogil=True)
def _prepare(start: float, ratio: float, envelope: Any, taps: Any, indices: Any) -> None:
    """Where each sample of a grain is read, counted from its base, and the weights of its four neighbours there."""
    for i in range(envelope.shape[0]):
        place = start + ratio * i
        whole = math.floor(place)
        indices[i] = whole
        before, here, after, beyond = weights(place - whole)
        taps[0, i] = before * envelope[i]
        taps[1, i] = here * envelope[i]
        taps[2, i] = after * envelope[i]
        taps[3, i] = beyond * envelope[i]
