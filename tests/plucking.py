"""Plucked notes and ways to measure their partials, for the tests of the strings."""

from __future__ import annotations

import numpy as np
from spectra import RATE

from instruments.strings.plucked import PluckedString
from scores.performance import Fingering, Note


def pluck(pitch: float, onset: float = 0.0, duration: float = 4.0, velocity: float = 100, seed: int = 5,
          string: int | None = None) -> Note:
    fingering = None if string is None else Fingering(string, 0)
    return Note(onset, duration, onset, duration, pitch, int(velocity), seed, fingering)


def mono(instrument: PluckedString, *notes: Note, seconds: float = 2.0, rate: int = RATE) -> np.ndarray:
    return instrument.play(notes, rate, round(seconds * rate)).mean(axis=0, dtype=np.float64)


def peak_near(audio: np.ndarray, frequency_hz: float, rate: int = RATE, share: float = 0.02) -> tuple[float, float]:
    """Frequency and level in dB of the highest spectral peak within ``share`` of a frequency (Hann, parabola)."""
    size = 1 << int(np.ceil(np.log2(audio.size * 8)))
    spectrum = np.log(np.abs(np.fft.rfft(audio * np.hanning(audio.size), size)) + 1e-12)
    low, high = (int(frequency_hz * (1 + sign * share) * size / rate) for sign in (-1, 1))
    top = low + int(np.argmax(spectrum[low:high]))
    left, centre, right = spectrum[top - 1:top + 2]
    place = top + 0.5 * (left - right) / (left - 2 * centre + right)
    return place * rate / size, 20 * centre / np.log(10)


def centroid_hz(audio: np.ndarray) -> float:
    """Of magnitudes; ``audio`` begins in silence or fades in, and is faded out here."""
    magnitude = np.abs(np.fft.rfft(audio * np.hanning(2 * audio.size)[audio.size:]))
    return float(np.sum(np.arange(magnitude.size) * magnitude) / np.sum(magnitude) * RATE / audio.size)


def t60_of(audio: np.ndarray, frequency_hz: float, start: float, end: float) -> float:
    """Decay time of one partial from a line through its level in dB."""
    window = np.hanning(round(12 * RATE / frequency_hz))
    time = np.arange(audio.size) / RATE
    baseband = audio * np.exp(-2j * np.pi * frequency_hz * time)
    starts = np.arange(round(start * RATE), round(end * RATE) - window.size, 240)
    levels = [20 * np.log10(np.abs(baseband[s:s + window.size] @ window)) for s in starts]
    return float(-60 / np.polyfit(starts / RATE, levels, 1)[0])
