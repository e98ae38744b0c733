"""Names of pitches in a key, and chord kinds as MusicXML names them."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from scores.theory import Chord, Key

LETTERS = "FCGDAEB"  # along the line of fifths, from F
# Place of C on the line of fifths.
C_PLACE = 1
# Kinds of MusicXML 4.0 by the chord's intervals [semitones]; the symbol's own text is written with them.
KINDS = {
    (0, 4, 7): "major", (0, 3, 7): "minor", (0, 4, 8): "augmented", (0, 3, 6): "diminished",
    (0, 4, 7, 10): "dominant", (0, 4, 7, 11): "major-seventh", (0, 3, 7, 10): "minor-seventh",
    (0, 3, 6, 9): "diminished-seventh", (0, 4, 8, 10): "augmented-seventh", (0, 3, 6, 10): "half-diminished",
    (0, 3, 7, 11): "major-minor", (0, 4, 7, 9): "major-sixth", (0, 3, 7, 9): "minor-sixth",
    (0, 4, 7, 10, 14): "dominant-ninth", (0, 4, 7, 11, 14): "major-ninth", (0, 3, 7, 10, 14): "minor-ninth",
    (0, 4, 7, 10, 17): "dominant-11th", (0, 3, 7, 10, 17): "minor-11th", (0, 4, 7, 10, 21): "dominant-13th",
    (0, 2, 7): "suspended-second", (0, 5, 7): "suspended-fourth", (0, 7): "power"}


class Spelled(NamedTuple):
    """A pitch by letter, accidental (−2 … 2 semitones) and octave; C4 is MIDI number 60."""

    letter: str
    alter: int
    octave: int


@cache
def spell(pitch: int, key: Key) -> Spelled:
    """Return how a pitch is written in a key.

    Of the names of a pitch that one is taken which is nearest, on the line of fifths, to the middle of the key's scale
    and of its chromatic neighbours (after Temperley, 2001, "The Cognition of Basic Musical Structures", ch. 5).

    Parameters
    ----------
    pitch
        MIDI number.
    key
        The key at this place.
    """
    # The scale of a signature with n sharps lies at n − 1 … n + 5; minor keys raise their fourth, sixth and seventh.
    centre = key.fifths + (3.5 if key.is_minor else 2)
    place = min((candidate for candidate in range(-14, 20) if (7 * candidate - pitch) % 12 == 0),
                key=lambda candidate: (abs(candidate - centre), candidate))
    letter = LETTERS[(place + C_PLACE) % 7]
    alter = (place + C_PLACE) // 7
    natural = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[letter]
    return Spelled(letter, alter, (pitch - alter - natural) // 12 - 1)


def signature(key: Key) -> dict[str, int]:
    """Return the accidental of each letter in the signature of a key; letters without one are not there."""
    count = key.fifths
    return dict.fromkeys(LETTERS[:count], 1) if count > 0 else dict.fromkeys(LETTERS[count:], -1) if count < 0 else {}


class Accidentals:
    """The accidentals of a bar: one is written where a note is not as the signature or an earlier note has it."""

    def __init__(self, key: Key) -> None:
        self._signature = signature(key)
        self._held: dict[tuple[str, int], int] = {}

    def written(self, note: Spelled) -> int | None:
        """Return what is written before a note, −2 … 2 with 0 for a natural; None for nothing. It holds in the bar."""
        place = note.letter, note.octave
        before = self._held.get(place, self._signature.get(note.letter, 0))
        self._held[place] = note.alter
        return None if before == note.alter else note.alter


def kind_of(chord: Chord) -> str:
    """Return the kind of a chord in MusicXML's words; ``other`` where there is none."""
    return KINDS.get(chord.intervals, "other")
