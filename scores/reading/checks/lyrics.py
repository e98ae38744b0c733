"""What stands in the lyrics as they were written and is not sung: a warning for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scores.faults import Fault, ScorePath
from scores.format.lyric_chords import with_chord_rows, without_chords
from scores.format.markup import LONGEST_MARKED, Mark, marks_in, unsung
from scores.format.text import take_marks
from scores.format.wording import warning


def marks_in_lyrics(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Warn of tags, chords, repeats and directions in the lyrics, and of words that are sung otherwise than written.

    Parameters
    ----------
    data
        The score as plain data, before its models have taken out what is not sung.
    """
    sections = data.get("sections")
    for i, section in enumerate(sections if isinstance(sections, tuple) else ()):
        lyrics, here = section.get("lyrics") if isinstance(section, dict) else None, ("sections", i, "lyrics")
        played = isinstance(section, dict) and section.get("harmony") is None  # chords among the words are the harmony
        if isinstance(lyrics, str):
            yield from _rows(lyrics, here, played)
        elif isinstance(lyrics, tuple):
            for n, line in enumerate(lyrics):
                text = line.get("text") if isinstance(line, dict) and line.get("say") is None else line
                if isinstance(text, str) and not unsung(text):  # a whole line of it is a fault
                    yield from _marks(text, (*here, n), played)


def _rows(lyrics: str, here: ScorePath, played: bool) -> Iterator[Fault]:
    n = 0
    for row in (with_chord_rows(lyrics) if played else lyrics).splitlines():
        if mark := unsung(row):
            yield _warning(mark, here)
        elif row.strip():
            yield from _marks(row, (*here, n), played)
            n += 1


def _marks(text: str, path: ScorePath, played: bool) -> Iterator[Fault]:
    if len(text) <= LONGEST_MARKED:
        plain = take_marks(text)[0]
        yield from (_warning(mark, path) for mark in marks_in(without_chords(plain) if played else plain))


def _warning(mark: Mark, path: ScorePath) -> Fault:
    return warning(path, mark.message, found=mark.found, instead=mark.allowed)
