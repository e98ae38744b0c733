"""True peak: the highest value of the oversampled signal (ITU-R BS.1770-4, annex 2), by a polyphase FIR.

The filter is the one that ``scipy.signal.resample_poly`` uses by default, so the figures are its figures.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numba import njit

from render.audio.samples import FULL_SCALE
from render.run import Run

# Half length of the interpolation filter [input samples on each side of an output sample].
HALF_LENGTH = 10
# Shape β of the filter's Kaiser window.
KAISER_BETA = 5.0
# Block that is evaluated or skipped as a whole [frames].
BLOCK = 64
# Segment that one thread measures at a time [s].
SEGMENT_SECONDS = 20


@cache
def interpolator(factor: int) -> np.ndarray:
    """The filter's phases between two samples: shape (factor − 1, 20), float32.

    A sinc of cut-off 1/factor under a Kaiser window with β = 5, scaled to unity gain at 0 Hz; phase 0 is left out,
    since it is the sample itself but for that scaling.
    """
    reach = HALF_LENGTH * factor
    place = np.arange(-reach, reach + 1)
    taps = np.sinc(place / factor) * np.i0(KAISER_BETA * np.sqrt(1 - (place / reach) ** 2)) / np.i0(KAISER_BETA)
    taps *= factor / taps.sum()
    # out[n·factor + p] = Σ taps[reach + p + factor·k] · in[n − k] for k = −10 … 9; columns run with rising input index
    phases = [[taps[reach + p + factor * k] for k in range(HALF_LENGTH - 1, -HALF_LENGTH - 1, -1)]
              for p in range(1, factor)]
    return np.array(phases, dtype=np.float32)


@njit(cache=True, nogil=True)
def _peaks(samples: np.ndarray, first: int, last: int, block: int, phases: np.ndarray, gain: float, floor: float,
           rising: bool, window: np.ndarray, output: np.ndarray, bits: np.ndarray, peaks: np.ndarray) -> None:
    """Highest oversampled magnitude, both channels, of the blocks ``first`` … ``last`` into ``peaks``.

    A block is left at the peak of its samples where no output can exceed that and ``floor``: |Σ h·x| ≤ Σ|h| · max|x|,
    with Σ|h| ≤ ``gain``. If ``rising``, the floor rises to the highest value so far. ``bits`` are those of
    ``output``, the magnitudes compared as integers, whose order is that of the floats: so the loops become vector
    instructions without leave to reorder arithmetic.
    """
    frames, reach = samples.shape[1], phases.shape[1] // 2
    for index in range(first, last):
        start, stop = index * block, (index + 1) * block
        if stop > frames:
            stop = frames
        left, right = start - reach + 1, stop + reach  # the samples that these outputs are made of
        from_, to = left, right
        if from_ < 0:
            from_ = 0
        if to > frames:
            to = frames
        for channel in range(samples.shape[0]):
            around = 0
            for i in range(from_, to):
                value = samples[channel, i]
                magnitude = -value if value < 0 else value
                around = magnitude if magnitude > around else around
            if around > peaks[index]:
                for i in range(start, stop):
                    value = samples[channel, i]
                    magnitude = -value if value < 0 else value
                    if magnitude > peaks[index]:
                        peaks[index] = magnitude
            if around * gain <= floor or around * gain <= peaks[index]:
                continue
            for i in range(block + 2 * reach):
                window[i] = 0.0
            for i in range(from_, to):
                window[i - left] = samples[channel, i]
            highest = 0
            for p in range(phases.shape[0]):
                for i in range(block):
                    output[i] = 0.0
                for k in range(phases.shape[1]):
                    weight = phases[p, k]
                    for i in range(block):
                        output[i] += weight * window[i + k]
                for i in range(stop - start):
                    magnitude = bits[i] & 0x7FFFFFFF
                    highest = magnitude if magnitude > highest else highest
            bits[0] = highest
            if output[0] > peaks[index]:
                peaks[index] = output[0]
        if rising and peaks[index] > floor:
            floor = peaks[index]


def _measure(samples: np.ndarray, rate: int, block: int, factor: int, floor: float, rising: bool,
             run: Run) -> np.ndarray:
    """Peaks of blocks, full scale 2²³, measured in segments that threads share."""
    phases = interpolator(factor)
    gain = float(np.abs(phases).sum(axis=1).max())
    peaks = np.zeros(-(-samples.shape[1] // block))

    def measure(first: int) -> None:
        window, output = np.empty(block + 2 * HALF_LENGTH, np.float32), np.empty(block, np.float32)
        _peaks(samples, first, min(first + step, peaks.size), block, phases, gain, floor, rising, window, output,
               output.view(np.int32), peaks)

    step = max(SEGMENT_SECONDS * rate // block, 1)
    list(run(measure, range(0, peaks.size, step)))
    return peaks / FULL_SCALE


def true_peak(samples: np.ndarray, rate: int, factor: int = 8, run: Run = map) -> float:
    """Highest magnitude of the signal oversampled ``factor`` times; 1.0 is full scale.

    Every second of the points at 8 times is one of the points at 4 times (the filters differ there by 0.0003 dB), so
    the default is never less than what a meter shows that oversamples as the standard asks for.

    samples
        shape (2, frames), int32, full scale 2²³.
    run
        ``map``, or that of a thread pool.
    """
    highest = float(max(int(samples.max(initial=0)), -int(samples.min(initial=0))))
    peaks = _measure(samples, rate, BLOCK, factor, highest, True, run)
    return float(peaks.max(initial=0.0))


def block_peaks(samples: np.ndarray, rate: int, block: int, floor: float, run: Run = map) -> np.ndarray:
    """Highest magnitude, eight times oversampled, of each block of ``block`` frames; 1.0 is full scale.

    Where it cannot exceed ``floor`` it may be that of the samples alone. Returns shape (⌈frames / block⌉,), float64.
    """
    return _measure(samples, rate, block, 8, floor * FULL_SCALE, False, run)


def to_db(level: float) -> float:
    """Decibels of a level whose full scale is 1; −inf of nothing."""
    return 20 * math.log10(level) if level > 0 else -math.inf
