"""How a note sounds: one voice a file, discovered. An instrument's fields are its patch.

The contract, held by ``tests/test_instruments.py`` for each that is found: stereo float32, finite, exactly zero
before the first onset (less the instrument's lead) and after the last tail, the same for the same notes, right at
44.1, 48 and 96 kHz.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from functools import cache
from typing import ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict

from instruments.voice.source import Line
from scores.performance import Note


class Instrument(BaseModel):
    """A voice. What the instrument is stands in its fields, the patch; what the hand does stands in the notes."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: ClassVar[str]  # as the score calls it
    program: ClassVar[int]  # General MIDI program, 1-128
    sings: ClassVar[bool] = False  # whether it takes a note's utterance
    speaks: ClassVar[bool] = False  # whether words are heard; its patch then has an ``engine``, the whole song's
    fretted: ClassVar[bool] = False  # whether it takes a note's fingering
    pitched: ClassVar[bool] = True  # whether a note's pitch is heard as one
    lead_seconds: ClassVar[float] = 0.0  # how long before a note's onset it may begin: a syllable's consonants
    range: ClassVar[tuple[int, int]] = (0, 127)  # MIDI numbers it can play, both included

    def reach(self) -> tuple[int, int]:
        """Lowest and highest MIDI number that this very instrument can play: where a file decides, its own."""
        return self.range

    def heard(self, notes: Sequence[Note]) -> Sequence[Note]:
        """The notes with the bends that the instrument makes of its own accord, for who writes them down."""
        return notes

    def midi_program(self) -> int:
        """General MIDI program of this very instrument: where its patch makes it another one, that."""
        return self.program

    def play(self, notes: Sequence[Note], rate: int, frames: int) -> np.ndarray:
        """Sound the notes.

        notes
            Sorted by ``onset_seconds``.
        rate
            Sample rate in Hz.
        frames
            Length of the song in samples; what would sound after it is cut.

        Returns shape (2, frames), float32: exactly zero wherever no note sounds. A note at velocity 100 in the
        middle of the range peaks between −18 and −9 dBFS.
        """
        raise NotImplementedError

    def temperament_cents(self, pitch: float) -> float:
        """How far the first partial of a note lies above equal temperament at A4 = 440 Hz."""
        return 0.0

    def lines(self, notes: Sequence[Note]) -> list[Line]:
        """What an instrument that speaks will have said for these notes, so that its engine can begin beforehand."""
        return []


@cache
def instruments() -> dict[str, type[Instrument]]:
    """Every instrument by its name, in alphabetical order."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")

    def family(base: type[Instrument]) -> list[type[Instrument]]:
        return [cls for sub in base.__subclasses__() for cls in (sub, *family(sub))]

    return dict(sorted((cls.name, cls) for cls in family(Instrument) if "name" in vars(cls)))
