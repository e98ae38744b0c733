"""Sound of spectra: pulses and breath through moving filters, and what a delivery does to the filters.

Each row is filtered in a window of four hops; the windows overlap and are added.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numba import njit

from instruments.dsp.arrays import Floats, Integers, Mono
from instruments.dsp.arrays import Spectra as ComplexRows
from instruments.dsp.random import uniform
from instruments.dsp.transform import back, forward
from instruments.voice.delivery import Colour
from instruments.voice.rows import DECIBELS, drift
from instruments.voice.source import Spectra
from instruments.voice.timing import TimeMap
from scores.performance import Note

# Rate of the sound [Hz], time between two rows [samples], length of their windows [samples].
RATE, HOP, WINDOW = 24_000, 300, 1200
# Window of Hann; four to its length, its squares sum to 3/2. float32, shape (WINDOW,).
HANN = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)
# Least sum of squared windows that what overlaps is divided by: where a line begins and ends they fade.
LEAST_WEIGHT = 0.5
# Standard deviation of noise of magnitude 1.
NOISE_RMS = 1 / math.sqrt(1.5 * WINDOW)
# Highest partial of the pulses [Hz].
HIGHEST_HZ = 11_000.0
# Variation of a cycle's length and of its height, to either side, relative to it.
JITTER, SHIMMER = 0.003, 0.03
# Share and steepness of a delivery's breath that is added: the network has a breath of its own, which is most of it
# unless the delivery is airy.
ADDED_BREATH, STEEPNESS = 0.6, 1.5
# Power of breath as loud as the voice whose filter has the magnitude 1, times the pitch [Hz]: partials of amplitude
# 2 / WINDOW … against noise of magnitude 1 in windows that overlap four times.
BREATH_HZ = 120.0
# Factor on the first formant of a whisper, and the frequencies between which it fades out [Hz]: Kallail and Emanuel,
# J. Speech Hear. Res. 27 (1984).
WHISPER_FORMANT = 1.1
WHISPER_HZ = (900.0, 1800.0)
# Half the width over which the partials of a whisper's filters are smoothed [bins]: half the pitch of speech.
RIPPLE = 6
# Longest pause between words that a whisper breathes through [s], and its level there [dB], relative to the words.
LONGEST_CARRIED_SECONDS = 1.2
CARRIED_DB = -16.0
# How far resonances move in a held vowel, relative to their frequency, and level above 3 kHz [dB] that a unit of
# velocity adds.
MOUTH = 0.02
TILT_DB = 0.15
# On notes above a pitch [Hz] the network, which is told a lower one, has no phase to be relied on where a few partials
# make the pitch: none is kept below, all above these frequencies [Hz].
HIGH_HZ = 280.0
STILL_HZ = (600.0, 1200.0)
# Level of the network's own breath under a sung voice [dB]: on notes higher than speech it has too much of it.
LESS_BREATH_DB = -5.0


def alive(spectra: Spectra, pitch: Floats, notes: Sequence[Note], seconds: Floats, hz: Floats,
          generator: np.random.Generator) -> Spectra:
    """Move the resonances of a sung line as a mouth moves, and tilt its spectrum with the force of its notes."""
    moves = MOUTH * drift(len(seconds), HOP / RATE, generator)
    force = np.interp(seconds, [note.onset_seconds for note in notes], [note.velocity for note in notes])
    tilt = TILT_DB * (force - force.mean()) / DECIBELS
    upward = np.clip(np.log2(np.maximum(hz, 1.0) / 500.0) / 2.6, 0, 1)
    leaning = (tilt[:, None] * upward).astype(np.float32)
    voice, breath = (_stretched(rows, 1 - moves) for rows in (spectra.voice, spectra.breath))
    quieter = (LESS_BREATH_DB / DECIBELS * (pitch > 0)).astype(np.float32)
    kept = np.clip((hz - STILL_HZ[0]) / (STILL_HZ[1] - STILL_HZ[0]), 0, 1).astype(np.float32)
    turn = np.where((pitch > HIGH_HZ)[:, None], kept * spectra.turn, spectra.turn)
    return spectra._replace(voice=voice + leaning, turn=turn, breath=breath + quieter[:, None])


def whispered(spectra: Spectra, times: TimeMap, seconds: Floats, hz: Floats) -> Spectra:
    """Free the filters of a line from the partials of its voice, raise the first formant, and breathe between words."""
    power = np.exp(2 * spectra.voice.astype(np.float64)) + 1e-12
    sums = np.cumsum(np.pad(power, ((0, 0), (RIPPLE + 1, RIPPLE)), mode="edge"), axis=1)
    voice: Floats = 0.5 * np.log((sums[:, 2 * RIPPLE + 1:] - sums[:, :-2 * RIPPLE - 1]) / (2 * RIPPLE + 1) + 1e-15)
    low, high = WHISPER_HZ
    voice = _stretched(voice, (1 / (1 + (WHISPER_FORMANT - 1) * np.clip((high - hz) / (high - low), 0, 1)))[None])
    for (_, end), (start, _) in pairwise(times.sounding):
        rows = np.flatnonzero((seconds > end) & (seconds < start))
        if start - end < LONGEST_CARRIED_SECONDS and rows.size > 0 and rows[0] > 1 and rows[-1] + 2 < len(seconds):
            part = ((seconds[rows] - end) / (start - end))[:, None]
            breath = voice[rows[0] - 1] * (1 - part) + voice[rows[-1] + 1] * part
            voice[rows] = np.logaddexp(voice[rows], breath + CARRIED_DB / DECIBELS)
    return spectra._replace(voice=voice.astype(np.float32))


def resized(spectra: Spectra, formants: float) -> Spectra:
    """Move every resonance by a factor, as a shorter or longer tract does."""
    factors = np.full(len(spectra.voice), 1 / formants)
    voice, breath = (_stretched(rows, factors) for rows in (spectra.voice, spectra.breath))
    return spectra._replace(voice=voice, breath=breath)


def pulses_of(pitch: Floats, roughness: float, seed: np.uint64) -> Mono:
    """Return pulses with a pitch [Hz], one value a hop and 0 for none; float32, shape (rows · HOP,)."""
    pulse = np.zeros(len(pitch) * HOP, np.float32)
    pulse_train(pitch.astype(np.float64), HOP, float(RATE), HIGHEST_HZ, roughness, seed, pulse)
    return pulse


def sounded(spectra: Spectra, pitch: Floats, pulse: Mono, centres: Integers, timbre: Colour,
            generator: np.random.Generator) -> tuple[Floats, Floats]:
    """Return the sound of each row in its window, shape (rows, WINDOW), and the log magnitude of its breath.

    Parameters
    ----------
    spectra, pitch
        The rows and their pitch [Hz].
    pulse, centres
        The pulses and the sample of them at which each row lies.
    timbre
        The delivery.
    generator
        Source of the breath.
    """
    voice, turn, breath, scatter = spectra
    tone = timbre.log_gain.astype(np.float32)
    voice, breath = voice + tone, breath + tone + np.log(timbre.noise_gain)
    is_whispered = timbre.least == 1.0
    added = timbre.least if is_whispered else ADDED_BREATH * timbre.least**STEEPNESS
    open_folds = np.where(pitch > 0, np.sqrt(added * BREATH_HZ / np.maximum(pitch, 1.0)), 0.0)
    noise = generator.standard_normal((len(voice), 2 * voice.shape[1]), dtype=np.float32).view(np.complex64)
    whole = _polar(breath, scatter)
    whole += noise * (open_folds[:, None].astype(np.float32) * np.exp(voice + np.log(timbre.noise_gain)))
    if not is_whispered:
        padded = np.pad(pulse, (WINDOW // 2, WINDOW))
        cut = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[centres]
        cut = cut * (HANN * np.float32(4 / WINDOW))
        whole += forward(cut, WINDOW) * _polar(voice, turn)
    return back(whole, WINDOW), np.maximum(breath, voice - np.float32(2.0))


def joined(pieces: Floats, centres: Integers, samples: int) -> Mono:
    """Add the windows of all rows, each centred on its sample; float32, shape (samples,)."""
    out = np.zeros(samples + 2 * WINDOW, np.float32)
    overlap(np.ascontiguousarray(pieces), centres + WINDOW // 2, HANN, out)
    whole: Mono = out[WINDOW:WINDOW + samples]
    return whole


def _stretched(rows: Floats, factors: Floats) -> Floats:
    """Read each row at its frequencies times ``factors``, which broadcast against (rows, bins) or are one a row."""
    at = np.arange(rows.shape[1]) * (factors[:, None] if factors.ndim == 1 else factors)
    at = np.broadcast_to(np.clip(at, 0, rows.shape[1] - 1.001), rows.shape)
    low = at.astype(np.int64)
    part = (at - low).astype(np.float32)
    read: Floats = (np.take_along_axis(rows, low, 1) * (1 - part) + np.take_along_axis(rows, low + 1, 1) * part)
    return read


def _polar(log_magnitude: Floats, phase: Floats) -> ComplexRows:
    """Complex numbers; numpy's complex exponential takes five times as long."""
    size = np.exp(log_magnitude)
    numbers = np.empty(size.shape, np.complex64)
    numbers.real, numbers.imag = size * np.cos(phase), size * np.sin(phase)
    return numbers


@njit(cache=True, nogil=True)
def pulse_train(
    pitch: Floats, hop: int, rate: float, highest: float, rough: float, seed: np.uint64, out: Floats
) -> None:
    """Fill ``out`` with a pulse train: every partial up to ``highest`` [Hz] with amplitude 1, in closed form.

    Parameters
    ----------
    pitch
        Pitch [Hz], linear between rows, 0 where there are no pulses; float64, shape (rows,).
    hop
        Samples between two rows.
    rate
        Sample rate [Hz].
    highest
        Frequency of the highest partial [Hz].
    rough
        Factor on jitter and shimmer.
    seed
        Seed of jitter and shimmer.
    out
        float32, shape (rows · hop,).
    """
    phase = 0.5
    cycle = 0
    bent, height = 0.0, 1.0
    for row in range(pitch.size):
        here, after = pitch[row], pitch[min(row + 1, pitch.size - 1)]
        for k in range(hop):
            is_voiced = (here if 2 * k < hop else after) > 0.0
            if not is_voiced:
                continue
            low, high = here if here > 0.0 else after, after if after > 0.0 else here
            hz = (low + (high - low) * k / hop) * (1.0 + bent)
            phase += hz / rate
            if phase >= 1.0:
                phase -= 1.0
                cycle += 1
                bent = rough * JITTER * uniform(seed, 2 * cycle)
                height = 1.0 + rough * SHIMMER * uniform(seed, 2 * cycle + 1)
            partials = math.floor(highest / hz)
            turn = 2.0 * math.pi * phase
            half = math.sin(0.5 * turn)
            at_pulse = abs(half) < 1e-4
            value = float(partials) if at_pulse else 0.5 * (math.sin((partials + 0.5) * turn) / half - 1.0)
            out[row * hop + k] = np.float32(height * value)


@njit(cache=True, nogil=True)
def overlap(pieces: Floats, starts: Integers, window: Mono, out: Mono) -> None:
    """Add windowed pieces where they start, and divide by the sum of the squared windows (Griffin and Lim, 1984).

    Parameters
    ----------
    pieces
        float32, shape (rows, size).
    starts
        First sample of each; int64, shape (rows,).
    window
        float32, shape (size,).
    out
        Zeros; float32, shape (samples,).
    """
    weight = np.zeros(out.size, np.float32)
    for row in range(starts.size):
        for k in range(window.size):
            at = starts[row] + k
            if 0 <= at < out.size:
                out[at] += window[k] * pieces[row, k]
                weight[at] += window[k] * window[k]
    for at in range(out.size):
        out[at] /= max(weight[at], LEAST_WEIGHT)
