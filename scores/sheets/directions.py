"""Stage directions: "silence", "a single note, decaying", "fade out" on lines of their own."""

from __future__ import annotations

from functools import cache

from scores.sheets.words import Sayings
from scores.table import read_table

MOST_WORDS = 9  # longest direction; a longer aside is sung


@cache
def _sayings() -> dict[str, Sayings[str]]:
    return {kind: Sayings((saying, kind) for saying in sayings)
            for kind, sayings in read_table("cues")["directions"].items()}


def directions_in(text: str) -> list[str]:
    """Return what a direction asks for: silence, note, crushed, fade, breath, instrumental, end."""
    return [kind for kind, sayings in _sayings().items() if any(sayings.find(text))]


def is_direction(text: str) -> bool:
    """Whether an aside is a stage direction."""
    asked = directions_in(text)
    return len(text.split()) <= MOST_WORDS and bool(asked) and asked != ["crushed"]
