"""What a piece of a kit is made of, in the numbers of a drum maker and of a microphone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from instruments.drums.banks import BANDS, CENTRES_HZ
from instruments.drums.modes import Membrane, Ringing

Curve = tuple[tuple[float, float], ...]  # (Hz, value): straight lines over the logarithm of the frequency
SILENT_DB = -70.0  # a band that is weaker than that is left out
Struck = Membrane | Ringing


def along(curve: Curve, *, logarithmic: bool = False) -> np.ndarray:
    """A curve's value in each band; shape (BANDS,)."""
    hz, values = np.array(curve).T
    if logarithmic:
        return np.asarray(np.exp(np.interp(np.log(CENTRES_HZ), np.log(hz), np.log(values))))
    return np.asarray(np.interp(np.log(CENTRES_HZ), np.log(hz), values))


@dataclass(frozen=True)
class Wash:
    """What a stroke does to a dense body: dB, T60 and rise of each band over the frequency.

    Washes on one ``body`` are one thing that is struck, so each stroke sets how it rings from there on.
    """

    body: str
    bank: str
    level_db: Curve  # r.m.s. of a band at its onset, at velocity 100
    t60_seconds: Curve
    rise_seconds: Curve = ((1000.0, 0.0002),)
    delay_seconds: float = 0.0
    brightening: float = 1.5  # dB an octave above 1 kHz for twice the loudness
    scatter_db: float = 1.0  # how much strokes differ

    @cached_property
    def levels(self) -> np.ndarray:
        """DB of each band; shape (BANDS,)."""
        return along(self.level_db)

    @cached_property
    def decays(self) -> np.ndarray:
        """T60 in seconds of each band; shape (BANDS,)."""
        return along(self.t60_seconds, logarithmic=True)

    @cached_property
    def rises(self) -> np.ndarray:
        """Rise in seconds of each band; shape (BANDS,)."""
        return along(self.rise_seconds, logarithmic=True)

    @property
    def bands(self) -> list[int]:
        """Bands that are heard."""
        return [index for index in range(BANDS) if self.levels[index] > SILENT_DB]


@dataclass(frozen=True)
class Piece:
    """A piece of a kit. ``pan`` is its place from the audience, −1 left … 1 right."""

    level_db: float  # trim, so that a stroke at velocity 100 peaks where it should
    struck: tuple[Struck, ...] = ()
    struck_db: tuple[float, ...] = ()
    washes: tuple[Wash, ...] = ()
    pan: float = 0.0
    metal: bool = False  # whether it is a cymbal, for the balance of cymbals and drums
    room_db: float | None = -26.0  # what it sends into the room around the kit; None for nothing

    def but(self, **changes: object) -> Piece:
        """The piece with some things changed."""
        return replace(self, **changes)  # type: ignore[arg-type]
