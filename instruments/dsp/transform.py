"""Fourier transforms of rows by scipy, which takes 0.15 s to load and is imported only when a voice sings words."""

from __future__ import annotations

from instruments.dsp.arrays import Floats, Spectra


def fast_size(least: int) -> int:
    """Return the next size ≥ ``least`` for which a real transform is fast."""
    from scipy import fft

    return int(fft.next_fast_len(least, real=True))


def forward(rows: Floats, size: int) -> Spectra:
    """Return the spectra of rows, shape (rows, samples), truncated or zero-padded to ``size``.

    Their shape is (rows, size // 2 + 1), their precision that of the rows.
    """
    from scipy import fft

    spectra: Spectra = fft.rfft(rows, size, axis=1)
    return spectra


def back(spectra: Spectra | Floats, size: int) -> Floats:
    """Return the real rows of spectra, ``size`` samples each; real spectra have zero phases."""
    from scipy import fft

    rows: Floats = fft.irfft(spectra, size, axis=1)
    return rows
