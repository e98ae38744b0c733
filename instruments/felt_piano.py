"""An upright piano with the practice felt down: soft hammers, coupled strings, a knock of wood."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from instruments import Instrument
from instruments._notes import hertz, pan_gains, velocity_gain
from instruments._partials import add_partials, contact_rolloff, knock, raised_cosine
from scores.performance import Note

LEVEL = 0.26  # sum of the partials' amplitudes (1.5-norm) at velocity 100: peaks near −12 dBFS
STRINGS_FROM_MIDI = ((45, 3), (33, 2), (0, 1))  # trichords, bichords, single wound strings
ALONG_SOUNDBOARD = 0.15  # amplitude heard of the strings' second polarisation
BRIGHTEST_HZ = 12_000.0
INAUDIBLE = 10 ** (-70 / 20)  # partials that start this far below the strongest are left out


def inharmonicity(pitch: float) -> float:
    """B of f[n] = n f0 √(1 + B n²): two straight lines in log B, for the treble and the bass bridge.

    Rigaud, David and Daudet, "A parametric model of piano tuning", DAFx 2011, with their average treble and
    bass asymptotes; the treble line doubles every 7.5 semitones, as Young (JASA 24, 1952) measured 8.
    """
    return math.exp(0.0926 * pitch - 13.64) + math.exp(-0.0847 * pitch - 5.82)


def decays_per_second(pitch: float, frequencies_hz: np.ndarray) -> tuple[float, np.ndarray]:
    """Decay through the bridge, and each partial's own decay in air and wire, in nepers per second.

    Fitted to the C2, C4 and C7 strings of Bensa et al. (JASA 114, 2003): a constant part rising from 0.25
    to 9.2 per second, and one that grows with frequency squared. A quarter of the constant part remains when the
    strings move against each other and the bridge rests: the aftersound of Weinreich (JASA 62, 1977).
    """
    constant = 1.1 * math.exp(0.06 * (pitch - 60))
    return 0.75 * constant, 0.25 * constant + 1.0e-7 * frequencies_hz**2


def contact_seconds(pitch: float, velocity: int) -> float:
    """How long a bare hammer stays on the string: 4 ms at C2 to 0.8 ms at C7, longer when soft.

    For a felt of force K xᵖ the time goes as speed^((1−p)/(1+p)); times and p = 2.3 … 3 from Chaigne and Askenfelt
    (JASA 95, 1994). Speed is taken proportional to amplitude.
    """
    p = 2.5 + 0.012 * (pitch - 60)
    return 2.1e-3 * math.exp(-0.0268 * (pitch - 60)) * math.pow(velocity_gain(velocity), (1 - p) / (1 + p))


class FeltPiano(Instrument):
    """Felt piano: partials of stiff strings, two or three to a note, coupled by the bridge.

    Partial 1 of each note is in equal temperament; there is no octave stretch.
    """

    name: ClassVar[str] = "felt_piano"
    program: ClassVar[int] = 1
    range: ClassVar[tuple[int, int]] = (21, 108)

    felt: float = Field(0.6, ge=0, le=1, description="Thickness of the practice felt: 0 bare hammers, 1 muffled")
    hammer_noise_db: float = Field(
        -26, ge=-80, le=-6, description="Knock of hammer and key against the strings, in dB"
    )
    unison_cents: float = Field(
        0.6, ge=0, le=12, description="Mistuning between the outer strings of a note, in cents: slow beats"
    )
    strike_position: float = Field(
        0.125, ge=0.03, le=0.5, description="Where the hammer strikes, as a share of the string's length"
    )
    inharmonicity: float = Field(1.0, ge=0, le=4, description="Stiffness of the strings, as a multiple of an upright's")
    decay: float = Field(1.0, ge=0.2, le=4, description="Ringing time, as a multiple of an upright's")
    damper_seconds: float = Field(
        0.22, ge=0.03, le=3, description="Time in which the damper takes 60 dB from middle C, in seconds"
    )
    width: float = Field(0.35, ge=0, le=1, description="How far the keyboard spreads from left (low) to right (high)")

    def play(self, notes: Sequence[Note], rate: int, frames: int) -> np.ndarray:
        out = np.zeros((2, frames), np.float32)
        for note in notes:
            start = round(note.onset_seconds * rate)
            if start >= frames:
                continue
            contact = contact_seconds(note.pitch, note.velocity) * (1 + 1.5 * self.felt)
            attack = raised_cosine(max(round(contact / 2 * rate), 1))
            hold = max(round(note.duration_seconds * rate), attack.size)
            add_partials(out, start, hold, float(rate), self._partials(note, contact, rate), attack)
        return out

    def _partials(self, note: Note, contact: float, rate: int) -> np.ndarray:
        """Rows for ``add_partials``: the normal modes of the coupled strings, partial by partial, then the knock."""
        draw = np.random.Generator(np.random.Philox(key=note.seed))
        stiffness = self.inharmonicity * inharmonicity(note.pitch)
        fundamental = hertz(note.pitch) / math.sqrt(1 + stiffness)  # so that partial 1 is in tune
        n = np.arange(1, max(int(min(BRIGHTEST_HZ, 0.45 * rate) / fundamental), 1) + 1)
        frequency = n * fundamental * np.sqrt(1 + stiffness * n**2)  # Fletcher, JASA 36 (1964)
        amplitude = self._excitation(n, frequency, contact)
        loud = (np.abs(amplitude) > INAUDIBLE * np.abs(amplitude).max()) & (frequency < 0.45 * rate)
        frequency, amplitude = frequency[loud], amplitude[loud]
        # The voicer's work: every key as loud as its neighbours, between equal peak and equal power.
        amplitude *= LEVEL * velocity_gain(note.velocity) / float(np.sum(np.abs(amplitude) ** 1.5)) ** (2 / 3)

        exponent, left, right = self._modes(note.pitch, frequency, draw)
        to_left, to_right = pan_gains(float(np.clip((note.pitch - 60) / 44, -1, 1)) * self.width)
        rows = np.empty((*exponent.shape, 7))
        rows[..., 0] = frequency[:, None] + exponent.imag / (2 * np.pi)
        rows[..., 1] = -exponent.real
        rows[..., 2] = rows[..., 1] + math.log(1000) / (self.damper_seconds * 2 ** ((60 - note.pitch) / 24))
        for column, modes, gain in ((3, left, to_left), (5, right, to_right)):
            struck = -1j * gain * amplitude[:, None] * modes  # a blow starts each partial at rest: a sine
            rows[..., column], rows[..., column + 1] = struck.real, struck.imag
        rows = rows.reshape(-1, 7)
        rows = rows[np.abs(rows[:, 3:]).max(axis=1) > INAUDIBLE * np.abs(amplitude).max()]

        noise = LEVEL * velocity_gain(note.velocity) * 10 ** (self.hammer_noise_db / 20)
        wood = knock(draw, 16, 60.0, 350.0, 45.0, noise)
        felt = knock(draw, 16, 350.0, 2500.0, 150.0, 0.5 * noise)
        return np.concatenate([rows, wood, felt])

    def _excitation(self, n: np.ndarray, frequency_hz: np.ndarray, contact: float) -> np.ndarray:
        """Force of each partial on the bridge: strike position, the blow's spectrum, the soundboard's bass limit."""
        at_strike = np.sin(np.pi * n * self.strike_position)  # a mode is not excited at its node
        soundboard = frequency_hz**2 / (frequency_hz**2 + 80.0**2)
        force: np.ndarray = at_strike * contact_rolloff(frequency_hz, contact) * soundboard
        return force

    def _modes(
        self, pitch: float, frequency_hz: np.ndarray, draw: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Normal modes of a note's strings on one bridge: after Weinreich (1977), for up to three.

        In the frame that turns with the partial, string k moves as da/dt = (jδ − σ) a − (β/N) Σ a: they lose energy
        together through the bridge (β), each alone in the wire (σ), and are mistuned by δ. The last mode is the
        motion along the soundboard, which the bridge hardly takes up: it outlasts the others, as the aftersound.

        Returns complex arrays (partials, modes): the modes' exponents, and their gains left and right.
        """
        strings = next(count for lowest, count in STRINGS_FROM_MIDI if pitch >= lowest)
        bridge, own = decays_per_second(pitch, frequency_hz)
        place = np.linspace(-0.5, 0.5, strings) if strings > 1 else np.zeros(1)
        mistuning = 2 * np.pi * frequency_hz[:, None] * (np.exp2(self.unison_cents * place / 1200) - 1)
        motion = np.full((len(frequency_hz), strings, strings), -bridge / strings, complex)
        motion[:, range(strings), range(strings)] += 1j * mistuning - own[:, None]
        exponents, shapes = np.linalg.eig(motion)
        blow = 1 + 0.03 * draw.standard_normal() * place  # the felt is never quite even
        struck = np.linalg.solve(shapes, blow.astype(complex)[:, None])[..., 0]
        ears = [(1 + side * 0.3 * place) / strings for side in (1, -1)]
        left, right = (np.einsum("s,psm,pm->pm", ear, shapes, struck) for ear in ears)
        along = np.full((len(frequency_hz), 1), ALONG_SOUNDBOARD * (1 + 0.2 * draw.standard_normal()), complex)
        exponents = np.concatenate([exponents, -own[:, None]], axis=1) / self.decay
        return exponents, np.concatenate([left, along], axis=1), np.concatenate([right, along], axis=1)
