"""``score/lead_sheet.cho`` and ``score/chords.txt``: the words with the chords at their syllables.

The first is ChordPro 6 (Vromans, 2024), the second plain text with the chords on a line above the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from render.rendering import Rendering
from render.writers.lyrics import TimedLine, timed_lines
from scores.performance import Performance, SectionSpan
from scores.score import Score

ORDER = 10
TARGET = "score"

# Environments of ChordPro by the first word of a section's name; all others are verses.
ENVIRONMENTS = {"chorus": "chorus", "refrain": "chorus", "hook": "chorus", "bridge": "bridge"}
# Two onsets that are one place [s]: a chord falls on the syllable that is sung this close to it.
TOGETHER_SECONDS = 0.12


class Placed(NamedTuple):
    """A line of words with its chords, each at a place in the text; chords after the last word lie at its end."""

    text: str
    chords: tuple[tuple[int, str], ...]


class Block(NamedTuple):
    """A section: its name, its lines, and the chords of its bars where it has no words."""

    name: str
    lines: tuple[Placed, ...]
    bars: tuple[str, ...]


def write(rendering: Rendering) -> None:
    """Write both sheets."""
    folder = rendering.folder / "score"
    folder.mkdir(exist_ok=True)
    found = blocks(rendering.performance)
    for name, text in (("lead_sheet.cho", chordpro(rendering.score, found)),
                       ("chords.txt", plain(rendering.score, found))):
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def blocks(performance: Performance) -> list[Block]:
    """Return the sections of a song with their words and chords."""
    lines = timed_lines(performance)
    changes = list(_changes(performance))
    found = []
    for span in performance.sections:
        inside = [line for line in lines if _middle(span.start_seconds, line, span.end_seconds)]
        rows = []
        first = span.start_seconds
        for number, line in enumerate(inside, 1):
            end = inside[number].start_seconds if number < len(inside) else span.end_seconds
            until = end - TOGETHER_SECONDS
            rows.append(_placed(line, [(at, symbol) for at, symbol in changes
                                       if first - TOGETHER_SECONDS <= at < until]))
            first = end
        found.append(Block(span.name, tuple(rows), () if rows else tuple(_bars(performance, span))))
    return found


def _middle(start: float, line: TimedLine, end: float) -> bool:
    return start <= (line.start_seconds + line.end_seconds) / 2 < end


def _changes(performance: Performance) -> Iterator[tuple[float, str]]:
    """Yield time [s] and symbol of each change of chord, and of the chord at the beginning of each section."""
    before = ""
    starts = {span.start_bar for span in performance.sections}
    for bar in performance.bars:
        for place, (start, chord) in enumerate(bar.chords):
            symbol = chord.symbol if chord else "N.C."
            if symbol != before or (place == 0 and bar.index in starts):
                yield performance.tempo.seconds(bar.start_beats + float(start)), symbol
            before = symbol


def _placed(line: TimedLine, changes: Sequence[tuple[float, str]]) -> Placed:
    """Put each chord before the first syllable that is sung with it or after it."""
    places: list[tuple[float, int]] = []
    text = ""
    for word in line.words:
        text += " " if text else ""
        inside = 0
        for seconds, spelling in word.syllables:
            at = word.text.lower().find(spelling.lower(), inside)
            inside = max(at, inside)
            places.append((seconds, len(text) + inside))
            inside += len(spelling)
        text += word.text
    chords = []
    for seconds, symbol in changes:
        place = next((place for onset, place in places if onset >= seconds - TOGETHER_SECONDS), len(text))
        chords.append((place, symbol))
    return Placed(text, tuple(chords))


def _bars(performance: Performance, span: SectionSpan) -> Iterator[str]:
    for bar in performance.bars:
        if span.start_bar <= bar.index < span.start_bar + span.bars:
            yield " ".join(chord.symbol if chord else "N.C." for _, chord in bar.chords)


def chordpro(score: Score, found: Sequence[Block]) -> str:
    """Return a song in ChordPro."""
    rows = [f"{{title: {_value(score.title)}}}", f"{{key: {score.key.short}}}", f"{{tempo: {score.bpm:g}}}",
            f"{{time: {score.meter}}}"]
    for block in found:
        kind = ENVIRONMENTS.get(block.name.split()[0].lower(), "verse") if block.lines else "grid"
        rows += ["", f"{{start_of_{kind}: {_value(block.name)}}}"]
        if block.lines:
            rows += [_inline(line) for line in block.lines]
        else:
            rows += ["| " + " | ".join(block.bars[start:start + 4]) + " |" for start in range(0, len(block.bars), 4)]
        rows.append(f"{{end_of_{kind}}}")
    return "\n".join(rows) + "\n"


def _inline(line: Placed) -> str:
    """Return a line with its chords in square brackets; the words' own brackets are round."""
    text, at = "", 0
    for place, symbol in line.chords:
        text += _sung(line.text[at:place]) + f"[{symbol}]"
        at = place
    return text + _sung(line.text[at:])


def _sung(text: str) -> str:
    return text.translate(str.maketrans("[]{}", "()()"))


def _value(text: str) -> str:
    return re.sub(r"[{}\s]+", " ", text).strip()


def plain(score: Score, found: Sequence[Block]) -> str:
    """Return chords above words."""
    rows = [" ".join(score.title.split()), f"{score.key}, {score.meter}, {score.bpm:g} BPM"]
    for block in found:
        rows += ["", f"[{block.name}]"]
        for line in block.lines:
            rows += _two_rows(line)
        if not block.lines:
            rows += ["| " + " | ".join(block.bars[start:start + 4]) + " |" for start in range(0, len(block.bars), 4)]
    return "\n".join(rows) + "\n"


def _two_rows(line: Placed) -> list[str]:
    """Return the chords and the words below them; words part where chords need the room."""
    above, below, at = "", "", 0
    for place, symbol in line.chords:
        below += line.text[at:place]
        at = place
        room = len(above) + 1 if above else 0
        if room > len(below):
            filler = " " if not below or below.endswith(" ") or place >= len(line.text) else "-"
            below += filler * (room - len(below))
        above = above.ljust(len(below)) + symbol
    below += line.text[at:]
    return [above.rstrip(), below.rstrip()] if above.strip() else [below.rstrip()]
