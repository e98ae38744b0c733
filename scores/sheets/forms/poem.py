"""A plain poem: stanzas become verses, and the one that returns is the chorus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from scores.sheets.sheet import Sheet, SheetLine, SheetSection
from scores.sheets.words import folded

# Most lines of a stanza that is one section: a longer one is divided.
MOST_LINES = 12


def poem_sections(sheet: Sheet, lines: Sequence[SheetLine]) -> list[SheetSection]:
    """Return the sections of a poem without headings."""
    stanzas: dict[int, list[SheetLine]] = {}
    for line in lines:
        stanzas.setdefault(line.stanza, []).append(line)
    pieces = [piece for stanza in stanzas.values() for piece in _divided(stanza)]
    keys = [" ".join(folded(line.text) for line in piece) for piece in pieces]
    firsts = Counter(folded(piece[0].text) for piece in pieces if len(piece) > 1)
    counts = Counter(keys)
    sections, verses = [], 0
    for piece, key in zip(pieces, keys, strict=True):
        returns = counts[key] > 1 or (len(piece) > 1 and firsts[folded(piece[0].text)] > 1)
        if returns and len(pieces) > 2:
            sections.append(SheetSection("chorus", "Chorus", lines=list(piece)))
        else:
            verses += 1
            sections.append(SheetSection("verse", f"Verse {verses}", verses, lines=list(piece)))
    if sections:
        sheet.assumptions.append("no headings: each stanza is a verse" + (
            ", the one that returns a chorus" if any(section.kind == "chorus" for section in sections) else ""))
    return sections


def _divided(stanza: list[SheetLine]) -> list[list[SheetLine]]:
    if len(stanza) <= MOST_LINES:
        return [stanza]
    return [stanza[i:i + 8] for i in range(0, len(stanza), 8)]
