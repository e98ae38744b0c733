"""Chords of a page into bars, and words into the lines of a score."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scores.sheets.measures import transposed
from scores.sheets.say import spoken
from scores.sheets.sheet import SheetLine, SheetSection

LONGEST_TEXT = 400


def bars_of_chords(section: SheetSection, each: Sequence[float], semitones: int, flats: bool) -> list[list[str]]:
    """Return the chords of each bar of a section, from what stands over its words or between its bar lines.

    A chord over a word falls on the half bar that is nearest to its word.

    Returns
    -------
    list of list of str
        Empty where the page has no chords here.
    """
    def moved(symbol: str) -> str:
        return transposed(symbol, semitones, flats)

    if section.rows:
        return [[moved(symbol) for symbol in row] for row in section.rows]
    if not any(line.chords for line in section.lines):
        return []
    halves: list[str | None] = [None] * max(round(2 * sum(each)), 1)
    start = 0.0
    for line, bars in zip(section.lines, each, strict=True):
        first, count = round(2 * start), max(round(2 * bars), 1)
        taken = -1
        for n, chord in enumerate(line.chords):
            share = chord.at / max(len(line.text), 1)
            room = count - (len(line.chords) - n)
            place = min(max(int(share * count + 0.25), taken + 1), max(room, taken + 1), count - 1)
            if n == 0 and share < 0.3:
                place = 0
            if count >= 2 * len(line.chords) and place % 2 and len(line.chords) <= bars:
                place -= 1 if place - 1 > taken else 0
            if first + place < len(halves):
                halves[first + place] = moved(chord.symbol)
            taken = place
        start += bars
    last = next(symbol for symbol in halves if symbol is not None)
    filled = []
    for symbol in halves:
        last = symbol or last
        filled.append(last)
    return [list(dict.fromkeys(filled[i:i + 2])) for i in range(0, len(filled), 2)]


def harmony_text(bars: Sequence[Sequence[str]]) -> str:
    """Return chords as the score writes them: four or eight bars a row, where there are more than eight."""
    cells = [" ".join(bar) for bar in bars]
    cells = [cell if n == 0 or cell != cells[n - 1] else "%" for n, cell in enumerate(cells)]
    if len(cells) <= 8:
        return "| " + " | ".join(cells) + " |"
    rows = [cells[i:i + 8] for i in range(0, len(cells), 8)]
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)


def lyric_lines(lines: Sequence[SheetLine], each: Sequence[float], language: str) -> Any:
    """Return the lyrics of a section: one text where each line is as long as the others and said as it is written."""
    if not lines:
        return None
    usual = each[0]
    entries: list[Any] = []
    for line, bars in zip(lines, each, strict=True):
        text = ("> " + line.text if line.is_quote else line.text)[:LONGEST_TEXT]
        said = spoken(line.text, language)[:LONGEST_TEXT]
        entry: dict[str, Any] = {"text": text}
        if (said and _differs(said, line.text)) or line.is_quote:
            entry["say"] = said
        if abs(bars - usual) > 1e-9:
            entry["bars"] = int(bars) if bars == int(bars) else round(bars, 3)
        entries.append(entry if len(entry) > 1 else text)
    if all(isinstance(entry, str) for entry in entries):
        stanzas = [line.stanza for line in lines]
        rows: list[str] = []
        for n, entry in enumerate(entries):
            rows += [""] if n and stanzas[n] != stanzas[n - 1] else []
            rows.append(str(entry))
        return "\n".join(rows) + "\n"
    return entries


def _differs(said: str, text: str) -> bool:
    """Whether a line is said otherwise than it is written, brackets of an answer and punctuation aside."""
    def bare(value: str) -> list[str]:
        return [word.strip(".,;:!?—–-\"'“”()[]*") for word in value.split()]

    return [word for word in bare(said) if word] != [word for word in bare(text) if word]
