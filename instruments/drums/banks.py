"""Dense modes, band by band: two seconds of each, made once, which every stroke then shapes.

A cymbal has hundreds of modes, too near to each other to be heard one by one and each ringing at its own frequency for
as long as it sounds (Chaigne, Touzé and Thomas, Acoust. Sci. Tech. 26, 2005). Its sound is a set of lines, and what a
stroke decides is how the energy is spread over them and how it moves. The lines of a band fade alike, so they are
added up beforehand. They lie on the multiples of 1 / ``PERIOD_SECONDS``: the same lines at every sample rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

PERIOD_SECONDS = 1.96  # a whole number of samples at every usual rate; longer than all but the last of a cymbal
EDGES_HZ = (180.0, 320.0, 560.0, 1000.0, 1600.0, 2500.0, 4000.0, 6000.0, 8500.0, 12000.0, 19500.0)
BANDS = len(EDGES_HZ) - 1
CENTRES_HZ = np.sqrt(np.array(EDGES_HZ[1:]) * np.array(EDGES_HZ[:-1]))
PAD = 64  # samples of the beginning repeated after the end, so that no block wraps


@dataclass(frozen=True)
class Lines:
    """A dense spectrum. ``per_khz`` modes, spread evenly with the scatter of a plate that is not quite round; or the
    odd harmonics of square oscillators. ``likeness`` 0–1 is what left and right have in common.
    """

    key: int
    per_khz: float = 0.0
    squares_hz: tuple[float, ...] = ()
    likeness: float = 0.3
    uneven_db: float = 0.0  # spread of the lines' levels: few of a plate's many modes are heard out of the rest

    def frequencies_hz(self) -> np.ndarray:
        """Frequencies in Hz, ascending, from the lowest edge to the highest; shape (n,)."""
        low, high = EDGES_HZ[0], EDGES_HZ[-1]
        if self.squares_hz:
            odd = [base * k for base in self.squares_hz for k in range(1, int(high / base) + 1, 2)]
            return np.sort([hz for hz in odd if hz >= low])
        count = int((high - low) / 1000 * self.per_khz)
        draw = np.random.Generator(np.random.Philox(key=self.key))
        hz: np.ndarray = low + (np.arange(count) + draw.random(count)) * (high - low) / count
        return hz


# A plate has as many modes in every kHz: area √3 / (thickness × its speed of sound); Fletcher and Rossing 1998, ch. 3.
BANKS = {
    "crash": Lines(1, per_khz=78, uneven_db=8.0),  # 16 inches, 0.9 mm of bronze
    "ride": Lines(2, per_khz=86, uneven_db=10.0),  # 20 inches, 1.3 mm
    "hi_hat": Lines(3, per_khz=66, uneven_db=6.0),  # two of 14 inches, 1.1 mm, that rattle on each other
    "jingles": Lines(5, per_khz=9, likeness=0.6),
    "noise": Lines(6, per_khz=480),  # air, wire and sand: lines too dense to ring
    "noise_mono": Lines(7, per_khz=480, likeness=1.0),
    # six Schmitt-trigger oscillators: Werner, Abel and Smith, "The TR-808 Cymbal", ICMC 2014
    "squares": Lines(8, squares_hz=(205.3, 304.4, 369.6, 522.7, 540.0, 800.0), likeness=1.0),
    "cowbell": Lines(9, squares_hz=(540.0, 800.0), likeness=1.0),
}


@lru_cache(maxsize=64)
def band(name: str, index: int, rate: int) -> np.ndarray:
    """One band of a bank, r.m.s. 1 in each channel: float32 (2, period + PAD). Zeros where it has no line."""
    lines = BANKS[name]
    size = round(PERIOD_SECONDS * rate)
    hz = lines.frequencies_hz()
    chosen = hz[(hz >= EDGES_HZ[index]) & (hz < min(EDGES_HZ[index + 1], 0.45 * rate))]
    draw = np.random.Generator(np.random.Philox(key=1000 * lines.key + index))
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
