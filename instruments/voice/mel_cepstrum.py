"""Mel-cepstra: envelopes on a bent frequency axis, fine where ears are, as statistical voices keep them.

After Tokuda, Kobayashi, Masuko and Imai, "Mel-generalized cepstral analysis" (1994): the log magnitude at a frequency ω
is Σ c_m cos m β(ω), where β is the phase of an all-pass of first order.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numba import njit

POINTS, ENERGY_POINTS = 512, 64  # of half a turn, for what is worked out over frequency


def linear(mel: np.ndarray, warping: float, kept: int) -> np.ndarray:
    """The same envelopes on a straight axis: one-sided cepstra, float32 (frames, kept).

    mel
        float32 (frames, order + 1).
    warping
        Coefficient of the all-pass, from 0 (straight) to below 1.
    """
    return _applied(mel, _straightening(mel.shape[1], warping, kept))


def sharpened(mel: np.ndarray, warping: float, share: float) -> np.ndarray:
    """Mel-cepstra, float32 of the same shape, with their peaks and dips ``share`` larger at the same energy.

    Means over many recordings are flatter than any one of them; the filters of statistical voices have this at their
    input (Yoshimura, Tokuda, Masuko, Kobayashi and Kitamura, 2005). Level and tilt stay as they were.
    """
    out = _applied(mel, _sharpening(mel.shape[1], warping, share))
    waves = _waves(mel.shape[1], warping, ENERGY_POINTS).astype(np.float32)
    _keep_energy(_applied(mel, waves), _applied(out, waves), out)
    return out


def _applied(rows: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """``rows @ matrix``, with sums in one order however many threads a library for matrices would take."""
    out = np.zeros((rows.shape[0], matrix.shape[1]), np.float32)
    _multiply(np.ascontiguousarray(rows, np.float32), matrix, out)
    return out


@njit(cache=True, nogil=True)
def _multiply(rows: np.ndarray, matrix: np.ndarray, out: np.ndarray) -> None:
    for row in range(rows.shape[0]):
        for k in range(matrix.shape[0]):
            value = rows[row, k]
            for column in range(matrix.shape[1]):
                out[row, column] += value * matrix[k, column]


@njit(cache=True, nogil=True)
def _keep_energy(before: np.ndarray, after: np.ndarray, mel: np.ndarray) -> None:
    """Shift the level of ``mel`` by what log magnitudes (frames, points) over half a turn say it has gained."""
    last = before.shape[1] - 1
    for row in range(before.shape[0]):
        old = new = 0.0
        for point in range(last + 1):
            share = 0.5 if point in (0, last) else 1.0
            old += share * math.exp(2.0 * before[row, point])
            new += share * math.exp(2.0 * after[row, point])
        mel[row, 0] += np.float32(0.5 * math.log(old / new))


def _waves(count: int, warping: float, points: int) -> np.ndarray:
    """Each coefficient's part of the log magnitude at ``points + 1`` frequencies from 0 to half the rate."""
    omega = np.linspace(0, np.pi, points + 1)
    bent = omega + 2 * np.arctan2(warping * np.sin(omega), 1 - warping * np.cos(omega))
    waves: np.ndarray = np.cos(np.arange(count)[:, None] * bent)
    return waves


@lru_cache(maxsize=8)
def _straightening(count: int, warping: float, kept: int) -> np.ndarray:
    matrix: np.ndarray = np.fft.irfft(_waves(count, warping, POINTS), axis=1)[:, :kept]
    matrix[:, 1:] *= 2
    return matrix.astype(np.float32)


@lru_cache(maxsize=8)
def _sharpening(count: int, warping: float, share: float) -> np.ndarray:
    """As a matrix. The coefficients of the filter are b_k = c_k − α b_(k+1); from the second on they grow."""
    to_filter = np.eye(count)
    for k in range(count - 2, -1, -1):
        to_filter[:, k] -= warping * to_filter[:, k + 1]
    grown = to_filter.copy()
    grown[:, 2:] *= 1 + share
    grown[2, 1] -= share * warping
    grown[:, :-1] += warping * grown[:, 1:]
    return grown.astype(np.float32)
