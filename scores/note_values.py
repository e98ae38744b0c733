"""Note values: lengths as a musician writes them, ``1/4``, dotted ``1/8.``, triplet ``1/8T``.

Scores and the parameters of effects share this notation. It is the only module of another room that effects import.
"""

from __future__ import annotations

import re
from fractions import Fraction

from scores.notation import NotationError

# Denominators of note values.
NOTE_VALUES = (1, 2, 4, 8, 16, 32, 64, 128)
# A note value. Groups: the denominator of its part of a whole note, and its dots or T.
NOTE_VALUE = re.compile(rf"1/({'|'.join(map(str, NOTE_VALUES))})(\.{{1,2}}|T)?")
# Length relative to the plain value, by dots or T.
_LENGTHENED = {None: Fraction(1), ".": Fraction(3, 2), "..": Fraction(7, 4), "T": Fraction(2, 3)}
_WHOLE = re.compile(r"1(\.{1,2}|T)?")


def quarter_notes(text: str) -> Fraction | None:
    """Return the length of a note value in quarter notes; None for any other text."""
    match = NOTE_VALUE.fullmatch(text)
    return Fraction(4, int(match[1])) * _LENGTHENED[match[2]] if match else None


def parse_note_value(text: str) -> Fraction:
    """Return the length of a written note in quarter notes: ``1/4`` is 1, ``1/8.`` 3/4, ``1/8T`` 1/3, ``1`` 4.

    Raises
    ------
    NotationError
        For any other text.
    """
    stripped = text.strip()
    beats = quarter_notes(f"1/{stripped}" if _WHOLE.fullmatch(stripped) else stripped)
    if beats is None:
        raise NotationError(text, "a note value: 1, 1/2, 1/4 … 1/128, with a dot for a dotted note or T for a triplet")
    return beats
