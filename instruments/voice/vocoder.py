"""Vocoder: pulses and noise through the minimum-phase filters of moving envelopes, at the source's sample rate.

WORLD [1]_ renders a whole impulse response for each pulse. Here the excitation is cut into overlapping windows, one a
frame; each is filtered by its frame's envelope in the frequency domain, and the pieces are added. This cross-fades the
same filters every 5 ms in a tenth of the time, and pulses lie at fractions of a sample.

References
----------
.. [1] Morise, M., Yokomori, F. and Ozawa, K. (2016). WORLD: a vocoder-based high-quality speech synthesis system.
   IEICE Transactions on Information and Systems E99-D.
.. [2] Kawahara, H., Masuda-Katsuse, I. and de Cheveigné, A. (1999). Restructuring speech representations. Speech
   Communication 27, section 4.1.
.. [3] Oppenheim, A. V. and Schafer, R. W. (2010). Discrete-Time Signal Processing, chapter 13.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numba import njit

from instruments.dsp.arrays import Floats, Spectra
from instruments.dsp.random import uniform
from instruments.dsp.transform import fast_size, forward

# Length of a band-limited pulse [samples].
TAPS = 32
# Number of positions of a pulse between two samples.
PHASES = 64
# Number of pulse shapes, which differ in their dispersion.
SHAPES = 16
# Frequency above which pulses are dispersed [Hz], and standard deviation of their group delay there [s].
DISPERSED_ABOVE_HZ = 2500.0
DISPERSION_SECONDS = 0.0004
# Variation of a cycle's length, to either side, relative to its length.
JITTER = 0.004
# Variation of a cycle's height, to either side, relative to its height.
SHIMMER = 0.04
# Rows that are computed at once: with all that is made of them they fit into a processor's cache.
BLOCK = 64
# Length of a filter's response [s], after which a resonance of speech has died away.
RESPONSE_SECONDS = 0.022
# Number of partials by which the pitch of a voice is judged.
PARTIALS = 12
# Factor that gives the sum of two uniform draws unit variance; the sum has 2/3.
UNIT = math.sqrt(1.5)


@lru_cache(maxsize=4)
def pulses(rate: int) -> Floats:
    """Return band-limited pulses, each delayed by TAPS/2 − 1 samples and its phase's fraction of a sample.

    The shapes differ at random in the group delay above ``DISPERSED_ABOVE_HZ``: a pulse train whose upper partials are
    in phase sounds like a buzz [2]_.

    Returns
    -------
    ndarray
        float32, shape (SHAPES, PHASES, TAPS).
    """
    size = 512
    hz = np.fft.rfftfreq(size, 1 / rate)
    generator = np.random.Generator(np.random.PCG64(1999))
    above = np.clip((hz - DISPERSED_ABOVE_HZ) / 2000.0, 0, 1)
    edge = np.cos(np.pi / 2 * np.clip((hz / (rate / 2) - 0.9) / 0.1, 0, 1)) ** 2
    table = np.empty((SHAPES, PHASES, TAPS))
    window = np.cos(np.pi * (np.arange(TAPS) - TAPS / 2 + 1) / (TAPS + 2)) ** 0.5
    for shape in range(SHAPES):
        knots = generator.standard_normal(12)
        delay = DISPERSION_SECONDS * above * np.interp(hz, np.linspace(0, rate / 2, 12), knots)
        phase = -2 * np.pi * np.cumsum(delay) * (hz[1] - hz[0])
        for place in range(PHASES):
            late = (TAPS / 2 - 1 + place / PHASES) / rate
            pulse = np.fft.irfft(edge * np.exp(1j * (phase - 2 * np.pi * hz * late)), size)[:TAPS]
            table[shape, place] = pulse * window
    table /= np.sqrt((table**2).sum(axis=2, keepdims=True))
    return table.astype(np.float32)


@njit(cache=True, nogil=True)
def excite(
    pitch: Floats, hop: int, rate: float, table: Floats, flow: float, roughness: float, seed: np.uint64, pulse: Floats,
    noise: Floats,
) -> None:
    """Fill ``pulse`` and ``noise``, each of unit power over a cycle.

    Parameters
    ----------
    pitch
        Pitch [Hz], linear between rows; float64, shape (rows,).
    hop
        Samples between two rows.
    rate
        Sample rate [Hz].
    table
        The pulses.
    flow
        Depth by which the noise swells with the cycle, from 0 to 1.
    roughness
        Factor on the irregularity of cycles.
    seed
        Seed of noise, jitter and shimmer.
    pulse, noise
        Filled; float32, shape (frames,).
    """
    phase = 1.0  # the first cycle begins at once
    count = 0
    half = table.shape[2] // 2 - 1
    salt = seed ^ np.uint64(0x5851F42D4C957F2D)
    for row in range(pitch.size - 1):
        step, rise = pitch[row] / rate, (pitch[row + 1] - pitch[row]) / rate / hop
        for k in range(hop):
            at = row * hop + k
            if phase >= 1.0:
                phase -= 1.0
                late = -phase / step + roughness * JITTER / step * uniform(salt, 4 * count)
                whole = math.floor(late)
                place = int((late - whole) * table.shape[1])
                shape = int((0.5 + 0.5 * uniform(salt, 4 * count + 1)) * table.shape[0]) % table.shape[0]
                height = math.sqrt(1.0 / step) * (1.0 + roughness * SHIMMER * uniform(salt, 4 * count + 2))
                first = at + whole - half
                for tap in range(table.shape[2]):
                    if 0 <= first + tap < pulse.size:
                        pulse[first + tap] += np.float32(height * table[shape, place, tap])
                count += 1
            swell = 1.0 + flow * (0.5 - 3.0 * phase * (1.0 - phase)) * 1.6
            noise[at] = np.float32((uniform(seed, 2 * at) + uniform(seed, 2 * at + 1)) * UNIT * swell)
            phase += step
            step += rise


def shape_and_mix(
    pulse: Spectra, noise: Spectra, envelope: Spectra, noise_gain: Floats, least: Floats,
    voicing: Floats, breath_bins: float, slope: float, gain: Floats,
) -> None:
    """Filter the spectra of the excitations and mix them into ``pulse``.

    Parameters
    ----------
    pulse, noise
        Spectra of the excitations; complex64, shape (frames, bins).
    envelope
        Logarithm of the minimum-phase response; complex64, shape (frames, bins).
    noise_gain
        Factor on the noise; float32, shape (bins,).
    least
        Least share of noise in the power, from 0 to 1; float32, shape (frames,).
    voicing
        Bin above which the phone is noise; float32, shape (frames,).
    breath_bins
        Bin above which the delivery is noise.
    slope
        Steepness with which noise takes over from pulses [1/bin].
    gain
        Factor on each frame; float32, shape (frames,).
    """
    corner = np.minimum(voicing, breath_bins)
    for first in range(0, len(pulse), BLOCK):
        rows = slice(first, first + BLOCK)
        log, turn = envelope[rows].real, envelope[rows].imag  # numpy's complex exponential takes 40 times as long
        _mix(pulse[rows], noise[rows], np.exp(log), np.cos(turn), np.sin(turn), gain[rows], noise_gain, least[rows],
             corner[rows], slope)


@njit(cache=True, nogil=True)
def _mix(
    pulse: Spectra, noise: Spectra, size: Floats, cosine: Floats, sine: Floats, gain: Floats,
    noise_gain: Floats, least: Floats, corner: Floats, slope: float,
) -> None:
    """Mix pulse and noise by their shares of the power; noise takes over around each frame's ``corner`` [bins]."""
    bins = pulse.shape[1]
    share = np.empty(bins, np.float32)
    fall = math.exp(-slope)
    for row in range(pulse.shape[0]):
        below = math.exp(min(corner[row] * slope, 60.0))
        for b in range(bins):
            share[b] = 1.0 / (1.0 + below)
            below *= fall
        floor = least[row]
        for b in range(bins):
            part = floor + (np.float32(1.0) - floor) * share[b]
            level = gain[row] * size[row, b]
            voiced, breath = level * np.sqrt(np.float32(1.0) - part), level * np.sqrt(part) * noise_gain[b]
            real = voiced * pulse[row, b].real + breath * noise[row, b].real
            imaginary = voiced * pulse[row, b].imag + breath * noise[row, b].imag
            pulse[row, b] = complex(real * cosine[row, b] - imaginary * sine[row, b],
                                    real * sine[row, b] + imaginary * cosine[row, b])


@njit(cache=True, nogil=True)
def levels(envelope: Spectra, pitch: Floats, rate: float, noise_gain: Floats, least: Floats,
           out: Floats) -> None:
    """Compute the r.m.s. of each row at a gain of 1 into ``out``: its partials at their frequencies, and its noise."""
    bins = envelope.shape[1]
    per_hz = 2.0 * (bins - 1) / rate
    for row in range(envelope.shape[0]):
        voiced = noise = 0.0
        if least[row] < 0.99:
            at = pitch[row] * per_hz
            while at < bins - 1:
                whole = int(at)
                low = envelope[row, whole].real
                voiced += math.exp(2.0 * (low + (at - whole) * (envelope[row, whole + 1].real - low)))
                at += pitch[row] * per_hz
            voiced *= 2.0 * pitch[row] / rate
        for b in range(4, bins, 8):
            noise += math.exp(2.0 * envelope[row, b].real) * noise_gain[b] ** 2
        out[row] = math.sqrt((1.0 - least[row]) * voiced + least[row] * noise * 8.0 / bins + 1e-20)


@njit(cache=True, nogil=True)
def detuning(envelope: Spectra, pitch: Floats, rate: float, row_seconds: float, out: Floats) -> None:
    """Compute by how much moving filters shift the pitch of each row [Hz] into ``out``, to be subtracted.

    A resonance that falls towards a partial delays it more from cycle to cycle, so that it is flat by up to a third of
    a semitone. The shift is the mean over the partials, weighted by power and number.
    """
    bins = envelope.shape[1]
    per_hz = 2.0 * (bins - 1) / rate
    for row in range(1, envelope.shape[0] - 1):
        shift = weight = 0.0
        for n in range(1, PARTIALS + 1):
            here, ago, soon = n * pitch[row] * per_hz, n * pitch[row - 1] * per_hz, n * pitch[row + 1] * per_hz
            if max(here, ago, soon) >= bins - 1:
                break
            i, j, k = int(here), int(ago), int(soon)
            log = envelope[row, i].real + (here - i) * (envelope[row, i + 1].real - envelope[row, i].real)
            before = envelope[row - 1, j].imag + (ago - j) * (envelope[row - 1, j + 1].imag - envelope[row - 1, j].imag)
            after = envelope[row + 1, k].imag + (soon - k) * (envelope[row + 1, k + 1].imag - envelope[row + 1, k].imag)
            power = math.exp(2.0 * log)
            shift += power * (after - before)
            weight += power * n
        out[row] = shift / (4.0 * math.pi * row_seconds * weight + 1e-20)


@njit(cache=True, nogil=True)
def overlap_add(pieces: Floats, hop: int, out: Floats) -> None:
    """Add rows of ``pieces`` into ``out``, ``hop`` samples apart."""
    for row in range(pieces.shape[0]):
        start = row * hop
        for k in range(min(pieces.shape[1], out.size - start)):
            out[start + k] += pieces[row, k]


def transform_size(rate: int, hop: int) -> int:
    """Return an even length of the transform [samples] that holds a window and its response."""
    size = fast_size(2 * hop + math.ceil(RESPONSE_SECONDS * rate))
    return size + size % 2


def log_response(cepstra: Floats, size: int) -> Spectra:
    """Return the logarithm of the minimum-phase response of one-sided cepstra [3]_; complex64, shape (rows, bins)."""
    return forward(cepstra, size)


def widening(hz: float, rate: int, kept: int) -> Floats:
    """Return factors on a one-sided cepstrum that widen every resonance by ``hz``; float32, shape (kept,)."""
    factors: Floats = np.exp(-math.pi * hz / rate * np.arange(kept)).astype(np.float32)
    return factors


@lru_cache(maxsize=16)
def resizing(formants: float, kept: int) -> Floats:
    """Return the matrix by which one-sided cepstra are multiplied to move every resonance by a factor.

    What a shorter tract would have above half the rate is gone; what a longer one lacks there stays as it ends.

    Returns
    -------
    ndarray
        float32, shape (kept, kept).
    """
    bins = 4 * kept
    angles = math.pi * (np.arange(bins) + 0.5) / bins
    waves = np.arange(kept)[:, None]
    taken = np.cos(waves * np.minimum(angles / formants, math.pi))  # log magnitudes of each quefrency, moved
    found = np.cos(waves * angles).T * np.where(np.arange(kept) == 0, 1, 2) / bins
    matrix: Floats = (taken @ found).astype(np.float32)
    return matrix


def cepstrum(log_magnitude: Floats, kept: int) -> Floats:
    """Return the one-sided cepstrum of a log magnitude, to be added to the cepstrum of an envelope.

    The response stays causal. A gain of zero phase would ring before each sound and wrap around each transform.

    Parameters
    ----------
    log_magnitude
        Shape (bins,) [nepers].
    kept
        Number of quefrencies.

    Returns
    -------
    ndarray
        float32, shape (kept,).
    """
    quefrency = np.fft.irfft(log_magnitude)[:kept]
    quefrency[1:] *= 2
    kept_ones: Floats = quefrency.astype(np.float32)
    return kept_ones


def framed(signal: Floats, hop: int, rows: int) -> Floats:
    """Cut a signal with Hann windows of 2 hop samples, a hop apart, which sum to one; float32, shape (rows, 2 hop)."""
    window = (0.5 - 0.5 * np.cos(np.pi * np.arange(2 * hop) / hop)).astype(np.float32)
    padded = np.pad(signal, (hop, 2 * hop))
    cut: Floats = np.lib.stride_tricks.sliding_window_view(padded, 2 * hop)[::hop][:rows] * window
    return cut
