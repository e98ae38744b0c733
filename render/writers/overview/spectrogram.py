"""Spectrograms on a logarithmic frequency axis, for pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from render.audio.samples import Stereo

# Length of a window [s], rounded to a power of two in samples.
WINDOW_SECONDS = 0.17
# Equivalent noise bandwidth of a Hann window [bins] (Harris, 1978, table 1).
HANN_BINS = 1.5
# Lowest power that counts as the loudest point [full scale² = 1], so that silence is drawn dark.
QUIETEST_LOUDEST = 1e-6
# Lowest power that is shown [ratio to the loudest point].
FLOOR = 1e-10
# Windows in memory at a time: bounds the memory.
WINDOWS_AT_A_TIME = 128


@dataclass(frozen=True)
class LogFrequency:
    """An axis of ``rows`` rows from ``lowest_hz`` to ``highest_hz``, each of the same musical interval."""

    lowest_hz: float
    highest_hz: float
    rows: int

    def row(self, hz: float) -> float:
        """Return the place of a frequency [Hz], in rows from the bottom."""
        return self.rows * math.log(hz / self.lowest_hz) / math.log(self.highest_hz / self.lowest_hz)

    @property
    def edges_hz(self) -> NDArray[np.float64]:
        """Frequencies between the rows [Hz]: shape (rows + 1,), ascending."""
        edges: NDArray[np.float64] = np.geomspace(self.lowest_hz, self.highest_hz, self.rows + 1)
        return edges


def spectrogram_db(audio: Stereo, rate: int, axis: LogFrequency, columns: int) -> NDArray[np.float32]:
    """Return a spectrogram relative to its loudest point.

    At most ``columns`` windows are analysed, evenly distributed over the sound, so that time and memory do not grow
    with its length. Where windows are further apart than they are long, the sound between them is not analysed.

    Parameters
    ----------
    audio
        Shape (2, frames), float32, frames ≥ 1; the sum of its channels is analysed.
    rate
        Sample rate [Hz].
    axis
        Frequencies of the rows.
    columns
        Highest number of columns.

    Returns
    -------
    NDArray
        Shape (axis.rows, columns or fewer), float32 [dB], at most 0; the lowest frequency first.
    """
    frames = audio.shape[1]
    size = 2 ** round(math.log2(WINDOW_SECONDS * rate))
    columns = max(min(columns, frames // (size // 8)), 1)
    starts = ((np.arange(columns) + 0.5) * frames / columns).astype(int) - size // 2
    hann = (math.sqrt(size) * (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size))).astype(np.float32)
    bins = np.fft.rfftfreq(size, 1 / rate)
    # edges in bins, counted from the lower border of the first bin: a bin reaches half its width to each side
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
        # divided by the width, so that a tone is equally bright in every row
        power[first:first + windows.shape[0]] = np.diff(reached, axis=1) / widths
    loudest = max(float(power.max()), QUIETEST_LOUDEST)
    levels: NDArray[np.float32] = 10 * np.log10(np.maximum(power.T / np.float32(loudest), np.float32(FLOOR)))
    return levels
