"""One voice of a sampler: a looped sample at any pitch, envelopes, LFOs and a resonant low-pass. Compiled."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numba import njit

from instruments.dsp.arrays import Mono, Reals, Singles, Stereo

TAPS = 16  # taps of the interpolator [samples of the wave]
PHASES = 512  # places between two samples for which the taps are tabulated
LEAD = TAPS // 2  # zeros before a wave, for the taps that reach back from its first sample
BEYOND = 2048  # samples after its end, the loop repeated or zeros, for the taps and steps of one block
ONE = 1 << 32  # one sample of the wave in fixed-point places
INAUDIBLE = 10 ** (-120 / 20)  # amplitude below which a voice has ended, −120 dBFS
# Fall of the volume envelope in the time that a bank states for its decay or its release [dB], as E-mu's hardware and
# FluidSynth fall (S. C. Collins, "SoundFont Spec Implementation Test" 3.1, test 1).
FALL_DB = 96.0
FADE_SECONDS = 0.004  # fade-out of a voice that is ended by another [s]

# Numbers of a voice, one row of the table that the kernel takes.
(STEP, PHASE, STOP, LOOP_FROM, LOOP_TO, LOOPING, FIRST, RELEASED, KILLED, LEFT, RIGHT,
 DELAY, ATTACK, HOLD, DECAY, SUSTAIN_DB, RELEASE,
 M_DELAY, M_ATTACK, M_HOLD, M_DECAY, M_SUSTAIN, M_RELEASE, M_PITCH, M_FILTER,
 LFO_DELAY, LFO_HZ, LFO_PITCH, LFO_FILTER, LFO_DB, VIB_DELAY, VIB_HZ, VIB_PITCH,
 FILTER_HZ, FILTER_Q, MOST) = range(36)
NUMBERS = 36
SLOWEST_STEP, FASTEST_STEP = 2.0**-20, 512.0  # samples of a wave to a frame; the fastest stays within BEYOND


@lru_cache(maxsize=64)
def interpolator(octaves_twelfth: int) -> Singles:
    """Tabulate a windowed sinc.

    Parameters
    ----------
    octaves_twelfth
        Transposition of the sample in semitones. Above 0 the cut-off falls by the same interval, against aliasing.

    Returns
    -------
    Singles
        Shape (PHASES + 1, TAPS); each row is one place between two samples, with gain 1 at 0 Hz.
    """
    cut = min(1.0, 2 ** (-octaves_twelfth / 12))
    place = np.arange(TAPS) - (TAPS // 2 - 1) - np.arange(PHASES + 1)[:, None] / PHASES
    window = np.i0(7.0 * np.sqrt(np.maximum(1 - (place / (TAPS / 2)) ** 2, 0))) / np.i0(7.0)  # Kaiser
    rows = np.sinc(cut * place) * window
    return np.ascontiguousarray(rows / rows.sum(axis=1, keepdims=True), dtype=np.float32)


def waves(samples: np.ndarray, loop_from: int, loop_to: int, looping: int) -> tuple[Mono, Mono]:
    """Prepare a sample for ``sound``: with its loop, and without it for after the release of the key.

    Both begin with ``LEAD`` zeros and continue for ``BEYOND`` samples after their end, with the loop repeated or with
    zeros.

    Parameters
    ----------
    samples
        Shape (samples,), int16.
    loop_from, loop_to
        First sample of the loop, and the one after its last.
    looping
        0 for no loop, 1 for a loop, 3 for a loop that ends with the key.
    """
    samples, zeros = samples.astype(np.float32), np.zeros(BEYOND, np.float32)
    plain = np.concatenate([zeros[:LEAD], samples, zeros])
    if not looping:
        return plain, plain
    looped = np.concatenate([zeros[:LEAD], samples[:loop_to], np.resize(samples[loop_from:loop_to], BEYOND)])
    return looped, plain if looping == 3 else looped


@njit(cache=True, nogil=True)
def _envelope(t: float, released: float, at_release: float, delay: float, attack: float, hold: float, decay: float,
              sustain: float, release: float) -> float:
    """Return a modulation envelope, 0 … 1, ``t`` seconds after the onset; ``at_release`` is its value when let go.

    The attack is convex, as the loudness of an amplitude that rises in a straight line (8.1.2, generator 26).
    """
    if t >= released:
        return max(at_release - (t - released) / release, 0.0)
    if t < delay:
        return 0.0
    if t < delay + attack:
        return float(max(1.0 + 40.0 / 96.0 * np.log10(max((t - delay) / attack, 1e-9)), 0.0))
    if t < delay + attack + hold:
        return 1.0
    return max(1.0 - (t - delay - attack - hold) / decay, sustain)


@njit(cache=True, nogil=True)
def _volume(t: float, released: float, at_release: float, v: Reals) -> float:
    """Return the gain of the volume envelope: its attack is linear in amplitude, its decay and release in decibels."""
    if t >= released:
        return float(at_release * 10.0 ** (-FALL_DB / 20.0 * (t - released) / v[RELEASE]))
    t -= v[DELAY]
    if t < 0.0:
        return 0.0
    if t < v[ATTACK]:
        return float(t / v[ATTACK])
    t -= v[ATTACK] + v[HOLD]
    if t <= 0.0:
        return 1.0
    return float(10.0 ** (-min(FALL_DB * t / v[DECAY], v[SUSTAIN_DB]) / 20.0))


@njit(cache=True, nogil=True)
def _swing(t: float, hz: float) -> float:
    """Return a triangular LFO that rises from 0, −1 … 1."""
    x = (t * hz + 0.25) % 1.0
    return 4.0 * x - 1.0 if x < 0.5 else 3.0 - 4.0 * x


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz"})  # taps are added up in lanes
def _interpolate(heard: Mono, wave: Mono, table: Singles, place: float, step: float) -> None:
    """Fill ``heard`` with the wave at ``place``, ``place + step`` and so on."""
    rows, taps = table.reshape(-1), np.uint64(table.shape[1])  # TAPS, but a loop of unknown length becomes vectors
    at, by = np.uint64(place * ONE), np.uint64(step * ONE)
    for i in range(heard.shape[0]):
        row = ((at & np.uint64(ONE - 1)) + np.uint64(ONE // PHASES // 2)) // np.uint64(ONE // PHASES) * taps
        near = at // np.uint64(ONE) - np.uint64(TAPS // 2 - 1)
        value = np.float32(0.0)
        for tap in range(taps):
            value += rows[row + tap] * wave[near + tap]
        heard[i] = value
        at += by


@njit(cache=True, nogil=True)
def _tune(low_pass: Reals, omega: float, q: float) -> None:
    """Set the low-pass of R. Bristow-Johnson's "Audio EQ Cookbook".

    ``low_pass`` holds half the gain of the middle input, a2, and four samples of the impulse response of the poles.
    """
    alpha, cosine = np.sin(omega) / (2.0 * q), np.cos(omega)
    a1, a2 = -2.0 * cosine / (1.0 + alpha), (1.0 - alpha) / (1.0 + alpha)
    low_pass[0], low_pass[1] = 0.5 * (1.0 - cosine) / (1.0 + alpha), a2
    before, response = 0.0, 1.0
    for k in range(4):
        before, response = response, -a1 * response - a2 * before
        low_pass[2 + k] = response


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _filter(heard: Mono, past: Reals, low_pass: Reals) -> None:
    """Filter in place; ``past`` holds the last two inputs and outputs, ``low_pass`` is set by ``_tune``.

    Four samples are computed at a time: the contribution of the two outputs before them follows from the response of
    the poles, so that only one step in four has to wait for the one before.
    """
    half, a2 = low_pass[0], low_pass[1]
    g1, g2, g3, g4 = low_pass[2], low_pass[3], low_pass[4], low_pass[5]
    x1, x2, y1, y2 = past[0], past[1], past[2], past[3]
    i = 0
    while i + 4 <= heard.shape[0]:
        in0, in1, in2, in3 = float(heard[i]), float(heard[i + 1]), float(heard[i + 2]), float(heard[i + 3])
        f0, f1 = half * (in0 + 2.0 * x1 + x2), half * (in1 + 2.0 * in0 + x1)
        f2, f3 = half * (in2 + 2.0 * in1 + in0), half * (in3 + 2.0 * in2 + in1)
        out0 = f0 + (g1 * y1 - a2 * y2)
        out1 = f1 + g1 * f0 + (g2 * y1 - a2 * g1 * y2)
        out2 = f2 + g1 * f1 + g2 * f0 + (g3 * y1 - a2 * g2 * y2)
        out3 = f3 + g1 * f2 + g2 * f1 + g3 * f0 + (g4 * y1 - a2 * g3 * y2)
        heard[i], heard[i + 1], heard[i + 2], heard[i + 3] = out0, out1, out2, out3
        x1, x2, y1, y2 = in3, in2, out3, out2
        i += 4
    while i < heard.shape[0]:
        in0 = float(heard[i])
        out0 = half * (in0 + 2.0 * x1 + x2) + g1 * y1 - a2 * y2
        heard[i] = out0
        x1, x2, y1, y2 = in0, x1, out0, y1
        i += 1
    past[0], past[1], past[2], past[3] = x1, x2, y1, y2


@njit(cache=True, nogil=True)
def sound(out: Stereo, looped: Mono, plain: Mono, table: Singles, v: Reals, bend: Reals, rate: float,
          block: int) -> None:
    """Add one voice to ``out``.

    Parameters
    ----------
    out
        Shape (2, frames), float32; added to.
    looped, plain
        The sample, from ``waves``.
    table
        The interpolator, from ``interpolator``.
    v
        Shape (NUMBERS,): the voice. Times are in seconds from its onset, places in samples of the wave. ``FIRST`` is
        its first frame in ``out`` and ``PHASE`` the time from the onset to that frame, in frames.
    bend
        Shape (2, points ≥ 1): seconds from the onset, and cents.
    rate
        Sample rate in Hz.
    block
        Frames between two steps of the control values; the gain is interpolated.
    """
    frames = out.shape[1]
    heard = np.empty(block, np.float32)
    place = LEAD + v[PHASE] * v[STEP]
    looping, wave = v[LOOPING] > 0.0, looped
    length, first_loop = v[LOOP_TO] - v[LOOP_FROM], v[LOOP_FROM]
    released, killed = v[RELEASED], v[KILLED]
    gain_at_release = _volume(min(released, killed) - 1e-9, 1e9, 0.0, v)
    mod_at_release = _envelope(released - 1e-9, 1e9, 0.0, v[M_DELAY], v[M_ATTACK], v[M_HOLD], v[M_DECAY],
                               v[M_SUSTAIN], v[M_RELEASE])
    filter_moves = v[M_FILTER] != 0.0 or v[LFO_FILTER] != 0.0
    filtered = v[FILTER_HZ] < 0.42 * rate or filter_moves
    swings = v[LFO_PITCH] != 0.0 or v[LFO_FILTER] != 0.0 or v[LFO_DB] != 0.0
    modulated = filter_moves or v[M_PITCH] != 0.0
    pitch_moves = v[LFO_PITCH] != 0.0 or v[VIB_PITCH] != 0.0 or v[M_PITCH] != 0.0 or bend.shape[1] > 1
    step = min(max(v[STEP] * 2.0 ** (bend[1, 0] / 1200.0), SLOWEST_STEP), FASTEST_STEP)
    silent = INAUDIBLE / (32768.0 * max(v[LEFT], v[RIGHT], 1e-30))
    left, right = np.float32(v[LEFT]), np.float32(v[RIGHT])
    past, low_pass, tuned_hz = np.zeros(4), np.zeros(6), 0.0
    lfo = vibrato = bent = 0.0
    last_lfo = last_bent = np.nan
    hz = v[FILTER_HZ]
    begin = int(v[FIRST])
    frame = begin
    gain = _volume(v[PHASE] / rate, released, gain_at_release, v)
    while frame < frames:
        t = (frame - begin + v[PHASE]) / rate
        if swings:
            lfo = _swing(t - v[LFO_DELAY], v[LFO_HZ]) if t > v[LFO_DELAY] else 0.0
        if modulated:
            bent = _envelope(t, released, mod_at_release, v[M_DELAY], v[M_ATTACK], v[M_HOLD], v[M_DECAY],
                             v[M_SUSTAIN], v[M_RELEASE])
        if pitch_moves:
            vibrato = _swing(t - v[VIB_DELAY], v[VIB_HZ]) if t > v[VIB_DELAY] else 0.0
            step = v[STEP] * 2.0 ** ((lfo * v[LFO_PITCH] + vibrato * v[VIB_PITCH] + bent * v[M_PITCH]
                                     + np.interp(t, bend[0], bend[1])) / 1200.0)
            step = min(max(step, SLOWEST_STEP), FASTEST_STEP)
        if v[LOOPING] == 3.0 and looping and t >= released:
            looping, wave = False, plain
            if place >= v[LOOP_TO]:
                place = first_loop + (place - first_loop) % length
        if looping and place >= first_loop + length + TAPS:  # every tap reaches the loop
            place = first_loop + TAPS + (place - first_loop - TAPS) % length
        count = min(block, frames - frame, max(int((BEYOND - 2 * TAPS) / step), 1))
        if not looping:
            count = min(count, int(np.ceil((v[STOP] - place) / step)))
            if count <= 0:
                return
        after = t + count / rate
        target = _volume(after, released, gain_at_release, v)
        if v[LFO_DB] != 0.0:
            target *= min(10.0 ** (lfo * v[LFO_DB] / 20.0), v[MOST])
        if after > killed:
            target *= max(1.0 - (after - killed) / FADE_SECONDS, 0.0)
        falls = after > released or after > killed or (v[LFO_DB] == 0.0 and t > v[DELAY] + v[ATTACK])
        if falls and target < silent and gain < silent:
            return
        piece = heard[:count]
        _interpolate(piece, wave, table, place, step)
        place += count * step
        if filtered:
            if filter_moves and (lfo != last_lfo or bent != last_bent):
                hz = v[FILTER_HZ] * 2.0 ** ((lfo * v[LFO_FILTER] + bent * v[M_FILTER]) / 1200.0)
                last_lfo, last_bent = lfo, bent
            if hz != tuned_hz:
                _tune(low_pass, 2.0 * np.pi * min(max(hz, 20.0), 0.45 * rate) / rate, v[FILTER_Q])
                tuned_hz = hz
            _filter(piece, past, low_pass)
        from_gain, slope = np.float32(gain), np.float32((target - gain) / count)
        to_left, to_right = out[0, frame:frame + count], out[1, frame:frame + count]
        for i in range(count):
            value = piece[i] * (from_gain + slope * np.float32(i + 1))
            to_left[i] += left * value
            to_right[i] += right * value
        gain = target
        frame += count
