"""Who sings what: names before lines and in headings become voices of the score."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from scores.sheets.band import cue_words, roles_in
from scores.sheets.sheet import Sheet, SheetSection
from scores.sheets.words import folded
from scores.table import read_table

# Voices of a song, at most: further names share the first.
MOST_VOICES = 3
_AND = re.compile(r"\s*(?:&|,|/|\+|\b(?:and|with|y|con|et|und|mit|e|feat|ft)\b\.?)\s*", re.IGNORECASE)
_NAME = re.compile(r"[A-ZÀ-Þ][\w.'’-]*(?: [A-ZÀ-Þ][\w.'’-]*){0,2}")


@cache
def _said(what: str) -> frozenset[str]:
    return frozenset(folded(word) for word in read_table("pages")[what])


class Singers:
    """The singers of a page by name, in the order in which they come; empty where it names fewer than two."""

    def __init__(self, sheet: Sheet) -> None:
        named = [name for section in sheet.sections if section.lines or section.same_as is not None
                 for said in (section.cue, *(line.singer for line in section.lines)) for name in names_in(said)]
        single = list(dict.fromkeys(folded(name) for name in named if folded(name) not in _said("together")))
        voices = ["voice", *(f"voice_{n}" for n in range(2, MOST_VOICES + 1))]
        self._voice_of = {name: voices[n] if n < MOST_VOICES else "voice" for n, name in enumerate(single)} \
            if len(single) > 1 else {}

    def __bool__(self) -> bool:
        return bool(self._voice_of)

    @property
    def voices(self) -> list[str]:
        """Names of the parts."""
        return list(dict.fromkeys(self._voice_of.values()))

    def of_lines(self, section: SheetSection) -> list[tuple[str, ...]]:
        """Return the voices of each line of a section."""
        usual = self._of(section.cue) or ("voice",)
        return [self._of(line.singer) or usual for line in section.lines]

    def _of(self, said: str) -> tuple[str, ...]:
        names = [folded(name) for name in names_in(said)]
        if any(name in _said("together") for name in names):
            return tuple(self.voices)
        return tuple(dict.fromkeys(self._voice_of[name] for name in names if name in self._voice_of))

    def range_of(self, voice: str) -> dict[str, Any]:
        """Return the range of a voice, where its name tells it."""
        for name, part in self._voice_of.items():
            if part == voice and name in _said("low_voices"):
                return {"lowest": "A2", "highest": "E4"}
            if part == voice and name in _said("high_voices"):
                return {"lowest": "A3", "highest": "E5"}
        return {}


def names_in(said: str) -> list[str]:
    """Return the singers that a text names and nothing else, or none."""
    pieces = [piece for piece in _AND.split(said.split("(")[0].strip()) if piece]
    if not pieces or not all(folded(piece) in _said("singers") or _is_name(piece) for piece in pieces):
        return []
    return pieces


def _is_name(piece: str) -> bool:
    return bool(_NAME.fullmatch(piece)) and not any(cue_words().find(piece)) and not roles_in(piece)


def sung_by(lines: Sequence[tuple[str, ...]], entries: Any, voices: Sequence[str]) -> Any:
    """Return the lines of a section with who sings each, where they are not all sung by the same."""
    if len(set(lines)) < 2:
        return entries
    rows = [row for row in entries.split("\n") if row.strip()] if isinstance(entries, str) else entries
    return [{**(row if isinstance(row, dict) else {"text": row}),
             "sings": "all" if set(by) >= set(voices) else by[0] if len(by) == 1 else list(by)}
            for row, by in zip(rows, lines, strict=True)]
