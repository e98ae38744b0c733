"""Short-time spectra: a sound cut into overlapping windowed frames, each reshaped, laid back over each other.

The squared Hann window, moved by a quarter of its length, adds up to 3/2 at every sample (Griffin and Lim 1984,
"Signal estimation from modified short-time Fourier transform", eq. 6), so frames that were not touched give the sound
back. The window stands on both sides, so what a gain cuts off in one frame is faded in and out by its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numba import njit

WINDOW_SECONDS = 0.043  # 2048 samples at 48 kHz: partials of a guitar apart, its attacks still together
OVERLAP = 4
SQUARES = 1.5  # what the squared windows add up to: OVERLAP · 3/8
FRAMES = 24  # processed at once: few enough to stay in the cache, and memory is bounded by them
NORM: Literal["ortho"] = "ortho"  # no factors in Parseval; and numpy stays in single precision, five times as fast


def window_samples(rate: int, seconds: float = WINDOW_SECONDS) -> int:
    """Length of a window: the power of two nearest to so many seconds."""
    return int(2 ** round(np.log2(seconds * rate)))


def hann(samples: int) -> np.ndarray:
    """Periodic Hann window, shape (samples,), float32."""
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(samples) / samples)).astype(np.float32)


def spectrum_power(spectra: np.ndarray) -> np.ndarray:
    """Power of each bin, all channels together: shape (channels, frames, bins) → (frames, bins), float32.

    Bins between the ends count twice, for themselves and their mirror image: the sum over a frame is its energy.
    """
    power = np.empty(spectra.shape[1:], np.float32)
    _power(spectra, power)
    return power


def reweigh(audio: np.ndarray, window: np.ndarray, gains: Callable[[np.ndarray, int], np.ndarray]) -> np.ndarray:
    """The sound with a gain on each bin of each of its short-time spectra; phases are kept, and so is the image.

    audio
        shape (channels, frames), float32.
    window
        shape (samples,), float32, a multiple of ``OVERLAP`` long.
    gains
        called with consecutive frames' power, shape (frames, bins), and the number of samples from the sound's start
        to the middle of the first of these frames (negative at first); returns gains of that shape, float32, for all
        channels. Stretches of digital silence are passed over.
    """
    channels, total = audio.shape
    length = window.size
    hop = length // OVERLAP
    out = np.zeros((channels, total), np.float32)
    frames: np.ndarray = np.empty((channels, FRAMES, length), np.float32)
    spectra: np.ndarray = np.empty((channels, FRAMES, length // 2 + 1), np.complex64)
    synthesis = window / np.float32(SQUARES)
    for first in range(-(OVERLAP - 1) * hop, total, FRAMES * hop):
        span = _stretch(audio, first, length + (FRAMES - 1) * hop)
        if span.any():
            _cut(span, window, frames)
            np.fft.rfft(frames, norm=NORM, out=spectra)
            _scale(spectra, gains(spectrum_power(spectra), first + length // 2))
            np.fft.irfft(spectra, norm=NORM, out=frames)
            lay_back(frames, synthesis, first, out)
    return out


@njit(cache=True, nogil=True)
def _cut(span: Any, window: Any, frames: Any) -> None:
    hop = window.size // OVERLAP
    for channel in range(frames.shape[0]):
        for number in range(frames.shape[1]):
            part = span[channel, number * hop:number * hop + window.size]
            for i in range(window.size):
                frames[channel, number, i] = part[i] * window[i]


@njit(cache=True, nogil=True)
def _power(spectra: Any, power: Any) -> None:
    channels, frames, bins = spectra.shape
    for number in range(frames):
        for channel in range(channels):
            for k in range(bins):
                value = spectra[channel, number, k]
                square = value.real * value.real + value.imag * value.imag
                power[number, k] = square if channel == 0 else power[number, k] + square
        for k in range(1, bins - 1):
            power[number, k] *= np.float32(2)


@njit(cache=True, nogil=True)
def _scale(spectra: Any, gains: Any) -> None:
    channels, frames, bins = spectra.shape
    for channel in range(channels):
        for number in range(frames):
            for k in range(bins):
                value = spectra[channel, number, k]
                spectra[channel, number, k] = complex(value.real * gains[number, k], value.imag * gains[number, k])


@njit(cache=True, nogil=True)
def lay_back(frames: Any, window: Any, first: int, out: Any) -> None:
    """Add frames, shape (channels, count, samples), under a window to ``out``, the first of them from a place on.

    What lies outside of ``out`` is left away.
    """
    channels, count, length = frames.shape
    total = out.shape[1]
    for channel in range(channels):
        for number in range(count):
            at = first + number * (length // OVERLAP)
            start, stop = max(-at, 0), min(length, total - at)
            if start < stop:
                here = out[channel, at + start:at + stop]
                frame = frames[channel, number, start:stop]
                shape = window[start:stop]
                for i in range(stop - start):
                    here[i] += frame[i] * shape[i]


def _stretch(audio: np.ndarray, start: int, samples: int) -> np.ndarray:
    """So many samples from a place on, zeros where there is no sound; side by side in memory, as kernels want them."""
    inside = audio[:, max(start, 0):max(start + samples, 0)]
    if inside.shape[1] == samples:
        return np.ascontiguousarray(inside)
    before = max(-start, 0)
    return np.pad(inside, ((0, 0), (before, samples - before - inside.shape[1])))


def hop_energies(audio: np.ndarray, hop: int) -> np.ndarray:
    """Energy of each consecutive stretch of ``hop`` samples, shape (hops,), float64; the last may be shorter."""
    whole = audio.shape[1] // hop * hop
    energies = np.zeros(-(-audio.shape[1] // hop))
    for channel in audio:
        parts, rest = channel[:whole].reshape(-1, hop), channel[whole:]
        energies[:len(parts)] += np.einsum("nh,nh->n", parts, parts)
        energies[len(parts):] += np.einsum("h,h->", rest, rest)
    return energies
