"""What a recording and our notes have in common: chroma, and where notes begin.

A recording is heard through short-time spectra whose bins are summed to semitones and folded to pitch classes (chroma).
Our notes become the same by a plain model of a note: it decays, and its third and fifth partial sound as the fifth and
the third above it. So no sound has to be rendered, and any voice may play them.

References
----------
M. Müller, "Fundamentals of Music Processing", Springer 2015, chapter 3.
S. Ewert, M. Müller and P. Grosche, "High Resolution Audio Synchronization Using Chroma Onset Features", ICASSP 2009.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft
from scipy.ndimage import gaussian_filter1d, median_filter, uniform_filter1d

from scores.performance import Note, Performance
from scores.score import Score

Reals: TypeAlias = NDArray[np.float64]

# Sample rate at which a recording is heard [Hz].
RATE = 22050
# Frames a second of chroma, and of what tells onsets.
CHROMA_RATE, ONSET_RATE = 50, 200
# Window of each [samples]: one that parts semitones from C3 on, one that is short.
CHROMA_WINDOW, ONSET_WINDOW = 8192, 1024
# Keys whose spectrum is folded to chroma, above what a bass drum blurs, and to the chroma of onsets [MIDI numbers].
CHROMA_KEYS, ONSET_KEYS = (48, 97), (60, 109)
# Strength of compression, log(1 + γ x) for the loudest frame 1 (Müller 2015, 3.1.2).
COMPRESSION = 100.0
# Time in which a note of our model decays to 1/e [s].
DECAY_SECONDS = 1.2
# Partials of our model: semitones above the note, folded, and their share of its energy.
PARTIALS = ((0, 1.0), (7, 0.25), (4, 0.08))
# Lengths of the medians that part what lasts from what is struck [frames, keys].
LASTING_FRAMES, STRUCK_KEYS = 21, 9
# Manners of speaking without a pitch.
UNPITCHED = frozenset({"spoken", "whispered", "rap"})
# Frames from which the tuning is estimated, spread over the recording, and the range of their peaks [Hz].
TUNING_FRAMES, TUNING_HERTZ = 400, (110.0, 1760.0)
# How far a peak may lie below the highest of its frame (log power): 40 dB.
PEAK_DEPTH = 4 * np.log(10)
# Around a moment in which its loudness counts as the usual [s].
USUAL_SECONDS = 2.0


@dataclass(frozen=True)
class Heard:
    """A recording as features.

    Parameters
    ----------
    seconds
        Its length.
    chroma
        Shape (12, frames) at ``CHROMA_RATE``: energy of each pitch class, compressed; C first.
    onsets
        Shape (12, frames) at ``ONSET_RATE``: rise of each pitch class.
    novelty
        Shape (frames,) at ``ONSET_RATE``: rise of the whole spectrum.
    tuning
        How far its A is from 440 Hz [semitones], −0.5 … 0.5.
    """

    seconds: float
    chroma: Reals
    onsets: Reals
    novelty: Reals
    tuning: float
    _blurred: dict[float, tuple[Reals, Reals]] = field(default_factory=dict, repr=False, compare=False)

    def blurred(self, seconds: float) -> tuple[Reals, Reals]:
        """Return rises by pitch class, shape (12, frames), and of all, shape (frames,), blurred and evened out."""
        if seconds not in self._blurred:
            rises = gaussian_filter1d(even(self.onsets, ONSET_RATE), seconds * ONSET_RATE, axis=1)
            whole = gaussian_filter1d(even(self.novelty, ONSET_RATE), seconds * ONSET_RATE)
            self._blurred[seconds] = (rises / max(float(rises.sum(axis=0).std()), 1e-9),
                                      whole / max(float(whole.std()), 1e-9))
        return self._blurred[seconds]


@dataclass(frozen=True)
class Written:
    """Our notes in order of their heard onset, each as ``onset``, ``end`` [s], ``key`` (−1: no pitch) and ``weight``.

    All have shape (notes,).
    """

    onset: Reals
    end: Reals
    key: NDArray[np.int64]
    weight: Reals
    seconds: float

    @cached_property
    def profiles(self) -> Reals:
        """Pitch classes of each note by our model, shape (12, notes); zero without a pitch."""
        found = np.zeros((12, len(self.key)))
        pitched = np.flatnonzero(self.key >= 0)
        for above, share in PARTIALS:
            found[(self.key[pitched] + above) % 12, pitched] += share
        return found

    def chroma(self, rate: float) -> Reals:
        """Return the chroma of the notes, shape (12, frames), at ``rate`` frames a second."""
        frames = int(np.ceil(self.seconds * rate)) + 1
        found = np.zeros((12, frames))
        times = np.arange(frames) / rate
        for onset, end, weight, profile in zip(self.onset, self.end, self.weight, self.profiles.T, strict=True):
            span = slice(int(np.ceil(onset * rate)), min(int(np.ceil(end * rate)) + 1, frames))
            energy = weight * np.exp((onset - times[span]) / DECAY_SECONDS)
            found[:, span] += profile[:, None] * energy
        return np.log1p(COMPRESSION * found / max(float(found.max()), 1e-9))

    def onsets(self, rate: float, seconds: Reals | None = None) -> Reals:
        """Return where notes begin by pitch class, shape (12, frames); ``seconds`` replaces the onsets."""
        return _struck(self.onset if seconds is None else seconds, self.weight * self.profiles, rate, self.seconds)


def _struck(seconds: Reals, weights: Reals, rate: float, until: float) -> Reals:
    frames = int(np.ceil(until * rate)) + 1
    found = np.zeros((len(weights), frames))
    places = np.clip(np.rint(seconds * rate).astype(int), 0, frames - 1)
    for row, weight in zip(found, weights, strict=True):
        np.add.at(row, places, weight)
    return found


def written(score: Score, performance: Performance) -> Written:
    """Return the notes of a performance as the features need them."""
    rows: list[tuple[float, float, int, float]] = []
    for name, part in score.parts.items():
        is_kit = part.voice.drum_program() is not None
        loud = 10 ** (part.level / 20)
        rows += [(note.onset_seconds, note.end_seconds, -1 if is_kit or not _has_pitch(note) else round(note.pitch),
                  loud * (note.velocity / 127) ** 1.5) for note in performance.notes[name] if not note.is_breath]
    rows.sort()
    onset, end, key, weight = (np.array(column) for column in zip(*rows, strict=True)) if rows else [np.zeros(0)] * 4
    return Written(onset, end, key.astype(np.int64), weight, performance.duration_seconds)


def _has_pitch(note: Note) -> bool:
    return note.utterance is None or note.utterance.delivery.manner not in UNPITCHED


def listen(audio: NDArray[np.float32]) -> Heard:
    """Hear a recording.

    Parameters
    ----------
    audio
        Shape (frames,), float32, at ``RATE``, not silent.
    """
    audio = audio.astype(np.float32, copy=False)
    power = _spectra(audio, CHROMA_WINDOW, RATE // CHROMA_RATE)
    some = power[:, ::max(power.shape[1] // TUNING_FRAMES, 1)]
    tuning = _tuning(some)
    tones = _tonal(np.sqrt(_semitones(power, CHROMA_WINDOW, CHROMA_KEYS, tuning)))
    chroma = _folded(np.log1p(COMPRESSION * tones / max(float(tones.max()), 1e-12)), CHROMA_KEYS)
    short = _spectra(audio, ONSET_WINDOW, RATE / ONSET_RATE)
    scale = max(float(short.max()), 1e-12)
    whole = np.log1p(COMPRESSION * np.sqrt(short / scale))
    novelty = np.maximum(np.diff(whole, axis=1, prepend=whole[:, :1]), 0).sum(axis=0)
    bands = _semitones(short, ONSET_WINDOW, ONSET_KEYS, tuning)
    bands = np.log1p(COMPRESSION * np.sqrt(bands / max(float(bands.max()), 1e-12)))
    rises = np.maximum(np.diff(bands, axis=1, prepend=bands[:, :1]), 0)
    return Heard(len(audio) / RATE, chroma, _folded(rises, ONSET_KEYS), novelty, tuning)


def _tuning(power: Reals) -> float:
    """Return how far the peaks of spectra lie from the keys of a piano: the circular mean, weighted by magnitude."""
    first, last = (round(hertz * CHROMA_WINDOW / RATE) for hertz in TUNING_HERTZ)
    low, mid, high = (np.log(np.maximum(power[first + d:last + d], 1e-20)) for d in (-1, 0, 1))
    bins, frames = np.nonzero((mid > low) & (mid > high) & (mid > mid.max(axis=0) - PEAK_DEPTH))
    low, mid, high = low[bins, frames], mid[bins, frames], high[bins, frames]
    place = first + bins + 0.5 * (low - high) / np.minimum(low - 2 * mid + high, -1e-9)
    semitones = 12 * np.log2(place * RATE / CHROMA_WINDOW / 440.0)
    return float(np.angle(np.sum(np.exp(mid / 2) * np.exp(2j * np.pi * semitones))) / (2 * np.pi))


def _spectra(audio: NDArray[np.float32], window: int, hop: float) -> Reals:
    """Return power spectra, shape (bins, frames), each around its moment; ``hop`` may be a fraction [samples]."""
    count = int(len(audio) / hop) + 1
    starts = np.rint(np.arange(count) * hop).astype(int)
    padded = np.pad(audio, (window // 2, window))
    shape = np.hanning(window).astype(np.float32)
    found: NDArray[Any] = np.empty((window // 2 + 1, count), np.float32)  # half the memory
    for begin in range(0, count, 512):  # in blocks, so that an hour of music fits
        rows = padded[starts[begin:begin + 512, None] + np.arange(window)] * shape
        bins = rfft(rows)
        found[:, begin:begin + 512] = (bins.real ** 2 + bins.imag ** 2).T
    return found


def _semitones(power: Reals, window: int, keys: tuple[int, int], tuning: float) -> Reals:
    """Sum spectra to semitones with a triangle of two semitones around each; shape (keys, frames)."""
    hertz = np.arange(1, window // 2 + 1) * RATE / window
    semitones = 69 + 12 * np.log2(hertz / 440.0) - tuning
    weights = np.maximum(1 - abs(np.arange(*keys)[:, None] - semitones), 0)
    weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1.0)
    return np.asarray(weights.astype(np.float32) @ power[1:], dtype=np.float64)


def _tonal(bands: Reals) -> Reals:
    """Return the share of bands that lasts, rather than sounds in all of them at once (Fitzgerald, DAFx 2010)."""
    lasting = median_filter(bands, (1, LASTING_FRAMES)) ** 2
    struck = median_filter(bands, (STRUCK_KEYS, 1)) ** 2
    return np.asarray(bands * lasting / np.maximum(lasting + struck, 1e-20))


def _folded(bands: Reals, keys: tuple[int, int]) -> Reals:
    """Sum semitones to pitch classes, shape (12, frames), C first."""
    found = np.zeros((12, bands.shape[1]))
    for row, key in enumerate(range(*keys)):
        found[key % 12] += bands[row]
    return found


def smoothed(chroma: Reals, rate: float, seconds: float) -> Reals:
    """Return unit vectors of chroma smoothed over a time: harmony without the notes (CENS)."""
    soft = gaussian_filter1d(chroma, seconds * rate / 2, axis=1)
    soft = soft - soft.mean(axis=0, keepdims=True)
    return np.asarray(soft / np.maximum(np.linalg.norm(soft, axis=0), 1e-9))


def even(onsets: Reals, rate: float) -> Reals:
    """Return onsets relative to what is usual around them, so that quiet places count as loud ones do."""
    usual = uniform_filter1d(onsets.sum(axis=0) if onsets.ndim > 1 else onsets, round(USUAL_SECONDS * rate))
    return np.asarray(onsets / np.maximum(usual, 0.05 * max(float(usual.max()), 1e-9)))
