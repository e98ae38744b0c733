"""Tube stages and a cabinet: the compiled loops of an amplifier.

A stage shapes its input by x / √(1 + x²) around a bias, at a multiple of the sample rate. Aliasing is reduced by the
average of the curve between two samples. The integral of the curve is √(1 + x²), so the average needs no special case
for equal samples.

References
----------
J. Parker, V. Zavalishin and E. Le Bivic, "Reducing the Aliasing of Nonlinear Waveshaping Using Continuous-Time
Convolution", DAFx 2016.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numba import njit

TAPS = 16  # taps of each phase of the resampling filters
ATTENUATION = 6.5  # β of their Kaiser window: −68 dB
EDGE = 0.445  # their cut-off, relative to the sample rate
# Columns of a stage: gain before it, bias, coefficients of the high-pass and the low-pass after it.
GAIN, BIAS, HIGHPASS, LOWPASS = range(4)
CHUNK = 1024  # samples that pass through all stages at a time


@cache
def resampler(factor: int) -> np.ndarray:
    """Design the low-pass between a rate and ``factor`` times it: shape (factor, TAPS), one row a phase, of sum 1."""
    count = factor * TAPS
    time = (np.arange(count) - (count - 1) / 2) / factor
    taps = np.sinc(2 * EDGE * time) * np.kaiser(count, ATTENUATION)
    rows = taps.reshape(TAPS, factor).T
    return np.ascontiguousarray(rows / rows.sum(axis=1, keepdims=True), np.float32)


@njit(cache=True, nogil=True, fastmath={"contract"})
def _fir(out: np.ndarray, sound: np.ndarray, past: int, taps: np.ndarray, count: int) -> None:
    """Filter ``count`` samples of ``sound``, which begin at ``past``, into ``out``; the number of taps divides by 4."""
    for k in range(count):
        out[k] = np.float32(0.0)
    for j in range(0, taps.shape[0], 4):
        a, b, c, d = taps[j], taps[j + 1], taps[j + 2], taps[j + 3]
        at = past - j
        here, before = sound[at:at + count], sound[at - 1:at - 1 + count]
        earlier, first = sound[at - 2:at - 2 + count], sound[at - 3:at - 3 + count]
        for k in range(count):
            out[k] += (a * here[k] + b * before[k]) + (c * earlier[k] + d * first[k])


@njit(cache=True, nogil=True, fastmath={"contract"})
def _cone(sound: np.ndarray, cone: np.ndarray, state: np.ndarray) -> None:
    """Apply four filters of second order in place, in transposed direct form II."""
    b0, b1, b2, a1, a2 = cone[0, 0], cone[0, 1], cone[0, 2], cone[0, 3], cone[0, 4]
    c0, c1, c2, d1, d2 = cone[1, 0], cone[1, 1], cone[1, 2], cone[1, 3], cone[1, 4]
    e0, e1, e2, f1, f2 = cone[2, 0], cone[2, 1], cone[2, 2], cone[2, 3], cone[2, 4]
    g0, g1, g2, h1, h2 = cone[3, 0], cone[3, 1], cone[3, 2], cone[3, 3], cone[3, 4]
    p, q, r, s = state[0, 0], state[0, 1], state[1, 0], state[1, 1]
    t, u, v, w = state[2, 0], state[2, 1], state[3, 0], state[3, 1]
    for k in range(sound.shape[0]):
        x = np.float64(sound[k])
        y = b0 * x + p
        p = (b1 * x + q) - a1 * y
        q = b2 * x - a2 * y
        z = c0 * y + r
        r = (c1 * y + s) - d1 * z
        s = c2 * y - d2 * z
        x = e0 * z + t
        t = (e1 * z + u) - f1 * x
        u = e2 * z - f2 * x
        y = g0 * x + v
        v = (g1 * x + w) - h1 * y
        w = g2 * x - h2 * y
        sound[k] = y
    for i, value in enumerate((p, q, r, s, t, u, v, w)):
        state[i // 2, i % 2] = value if abs(value) > 1e-14 else 0.0


@njit(cache=True, nogil=True, fastmath={"contract"})
def third_order(sound: np.ndarray, b: np.ndarray, a: np.ndarray, state: np.ndarray) -> None:
    """Run a filter of third order in place, transposed direct form II."""
    b0, b1, b2, b3, a1, a2, a3 = b[0], b[1], b[2], b[3], a[1], a[2], a[3]
    s0, s1, s2 = state[0], state[1], state[2]
    for k in range(sound.shape[0]):
        x = np.float64(sound[k])
        y = b0 * x + s0
        s0 = (b1 * x + s1) - a1 * y
        s1 = (b2 * x + s2) - a2 * y
        s2 = b3 * x - a3 * y
        sound[k] = y
    for i, value in enumerate((s0, s1, s2)):
        state[i] = value if abs(value) > 1e-14 else 0.0


@njit(cache=True, nogil=True, fastmath={"contract"})
def _stage(sound: np.ndarray, stage: np.ndarray, state: np.ndarray, bent: np.ndarray) -> None:
    """Apply one stage in place: the curve, then the high-pass of the coupling capacitor, then a low-pass."""
    gain, bias = np.float32(stage[GAIN]), np.float32(stage[BIAS])
    rest = (bias + bias) / (np.sqrt(np.float32(1.0) + bias * bias) + np.sqrt(np.float32(1.0) + bias * bias))
    count = sound.shape[0]
    before, root = np.float32(state[0]), np.float32(state[1])
    last = gain * sound[count - 1] + bias
    earlier, later = bent[1:count], sound[1:count]
    for k in range(count - 1):
        x, y = gain * later[k] + bias, gain * sound[k] + bias
        earlier[k] = (x + y) / (np.sqrt(np.float32(1.0) + x * x) + np.sqrt(np.float32(1.0) + y * y)) - rest
    x = gain * sound[0] + bias
    bent[0] = (x + before) / (np.sqrt(np.float32(1.0) + x * x) + root) - rest
    state[0], state[1] = last, np.sqrt(np.float32(1.0) + last * last)
    high, low = stage[HIGHPASS], stage[LOWPASS]
    slow, smooth = state[2], state[3]
    for k in range(count):
        x64 = np.float64(bent[k])
        slow += high * (x64 - slow)
        smooth += low * ((x64 - slow) - smooth)
        sound[k] = smooth
    state[2] = slow if abs(slow) > 1e-12 else 0.0
    state[3] = smooth if abs(smooth) > 1e-12 else 0.0


@njit(cache=True, nogil=True, fastmath={"contract"})
def amplify(out: np.ndarray, sound: np.ndarray, stages: np.ndarray, states: np.ndarray, rows: np.ndarray,
            before: np.ndarray, b: np.ndarray, a: np.ndarray, stack: np.ndarray, stack_first: bool, down: np.ndarray,
            cone: np.ndarray, membrane: np.ndarray, echoes: np.ndarray, delays: np.ndarray, line: np.ndarray) -> None:
    """Amplify a sound: tone stack, tube stages, loudspeaker. The states continue with the next call.

    Parameters
    ----------
    out, sound
        Shape (frames,), float32.
    stages, states
        Shape (n, 4), float64: the tubes and their states.
    rows
        Shape (factor, TAPS), float32, from ``resampler``.
    before
        Shape (TAPS − 1,), float32; state: the last samples of the input.
    b, a, stack
        Shapes (4,), (4,) and (3,), float64: the tone stack and its state.
    stack_first
        Whether the tone stack precedes the tubes.
    down
        Shape (factor, TAPS − 1), float32; state: the last samples of each phase after the tubes.
    cone, membrane
        Shapes (4, 5) and (4, 2), float64: the filters of the loudspeaker, b0 b1 b2 a1 a2, and their state.
    echoes, delays, line
        Shapes (n,), (n,) and (longest delay,), float32, int64, float32: reflections of the cabinet, and their state.
    """
    factor, reach, longest = rows.shape[0], TAPS - 1, line.shape[0]
    work = np.empty(reach + CHUNK, np.float32)
    voiced = np.empty(longest + CHUNK, np.float32)
    phase = np.empty(CHUNK, np.float32)
    fast, bent = np.empty(CHUNK * factor, np.float32), np.empty(CHUNK * factor, np.float32)
    done = 0
    while done < sound.shape[0]:
        count = min(CHUNK, sound.shape[0] - done)
        for k in range(reach):
            work[k] = before[k]
        for k in range(count):
            work[reach + k] = sound[done + k]
        if stack_first:
            third_order(work[reach:reach + count], b, a, stack)
        for p in range(factor):
            _fir(phase, work, reach, rows[p], count)
            for k in range(count):
                fast[k * factor + p] = phase[k]
        for k in range(reach):
            before[k] = work[count + k]
        for s in range(stages.shape[0]):
            _stage(fast[:count * factor], stages[s], states[s], bent)
        heard = voiced[longest:longest + count]
        for k in range(count):
            heard[k] = np.float32(0.0)
        for p in range(factor):
            for k in range(reach):
                work[k] = down[p, k]
            for k in range(count):
                work[reach + k] = fast[k * factor + p]
            _fir(phase, work, reach, rows[factor - 1 - p], count)
            for k in range(count):
                heard[k] += phase[k]
            for k in range(reach):
                down[p, k] = work[count + k]
        if not stack_first:
            third_order(heard, b, a, stack)
        _cone(heard, cone, membrane)
        for k in range(longest):
            voiced[k] = line[k]
        part = np.float32(1.0) / np.float32(factor)
        for k in range(count):
            out[done + k] = part * heard[k]
        for e in range(delays.shape[0]):
            late, level = voiced[longest - delays[e]:longest - delays[e] + count], part * echoes[e]
            for k in range(count):
                out[done + k] += level * late[k]
        for k in range(longest):
            line[k] = voiced[count + k]
        done += count
