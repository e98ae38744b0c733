"""Chords among the words of a line, ``[Am]Hello [F]there``, or in a row above them: each begins on its syllable."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from scores.format.markup import is_chord, unsung, without_marks
from scores.theory import Chord, parse_chord

_BRACKETED = re.compile(r"\[([^\[\]\s]{1,12})\]")
# Stands for a chord while the line loses what is not sung; no page has it.
_MARK = "\ufdd0"


@dataclass(frozen=True, slots=True)
class LineChord:
    """A chord of a line of lyrics.

    Parameters
    ----------
    chord
        The chord; None is N.C.
    at
        Index of the character of the line that it stands before.
    syllable
        Number of the syllable on which it begins, from 0; as many as the line has where it comes after them.
    beats
        Its onset [quarter notes] from the bar line of the line's first bar. The reader fills it in.
    """

    chord: Chord | None
    at: int
    syllable: int = 0
    beats: float = 0.0


def take_chords(line: str) -> tuple[str, tuple[LineChord, ...]]:
    """Return a line as it is sung, and its chords in order."""
    symbols: list[str] = []

    def marked(match: re.Match[str]) -> str:
        if not is_chord(match[1]):
            return match[0]
        symbols.append(match[1])
        return _MARK

    held = _BRACKETED.sub(marked, line.replace(_MARK, ""))
    if not symbols:
        return without_marks(line), ()
    text, found = "", iter(symbols)
    chords: list[LineChord] = []
    for token in without_marks(held).split():
        pieces = token.split(_MARK)
        place = len(text) + (1 if text else 0)
        for piece in pieces[:-1]:
            place += len(piece)
            chords.append(LineChord(chord_or_none(next(found)), place))
        words = "".join(pieces)
        text += (" " if text and words else "") + words
    return text, tuple(replace(chord, at=min(chord.at, len(text))) for chord in chords)


def without_chords(line: str) -> str:
    """Return a line without the chords among its words; whatever else is in it stays."""
    return _BRACKETED.sub(lambda match: "" if is_chord(match[1]) else match[0], line)


def chord_or_none(symbol: str) -> Chord | None:
    """Return a chord by its symbol; None for N.C."""
    return None if symbol in ("N.C.", "NC") else parse_chord(symbol)


def with_chord_rows(text: str) -> str:
    """Return a text whose rows of chords stand among the words of the rows below them, each where it stood above."""
    out: list[str] = []
    above: str | None = None
    for row in text.splitlines():
        if above is not None and row.strip() and not unsung(row):
            row, above = _joined(above, row), None
        elif above is not None:
            out.append(above)
            above = None
        if is_chord_row(row):
            above = row
        else:
            out.append(row)
    return "\n".join(out if above is None else [*out, above])


def is_chord_row(row: str) -> bool:
    """Return whether a row is one of chords."""
    tokens = row.split()
    return bool(unsung(row)) and bool(tokens) and all(map(is_chord, tokens))


def _joined(above: str, row: str) -> str:
    """Return a row of words with the chords above it, each before its character."""
    for match in reversed(list(re.finditer(r"\S+", above))):
        at = match.start()
        row = row.ljust(at) if at > len(row) else row
        row = f"{row[:at]}[{match[0]}]{row[at:]}"
    return row
