"""The soundboard of a piano as a close pair of microphones hears it: its modes, as gains and phases of partials.

A partial lasts much longer than the modes of the board, so the board acts on it by its response at one frequency. The
modes themselves are heard when the blow excites them: the knock.

References
----------
B. Bank, S. Zambon and F. Fontana, "A modal-based real-time piano synthesizer", IEEE Trans. ASLP 18, 2010: the same
separation.
K. Ege, X. Boutillon and M. Rébillat, "Vibroacoustics of the piano soundboard", J. Sound Vib. 332, 2013: the modes.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from instruments.dsp.arrays import Complexes, Reals
from instruments.dsp.random import generator

SEED = 1709  # seed of the drawn modes: one individual board
LOWEST_HZ = 58.0  # frequency of the first mode [Hz]
SPACING_HZ = 19.0  # mean distance of the modes below FREE_HZ [Hz]; Ege, Boutillon and Rébillat 2013
FREE_HZ = 1100.0  # frequency above which the ribs divide the board into strips [Hz]; ibid.
TOP_HZ = 9000.0  # frequency of the last mode [Hz]
LOSS = 0.035  # loss factor of the modes; ibid.
ALIKE_HZ = 900.0  # frequency at which both microphones receive a mode half alike [Hz]
WARM_HZ = 50.0  # corner below which air flows around the edge of the board [Hz]
DULL_HZ = 1900.0  # corner above which the ribs confine the waves of the board and less is radiated [Hz]; ibid.


@cache
def modes() -> tuple[Reals, Reals]:
    """Draw the modes.

    Returns
    -------
    frequency_hz : Reals
        Shape (modes,).
    strength : Reals
        Shape (2, modes): amplitude left and right, signed, mean square 1.
    """
    draw = generator(SEED)
    hz = [LOWEST_HZ]
    while hz[-1] < TOP_HZ:  # above FREE_HZ as far apart as they are wide: only ripple is audible
        hz.append(hz[-1] + (0.4 + 1.2 * draw.random()) * SPACING_HZ * max(hz[-1] / FREE_HZ, 1.0))
    frequency = np.array(hz)
    both, left, right = draw.standard_normal((3, len(hz)))
    alike = 1 / (1 + (frequency / ALIKE_HZ) ** 2)
    return frequency, np.sqrt(alike) * both + np.sqrt(1 - alike) * np.stack([left, right])


def radiation(frequency_hz: Reals) -> Reals:
    """Return the smooth part of the gain from bridge to microphones."""
    warm = frequency_hz**2 / (frequency_hz**2 + WARM_HZ**2)
    return np.asarray(warm / (1 + (frequency_hz / DULL_HZ) ** 2))


def response(frequency_hz: Reals, wood: float) -> Complexes:
    """Return the response from the force on the bridge to the microphones.

    Parameters
    ----------
    frequency_hz
        Shape (frequencies,).
    wood
        Level of the single modes, 0–1, relative to the smooth radiation.

    Returns
    -------
    Complexes
        Shape (2, frequencies): gain and phase, left and right.
    """
    modal_hz, strength = modes()
    f = frequency_hz[:, None]
    peak = 1j * LOSS * modal_hz * f / (modal_hz**2 - f**2 + 1j * LOSS * modal_hz * f)  # 1 at its own frequency
    overlap = np.maximum(np.pi / 2 * LOSS * modal_hz / (SPACING_HZ * np.maximum(modal_hz / FREE_HZ, 1.0)), 1.0)
    ripple = (strength / np.sqrt(overlap)) @ peak.T
    return np.asarray(radiation(frequency_hz) * (1 + wood * ripple) / np.sqrt(1 + wood**2))
