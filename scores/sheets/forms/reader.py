"""What is known of a page while it is walked down: its sheet, the section that is open, chords that wait for words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache

from scores.sheets import chords
from scores.sheets.directions import is_direction
from scores.sheets.forms.canonical import SINGER
from scores.sheets.headings import Heading, repeats_in
from scores.sheets.sheet import PlacedChord, Sheet, SheetLine, SheetSection
from scores.sheets.words import folded, without_emoji
from scores.table import read_table

_ANSWER = re.compile(r"\([\w'’-]+(?:[ ,]+[\w'’-]+){0,2}[!?.]?\)")


@cache
def said(what: str) -> frozenset[str]:
    """Return the words of ``tables/pages.yaml`` for one thing."""
    return frozenset(folded(word) for word in read_table("pages")[what])


@dataclass
class PageReader:
    """Walks down a page. ``zone``: front (before the words), style, lyrics or notes."""

    sheet: Sheet
    has_sections: bool
    zone: str = "front"
    stanza: int = 0
    talk: list[tuple[int, str]] = field(default_factory=list)  # by stanzas
    style: list[str] = field(default_factory=list)
    poem: list[SheetLine] = field(default_factory=list)
    waiting: str | None = None  # a line of chords whose words come next
    level: int = 0  # of the heading that the notes stand under
    pending_cues: list[str] = field(default_factory=list)

    def section(self) -> SheetSection | None:
        return self.sheet.sections[-1] if self.sheet.sections else None

    def leave_out(self, line: str) -> None:
        if line.strip():
            self.sheet.left_out.append(line.strip()[:80])

    def begin(self, heading: Heading) -> None:
        """Begin a section."""
        self.flush()
        self.zone, self.stanza = "lyrics", self.stanza + 1
        cue = ", ".join(filter(None, [*self.pending_cues, heading.cue]))
        self.pending_cues = []
        self.sheet.sections.append(SheetSection(heading.kind, heading.name, heading.number, cue, bars=heading.bars,
                                                repeats=heading.repeats, same_as=heading.same_as))

    def words(self, text: str, is_quote: bool = False) -> None:
        """Read a line of the song."""
        singer = ""
        if text.lstrip().startswith(SINGER):
            _, singer, text = text.split(SINGER, 2)
        written = text
        text, times = repeats_in(re.sub(r"</?[a-z]{1,6}\s*/?>", " ", without_emoji(text), flags=re.IGNORECASE))
        found = chords.inline(text)
        placed = found[1] if found else ()
        text = found[0] if found else text
        if self.waiting is not None:
            placed = chords.over(self.waiting, text)
            self.waiting = None
        lead = len(text) - len(text.lstrip())
        text = re.sub(r"(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)", "", text).strip().strip("*_~`\\ ")
        if not re.search(r"\w", text):
            if placed and (section := self.section()):
                section.rows += [[chord.symbol] for chord in placed]
            elif not placed:
                self.leave_out(written)
            return
        placed = tuple(PlacedChord(chord.symbol, min(max(chord.at - lead, 0), len(text))) for chord in placed)
        section = self.section()
        lines = section.lines if section and self.has_sections else self.poem
        if _ANSWER.fullmatch(text) and lines and not placed and times == 1 and len(lines[-1].text) < 60:
            lines[-1] = replace(lines[-1], text=f"{lines[-1].text} {text}")  # an answer has no room of its own
            return
        pieces = re.split(r"\s+/+\s+", text) if len(text) > 40 and not placed else [text]
        lines += [SheetLine(piece, placed, self.stanza, is_quote, singer)
                  for _ in range(times) for piece in pieces if piece]

    def flush(self) -> None:
        """Chords that had no words under them stand in bars of their own."""
        if self.waiting is not None:
            section = self.section()
            if section:
                section.rows += [[chord.symbol] for chord in chords.over(self.waiting, "")]
            self.waiting = None

    def tag(self, inside: str, after: str) -> None:
        """Read a bracket that is no section: a direction, a cue for what follows, or something unknown."""
        section = self.section()
        if is_direction(inside) and section and section.lines:
            section.directions.append(inside)
        elif section and not section.lines and self.zone == "lyrics":
            section.cue = ", ".join(filter(None, [section.cue, inside]))
        elif self.zone == "lyrics" and section:
            self.sheet.remarks.append(f"[{inside}] inside {section.name}")
            section.cue = ", ".join(filter(None, [section.cue, inside]))
        else:
            self.pending_cues.append(inside)
        if after.strip() and self.zone == "lyrics":
            self.words(after)
