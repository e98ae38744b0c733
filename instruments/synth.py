"""A subtractive synthesiser: band-limited oscillators, a filter, envelopes, and five presets."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator
from typing_extensions import override

from instruments import Instrument
from instruments.dsp.arrays import Reals, Stereo
from instruments.dsp.loudness import half_k
from instruments.dsp.notes import hertz
from instruments.dsp.partials import first_sample
from instruments.dsp.random import generator
from instruments.electric.envelopes import GONE, Envelope, gated
from instruments.electric.filters import FilterKind, magnitude, stages
from instruments.electric.oscillators import BLOCK, SAW, SINE, TRIANGLE, add_voice
from instruments.electric.presets import PRESETS, PROGRAMS
from scores.performance import LEGATO, Note

Wave = Literal["saw", "pulse", "triangle", "sine"]
PLAIN = {"saw": SAW, "triangle": TRIANGLE, "sine": SINE}

LEVEL = 0.085  # r.m.s. of a note at velocity 100, with half of the K-weighting
NOISE = 1 << 16  # samples of the white noise, which is repeated
BRIGHTEST_HZ = 18_000.0  # highest cutoff [Hz]
TRACKED_FROM = 60  # MIDI number whose cutoff is ``cutoff_hz``
STARTS_WITHIN = 0.2  # bound of the random phases at the onset [cycles]
LEGATO_SECONDS = 0.012  # longest gap between two notes that are tied [s]
VIBRATO_RISE_SECONDS = 0.3  # time in which the vibrato reaches its depth [s]
MOST_LOST = 0.03  # lowest share of the power behind the filter up to which its loss is made up for
PARTS_DB = 0.45  # standard deviation of the level from note to note [dB]: analogue parts drift
PARTS_OCTAVES = 0.04  # the same of the cutoff [octaves]


class Synth(Instrument):
    """Two oscillators, one an octave below and noise, through a ladder or a state-variable filter."""

    name: ClassVar[str] = "synth"
    program: ClassVar[int] = 91
    range: ClassVar[tuple[int, int]] = (24, 108)

    preset: Literal["poly", "lead", "bass", "pad", "pluck"] = Field(
        "poly", description="Preset: it sets the defaults of all other settings, see docs/electric.md"
    )
    wave: Wave = Field("saw", description="Waveform of the first oscillator")
    second_wave: Literal["none", "saw", "pulse", "triangle", "sine"] = Field(
        "saw", description="Waveform of the second oscillator"
    )
    second_semitones: float = Field(0, ge=-24, le=24, description="Second oscillator above the first, in semitones")
    second_level: float = Field(0.8, ge=0, le=1, description="Level of the second oscillator, to the first as 1")
    sub_level: float = Field(0, ge=0, le=1, description="Level of a square wave an octave below, to the first as 1")
    noise_level: float = Field(0, ge=0, le=1, description="Level of white noise, to the first oscillator as 1")
    pulse_width: float = Field(0.5, ge=0.05, le=0.95, description="Share of the cycle for which a pulse is up")
    pulse_width_depth: float = Field(0, ge=0, le=0.45, description="How far the LFO moves the pulse width")
    unison: int = Field(1, ge=1, le=7, description="How many times each oscillator sounds")
    detune_cents: float = Field(9, ge=0, le=60, description="Mistuning from the lowest to the highest of them, and "
                                                            "between the two oscillators, in cents")
    spread: float = Field(0.5, ge=0, le=1, description="How far they spread from left to right")
    drift_cents: float = Field(1.2, ge=0, le=20, description="How far a note's tuning is off by chance, in cents")
    scatter: float = Field(1, ge=0, le=3, description="How far level and cutoff differ by chance from note to note, to "
                                                      "0.45 dB and half a semitone")

    filter: FilterKind = Field("ladder", description="Four poles with feedback, or a state-variable filter's output")
    cutoff_hz: float = Field(1500, ge=40, le=16000, description="Cutoff of the filter at middle C, in Hz")
    resonance: float = Field(0.2, ge=0, le=1, description="Resonance: 0 none, 1 just below whistling")
    key_tracking: float = Field(0.7, ge=0, le=1, description="How far the cutoff follows the key: 1 with the pitch")
    filter_octaves: float = Field(1.2, ge=-6, le=6, description="How far the envelope opens the filter, in octaves")
    velocity_octaves: float = Field(1.5, ge=0, le=4, description="How far velocity opens it from 0 to 100, in octaves")

    attack_seconds: float = Field(0.006, ge=0.001, le=5, description="Rise of the amplitude, in seconds")
    decay_seconds: float = Field(1.8, ge=0.01, le=20, description="Fall of it to the sustain, in seconds to 60 dB")
    sustain: float = Field(0.75, ge=0, le=1, description="Amplitude of a held note, to its peak as 1")
    release_seconds: float = Field(0.35, ge=0.02, le=10, description="Fall after a note's end, in seconds to 60 dB")
    filter_attack_seconds: float = Field(0.003, ge=0.001, le=5, description="Rise of the filter's envelope, in seconds")
    filter_decay_seconds: float = Field(1.2, ge=0.01, le=20, description="Fall of it, in seconds to 60 dB")
    filter_sustain: float = Field(0.35, ge=0, le=1, description="The filter's envelope in a held note, to its peak")

    voices: Literal["poly", "mono"] = Field("poly", description="Whether notes sound together or one at a time")
    glide_seconds: float = Field(0, ge=0, le=2, description="Glide between tied notes of one voice, in seconds")
    lfo_hz: float = Field(0.6, ge=0.02, le=20, description="Rate of the LFO, in Hz")
    lfo_octaves: float = Field(0, ge=0, le=4, description="How far the LFO moves the cutoff, in octaves")
    vibrato_cents: float = Field(0, ge=0, le=100, description="Vibrato to either side, in cents")
    vibrato_hz: float = Field(5.4, ge=2, le=9, description="Rate of the vibrato, in Hz")
    vibrato_delay_seconds: float = Field(0.25, ge=0, le=3, description="How long a note lasts before its vibrato")

    @model_validator(mode="before")
    @classmethod
    def _start_from_the_preset(cls, given: Any) -> Any:
        name = given.get("preset") if isinstance(given, dict) else None
        if isinstance(name, str) and name in PRESETS:  # anything else is refused by the field
            return {**PRESETS[name], **given}
        return given

    @override
    def midi_program(self) -> int:
        return PROGRAMS[self.preset]

    @override
    def play(self, notes: Sequence[Note], rate: int, frames: int) -> Stereo:
        out = np.zeros((2, frames), np.float32)
        filters = stages(self.filter, self.resonance)
        hiss = generator(0).standard_normal(NOISE).astype(np.float32)
        hiss = np.concatenate([hiss, hiss[:BLOCK]])
        even: dict[float, float] = {}
        for voice in self._voices(notes):
            start, lag = first_sample(voice[0].onset_seconds * rate)
            if start >= frames:
                break
            draw = generator(voice[0].seed)
            highest = max(note.pitch for note in voice)
            if highest not in even:
                even[highest] = self._evenness(highest, filters)
            by_chance = draw.standard_normal(3)
            controls = self._controls(voice, start, rate, frames, by_chance)
            oscillators = self._oscillators(draw, float(controls[0, 0]) * lag / rate)
            oscillators = oscillators[oscillators[:, 1] * controls[:, 0].max() < 0.45 * rate]
            level = LEVEL * even[highest] * 10 ** (PARTS_DB * self.scatter * float(np.clip(by_chance[2], -2, 2)) / 20)
            oscillators[:, 4:] *= level
            noise = self.noise_level * level * math.sqrt(rate / 48000)
            add_voice(out, start, oscillators, controls, filters, hiss, int(draw.integers(NOISE)), noise, rate)
        return out

    def _voices(self, notes: Sequence[Note]) -> Iterator[list[Note]]:
        """Yield the notes of each voice: one note, or in mono all notes that begin before the voice has ended."""
        held: list[Note] = []
        for note in notes:
            if held and (self.voices == "poly" or note.onset_seconds > max(
                    n.end_seconds for n in held) + GONE * self.release_seconds):
                yield held
                held = []
            held.append(note)
        if held:
            yield held

    def _controls(self, voice: list[Note], start: int, rate: int, frames: int, by_chance: Reals) -> Reals:
        """Compute the controls of one voice for ``add_voice``."""
        end = max(note.end_seconds for note in voice) + GONE * self.release_seconds
        rows = math.ceil((min(end, (frames + BLOCK) / rate) * rate - start) / BLOCK) + 2
        time = (start + BLOCK * np.arange(rows)) / rate
        gates, tied = _gates(voice)
        loud = gated(Envelope(self.attack_seconds, self.decay_seconds, self.sustain, self.release_seconds), gates, time)
        opened = gated(Envelope(self.filter_attack_seconds, self.filter_decay_seconds, self.filter_sustain,
                                self.release_seconds), gates, time)
        pitch, velocity, since = np.empty(rows), np.empty(rows), np.empty(rows)
        edges = [*np.searchsorted(time, [note.onset_seconds for note in voice]).tolist(), rows]
        edges[0] = 0
        before = voice[0].pitch
        for note, ties, low, high in zip(voice, tied, edges, edges[1:], strict=False):
            at = time[low:high] - note.onset_seconds
            here = np.full(high - low, float(note.pitch))
            if note.bend:
                seconds, cents = np.array(note.bend).T
                here += np.interp(at, seconds, cents) / 100
            if ties and self.glide_seconds > 0:
                here += (before - note.pitch) * np.maximum(1 - at / self.glide_seconds, 0)
            pitch[low:high], velocity[low:high], since[low:high] = here, note.velocity, at
            before = note.pitch
        pitch += self.drift_cents / 100 * float(np.clip(by_chance[0], -2, 2))
        if self.vibrato_cents > 0:
            rises = np.clip((since - self.vibrato_delay_seconds) / VIBRATO_RISE_SECONDS, 0, 1)
            pitch += self.vibrato_cents / 100 * rises * np.sin(2 * np.pi * self.vibrato_hz * since)
        octaves = self._octaves(pitch, velocity)
        octaves += self.filter_octaves * opened
        octaves += PARTS_OCTAVES * self.scatter * float(np.clip(by_chance[1], -2, 2))
        sways: Reals | float = 0.0
        if self.lfo_octaves > 0 or self.pulse_width_depth > 0:
            sways = np.sin(2 * np.pi * self.lfo_hz * (time - voice[0].onset_seconds) + by_chance[1])
            octaves += self.lfo_octaves * sways
        cutoff = np.minimum(self.cutoff_hz * np.exp2(octaves), min(BRIGHTEST_HZ, 0.45 * rate))
        controls = np.empty((rows, 4))
        controls[:, 0] = hertz(0) * np.exp2(pitch / 12)
        controls[:, 1] = loud * _gains(velocity, rate)
        controls[-1, 1] = 0.0
        controls[:, 2] = np.tan(np.pi * cutoff / rate)
        controls[:, 3] = np.clip(self.pulse_width + self.pulse_width_depth * sways, 0.03, 0.97)
        return controls

    def _octaves(self, pitch: Any, velocity: Any) -> Any:
        """Return by how many octaves key and velocity move the cutoff."""
        return self.key_tracking * (pitch - TRACKED_FROM) / 12 + self.velocity_octaves * (velocity / 100 - 1)

    def _oscillators(self, draw: np.random.Generator, cycles: float) -> Reals:
        """Return the oscillators for ``add_voice``; ``cycles`` is the phase of the note at its first sample."""
        count = self.unison
        place = np.linspace(-1, 1, count) if count > 1 else np.zeros(1)
        rows: list[tuple[float, ...]] = []
        both = [(self.wave, 0.0, 1.0, -1.0), (self.second_wave, self.second_semitones, self.second_level, 1.0)]
        for wave, semitones, level, side in both:
            if wave == "none" or level == 0:
                continue
            apart = 0.0 if self.second_wave == "none" or self.second_level == 0 or self.unison > 1 else 0.5 * side
            for at in place.tolist():
                ratio = 2 ** (semitones / 12 + self.detune_cents * (0.5 * at + apart) / 1200)
                pan = self.spread * (at * side if count > 1 else 2 * apart)
                left, right = math.sqrt((1 - pan) / 2), math.sqrt((1 + pan) / 2)
                starts = draw.uniform(-STARTS_WITHIN, STARTS_WITHIN) + 0.5
                rows += _oscillator(wave, ratio, starts + cycles * ratio, level / math.sqrt(count), left, right)
        if self.sub_level > 0:
            rows += _oscillator("square", 0.5, 0.5 * cycles, self.sub_level, math.sqrt(0.5), math.sqrt(0.5))
        return np.array(rows)

    def _evenness(self, pitch: float, filters: Reals) -> float:
        """Return the gain that makes all keys equally loud, from their partials behind the filter of a held note."""
        cutoff = self.cutoff_hz * 2 ** (self._octaves(pitch, 100.0) + self.filter_octaves * max(
            self.filter_sustain, 0.5))
        partial = np.arange(1.0, 65.0)
        power, open_power = 0.0, 0.0
        for wave, ratio, level in ((self.wave, 1.0, 1.0), (self.second_wave, 2 ** (self.second_semitones / 12),
                                                           self.second_level), ("square", 0.5, self.sub_level)):
            if wave == "none" or level == 0:
                continue
            hz: Reals = hertz(pitch) * ratio * partial
            odd = partial % 2
            strength = {"saw": 1 / partial, "triangle": 4 / np.pi * odd / partial**2, "sine": 1.0 * (partial == 1),
                        "pulse": 2 * np.sin(np.pi * partial * self.pulse_width) / partial, "square": 2 * odd / partial}
            sent = np.where(hz < BRIGHTEST_HZ, (level * 2 / np.pi * strength[wave]) ** 2 / 2 * half_k(hz), 0.0)
            power += float(np.sum(sent * magnitude(filters, hz / min(cutoff, BRIGHTEST_HZ)) ** 2))
            open_power += float(np.sum(sent))
        return 1 / math.sqrt((power + MOST_LOST * open_power + 1e-9) * max(self.sustain, 0.5))


def _oscillator(wave: str, ratio: float, phase: float, level: float, left: float, right: float
                ) -> list[tuple[float, ...]]:
    """Return rows for ``add_voice``. A pulse is a sawtooth minus another that leads by the pulse width."""
    if wave in PLAIN:
        return [(PLAIN[wave], ratio, phase, 0.0, level * left, level * right)]
    lead = phase + (0.5 if wave == "square" else 0.0)
    return [(SAW, ratio, phase, 0.0, level * left, level * right),
            (SAW, ratio, lead, 0.0 if wave == "square" else 1.0, -level * left, -level * right)]


def _gates(voice: list[Note]) -> tuple[list[tuple[float, float]], list[bool]]:
    """Return the spans for which a key of a voice is down, and whether each note is tied to the one before."""
    gates: list[tuple[float, float]] = []
    tied = []
    for note in voice:
        ties = bool(gates) and (note.onset_seconds <= gates[-1][1] + LEGATO_SECONDS or note.articulation in LEGATO)
        tied.append(ties)
        if ties:
            gates[-1] = (gates[-1][0], max(gates[-1][1], note.end_seconds))
        else:
            gates.append((note.onset_seconds, note.end_seconds))
    return gates, tied


def _gains(velocity: Reals, rate: int) -> Reals:
    """Return the amplitudes of velocities, smoothed over milliseconds where a note takes over a voice."""
    gain: Reals = (velocity / 100) ** 1.5
    if gain[0] == gain.min() == gain.max():
        return gain
    window = np.hanning(max(round(0.006 * rate / BLOCK), 1) + 2)[1:-1]
    padded = np.concatenate([np.full(len(window) - 1, gain[0]), gain])
    return np.convolve(padded, window / window.sum(), mode="valid")
