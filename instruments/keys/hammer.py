"""A felt hammer against a stiff string: the contact force, step by step, until the hammer has left the string.

References
----------
A. Chaigne and A. Askenfelt, "Numerical simulations of piano strings", JASA 95, 1994: the model, and the strings.
A. Stulov, Acta Acustica 91, 2005: the felt.
W. Goebl and R. Bresin, "Measurement and reproduction accuracy of computer-controlled grand pianos", JASA 114, 2003:
hammer speeds.
H. Conklin, "Design and tone in the mechanoacoustic piano. Part I", JASA 99, 1996: hammer masses.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from instruments.dsp.arrays import Complexes, Reals
from instruments.dsp.interpolation import parabola
from instruments.dsp.scatter import of_keys

STEP_RATE = 192_000  # steps per second, independent of the sample rate, so that a blow sounds the same at each [Hz]
LONGEST_SECONDS = 0.04  # longest contact, that of the softest bass hammer [s]
AWAY_SECONDS = 0.0005  # time off the string after which a hammer does not return [s]
GIVEN = 0.98  # share of the momentum after which the contact counts as over
METRE_A_SECOND_AT = 52.0  # MIDI velocity of a hammer of 1 m/s; Goebl and Bresin 2003
TWICE_A_VELOCITY = 25.0  # increase of MIDI velocity that doubles the speed; Goebl and Bresin 2003
FIRST_KEY = 20  # MIDI number before the first key
KEYS = 88  # number of keys
HEAVIEST_KG = 10e-3  # mass of the first hammer [kg]; Conklin 1996
LIGHTEST_KG = 3.8e-3  # mass of the last hammer [kg]; Conklin 1996
STRINGS = 3  # strings that share a hammer; two or one wound strings weigh as much
ANCHORS = (36.0, 60.0, 96.0)  # C2, C4 and C7, the pitches for which STRING_KG is known [MIDI number]
STRING_KG = (23e-3, 3.93e-3, 0.467e-3)  # mass of a string [kg], by tension, length and pitch in Chaigne 1994
HARDER_AT = (36, 60, 84)  # pitches for which HARDER is known [MIDI number]
HARDER = (1.0, 3.0, 75.0)  # stiffness of the felt in a blow, relative to slow pressing; by relaxation and voicing
STRIP_AT = (60, 96)  # pitches for which STRIP is known [MIDI number]
STRIP = (2.0, 1.0)  # compliance of a practice felt of thickness 1, relative to the hammer's felt
STRIKE_AT = (60.0, 84.0, 96.0, 108.0)  # pitches for which STRIKE is known [MIDI number]
STRIKE = (1.0, 0.75, 0.53, 0.45)  # striking distance over the string, relative to the bass; Conklin 1996
HAMMERS = 1  # the individual set of hammers, for ``of_keys``
HUNG = 0.03  # standard deviation of a key's striking distance from the makers' curve: hammers are hung by hand
FELT_AT = (21.0, 60.0, 108.0)  # pitches for which FELT_SHARE is known [MIDI number]
FELT_SHARE = (0.012, 0.018, 0.07)  # width of string under the felt over its length: 15, 11 and 3.5 mm


class Hammer(NamedTuple):
    """The hammer of one key and the string it strikes."""

    mass_kg: float  # mass of the hammer per string
    string_kg: float  # mass of one string
    stiffness: float  # K in the force K xᵖ of a felt compressed by x metres [N/mᵖ]
    exponent: float  # p


def hammer(pitch: float, felt: float, hardness: float) -> Hammer:
    """Return the hammer of a key.

    Stulov measured the felt over the compass: key n of 88 has the exponent 3.7 + 0.015 n and, pressed slowly, a force
    of 183 exp(0.045 n) newtons at one millimetre. Felt relaxes with a time constant α of about 0.3 ms: compressed
    within t it is 1 + α p / t times as stiff, little more in the bass and ten times as stiff in the treble, where
    voicers harden it as well. ``HARDER`` has both.

    Parameters
    ----------
    pitch
        MIDI number.
    felt
        Thickness of a strip of felt between hammer and string, 0–1. Two felts of one exponent in series have
        K (1 + c)⁻ᵖ, where c is their ratio of compliance.
    hardness
        Voicing of the hammer, 0–1: 0.5 leaves K as it is, 0 divides and 1 multiplies it by 100.
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


def under_hammer(pitch: float, strike_position: float, modes: int, scatter: float = 1.0) -> Reals:
    """Return the displacement of the string's modes under the hammer, each 1 at most.

    The felt presses on a width of string and not on a point: a mode counts by its mean there. The place itself follows
    the makers' curve, from which each hammer strays a little, so that no partial is missing over the whole compass.

    Parameters
    ----------
    pitch
        MIDI number.
    strike_position
        Distance from the end of the string, as a share of its length, in the bass.
    modes
        Number of modes.
    scatter
        Factor of ``HUNG``.
    """
    n = np.arange(1, modes + 1)
    strays = 1 + scatter * HUNG * float(of_keys(np.array([pitch]), HAMMERS)[0])
    place = strike_position * strays * float(np.interp(pitch, STRIKE_AT, STRIKE))
    return np.asarray(np.sin(np.pi * n * place) * np.sinc(n * float(np.interp(pitch, FELT_AT, FELT_SHARE)) / 2))


def speed(velocity: float) -> float:
    """Return the speed of the hammer in metres per second at a MIDI velocity: equal steps are equal ratios."""
    return math.pow(2.0, (velocity - METRE_A_SECOND_AT) / TWICE_A_VELOCITY)


def blow(struck: Hammer, metres_per_second: float, frequency_hz: Reals, shape: Reals) -> tuple[Complexes, Reals]:
    """Compute the motion that a blow gives to a string.

    Parameters
    ----------
    struck
        Hammer and string.
    metres_per_second
        Speed of the hammer, from ``speed``.
    frequency_hz
        Shape (modes,), float64: frequencies of the string.
    shape
        Shape (modes,), float64: displacement of each mode where the hammer strikes.

    Returns
    -------
    velocity : Complexes
        Shape (modes,): complex amplitude of each mode's velocity at first contact, ∫ F exp(−jωt) dt · shape / m, as if
        the whole blow had happened at that moment.
    given : Reals
        Shape (steps,): share of the momentum that has been given after each step, rising to 1.
    """
    angle = 2 * np.pi * frequency_hz / STEP_RATE
    state = np.zeros((2, len(angle)))
    force = np.empty(round(LONGEST_SECONDS * STEP_RATE))
    steps = _collide(force, state, np.cos(angle), np.sin(angle), shape, shape / (2 * np.pi * frequency_hz),
                     struck.mass_kg, 0.5 * struck.string_kg, struck.stiffness, struck.exponent, metres_per_second)
    given = np.cumsum(force[:steps])
    return (state[0] + 1j * state[1]) * np.exp(-1j * angle * steps), given / given[-1]


@njit(cache=True, nogil=True)
def _collide(force: Reals, state: Reals, cosine: Reals, sine: Reals, shape: Reals, reach: Reals, mass: float,
             modal_mass: float, stiffness: float, exponent: float, hammer_speed: float) -> int:
    """Fill ``force`` [N] and ``state`` (velocity, and ω times displacement, of each mode); return the steps.

    Chaigne and Askenfelt 1994, part I, eq. 9-11, with the string in its modes, which rotate exactly in each step. The
    force of a felt too stiff for the length of a step is limited to that of a rigid body, which just ends the contact.
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
