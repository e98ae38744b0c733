"""Notes to play and ways to measure what came out, for the tests of single instruments."""

from __future__ import annotations

import numpy as np

from instruments import Instrument
from scores.lyrics.line import Delivery, SungLine, Syllable, Utterance, Word
from scores.performance import Note

RATE = 48000
RATES = (44100, 48000, 96000)
ONSET = 0.10001  # seconds; on no sample of any rate


def note(pitch: float, onset: float = 0.1, duration: float = 1.0, velocity: int = 100, seed: int = 5,
         utterance: Utterance | None = None) -> Note:
    return Note(onset, duration, onset, duration, pitch, velocity, seed, None, utterance)


def sounding(pitch: float, onset: float = ONSET, duration: float = 1.0, velocity: int = 100, seed: int = 11,
             utterance: Utterance | None = None) -> Note:
    """A note whose onset falls on no sample of any rate."""
    return Note(onset, duration, onset, duration, pitch, velocity, seed, None, utterance)


def said(manner: str, syllable: str = "la", stress: int = 1, **delivery: float) -> Utterance:
    """A syllable that is a word and a line by itself; an empty one is a breath."""
    word = Word(syllable, syllable, (Syllable(syllable, (), stress),))
    line = SungLine("voice", "A", 1, (word,), Delivery(manner, **delivery))
    return line.utterances[0] if syllable else line.breath


def play(instrument: Instrument, notes: list[Note], seconds: float = 2.0) -> np.ndarray:
    """Both channels, float64 (2, samples)."""
    return instrument.play(notes, RATE, round(seconds * RATE)).astype(np.float64)


def mono(instrument: Instrument, notes: list[Note], seconds: float = 2.0) -> np.ndarray:
    return play(instrument, notes, seconds).mean(axis=0)


def span(audio: np.ndarray, start: float, end: float) -> np.ndarray:
    return audio[..., round(start * RATE):round(end * RATE)]


def level_db(audio: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(audio.astype(np.float64) ** 2) + 1e-30))


def partial(audio: np.ndarray, frequency_hz: float, window_seconds: float = 0.1, step_seconds: float = 0.01
            ) -> tuple[np.ndarray, np.ndarray]:
    """Amplitude and frequency in Hz over time of what is near a frequency, a pair every ``step_seconds``."""
    window = np.hanning(round(window_seconds * RATE))
    baseband = audio * np.exp(-2j * np.pi * frequency_hz * np.arange(audio.size) / RATE)
    step = round(step_seconds * RATE)
    track = np.array([baseband[s:s + window.size] @ window for s in range(0, audio.size - window.size, step)])
    moved = np.angle(track[1:] * track[:-1].conj()) / (2 * np.pi * step / RATE)
    return 2 * np.abs(track) / window.sum(), frequency_hz + moved


def decay_db_per_second(amplitude: np.ndarray, step_seconds: float = 0.01) -> float:
    """Slope of a falling amplitude, positive."""
    time = np.arange(amplitude.size) * step_seconds
    return -float(np.polyfit(time, 20 * np.log10(amplitude), 1)[0])


def power_share(audio: np.ndarray, low_hz: float, high_hz: float) -> float:
    """How much of the power lies between two frequencies."""
    power = np.abs(np.fft.rfft(audio * np.hanning(audio.size))) ** 2
    hz = np.fft.rfftfreq(audio.size, 1 / RATE)
    return float(power[(hz >= low_hz) & (hz < high_hz)].sum() / power.sum())


def centroid_hz(audio: np.ndarray) -> float:
    power = np.abs(np.fft.rfft(audio * np.hanning(audio.size))) ** 2
    return float(np.sum(power * np.fft.rfftfreq(audio.size, 1 / RATE)) / power.sum())


def cents(frequency_hz: np.ndarray, reference_hz: float) -> np.ndarray:
    return 1200 * np.log2(frequency_hz / reference_hz)


def hertz(pitch: float) -> float:
    return float(440 * 2 ** ((pitch - 69) / 12))


def cents_off(audio: np.ndarray, rate: int, frequency_hz: float) -> float:
    """How far the partial near ``frequency_hz`` is off, by the slope of its phase after heterodyning to 0 Hz."""
    window = np.hanning(int(8 * rate / frequency_hz) | 1)
    time = np.arange(audio.size) / rate
    baseband = audio * np.exp(-2j * np.pi * frequency_hz * time)
    starts = np.arange(0, audio.size - window.size, max(1, round(rate / frequency_hz)))
    track = np.array([baseband[s:s + window.size] @ window for s in starts])
    weight = np.abs(track) / np.abs(track).max()
    slope = np.polyfit(starts / rate, np.unwrap(np.angle(track)), 1, w=weight)[0]
    return float(1200 * np.log2(1 + slope / (2 * np.pi * frequency_hz)))
