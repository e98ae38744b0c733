"""What a pluck gives to a string and takes from the bridge: compiled."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from instruments.dsp.arrays import Mono, Reals, Record
from instruments.dsp.interpolation import cubic_weights
from instruments.dsp.random import uniform

KNOCK_TIMES = 12.0  # exp(−t/τ) is below −100 dB after this many τ


@njit(cache=True, nogil=True)
def _soft_step(time: float, tau: float, fall: float) -> float:
    """Step from 0 to 1 at time 0 through two one-pole low-passes of time constant ``tau``; ``fall`` is exp(−time/tau).

    It starts with slope 0 and does not overshoot.
    """
    return 0.0 if time <= 0.0 else 1.0 - fall * (1.0 + time / tau)


@njit(cache=True, nogil=True)
def pluck(work: Reals, place: int, late: float, note: Record, seed: np.uint64) -> None:
    """Write one pluck to ``work`` from ``place`` on; its first sample lies ``late`` samples after the onset.

    A string released at a share β of its length pulls the bridge with a rectangular force that is on for β of each
    period: its partials fall as 1/k under the comb |sin(πkβ)| of the plucked string. What enters the loop is one period
    of that force, less its mean, and the noise of the finger or pick. The loop repeats it. The noise is drawn at whole
    samples after the onset and read between them, so that all of a pluck is as late as its onset.
    """
    period, position, tau, amplitude = note.period, note.position, note.corner, note.amplitude
    colour, fade = 1.0 - note.noise_pole, math.exp(-1.0 / note.noise_decay)
    level, rise = note.noise * math.exp(-late / note.noise_decay), math.exp(-(late + 1.0) / note.noise_decay)
    smooth, smoother = 0.0, 0.0
    by_before, by_here, by_next, by_last = cubic_weights(late)
    # Numbers are drawn downwards: the hand's noises count upwards.
    before, here, following, last = 0.0, uniform(seed, -1), uniform(seed, -2), uniform(seed, -3)
    step = math.exp(-1.0 / tau)
    on, off, again = math.exp(-late / tau), 1.0, 1.0  # exp(−time/τ) of the force's rise, its fall and its next rise
    for k in range(note.pluck_samples):
        time = k + late
        since_off, since_again = time - position * period, time - period
        if 0.0 < since_off <= 1.0:
            off = math.exp(-since_off / tau)
        if 0.0 < since_again <= 1.0:
            again = math.exp(-since_again / tau)
        up = _soft_step(time, tau, on)
        pull = up - _soft_step(since_off, tau, off) - position * (up - _soft_step(since_again, tau, again))
        on *= step
        off *= step
        again *= step
        white = by_before * before + by_here * here + by_next * following + by_last * last
        before, here, following, last = here, following, last, uniform(seed, -4 - k)
        smooth += colour * (white - smooth)
        smoother += colour * (smooth - smoother)
        level *= fade
        work[place + k] = amplitude * (pull + level * (1.0 - rise) * (smooth - smoother))
        rise *= fade


@njit(cache=True, nogil=True)
def unload_bridge(out: Mono, start: int, late: float, note: Record) -> int:
    """Take the static load of the finger off the bridge, and return the sample after the last one that this changes.

    A string pulled aside also pulls the bridge. On release that pull is gone and the body springs back: the thump of
    its low modes (N. Fletcher and T. Rossing, The Physics of Musical Instruments, 2nd ed. 1998, chapter 9). The force
    that ``pluck`` gives to the loop has no mean and so lacks it.
    """
    tau, decay, load = note.corner, note.knock_decay, note.knock
    until: int = min(start + int(KNOCK_TIMES * decay) + 1, out.shape[0])
    step, fade = math.exp(-1.0 / tau), math.exp(-1.0 / decay)
    on, rest = math.exp(-late / tau), math.exp(-late / decay)
    for k in range(until - start):
        out[start + k] -= load * _soft_step(k + late, tau, on) * rest
        on *= step
        rest *= fade
    return until
