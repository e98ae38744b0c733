"""Plate: a reverberator of the plate class with a tank in the form of a figure of eight.

Source: J. Dattorro, "Effect Design, Part 1: Reverberator and Other Filters", J. Audio Eng. Soc. 45(9), 1997, figure 1
and tables 1 and 2, after Griesinger. Its lengths are in samples at 29,761 Hz; here they scale with the rate.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar, Self

import numpy as np
from numba import njit
from pydantic import Field

from effects import Context, Sound, StreamingEffect
from effects.hosting.blocks import unchanged

# Sample rate of the paper [Hz]; lengths below are in samples at it.
PAPER_HZ = 29761.0
# Lengths of the input allpasses [samples].
DIFFUSERS = (142, 107, 379, 277)
# Gains of the input allpasses.
DIFFUSION = (0.75, 0.75, 0.625, 0.625)
# Lengths in the left half of the tank [samples]: modulated allpass, delay before the damping, allpass, delay.
LEFT = (672, 4453, 1800, 3720)
# The same in the right half.
RIGHT = (908, 4217, 2656, 3163)
# Gains of the two allpasses in each half.
TANK_DIFFUSION = (-0.7, 0.5)
# Excursion of a modulated allpass [samples at the paper's rate], to either side.
EXCURSION = 12.0
# Modulation of the two halves [Hz]: slow, and with different periods.
SWING_HZ = (0.93, 0.71)
# Taps of the left output: (half of the tank, 0 left, 1 right; line in it; sample; sign).
HEARD_LEFT = ((1, 1, 266, 1), (1, 1, 2974, 1), (1, 2, 1913, -1), (1, 3, 1996, 1), (0, 1, 1990, -1), (0, 2, 187, -1),
              (0, 3, 1066, -1))
# Taps of the right output.
HEARD_RIGHT = ((0, 1, 353, 1), (0, 1, 3627, 1), (0, 2, 1228, -1), (0, 3, 2673, 1), (1, 1, 2111, -1), (1, 2, 335, -1),
               (1, 3, 121, -1))
# Decay time of the slowest modes relative to the mean [ratio], measured: the tank's allpasses delay them longest.
HELD_BACK = 1.05
# Delay lines of the whole plate.
LINES = len(DIFFUSERS) + len(LEFT) + len(RIGHT)
# Block processed at a time [frames]: shorter than any delay line.
CHUNK = 128
# Level below which a filter's state is set to zero [full scale], before it becomes a denormal number.
QUIET = 1e-20


class Plate(StreamingEffect):
    """A plate reverb; ``mix: 1``, for a send, is the plate alone. It is as loud as a centred wide-band input."""

    name: ClassVar[str] = "plate"

    decay_seconds: float = Field(1.6, ge=0.6, le=20, description="time in which low frequencies decay by 60 dB")
    damping_hz: float = Field(4500, ge=500, le=20000, description="frequency in Hz above which the sound decays "
                                                                   "faster")
    bandwidth_hz: float = Field(9000, ge=500, le=20000, description="high cut of the plate's input in Hz, 6 dB an "
                                                                    "octave")
    low_cut_hz: float = Field(150, ge=20, le=1000, description="low cut of the plate's input in Hz, 6 dB an octave")
    predelay_ms: float = Field(20, ge=0, le=250, description="delay of the plate in ms")
    swing: float = Field(1, ge=0, le=1, description="modulation of its delays, against metallic ringing: 0 to 1")
    width: float = Field(1, ge=0, le=1, description="stereo width of the plate, 0 mono to 1 wide")
    mix: float = Field(0.2, ge=0, le=1, description="share of the plate, 0 none to 1 plate alone")

    @classmethod
    def neutral(cls) -> Self:
        return cls(mix=0)

    def tail_seconds(self, context: Context) -> float:
        return self.predelay_ms / 1000 + 2.2 * self.decay_seconds + 0.3 if self.mix else 0.0

    def stream(self, context: Context) -> Callable[[Sound], Sound]:
        if self.mix == 0:
            return unchanged
        tank = _Tank(self.decay_seconds, self.damping_hz, self.bandwidth_hz, self.low_cut_hz, self.swing, context.rate)
        gain = np.float32(self.mix / _loudness(self.decay_seconds, self.damping_hz, self.bandwidth_hz, self.swing,
                                               self.width, context.rate))
        waiting = np.zeros(round(self.predelay_ms / 1000 * context.rate), np.float32)
        dry, width = np.float32(1 - self.mix), np.float32(self.width)

        def step(block: Sound) -> Sound:
            nonlocal waiting
            channels, frames = block.shape
            line = np.concatenate([waiting, (block[0] + block[-1]) / 2])
            waiting = line[frames:]
            wet = tank(line[:frames])
            wet *= gain
            _narrow(wet, width)
            wet = wet if channels == 2 else wet.mean(axis=0, keepdims=True)
            return wet if self.mix == 1 else dry * block + wet

        return step


class _Tank:
    """The state of a plate; it turns a mono block into a stereo one."""

    def __init__(self, decay_seconds: float, damping_hz: float, bandwidth_hz: float, low_cut_hz: float, swing: float,
                 rate: int) -> None:
        scale = rate / PAPER_HZ
        self._delays = np.round(np.array(DIFFUSERS + LEFT + RIGHT) * scale).astype(np.int64)
        self._taps = np.array([[(len(DIFFUSERS) + len(LEFT) * half + line, round(place * scale), sign)
                                for half, line, place, sign in heard] for heard in (HEARD_LEFT, HEARD_RIGHT)])
        # A sound passes the decay gain four times in one round of the figure of eight.
        once_round_seconds = HELD_BACK * sum(LEFT + RIGHT) / PAPER_HZ
        self._decay = 10 ** (-3 / 4 * once_round_seconds / decay_seconds)
        self._band = np.array([_pole(bandwidth_hz, rate), _pole(low_cut_hz, rate)], np.float32)
        self._damping = np.full(2, _pole(damping_hz, rate), np.float32)
        self._excursion = EXCURSION * swing * scale
        self._turns = math.tau * np.array(SWING_HZ) / rate
        self._longest = int(self._delays.max() + self._excursion) + 4
        self._lines = np.zeros((LINES, max(1 << 15, 4 * self._longest)), np.float32)
        # filter states: of the band filters before the tank, and of the damping in its halves
        self._states = np.zeros((2, 2), np.float32)
        # index at which the lines are written, and number of frames processed
        self._place = np.array([self._longest, 0])

    def __call__(self, mono: Sound) -> Sound:
        out = np.empty((2, mono.size), np.float32)
        _run(mono, self._lines, self._delays, self._taps, self._decay, self._damping, self._band, self._excursion,
             self._turns, self._longest, self._states, self._place, out)
        return out


def _pole(hz: float, rate: int) -> float:
    """Return the coefficient of a one-pole low-pass with its corner at ``hz``."""
    return math.exp(-math.tau * min(hz / rate, 0.45))


def _narrow(wet: Sound, width: np.float32) -> None:
    if width != 1:
        middle, side = (wet[0] + wet[1]) / 2, (wet[0] - wet[1]) / 2 * width
        wet[0], wet[1] = middle + side, middle - side


@lru_cache(maxsize=64)
def _loudness(decay_seconds: float, damping_hz: float, bandwidth_hz: float, swing: float, width: float,
              rate: int) -> float:
    """Return the gain for centred white noise, the RMS of both channels: the norm of the impulse response."""
    impulse = np.zeros(round((decay_seconds + 0.3) * rate), np.float32)
    impulse[0] = 1
    answer = _Tank(decay_seconds, damping_hz, bandwidth_hz, 1.0, swing, rate)(impulse)
    _narrow(answer, np.float32(width))
    return math.sqrt(float(np.sum(np.square(answer, dtype=np.float64))) / 2)


@njit(cache=True, nogil=True)
def _allpass(late: Any, line: Any, gain: Any, sound: Any) -> None:
    """Process a sound by an allpass, in place; ``late`` is the delayed content of its line."""
    for i in range(sound.size):
        fed = sound[i] - gain * late[i]
        line[i] = fed
        sound[i] = late[i] + gain * fed


@njit(cache=True, nogil=True)
def _low_pass(first: Any, second: Any, poles: Any, states: Any) -> None:
    """Process two sounds by a one-pole low-pass each, in place; one loop for both hides the latency of the sums."""
    kept_one, kept_two = poles[0], poles[1]
    rest_one, rest_two = np.float32(1.0) - kept_one, np.float32(1.0) - kept_two
    one, two = states[0], states[1]
    for i in range(first.size):
        one = rest_one * first[i] + kept_one * one
        two = rest_two * second[i] + kept_two * two
        first[i] = one
        second[i] = two
    states[0] = one if abs(one) > QUIET else np.float32(0.0)
    states[1] = two if abs(two) > QUIET else np.float32(0.0)


@njit(cache=True, nogil=True)
def _swung(line: Any, at: int, delay: float, further: float, late: Any) -> None:
    """Read a line with a delay that grows by ``further`` from frame to frame, with linear interpolation."""
    for i in range(late.size):
        whole = int(delay)
        part = np.float32(delay - whole)
        place = at + i - whole
        late[i] = line[place] + part * (line[place - 1] - line[place])
        delay += further


@njit(cache=True, nogil=True)
def _run(mono: Any, lines: Any, delays: Any, taps: Any, decay: float, damping: Any, band: Any,
         excursion: float, turns: Any, longest: int, states: Any, place: Any, out: Any) -> None:
    """Process a sound by the plate, in chunks shorter than any line, so that each stage is a loop of its own."""
    driven, late = np.empty(CHUNK, np.float32), np.empty(CHUNK, np.float32)
    halves = np.empty((2, CHUNK), np.float32)
    at, frames = place[0], place[1]
    feedback = np.float32(decay)
    start = 0
    while start < mono.size:
        # chunks begin at multiples of CHUNK whatever the caller's blocks: the modulation is linear in each chunk
        n = min(CHUNK - frames % CHUNK, mono.size - start)
        if at + n > lines.shape[1]:
            for k in range(lines.shape[0]):
                _put(lines[k, at - longest:at], lines[k])
            at = longest
        _put(mono[start:start + n], driven)
        _put(mono[start:start + n], late)
        _low_pass(driven[:n], late[:n], band, states[0])
        for i in range(n):
            driven[i] -= late[i]  # subtracts the low frequencies
        for k in range(4):
            _allpass(lines[k, at - delays[k]:at - delays[k] + n], lines[k, at:at + n], np.float32(DIFFUSION[k]),
                     driven[:n])
        for half in range(2):
            first, other = 4 + 4 * half, 8 - 4 * half
            sound = halves[half, :n]
            arrived = lines[other + 3, at - delays[other + 3]:at - delays[other + 3] + n]
            for i in range(n):
                sound[i] = driven[i] + feedback * arrived[i]
            edge = frames // CHUNK
            now = math.sin(turns[half] * CHUNK * edge + half)
            further = (math.sin(turns[half] * CHUNK * (edge + 1) + half) - now) * excursion / CHUNK
            _swung(lines[first], at, delays[first] + excursion * now + further * (frames % CHUNK), further, late[:n])
            _allpass(late[:n], lines[first, at:at + n], np.float32(TANK_DIFFUSION[0]), sound)
            _put(sound, lines[first + 1, at:])
            _put(lines[first + 1, at - delays[first + 1]:at - delays[first + 1] + n], sound)
        _low_pass(halves[0, :n], halves[1, :n], damping, states[1])
        for half in range(2):
            first = 4 + 4 * half
            sound = halves[half, :n]
            for i in range(n):
                sound[i] *= feedback
            _allpass(lines[first + 2, at - delays[first + 2]:at - delays[first + 2] + n],
                     lines[first + 2, at:at + n], np.float32(TANK_DIFFUSION[1]), sound)
            _put(sound, lines[first + 3, at:])
        for side in range(2):
            heard = out[side, start:start + n]
            heard[:] = 0.0
            for k in range(taps.shape[1]):
                begin = at - taps[side, k, 1]
                _add(lines[taps[side, k, 0], begin:begin + n], np.float32(taps[side, k, 2]), heard)
        at, frames, start = at + n, frames + n, start + n
    place[0], place[1] = at, frames


@njit(cache=True, nogil=True)
def _put(sound: Any, place: Any) -> None:
    """Copy a sound to the start of a place.

    A loop, because numba checks assignments of slices and takes three seconds to compile that check's message.
    """
    for i in range(sound.size):
        place[i] = sound[i]


@njit(cache=True, nogil=True)
def _add(tapped: Any, sign: Any, heard: Any) -> None:
    for i in range(heard.size):
        heard[i] += sign * tapped[i]
