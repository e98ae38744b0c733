"""A player of a solo instrument: from the notes of a part to lines that are bowed or blown, phrase by phrase."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import ClassVar, NamedTuple

import numpy as np
from typing_extensions import override

from instruments import Instrument
from instruments.dsp.arrays import Complexes, Reals, Stereo
from instruments.dsp.loudness import half_k
from instruments.dsp.notes import hertz, velocity_gain
from instruments.dsp.partials import first_sample
from instruments.dsp.random import MASK, generator, kernel_seed
from instruments.dsp.scatter import of_strokes
from instruments.dsp.spans import merged
from instruments.solo import gestures
from instruments.solo.cycles import DYNAMICS, tabulated
from instruments.solo.gestures import RELEASE_SECONDS
from instruments.solo.line import COLUMNS, DYNAMIC, GAIN, HZ, NOISE, Cycles, add_line, loop_gain, noise_gain
from instruments.solo.patch import (
    Attack,
    BreathNoise,
    Brightness,
    Drift,
    Legato,
    Portamento,
    Scatter,
    Scoop,
    Swell,
    Vibrato,
    VibratoDelay,
    VibratoRate,
)
from instruments.strings.body import resonate
from scores.performance import Note

LEVEL = 0.082  # r.m.s. of a note at velocity 100, weighted halfway to loudness
HOP_SECONDS = 0.002  # time between two control rows [s]
STROKE_DB = 0.8  # standard deviation of the level from note to note [dB]
VIBRATO_SPREAD = 0.025  # largest deviation of a note's vibrato from the usual rate, as a share of it
SCOOP_SECONDS = 0.09  # time in which a phrase finds its pitch [s]
DRIFT_HZ = (0.31, 0.73, 1.37)  # rates at which the pitch strays [Hz]
LOUDEST_DB = 26.0  # range of level between dynamic 0 and dynamic 1 [dB]; velocity 127 is dynamic 1
BRIGHTEST_HZ = 14_000.0  # upper limit of the harmonics [Hz]
GRID = 32768  # points of the spectrum at which a body's gain is read
CHIFF_SECONDS = 0.03  # time constant of the noise at a beginning [s]


class Voice(NamedTuple):
    """One player of a line: how far it lies from the note."""

    late_seconds: float = 0.0  # how much later it begins [s]
    cents: float = 0.0  # mistuning [cents]
    gain: float = 1.0  # level
    body: int = 0  # index of what radiates
    seed: int = 0  # makes its draws its own


class Solo(Instrument):
    """An instrument whose sound is sustained by a player. Subclasses give source, loop and body."""

    bends: ClassVar[bool] = True
    level: ClassVar[float] = 1.0  # factor of the level, which keeps peaks at velocity 100 below −9 dBFS
    reflects: ClassVar[float] = 0.6  # share of the sound that comes back after a period
    dulls: ClassVar[float] = 0.3  # pole of the low-pass in the loop at 48 kHz
    pulses: ClassVar[float] = 0.5  # how much the noise comes in pulses
    beside: ClassVar[float] = 1.0  # amplitude of the noise beside tube or string, relative to that in it
    noise_dynamic_db: ClassVar[float] = -6.0  # change of noise against tone from the softest to the loudest note
    chiff_db: ClassVar[float] = 6.0  # how much more noise a beginning has
    parting_db: ClassVar[float] = 6.0  # how far the sound dips where one note of a phrase follows another

    attack_seconds: Attack = 0.06
    vibrato_cents: Vibrato = 12
    vibrato_hz: VibratoRate = 5.3
    vibrato_delay_seconds: VibratoDelay = 0.25
    swell_db: Swell = 3
    scoop_cents: Scoop = 20
    drift_cents: Drift = 3
    portamento_seconds: Portamento = 0.04
    legato_seconds: Legato = 0.06
    breath_noise_db: BreathNoise = -34
    brightness: Brightness = 0.5
    scatter: Scatter = 1.0

    def source(self, count: int, hz: float) -> Complexes:
        """Return the harmonics of the source, shape (dynamics, count), at ``DYNAMICS``; ``hz`` is the pitch."""
        raise NotImplementedError

    def bodies(self, rate: int) -> Sequence[Reals]:
        """Return what radiates, each shape (2, taps)."""
        raise NotImplementedError

    def voices(self, phrase: Sequence[Note], phrases: Sequence[Sequence[Note]]) -> Sequence[Voice]:
        """Return the players of a line among all lines of the part."""
        return (Voice(),)

    @override
    def play(self, notes: Sequence[Note], rate: int, frames: int) -> Stereo:
        out = np.zeros((2, frames), np.float32)
        if not notes:
            return out
        phrases = list(self._phrases(notes))
        sources: dict[tuple[float, float], tuple[Complexes, Cycles]] = {}
        for index, body in enumerate(self.bodies(rate)):
            driven, spans = np.zeros((2, frames), np.float32), []
            passes = np.sqrt(np.mean(np.abs(np.fft.rfft(body, GRID)) ** 2, axis=0))
            weights = passes**2 * half_k(np.asarray(np.fft.rfftfreq(GRID, 1 / rate)))
            for phrase in phrases:
                even = None
                for voice in self.voices(phrase, phrases):
                    if voice.body != index:
                        continue
                    start, lag = first_sample((phrase[0].onset_seconds + voice.late_seconds) * rate)
                    if start >= frames:
                        continue
                    if even is None:
                        cycles, even = self._cycles(phrase, rate, passes, sources)
                        hiss = self.level * LEVEL / noise_gain(cycles, rate, weights)
                    controls, hop = self._controls(phrase, voice, even, hiss, rate)
                    end = add_line(driven[0], start, lag, controls, hop, *cycles, float(rate),
                                   kernel_seed((phrase[0].seed + voice.seed) & MASK))
                    spans.append((start, end))
            if spans:
                resonate(driven, merged(spans), body)
                out += driven
        return out

    def _phrases(self, notes: Sequence[Note]) -> Iterator[list[Note]]:
        """Group notes into lines: a note goes on where the nearest one has just ended, else it begins anew."""
        lines: list[list[Note]] = []
        for note in notes:
            open_lines = [line for line in lines if -0.03 <= note.onset_seconds - line[-1].end_seconds
                          <= self.legato_seconds and note.onset_seconds > line[-1].onset_seconds + 0.02]
            if open_lines:
                min(open_lines, key=lambda line: abs(line[-1].pitch - note.pitch)).append(note)
            else:
                lines.append([note])
        yield from lines

    def _cycles(self, phrase: Sequence[Note], rate: int, passes: Reals,
                sources: dict[tuple[float, float], tuple[Complexes, Cycles]]) -> tuple[Cycles, Reals]:
        """Return source and loop of a phrase, and for each note the gain that makes it as loud as any other.

        ``passes`` is the gain of the body at ``GRID`` points of the spectrum; ``sources`` keeps what has been computed.
        """
        highest = hertz(max(note.pitch + max((cents for _, cents in note.bend), default=0.0) / 100 for note in phrase))
        middle = hertz(float(np.mean([note.pitch for note in phrase])))
        if (highest, middle) not in sources:
            count = max(int(min(BRIGHTEST_HZ, 0.45 * rate) / (1.06 * highest)), 1)
            harmonics = self.source(count, middle)
            harmonics = harmonics / np.sqrt(np.sum(np.abs(harmonics) ** 2, axis=1, keepdims=True) / 2)
            sources[highest, middle] = harmonics, Cycles(tabulated(harmonics), self.reflects,
                                                         self.dulls ** (48000 / rate), self.pulses, self.beside)
        harmonics, cycles = sources[highest, middle]
        even = []
        for note in phrase:
            at = self._dynamic(note.velocity) * (len(DYNAMICS) - 1)
            low = min(int(at), len(DYNAMICS) - 2)
            mixed = (1 - at + low) * harmonics[low] + (at - low) * harmonics[low + 1]
            hz = hertz(note.pitch) * np.arange(1, harmonics.shape[1] + 1)
            radiated = np.interp(hz * GRID / rate, np.arange(passes.size), passes)
            passed = loop_gain(cycles, harmonics.shape[1], 2 * math.pi * hertz(note.pitch) / rate) * radiated
            even.append(1 / math.sqrt(float(np.sum(np.abs(mixed * passed) ** 2 * half_k(hz))) / 2))
        return cycles, self.level * LEVEL * np.array(even)

    def _dynamic(self, velocity: float) -> float:
        """Return the dynamic, 0–1, of a velocity."""
        db = 20 * math.log10(velocity_gain(int(velocity)) / velocity_gain(127))
        return min(max(1 + db / LOUDEST_DB + 0.6 * (self.brightness - 0.5), 0.0), 1.0)

    def _controls(self, phrase: Sequence[Note], voice: Voice, even: Reals, hiss: float,
                  rate: int) -> tuple[Reals, int]:
        """Return the control rows of a phrase for ``add_line``, and the samples between them.

        ``even`` is the gain that makes each note as loud as any other, ``hiss`` that of noise as loud as a note.
        """
        hop = max(round(HOP_SECONDS * rate), 1)
        step, began = hop / rate, phrase[0].onset_seconds
        rows = math.ceil((max(note.end_seconds for note in phrase) - began + RELEASE_SECONDS) / step) + 3
        time: Reals = np.arange(rows, dtype=np.float64) * step
        controls = np.zeros((rows, COLUMNS))
        draw = generator([phrase[0].seed & MASK, voice.seed])
        phases, pace = draw.random(len(DRIFT_HZ)), draw.uniform(-VIBRATO_SPREAD, VIBRATO_SPREAD, len(phrase))
        strokes = STROKE_DB * self.scatter * of_strokes(np.array([note.seed & MASK for note in phrase], np.uint64))
        begins = [round((note.onset_seconds - began) / step) for note in phrase]
        parting, level, before = 10 ** (-self.parting_db / 20), 0.0, 0.0
        for index, note in enumerate(phrase):
            last = index + 1 == len(phrase)
            until = rows if last else begins[index + 1]
            here = slice(begins[index], until)
            inside = time[here] - (note.onset_seconds - began)
            if not inside.size:
                continue
            octaves = math.log2(hertz(note.pitch)) + gestures.bend(note, inside)
            if index and note.articulation != "slide":
                octaves += gestures.glide(inside, before - float(octaves[0]), self.portamento_seconds)
            before = float(octaves[-1])
            shaken = gestures.vibrato(note, inside, self.vibrato_cents, self.vibrato_hz * (1 + float(pace[index])),
                                      self.vibrato_delay_seconds)
            rise = self.attack_seconds * (2 - min(note.velocity, 100) / 100)
            shape = gestures.shape(note, inside, rise, gestures.Join(level, index == 0, last, parting))
            level = float(shape[-1])
            swell_db = gestures.swell_db(note, inside, self.swell_db)
            loud = velocity_gain(note.velocity) * 10 ** ((swell_db + strokes[index]) / 20)
            chiff = 1 + (10 ** (self.chiff_db / 20) - 1) * np.exp(-inside / CHIFF_SECONDS)
            dynamic = self._dynamic(note.velocity)
            air_db = self.breath_noise_db + self.noise_dynamic_db * (dynamic - 0.5)
            controls[here, HZ] = octaves + shaken
            controls[here, GAIN] = even[index] * voice.gain * loud * shape
            controls[here, DYNAMIC] = dynamic + (swell_db + 20 * np.log10(np.maximum(shape, 0.1))) / LOUDEST_DB
            controls[here, NOISE] = hiss * voice.gain * loud * shape * 10 ** (air_db / 20) * chiff
        stray = np.sum(np.sin(2 * np.pi * (np.outer(time, DRIFT_HZ) + phases)), axis=1) / len(DRIFT_HZ)
        scoop = self.scoop_cents * gestures.glide(time, -1.0, SCOOP_SECONDS)
        controls[:, HZ] = np.exp2(controls[:, HZ] + (voice.cents + scoop + self.drift_cents * stray) / 1200)
        return controls, hop
