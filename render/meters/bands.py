"""Energies of a part over time that the balance needs: its loudness, its presence and its hiss.

One Fourier transform of each block gives all of them, so that measuring a part costs a fraction of playing it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from render.audio.samples import Curve, Span, Stereo, touched
from render.meters.loudness import k_weighting

# Blocks per second: a syllable of a song lasts several of them.
BLOCKS_PER_SECOND = 20
# Rows of the energies: K-weighted (BS.1770-4), the presence band, and what lies above it.
LOUDNESS, PRESENCE, HISS = range(3)
# Where words are understood [Hz]: the second and third formant, and most consonants.
PRESENCE_HZ = (1000.0, 4000.0)
# Where the hiss of a voice begins [Hz].
HISS_HZ = 3200.0
# Blocks that are transformed at a time, so that they stay in the cache.
_AT_A_TIME = 32


def block_frames(rate: int) -> int:
    """Return the length of a block in samples."""
    return rate // BLOCKS_PER_SECOND


def energies(audio: Stereo, rate: int, spans: Sequence[Span]) -> Curve:
    """Measure the mean square of each block in three weightings, summed over both channels.

    Parameters
    ----------
    audio
        Shape (2, frames), float32, full scale 1.
    rate
        Sample rate [Hz].
    spans
        Spans outside which the sound is zero.

    Returns
    -------
    Curve
        Shape (3, blocks), float64: rows ``LOUDNESS``, ``PRESENCE`` and ``HISS``. A last block that is not full is left
        out.
    """
    size = block_frames(rate)
    count = audio.shape[1] // size
    found = np.zeros((3, count))
    window, weights = _weights(rate)
    heard = np.flatnonzero(touched(spans, size, audio.shape[1])[:count])
    for first in range(0, heard.size, _AT_A_TIME):
        picked = heard[first:first + _AT_A_TIME]
        for channel in audio:
            blocks = channel[:count * size].reshape(count, size)[picked] * window
            spectra = np.fft.rfft(blocks, norm="ortho")  # without a norm numpy works in float64, four times as slow
            power = np.square(spectra.real) + np.square(spectra.imag)
            found[:, picked] += weights @ power.T.astype(np.float64)
    return found


@cache
def _weights(rate: int) -> tuple[NDArray[np.float32], Curve]:
    """Return the window of a block, shape (frames,), and the weight of each bin, shape (3, bins)."""
    size = block_frames(rate)
    window = np.hanning(size + 1)[:-1]
    hz = np.fft.rfftfreq(size, 1 / rate)
    delay = np.exp(-2j * np.pi * hz / rate)
    weighting = np.ones(hz.size)
    for b0, b1, b2, a1, a2 in k_weighting(rate):
        weighting *= np.abs((b0 + b1 * delay + b2 * delay**2) / (1 + a1 * delay + a2 * delay**2)) ** 2
    rows = np.stack([weighting, (hz >= PRESENCE_HZ[0]) & (hz < PRESENCE_HZ[1]), hz >= HISS_HZ])
    return window.astype(np.float32), rows * 2 / np.sum(window**2)  # Parseval, one side of the spectrum
