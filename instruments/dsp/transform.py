"""Fourier transforms of rows: those of scipy, which is loaded (0.15 s) once somebody has words to sing."""

from __future__ import annotations

import numpy as np


def fast_size(least: int) -> int:
    """The next size, ``least`` or more, of which a real transform is fast."""
    from scipy import fft

    return int(fft.next_fast_len(least, real=True))


def forward(rows: np.ndarray, size: int) -> np.ndarray:
    """Spectra of real rows, cut or filled up with zeros to ``size``: shape (rows, size // 2 + 1), complex."""
    from scipy import fft

    spectra: np.ndarray = fft.rfft(rows, size, axis=1)
    return spectra


def back(spectra: np.ndarray, size: int) -> np.ndarray:
    """Real rows of ``size`` from their spectra."""
    from scipy import fft

    rows: np.ndarray = fft.irfft(spectra, size, axis=1)
    return rows
