"""Fourier transforms of rows by scipy, which takes 0.15 s to load and is imported only when a voice sings words."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Rows: TypeAlias = NDArray[np.floating]
"""Real rows, shape (rows, samples); the transforms keep their precision."""

Spectra: TypeAlias = NDArray[np.inexact]
"""Spectra of rows, shape (rows, bins), real where all phases are zero."""


def fast_size(least: int) -> int:
    """Return the next size ≥ ``least`` for which a real transform is fast."""
    from scipy import fft

    return int(fft.next_fast_len(least, real=True))


def forward(rows: Rows, size: int) -> Spectra:
    """Return the spectra of rows truncated or zero-padded to ``size``, shape (rows, size // 2 + 1)."""
    from scipy import fft

    spectra: Spectra = fft.rfft(rows, size, axis=1)
    return spectra


def back(spectra: Spectra, size: int) -> Rows:
    """Return the real rows of spectra, ``size`` samples each."""
    from scipy import fft

    rows: Rows = fft.irfft(spectra, size, axis=1)
    return rows
