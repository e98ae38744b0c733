"""A felt hammer against a stiff string: the force between them, step by step, until it is thrown off."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from instruments._notes import lagrange

STEP_RATE = 96_000  # steps a second, the same for every sample rate, so that a blow sounds the same at each
LONGEST_SECONDS = 0.014  # a felted bass hammer is off the string by then
AWAY_SECONDS = 0.0005  # off the string for so long it does not come back
SOFTEST, HARDEST = 0.1, 6.0  # metres a second at velocity 1 and 127; after Askenfelt and Jansson (JASA 90, 1991)
ANCHORS = (36.0, 60.0, 96.0)  # C2, C4 and C7 of Chaigne and Askenfelt (JASA 95, 1994), part II, table I:
MASS_KG = (4.9e-3, 2.97e-3, 2.2e-3)  # of the hammer, its share for one string
STRING_KG = (23e-3, 3.93e-3, 0.467e-3)  # of the string, as its tension, length and pitch give it
STIFFNESS = (4e8, 4.5e9, 1e12)  # K of the force K xᵖ, in N m⁻ᵖ
EXPONENT = (2.3, 2.5, 3.0)  # and its p, slowly pressed.
STEEPER = 1.3  # In a blow the felt has no time to give way and p is larger (Stulov, JASA 97, 1995): by so much,
PRESSED_NEWTONS = 6.0  # about this force, at which both laws agree
STRIP_COMPLIANCE = 2.0  # a practice felt of thickness 1 gives so many times as much as the hammer's own


class Hammer(NamedTuple):
    """A hammer of one key."""

    mass_kg: float
    string_kg: float
    stiffness: float
    exponent: float


def hammer(pitch: float, felt: float, hardness: float) -> Hammer:
    """The hammer of a key, between the three that were measured by parabolas in the logarithm.

    ``felt`` 0–1 is the thickness of a strip between hammer and string: two felts of one exponent in a row give
    together, so K becomes K (1 + c)⁻ᵖ. ``hardness`` 0–1 is the voicer's needles; 0.5 leaves K as measured, each end
    is a factor of 100 away.
    """
    mass, string, stiffness = (math.exp(lagrange(ANCHORS, (math.log(low), math.log(middle), math.log(high)), pitch))
                               for low, middle, high in (MASS_KG, STRING_KG, STIFFNESS))
    slow = lagrange(ANCHORS, EXPONENT, pitch)
    exponent = slow + STEEPER
    stiffness = PRESSED_NEWTONS * (stiffness / PRESSED_NEWTONS) ** (exponent / slow)
    stiffness *= 10 ** (4 * hardness - 2) * (1 + STRIP_COMPLIANCE * felt) ** -exponent
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
    force = np.zeros(round(LONGEST_SECONDS * STEP_RATE))
    steps = _collide(force, state, np.cos(angle), np.sin(angle), shape, shape / (2 * np.pi * frequency_hz),
                     struck.mass_kg, 0.5 * struck.string_kg, struck.stiffness, struck.exponent, metres_per_second)
    given = np.cumsum(force[:steps])
    return (state[0] + 1j * state[1]) * np.exp(-1j * angle * steps), given / given[-1]


@njit(cache=True, nogil=True)
def _collide(force: np.ndarray, state: np.ndarray, cosine: np.ndarray, sine: np.ndarray, shape: np.ndarray,
             reach: np.ndarray, mass: float, modal_mass: float, stiffness: float, exponent: float, hammer_speed: float
             ) -> int:
    """Fill ``force`` (newtons) and ``state`` (velocity, and ω times displacement, of each mode); return the steps.

    Chaigne and Askenfelt (1994), part I, eq. 9-11, with the string in its modes, which turn exactly in each step.
    """
    dt, height, away = 1.0 / STEP_RATE, 0.0, 0
    patience = AWAY_SECONDS * STEP_RATE
    velocity, moving = state[0], state[1]
    steps = 0
    while steps < force.shape[0]:
        string = 0.0
        for n in range(shape.shape[0]):
            string += reach[n] * moving[n]
        pressed = height - string
        push = 0.0
        if pressed > 0.0:
            push, away = stiffness * pressed ** exponent, 0
        else:
            away += 1
            if away > patience:
                break
        force[steps] = push
        steps += 1
        hammer_speed -= push * dt / mass
        height += hammer_speed * dt
        kick = push * dt / modal_mass
        for n in range(shape.shape[0]):
            v = velocity[n] + kick * shape[n]
            velocity[n], moving[n] = v * cosine[n] - moving[n] * sine[n], v * sine[n] + moving[n] * cosine[n]
    return steps
