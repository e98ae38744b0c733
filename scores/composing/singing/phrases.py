"""What a part remembers of a melody: phrases, tunes, and when the voice was last heard."""

from __future__ import annotations

from dataclasses import dataclass

from scores.composing.singing.rooms import SetSyllable
from scores.composing.stage import PlacedLine, Stage
from scores.theory import Chord, Key

# Names of sections that have a hook.
HOOKED = {"chorus", "refrain", "hook"}


@dataclass(frozen=True)
class Phrase:
    """A line with its melody.

    Parameters
    ----------
    notes
        Its syllables, set to time.
    degrees
        Scale steps from the tonic in C4 to B4, one a note.
    chords
        The chord under each note.
    peak_index
        Index of the high point.
    label
        Letter of its tune in the form.
    placed
        Where it stands.
    pitches
        MIDI numbers of the notes where they are not those of the degrees: of a tune that is written out.
    """

    notes: tuple[SetSyllable, ...]
    degrees: tuple[int, ...]
    chords: tuple[Chord | None, ...]
    peak_index: int
    label: str
    placed: PlacedLine
    pitches: tuple[float, ...] = ()

    @property
    def places(self) -> tuple[float, ...]:
        """Onsets in beats from the line's start."""
        return tuple(note.onset_beats - self.placed.start_beats for note in self.notes)


@dataclass(frozen=True)
class Tune:
    """The melody of a section, as a part remembers it."""

    phrases: tuple[Phrase, ...]
    key: Key | None = None


@dataclass(frozen=True)
class SungUntil:
    """The beat of the song up to which a voice is busy, and the section it was busy in."""

    beats: float
    section: int


def is_hooked(stage: Stage) -> bool:
    """Return whether the section is a chorus by its tag, or by its name without a number."""
    kind = (stage.section.tag or stage.section.name).lower().split()
    return bool(kind) and kind[0].strip("0123456789") in HOOKED
