"""A blow on something that rings: damped modes whose frequencies fall together as the tension does."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from instruments.dsp.notes import FLOOR

BLOCK = 64  # samples in which the tension is taken as constant
STEP = 1e-3  # of the frequency: the tension is followed in steps of 2 cents, the phase without any


@njit(cache=True, nogil=True)
def _tabulate(cosine: np.ndarray, sine: np.ndarray, turn: complex) -> complex:
    """The powers 0 … BLOCK − 1 of a complex number, by doubling; returns the power BLOCK."""
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
    out: np.ndarray,
    onsets: np.ndarray,
    hz: np.ndarray,
    decays: np.ndarray,
    amplitudes: np.ndarray,
    glides: np.ndarray,
    glide_seconds: float,
    attacks: np.ndarray,
    rate: float,
    left: float,
    right: float,
) -> None:
    """Add the strikes of one drum to ``out``.

    out
        float32 (2, frames), added to.
    onsets
        float64 (strikes,): in samples and parts of one.
    hz, decays
        float64 (modes,): frequency in Hz and decay in nepers per second, in order of rising decay.
    amplitudes
        float64 (strikes, modes).
    glides
        float64 (strikes,): share by which all frequencies lie above ``hz`` at the onset.
    glide_seconds
        Time constant of their fall. The tension of a membrane goes with its energy: Avanzini and Marogna, IEEE
        Trans. Audio 18 (2010), eq. 9.
    attacks
        float64 (strikes,): samples of the raised-cosine rise, half the time of contact.
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
        modes, glide, tuned = most, glides[s], np.inf
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
                for k in range(BLOCK):  # a constant length, so that it is compiled to vector instructions
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
