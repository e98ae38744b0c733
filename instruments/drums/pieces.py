"""The parts of which a piece of a kit consists: modes, bands of dense modes, place and room."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np

from instruments.drums.banks import BANDS, CENTRES_HZ
from instruments.drums.modes import Membrane, Ringing
from instruments.dsp.arrays import Reals

Curve: TypeAlias = tuple[tuple[float, float], ...]
"""Pairs of frequency in Hz and value, interpolated linearly over the logarithm of the frequency."""

Struck: TypeAlias = Membrane | Ringing
"""A part of a piece that has modes of its own."""

SILENT_DB = -70.0  # level below which a band is left out [dB]


def along(curve: Curve, *, logarithmic: bool = False) -> Reals:
    """Interpolate a curve at the centre of each band, on request in the logarithm of its values; shape (BANDS,)."""
    hz, values = np.array(curve).T
    if logarithmic:
        return np.asarray(np.exp(np.interp(np.log(CENTRES_HZ), np.log(hz), np.log(values))))
    return np.asarray(np.interp(np.log(CENTRES_HZ), np.log(hz), values))


@dataclass(frozen=True)
class Wash:
    """The response of a dense body to a stroke: level, decay and rise over frequency.

    Washes with the same ``body`` belong to one object, so each stroke changes how it rings from there on.
    """

    body: str  # name of the object that is struck
    bank: str  # key of ``banks.BANKS``
    level_db: Curve  # r.m.s. of a band at its onset, at velocity 100 [dB]
    t60_seconds: Curve  # decay to −60 dB [s]
    rise_seconds: Curve = ((1000.0, 0.0002),)  # time constant with which the energy reaches a band [s]
    delay_seconds: float = 0.0  # delay after the stroke [s]
    brightening: float = 1.5  # additional level per octave above 1 kHz for twice the loudness [dB]
    scatter_db: float = 1.0  # random deviation of the level between strokes [dB]

    @cached_property
    def levels(self) -> Reals:
        """Level of each band in dB; shape (BANDS,)."""
        return along(self.level_db)

    @cached_property
    def decays(self) -> Reals:
        """Decay of each band to −60 dB in seconds; shape (BANDS,)."""
        return along(self.t60_seconds, logarithmic=True)

    @cached_property
    def rises(self) -> Reals:
        """Rise of each band in seconds; shape (BANDS,)."""
        return along(self.rise_seconds, logarithmic=True)

    @property
    def bands(self) -> list[int]:
        """Numbers of the bands that are not left out."""
        return [index for index in range(BANDS) if self.levels[index] > SILENT_DB]


@dataclass(frozen=True)
class Piece:
    """A piece of a kit."""

    level_db: float  # level of all its parts [dB]
    struck: tuple[Struck, ...] = ()  # parts with modes of their own
    struck_db: tuple[float, ...] = ()  # level of each of them [dB]
    washes: tuple[Wash, ...] = ()  # dense parts
    pan: float = 0.0  # place as the audience sees it, −1 left … 1 right
    metal: bool = False  # whether it is a cymbal, for the balance of cymbals and drums
    room_db: float | None = -26.0  # level in the room around the kit [dB]; None for none
