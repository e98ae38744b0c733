"""The form of the song: repeats written out, what returns given its words, an intro where the page has none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from scores.sheets.directions import directions_in
from scores.sheets.draft import Guesses
from scores.sheets.headings import parse_heading
from scores.sheets.sheet import Sheet, SheetSection

# Most sections of a song; further repeats are left out and reported.
MOST_SECTIONS = 120
_RETURNING = ("chorus", "verse", "pre_chorus", "bridge")
_INTRO_BARS = {"none": -1.0, "2": 0.0, "4": 2.5, "8": 0.0}


def formed(sheet: Sheet, guesses: Guesses) -> list[SheetSection]:
    """Return the sections of the song in order, each once for each time it is played."""
    whole: list[SheetSection] = []
    for section in _in_order(sheet, _planned(sheet)):
        section = _with_words(section, whole, sheet)
        if section.kind == "end" and not section.lines and not section.directions:
            section = replace(section, directions=[section.cue] if directions_in(section.cue) else [])
            if not section.directions:
                continue
        for turn in range(section.repeats):
            if len(whole) >= MOST_SECTIONS:
                sheet.remarks.append(f"more than {MOST_SECTIONS} sections")
                return whole
            last = turn == section.repeats - 1
            whole.append(replace(section, directions=section.directions if last else [], repeats=1))
        whole += _asides(section)
    if whole and whole[0].kind != "intro" and whole[0].lines and len(whole) > 2:
        bars = guesses.pick(_INTRO_BARS, "Intro", "bars")
        if bars != "none":
            cue = whole[0].cue if "only" in whole[0].cue else ""
            whole.insert(0, SheetSection("intro", "Intro", cue=cue, bars=int(bars)))
    return whole


def _planned(sheet: Sheet) -> list[SheetSection]:
    """Return the sections with bars and cue from a table of the form, and those before the first that it alone has."""
    counts: dict[str, int] = {}
    found = []
    left = list(sheet.plan)
    for section in sheet.sections:
        counts[section.kind] = counts.get(section.kind, 0) + 1
        entry = next((row for row in left if row[0] == section.kind and row[1] in (0, section.number)), None)
        if entry:
            section = replace(section, bars=section.bars or (entry[2] if not section.rows else None),
                              cue=section.cue or entry[3])
        found.append(section)
    for kind, _, bars, cue in sheet.plan[:1]:
        if kind == "intro" and "intro" not in counts:
            found.insert(0, SheetSection("intro", "Intro", cue=cue, bars=bars or 4))
    return found


def _in_order(sheet: Sheet, sections: list[SheetSection]) -> list[SheetSection]:
    """Return the sections in the order that the page gives, where it names those that it has."""
    def named(kind: str, number: int) -> SheetSection | None:
        of_kind = [section for section in sections if section.kind == kind]
        exact = [section for section in of_kind if section.number == number]
        return next(iter(exact or of_kind), None) if not number or exact else None

    found = [named(kind, number) for kind, number in sheet.order]
    if not found or any(section is None for section in found):
        return sections
    return [section for section in found if section is not None]


def _with_words(section: SheetSection, before: Sequence[SheetSection], sheet: Sheet) -> SheetSection:
    """Return a section that has no words of its own, with those of the earlier one it returns to."""
    returns = section.same_as is not None or (section.kind in _RETURNING and not section.lines and not section.rows
                                              and not section.notes and not _ends_in(section.directions))
    if not returns or section.lines:
        return section
    earlier = _meant(section, before)
    if earlier is None:
        return section
    which = f"the later {section.name}" if section.name == earlier.name else section.name
    sheet.assumptions.append(f"{which} has the words of {'the first' if which != section.name else earlier.name}")
    return replace(section, lines=list(earlier.lines), rows=list(earlier.rows), notes=list(earlier.notes),
                   bars=section.bars or earlier.bars)


def _ends_in(directions: Sequence[str]) -> bool:
    """Whether directions say how something ends, and not only who plays after it."""
    return any("instrumental" not in directions_in(direction) for direction in directions)


def _meant(section: SheetSection, before: Sequence[SheetSection]) -> SheetSection | None:
    """Return the earlier section that "same as 1" means, or the last one of the same kind."""
    same = section.same_as or ""
    number = re.search(r"\d+", same)
    heading = parse_heading(same, True) if same else None
    kind = heading.kind if heading else section.kind
    candidates = [other for other in before if other.kind == kind and (other.lines or other.rows)]
    if number:
        exact = [other for other in candidates if other.number == int(number[0])]
        nth = candidates[int(number[0]) - 1:int(number[0])]
        candidates = exact or nth or candidates
    return candidates[-1] if candidates else None


def _asides(section: SheetSection) -> list[SheetSection]:
    """Instrumental breaks that stand as a direction among the words."""
    return [SheetSection("solo" if "solo" in direction.lower() else "interlude",
                         direction[:1].upper() + direction[1:] if len(direction) < 30 else "Interlude",
                         cue="" if len(direction) < 30 else direction)
            for direction in section.directions if "instrumental" in directions_in(direction)]
