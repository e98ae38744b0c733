"""Mel-cepstra: spectral envelopes on a warped frequency axis, as statistical voices keep them.

The log magnitude at a frequency ω is Σ c_m cos m β(ω), where β is the phase of a first-order all-pass [1]_.

References
----------
.. [1] Tokuda, K., Kobayashi, T., Masuko, T. and Imai, S. (1994). Mel-generalized cepstral analysis. ICSLP.
.. [2] Yoshimura, T., Tokuda, K., Masuko, T., Kobayashi, T. and Kitamura, T. (2005). Incorporating a mixed excitation
   model and postfilter into HMM-based text-to-speech synthesis. Systems and Computers in Japan 36.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numba import njit

from instruments.dsp.arrays import Floats

# Number of frequencies from 0 to half the rate at which an envelope is evaluated, and at which its energy is.
POINTS = 512
ENERGY_POINTS = 64


def linear(mel: Floats, warping: float, kept: int) -> Floats:
    """Return the same envelopes on a linear frequency axis.

    Parameters
    ----------
    mel
        Mel-cepstra; float32, shape (frames, order + 1).
    warping
        Coefficient of the all-pass, from 0 (linear) to below 1.
    kept
        Number of quefrencies.

    Returns
    -------
    ndarray
        One-sided cepstra; float32, shape (frames, kept).
    """
    return _applied(mel, _straightening(mel.shape[1], warping, kept))


def sharpened(mel: Floats, warping: float, share: float) -> Floats:
    """Return mel-cepstra with larger peaks and dips at the same energy and tilt: a postfilter [2]_.

    Statistical voices predict means over many recordings, which are flatter than any single recording.

    Parameters
    ----------
    mel
        float32, shape (frames, order + 1).
    warping
        Coefficient of the all-pass.
    share
        By how much the peaks grow, relative to their height.
    """
    out = _applied(mel, _sharpening(mel.shape[1], warping, share))
    waves = _waves(mel.shape[1], warping, ENERGY_POINTS).astype(np.float32)
    _keep_energy(_applied(mel, waves), _applied(out, waves), out)
    return out


def _applied(rows: Floats, matrix: Floats) -> Floats:
    """``rows @ matrix`` with a fixed order of summation, which BLAS does not give on any number of threads."""
    out = np.zeros((rows.shape[0], matrix.shape[1]), np.float32)
    _multiply(np.ascontiguousarray(rows, np.float32), matrix, out)
    return out


@njit(cache=True, nogil=True)
def _multiply(rows: Floats, matrix: Floats, out: Floats) -> None:
    """Add ``rows @ matrix`` to ``out``."""
    for row in range(rows.shape[0]):
        for k in range(matrix.shape[0]):
            value = rows[row, k]
            for column in range(matrix.shape[1]):
                out[row, column] += value * matrix[k, column]


@njit(cache=True, nogil=True)
def _keep_energy(before: Floats, after: Floats, mel: Floats) -> None:
    """Remove from the level of ``mel`` what it has gained, by log magnitudes before and after, (frames, points)."""
    last = before.shape[1] - 1
    for row in range(before.shape[0]):
        old = new = 0.0
        for point in range(last + 1):
            share = 0.5 if point in (0, last) else 1.0
            old += share * math.exp(2.0 * before[row, point])
            new += share * math.exp(2.0 * after[row, point])
        mel[row, 0] += np.float32(0.5 * math.log(old / new))


def _waves(count: int, warping: float, points: int) -> Floats:
    """Contribution of each coefficient to the log magnitude at ``points + 1`` frequencies from 0 to half the rate."""
    omega = np.linspace(0, np.pi, points + 1)
    bent = omega + 2 * np.arctan2(warping * np.sin(omega), 1 - warping * np.cos(omega))
    waves: Floats = np.cos(np.arange(count)[:, None] * bent)
    return waves


@lru_cache(maxsize=8)
def _straightening(count: int, warping: float, kept: int) -> Floats:
    """Compute the matrix of ``linear``."""
    matrix: Floats = np.fft.irfft(_waves(count, warping, POINTS), axis=1)[:, :kept]
    matrix[:, 1:] *= 2
    return matrix.astype(np.float32)


@lru_cache(maxsize=8)
def _sharpening(count: int, warping: float, share: float) -> Floats:
    """Compute the matrix of ``sharpened``: the filter has b_k = c_k − α b_(k+1), and those from b_2 on grow."""
    to_filter = np.eye(count)
    for k in range(count - 2, -1, -1):
        to_filter[:, k] -= warping * to_filter[:, k + 1]
    grown = to_filter.copy()
    grown[:, 2:] *= 1 + share
    grown[2, 1] -= share * warping
    grown[:, :-1] += warping * grown[:, 1:]
    return grown.astype(np.float32)
