"""Sample and hold: a lower sample rate with its images around each multiple of that rate."""

from __future__ import annotations

import math
from functools import cache
from typing import Any, ClassVar, Self

import numpy as np
from numba import njit
from numpy.typing import NDArray
from pydantic import Field

from effects import Context, Effect, Sound

# Length of the interpolation kernel [samples].
TAPS = 32
# Resolution of the kernel's table [rows between two samples].
PHASES = 512
# Shape β of the kernel's Kaiser window: pass band to 0.4 of the sample rate, 90 dB of attenuation from 0.6 on.
KAISER = 9.0


class RateHold(Effect):
    """Holds each value for 1 / ``hold_hz``. A tone at f gets images at k·hold_hz ± f, weighted by sinc(f / hold_hz).

    By default values are taken at whole samples. If ``hold_hz`` is no divisor of the sample rate, the sound aliases
    like that of early samplers: at −26 dB for a tone at 1.5 kHz. With ``band_limited`` they are taken between samples
    and the steps are band-limited (BLEP: Brandt 2001, "Hard sync without aliasing"): the images stay, and aliases below
    16 kHz are at least 96 dB below the tone.
    """

    name: ClassVar[str] = "rate_hold"

    hold_hz: float = Field(6000, ge=50, le=96000, description="rate of the held values in Hz")
    jitter: float = Field(0, ge=0, le=1, description="highest random delay of a value, as a share of 1 / hold_hz")
    band_limited: bool = Field(False, description="band-limit the steps, which removes audible aliasing")
    mix: float = Field(1, ge=0, le=1, description="share of the held sound, 0 none to 1 all")

    @classmethod
    def neutral(cls) -> Self:
        return cls(mix=0)

    @classmethod
    def at_depth(cls, depth: float) -> Self:
        """Return a rate of 16 kHz at depth 0 to 1.2 kHz at depth 1, with increasing jitter."""
        return cls(hold_hz=16000 * (1200 / 16000) ** depth, jitter=0.3 * depth)

    def process(self, audio: Sound, context: Context) -> Sound:
        if self.mix == 0 or audio.shape[1] == 0:
            return audio.copy()
        period = context.rate / self.hold_hz
        count = math.ceil(audio.shape[1] / period) + 1
        late = np.zeros(0, np.float32)
        if self.jitter > 0:
            late = np.float32(self.jitter) * np.random.default_rng(context.seed).random(count, np.float32)
        source = np.ascontiguousarray(audio)
        out = np.zeros_like(source)
        if self.band_limited:
            _hold_limited(source, period, late, *_kernels(), out)
        else:
            _hold(source, period, late, out)
        if self.mix < 1:
            out -= audio
            out *= np.float32(self.mix)
            out += audio
        return out


@cache
def _kernels() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Compute two tables of weights for ``TAPS`` neighbours of a fractional place, one row for each phase.

    Returns
    -------
    tuple of NDArray
        Both of shape (PHASES + 1, TAPS): a windowed sinc, which interpolates at the place, and the difference between
        its integral, a band-limited step, and a sharp step at the place.
    """
    half = TAPS // 2
    grid = np.arange(-half * PHASES, half * PHASES + 1) / PHASES
    sinc = np.sinc(grid) * np.i0(KAISER * np.sqrt(1 - (grid / half) ** 2)) / np.i0(KAISER)
    rise = np.concatenate([[0], np.cumsum((sinc[1:] + sinc[:-1]) / 2)])
    rise /= rise[-1]
    # columns are the neighbours k − half + 1 of a place at phase / PHASES
    index = (np.arange(TAPS) + 1) * PHASES - np.arange(PHASES + 1)[:, None]
    after = np.arange(TAPS) >= half
    reading = sinc[index]
    reading /= reading.sum(axis=1, keepdims=True)
    return reading.astype(np.float32), (rise[index] - after).astype(np.float32)


@njit(cache=True, nogil=True)
def _instant(number: int, period: float, late: Any) -> float:
    """Return the fractional frame of value ``number``, from 0; ``late`` is empty or the delays in periods."""
    return (number + late[number - 1] if number > 0 and late.size > 0 else number) * period


@njit(cache=True, nogil=True)
def _weights(table: Any, row: int, share: Any, weights: Any) -> None:
    """Interpolate between a row of a table and the next."""
    near, next_ = table[row], table[row + 1]
    for k in range(weights.size):
        weights[k] = near[k] + share * (next_[k] - near[k])


@njit(cache=True, nogil=True)
def _hold(audio: Any, period: float, late: Any, out: Any) -> None:
    channels, frames = audio.shape
    number, start = 0, 0
    while start < frames:
        number += 1
        stop = min(math.ceil(_instant(number, period, late)), frames)
        for channel in range(channels):
            for frame in range(start, stop):
                out[channel, frame] = audio[channel, start]
        start = stop


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})  # lets the compiler vectorise the sums over the taps
def _hold_limited(audio: Any, period: float, late: Any, reading: Any, rounding: Any, out: Any) -> None:
    channels, frames = audio.shape
    taps = reading.shape[1]  # not the constant TAPS: the compiler would unroll the loops instead of vectorising them
    held = np.zeros(channels, np.float32)
    reads, rounds = np.empty(taps, np.float32), np.empty(taps, np.float32)
    number, instant = 0, 0.0
    while instant < frames:
        following = _instant(number + 1, period, late)
        start, stop = math.ceil(instant), min(math.ceil(following), frames)
        place = (instant - (start - 1)) * PHASES
        row = min(int(place), PHASES - 1)
        _weights(reading, row, np.float32(place - row), reads)
        _weights(rounding, row, np.float32(place - row), rounds)
        first = start - taps // 2  # the frame of the first neighbour
        inside = first >= 0 and first + taps <= frames
        for channel in range(channels):
            value = np.float32(0)
            if inside:
                heard = audio[channel, first:first + taps]
                for k in range(taps):
                    value += reads[k] * heard[k]
            else:
                for k in range(taps):
                    value += reads[k] * audio[channel, min(max(first + k, 0), frames - 1)]
            for frame in range(start, stop):
                out[channel, frame] += value
            height = value - held[channel] if number > 0 else np.float32(0)
            if inside:
                made = out[channel, first:first + taps]
                for k in range(taps):
                    made[k] += height * rounds[k]
            else:
                for k in range(max(-first, 0), min(taps, frames - first)):
                    out[channel, first + k] += height * rounds[k]
            held[channel] = value
        number, instant = number + 1, following
