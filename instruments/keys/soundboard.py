"""The soundboard of a piano as a close pair of microphones hears it: its modes, as gains and phases of partials.

A partial lasts long beside the board's modes, so what the board does to it is the board's response at one frequency;
what the board does by itself, when the blow shakes it, are its modes: the knock. Bank, Zambon and Fontana (IEEE
Trans. ASLP 18, 2010) part the two in the same way.
"""

from __future__ import annotations

from functools import cache

import numpy as np

SEED = 1709
LOWEST_HZ, SPACING_HZ = 58.0, 19.0  # first mode, and mean distance below FREE_HZ; Ege, Boutillon and Rébillat
FREE_HZ = 1100.0  # (J. Sound Vib. 332, 2013): about one mode in 20 Hz, until the ribs part the board into strips
TOP_HZ = 9000.0
LOSS = 0.035  # loss factor of the modes
ALIKE_HZ = 900.0  # frequency at which the two microphones hear a mode half alike
WARM_HZ = 75.0  # below it the board moves air round its edge
DULL_BELOW_HZ, PRESENT_HZ = 1000.0, 3000.0  # radiation rises between the two, where waves in the board overtake sound
DULL_HZ = 12_000.0  # air and microphones round what is above


@cache
def modes() -> tuple[np.ndarray, np.ndarray]:
    """Frequencies in Hz, float64 (modes,), and strengths left and right, (2, modes), of mean square 1."""
    draw = np.random.Generator(np.random.Philox(key=SEED))
    hz = [LOWEST_HZ]
    while hz[-1] < TOP_HZ:  # beyond FREE_HZ they are drawn as far apart as they are wide: only their ripple is heard
        hz.append(hz[-1] + (0.4 + 1.2 * draw.random()) * SPACING_HZ * max(hz[-1] / FREE_HZ, 1.0))
    frequency = np.array(hz)
    both, left, right = draw.standard_normal((3, len(hz)))
    alike = 1 / (1 + (frequency / ALIKE_HZ) ** 2)
    return frequency, np.sqrt(alike) * both + np.sqrt(1 - alike) * np.stack([left, right])


def radiation(frequency_hz: np.ndarray) -> np.ndarray:
    """Smooth part of what reaches the microphones, amplitude."""
    warm = frequency_hz**2 / (frequency_hz**2 + WARM_HZ**2)
    present = np.sqrt((1 + (frequency_hz / DULL_BELOW_HZ) ** 2) / (1 + (frequency_hz / PRESENT_HZ) ** 2))
    return np.asarray(warm * present / (1 + (frequency_hz / DULL_HZ) ** 2))


def response(frequency_hz: np.ndarray, wood: float) -> np.ndarray:
    """What the microphones hear of a unit force on the bridge at each frequency: complex (2, frequencies).

    ``wood`` 0–1 is the share of the single modes against a board that radiates all frequencies evenly.
    """
    modal_hz, strength = modes()
    f = frequency_hz[:, None]
    peak = 1j * LOSS * modal_hz * f / (modal_hz**2 - f**2 + 1j * LOSS * modal_hz * f)  # 1 at its own frequency
    overlap = np.maximum(np.pi / 2 * LOSS * modal_hz / (SPACING_HZ * np.maximum(modal_hz / FREE_HZ, 1.0)), 1.0)
    ripple = (strength / np.sqrt(overlap)) @ peak.T
    return np.asarray(radiation(frequency_hz) * (1 + wood * ripple) / np.sqrt(1 + wood**2))
