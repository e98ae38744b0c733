"""Chords of a page into bars, and words into the lines of a score."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from typing import Any

from scores.composing.chorded import Span, in_bars, place_chords, syllable_start
from scores.format.lyrics import MAX_LINE, LyricLine
from scores.lyrics.languages import CODES
from scores.sheets.measures import transposed
from scores.sheets.say import spoken
from scores.sheets.sheet import SheetLine, SheetSection
from scores.theory import Key, Meter


def bars_of_chords(section: SheetSection, each: Sequence[float], semitones: int, key: Key, meter: Meter,
                   beat_seconds: float, language: str) -> list[list[str]]:
    """Return the chords of each bar of a section, from what stands over its words or between its bar lines.

    The chords of a bar share it equally; one that goes on is there again.

    Returns
    -------
    list of list of str
        Empty where the page has no chords here.
    """
    if section.rows:
        return [[transposed(symbol, semitones, key.fifths < 0) for symbol in row] for row in section.rows]
    if not any(line.chords for line in section.lines):
        return []
    lines = [LyricLine.model_validate({"text": chorded(line, semitones, key, language)[:MAX_LINE]}).model_copy(
        update={"language": language if language in CODES else None}) for line in section.lines]
    starts = [0.0, *accumulate(each)]
    spans = [Span(float(start * meter.bar_beats), float(end * meter.bar_beats)) for start, end in pairwise(starts)]
    placed = place_chords(lines, spans, meter, beat_seconds, (), float(meter.bar_beats))
    first = next(chord.chord for line in placed for chord in line.chords)
    rows = in_bars(placed, spans, math.ceil(starts[-1] - 1e-9), meter, first)
    return [[chord.symbol if chord else "N.C." for chord in row] for row in rows]


def plain(line: SheetLine) -> str:
    """Return a line as it is."""
    return line.text


def chorded(line: SheetLine, semitones: int, key: Key, language: str) -> str:
    """Return a line with its chords among the words, each before the syllable on which it falls: ``[Am]Hello``."""
    text = line.text
    tongue = language if language in CODES else "en"
    placed = [(syllable_start(line.text, chord.at, (), tongue), chord.symbol) for chord in line.chords]
    for at, symbol in reversed(placed):
        text = f"{text[:at]}[{transposed(symbol, semitones, key.fifths < 0)}]{text[at:]}"
    return text


def harmony_text(bars: Sequence[Sequence[str]]) -> str:
    """Return chords as the score writes them: four or eight bars a row, where there are more than eight."""
    cells = [" ".join(bar) for bar in bars]
    cells = [cell if n == 0 or cell != cells[n - 1] else "%" for n, cell in enumerate(cells)]
    if len(cells) <= 8:
        return "| " + " | ".join(cells) + " |"
    rows = [cells[i:i + 8] for i in range(0, len(cells), 8)]
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)


def moved(harmony: str, semitones: int, key: Key) -> str:
    """Return a harmony that is written out, higher by so many semitones, in the letters of a key."""
    def higher(match: re.Match[str]) -> str:
        return transposed(match[0], semitones, key.fifths < 0)

    return re.sub(r"[A-G][^\s|]*", higher, harmony)


def lyric_lines(lines: Sequence[SheetLine], each: Sequence[float], language: str,
                written: Callable[[SheetLine], str]) -> Any:
    """Return the lyrics of a section: one text where each line is as long as the others and said as it is written.

    ``written`` writes the text of a line.
    """
    if not lines:
        return None
    usual = each[0]
    entries: list[Any] = []
    for line, bars in zip(lines, each, strict=True):
        text = ("> " if line.is_quote else "") + written(line)
        text = text if len(text) <= MAX_LINE else line.text[:MAX_LINE]
        said = spoken(line.text, language)[:MAX_LINE]
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
        return [word.strip(".,;:!?—–-\"'“”()[]*").casefold() for word in value.split()]

    return [word for word in bare(said) if word] != [word for word in bare(text) if word]
