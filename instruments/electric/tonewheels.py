"""The generator of a tonewheel organ: 91 wheels on one motor, the drawbars that mix them, and what leaks between them.

Gears, teeth and foldback as in the service manual of the Hammond B-3 (1955); J. Pekonen, T. Pihlajamäki and
V. Välimäki, "Computationally Efficient Hammond Organ Synthesis", DAFx 2011.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np

WHEELS = 91
FIRST_PITCH = 24  # MIDI number of wheel 1
LOWEST = 13  # wheel: the manuals' lowest, what would be below it is taken an octave up
MOTOR_TURNS = 20.0  # a second, on a mains of 60 Hz
# Driving and driven gear of each note from C to B, and the wheels' teeth by octave; the last seven wheels have 192, of
# the gear a fourth above.
GEARS = ((85, 104), (71, 82), (67, 73), (105, 108), (103, 100), (84, 77), (74, 64), (98, 80), (96, 74), (88, 64),
         (67, 46), (108, 70))
TEETH = (2, 4, 8, 16, 32, 64, 128)
TOP_TEETH, TOP_FROM, TOP_NOTES_UP = 192, 84, 5
# Semitones from the key to what each drawbar adds: 16', 5⅓', 8', 4', 2⅔', 2', 1⅗', 1⅓', 1'.
FEET = (-12, 7, 0, 12, 19, 24, 28, 31, 36)
STEP_DB = 3.0  # from one position of a drawbar to the next; 8 is full, 0 is off
UNEVEN_DB = 0.6  # standard deviation of the pickups' distances from their wheels
NEAR_DB = -4.0  # what leaks from the wheel of the next contact, a semitone up, to what leaks from that in the same bin
BIN = 48  # wheels apart are the two that share a bin

REGISTRATIONS = {
    "jazz": "888000000", "full": "888888888", "gospel": "888808008", "ballad": "848000000", "flute": "008400000",
    "whistle": "800000568", "reggae": "868000000", "rock": "888600000", "soft": "006620000", "theatre": "068630000",
}


@cache
def wheels() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Frequency in Hz, level and phase in radians of each wheel: float64 (91,). The same organ every time."""
    number = np.arange(WHEELS)
    top = number >= TOP_FROM
    note = np.where(top, number + TOP_NOTES_UP, number) % 12
    driving, driven = np.array(GEARS).T
    teeth = np.where(top, TOP_TEETH, np.array([*TEETH, 0])[number // 12])
    draw = np.random.Generator(np.random.Philox(key=1934))
    level = 10 ** (UNEVEN_DB * np.clip(draw.standard_normal(WHEELS), -2, 2) / 20)
    return MOTOR_TURNS * teeth * driving[note] / driven[note], level, draw.uniform(0, 2 * np.pi, WHEELS)


def wheel_of(pitch: int, feet: int) -> int:
    """Index of the wheel that a key's contact takes, folded back an octave where the generator ends."""
    wheel = pitch + feet - FIRST_PITCH
    while wheel < LOWEST - 1:
        wheel += 12
    while wheel >= WHEELS:
        wheel -= 12
    return wheel


@cache
def drawbars(registration: str) -> np.ndarray:
    """Gains of the nine drawbars, float64 (9,), of a registration by name or by its nine digits."""
    digits = np.array([int(digit) for digit in REGISTRATIONS.get(registration, registration)], float)
    gains = np.where(digits > 0, 10 ** (STEP_DB * (digits - 8) / 20), 0.0)
    gains.flags.writeable = False  # kept
    return gains


def leaking(wheel: int, leakage_db: float) -> list[tuple[int, float]]:
    """What is heard of other wheels when one is: pairs of wheel and gain."""
    mate = wheel + BIN if wheel + BIN < WHEELS else wheel - BIN
    gain = 10 ** (leakage_db / 20)
    others = [(mate, gain)] if mate >= 0 else []
    if wheel + 1 < WHEELS:
        others.append((wheel + 1, gain * 10 ** (NEAR_DB / 20)))
    return others


def cents_off(pitch: float) -> float:
    """How far the gears put the wheel of a MIDI number above equal temperament."""
    wheel = min(max(round(pitch) - FIRST_PITCH, 0), WHEELS - 1)
    return 1200 * math.log2(wheels()[0][wheel] / 440.0) - 100 * (wheel + FIRST_PITCH - 69)
