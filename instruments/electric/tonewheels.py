"""The generator of a tonewheel organ: 91 wheels on one motor, the drawbars that mix them, and their leakage.

References
----------
Hammond B-3 service manual, 1955: gears, teeth and foldback.

J. Pekonen, T. Pihlajamäki and
V. Välimäki, "Computationally Efficient Hammond Organ Synthesis", DAFx 2011.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from instruments.dsp.arrays import Reals
from instruments.dsp.random import generator

WHEELS = 91  # number of tonewheels
FIRST_PITCH = 24  # MIDI number of wheel 1
LOWEST = 13  # lowest wheel of the manuals; a lower one is replaced by that an octave above
MOTOR_TURNS = 20.0  # speed of the motor on a mains of 60 Hz [turns/s]
# Teeth of the driving and the driven gear of each note from C to B.
GEARS = ((85, 104), (71, 82), (67, 73), (105, 108), (103, 100), (84, 77), (74, 64), (98, 80), (96, 74), (88, 64),
         (67, 46), (108, 70))
TEETH = (2, 4, 8, 16, 32, 64, 128)  # teeth of the wheels by octave
TOP_TEETH = 192  # teeth of the highest wheels
TOP_FROM = 84  # index of the first of them
TOP_NOTES_UP = 5  # semitones by which the gears of the highest wheels lie above their note
# Semitones from the key to the tone of each drawbar: 16', 5⅓', 8', 4', 2⅔', 2', 1⅗', 1⅓', 1'.
FEET = (-12, 7, 0, 12, 19, 24, 28, 31, 36)
STEP_DB = 3.0  # change of level from one position of a drawbar to the next [dB]; 8 is full, 0 is off
UNEVEN_DB = 0.6  # standard deviation of the wheels' levels [dB], since the pickups' distances differ
NEAR_DB = -4.0  # leakage from the next contact, a semitone up, relative to that within a bin [dB]
BIN = 48  # distance in wheels of the two that share a bin

REGISTRATIONS = {
    "jazz": "888000000", "full": "888888888", "gospel": "888808008", "ballad": "848000000", "flute": "008400000",
    "whistle": "800000568", "reggae": "868000000", "rock": "888600000", "soft": "006620000", "theatre": "068630000",
}


@cache
def wheels() -> tuple[Reals, Reals, Reals]:
    """Return frequency in Hz, level and phase in radians of each wheel, shape (91,) each: always the same organ."""
    number = np.arange(WHEELS)
    top = number >= TOP_FROM
    note = np.where(top, number + TOP_NOTES_UP, number) % 12
    driving, driven = np.array(GEARS).T
    teeth = np.where(top, TOP_TEETH, np.array([*TEETH, 0])[number // 12])
    draw = generator(1934)
    level = 10 ** (UNEVEN_DB * np.clip(draw.standard_normal(WHEELS), -2, 2) / 20)
    return MOTOR_TURNS * teeth * driving[note] / driven[note], level, draw.uniform(0, 2 * np.pi, WHEELS)


def wheel_of(pitch: int, feet: int) -> int:
    """Return the index of the wheel of a key's contact, folded back by octaves where the generator ends."""
    wheel = pitch + feet - FIRST_PITCH
    while wheel < LOWEST - 1:
        wheel += 12
    while wheel >= WHEELS:
        wheel -= 12
    return wheel


@cache
def drawbars(registration: str) -> Reals:
    """Return the gains of the nine drawbars, shape (9,), for a registration by its name or its nine digits."""
    digits = np.array([int(digit) for digit in REGISTRATIONS.get(registration, registration)], float)
    gains = np.where(digits > 0, 10 ** (STEP_DB * (digits - 8) / 20), 0.0)
    gains.flags.writeable = False  # the array is cached
    return gains


def leaking(wheel: int, leakage_db: float) -> list[tuple[int, float]]:
    """Return the wheels that leak into one wheel's contact, with their gains."""
    mate = wheel + BIN if wheel + BIN < WHEELS else wheel - BIN
    gain = 10 ** (leakage_db / 20)
    others = [(mate, gain)] if mate >= 0 else []
    if wheel + 1 < WHEELS:
        others.append((wheel + 1, gain * 10 ** (NEAR_DB / 20)))
    return others


def cents_off(pitch: float) -> float:
    """Return how far the gears put the wheel of a MIDI number above equal temperament, in cents."""
    wheel = min(max(round(pitch) - FIRST_PITCH, 0), WHEELS - 1)
    return 1200 * math.log2(wheels()[0][wheel] / 440.0) - 100 * (wheel + FIRST_PITCH - 69)
