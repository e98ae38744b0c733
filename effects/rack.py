"""Processors of pedalboard that need no more than their parameters: a small class for each.

Others have a file of their own: reverb, chorus, delay, compressor, bit_crush, eq, gate.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pedalboard
import soxr
from pydantic import Field

from effects import BLOCK_FRAMES, Context, Effect, Sound, StreamingEffect
from effects.hosting.blocks import hosted, unchanged

# Decay of a resonance by 120 dB [time constants].
TO_120_DB = 6 * math.log(10)
# Block in which dry and wet are mixed [frames].
STRIDE = 1 << 16
# Highest sample rate of MP3 [Hz].
MOST_MP3_HZ = 48000
# Level below which the ladder filter's output is set to zero [full scale]: −108 dBFS. Below it, the table of tanh in
# the filter's loop leaves a limit cycle that never decays.
RESTLESS = np.float32(2**-18)


class Racked(StreamingEffect):
    """A processor of pedalboard that processes blocks, mixed with its input."""

    mix: float = Field(1, ge=0, le=1, description="share of the effect, 0 none to 1 effect alone")

    @classmethod
    def neutral(cls) -> Self:
        return cls(mix=0)

    def make(self) -> Any:
        """Make the library's processor."""
        raise NotImplementedError

    def ringing_seconds(self) -> float:
        """Return the time [s] after the end of the input until the output is below −120 dB."""
        return 0.0

    def tail_seconds(self, context: Context) -> float:
        return self.ringing_seconds() if self.mix else 0.0

    def stream(self, context: Context) -> Callable[[Sound], Sound]:
        if self.mix == 0:
            return unchanged
        effect = hosted([self.make()], context.rate)
        if self.mix == 1:
            return effect
        dry, wet = np.float32(1 - self.mix), np.float32(self.mix)
        return lambda block: np.asarray(dry * block + wet * effect(block))


class Gain(Racked):
    """A change of level."""

    name: ClassVar[str] = "gain"
    gain_db: float = Field(-6, ge=-60, le=24, description="change of level in dB")

    def make(self) -> Any:
        return pedalboard.Gain(self.gain_db)


class Invert(Racked):
    """Inverted polarity."""

    name: ClassVar[str] = "invert"

    def make(self) -> Any:
        return pedalboard.Invert()


class Clipping(Racked):
    """Hard clipping above a threshold, not oversampled."""

    name: ClassVar[str] = "clipping"
    threshold_db: float = Field(-18, ge=-48, le=0, description="level in dBFS above which it clips")

    def make(self) -> Any:
        return pedalboard.Clipping(self.threshold_db)


class Distortion(Racked):
    """Soft clipping by a tanh curve, not oversampled."""

    name: ClassVar[str] = "distortion"
    drive_db: float = Field(18, ge=0, le=36, description="gain before the curve in dB")

    def make(self) -> Any:
        return pedalboard.Distortion(self.drive_db)


class Lowpass(Racked):
    """A low-pass filter, 6 dB an octave."""

    name: ClassVar[str] = "lowpass"
    cutoff_hz: float = Field(2000, ge=20, le=20_000, description="cut-off frequency in Hz, −3 dB there")

    def make(self) -> Any:
        return pedalboard.LowpassFilter(self.cutoff_hz)

    def ringing_seconds(self) -> float:
        return TO_120_DB / (2 * math.pi * self.cutoff_hz) + 0.01


class Highpass(Racked):
    """A high-pass filter, 6 dB an octave."""

    name: ClassVar[str] = "highpass"
    cutoff_hz: float = Field(200, ge=20, le=20_000, description="cut-off frequency in Hz, −3 dB there")

    def make(self) -> Any:
        return pedalboard.HighpassFilter(self.cutoff_hz)

    def ringing_seconds(self) -> float:
        return TO_120_DB / (2 * math.pi * self.cutoff_hz) + 0.01


class _Bell(Racked):
    """A bell or shelf of an equaliser."""

    frequency_hz: float = Field(1000, ge=20, le=16_000, description="centre of the bell or of the shelf's slope in Hz")
    gain_db: float = Field(6, ge=-24, le=24, description="gain of the bell or shelf in dB")
    q: float = Field(0.7, ge=0.1, le=10, description="Q: 0.7 is wide, 10 a ninth of an octave")

    def ringing_seconds(self) -> float:
        cut = 10 ** (abs(self.gain_db) / 40)  # a cut rings longer than its q says
        return TO_120_DB * cut * 2 * max(self.q, 1 / (4 * self.q)) / (2 * math.pi * self.frequency_hz) + 0.01


class Peak(_Bell):
    """A peak filter: gain around a frequency."""

    name: ClassVar[str] = "peak"

    def make(self) -> Any:
        return pedalboard.PeakFilter(self.frequency_hz, self.gain_db, self.q)


class LowShelf(_Bell):
    """A low shelf: gain below a frequency."""

    name: ClassVar[str] = "low_shelf"

    def make(self) -> Any:
        return pedalboard.LowShelfFilter(self.frequency_hz, self.gain_db, self.q)


class HighShelf(_Bell):
    """A high shelf: gain above a frequency."""

    name: ClassVar[str] = "high_shelf"

    def make(self) -> Any:
        return pedalboard.HighShelfFilter(self.frequency_hz, self.gain_db, self.q)


class LadderFilter(Racked):
    """A ladder filter, as in early synthesisers, with resonance and drive."""

    name: ClassVar[str] = "ladder_filter"
    mode: Literal["LPF12", "HPF12", "BPF12", "LPF24", "HPF24", "BPF24"] = Field(
        "LPF24", description="low, high or band-pass, and dB an octave")
    cutoff_hz: float = Field(1200, ge=40, le=16_000, description="cut-off frequency in Hz")
    resonance: float = Field(0.3, ge=0, le=0.9, description="resonance at the cut-off frequency")
    drive: float = Field(1, ge=1, le=10, description="input gain, a factor: more distorts")

    def make(self) -> Any:
        return pedalboard.LadderFilter(getattr(pedalboard.LadderFilter.Mode, self.mode), self.cutoff_hz, self.resonance,
                                  self.drive)

    def stream(self, context: Context) -> Callable[[Sound], Sound]:
        whole = super().stream(context)
        if self.mix == 0:
            return whole

        def step(block: Sound) -> Sound:
            made = whole(block)
            made[np.abs(made) < RESTLESS] = 0.0
            return made

        return step

    def ringing_seconds(self) -> float:
        return 4 * TO_120_DB / (2 * math.pi * self.cutoff_hz * (1 - self.resonance)) + 0.15


class Phaser(Racked):
    """Notches that move through the spectrum."""

    name: ClassVar[str] = "phaser"
    rate_hz: float = Field(0.5, ge=0.05, le=10, description="frequency of the modulation in Hz")
    depth: float = Field(0.5, ge=0, le=1, description="range of the modulation, 0 none to 1 full")
    centre_hz: float = Field(1300, ge=100, le=8000, description="centre of the modulation in Hz")
    feedback: float = Field(0.3, ge=-0.9, le=0.9, description="share that is fed back: more gives sharper notches")
    mix: float = Field(0.5, ge=0, le=1, description="share of the shifted sound; the notches are deepest at 0.5")

    def make(self) -> Any:
        return pedalboard.Phaser(self.rate_hz, self.depth, self.centre_hz, self.feedback, 1.0)

    def ringing_seconds(self) -> float:
        return 0.2 + 0.2 / (1 - abs(self.feedback))


class NoiseGate(Racked):
    """A noise gate: reduces the level below a threshold."""

    name: ClassVar[str] = "noise_gate"
    threshold_db: float = Field(-30, ge=-90, le=0, description="level in dBFS below which the gain is reduced")
    ratio: float = Field(10, ge=1, le=50, description="dB of output for one dB of input below the threshold")
    attack_ms: float = Field(1, ge=0.1, le=100, description="time to open in ms")
    release_ms: float = Field(100, ge=5, le=2000, description="time to close in ms")

    def make(self) -> Any:
        return pedalboard.NoiseGate(self.threshold_db, self.ratio, self.attack_ms, self.release_ms)


class Limiter(Racked):
    """JUCE's loudness maximiser: it raises soft sounds, and peaks may exceed 0 dBFS."""

    name: ClassVar[str] = "limiter"
    threshold_db: float = Field(-12, ge=-40, le=0, description="level in dBFS above which the gain is reduced")
    release_ms: float = Field(100, ge=5, le=2000, description="release time in ms")

    def make(self) -> Any:
        return pedalboard.Limiter(self.threshold_db, self.release_ms)


class _Whole(Effect):
    """A processor of pedalboard that looks ahead, so it processes each stretch in one piece."""

    mix: float = Field(1, ge=0, le=1, description="share of the effect, 0 none to 1 effect alone")

    @classmethod
    def neutral(cls) -> Self:
        return cls(mix=0)

    def make(self) -> Any:
        """Make the library's processor."""
        raise NotImplementedError

    def through(self, plugin: Any, audio: Sound, rate: int) -> Sound:
        """Process a sound by the plugin."""
        return np.asarray(plugin.process(audio, rate, buffer_size=BLOCK_FRAMES, reset=True))

    def process(self, audio: Sound, context: Context) -> Sound:
        if self.mix == 0 or not audio.any():
            return audio.copy()
        channels, frames = audio.shape
        given = audio
        if frames < BLOCK_FRAMES:  # pedalboard takes the longer axis for time
            given = np.zeros((channels, BLOCK_FRAMES), np.float32)
            given[:, :frames] = audio
        made = self.through(self.make(), given, context.rate)
        wet = made[:, :frames] if made.shape[1] == frames else np.ascontiguousarray(made[:, :frames])
        if wet.shape[1] < frames:
            wet = np.pad(wet, ((0, 0), (0, frames - wet.shape[1])))
        if self.mix < 1:
            dry, share = np.float32(1 - self.mix), np.float32(self.mix)
            for start in range(0, frames, STRIDE):
                stretch = slice(start, start + STRIDE)
                wet[:, stretch] = dry * audio[:, stretch] + share * wet[:, stretch]
        return np.asarray(wet)


class BrickwallLimiter(_Whole):
    """A true-peak limiter with look-ahead."""

    name: ClassVar[str] = "brickwall_limiter"
    ceiling_db: float = Field(-12, ge=-40, le=0, description="highest true peak in dBTP")
    release_ms: float = Field(100, ge=5, le=2000, description="release time in ms")
    lookahead_ms: float = Field(5, ge=1, le=20, description="look-ahead in ms")

    def make(self) -> Any:
        return pedalboard.BrickwallLimiter(self.ceiling_db, self.release_ms, self.lookahead_ms, True)


class PitchShift(_Whole):
    """Transposition at the same speed; onsets move by some milliseconds."""

    name: ClassVar[str] = "pitch_shift"
    semitones: float = Field(-12, ge=-24, le=24, description="transposition in semitones")

    def make(self) -> Any:
        return pedalboard.PitchShift(self.semitones)


class Resample(_Whole):
    """Resampling to a lower rate and back: the bandwidth of an old sampler, without aliasing."""

    name: ClassVar[str] = "resample"
    target_hz: float = Field(8000, ge=1000, le=44_100, description="the lower sample rate in Hz")

    def make(self) -> Any:
        return pedalboard.Resample(self.target_hz, pedalboard.Resample.Quality.WindowedSinc32)


class Mp3(_Whole):
    """Encoding as MP3 and decoding: the artefacts of the codec."""

    name: ClassVar[str] = "mp3"
    vbr_quality: float = Field(7, ge=0, le=9.9, description="LAME's VBR quality: 0 best, 9.9 worst")

    def make(self) -> Any:
        return pedalboard.MP3Compressor(self.vbr_quality)

    def through(self, plugin: Any, audio: Sound, rate: int) -> Sound:
        """Process a sound in stereo, at 48 kHz at most, the highest rate of MP3."""
        given = audio if len(audio) == 2 else np.repeat(audio, 2, axis=0)
        if rate > MOST_MP3_HZ:
            low = np.ascontiguousarray(soxr.resample(given.T, rate, MOST_MP3_HZ).T)
            made = super().through(plugin, low, MOST_MP3_HZ)
            made = np.ascontiguousarray(soxr.resample(made.T, MOST_MP3_HZ, rate).T)
        else:
            made = super().through(plugin, given, rate)
        return made[:len(audio)]


class Gsm(_Whole):
    """A mobile telephone of the nineties: the codec GSM full rate, 8 kHz, mono."""

    name: ClassVar[str] = "gsm"

    def make(self) -> Any:
        return pedalboard.GSMFullRateCompressor()
