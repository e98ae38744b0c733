"""Modes of struck objects: membranes by theory, bars and bells by their measured modes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from instruments.dsp.arrays import Integers, Reals

# Zeros of Bessel functions, (m, n, j_mn): m nodal diameters, n nodal circles including the rim (M. Abramowitz and
# I. Stegun, Handbook of Mathematical Functions, 9.5).
ZEROS = (
    (0, 1, 2.40483),
    (1, 1, 3.83171),
    (2, 1, 5.13562),
    (0, 2, 5.52008),
    (3, 1, 6.38016),
    (1, 2, 7.01559),
    (4, 1, 7.58834),
    (2, 2, 8.41724),
    (0, 3, 8.65373),
    (5, 1, 8.77148),
    (3, 2, 9.76102),
    (6, 1, 9.93611),
    (1, 3, 10.17347),
    (4, 2, 11.06471),
    (7, 1, 11.08637),
    (2, 3, 11.61984),
    (0, 4, 11.79153),
    (5, 2, 12.33860),
    (3, 3, 13.01520),
    (1, 4, 13.32369),
)
ORDERS, CIRCLES, ROOTS = (np.array(column) for column in zip(*ZEROS, strict=True))
# Amplitude by number of nodal diameters, at the distance of a close microphone. A mode with m of them is a multipole:
# the higher m, the less it radiates and the longer it rings (N. Fletcher and T. Rossing, The Physics of Musical
# Instruments, 2nd ed. 1998, section 18.1).
RADIATION = np.array([1.0, 0.8, 0.6, 0.45, 0.35, 0.27, 0.2, 0.15])
MONOPOLE_LOSS = 1.3  # decay rate of modes without nodal diameters, relative to others of their frequency
PLACE_SCATTER = 0.06  # random deviation of the place of a stroke, relative to the radius
ANGLE_SCATTER = 0.5  # the same of its direction [rad]
CONTACT_SCATTER = 0.12  # random deviation of the contact time, relative to it
CONTACT_POWER = -0.2  # exponent of the contact time over the speed of the stroke, after Hertz's law of contact


def bessel(order: Integers, x: Reals) -> Reals:
    """Compute J of whole orders by Bessel's integral, exact to rounding for |x| < 30; the shapes broadcast."""
    angle = np.arange(64) * (2 * np.pi / 64)
    value: Reals = np.cos(order[..., None] * angle - x[..., None] * np.sin(angle)).mean(axis=-1)
    return value


@dataclass(frozen=True)
class Strokes:
    """The strokes on one drum."""

    gain: Reals  # shape (n,): loudness, 1 at velocity 100
    chance: Reals  # shape (n, ≥ 3): random numbers in −1 … 1


@dataclass(frozen=True)
class Membrane:
    """A drumhead over an air volume, struck at a place.

    The modes of an ideal membrane lie at j_mn / j_11 times the frequency of the (1,1) mode. The air inside couples both
    heads in the (0,1) mode, which is shifted and doubled.
    """

    hz: float  # frequency of the (1,1) mode, by which a drum is tuned at the rim [Hz]
    t60_seconds: float  # decay of the (1,1) mode to −60 dB [s]
    loss: float = 0.9  # T60 falls with frequency to this power
    place: float = 0.25  # place of the stroke: 0 centre, 1 rim
    air: float = 1.0  # factor of the frequency of the (0,1) mode
    second_head: float = 0.0  # frequency of its second mode, relative to (1,1); 0 for none
    contact_seconds: float = 0.0025  # contact time at velocity 100 [s]
    glide: float = 0.03  # share by which the frequencies are raised at the onset, at velocity 100
    glide_seconds: float = 0.06  # time constant with which they fall [s]
    centred: float = 0.0  # additional level of modes without nodal diameters [dB]

    @cached_property
    def modes(self) -> tuple[Reals, Reals, Integers, Reals]:
        """Frequencies in Hz, T60 in seconds, orders m and roots j_mn of the modes; shape (modes,) each."""
        hz = self.hz * ROOTS / ROOTS[1]
        t60 = self.t60_seconds * (hz / self.hz) ** -self.loss / np.where(ORDERS == 0, MONOPOLE_LOSS, 1.0)
        hz = np.where((ORDERS == 0) & (CIRCLES == 1), self.air * hz, hz)
        orders, roots = ORDERS, ROOTS
        if self.second_head:
            hz, t60 = np.append(hz, self.second_head * self.hz), np.append(t60, t60[0])
            orders, roots = np.append(orders, 0), np.append(roots, roots[0])
        return hz, t60, orders, roots

    @property
    def hz_of_modes(self) -> Reals:
        """Frequencies of the modes in Hz."""
        return self.modes[0]

    @property
    def t60_of_modes(self) -> Reals:
        """Decay of the modes to −60 dB in seconds."""
        return self.modes[1]

    def amplitudes(self, strokes: Strokes, hardness: float) -> Reals:
        """Return the relative amplitude of each stroke and mode, shape (strokes, modes).

        A stroke at radius r excites a mode by J_m(j_mn r) cos(m θ), and less if the contact takes longer than a period.
        ``hardness`` divides the contact time.
        """
        hz, _, orders, roots = self.modes
        place = np.clip(np.abs(self.place + PLACE_SCATTER * strokes.chance[:, :1]), 0.0, 0.97)
        shape = bessel(np.broadcast_to(orders, (len(place), len(orders))), roots * place)
        angle = np.cos(orders * ANGLE_SCATTER * strokes.chance[:, 1:2])
        contact = self.contact(strokes, hardness)[:, None]
        blow = (1 + (hz * contact) ** 2) ** -1.0
        radiated = RADIATION[orders] * np.where(orders == 0, 10 ** (self.centred / 20), 1.0)
        size: Reals = strokes.gain[:, None] * np.abs(shape * angle) * blow * radiated
        return size

    def contact(self, strokes: Strokes, hardness: float) -> Reals:
        """Return the contact time in seconds, shape (strokes,)."""
        scatter = 1 + CONTACT_SCATTER * strokes.chance[:, 2]
        time: Reals = self.contact_seconds / hardness * scatter * strokes.gain**CONTACT_POWER
        return time


@dataclass(frozen=True)
class Ringing:
    """A bar, bell, block or circuit with listed modes."""

    hz_of_modes: tuple[float, ...]  # frequencies [Hz]
    t60_of_modes: tuple[float, ...]  # decays to −60 dB [s]
    gains: tuple[float, ...]  # amplitudes
    contact_seconds: float = 0.0005  # contact time at velocity 100 [s]
    glide: float = 0.0  # share by which the frequencies are raised at the onset, at velocity 100
    glide_seconds: float = 0.05  # time constant with which they fall [s]
    scatter: float = 1.0  # random difference between strokes: 1 for a hand, 0 for a circuit

    def amplitudes(self, strokes: Strokes, hardness: float) -> Reals:
        """Return the relative amplitude of each stroke and mode, shape (strokes, modes)."""
        hz = np.array(self.hz_of_modes)
        contact = self.contact(strokes, hardness)[:, None]
        blow = (1 + (hz * contact) ** 2) ** -1.0
        turned = 2 * np.pi * (np.arange(hz.size) * 0.38 + strokes.chance[:, :1] / 4)
        uneven = 10 ** (self.scatter * 2 * np.sin(turned) / 20)  # each stroke brings out other modes
        size: Reals = strokes.gain[:, None] * np.array(self.gains) * blow / blow[:, :1] * uneven
        return size

    def contact(self, strokes: Strokes, hardness: float) -> Reals:
        """Return the contact time in seconds, shape (strokes,)."""
        scatter = 1 + self.scatter * CONTACT_SCATTER * strokes.chance[:, 2]
        time: Reals = self.contact_seconds / hardness * scatter * strokes.gain ** (self.scatter * CONTACT_POWER)
        return time
