"""A voice from envelopes: pulses and breath through minimum-phase filters that move, at the source's own rate.

WORLD's synthesis (Morise, Yokomori and Ozawa, 2016) renders a whole response for each pulse. Here the excitation is cut
into overlapping windows, one a frame, each is filtered by its frame's envelope in the frequency domain, and the pieces
are added: the same filter cross-faded every 5 ms, in a tenth of the time, at a pitch exact to a fraction of a sample.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numba import njit

from instruments.dsp.random import uniform
from instruments.dsp.transform import fast_size, forward

TAPS, PHASES, SHAPES = 32, 64, 16  # of the band-limited pulse: length, places between samples, dispersions
DISPERSED_ABOVE_HZ, DISPERSION_SECONDS = 2500.0, 0.0004
JITTER, SHIMMER = 0.004, 0.04  # of a cycle's length and of its height, to either side
BLOCK = 64  # rows that a cache holds with all that is made of them
RESPONSE_SECONDS = 0.022  # after which a resonance of speech has rung out
PARTIALS = 12  # that tell the pitch of a voice
UNIT = math.sqrt(1.5)  # the sum of two even draws has a variance of 2/3


@lru_cache(maxsize=4)
def pulses(rate: int) -> np.ndarray:
    """Band-limited pulses: float32 (SHAPES, PHASES, TAPS), each delayed by TAPS/2 − 1 and its phase's part of a sample.

    The shapes differ in the group delay of what lies above ``DISPERSED_ABOVE_HZ``, by chance: a pulse train whose upper
    partials are in step is heard as a buzz (Kawahara, Masuda-Katsuse and de Cheveigné, 1999, section 4.1).
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
    pitch: np.ndarray, hop: int, rate: float, table: np.ndarray, flow: float, seed: np.uint64, pulse: np.ndarray,
    noise: np.ndarray,
) -> None:
    """Fill ``pulse`` and ``noise``, float32 (frames,), each of unit power over a cycle.

    pitch
        float64 (rows,), in Hz, a row every ``hop`` samples; straight lines between.
    flow
        how far the noise swells and ebbs with the cycle, 0–1.
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
                late = -phase / step + JITTER / step * uniform(salt, 4 * count)
                whole = math.floor(late)
                place = int((late - whole) * table.shape[1])
                shape = int((0.5 + 0.5 * uniform(salt, 4 * count + 1)) * table.shape[0]) % table.shape[0]
                height = math.sqrt(1.0 / step) * (1.0 + SHIMMER * uniform(salt, 4 * count + 2))
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
    pulse: np.ndarray, noise: np.ndarray, envelope: np.ndarray, noise_gain: np.ndarray, least: np.ndarray,
    voicing: np.ndarray, breath_bins: float, slope: float, gain: np.ndarray,
) -> None:
    """Put the excitations' spectra through the envelope, into ``pulse`` (complex64 (frames, bins)).

    envelope
        complex64 (frames, bins): logarithm of the minimum-phase response.
    noise_gain
        float32 (bins,): what breath has more than pulses, as a factor.
    least
        float32 (frames,): share of noise in the power where there is least of it, 0–1; 1 is a whisper.
    voicing
        float32 (frames,): bin above which the sound is noise by its nature.
    """
    corner = np.minimum(voicing, breath_bins)
    for first in range(0, len(pulse), BLOCK):
        rows = slice(first, first + BLOCK)
        log, turn = envelope[rows].real, envelope[rows].imag  # the exponential of a complex array is 40 times as slow
        _mix(pulse[rows], noise[rows], np.exp(log), np.cos(turn), np.sin(turn), gain[rows], noise_gain, least[rows],
             corner[rows], slope)


@njit(cache=True, nogil=True)
def _mix(
    pulse: np.ndarray, noise: np.ndarray, size: np.ndarray, cosine: np.ndarray, sine: np.ndarray, gain: np.ndarray,
    noise_gain: np.ndarray, least: np.ndarray, corner: np.ndarray, slope: float,
) -> None:
    """Pulse and noise by their shares of the power, noise taking over about each frame's ``corner`` (in bins)."""
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
def levels(envelope: np.ndarray, pitch: np.ndarray, rate: float, noise_gain: np.ndarray, least: np.ndarray,
           out: np.ndarray) -> None:
    """R.m.s. of each row at a gain of 1, into ``out``: its partials, where the pitch puts them, and its breath."""
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
def detuning(envelope: np.ndarray, pitch: np.ndarray, rate: float, row_seconds: float, out: np.ndarray) -> None:
    """By how much filters that move shift the pitch of each row, in Hz, into ``out``: to be taken from the pulses'.

    A resonance that falls toward a partial delays it more from cycle to cycle, so that it is flat by up to a third of
    a semitone. The mean over the partials, by power and number: between what the first of them says and an
    autocorrelation, which weighs by the number squared.
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
def overlap_add(pieces: np.ndarray, hop: int, out: np.ndarray) -> None:
    """Add rows of ``pieces`` into ``out``, ``hop`` samples apart."""
    for row in range(pieces.shape[0]):
        start = row * hop
        for k in range(min(pieces.shape[1], out.size - start)):
            out[start + k] += pieces[row, k]


def transform_size(rate: int, hop: int) -> int:
    size = fast_size(2 * hop + math.ceil(RESPONSE_SECONDS * rate))
    return size + size % 2


def log_response(cepstra: np.ndarray, size: int) -> np.ndarray:
    """Logarithm of the minimum-phase response of one-sided cepstra (Oppenheim and Schafer): complex64 (rows, bins)."""
    return forward(cepstra, size)


def widening(hz: float, rate: int, kept: int) -> np.ndarray:
    """Factors, float32 (kept,), on a one-sided cepstrum that widen every resonance by ``hz``: its poles move in."""
    factors: np.ndarray = np.exp(-math.pi * hz / rate * np.arange(kept)).astype(np.float32)
    return factors


def cepstrum(log_magnitude: np.ndarray, kept: int) -> np.ndarray:
    """One-sided cepstrum, float32 (kept,), of a log magnitude (bins,): added to an envelope's it colours it, and the
    response stays causal. A gain of zero phase would ring before each sound and around the ends of each transform."""
    quefrency = np.fft.irfft(log_magnitude)[:kept]
    quefrency[1:] *= 2
    kept_ones: np.ndarray = quefrency.astype(np.float32)
    return kept_ones


def framed(signal: np.ndarray, hop: int, rows: int) -> np.ndarray:
    """Hann windows of 2 hop samples, centred a hop apart from sample 0: they add up to one. float32 (rows, 2 hop)."""
    window = (0.5 - 0.5 * np.cos(np.pi * np.arange(2 * hop) / hop)).astype(np.float32)
    padded = np.pad(signal, (hop, 2 * hop))
    cut: np.ndarray = np.lib.stride_tricks.sliding_window_view(padded, 2 * hop)[::hop][:rows] * window
    return cut
