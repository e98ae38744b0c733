"""Short-time spectra: a sound cut into overlapping windowed frames, each reshaped, laid back over each other.

The squared Hann window, moved by a quarter of its length, adds up to 3/2 at every sample (Griffin and Lim 1984,
"Signal estimation from modified short-time Fourier transform", eq. 6), so frames that were not touched give the sound
back. The window stands on both sides, so what a gain cuts off in one frame is faded in and out by its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import as_strided

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
    squares = np.square(spectra.view(np.float32))
    for channel in squares[1:]:
        squares[0] += channel
    power = np.asarray(squares[0, :, ::2] + squares[0, :, 1::2])
    power[:, 1:-1] *= 2
    return power


def reweigh(audio: np.ndarray, window: np.ndarray, gains: Callable[[np.ndarray, int], np.ndarray]) -> np.ndarray:
    """The sound with a gain on each bin of each of its short-time spectra; phases are kept, and so is the image.

    audio
        shape (channels, frames), float32.
    window
        shape (samples,), float32, a multiple of ``OVERLAP`` long.
    gains
        called with consecutive frames' power, shape (frames, bins), and the number of samples from the sound's start
        to the middle of the first of these frames (negative at first); returns gains of that shape, for all channels.
        Stretches of digital silence are passed over.
    """
    channels, total = audio.shape
    length = window.size
    hop = length // OVERLAP
    spread = OVERLAP - 1
    out = np.empty((channels, total), np.float32)
    late = np.zeros((channels, spread + FRAMES, hop), np.float32)  # overlap-add of what is not complete yet
    frames: np.ndarray = np.empty((channels, FRAMES, length), np.float32)
    synthesis = window / np.float32(SQUARES)
    for first in range(-spread * hop, total, FRAMES * hop):
        late[:, :spread] = late[:, FRAMES:]
        late[:, spread:] = 0
        span = _stretch(audio, first, length + (FRAMES - 1) * hop)
        if span.any():
            strides = (span.strides[0], hop * span.strides[1], span.strides[1])
            np.multiply(as_strided(span, frames.shape, strides, writeable=False), window, out=frames)
            spectra = np.fft.rfft(frames, norm=NORM)
            spectra *= gains(spectrum_power(spectra), first + length // 2)
            np.fft.irfft(spectra, norm=NORM, out=frames)
            frames *= synthesis
            pieces = frames.reshape(channels, FRAMES, OVERLAP, hop)
            for quarter in range(OVERLAP):
                late[:, quarter:quarter + FRAMES] += pieces[:, :, quarter]
        ready = late[:, :FRAMES].reshape(channels, -1)
        start, stop = max(first, 0), min(first + FRAMES * hop, total)
        out[:, start:stop] = ready[:, start - first:stop - first]
    return out


def _stretch(audio: np.ndarray, start: int, samples: int) -> np.ndarray:
    """So many samples from a place on, zeros where there is no sound."""
    inside = audio[:, max(start, 0):max(start + samples, 0)]
    if inside.shape[1] == samples:
        return inside
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
