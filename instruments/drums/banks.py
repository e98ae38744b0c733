"""Banks of dense modes, band by band: two seconds of each band, computed once and shaped by every stroke.

A cymbal has hundreds of modes that cannot be heard one by one. A stroke decides how the energy is distributed over them
and how it moves. The modes of a band decay alike, so they are summed beforehand. Their frequencies are multiples of
1 / ``PERIOD_SECONDS``, and the same at every sample rate.

References
----------
A. Chaigne, C. Touzé and O. Thomas, "Nonlinear vibrations and chaos in gongs and cymbals", Acoust. Sci. Tech. 26, 2005.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from instruments.dsp.arrays import Reals, Stereo
from instruments.dsp.random import generator

PERIOD_SECONDS = 1.96  # length of a bank [s]: a whole number of samples at every usual sample rate
# Edges of the bands [Hz].
EDGES_HZ = (180.0, 320.0, 560.0, 1000.0, 1600.0, 2500.0, 4000.0, 6000.0, 8500.0, 12000.0, 19500.0)
BANDS = len(EDGES_HZ) - 1
CENTRES_HZ = np.sqrt(np.array(EDGES_HZ[1:]) * np.array(EDGES_HZ[:-1]))
PAD = 64  # samples of the beginning that are repeated after the end, so that no block wraps


@dataclass(frozen=True)
class Lines:
    """A dense line spectrum: randomly spaced modes, or the odd harmonics of square oscillators."""

    key: int  # seed of the random frequencies and phases
    per_khz: float = 0.0  # modes per kHz
    squares_hz: tuple[float, ...] = ()  # fundamentals of the square oscillators [Hz], in place of modes
    likeness: float = 0.3  # correlation of left and right, 0–1
    uneven_db: float = 0.0  # standard deviation of the lines' levels [dB]: few modes of a plate stand out

    def frequencies_hz(self) -> Reals:
        """Return the frequencies in Hz in rising order, from the lowest edge to the highest; shape (n,)."""
        low, high = EDGES_HZ[0], EDGES_HZ[-1]
        if self.squares_hz:
            odd = [base * k for base in self.squares_hz for k in range(1, int(high / base) + 1, 2)]
            return np.sort([hz for hz in odd if hz >= low])
        count = int((high - low) / 1000 * self.per_khz)
        draw = generator(self.key)
        hz: Reals = low + (np.arange(count) + draw.random(count)) * (high - low) / count
        return hz


# A plate has a constant density of modes: area √3 / (thickness × its speed of sound); N. Fletcher and T. Rossing, The
# Physics of Musical Instruments, 2nd ed. 1998, chapter 3.
BANKS = {
    "crash": Lines(1, per_khz=78, uneven_db=8.0),  # 16 inches, 0.9 mm of bronze
    "ride": Lines(2, per_khz=86, uneven_db=10.0),  # 20 inches, 1.3 mm
    "hi_hat": Lines(3, per_khz=66, uneven_db=6.0),  # a pair of 14 inches, 1.1 mm
    "jingles": Lines(5, per_khz=9, likeness=0.6),
    "noise": Lines(6, per_khz=480),  # air, wires and sand: too dense for single modes to be heard
    "noise_mono": Lines(7, per_khz=480, likeness=1.0),
    # Six Schmitt-trigger oscillators: K. Werner, J. Abel and J. Smith, "The TR-808 Cymbal", ICMC 2014.
    "squares": Lines(8, squares_hz=(205.3, 304.4, 369.6, 522.7, 540.0, 800.0), likeness=1.0),
    "cowbell": Lines(9, squares_hz=(540.0, 800.0), likeness=1.0),
}


@lru_cache(maxsize=64)
def band(name: str, index: int, rate: int) -> Stereo:
    """Compute one band of a bank.

    Parameters
    ----------
    name
        Key of ``BANKS``.
    index
        Number of the band, 0–``BANDS`` − 1.
    rate
        Sample rate in Hz.

    Returns
    -------
    Stereo
        Shape (2, period + PAD): r.m.s. 1 in each channel, or zeros if the band has no line.
    """
    lines = BANKS[name]
    size = round(PERIOD_SECONDS * rate)
    hz = lines.frequencies_hz()
    chosen = hz[(hz >= EDGES_HZ[index]) & (hz < min(EDGES_HZ[index + 1], 0.45 * rate))]
    draw = generator(1000 * lines.key + index)
    common, own = draw.standard_normal((2, 2, 2, chosen.size))
    uneven = 10 ** (lines.uneven_db * draw.standard_normal(chosen.size) / 20)
    spectra = np.zeros((2, size // 2 + 1), np.complex64)
    places = np.round(chosen * size / rate).astype(int)
    for channel in range(2):
        lean = np.sqrt(lines.likeness) * common[0] + np.sqrt(1 - lines.likeness) * own[channel]
        np.add.at(spectra[channel], places, (uneven * (lean[0] + 1j * lean[1])).astype(np.complex64))
    sound = np.fft.irfft(spectra, size, axis=1).astype(np.float32)
    power = np.sqrt((sound**2).mean(axis=1, keepdims=True))
    sound /= np.where(power > 0, power, 1)
    return np.concatenate([sound, sound[:, :PAD]], axis=1)
