"""Sample and hold: a lower sample rate, heard as the images it leaves around each multiple of itself."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Self

import numpy as np
from numba import njit
from pydantic import Field

from effects import Context, Effect
from effects.kernels import at_place


class RateHold(Effect):
    """Holds each value until the next instant. A tone at f leaves images at k·hold_hz ± f, weighted by sinc(f/hold_hz).

    Plain, an instant falls on the next sample, so a rate that does not divide the sample rate buzzes like the old
    machines. Band-limited, instants lie between samples and each step is rounded off, so that of a tone of 700 Hz
    less than −60 dB folds back below 12 kHz; the top droops by sinc⁴(f / sample rate), 4 dB at a quarter of it.
    """

    name: ClassVar[str] = "rate_hold"

    hold_hz: float = Field(6000, ge=50, le=96000, description="rate of the held values in Hz")
    jitter: float = Field(0, ge=0, le=1, description="how far an instant may come late, in shares of the hold's length")
    band_limited: bool = Field(False, description="round off the steps, so that little folds over half the sample rate")
    mix: float = Field(1, ge=0, le=1, description="share of the held sound, 0 none to 1 all")

    @classmethod
    def neutral(cls) -> Self:
        return cls(mix=0)

    @classmethod
    def at_depth(cls, depth: float) -> Self:
        """From 16 kHz down to 1.2 kHz, and ever less steady."""
        return cls(hold_hz=16000 * (1200 / 16000) ** depth, jitter=0.3 * depth)

    def process(self, audio: np.ndarray, context: Context) -> np.ndarray:
        if self.mix == 0 or audio.shape[1] == 0:
            return audio.copy()
        out = np.empty_like(audio, order="C")
        period = context.rate / self.hold_hz
        count = math.ceil(audio.shape[1] / period) + 1
        late = np.zeros(0, np.float32)
        if self.jitter > 0:
            late = np.float32(self.jitter) * np.random.default_rng(context.seed).random(count, np.float32)
        _hold(np.ascontiguousarray(audio), out, period, late, self.band_limited)
        if self.mix < 1:
            out -= audio
            out *= np.float32(self.mix)
            out += audio
        return out


@njit(cache=True, nogil=True)
def _instant(number: int, period: float, late: Any) -> float:
    """Frame, with its fraction, at which the ``number``-th value is taken, from 0; ``late`` is empty or in periods."""
    return (number + late[number - 1] if number > 0 and late.size > 0 else number) * period


@njit(cache=True, nogil=True)
def _hold(audio: Any, out: Any, period: float, late: Any, band_limited: bool) -> None:
    channels, frames = audio.shape
    number, start, instant = 0, 0, 0.0
    while start < frames:
        number += 1
        following = _instant(number, period, late)
        stop = math.ceil(following)
        stop = stop if stop < frames else frames
        for channel in range(channels):
            if start < stop:
                value = audio[channel, start]
                if band_limited:
                    value = np.float32(at_place(audio, channel, instant))
                for frame in range(start, stop):
                    out[channel, frame] = value
        start, instant = stop, following
    if not band_limited:
        return
    number, previous = 0, 0.0
    while True:
        number += 1
        instant = _instant(number, period, late)
        if instant >= frames - 1:
            return
        after = math.ceil(instant)
        since = after - instant
        until = 1.0 - since
        # what a step rounded by a cubic B-spline has over a sharp one, at the two samples before and after it
        # (Välimäki, Pekonen and Nam 2012, "Perceptually informed synthesis of bandlimited classical waveforms
        # using integrated polynomial interpolation", B-spline of third order, integrated)
        far_before = since * since * since * since / 24
        before = ((-since / 8 + 1 / 6) * since + 1 / 4) * since * since + since / 6 + 1 / 24
        here = ((-until / 8 + 1 / 6) * until + 1 / 4) * until * until + until / 6 + 1 / 24
        beyond = until * until * until * until / 24
        for channel in range(channels):
            height = at_place(audio, channel, instant) - at_place(audio, channel, previous)
            if after >= 2:
                out[channel, after - 2] += height * far_before
            if after >= 1:
                out[channel, after - 1] += height * before
            out[channel, after] -= height * here
            if after + 1 < frames:
                out[channel, after + 1] -= height * beyond
        previous = instant
