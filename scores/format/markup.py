"""What stands in lyrics and is no word: section tags, chords, repeats, directions.

People paste lyrics from sheets that carry all of these. They are not sung, and the reader is told of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from scores.notation import NotationError
from scores.theory import parse_chord

# Greatest number of characters of a line that is looked through.
LONGEST_MARKED = 400

_SECTIONS = (r"(?:pre|post)?[- ]?(?:chorus|verse)|bridge|intro|outro|hook|refrain|interlude|instrumental|solo|break|"
             r"drop|end|coda|tag|middle 8|build|breakdown|pre-?hook")
_TAG = re.compile(rf"\[\s*(?:(?:{_SECTIONS})\b[^\[\]]*|[^\[\]]*\b(?:solo|verse|chorus))\s*\]", re.IGNORECASE)
_HEADING = re.compile(rf"(?:{_SECTIONS})\s*\d*\s*:", re.IGNORECASE)
_BRACKETED = re.compile(r"\[([^\[\]\s]{1,12})\]")
_REPEAT = re.compile(r"\(\s*(?:[x×]\s*\d{1,2}|\d{1,2}\s*[x×]|repeat[^()]{0,20}|bis)\s*\)|(?<=\s)[x×]\d{1,2}\s*$",
                     re.IGNORECASE)
_DIRECTIONS = (r"(?:almost |half[- ]|softly |barely )?(?:whisper(?:ed|ing|s)?|spoken|speaking|shout(?:ed|ing|s)?|"
               r"scream(?:ed|ing|s)?|hum(?:med|ming|s)?|sung|falsetto|softly|quietly|loudly|slowly|gently|"
               r"ad[- ]?libs?|instrumental|fade(?:s)?(?: out)?|pause|guitar solo|solo|laughs?|sighs?|a cappella)")
_DIRECTION = re.compile(rf"[(\[]\s*{_DIRECTIONS}\s*[)\]]", re.IGNORECASE)
_STARRED = re.compile(r"(?<![\w*])\w+\*{2,}\w*")
# Chord symbols of letters alone that stand above words; most others, such as Ah, Eh and Go, are words.
_LETTERED = re.compile("[A-G]b?(?:m|M|maj|min|dim|aug|sus)?")
_BARS = re.compile(r"[|/%\-–.\s]+")


class Mark(NamedTuple):
    """Something in a line that is no word: what was found, what is made of it, and what to write instead."""

    found: str
    message: str
    allowed: str


def unsung(line: str) -> Mark | None:
    """Return what a whole line is that is not sung, a tag or a row of chords; None where it has words."""
    text = line.strip()
    if len(text) > LONGEST_MARKED:
        return None
    if text and not _TAG.sub("", text).strip():
        return Mark(text, f"{text} is a tag and not sung", "sections are named by name: and tag:")
    if _HEADING.fullmatch(text):
        return Mark(text, f'"{text}" is a heading and not sung', "sections are named by name: and tag:")
    tokens = [token for token in _BARS.sub(" ", _TAG.sub(" ", text)).split() if token]
    alone = len(tokens) == 1 and not re.search(r"[m\d#b♯♭]", tokens[0])
    if tokens and not alone and all(map(is_chord, tokens)):
        return Mark(text, f'"{text}" is a line of chords and not sung', "chords stand in harmony:, or above or among "
                                                                        "words where there is none")
    return None


def sung_rows(text: str) -> list[str]:
    """Return the rows of a text that have words."""
    return [row for row in text.splitlines() if row.strip() and not unsung(row)]


def without_marks(line: str) -> str:
    """Return a line as it is sung."""
    text = _BRACKETED.sub(lambda match: "" if is_chord(match[1]) else match[0], line)
    for pattern in (_TAG, _DIRECTION, _REPEAT):
        text = pattern.sub(" ", text)
    return text if text == line else " ".join(text.split())


def marks_in(line: str) -> Iterator[Mark]:
    """Return what stands in a line and is not sung, and words that are sung otherwise than they are written."""
    for match in _TAG.finditer(line):
        yield Mark(match[0], f"{match[0]} is a tag and not sung", "sections are named by name: and tag:")
    chords = [match[0] for match in _BRACKETED.finditer(line) if is_chord(match[1])]
    if chords:
        yield Mark(chords[0], f"{' '.join(chords)}: chords among the words are not played where there is "
                   "harmony:", "leave harmony: out to play them")
    for match in _DIRECTION.finditer(line):
        yield Mark(match[0], f"{match[0]} is a direction and not sung", "a manner is set in play:, as "
                                                                        "voice: whispered")
    for match in _REPEAT.finditer(line):
        yield Mark(match[0].strip(), f"{match[0].strip()} is not sung, and the line is sung once",
                   "write the line as often as it is sung")
    for match in _STARRED.finditer(line):
        yield Mark(match[0], f'"{match[0]}" is sung as "{match[0].replace("*", "")}"',
                   "say: beside text: sets what is sung instead")


def is_chord(text: str) -> bool:
    """Return whether a bracket or token holds a chord, or N.C."""
    if text in ("N.C.", "NC"):
        return True
    if not "A" <= text[:1] <= "G" or (text.isascii() and text.isalpha() and not _LETTERED.fullmatch(text)):
        return False
    try:
        parse_chord(text)
    except NotationError:
        return False
    return True
