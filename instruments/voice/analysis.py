"""Analysis of speech: the spectral envelope of every 5 ms as a cepstrum, and the pitch of spoken lines.

References
----------
.. [1] Morise, M. (2015). CheapTrick, a spectral envelope estimator. Speech Communication 67, 1-7.
.. [2] Boersma, P. (1993). Accurate short-term analysis of the fundamental frequency. IFA Proceedings 17, 97-110.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numba import njit

from instruments.dsp.arrays import Booleans, Floats, Integers, Mono, Spectra
from instruments.dsp.transform import back, fast_size, forward
from instruments.voice.phones import is_voiced
from instruments.voice.source import HOP_SECONDS, Phone, Speech

# Longest quefrency that is kept [s]: detail finer than 100 Hz is the source's pitch.
CEPSTRUM_SECONDS = 0.010
# Pitch that sets the window of unvoiced frames [Hz]: 3/320 s, short enough for a burst.
UNVOICED_WINDOW_HZ = 320.0
# Range in which the pitch of a spoken line is sought [Hz].
LOWEST_SPOKEN_HZ = 100.0
HIGHEST_SPOKEN_HZ = 330.0
# Least power of a bin, 60 dB below the quietest breath, so that its logarithm is finite.
FLOOR = 1e-10
# Band whose level shows whether a vowel sounds [Hz].
VOICE_HZ = (120.0, 1500.0)
# Level of that band [dB], relative to its maximum in the vowel, above which the vowel has begun: minus this.
SOUNDING_DB = 9.0
# Coefficient q₁ of the lifter: [1]_, section 3.3.
_SHARPEN = -0.15
# Pitch of a line in which none was found [Hz].
_UNKNOWN_HZ = 180.0


@dataclass(frozen=True)
class Analysis:
    """A line as it was said, ready to be sung.

    Parameters
    ----------
    cepstra
        Cepstra of the log magnitude, one-sided (index 0 and twice the rest); float32, shape (frames, quefrencies).
        Frame k is centred at k · ``HOP_SECONDS``.
    pitch_hz
        Pitch [Hz]; float64, shape (frames,).
    phones
        The phones of the line; each vowel begins where it is heard.
    rate
        Sample rate of the speech [Hz].
    """

    cepstra: Floats
    pitch_hz: Floats
    phones: tuple[Phone, ...]
    rate: int


def analyse(speech: Speech, monotone_hz: float | None) -> Analysis:
    """Analyse a line by pitch-adaptive smoothing [1]_.

    Parameters
    ----------
    speech
        The line as it was said.
    monotone_hz
        The pitch on which it was said [Hz]; None where it has its own melody, which is then tracked.
    """
    audio = speech.audio
    count = int(audio.size / speech.rate / HOP_SECONDS) + 1
    seconds = np.arange(count) * HOP_SECONDS
    if monotone_hz is None:
        pitch = _track(audio, speech.rate, seconds, _voiced(speech, seconds))
    else:
        pitch = np.full(count, monotone_hz)
    width = np.where(_voiced(speech, seconds), pitch, UNVOICED_WINDOW_HZ)
    cepstra, level_db = _cepstra(audio, speech.rate, seconds, width)
    return Analysis(cepstra, pitch, _from_where_they_sound(speech.phones, level_db), speech.rate)


def _from_where_they_sound(phones: tuple[Phone, ...], level_db: Floats) -> tuple[Phone, ...]:
    """Move the beginning of each vowel to where its voice sounds, at most to its middle.

    An engine may breathe for up to 100 ms into a first vowel or after a stop; a singer puts the voice on the beat.
    """
    moved = list(phones)
    for i, phone in enumerate(phones):
        first, last = round(phone.start_seconds / HOP_SECONDS), round(phone.end_seconds / HOP_SECONDS)
        if not phone.is_vowel or i == 0 or last - first < 4:
            continue
        inside = level_db[first:last]
        late = int(np.argmax(inside > inside.max() - SOUNDING_DB)) * HOP_SECONDS
        begin = phone.start_seconds + min(late, 0.5 * (phone.end_seconds - phone.start_seconds))
        moved[i] = replace(phone, start_seconds=begin)
        moved[i - 1] = replace(moved[i - 1], end_seconds=begin)
    return tuple(moved)


def _voiced(speech: Speech, seconds: Floats) -> Booleans:
    """Return whether the phone at each time [s] is voiced; shape (n,)."""
    starts = np.array([phone.start_seconds for phone in speech.phones])
    kinds = np.array([is_voiced(phone.symbol) for phone in speech.phones])
    voiced: Booleans = kinds[np.clip(np.searchsorted(starts, seconds, side="right") - 1, 0, None)]
    return voiced


def _cepstra(audio: Mono, rate: int, seconds: Floats, pitch_hz: Floats) -> tuple[Floats, Floats]:
    """One-sided cepstra of the log magnitude, float32 (frames, quefrencies), and the level of the voice's band [dB]."""
    half = int(1.5 * rate / pitch_hz.min()) + 1
    kept = round(CEPSTRUM_SECONDS * rate)
    size = 2 * fast_size(max(half + 1, kept + 1))
    framed = np.zeros((len(seconds), size), np.float32)
    centres = np.round(seconds * rate).astype(np.int64)
    _window(np.pad(audio, (half, half + rate)), centres, half, pitch_hz / rate, framed)
    spectra = forward(framed, size)
    power = np.empty(spectra.shape, np.float32)
    level_db = np.empty(len(seconds))
    first, last = (round(edge * size / rate) for edge in VOICE_HZ)
    _smooth_spectra(spectra, pitch_hz * size / rate, first, last, power, level_db)
    cepstra = np.ascontiguousarray(back(np.log(power, out=power), size)[:, :kept])
    _lift(cepstra, pitch_hz / rate)
    return cepstra, level_db


@njit(cache=True, nogil=True)
def _window(audio: Mono, centres: Integers, half: int, pitch: Floats, framed: Floats) -> None:
    """Cut three periods around each centre with a Hann window of unit energy, without DC, into rows of ``framed``.

    ``pitch`` is in cycles per sample, one a frame; ``audio`` is delayed by ``half`` samples.
    """
    window = np.empty(2 * half + 1, np.float32)
    energy = weight = known = 0.0
    reach = 0
    for row in range(centres.size):
        if pitch[row] != known:  # neighbouring frames often share their pitch
            known = pitch[row]
            reach = min(int(1.5 / known), half)
            energy = weight = 0.0
            for k in range(-reach, reach + 1):
                w = 0.5 + 0.5 * math.cos(math.pi * k * known / 1.5)
                window[k + reach] = w
                energy, weight = energy + w * w, weight + w
        first = centres[row] + half - reach
        total = 0.0
        for k in range(2 * reach + 1):
            total += audio[first + k] * window[k]
        mean, scale = np.float32(total / weight), np.float32(1.0 / math.sqrt(energy))
        for k in range(2 * reach + 1):
            framed[row, k] = (audio[first + k] - mean) * window[k] * scale


@njit(cache=True, nogil=True)
def _lift(cepstra: Floats, pitch: Floats) -> None:
    """Lifter cepstra of the power and make them one-sided cepstra of the magnitude, in place: [1]_, eqs 5 and 9.

    ``pitch`` is in cycles per sample, one a frame. Sines and cosines are computed by recurrence.
    """
    for row in range(cepstra.shape[0]):
        turn = math.pi * pitch[row]
        twice, sine, before = 2.0 * math.cos(turn), 0.0, -math.sin(turn)
        cepstra[row, 0] *= np.float32(0.5)
        for k in range(1, cepstra.shape[1]):
            sine, before = twice * sine - before, sine
            recover = 1.0 - 4.0 * _SHARPEN * sine * sine  # 1 − 2q + 2q cos 2x is 1 − 4q sin² x
            cepstra[row, k] *= np.float32(sine / (turn * k) * recover)


@njit(cache=True, nogil=True)
def _smooth_spectra(
    spectra: Spectra, pitch: Floats, first: int, last: int, smooth: Floats, level_db: Floats
) -> None:
    """Smooth power spectra over two thirds of the pitch (in bins, one a frame) into rows of ``smooth``.

    Below the pitch, where there is no partial, the spectrum above it is mirrored: [1]_, eq. 10.
    """
    bins = spectra.shape[1]
    edge = bins // 2
    power = np.empty(bins)
    total = np.zeros(bins + 2 * edge + 1)
    for row in range(spectra.shape[0]):
        for b in range(bins):
            power[b] = spectra[row, b].real ** 2 + spectra[row, b].imag ** 2
        for b in range(math.ceil(pitch[row] / 2)):
            other = round(pitch[row] - b)
            if other != b:
                power[b] = power[other] = power[b] + power[other]
        for b in range(bins + 2 * edge):
            mirrored = abs(b - edge)
            if mirrored >= bins:
                mirrored = 2 * (bins - 1) - mirrored
            total[b + 1] = total[b] + power[mirrored]
        half = pitch[row] / 3
        voice = 0.0
        for b in range(bins):
            high, low = b + edge + 0.5 + half, b + edge + 0.5 - half
            i, j = int(high), int(low)
            above = total[i] + (high - i) * (total[i + 1] - total[i])
            below = total[j] + (low - j) * (total[j + 1] - total[j])
            mean = (above - below) / (2 * half)
            if first <= b < last:
                voice += mean
            smooth[row, b] = max(mean, FLOOR)
        level_db[row] = 10 * math.log10(voice + FLOOR)


def _track(audio: Mono, rate: int, seconds: Floats, voiced: Booleans) -> Floats:
    """Pitch [Hz] by the autocorrelation of 30 ms, normalised by that of the window [2]_, at every second row.

    The speech of engines has no background noise, so nothing more is needed.
    """
    half = round(0.5 * 3 / LOWEST_SPOKEN_HZ * rate)
    first, last = int(rate / HIGHEST_SPOKEN_HZ), int(rate / LOWEST_SPOKEN_HZ) + 1
    centres = np.round(seconds[::2] * rate).astype(np.int64)
    cut = np.lib.stride_tricks.sliding_window_view(np.pad(audio, (half, half + rate)), 2 * half + 1)[centres]
    window = np.hanning(2 * half + 1).astype(np.float32)
    size = fast_size(2 * half + last + 3)
    own = _autocorrelation((cut - cut.mean(axis=1)[:, None]) * window, size)
    of_window = _autocorrelation(window[None], size)[0]
    likeness = own[:, : last + 2] / (of_window[: last + 2] * np.maximum(own[:, :1], FLOOR) / of_window[0])
    likeness -= 0.02 * np.log2(np.maximum(np.arange(last + 2), 1) / first)  # prefer the higher of two octaves
    best = np.argmax(likeness[:, first : last + 1], axis=1) + first
    rows = np.arange(len(best))
    left, middle, right = (likeness[rows, best + k] for k in (-1, 0, 1))
    peak = 0.5 * (left - right) / np.minimum(left - 2 * middle + right, -1e-9)
    lag = best + np.clip(peak, -0.5, 0.5)  # at the edge of the range there is no peak
    octaves, sure = np.zeros(len(seconds)), np.zeros(len(seconds), bool)
    octaves[::2] = np.log2(rate / lag)
    sure[::2] = voiced[::2] & (middle > 0.5)
    return _carried(octaves, sure)


def _autocorrelation(rows: Floats, size: int) -> Floats:
    spectra = forward(rows, size)
    return back(spectra.real**2 + spectra.imag**2, size)


def _carried(octaves: Floats, sure: Booleans) -> Floats:
    """Pitch [Hz] from binary logarithms that are reliable in some rows: interpolated in the others, and smoothed."""
    if not sure.any():
        return np.full(len(octaves), _UNKNOWN_HZ)
    rows = np.arange(len(octaves))
    octaves = np.interp(rows, rows[sure], octaves[sure])
    middle_octave = float(np.median(octaves[sure]))
    octaves = np.clip(octaves, middle_octave - 0.6, middle_octave + 0.6)
    smooth = np.hanning(11)[1:-1]
    padded = np.pad(octaves, len(smooth) // 2, mode="edge")
    pitch: Floats = np.exp2(np.convolve(padded, smooth / smooth.sum(), mode="valid"))
    return pitch
