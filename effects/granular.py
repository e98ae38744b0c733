"""Granular cloud: a sound replaced by short windowed grains of itself (Roads 2001, "Microsound", chapter 3)."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numba import njit
from numpy.typing import NDArray
from pydantic import Field, model_validator

from effects import Context, Effect, Sound
from effects.dsp.kernels import energy
from effects.dsp.taps import CHANNELS, LANES, ROW_BITS, add_taps, tap_table

# Upper limit of the grains that overlap [grains].
MOST_AT_ONCE = 60
# Block whose grains are summed together [frames]: its sums stay in the second-level cache.
BLOCK = 4096
# Upper limit of the gain that restores the energy of the span [dB], for grains taken from its quiet stretches.
MOST_LIFT_DB = 12.0
# Values of a reader, for the kernel.
WIDTH = np.uint64(LANES)
# Values of a frame, for the kernel.
PAIR = np.uint64(CHANNELS)
# Shift [bits] from a place in frames · 2^32 to whole frames.
WHOLE = np.uint64(32)
# Shift [bits] from a place in frames · 2^32 to the row of the table of taps.
ROW = np.uint64(32 - ROW_BITS - 3)
# Mask of the row after the shift.
ROWS = np.uint64((2**ROW_BITS - 1) * LANES)

Window = Literal["hann", "tukey", "triangle", "gauss", "expodec", "rexpodec"]


class Granular(Effect):
    """Replaces a sound by grains of it, each with a random place, pitch, direction and pan.

    The cloud has the energy of the sound. The number of grains at a time is ``density_hz`` times their length: at most
    60, for example 400 a second of 150 ms.
    """

    name: ClassVar[str] = "granular"

    density_hz: float = Field(40, ge=2, le=400, description="number of grains per second")
    grain_ms: float = Field(80, ge=5, le=500, description="length of a grain in ms")
    window: Window = Field("hann", description="envelope of a grain: tukey is flat with short sides, expodec decays "
                                               "exponentially, rexpodec is its reverse")
    freeze: float = Field(0, ge=0, le=1, description="how far the place of the grains is held: 0 moves with the "
                                                     "sound, 1 stays at the position")
    position: float = Field(0, ge=0, le=1, description="place of a held cloud: 0 the start of the sound … 1 its end")
    spread: float = Field(0.3, ge=0, le=1, description="range of random places, as a share of the sound's length")
    pitch_semitones: float = Field(0, ge=-24, le=24, description="transposition of all grains in semitones")
    pitch_spread_semitones: float = Field(0, ge=0, le=24, description="random transposition, up or down, in semitones")
    reverse: float = Field(0, ge=0, le=1, description="share of the grains that play backwards")
    width: float = Field(0.5, ge=0, le=1, description="range of the random pan of grains in a stereo sound")
    mix: float = Field(1, ge=0, le=1, description="equal-power crossfade from sound (0) to cloud (1)")

    @model_validator(mode="after")
    def _is_a_cloud_and_no_fog(self) -> Self:
        if self.density_hz * self.grain_ms > 1000 * MOST_AT_ONCE:
            raise ValueError(f"{self.density_hz:g} grains a second of {self.grain_ms:g} ms are "
                             f"{self.density_hz * self.grain_ms / 1000:.0f} at once: {MOST_AT_ONCE} are possible")
        return self

    @classmethod
    def neutral(cls) -> Self:
        return cls(mix=0)

    @classmethod
    def at_depth(cls, depth: float) -> Self:
        """Return a faint cloud around the sound at depth 0, to the cloud alone at depth 1.

        With the depth grains get shorter, denser and more scattered; more are backwards and out of tune.
        """
        return cls(mix=0.1 + 0.9 * depth, density_hz=30 + 60 * depth, grain_ms=120 - 60 * depth,
                   spread=0.1 + 0.6 * depth, pitch_spread_semitones=0.3 * depth, reverse=0.4 * depth)

    def process(self, audio: Sound, context: Context) -> Sound:
        frames = audio.shape[1]
        highest = 2 ** ((self.pitch_semitones + self.pitch_spread_semitones) / 12)
        grain = min(round(self.grain_ms / 1000 * context.rate), int((frames - 5) / max(highest, 1)))
        if self.mix == 0 or grain < 4:
            return audio.copy()
        cloud = self._cloud(audio, grain, context)
        cloud *= np.float32(_lift(energy(audio), energy(cloud)) * math.sin(self.mix * math.pi / 2))
        if self.mix < 1:
            cloud += np.float32(math.cos(self.mix * math.pi / 2)) * audio
        return cloud

    def _cloud(self, audio: Sound, grain: int, context: Context) -> Sound:
        channels, frames = audio.shape
        generator = np.random.default_rng(context.seed)
        interval = context.rate / self.density_hz
        count = math.ceil((frames + grain) / interval)
        drawn = generator.random((5, count))
        # one grain in each interval, at a random time: the density is exact, and the rhythm has no pitch
        onsets = ((np.arange(count) + drawn[0]) * interval).astype(np.int64) - grain
        ratios = 2 ** ((self.pitch_semitones + self.pitch_spread_semitones * (2 * drawn[1] - 1)) / 12)
        last = frames - 4 - grain * ratios  # interpolation needs one frame before a place and two after it
        own = onsets + self.freeze * (self.position * frames - onsets)
        places = np.clip(own + self.spread * frames * (drawn[2] - 0.5), 1, last)
        backwards = drawn[3] < self.reverse
        places[backwards] += grain * ratios[backwards]
        ratios[backwards] *= -1
        angles = (1 + self.width * (2 * drawn[4] - 1)) * math.pi / 4
        pans = np.ones((channels, count)) if channels == 1 else np.sqrt(2) * np.stack([np.cos(angles), np.sin(angles)])
        envelope = shape(self.window, grain)
        envelope /= math.sqrt(max(float(np.sum(envelope**2)) / interval, 1e-9))  # uncorrelated grains add in power
        out = np.zeros((channels, frames), np.float32)
        pans, envelope = pans.astype(np.float32), envelope.astype(np.float32)
        if self.pitch_semitones == self.pitch_spread_semitones == 0:
            _scatter(np.ascontiguousarray(audio), out, onsets, places, ratios, pans, envelope)
        else:
            pairs = np.empty(CHANNELS * frames, np.float32)
            _interleave(audio[0], audio[-1], pairs)
            starts, steps = ((lengths * 2.0**32).astype(np.int64).astype(np.uint64) for lengths in (places - 1, ratios))
            _scatter_transposed(pairs, out, onsets, starts, steps, np.broadcast_to(pans, (CHANNELS, count)), envelope,
                                tap_table())
        return out


def shape(window: Window, samples: int) -> NDArray[np.float64]:
    """Make the envelope of a grain (Roads 2001, figure 3.2).

    Parameters
    ----------
    window
        Its form.
    samples
        Its length [samples].

    Returns
    -------
    NDArray
        Shape (samples,), float64: from about 0 to about 0, with a maximum of 1.
    """
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


def _lift(wanted: float, found: float) -> float:
    return min(math.sqrt(wanted / found), 10 ** (MOST_LIFT_DB / 20)) if found > 0 else 1.0


@njit(cache=True, nogil=True)
def _scatter(audio: Any, out: Any, onsets: Any, places: Any, ratios: Any, pans: Any, envelope: Any) -> None:
    """Add grains at the original pitch: each is a stretch of the sound, forwards or backwards, times the envelope."""
    channels, frames = out.shape
    length = envelope.shape[0]
    for number in range(onsets.shape[0]):
        onset, base = onsets[number], int(places[number])
        first, stop = max(-onset, 0), min(length, frames - onset)
        count = stop - first
        shaped = envelope[first:stop]
        for channel in range(channels):
            here, source, pan = out[channel, onset + first:onset + stop], audio[channel], pans[channel, number]
            if ratios[number] > 0:
                grain = source[base + first:base + stop]
                for i in range(count):
                    # unsigned indices: numba checks signed ones for negative values
                    here[i] += pan * shaped[i] * grain[np.uint64(i)]
            else:
                grain = source[base - stop + 1:base - first + 1]
                for i in range(count):
                    here[i] += pan * shaped[i] * grain[np.uint64(count - 1 - i)]


@njit(cache=True, nogil=True)
def _interleave(left: Any, right: Any, pairs: Any) -> None:
    for i in range(left.shape[0]):
        pairs[np.uint64(2 * i)] = left[i]
        pairs[np.uint64(2 * i + 1)] = right[i]


@njit(cache=True, nogil=True)
def _scatter_transposed(pairs: Any, out: Any, onsets: Any, places: Any, steps: Any, pans: Any, envelope: Any,
                        table: Any) -> None:
    """Add transposed grains, block by block.

    ``pairs`` is the sound as pairs of left and right. ``onsets`` ascend. ``places``, the first neighbour of each
    grain's start, and ``steps``, its speed, are in frames · 2^32.
    """
    frames, length = out.shape[1], envelope.shape[0]
    sums = np.empty(BLOCK * LANES, np.float32)
    oldest = 0
    for start in range(0, frames, BLOCK):
        stop = min(start + BLOCK, frames)
        sums[:] = 0
        while oldest < onsets.size and onsets[oldest] + length <= start:
            oldest += 1
        number = oldest
        while number < onsets.size and onsets[number] < stop:
            first, last = max(start - onsets[number], 0), min(stop - onsets[number], length)
            shaped = envelope[first:last]
            step, place = steps[number], places[number] + np.uint64(first) * steps[number]
            at = np.uint64(onsets[number] + first - start) * WIDTH
            left, right = pans[0, number], pans[1, number]
            for i in range(last - first):
                gain = shaped[np.uint64(i)]
                add_taps(sums, at + np.uint64(i) * WIDTH, pairs, (place >> WHOLE) * PAIR, table, (place >> ROW) & ROWS,
                         left * gain, right * gain)
                place += step
            number += 1
        for channel in range(out.shape[0]):
            here = out[channel, start:stop]
            for i in range(stop - start):
                at = np.uint64(i) * WIDTH + np.uint64(channel)
                here[i] = (sums[at] + sums[at + PAIR]) + (sums[at + PAIR + PAIR] + sums[at + PAIR + PAIR + PAIR])
