"""A felt hammer against a stiff string: the force between them, step by step, until it is thrown off."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from instruments.dsp.interpolation import parabola

STEP_RATE = 192_000  # steps a second, the same for every sample rate, so that a blow sounds the same at each
LONGEST_SECONDS = 0.04  # the softest bass hammer is off the string by then
AWAY_SECONDS = 0.0005  # off the string for so long it does not come back
GIVEN = 0.98  # share of the momentum with which the contact as the ear has it is over
SOFTEST, HARDEST = 0.1, 6.0  # metres a second at velocity 1 and 127; after Askenfelt and Jansson (JASA 90, 1991)
FIRST_KEY, KEYS = 20, 88  # MIDI number before the first key, and how many there are
HEAVIEST_KG, LIGHTEST_KG = 10e-3, 3.8e-3  # hammers from the first key to the last: Conklin (JASA 99, 1996)
STRINGS = 3  # that share a hammer, or wound ones that weigh as much
ANCHORS = (36.0, 60.0, 96.0)  # C2, C4 and C7, whose strings Chaigne and Askenfelt (JASA 95, 1994) give:
STRING_KG = (23e-3, 3.93e-3, 0.467e-3)  # as its tension, length and pitch do
HARDER_AT, HARDER = (36, 60, 84), (1.0, 3.0, 75.0)  # how many times stiffer than slowly pressed a felt meets a string
STRIP_AT, STRIP = (60, 96), (2.0, 1.0)  # a practice felt of thickness 1 gives so many times as much as the hammer's


class Hammer(NamedTuple):
    """A hammer of one key."""

    mass_kg: float
    string_kg: float
    stiffness: float
    exponent: float


def hammer(pitch: float, felt: float, hardness: float) -> Hammer:
    """The hammer of a key.

    Its felt is that of Stulov (Acta Acustica 91, 2005), measured over the compass: key n of 88 has the exponent
    3.7 + 0.015 n and, slowly pressed, 183 exp(0.045 n) newtons at one millimetre. In a blow it needs α, about 0.3 ms,
    to give way: pressed within t it is 1 + α p / t times as stiff, little more in the bass and ten times in the
    treble, where voicers harden it as well.

    ``felt`` 0–1 is the thickness of a strip between hammer and string: two felts of one exponent in a row give
    together, so K becomes K (1 + c)⁻ᵖ. ``hardness`` 0–1 is the voicer's needles; 0.5 leaves K as it is, each end
    is a factor of 100 away.
    """
    key = pitch - FIRST_KEY
    mass = HEAVIEST_KG * (LIGHTEST_KG / HEAVIEST_KG) ** ((key - 1) / (KEYS - 1)) / STRINGS
    exponent = 3.7 + 0.015 * key
    stiffness = 183.0 * math.exp(0.045 * key) * 1000.0**exponent / STRINGS
    stiffness *= math.exp(float(np.interp(pitch, HARDER_AT, np.log(HARDER))))
    stiffness *= 10 ** (4 * hardness - 2) * (1 + felt * float(np.interp(pitch, STRIP_AT, STRIP))) ** -exponent
    low, middle, high = STRING_KG
    string = math.exp(parabola(ANCHORS, (math.log(low), math.log(middle), math.log(high)), pitch))
    return Hammer(mass, string, stiffness, exponent)


def speed(velocity: int) -> float:
    """Metres a second at which the hammer of a MIDI velocity flies: even steps are even ratios."""
    return SOFTEST * math.pow(HARDEST / SOFTEST, (velocity - 1) / 126)


def blow(struck: Hammer, metres_per_second: float, frequency_hz: np.ndarray, shape: np.ndarray
         ) -> tuple[np.ndarray, np.ndarray]:
    """What a blow leaves in the string.

    frequency_hz, shape
        float64 (modes,): of the string's modes the frequency, and the displacement where the hammer strikes.

    Returns the modes' velocities as complex amplitudes at the moment of first contact, ∫ F exp(−jωt) dt shape / m, as
    if each had rung since then; and how much of the momentum was given after each step: float64 rising from 0 to 1.
    """
    angle = 2 * np.pi * frequency_hz / STEP_RATE
    state = np.zeros((2, len(angle)))
    force = np.empty(round(LONGEST_SECONDS * STEP_RATE))
    steps = _collide(force, state, np.cos(angle), np.sin(angle), shape, shape / (2 * np.pi * frequency_hz),
                     struck.mass_kg, 0.5 * struck.string_kg, struck.stiffness, struck.exponent, metres_per_second)
    given = np.cumsum(force[:steps])
    return (state[0] + 1j * state[1]) * np.exp(-1j * angle * steps), given / given[-1]


@njit(cache=True, nogil=True)
def _collide(force: np.ndarray, state: np.ndarray, cosine: np.ndarray, sine: np.ndarray, shape: np.ndarray,
             reach: np.ndarray, mass: float, modal_mass: float, stiffness: float, exponent: float, hammer_speed: float
             ) -> int:
    """Fill ``force`` (newtons) and ``state`` (velocity, and ω times displacement, of each mode); return the steps.

    Chaigne and Askenfelt (1994), part I, eq. 9-11, with the string in its modes, which turn exactly in each step. A
    felt that is hard for the length of a step pushes as a rigid body does, which takes the two just out of contact.
    """
    dt, height, before, away = 1.0 / STEP_RATE, 0.0, 0.0, 0
    patience = AWAY_SECONDS * STEP_RATE
    yielding = 1.0 / mass
    for n in range(shape.shape[0]):
        yielding += shape[n] ** 2 / modal_mass
    rigid = 1.0 / (yielding * dt**2)
    velocity, moving = state[0], state[1]
    steps = 0
    while steps < force.shape[0]:
        string = 0.0
        for n in range(shape.shape[0]):
            string += reach[n] * moving[n]
        pressed = height - string
        push = 0.0
        if pressed > 0.0:
            push, away = max(min(stiffness * pressed ** exponent, rigid * (2.0 * pressed - before)), 0.0), 0
        else:
            away += 1
            if away > patience:
                break
        before = pressed
        force[steps] = push
        steps += 1
        hammer_speed -= push * dt / mass
        height += hammer_speed * dt
        kick = push * dt / modal_mass
        for n in range(shape.shape[0]):
            v = velocity[n] + kick * shape[n]
            velocity[n], moving[n] = v * cosine[n] - moving[n] * sine[n], v * sine[n] + moving[n] * cosine[n]
    return steps
