"""How a note sounds: one instrument per file, discovered. An instrument's fields are its patch.

``tests/test_instruments.py`` holds every instrument to the contract: stereo float32, finite, exactly zero before the
first onset (less the instrument's lead) and after the last tail, the same for the same notes, correct at 44.1, 48 and
96 kHz.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict

from instruments.dsp.arrays import Stereo
from scores.catalogue import discover
from scores.performance import Note


class Instrument(BaseModel):
    """Base of all instruments. The fields say what the instrument is (its patch), the notes what the hand does."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: ClassVar[str]  # name in the score
    program: ClassVar[int]  # General MIDI program, 1-128
    sings: ClassVar[bool] = False  # whether it takes a note's utterance
    fretted: ClassVar[bool] = False  # whether it uses the fingering of a note
    bends: ClassVar[bool] = False  # whether it follows the bend of a note, where it is not fretted
    string_count: ClassVar[int] = 0  # how many strings, where it is plucked
    harmonics: ClassVar[frozenset[int]] = frozenset()  # MIDI numbers of its natural harmonics, where only some sound
    has_pieces: ClassVar[bool] = False  # whether it is a kit of pieces that can have stems of their own
    pitched: ClassVar[bool] = True  # whether the pitch of a note is heard as a pitch
    lead_seconds: ClassVar[float] = 0.0  # how long before a note's onset it may begin: a syllable's consonants
    range: ClassVar[tuple[int, int]] = (0, 127)  # MIDI numbers it can play, both included

    def drum_program(self) -> int | None:
        """Program, 1–128, of the drum kit on General MIDI's channel 10; None for all that is no drum kit."""
        return None

    def piece(self, note: Note) -> str:
        """Return the name of the piece of a kit that a note strikes, for the names of stems."""
        return self.name

    def close_up(self) -> Self:
        """Return this instrument without what its pieces have in common, such as the room in its microphones."""
        return self

    def reach(self) -> tuple[int, int]:
        """Return the lowest and highest MIDI number that this instrument can play with its patch."""
        return self.range

    def heard(self, notes: Sequence[Note]) -> Sequence[Note]:
        """Return the notes with the bends that the instrument adds itself, for the MIDI writers."""
        return notes

    def midi_program(self) -> int:
        """Return the General MIDI program of this very instrument: its class's, unless the patch decides it."""
        return self.program

    def play(self, notes: Sequence[Note], rate: int, frames: int) -> Stereo:
        """Play the notes.

        Parameters
        ----------
        notes
            Sorted by ``onset_seconds``.
        rate
            Sample rate in Hz.
        frames
            Length of the song in samples, at which the sound is truncated.

        Returns
        -------
        Stereo
            Shape (2, frames), float32: exactly zero wherever no note sounds. A note at velocity 100 in the middle of
            the range peaks between −18 and −9 dBFS.
        """
        raise NotImplementedError

    def temperament_cents(self, pitch: float) -> float:
        """Return how far the first partial of a note lies above equal temperament at A4 = 440 Hz, in cents."""
        return 0.0


@cache
def instruments() -> dict[str, type[Instrument]]:
    """Return all instruments by name, in alphabetical order."""
    return discover(__name__, Instrument)
