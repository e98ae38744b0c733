"""One voice of a sampler: a looped sample at any pitch, its envelopes and LFOs, a resonant low-pass. Compiled."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numba import njit

TAPS, PHASES = 16, 512
SILENT = 1e-5  # −100 dB: what an envelope falls by in the time that a bank states for it

# Numbers of a voice, one row of the table that the kernel takes.
(STEP, PHASE, START, STOP, LOOP_FROM, LOOP_TO, LOOPING, FIRST, RELEASED, KILLED, LEFT, RIGHT,
 DELAY, ATTACK, HOLD, DECAY, SUSTAIN_DB, RELEASE,
 M_DELAY, M_ATTACK, M_HOLD, M_DECAY, M_SUSTAIN, M_RELEASE, M_PITCH, M_FILTER,
 LFO_DELAY, LFO_HZ, LFO_PITCH, LFO_FILTER, LFO_DB, VIB_DELAY, VIB_HZ, VIB_PITCH,
 FILTER_HZ, FILTER_Q) = range(36)
NUMBERS = 36


@lru_cache(maxsize=64)
def interpolator(octaves_twelfth: int) -> np.ndarray:
    """A windowed sinc, shape (PHASES + 1, TAPS), float32; rows are places between two samples, each of gain 1.

    octaves_twelfth
        how far up a sample is transposed, in semitones: above 0 the cut-off falls by as much, against aliases.
    """
    cut = min(1.0, 2 ** (-octaves_twelfth / 12))
    place = np.arange(TAPS) - (TAPS // 2 - 1) - np.arange(PHASES + 1)[:, None] / PHASES
    window = np.i0(7.0 * np.sqrt(np.maximum(1 - (place / (TAPS / 2)) ** 2, 0))) / np.i0(7.0)  # Kaiser
    rows = np.sinc(cut * place) * window
    return np.ascontiguousarray(rows / rows.sum(axis=1, keepdims=True), dtype=np.float32)


@njit(cache=True, nogil=True)
def _envelope(t: float, released: float, at_release: float, delay: float, attack: float, hold: float, decay: float,
              sustain: float, release: float) -> float:
    """A modulation envelope, 0 … 1, ``t`` seconds after the onset; ``at_release`` is its value when let go."""
    if t >= released:
        return max(at_release - (t - released) / release, 0.0)
    if t < delay:
        return 0.0
    if t < delay + attack:
        return (t - delay) / attack
    if t < delay + attack + hold:
        return 1.0
    return max(1.0 - (t - delay - attack - hold) / decay, sustain)


@njit(cache=True, nogil=True)
def _volume(t: float, released: float, at_release: float, v: np.ndarray) -> float:
    """The volume envelope as a gain: it rises in a straight line and falls in a straight line of decibels."""
    if t >= released:
        return float(at_release * 10.0 ** (-5.0 * (t - released) / v[RELEASE]))
    t -= v[DELAY]
    if t < 0.0:
        return 0.0
    if t < v[ATTACK]:
        return float(t / v[ATTACK])
    t -= v[ATTACK] + v[HOLD]
    if t <= 0.0:
        return 1.0
    return float(10.0 ** (-min(100.0 * t / v[DECAY], v[SUSTAIN_DB]) / 20.0))


@njit(cache=True, nogil=True)
def _swing(t: float, hz: float) -> float:
    """A triangle that begins at 0 and rises, −1 … 1."""
    x = (t * hz + 0.25) % 1.0
    return 4.0 * x - 1.0 if x < 0.5 else 3.0 - 4.0 * x


@njit(cache=True, nogil=True)
def sound(out: np.ndarray, samples: np.ndarray, table: np.ndarray, v: np.ndarray, bend: np.ndarray, rate: float,
          block: int) -> None:
    """Add one voice to ``out``, shape (2, frames), float32.

    samples
        int16. table: of ``interpolator``. v: the voice, shape (NUMBERS,); times in seconds from its onset, places in
        samples of the bank, ``FIRST`` its first frame of ``out`` and ``PHASE`` the time from the onset to that, in
        frames. bend: seconds from the onset and cents, shape (2, points ≥ 1). block: frames between two steps of the
        control values; the gain moves in between.
    """
    frames = out.shape[1]
    place = v[START] + v[PHASE] * v[STEP]
    looping = v[LOOPING] > 0.0
    length = int(v[LOOP_TO] - v[LOOP_FROM])
    first_loop, end_loop, stop = int(v[LOOP_FROM]), int(v[LOOP_TO]), int(v[STOP])
    lowest = int(v[START])
    released, killed = v[RELEASED], v[KILLED]
    gain_at_release = _volume(min(released, killed) - 1e-9, 1e9, 0.0, v)
    mod_at_release = _envelope(released - 1e-9, 1e9, 0.0, v[M_DELAY], v[M_ATTACK], v[M_HOLD], v[M_DECAY],
                               v[M_SUSTAIN], v[M_RELEASE])
    filtered = v[FILTER_HZ] < 0.42 * rate or v[M_FILTER] != 0.0 or v[LFO_FILTER] != 0.0
    z1 = z2 = 0.0
    frame = int(v[FIRST])
    fade = 0.004
    gain = -1.0
    while frame < frames:
        count = min(block, frames - frame)
        t = (frame - v[FIRST] + v[PHASE]) / rate
        after = t + count / rate
        lfo = _swing(t - v[LFO_DELAY], v[LFO_HZ]) if t > v[LFO_DELAY] else 0.0
        vibrato = _swing(t - v[VIB_DELAY], v[VIB_HZ]) if t > v[VIB_DELAY] else 0.0
        bent = _envelope(t, released, mod_at_release, v[M_DELAY], v[M_ATTACK], v[M_HOLD], v[M_DECAY], v[M_SUSTAIN],
                         v[M_RELEASE])
        step = v[STEP] * 2.0 ** ((lfo * v[LFO_PITCH] + vibrato * v[VIB_PITCH] + bent * v[M_PITCH]
                                 + np.interp(t, bend[0], bend[1])) / 1200.0)
        if gain < 0.0:
            gain = _volume(t, released, gain_at_release, v)
        target = _volume(after, released, gain_at_release, v) * 10.0 ** (lfo * v[LFO_DB] / 20.0)
        if after > killed:
            target *= max(1.0 - (after - killed) / fade, 0.0)
        if (after > released or after > killed) and target < SILENT and gain < SILENT:
            return
        if v[LOOPING] == 3.0 and looping and t >= released:
            looping = False
            if place >= end_loop:
                place = first_loop + (place - first_loop) % length
        b0 = b1 = b2 = a1 = a2 = 0.0
        if filtered:  # the low-pass of R. Bristow-Johnson's "Audio EQ Cookbook"
            hz = v[FILTER_HZ] * 2.0 ** ((lfo * v[LFO_FILTER] + bent * v[M_FILTER]) / 1200.0)
            omega = 2.0 * np.pi * min(max(hz, 20.0), 0.45 * rate) / rate
            alpha, cosine = np.sin(omega) / (2.0 * v[FILTER_Q]), np.cos(omega)
            b1 = (1.0 - cosine) / (1.0 + alpha)
            b0 = b2 = b1 / 2.0
            a1, a2 = -2.0 * cosine / (1.0 + alpha), (1.0 - alpha) / (1.0 + alpha)
        slope = (target - gain) / count
        for i in range(count):
            whole = int(place)
            if not looping and whole >= stop:
                return
            row = table[int((place - whole) * PHASES + 0.5)]
            index = whole - (TAPS // 2 - 1)
            if looping and index >= end_loop:
                index = first_loop + (index - first_loop) % length
            value = np.float32(0.0)
            if index >= lowest and index + TAPS <= (end_loop if looping else stop):
                for tap in range(TAPS):
                    value += row[tap] * np.float32(samples[index + tap])
            else:
                for tap in range(TAPS):
                    at = index + tap
                    while looping and at >= end_loop:
                        at -= length
                    if lowest <= at < stop:
                        value += row[tap] * np.float32(samples[at])
            heard = float(value)
            if filtered:
                wet = b0 * heard + z1
                z1 = b1 * heard - a1 * wet + z2
                z2 = b2 * heard - a2 * wet
                heard = wet
            heard *= gain + slope * (i + 1)
            out[0, frame + i] += np.float32(v[LEFT] * heard)
            out[1, frame + i] += np.float32(v[RIGHT] * heard)
            place += step
        gain = target
        frame += count
