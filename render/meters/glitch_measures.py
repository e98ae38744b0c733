"""How broken a song sounds, measured in its audio alone: levels, repeats on the grid, spectral entropy, width.

The measures know the tempo but not the glitch plan. For each section:

* levels: the number of different sample values in a second of the left channel. Music in 16 bits has tens of thousands;
  a bit crusher leaves 2^b.
* repeats: the share of the non-silent time in which a slice is repeated by the next, for slices of 1/8 … 1/128 notes
  and their triplets. The normalised autocorrelation at that lag is high, and higher than at the lags around it, where
  a sustained tone correlates as well. It is that of the difference between samples, which gives high partials weight.
* spectral entropy: −Σ p ln p / ln N of the power spectrum, from 0 for a tone to 1 for white noise.
* side: level of the side signal relative to the mid signal, in dB.
* broken: the share of the non-silent time that repeats or has at most 2^6 levels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from render.audio.samples import FULL_SCALE, Mono, Stereo
from render.run import Run
from scores.performance import Performance, SectionSpan

# Sample rate of the signal in which repeats are searched [Hz].
ANALYSIS_HZ = 12000
# Lags on the grid [quarter notes]: 1/8 notes … 1/128 notes and their triplets.
LAGS_BEATS = (1 / 2, 1 / 3, 1 / 4, 1 / 6, 1 / 8, 1 / 12, 1 / 16, 1 / 24, 1 / 32)
# Distance of two comparisons [quarter notes].
STEP_BEATS = 1 / 8
# Lags beside the grid's [ratio to it], at which a repeat correlates less.
AROUND = (0.88, 0.91, 0.94, 0.97, 1.03, 1.06, 1.09, 1.12)
# Block in which energy is summed [samples at the analysis rate].
BLOCK = 128
# Shortest stretch that is compared [s], even for shorter slices.
SHORTEST_SECONDS = 0.03
# Longest period of a tone that is distinguished from a repeat [s]: 80 Hz.
LONGEST_PERIOD_SECONDS = 0.0125
# Lowest residual, 1 − correlation, that counts: the exact lag may lie between two samples.
CLEANEST = 0.012
# Lowest correlation of a repeat.
ALIKE = 0.7
# Highest residual of a repeat at the grid's lag [ratio to the residual beside it].
SHARPER = 0.3
# Residual from which no lag half a sample away can have a residual below 1 − ALIKE: the search ends early.
HOPELESS = 0.8
# RMS below which nothing is measured [full scale]: −70 dBFS.
QUIET = 3e-4
# Highest number of levels of a crushed sound: 6 bits.
FEW_LEVELS = 64
# Window of the spectral entropy [samples].
WINDOW = 2048
# Windows of the spectral entropy per second.
LOOKS_PER_SECOND = 4


@dataclass(frozen=True)
class SectionMeasures:
    """The measures of one section; None where it is silent.

    Attributes
    ----------
    levels, fewest_levels
        Different sample values per second: the median and the lowest.
    repeats, broken
        Shares of the non-silent time, 0 … 1.
    entropy
        Mean spectral entropy, 0 … 1.
    side_db
        Level of the side signal relative to the mid signal [dB].
    events
        Number of gestures in the glitch plan.
    """

    levels: int | None
    fewest_levels: int | None
    repeats: float | None
    entropy: float | None
    side_db: float | None
    broken: float | None
    events: int


def measure(audio: Stereo, rate: int, performance: Performance, run: Run = map) -> list[SectionMeasures]:
    """Measure each section of a mix.

    Parameters
    ----------
    audio
        Shape (2, frames), float32.
    rate
        Sample rate [Hz].
    performance
        The song: its sections, its tempo, and the number of its gestures.
    run
        ``map``, or a function like it that shares the sections.
    """
    factor = max(round(rate / ANALYSIS_HZ), 1)
    slope = np.empty(audio.shape[1] // factor, np.float32)
    squares = np.zeros((2, -(-slope.size // BLOCK)), np.float32)
    _reduce(audio[0], audio[1], factor, BLOCK, slope, squares[0], squares[1])
    energy = np.pad(np.cumsum(squares, axis=1, dtype=np.float64), ((0, 0), (1, 0)))

    def section(span: SectionSpan) -> SectionMeasures:
        return _section(audio, rate, performance, span, slope, rate / factor, energy)

    return list(run(section, performance.sections))


def _section(audio: Stereo, rate: int, performance: Performance, span: SectionSpan, slope: Mono,
             slope_rate: float, energy: NDArray[np.float64]) -> SectionMeasures:
    events = sum(span.start_beats - 1e-9 <= gesture.onset_beats < span.end_beats - 1e-9
                 for plan in (performance.gestures, performance.send_gestures)
                 for gestures in plan.values() for gesture in gestures)
    first, last = round(span.start_seconds * rate), min(round(span.end_seconds * rate), audio.shape[1])
    seen = np.zeros(2 * FULL_SCALE // 64, np.uint64)
    seconds = np.arange(first, max(last - rate // 2, first + 1), rate)
    levels = _levels(audio[0], np.append(seconds, last), seen)
    heard = levels[levels > 1]
    if not heard.size:
        return SectionMeasures(None, None, None, None, None, None, events)
    steps = np.arange(span.start_beats, span.end_beats - 1e-6, STEP_BEATS)
    moments = np.array([performance.tempo.seconds(beat) for beat in steps.tolist()])
    beat_frames = np.array([performance.tempo.beat_seconds(beat) for beat in steps.tolist()]) * slope_rate
    starts = (moments * slope_rate).astype(np.int64)
    inside = np.append(starts, min(round(span.end_seconds * slope_rate), slope.size))
    blocks = np.minimum(inside // BLOCK, energy.shape[1] - 1)
    power = np.diff(energy.sum(axis=0)[blocks]) / np.maximum(np.diff(inside), 1)
    sounds = power > QUIET**2
    repeats = _repeats(slope, starts, beat_frames, sounds, int(inside[-1]), np.array(LAGS_BEATS), np.array(AROUND),
                       round(SHORTEST_SECONDS * slope_rate), round(STEP_BEATS * float(beat_frames.max())),
                       round(LONGEST_PERIOD_SECONDS * slope_rate))
    edges = np.minimum(np.append((moments * rate).astype(np.int64), last), audio.shape[1])
    coarse = sounds & (_levels(audio[0], edges, seen, FEW_LEVELS + 1) <= FEW_LEVELS)
    total = max(int(sounds.sum()), 1)
    mid, side = energy[:, blocks[-1]] - energy[:, blocks[0]]
    return SectionMeasures(
        levels=int(np.median(heard)), fewest_levels=int(heard.min()), repeats=float(repeats.sum() / total),
        entropy=_entropy(audio[:, first:last], rate), side_db=float(10 * np.log10((side + 1e-15) / (mid + 1e-15))),
        broken=float((repeats | coarse).sum() / total), events=events)


def entropies(audio: Stereo, rate: int) -> Mono:
    """Return the spectral entropy of the sum of both channels, four times a second.

    Parameters
    ----------
    audio
        Shape (2, frames), float32.
    rate
        Sample rate [Hz].

    Returns
    -------
    Mono
        Shape (windows,), float32: 0 … 1, NaN for a window below ``QUIET``.
    """
    starts = np.arange(0, audio.shape[1] - WINDOW, rate // LOOKS_PER_SECOND)
    found = np.full(starts.size, np.nan, np.float32)
    if not starts.size:
        return found
    frames = np.stack([audio[0, at:at + WINDOW] + audio[1, at:at + WINDOW] for at in starts.tolist()])
    heard = np.einsum("fi,fi->f", frames, frames) > 4 * WINDOW * QUIET**2
    frames = frames[heard] * np.hanning(WINDOW).astype(np.float32)
    spectrum = np.fft.rfft(frames, norm="ortho")
    power = np.square(spectrum.real) + np.square(spectrum.imag) + np.float32(1e-20)
    power /= power.sum(axis=1, keepdims=True)
    found[heard] = -np.einsum("fk,fk->f", power, np.log(power)) / np.log(power.shape[1])
    return found


def _entropy(audio: Stereo, rate: int) -> float | None:
    """Return the mean spectral entropy of the non-silent windows, 0 … 1; None if there are none."""
    found = entropies(audio, rate)
    found = found[~np.isnan(found)]
    return float(found.mean()) if found.size else None


@njit(cache=True, nogil=True)
def _reduce(left: Any, right: Any, factor: int, block: int, slope: Any, mid: Any, side: Any) -> None:
    """Compute the difference signal of the channels' sum at a lower rate, and the energies of mid and side by block."""
    before = np.float32(0)
    for i in range(slope.size):
        total, m, s = np.float32(0), np.float32(0), np.float32(0)
        for j in range(i * factor, (i + 1) * factor):
            x, y = left[j], right[j]
            total += x + y
            m += (x + y) * (x + y)
            s += (x - y) * (x - y)
        slope[i] = total - before
        before = total
        mid[i // block] += m / (4 * factor)
        side[i // block] += s / (4 * factor)


@njit(cache=True, nogil=True)
def _count(samples: Any, edges: Any, most: int, full_scale: Any, seen: Any, counts: Any) -> None:
    """Count the different values between each two edges, up to ``most``; ``seen`` has a bit for each value."""
    for window in range(edges.size - 1):
        found, stop = 0, edges[window]
        while stop < edges[window + 1] and found < most:
            code = np.int32(np.rint(samples[stop] * full_scale + full_scale)) & 0xFFFFFF
            bit = np.uint64(1) << np.uint64(code & 63)
            if not seen[code >> 6] & bit:
                seen[code >> 6] |= bit
                found += 1
            stop += 1
        counts[window] = found
        for i in range(edges[window], stop):
            seen[(np.int32(np.rint(samples[i] * full_scale + full_scale)) & 0xFFFFFF) >> 6] = 0


def _levels(samples: Mono, edges: NDArray[np.int64], seen: NDArray[np.uint64],
            most: int = 2 * FULL_SCALE) -> NDArray[np.int64]:
    """Count the different 24-bit values between each two edges; ``seen`` is all zeros before and after."""
    counts = np.zeros(max(edges.size - 1, 0), np.int64)
    _count(samples, edges, most, np.float32(FULL_SCALE), seen, counts)
    return counts


@njit(cache=True, nogil=True, fastmath=True)
def _left_over(slope: Any, start: int, lag: int, length: int) -> Any:
    """Return the residual: 1 − the normalised correlation of a stretch with the one a lag later."""
    product, one, other = np.float32(0), np.float32(0), np.float32(0)
    for i in range(start, start + length):
        x, y = slope[i], slope[i + lag]
        product += x * y
        one += x * x
        other += y * y
    if one <= 0 or other <= 0 or one > 16 * other or other > 16 * one:
        return np.float32(1)
    return np.float32(1) - product / np.sqrt(one * other)


@njit(cache=True, nogil=True)
def _repeats(slope: Any, starts: Any, beat_frames: Any, sounds: Any, end: int, lags: Any, around: Any,
             shortest: int, longest: int, widest: int) -> Any:
    """Return for each start whether its sound is repeated one lag later, for any of the lags."""
    found = np.zeros(starts.size, np.bool_)
    for look in range(starts.size):
        if not sounds[look]:
            continue
        for number in range(lags.size):
            lag = round(lags[number] * beat_frames[look])
            length = min(max(lag, shortest), longest)
            if starts[look] + length + int(1.15 * lag) + 1 >= end:
                continue
            left = _left_over(slope, starts[look], lag, length)
            if left > HOPELESS:
                continue
            for near in (-1, 1):  # the grid's lag lies between two samples
                left = min(left, _left_over(slope, starts[look], lag + near, length))
            if left > 1 - ALIKE:
                continue
            left = max(left, CLEANEST)
            sharp = True
            for share in around:
                beside = round(share * lag)
                if abs(beside - lag) > 2 and left > SHARPER * _left_over(slope, starts[look], beside, length):
                    sharp = False
                    break
            # a tone correlates as well at each of its periods: then it is no repeat
            beside = lag - max(widest, lag // 8)
            last = lag - max(lag // 40, 3)
            while sharp and beside <= last:
                if beside > lag // 8:
                    sharp = left <= SHARPER * _left_over(slope, starts[look], beside, length)
                beside += 1
            if sharp:
                found[look] = True
                break
    return found
