"""Spectrograms on a logarithmic frequency axis, for pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from librosa import fft_frequencies

# Length of a window [s], rounded to a power of two in samples.
WINDOW_SECONDS = 0.17
# Equivalent noise bandwidth of a Hann window [bins] (Harris, 1978, table 1).
HANN_BINS = 1.5
# Lower limit of the power that others are related to: silence is drawn dark.
QUIETEST_LOUDEST = 1e-6
# Lowest power that is shown [ratio to the loudest point].
FLOOR = 1e-10
# Windows in memory at a time.
WINDOWS_AT_A_TIME = 128


@dataclass(frozen=True)
class LogFrequency:
    """An axis of ``rows`` rows, each spanning the same interval, the lowest first."""

    lowest_hz: float
    highest_hz: float
    rows: int

    def row(self, hz: float) -> float:
        """Where a frequency lies, in rows from the bottom."""
        return self.rows * math.log(hz / self.lowest_hz) / math.log(self.highest_hz / self.lowest_hz)

    @property
    def edges_hz(self) -> np.ndarray:
        """Frequencies between rows: shape (rows + 1,)."""
        edges: np.ndarray = np.geomspace(self.lowest_hz, self.highest_hz, self.rows + 1)
        return edges


def spectrogram_db(audio: np.ndarray, rate: int, axis: LogFrequency, columns: int) -> np.ndarray:
    """Spectrogram in dB below its loudest point: shape (axis.rows, columns or less), float32.

    audio
        shape (2, frames). At most ``columns`` windows spread over it are looked at, so that memory and time do not
        grow with its length; where they are further apart than they are long, what lies between is not seen.
    """
    frames = audio.shape[1]
    size = 2 ** round(math.log2(WINDOW_SECONDS * rate))
    columns = max(min(columns, frames // (size // 8)), 1)
    starts = ((np.arange(columns) + 0.5) * frames / columns).astype(int) - size // 2
    hann = (math.sqrt(size) * (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size))).astype(np.float32)
    bins = fft_frequencies(sr=rate, n_fft=size)
    # in bins from the lower border of the first; each reaches half its width to each side
    edges = np.interp(axis.edges_hz, bins, np.arange(bins.size)) + 0.5
    widths = np.minimum(axis.edges_hz[1:] - axis.edges_hz[:-1], HANN_BINS * bins[1]) / bins[1]
    whole = edges.astype(int)
    part = edges - whole
    power = np.empty((columns, axis.rows), np.float32)
    for first in range(0, columns, WINDOWS_AT_A_TIME):
        windows = np.zeros((min(WINDOWS_AT_A_TIME, columns - first), size), np.float32)
        for window, start in zip(windows, starts[first:], strict=False):
            inside = slice(max(-start, 0), min(frames - start, size))
            sound = slice(start + inside.start, start + inside.stop)
            np.add(audio[0, sound], audio[1, sound], out=window[inside])
        windows *= hann
        spectrum = np.fft.rfft(windows, norm="ortho")  # without a norm numpy works in float64, four times as slow
        below = np.zeros((windows.shape[0], bins.size + 1))
        np.cumsum(np.square(spectrum.real) + np.square(spectrum.imag), axis=1, dtype=np.float64, out=below[:, 1:])
        reached = below[:, whole] * (1 - part) + below[:, whole + 1] * part
        power[first:first + windows.shape[0]] = np.diff(reached, axis=1) / widths  # a tone: as bright in any row
    loudest = max(float(power.max()), QUIETEST_LOUDEST)
    levels: np.ndarray = 10 * np.log10(np.maximum(power.T / np.float32(loudest), np.float32(FLOOR)))
    return levels
