"""True peak: the highest value of the oversampled signal (ITU-R BS.1770-4, annex 2), by a polyphase FIR.

The filter is the one that ``scipy.signal.resample_poly`` uses by default, so the figures are its figures.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numba import njit

from render.loudness import FULL_SCALE
from render.run import Run

HALF_LENGTH = 10  # input samples on each side of an output sample
KAISER_BETA = 5.0
_CHUNK = 128  # frames evaluated or skipped together
SEGMENT_SECONDS = 20  # what one thread measures at a time


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
def _peaks(samples: np.ndarray, first: int, last: int, phases: np.ndarray, floor: float, keep_maximum: bool,
           block: int, peaks: np.ndarray) -> None:
    """Highest oversampled magnitude of frames ``first`` … ``last``, both channels, into ``peaks[frame // block]``.

    A chunk is passed over where no output can exceed ``floor``: |Σ h·x| ≤ Σ|h| · max|x|. With ``keep_maximum`` the
    floor rises to the highest value so far. Magnitudes are compared as integers, whose order is that of the floats:
    so the loops become vector instructions without leave to reorder arithmetic.
    """
    channels, frames = samples.shape
    gain = np.float32(0.0)
    for p in range(phases.shape[0]):
        total = np.float32(0.0)
        for k in range(phases.shape[1]):
            total += abs(phases[p, k])
        gain = max(gain, total)
    reach = phases.shape[1] // 2
    window = np.zeros(_CHUNK + 2 * reach, np.float32)
    output = np.zeros(_CHUNK, np.float32)
    bits = output.view(np.int32)
    for start in range(first, last, _CHUNK):
        stop = min(start + _CHUNK, last)
        for channel in range(channels):
            largest = 0
            left, right = start - reach + 1, stop + reach  # the samples that these outputs are made of
            for i in range(max(left, 0), min(right, frames)):
                largest = max(largest, abs(samples[channel, i]))
            if largest == 0:
                continue
            for i in range(start, stop):
                at = i // block
                value = np.float64(abs(samples[channel, i]))
                if value > peaks[at]:
                    peaks[at] = value
                    if keep_maximum and value > floor:
                        floor = value
            if largest * np.float64(gain) <= floor:
                continue
            window[:] = np.float32(0.0)
            for i in range(max(left, 0), min(right, frames)):
                window[i - left] = np.float32(samples[channel, i])
            for p in range(phases.shape[0]):
                output[:] = np.float32(0.0)
                for k in range(phases.shape[1]):
                    weight = phases[p, k]
                    for i in range(_CHUNK):
                        output[i] += weight * window[i + k]
                if keep_maximum:
                    highest = 0
                    for i in range(stop - start):
                        highest = max(highest, bits[i] & 0x7FFFFFFF)
                    bits[0] = highest
                    value = np.float64(output[0])
                    if value > peaks[start // block]:
                        peaks[start // block] = value
                        floor = max(floor, value)
                else:
                    for i in range(stop - start):
                        value = np.float64(abs(output[i]))
                        if value > peaks[(start + i) // block]:
                            peaks[(start + i) // block] = value


def _segments(frames: int, step: int) -> list[tuple[int, int]]:
    return [(start, min(start + step, frames)) for start in range(0, frames, step)]


def true_peak(samples: np.ndarray, rate: int, factor: int = 8, run: Run = map) -> float:
    """Highest magnitude of the signal oversampled ``factor`` times; 1.0 is full scale.

    Every second of the points at 8 times is one of the points at 4 times (the filters differ there by 0.0003 dB), so
    the default is never less than what a meter shows that oversamples as the standard asks for.

    samples
        shape (2, frames), int32, full scale 2²³.
    run
        ``map``, or that of a thread pool.
    """
    phases = interpolator(factor)

    def measure(segment: tuple[int, int]) -> float:
        peak = np.zeros(1)
        _peaks(samples, *segment, phases, 0.0, True, samples.shape[1] + 1, peak)
        return float(peak[0])

    return max(run(measure, _segments(samples.shape[1], SEGMENT_SECONDS * rate)), default=0.0) / FULL_SCALE


def block_peaks(samples: np.ndarray, rate: int, block: int, floor: float, run: Run = map) -> np.ndarray:
    """Highest magnitude, four times oversampled, of each block of ``block`` frames; 1.0 is full scale.

    Where it cannot exceed ``floor`` it may be that of the samples alone. Returns shape (⌈frames / block⌉,), float64.
    """
    phases = interpolator(4)
    peaks = np.zeros(-(-samples.shape[1] // block))

    def measure(segment: tuple[int, int]) -> None:
        _peaks(samples, *segment, phases, floor * FULL_SCALE, False, block, peaks)

    step = max(SEGMENT_SECONDS * rate // block, 1) * block
    list(run(measure, _segments(samples.shape[1], step)))
    return peaks / FULL_SCALE


def to_db(level: float) -> float:
    """Decibels of a level whose full scale is 1; −inf of nothing."""
    return 20 * math.log10(level) if level > 0 else -math.inf
