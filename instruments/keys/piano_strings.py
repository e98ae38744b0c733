"""The strings of a piano: their stiffness, tuning and decay, and the normal modes of a unison.

Pitches are MIDI numbers, 21 (A0) to 108 (C8), fractions allowed.

References
----------
F. Rigaud, B. David and L. Daudet, "A parametric model and estimation techniques for the inharmonicity and tuning of the
piano", JASA 133, 2013.
H. Fletcher, "Normal vibration frequencies of a stiff piano string", JASA 36, 1964.
O. Railsback, "A study of the tuning of pianos", JASA 9, 1938.
R. Young, "Inharmonicity of plain wire piano strings", JASA 24, 1952.
J. Bensa et al., "The simulation of piano string vibration", JASA 114, 2003.
G. Weinreich, "Coupled piano strings", JASA 62, 1977.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from instruments.dsp.arrays import Complexes, Reals
from instruments.dsp.interpolation import parabola
from instruments.dsp.notes import A4_MIDI, hertz

LOWEST = 21  # MIDI number of the lowest key
HIGHEST = 108  # MIDI number of the highest key
STRINGS_FROM_MIDI = ((45, 3), (33, 2), (0, 1))  # lowest MIDI number and strings: trichords, bichords, single strings
LAST_DAMPED = 90  # MIDI number of the highest key with a damper, F#6
UNDAMPED_HZ = 8000.0  # highest partial of a string without a damper that a knock sets ringing [Hz]
AFTERSOUND = 0.25  # share of the constant loss that remains when the bridge is at rest
ALONG_SOUNDBOARD = 0.15  # amplitude of the second polarisation, relative to the first
LOG_SLOWEST = (math.log(1.1), math.log(2.5), math.log(11.0))  # log of the constant loss at C2, C4 and C7 [log Np/s]
RADIATION = 1e-4  # loss by radiation of the board, per frequency [Np/s/Hz]
STEEL_Q = 15_000.0  # quality factor of steel wire
AIR = 6e-8  # loss in air, per frequency squared [Np/s/Hz²]
SEMITONES = 12  # semitones of an octave


def inharmonicity(pitch: float) -> float:
    """Return B in f[n] = n f0 √(1 + B n²): two straight lines in log B, for the treble and the bass bridge.

    Rigaud, David and Daudet 2013, eq. 4, with their average treble and bass asymptotes. The treble line doubles every
    7.5 semitones; Young measured 8.
    """
    return math.exp(0.0926 * pitch - 13.64) + math.exp(-0.0847 * pitch - 5.82)


def octave_type(pitch: float) -> float:
    """Return ρ of the octave that a tuner makes beatless: partial 2ρ of the lower note equals partial ρ of the upper.

    The tanh of Rigaud, David and Daudet 2013, eq. 10: from 6:3 octaves in the bass over 4:2 about middle C to 2:1 at
    the top.
    """
    return 2.0 - math.tanh((pitch - 60) / 24)


def stretch_cents(pitch: float, stiffness: float = 1.0) -> float:
    """Return how far the first partial of a note lies above equal temperament, in cents: Railsback's curve.

    A4 is at 440 Hz, and the octave below it is divided evenly. All other notes are tuned from there in beatless octaves
    (Rigaud, David and Daudet 2013, eq. 9).

    Parameters
    ----------
    pitch
        MIDI number.
    stiffness
        Factor of B.
    """
    curve = _stretch(stiffness)
    below = min(max(math.floor(pitch), LOWEST), HIGHEST - 1)
    return curve[below] + (pitch - below) * (curve[below + 1] - curve[below])


@cache
def _stretch(stiffness: float) -> dict[int, float]:
    """Return the curve of ``stretch_cents`` at every key."""
    def octave_cents(pitch: int) -> float:
        """Return the octave above ``pitch``, from first partial to first partial, in cents above 1200."""
        low, high = (stiffness * inharmonicity(p) for p in (pitch, pitch + SEMITONES))
        rho2 = octave_type(pitch) ** 2
        return 600 * math.log2((1 + 4 * rho2 * low) / (1 + rho2 * high) * (1 + high) / (1 + low))

    wide = octave_cents(A4_MIDI - SEMITONES)
    curve = {A4_MIDI - i: -wide * i / SEMITONES for i in range(SEMITONES + 1)}
    for pitch in range(A4_MIDI + 1, HIGHEST + 1):
        curve[pitch] = curve[pitch - SEMITONES] + octave_cents(pitch - SEMITONES)
    for pitch in range(A4_MIDI - SEMITONES - 1, LOWEST - 1, -1):
        curve[pitch] = curve[pitch + SEMITONES] - octave_cents(pitch)
    return curve


def partials_hz(pitch: float, highest_hz: float, stiffness: float = 1.0, stretch: float = 1.0) -> Reals:
    """Return the frequencies of the partials of a note, by Fletcher 1964.

    Parameters
    ----------
    pitch
        MIDI number.
    highest_hz
        Upper limit; at least one partial is returned.
    stiffness
        Factor of B.
    stretch
        Factor of the stretch curve: 0 is equal temperament.

    Returns
    -------
    Reals
        Shape (partials,), in Hz.
    """
    b = stiffness * inharmonicity(pitch)
    f0 = hertz(pitch + stretch * stretch_cents(pitch, stiffness) / 100) / math.sqrt(1 + b)
    n = np.arange(1, max(int(highest_hz / f0), 1) + 1)
    stretched = n * f0 * np.sqrt(1 + b * n**2)
    return np.asarray(stretched[: max(np.count_nonzero(stretched <= highest_hz), 1)])


def decays_per_second(pitch: float, frequencies_hz: Reals) -> tuple[Reals, Reals]:
    """Return the decay of each partial through the bridge, and its decay in wire and air.

    A constant part rises from heavy to light strings: 1.1 Np/s at C2, 2.5 at C4 and 11 at C7. Bensa et al. 2003
    found 0.25, 1.1 and 9.2 in total on one grand; recorded pianos whose A4 rings for 2 s lose more. The other parts
    grow with frequency: radiation of the board, losses in steel of one quality factor, and losses in air. When the
    strings of a unison move against each other the bridge is at rest, and a quarter of the constant part remains:
    the aftersound of Weinreich 1977.

    Parameters
    ----------
    pitch
        MIDI number.
    frequencies_hz
        Shape (partials,).

    Returns
    -------
    bridge, own : Reals
        Shape (partials,), in nepers per second.
    """
    constant = math.exp(parabola((36, 60, 96), LOG_SLOWEST, pitch))
    bridge = (1 - AFTERSOUND) * constant + RADIATION * frequencies_hz
    own = AFTERSOUND * constant + np.pi / STEEL_Q * frequencies_hz + AIR * frequencies_hz**2
    return bridge, own


def damping_per_second(pitch: float, partials: int, damper_seconds: float) -> Reals:
    """Return the decay that the damper adds to each partial, in nepers per second.

    Heavy strings take longer to stop, by a factor of 2 in two octaves, and low partials longer than high ones.

    Parameters
    ----------
    pitch
        MIDI number.
    partials
        Number of partials.
    damper_seconds
        Time in which the damper takes 60 dB from the first partial of middle C.

    Returns
    -------
    Reals
        Shape (partials,).
    """
    if pitch > LAST_DAMPED:
        return np.zeros(partials)
    own = math.log(1000) / (damper_seconds * 2 ** ((60 - pitch) / 24))
    return np.asarray(own * np.arange(1, partials + 1) ** 0.3)


@cache
def undamped(stiffness: float, stretch: float) -> tuple[Reals, Reals]:
    """Return what any knock sets ringing: the strings above the last damper, their partials and the decay of each.

    Returns
    -------
    frequency_hz, decay : Reals
        Shape (partials,), in Hz and nepers per second.
    """
    hz = [partials_hz(pitch, UNDAMPED_HZ, stiffness, stretch) for pitch in range(LAST_DAMPED + 1, HIGHEST + 1)]
    decay = [sum(decays_per_second(LAST_DAMPED + 1 + key, each)) for key, each in enumerate(hz)]
    return np.concatenate(hz), np.concatenate(decay)


def unison_modes(pitch: float, frequency_hz: Reals, unison_cents: float) -> tuple[Complexes, Complexes, Complexes]:
    """Compute the normal modes of the strings of a note on one bridge, after Weinreich 1977.

    In the frame that rotates with the partial, string k of N follows da/dt = (jδ − σ) a − (β/N) Σ a: the strings lose
    energy together through the bridge (β), each by itself in the wire (σ), and are mistuned by δ. A last mode is the
    motion parallel to the soundboard, which hardly moves the bridge and therefore outlasts the others.

    Parameters
    ----------
    pitch
        MIDI number.
    frequency_hz
        Shape (partials,).
    unison_cents
        Mistuning between the outer strings.

    Returns
    -------
    exponents : Complexes
        Shape (partials, modes), per second.
    even : Complexes
        Shape (2, partials, modes): amplitude left and right after a blow that is equal on all strings.
    uneven : Complexes
        The same after a blow that is −½ on the first string and ½ on the last.
    """
    strings = next(count for lowest, count in STRINGS_FROM_MIDI if pitch >= lowest)
    bridge, own = decays_per_second(pitch, frequency_hz)
    place = np.linspace(-0.5, 0.5, strings) if strings > 1 else np.zeros(1)
    mistuning = 2 * np.pi * frequency_hz[:, None] * (np.exp2(unison_cents * place / 1200) - 1)
    motion = np.repeat(-bridge / strings, strings**2).reshape(-1, strings, strings).astype(complex)
    motion[:, range(strings), range(strings)] += 1j * mistuning - own[:, None]
    exponents, shapes = np.linalg.eig(motion)
    blows = np.stack([np.ones(strings), place], axis=-1).astype(complex)
    struck = np.linalg.solve(shapes, np.broadcast_to(blows, (len(frequency_hz), strings, 2)))
    ears = np.stack([(1 + side * 0.3 * place) / strings for side in (1, -1)])
    heard = np.einsum("es,psm,pmb->bepm", ears, shapes, struck)
    along = np.zeros((2, 2, len(frequency_hz), 1), complex)
    along[0] = ALONG_SOUNDBOARD
    exponents = np.concatenate([exponents, -own[:, None].astype(complex)], axis=1)
    heard = np.concatenate([heard, along], axis=-1)
    return exponents, heard[0], heard[1]
