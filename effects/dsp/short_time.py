"""Short-time spectra: analysis in overlapping windows, modification, and synthesis by overlap-add.

The squared Hann window with a hop of a quarter of its length sums to 3/2 at every sample (Griffin and Lim 1984,
"Signal estimation from modified short-time Fourier transform", eq. 6), so unmodified frames restore the sound. The
window is applied before and after the modification, so that differences between frames are crossfaded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numba import njit
from numpy.typing import NDArray

# Length of a window [s], 2048 samples at 48 kHz: it resolves the partials of a guitar and keeps its attacks sharp.
WINDOW_SECONDS = 0.043
# Windows that overlap at each sample.
OVERLAP = 4
# Sum of the overlapping squared windows: OVERLAP · 3/8.
SQUARES = 1.5
# Windows processed at a time: few enough to stay in the cache, and they bound the memory.
FRAMES = 24
# Normalisation of the transform: Parseval's theorem has no factor, and numpy stays in single precision, 5 times faster.
NORM: Literal["ortho"] = "ortho"


def window_samples(rate: int, seconds: float = WINDOW_SECONDS) -> int:
    """Return the length of a window [samples]: the power of two nearest to ``seconds``."""
    return int(2 ** round(np.log2(seconds * rate)))


def hann(samples: int) -> NDArray[np.float32]:
    """Make a periodic Hann window, shape (samples,)."""
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(samples) / samples)).astype(np.float32)


def spectrum_power(spectra: NDArray[np.complex64]) -> NDArray[np.float32]:
    """Compute the one-sided power of each bin, summed over the channels; the sum over a frame is its energy.

    Parameters
    ----------
    spectra
        Shape (channels, frames, bins), complex64.

    Returns
    -------
    NDArray
        Shape (frames, bins), float32.
    """
    power = np.empty(spectra.shape[1:], np.float32)
    _power(spectra, power)
    return power


def reweigh(audio: NDArray[np.float32], window: NDArray[np.float32],
            gains: Callable[[NDArray[np.float32], int], NDArray[np.float32]]) -> NDArray[np.float32]:
    """Apply a gain to each bin of each short-time spectrum of a sound; phases and the stereo image are kept.

    Parameters
    ----------
    audio
        Shape (channels, frames), float32.
    window
        Shape (samples,), float32; the number of samples is a multiple of ``OVERLAP``.
    gains
        Called with the power of consecutive frames, shape (frames, bins), and the number of samples from the sound's
        start to the middle of the first of them (negative at first). It returns the gains for all channels, float32,
        of that shape. Stretches of digital silence are skipped.

    Returns
    -------
    NDArray
        A new array of the shape and type of ``audio``.
    """
    channels, total = audio.shape
    length = window.size
    hop = length // OVERLAP
    out = np.zeros((channels, total), np.float32)
    frames: NDArray[Any] = np.empty((channels, FRAMES, length), np.float32)
    spectra: NDArray[Any] = np.empty((channels, FRAMES, length // 2 + 1), np.complex64)
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
    """Overlap-add windowed frames, shape (channels, count, samples), to ``out``, the first at frame ``first``.

    Samples outside of ``out`` are omitted.
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


def _stretch(audio: NDArray[np.float32], start: int, samples: int) -> NDArray[np.float32]:
    """Return ``samples`` frames from ``start`` on, contiguous in memory, with zeros before and after the sound."""
    inside = audio[:, max(start, 0):max(start + samples, 0)]
    if inside.shape[1] == samples:
        return np.ascontiguousarray(inside)
    before = max(-start, 0)
    return np.pad(inside, ((0, 0), (before, samples - before - inside.shape[1])))


def hop_energies(audio: NDArray[np.float32], hop: int) -> NDArray[np.float64]:
    """Compute the energy of each stretch of ``hop`` samples, shape (hops,); the last may be shorter."""
    whole = audio.shape[1] // hop * hop
    energies = np.zeros(-(-audio.shape[1] // hop))
    for channel in audio:
        parts, rest = channel[:whole].reshape(-1, hop), channel[whole:]
        energies[:len(parts)] += np.einsum("nh,nh->n", parts, parts)
        energies[len(parts):] += np.einsum("h,h->", rest, rest)
    return energies
