"""A driven waveguide: a source whose period is given drives a loop of that length. Compiled.

    source(phase, dynamic) + noise → ⊕ ─────────────────→ ⊕ → out
                                     ↑        │             ↑
                     loss ← low-pass ← delay of one period  noise beside the tube

A bow, a reed, a lip or a jet in a loop that oscillates by itself decides its own pitch, and over a whole range and all
dynamics it squeals, jumps or falls silent here and there. In this hybrid the source is the nonlinear motion that such
a model settles into, read by a phase that is exact; the loop gives what a table lacks: the periods of the attack, the
ringing after the end, and the breath, which becomes a sound in the pitch of the tube or string. Some of it never enters
the tube: the hiss at a lip or of hair on a string.

References
----------
J. O. Smith, "Efficient simulation of the reed-bore and bow-string mechanisms", ICMC 1986.
M. McIntyre, R. Schumacher and J. Woodhouse, "On the oscillations of musical instruments", JASA 74, 1983.
P. Cook and G. Scavone, "The Synthesis ToolKit (STK)", ICMC 1999.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from instruments.dsp.arrays import Mono, Reals, Singles
from instruments.dsp.random import uniform

HZ, GAIN, DYNAMIC, NOISE = range(4)
COLUMNS = 4  # of a control row: frequency [Hz], gain of the source, its dynamic 0–1, gain of the noise
SILENCE = 10 ** (-104 / 20)  # what the loop holds when it is at rest
UNIFORM_POWER = 1 / 3  # power of noise that is uniform from −1 to 1
RESTS = 64  # rows after which a loop at rest has ended


class Cycles(NamedTuple):
    """A source and its loop."""

    tables: Singles  # cycles from soft to loud, shape (dynamics, values + 1)
    reflects: float  # share of the sound that comes back after a period, 0–1
    dulls: float  # pole of the low-pass in the loop, 0–1
    pulses: float  # how much the noise comes in pulses with the source, 0–1
    beside: float  # amplitude of the noise that sounds beside the loop, relative to that which enters it


def loop_gain(cycles: Cycles, harmonics: int, omega: float) -> Reals:
    """Return how much the loop amplifies each harmonic of a source of the frequency ``omega`` in radians a sample."""
    angle = np.minimum(omega * np.arange(1, harmonics + 1), np.pi)
    low = (1 - cycles.dulls) / (1 - cycles.dulls * np.exp(-1j * angle))
    return np.asarray(1 / np.abs(1 - cycles.reflects * low * np.exp(-1j * angle * _length(omega, cycles.dulls))))


def noise_gain(cycles: Cycles, rate: float, weights: Reals) -> float:
    """Return how much the noise is amplified on its way out, as the root of its weighted power.

    The mean of |beside + 1 / (1 − r e^{jφ})|² over all phases φ is beside² + 2 beside + 1 / (1 − r²), so the pitch of
    the loop does not matter.

    Parameters
    ----------
    cycles
        The loop.
    rate
        Sample rate in Hz.
    weights
        Power with which each frequency counts, from 0 to half the rate; shape (n,).
    """
    angle = np.linspace(0, np.pi, weights.size)
    back = cycles.reflects * (1 - cycles.dulls) / np.abs(1 - cycles.dulls * np.exp(-1j * angle))
    passed = cycles.beside**2 + 2 * cycles.beside + 1 / (1 - back**2)
    pulsed = (1 - cycles.pulses) ** 2 + cycles.pulses**2
    return math.sqrt(float(np.mean(passed * weights)) * pulsed * UNIFORM_POWER)


@njit(cache=True, nogil=True)
def _length(omega: float, pole: float) -> float:
    """Return the delay with which the loop, low-pass included, is one period long, in samples."""
    late = math.atan2(pole * math.sin(omega), 1.0 - pole * math.cos(omega)) / omega
    return 2.0 * math.pi / omega - late


@njit(cache=True, nogil=True)
def add_line(out: Mono, start: int, lag: float, controls: Reals, hop: int, tables: Singles, reflects: float,
             dulls: float, pulses: float, beside: float, rate: float, seed: np.uint64) -> int:
    """Add a line to ``out`` and return the sample after its last one.

    Parameters
    ----------
    out
        Shape (frames,), float32; added to.
    start, lag
        First sample, and its distance from the onset in samples.
    controls
        Shape (rows, COLUMNS), float64: the first row is at the onset; straight lines between them.
    hop
        Samples between two rows.
    tables, reflects, dulls, pulses, beside
        As in ``Cycles``.
    rate
        Sample rate in Hz.
    seed
        Seed of the noise.
    """
    frames, rows = out.shape[0], controls.shape[0]
    size, highest = tables.shape[1] - 1, tables.shape[0] - 1
    longest = 0.0
    for row in range(rows):
        longest = max(longest, rate / controls[row, HZ])
    line = np.zeros(int(longest) + 8)
    room, write, low = line.shape[0], 0, 0.0
    phase, quiet, row, now = lag * controls[0, HZ] / rate, 0, 0, start
    before = uniform(seed, 0)
    while now < frames and quiet < RESTS:
        here, there = controls[min(row, rows - 1)], controls[min(row + 1, rows - 1)]
        hz, gain, noise = here[HZ], here[GAIN], here[NOISE]
        step_hz, step_gain = (there[HZ] - hz) / hop, (there[GAIN] - gain) / hop
        step_noise = (there[NOISE] - noise) / hop
        if row == 0:  # the first sample lies after the onset
            gain += lag * step_gain
            noise += lag * step_noise
        at = min(max(here[DYNAMIC], 0.0), 1.0) * highest
        rise = (min(max(there[DYNAMIC], 0.0), 1.0) * highest - at) / hop
        back = _length(2.0 * math.pi * hz / rate, dulls)
        back_step = (_length(2.0 * math.pi * (hz + hop * step_hz) / rate, dulls) - back) / hop
        loud = 0.0
        for k in range(min(hop, frames - now)):
            level = min(int(at), highest - 1)
            share = at - level
            place = phase * size
            i = int(place)
            part = place - i
            soft = tables[level, i] + part * (tables[level, i + 1] - tables[level, i])
            hard = tables[level + 1, i] + part * (tables[level + 1, i + 1] - tables[level + 1, i])
            source = soft + share * (hard - soft)
            drawn = uniform(seed, now + k - start + 1)
            white = before + lag * (drawn - before)  # noise, too, begins at the onset, between two samples
            before = drawn
            hiss = noise * white * (1.0 + pulses * (source - 1.0))
            drive = gain * source + hiss
            whole = int(back)
            fraction = back - whole
            a, b = write - whole, write - whole - 1
            if a < 0:
                a += room
            if b < 0:
                b += room
            low += (1.0 - dulls) * (line[a] + fraction * (line[b] - line[a]) - low)
            value = drive + reflects * low
            line[write] = value
            write += 1
            if write == room:
                write = 0
            loud = max(loud, abs(value))
            out[now + k] += np.float32(value + beside * hiss)
            phase += hz / rate
            if phase >= 1.0:
                phase -= 1.0
            hz += step_hz
            gain += step_gain
            noise += step_noise
            at += rise
            back += back_step
        now += min(hop, frames - now)
        row += 1
        quiet = quiet + 1 if row >= rows and loud < SILENCE else 0
    return now
