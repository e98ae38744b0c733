"""Speech taken apart: the spectral envelope of every 5 ms as a cepstrum, and the pitch where the engine has its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.fft

from instruments._vocal_phones import is_voiced
from instruments._vocal_source import Speech

HOP_SECONDS = 0.005
CEPSTRUM_SECONDS = 0.010  # quefrencies kept: what is finer than 100 Hz is the source's pitch
UNVOICED_WINDOW_HZ = 320.0  # a burst is sharp in time: its window is 3/320 s
LOWEST_SPOKEN_HZ, HIGHEST_SPOKEN_HZ = 100.0, 330.0
FLOOR = 1e-10  # of the power spectrum, 60 dB below the quietest breath: a logarithm has no −∞
_SHARPEN = -0.15  # q₁ of the lifter: Morise (2015), section 3.3


@dataclass(frozen=True)
class Analysis:
    """A line's envelopes. ``cepstra`` float32 (frames, quefrencies) of the log magnitude, one-sided (index 0 and
    twice the rest): frame k is centred at ``k · HOP_SECONDS``. ``pitch_hz`` float64 (frames,), where it is tracked."""

    cepstra: np.ndarray
    pitch_hz: np.ndarray
    rate: int


def analyse(speech: Speech, monotone_hz: float | None) -> Analysis:
    """Envelopes of a line by pitch-adaptive smoothing: Morise, "CheapTrick", Speech Communication 67 (2015).

    monotone_hz
        The pitch the line was spoken on; None where it has its own melody, which is then tracked.
    """
    audio = speech.audio.astype(np.float64)
    count = int(audio.size / speech.rate / HOP_SECONDS) + 1
    seconds = np.arange(count) * HOP_SECONDS
    if monotone_hz is None:
        pitch = _track(audio, speech.rate, seconds, _voiced(speech, seconds))
    else:
        pitch = np.full(count, monotone_hz)
    width = np.where(_voiced(speech, seconds), pitch, UNVOICED_WINDOW_HZ)
    return Analysis(_cepstra(audio, speech.rate, seconds, width), pitch, speech.rate)


def _voiced(speech: Speech, seconds: np.ndarray) -> np.ndarray:
    starts = np.array([phone.start_seconds for phone in speech.phones])
    kinds = np.array([is_voiced(phone.symbol) for phone in speech.phones])
    voiced: np.ndarray = kinds[np.clip(np.searchsorted(starts, seconds, side="right") - 1, 0, None)]
    return voiced


def _windows(audio: np.ndarray, rate: int, seconds: np.ndarray, half: int) -> tuple[np.ndarray, np.ndarray]:
    """Stretches of 2 half + 1 samples about each time, and each sample's distance from it in seconds."""
    padded = np.pad(audio, (half, half + rate))
    centres = np.round(seconds * rate).astype(np.int64)
    cut = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1)[centres]
    return cut, np.arange(-half, half + 1) / rate


def _cepstra(audio: np.ndarray, rate: int, seconds: np.ndarray, pitch_hz: np.ndarray) -> np.ndarray:
    half = int(1.5 * rate / pitch_hz.min()) + 1
    cut, offset = _windows(audio, rate, seconds, half)
    phase = offset[None, :] * pitch_hz[:, None] / 1.5
    window = np.where(np.abs(phase) < 1, 0.5 + 0.5 * np.cos(np.pi * phase), 0.0)
    size = scipy.fft.next_fast_len(max(2 * half + 1, round(0.03 * rate)), real=True)
    size += size % 2
    framed = cut * window
    framed -= window * (framed.sum(axis=1) / window.sum(axis=1))[:, None]
    power = np.abs(scipy.fft.rfft(framed, size, axis=1)) ** 2 / (window**2).sum(axis=1)[:, None]
    bin_hz = rate / size
    # below the pitch there is no partial: what stands above mirrors into it (Morise, eq. 10)
    bins = np.arange(power.shape[1])
    mirror = np.clip(np.round(pitch_hz[:, None] / bin_hz - bins).astype(int), 0, power.shape[1] - 1)
    low = bins[None, :] * bin_hz < pitch_hz[:, None]
    power = np.where(low, power + np.take_along_axis(power, mirror, 1), power)
    smoothed = _boxcar(power, (2 / 3) * pitch_hz / bin_hz)
    spectrum = np.log(np.maximum(smoothed, FLOOR))
    quefrency = scipy.fft.irfft(spectrum, size, axis=1)[:, : round(CEPSTRUM_SECONDS * rate)]
    turns = pitch_hz[:, None] * np.arange(quefrency.shape[1])[None, :] / rate
    lifter = np.sinc(turns) * (1 - 2 * _SHARPEN + 2 * _SHARPEN * np.cos(2 * np.pi * turns))
    quefrency *= 0.5 * lifter  # of the magnitude, not the power
    quefrency[:, 1:] *= 2
    return quefrency.astype(np.float32)


def _boxcar(power: np.ndarray, width_bins: np.ndarray) -> np.ndarray:
    """Mean over ``width_bins`` bins about each, a width a row; the spectrum mirrors at both ends."""
    edge = int(width_bins.max() / 2) + 2
    mirrored = np.pad(power, ((0, 0), (edge, edge)), mode="reflect")
    total = np.zeros((power.shape[0], mirrored.shape[1] + 1))
    np.cumsum(mirrored, axis=1, out=total[:, 1:])
    centre = np.arange(power.shape[1])[None, :] + edge + 0.5
    rows = np.arange(power.shape[0])[:, None]

    def upto(place: np.ndarray) -> np.ndarray:
        whole = place.astype(np.int64)
        before = total[rows, whole]
        value: np.ndarray = before + (place - whole) * (total[rows, whole + 1] - before)
        return value

    half = width_bins[:, None] / 2
    mean: np.ndarray = (upto(centre + half) - upto(centre - half)) / width_bins[:, None]
    return mean


def _track(audio: np.ndarray, rate: int, seconds: np.ndarray, voiced: np.ndarray) -> np.ndarray:
    """Pitch in Hz by the autocorrelation of 30 ms, normalised by that of its window (Boersma, 1993); held and
    smoothed across what has none. Engines speak without the noise that a tracker for people must weigh."""
    half = round(0.5 * 3 / LOWEST_SPOKEN_HZ * rate)
    cut, _ = _windows(audio, rate, seconds, half)
    window = np.hanning(2 * half + 1)
    size = scipy.fft.next_fast_len(4 * half, real=True)
    framed = (cut - cut.mean(axis=1)[:, None]) * window
    own = scipy.fft.irfft(np.abs(scipy.fft.rfft(framed, size, axis=1)) ** 2, size, axis=1)
    of_window = scipy.fft.irfft(np.abs(scipy.fft.rfft(window, size)) ** 2, size)
    first, last = int(rate / HIGHEST_SPOKEN_HZ), int(rate / LOWEST_SPOKEN_HZ) + 1
    likeness = own[:, : last + 2] / (of_window[: last + 2] * np.maximum(own[:, :1], FLOOR) / of_window[0])
    likeness -= 0.02 * np.log2(np.maximum(np.arange(last + 2), 1) / first)  # of two octaves the higher
    best = np.argmax(likeness[:, first : last + 1], axis=1) + first
    rows = np.arange(len(best))
    left, middle, right = (likeness[rows, best + k] for k in (-1, 0, 1))
    lag = best + 0.5 * (left - right) / np.minimum(left - 2 * middle + right, -1e-9)
    sure = voiced & (middle > 0.5)
    if not sure.any():
        return np.full(len(seconds), 180.0)
    octaves = np.interp(seconds, seconds[sure], np.log2(rate / lag[sure]))
    middle_octave = float(np.median(octaves[sure]))
    octaves = np.clip(octaves, middle_octave - 0.6, middle_octave + 0.6)
    smooth = np.hanning(11)[1:-1]
    padded = np.pad(octaves, len(smooth) // 2, mode="edge")
    pitch: np.ndarray = np.exp2(np.convolve(padded, smooth / smooth.sum(), mode="valid"))
    return pitch
