"""A voice with closed lips: it hums sung lines, and whispers the others as breath in the rhythm of their words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import ClassVar

import numpy as np
from pydantic import Field

from instruments.dsp.arrays import Complexes, Floats, Stereo
from instruments.dsp.notes import hertz, velocity_gain
from instruments.dsp.random import kernel_seed
from instruments.voice import tract
from instruments.voice.delivery import HUMMED, SUNG, gain_db
from instruments.voice.formants import HUM_HZ, HUM_ZERO_HZ, SCHWA_HZ, Formants, mouth
from instruments.voice.patch import Melodic
from scores.lyrics.line import Delivery
from scores.performance import Note

# Level of a sung note [r.m.s.] at velocity 100: peaks near −12 dBFS.
LEVEL = 0.12
# Time between two control frames [s].
HOP_SECONDS = 0.002
# Highest frequency of the glottal pulse [Hz].
BRIGHTEST_HZ = 9000.0
# Longest hiss of a whispered consonant [s].
HISS_SECONDS = 0.07
# A lax and a pressed glottal pulse: share of the cycle in which the folds are open, and attenuation at 3 kHz [dB].
LAX = (0.85, 24.0)
PRESSED = (0.55, 6.0)
# Time in which formants and nasality move from one note to the next [s].
SMOOTH_SECONDS = 0.05
# Time after which the narrowest resonance has decayed by 90 dB [s].
RING_SECONDS = 0.03


class Hum(Melodic):
    """A wordless hum, whisper or breath, as the delivery of each note says. A note ends where the next begins."""

    name: ClassVar[str] = "hum"
    program: ClassVar[int] = 54
    sings: ClassVar[bool] = True
    range: ClassVar[tuple[int, int]] = (45, 84)

    scoop_cents: float = Field(40, ge=0, le=200, description="How far below the first note a phrase begins, in cents")
    vibrato_cents: float = Field(28, ge=0, le=100, description="Vibrato of long notes to either side, in cents")
    attack_seconds: float = Field(0.07, ge=0.005, le=0.5, description="Rise and fall of a phrase, in seconds")
    articulation: float = Field(0.45, ge=0, le=1, description="How clearly one syllable is set off from the next")

    def play(self, notes: Sequence[Note], rate: int, frames: int) -> Stereo:
        out = np.zeros((2, frames), np.float32)
        hop = max(round(HOP_SECONDS * rate), 1)
        for phrase in self._phrases(notes):
            start = round(phrase[0].onset_seconds * rate)
            if start >= frames:
                break
            controls, pulses = self._mouth_and_throat(phrase, rate, hop)
            tract.add_voice(out, start, controls, hop, pulses, float(rate), kernel_seed(phrase[0].seed))
        return out

    def _phrases(self, notes: Sequence[Note]) -> Iterator[list[Note]]:
        """Group notes whose gaps are no longer than the legato; a group is synthesised at once."""
        phrase: list[Note] = []
        for note in notes:
            if phrase and note.onset_seconds - phrase[-1].end_seconds > self.legato_seconds:
                yield phrase
                phrase = []
            phrase.append(note)
        if phrase:
            yield phrase

    def _mouth_and_throat(self, phrase: list[Note], rate: int, hop: int) -> tuple[Floats, Floats]:
        """Control frames and glottal cycles of a phrase, as ``add_voice`` takes them.

        Controls are written as steps, note by note, and then smoothed: pitch and formants to both sides of a step,
        gains only after it, so that nothing is heard before its note.
        """
        per_second = rate / hop
        begins = [round((note.onset_seconds - phrase[0].onset_seconds) * per_second) for note in phrase]
        ends = [round((note.end_seconds - phrase[0].onset_seconds) * per_second) for note in phrase]
        tail = math.ceil((max(self.attack_seconds, SMOOTH_SECONDS) + RING_SECONDS) * per_second)
        steps = np.zeros((max(*ends, *begins) + 1 + tail, tract.COLUMNS))
        highest = hertz(max(note.pitch for note in phrase))
        harmonics = max(int(min(BRIGHTEST_HZ, 0.45 * rate) / (1.06 * highest)), 1)
        spectra = [tract.glottal_spectrum(harmonics, highest, *shape) for shape in (LAX, PRESSED)]

        for i, note in enumerate(phrase):
            last = i + 1 == len(phrase)
            begin, until = begins[i], len(steps) if last else begins[i + 1]
            end = max(min(ends[i], until), begin + 1)
            delivery = note.utterance.delivery if note.utterance else SUNG
            held = steps[begin:until]
            held[:, tract.PITCH] = math.log2(hertz(note.pitch)) + self._vibrato(note, len(held), per_second)
            held[:, tract.SHELF] = 0.5 - 0.95 * delivery.distance  # the nearer, the more of the chest
            held[:, tract.HISS_HZ] = 2500.0
            gain = LEVEL * velocity_gain(note.velocity) * 10 ** (gain_db(delivery) / 20)
            if delivery.manner == "sung":
                legato = not last and _manner(phrase[i + 1]) == "sung"
                self._hum(held, end - begin if not legato else until - begin, note, delivery, gain, spectra, rate)
                if i:
                    dip = round(0.04 * per_second)
                    held[:dip, tract.VOICE] *= 1 - self.articulation
            elif delivery.manner == "breath":
                self._inhale(held[: end - begin], gain, rate)
                self._shape(held, HUM_HZ, tract.NASAL_POLE_HZ)
            else:
                self._whisper(held, end - begin, note, delivery.manner == "spoken", gain, rate)

        steps[:, tract.PITCH] -= self.scoop_cents / 1200 * np.exp(-np.arange(len(steps)) / (0.05 * per_second))
        moving = round(SMOOTH_SECONDS * per_second)
        _smooth(steps, tract.PITCH, round(self.portamento_seconds * per_second), before=True)
        _smooth(steps, tract.VOICE, round(self.attack_seconds * per_second), before=False)
        _smooth(steps, tract.ASPIRATION, round(self.attack_seconds * per_second), before=False)
        _smooth(steps, tract.WHISPER, moving // 2, before=False)
        _smooth(steps, tract.HISS, moving // 2, before=False)
        for column in (tract.PRESS, tract.FORMANT_1, tract.FORMANT_2, tract.FORMANT_3, tract.NASAL_ZERO):
            _smooth(steps, column, moving, before=True)
        _smooth(steps, tract.SHELF, moving, before=True)
        steps[:, tract.PITCH] = np.exp2(steps[:, tract.PITCH])
        return steps, np.hstack([tract.glottal_cycle(spectrum) for spectrum in spectra])

    def _vibrato(self, note: Note, rows: int, per_second: float) -> Floats:
        """Vibrato of one note in octaves, row by row."""
        if not self.has_vibrato(note.duration_seconds):
            return np.zeros(rows)
        return self.vibrato_octaves(np.arange(rows) / per_second - self.vibrato_delay_seconds, self.vibrato_hz)

    @staticmethod
    def _shape(held: Floats, formants_hz: Formants, nasal_zero_hz: float) -> None:
        held[:, tract.FORMANT_1 : tract.FORMANT_3 + 1] = formants_hz
        held[:, tract.NASAL_ZERO] = nasal_zero_hz

    def _hum(
        self, held: Floats, rows: int, note: Note, delivery: Delivery, gain: float, spectra: list[Complexes],
        rate: int,
    ) -> None:
        """Hum a note. Its level does not depend on whether a partial meets a resonance."""
        pitch_hz = hertz(note.pitch)
        # a high voice tunes its first resonance to its pitch: Joliveau, Smith and Wolfe, Nature 427 (2004)
        formants = (max(HUM_HZ[0], 1.02 * pitch_hz), *HUM_HZ[1:])
        self._shape(held, formants, HUM_ZERO_HZ)
        press = delivery.effort * (1 - 0.5 * delivery.breathiness)
        held[:, tract.PRESS] = press
        spectrum = (1 - press) * spectra[0] + press * spectra[1]
        passed = tract.response(np.arange(1, len(spectrum) + 1) * pitch_hz, formants, HUM_ZERO_HZ, rate)
        held[:rows, tract.VOICE] = gain / math.sqrt(2 * float(np.sum(np.abs(spectrum * passed) ** 2)))
        breath = gain * 10 ** ((24 * delivery.breathiness - 36) / 20)
        held[:rows, tract.ASPIRATION] = breath / _noise_level(formants, HUM_ZERO_HZ, rate)

    def _whisper(self, held: Floats, rows: int, note: Note, spoken: bool, gain: float, rate: int) -> None:
        """Whisper a syllable: noise through its vowel, hisses for its consonants. In speech the formants move more."""
        utterance = note.utterance
        vowel, onset, coda = mouth(utterance.syllable if utterance else "")
        stress = utterance.stress if utterance else 1
        gain *= 10 ** ((HUMMED.manner_db["spoken" if spoken else "whispered"] + HUMMED.stress_db[stress]) / 20)
        formants = (1.1 * vowel[0], vowel[1], vowel[2])  # Kallail and Emanuel, J. Speech Hear. Res. 27 (1984)
        self._shape(held, formants, tract.NASAL_POLE_HZ)
        if spoken:
            self._shape(held[: rows // 4], SCHWA_HZ, tract.NASAL_POLE_HZ)
            self._shape(held[3 * rows // 4 :], SCHWA_HZ, tract.NASAL_POLE_HZ)
        hissing = min(round(HISS_SECONDS / HOP_SECONDS), rows // 3)
        held[:rows, tract.WHISPER] = gain / _noise_level(formants, tract.NASAL_POLE_HZ, rate)
        held[:rows, tract.WHISPER] *= np.linspace(1, 0.5, rows)
        for hiss, place in ((onset, slice(0, hissing)), (coda, slice(rows - hissing, rows))):
            if hiss:
                level_db, middle_hz = hiss
                held[place, tract.WHISPER] *= 0.3
                held[place, tract.HISS_HZ] = middle_hz
                held[place, tract.HISS] = gain * 10 ** (level_db / 20) / _hiss_level(middle_hz, rate)

    @staticmethod
    def _inhale(held: Floats, gain: float, rate: int) -> None:
        """Breathe in: a band of noise from 0.9 to 7 kHz, which swells and stops short."""
        share = np.linspace(0, 1, len(held))
        held[:, tract.HISS_HZ] = 1900 + 900 * share
        swell = np.sin(np.pi * share**1.6) ** 2
        held[:, tract.HISS] = gain * 10 ** (HUMMED.manner_db["breath"] / 20) * swell / _hiss_level(2500.0, rate)


def _manner(note: Note) -> str:
    """Return the manner of a note; a note without words is sung."""
    return note.utterance.delivery.manner if note.utterance else SUNG.manner


def _smooth(steps: Floats, column: int, rows: int, before: bool) -> None:
    """Smooth the steps of a column with a raised cosine of ``rows``, in place: around each step, or only after it."""
    window = np.hanning(max(rows, 1) + 2)[1:-1]
    ahead = len(window) // 2 if before else 0
    padded = np.concatenate([
        np.full(len(window) - 1 - ahead, steps[0, column] if before else 0.0),
        steps[:, column],
        np.full(ahead, steps[-1, column]),
    ])
    steps[:, column] = np.convolve(padded, window / window.sum(), mode="valid")


@lru_cache(maxsize=256)
def _noise_level(formants_hz: Formants, nasal_zero_hz: float, rate: int) -> float:
    """R.m.s. of uniform noise after the tract."""
    hz = np.linspace(0, rate / 2, 1024)
    passed = tract.response(hz, formants_hz, nasal_zero_hz, rate)
    return math.sqrt(float(np.mean(passed**2)) / 3)


def _hiss_level(middle_hz: float, rate: int) -> float:
    """R.m.s. of uniform noise after the band of hiss, whose equivalent width is π/2 · damping · centre frequency."""
    return math.sqrt(math.pi / 2 * middle_hz / tract.HISS_DAMPING / (rate / 2) / 3)
