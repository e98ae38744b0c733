"""Notes by name and by number."""

from __future__ import annotations

import re

from scores.notation import NotationError

# Pitch class of each letter, and semitones that an accidental adds.
LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
ACCIDENTALS = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1, "##": 2, "bb": -2}

_NOTE = re.compile(r"([A-Ga-g])(##|bb|[#♯b♭]?)(-?\d)")
_PITCH_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


def pitch_class(name: str) -> int:
    """Return the pitch class, 0–11, of a note name without octave, such as ``Eb`` or ``F♯``."""
    return (LETTERS[name[0].upper()] + ACCIDENTALS[name[1:]]) % 12


def parse_note(text: str) -> int:
    """Return the MIDI number of a note name with octave; ``C4`` is 60.

    Raises
    ------
    NotationError
        For any other text, and for notes outside of MIDI's range.
    """
    match = _NOTE.fullmatch(text.strip())
    if not match:
        spelled = without_h(text)
        raise NotationError(text, "a note name with its octave, such as C4, Eb3 or F#5",
                            nearest=spelled if spelled and _NOTE.fullmatch(spelled) else None)
    letter, accidental, octave = match.groups()
    number = 12 * (int(octave) + 1) + LETTERS[letter.upper()] + ACCIDENTALS[accidental]
    if not 0 <= number <= 127:
        raise NotationError(text, "a note from C-1 to G9")
    return number


def parse_range(text: str) -> tuple[int, int]:
    """Return the lowest and the highest MIDI number of a range such as ``A3-D5``.

    Raises
    ------
    NotationError
        For any other text, and where the first note is above the second.
    """
    low, dash, high = text.replace("–", "-").rpartition("-")
    if not dash or not low.strip():
        raise NotationError(text, "a lowest and a highest note, such as A3-D5")
    lowest, highest = parse_note(low), parse_note(high)
    if lowest > highest:
        raise NotationError(text, "a lowest note and then a highest one", nearest=f"{high.strip()}-{low.strip()}")
    return lowest, highest


def note_name(pitch: int) -> str:
    """Return the name with octave of a MIDI number, 60 = ``C4``, as the most common keys spell it."""
    return f"{pitch_name(pitch)}{pitch // 12 - 1}"


def pitch_name(pitch: int) -> str:
    """Return the name without octave of a MIDI number or a pitch class, as the most common keys spell it."""
    return _PITCH_NAMES[pitch % 12]


def without_h(text: str) -> str | None:
    """Return a note or chord that begins with the German H in English spelling, with B; None for any other text."""
    return "B" + text[1:] if text[:1] in ("H", "h") else None
