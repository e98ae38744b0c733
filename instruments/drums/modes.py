"""What rings when it is struck: membranes by theory, bars and bells by their measured modes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

# Zeros of Bessel functions (m, n, j_mn): m nodal diameters, n nodal circles, rim included (Abramowitz and Stegun, 9.5).
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
# A mode with m nodal diameters is a multipole: it radiates less the more there are, and so it also rings longer
# (Fletcher and Rossing 1998, section 18.1). Amplitudes as near a drum as it is miked.
RADIATION = np.array([1.0, 0.8, 0.6, 0.45, 0.35, 0.27, 0.2, 0.15])
MONOPOLE_LOSS = 1.3  # decay of modes that are circles alone, relative to others of their frequency
PLACE_SCATTER, ANGLE_SCATTER = 0.06, 0.5  # of strokes that are meant to be alike: parts of the radius; radians
CONTACT_SCATTER, LEVEL_SCATTER_DB = 0.12, 0.9
CONTACT_POWER = -0.2  # Hertz: harder blows are shorter, as their speed to the power −1/5


def bessel(order: np.ndarray, x: np.ndarray) -> np.ndarray:
    """J of whole orders by Bessel's integral, exact to rounding for |x| < 30; the shapes are broadcast."""
    angle = np.arange(64) * (2 * np.pi / 64)
    value: np.ndarray = np.cos(order[..., None] * angle - x[..., None] * np.sin(angle)).mean(axis=-1)
    return value


@dataclass(frozen=True)
class Strokes:
    """How the strokes of one drum fall: loudness 1 at velocity 100, and numbers −1 … 1 of chance, shape (n, 4)."""

    gain: np.ndarray
    chance: np.ndarray


@dataclass(frozen=True)
class Membrane:
    """A drumhead over an air volume, struck at a place.

    The modes of an ideal membrane are at j_mn / j_11 of the (1,1) mode. The air inside couples the heads where the mode
    moves it, so (0,1) lies ``air`` times as high as it would and has a second one (``second_head``, of both heads
    against each other; 0 for none).
    """

    hz: float  # of the (1,1) mode, by which a drum is tuned at the rim
    t60_seconds: float  # of the (1,1) mode
    loss: float = 0.9  # T60 goes as frequency to the power of minus this
    place: float = 0.25  # where it is struck: 0 centre, 1 rim
    air: float = 1.0
    second_head: float = 0.0
    contact_seconds: float = 0.0025  # at velocity 100
    glide: float = 0.03  # share by which the frequencies are above their own at the onset, at velocity 100
    glide_seconds: float = 0.06
    centred: float = 0.0  # dB of the circles over the others, for a head that is miked or struck through its middle

    @cached_property
    def modes(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Frequencies in Hz, T60 in seconds, orders m and roots j_mn of its modes; each (modes,)."""
        hz = self.hz * ROOTS / ROOTS[1]
        t60 = self.t60_seconds * (hz / self.hz) ** -self.loss / np.where(ORDERS == 0, MONOPOLE_LOSS, 1.0)
        hz = np.where((ORDERS == 0) & (CIRCLES == 1), self.air * hz, hz)
        orders, roots = ORDERS, ROOTS
        if self.second_head:
            hz, t60 = np.append(hz, self.second_head * self.hz), np.append(t60, t60[0])
            orders, roots = np.append(orders, 0), np.append(roots, roots[0])
        return hz, t60, orders, roots

    @property
    def hz_of_modes(self) -> np.ndarray:
        return self.modes[0]

    @property
    def t60_of_modes(self) -> np.ndarray:
        return self.modes[1]

    def amplitudes(self, strokes: Strokes, hardness: float) -> np.ndarray:
        """Of each stroke and mode, relative; shape (strokes, modes).

        A blow at radius r moves a mode by J_m(j_mn r) cos(m θ), and by less the more of its swings fall into the time
        of contact. ``hardness`` is the factor by which the stick is quicker than the drum's own.
        """
        hz, _, orders, roots = self.modes
        place = np.clip(np.abs(self.place + PLACE_SCATTER * strokes.chance[:, :1]), 0.0, 0.97)
        shape = bessel(np.broadcast_to(orders, (len(place), len(orders))), roots * place)
        angle = np.cos(orders * ANGLE_SCATTER * strokes.chance[:, 1:2])
        contact = self.contact(strokes, hardness)[:, None]
        blow = (1 + (hz * contact) ** 2) ** -1.0
        radiated = RADIATION[orders] * np.where(orders == 0, 10 ** (self.centred / 20), 1.0)
        size: np.ndarray = strokes.gain[:, None] * np.abs(shape * angle) * blow * radiated
        return size

    def contact(self, strokes: Strokes, hardness: float) -> np.ndarray:
        """Time of contact in seconds; shape (strokes,)."""
        scatter = 1 + CONTACT_SCATTER * strokes.chance[:, 2]
        time: np.ndarray = self.contact_seconds / hardness * scatter * strokes.gain**CONTACT_POWER
        return time


@dataclass(frozen=True)
class Ringing:
    """A bar, bell, block or circuit: frequencies, T60 and amplitudes as listed."""

    hz_of_modes: tuple[float, ...]
    t60_of_modes: tuple[float, ...]
    gains: tuple[float, ...]
    contact_seconds: float = 0.0005
    glide: float = 0.0
    glide_seconds: float = 0.05
    scatter: float = 1.0  # how much strokes differ: 1 as of a hand, 0 as of a circuit

    def amplitudes(self, strokes: Strokes, hardness: float) -> np.ndarray:
        """Of each stroke and mode, relative; shape (strokes, modes)."""
        hz = np.array(self.hz_of_modes)
        contact = self.contact(strokes, hardness)[:, None]
        blow = (1 + (hz * contact) ** 2) ** -1.0
        turned = 2 * np.pi * (np.arange(hz.size) * 0.38 + strokes.chance[:, :1] / 4)
        uneven = 10 ** (self.scatter * 2 * np.sin(turned) / 20)  # other modes a little stronger each time
        size: np.ndarray = strokes.gain[:, None] * np.array(self.gains) * blow / blow[:, :1] * uneven
        return size

    def contact(self, strokes: Strokes, hardness: float) -> np.ndarray:
        """Time of contact in seconds; shape (strokes,)."""
        scatter = 1 + self.scatter * CONTACT_SCATTER * strokes.chance[:, 2]
        time: np.ndarray = self.contact_seconds / hardness * scatter * strokes.gain ** (self.scatter * CONTACT_POWER)
        return time
