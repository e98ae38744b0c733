"""Strokes on a drum: damped modes whose frequencies fall together with the tension. Compiled.

References
----------
F. Avanzini and R. Marogna, "A modular physically based approach to the sound synthesis of membrane percussion
instruments", IEEE Trans. Audio, Speech and Language Processing 18(4), 2010, eq. 9: the tension of a membrane follows
its energy.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from instruments.dsp.arrays import Reals, Singles, Stereo
from instruments.dsp.notes import FLOOR

BLOCK = 64  # samples over which the tension is constant
STEP = 1e-3  # change of frequency from which the modes are retuned, relative to it: 2 cents; the phase has no steps


@njit(cache=True, nogil=True)
def _tabulate(cosine: Singles, sine: Singles, turn: complex) -> complex:
    """Tabulate the powers 0 … BLOCK − 1 of a complex number by doubling, and return the power BLOCK."""
    cosine[0], sine[0] = 1.0, 0.0
    done = 1
    while done < BLOCK:
        re, im = np.float32(turn.real), np.float32(turn.imag)
        from_re, from_im, to_re, to_im = cosine[:done], sine[:done], cosine[done : 2 * done], sine[done : 2 * done]
        for k in range(done):
            to_re[k] = from_re[k] * re - from_im[k] * im
            to_im[k] = from_re[k] * im + from_im[k] * re
        turn *= turn
        done *= 2
    return turn


@njit(cache=True, nogil=True)
def add_strikes(
    out: Stereo,
    onsets: Reals,
    hz: Reals,
    decays: Reals,
    amplitudes: Reals,
    glides: Reals,
    glide_seconds: float,
    attacks: Reals,
    rate: float,
    left: float,
    right: float,
) -> None:
    """Add the strokes on one drum to ``out``.

    Parameters
    ----------
    out
        Shape (2, frames), float32; added to.
    onsets
        Shape (strokes,): in samples, fractional.
    hz, decays
        Shape (modes,): frequency in Hz and decay in nepers per second, in order of rising decay.
    amplitudes
        Shape (strokes, modes).
    glides
        Shape (strokes,): share by which all frequencies lie above ``hz`` at the onset.
    glide_seconds
        Time constant with which they fall.
    attacks
        Shape (strokes,): samples of the raised-cosine rise, half the contact time.
    rate
        Sample rate in Hz.
    left, right
        Gains of the two channels.
    """
    frames, most = out.shape[1], hz.shape[0]
    table = np.empty((most, 2, BLOCK), np.float32)
    phasors, turns = np.empty(most, np.complex128), np.empty(most, np.complex128)
    block = np.empty(BLOCK, np.float32)
    to_left, to_right = np.float32(left), np.float32(right)
    fall = math.exp(-BLOCK / (glide_seconds * rate))
    for s in range(onsets.shape[0]):
        start = math.ceil(onsets[s])
        lag = start - onsets[s]
        for m in range(most):
            phasors[m] = amplitudes[s, m] * np.exp((2j * math.pi * hz[m] * (1.0 + glides[s]) - decays[m]) * lag / rate)
        # The tension has fallen a little at the first sample, which lies after the onset.
        modes, glide, tuned = most, glides[s] * math.exp(-lag / (glide_seconds * rate)), np.inf
        at, attack = start, attacks[s]
        while at < frames:
            while modes > 0 and abs(phasors[modes - 1].real) + abs(phasors[modes - 1].imag) < FLOOR:
                modes -= 1
            if modes == 0:
                break
            if abs(glide - tuned) > STEP or (tuned != 0.0 and glide < 0.1 * STEP):
                tuned = glide if glide > 0.1 * STEP else 0.0
                for m in range(modes):
                    turn = np.exp((2j * math.pi * hz[m] * (1.0 + tuned) - decays[m]) / rate)
                    turns[m] = _tabulate(table[m, 0], table[m, 1], turn)
            glide *= fall
            for k in range(BLOCK):
                block[k] = 0.0
            for m in range(modes):
                re, im = np.float32(phasors[m].real), np.float32(phasors[m].imag)
                cosine, sine = table[m, 0], table[m, 1]
                for k in range(BLOCK):  # constant length, so that it compiles to vector instructions
                    block[k] += im * cosine[k] + re * sine[k]
                phasors[m] *= turns[m]
            count = BLOCK if frames - at > BLOCK else frames - at
            if at - start < attack:
                for k in range(count):
                    since = at + k - start + lag
                    if since < attack:
                        block[k] *= np.float32(0.5 - 0.5 * math.cos(math.pi * since / attack))
            sound, out_left, out_right = block[:count], out[0, at : at + count], out[1, at : at + count]
            for k in range(count):
                out_left[k] += to_left * sound[k]
                out_right[k] += to_right * sound[k]
            at += count
