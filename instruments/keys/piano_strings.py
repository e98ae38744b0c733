"""The strings of a piano: how stiff, how tuned, how fast they lose their sound, and how a unison moves as one.

Pitches are MIDI numbers, 21 (A0) to 108 (C8), fractions allowed.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from instruments.dsp.interpolation import parabola
from instruments.dsp.notes import A4_MIDI, hertz

LOWEST, HIGHEST = 21, 108
STRINGS_FROM_MIDI = ((45, 3), (33, 2), (0, 1))  # trichords, bichords, single wound strings
LAST_DAMPED = 90  # F#6: what is above has no damper
AFTERSOUND = 0.25  # share of the loss that is left when the bridge rests
ALONG_SOUNDBOARD = 0.15  # amplitude heard of the strings' second polarisation
LOG_SLOWEST = (math.log(0.5), math.log(0.9), math.log(3.0))  # nepers a second at C2, C4 and C7
RADIATION, STEEL_Q, AIR = 8e-4, 15_000.0, 1.0e-7  # nepers a second and Hz; quality factor; nepers a second and Hz²
SEMITONES = 12


def inharmonicity(pitch: float) -> float:
    """B of f[n] = n f0 √(1 + B n²): two straight lines in log B, for the treble and the bass bridge.

    Rigaud, David and Daudet (JASA 133, 2013), eq. 4, with their average treble and bass asymptotes; the treble line
    doubles every 7.5 semitones, as Young (JASA 24, 1952) measured 8.
    """
    return math.exp(0.0926 * pitch - 13.64) + math.exp(-0.0847 * pitch - 5.82)


def octave_type(pitch: float) -> float:
    """Which partial of the upper note of an octave a tuner sets against that of twice its number in the lower one.

    The tanh of Rigaud, David and Daudet (2013), eq. 10, between what tuners do: 6:3 octaves in the bass, 4:2 about
    middle C, 2:1 at the top.
    """
    return 2.0 - math.tanh((pitch - 60) / 24)


def stretch_cents(pitch: float, stiffness: float = 1.0) -> float:
    """How far the first partial of a note lies above equal temperament: the curve of Railsback (JASA 9, 1938).

    A4 is at 440 Hz and the octave below it even; every other note is tuned in octaves from there, its partial 2ρ of
    the lower to ρ of the upper note beatless (Rigaud, David and Daudet 2013, eq. 9). ``stiffness`` multiplies B.
    """
    curve = _stretch(stiffness)
    below = min(max(math.floor(pitch), LOWEST), HIGHEST - 1)
    return curve[below] + (pitch - below) * (curve[below + 1] - curve[below])


@cache
def _stretch(stiffness: float) -> dict[int, float]:
    def octave_cents(pitch: int) -> float:
        """From the first partial of ``pitch`` to that an octave above it, over 1200."""
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


def partials_hz(pitch: float, highest_hz: float, stiffness: float = 1.0, stretch: float = 1.0) -> np.ndarray:
    """The partials of a note's strings up to a frequency, at least one: float64 (partials,).

    Fletcher (JASA 36, 1964). The first one lies ``stretch`` times the stretch curve above equal temperament.
    """
    b = stiffness * inharmonicity(pitch)
    f0 = hertz(pitch + stretch * stretch_cents(pitch, stiffness) / 100) / math.sqrt(1 + b)
    n = np.arange(1, max(int(highest_hz / f0), 1) + 1)
    stretched = n * f0 * np.sqrt(1 + b * n**2)
    return np.asarray(stretched[: max(np.count_nonzero(stretched <= highest_hz), 1)])


def decays_per_second(pitch: float, frequencies_hz: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Decay of each partial through the bridge, and its own in wire and air, in nepers per second: (partials,) each.

    A constant part rises from the heavy strings to the light ones: 0.5 a second at C2, 0.9 at C4, 3 at C7, of what
    Bensa et al. (JASA 114, 2003) found to be 0.25, 1.1 and 9.2 in all. The others grow with frequency: as a board
    that radiates the better the higher, as steel of one quality factor, and as air. A quarter of the constant part
    remains when the strings move against each other and the bridge rests: the aftersound of Weinreich (JASA 62, 1977).
    """
    constant = math.exp(parabola((36, 60, 96), LOG_SLOWEST, pitch))
    bridge = (1 - AFTERSOUND) * constant + RADIATION * frequencies_hz
    own = AFTERSOUND * constant + np.pi / STEEL_Q * frequencies_hz + AIR * frequencies_hz**2
    return bridge, own


def damping_per_second(pitch: float, partials: int, damper_seconds: float) -> np.ndarray:
    """What the damper adds to each partial's decay, in nepers per second: float64 (partials,).

    ``damper_seconds`` is its time for 60 dB of the first partial of middle C. Heavy strings take longer, by a factor
    of 2 in two octaves; the felt takes the high partials of a string sooner than the low ones.
    """
    if pitch > LAST_DAMPED:
        return np.zeros(partials)
    own = math.log(1000) / (damper_seconds * 2 ** ((60 - pitch) / 24))
    return np.asarray(own * np.arange(1, partials + 1) ** 0.3)


def unison_modes(pitch: float, frequency_hz: np.ndarray, unison_cents: float
                 ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Normal modes of a note's strings on one bridge: after Weinreich (1977), for up to three.

    In the frame that turns with the partial, string k moves as da/dt = (jδ − σ) a − (β/N) Σ a: they lose energy
    together through the bridge (β), each alone in the wire (σ), and are mistuned by δ. The last mode is the
    motion along the soundboard, which the bridge hardly takes up: it outlasts the others, as the aftersound.

    Returns the modes' exponents, complex (partials, modes); and what is heard of them left and right, complex
    (2, partials, modes), of an even blow and of one that is stronger by 1 on the right string than on the left.
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
