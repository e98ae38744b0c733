"""Harmony as people write it: chords between bar lines, with repeats, beats as slashes, or one after the other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import gcd

from scores.notation import NotationError, as_found, raise_together
from scores.theory import Chord, parse_chord

# Harmony that is composed.
AUTO = "auto"
# Most bars of a repeat written out; a section has no more.
MAX_BARS = 10_000

_NO_CHORD = frozenset(("N.C.", "NC", "N.C", "n.c.", "nc"))
# The bar before, again.
_AGAIN = frozenset(("%", "𝄎"))
# One more beat of the chord before.
_BEAT = frozenset(("/", "."))
_SEPARATORS = frozenset(("-", "–", "—", "->", "→"))
_TOKEN = re.compile(r"[|:]+|[^\s|:]+")
_TIMES = re.compile(r"\(?(?:[x×](\d{1,3})|(\d{1,3})[x×])\)?", re.IGNORECASE)
_QUOTES = "\"'“”„«»‘’"
_Bar = tuple[Chord | None, ...]


@dataclass(frozen=True)
class HarmonyText:
    """Chords by bar. The chords of a bar share it equally; None is N.C. (no chord). Without bars: ``auto``."""

    bars: tuple[_Bar, ...]

    @property
    def is_auto(self) -> bool:
        """Whether the chords are left to the reader, who fills them in."""
        return not self.bars

    def __str__(self) -> str:
        if self.is_auto:
            return AUTO
        return "| " + " | ".join(" ".join(c.symbol if c else "N.C." for c in bar) for bar in self.bars) + " |"


def parse_harmony(value: object) -> HarmonyText:
    """Parse chords in bars: ``| Cm | Abmaj7 Bb | % |``.

    ``%`` repeats the bar before and ``N.C.`` is no chord. ``/`` is one more beat of the chord before it: ``F / / C``.
    ``|: … :|`` and ``x2`` repeat bars. Without bar lines each chord is a bar, or what stands between commas. ``auto``
    has no bars: they are composed.

    Parameters
    ----------
    value
        The text, or a list of bars.

    Raises
    ------
    NotationError
        For the first error, which carries the others.
    """
    if isinstance(value, HarmonyText):
        return value
    if isinstance(value, list | tuple) and value and all(isinstance(bar, str) and bar.strip() for bar in value):
        value = " | ".join(bar.strip().strip("|") for bar in value)
        value = f"| {value} |"
    if not isinstance(value, str) or not value.strip():
        raise NotationError(as_found(value), "chords in bars, such as | Cm | Abmaj7 | Eb/G | Bb |, or auto")
    if value.strip() == AUTO:
        return HarmonyText(())
    reader = _Reader()
    for row in _rows(value.strip().strip(_QUOTES)):
        reader.read(row)
    if not reader.bars and not reader.errors:
        reader.errors.append(NotationError(value, "a chord between the bar lines"))
    raise_together(reader.errors)
    return HarmonyText(tuple(reader.bars))


def _rows(text: str) -> list[str]:
    """Return the rows of a text with bar lines: its own, or those that its commas or spaces stand for."""
    rows = [row.strip() for row in text.splitlines() if row.strip()]
    if "|" in text:
        return [row.replace(",", " ") for row in rows]
    return [_barred(row) for row in rows]


def _barred(row: str) -> str:
    """Return a row without bar lines with a bar for each chord, or for each piece between commas."""
    pieces = [" ".join(token for token in piece.split() if token not in _SEPARATORS) for piece in row.split(",")]
    pieces = [piece for piece in pieces if piece]
    if len(pieces) > 1:
        return " | ".join(pieces)
    out: list[str] = []
    for token in _tokens(row):
        if token in _BEAT and out:
            out[-1] += " " + token
        elif _TIMES.fullmatch(token) and out:
            out[-1] += " | " + token
        elif token not in _SEPARATORS:
            out.append(token)
    return " | ".join(out)


@dataclass
class _Reader:
    """The bars read so far, and where a repeat would begin."""

    bars: list[_Bar] = field(default_factory=list)
    errors: list[NotationError] = field(default_factory=list)
    opened: int = 0  # bar at which a repeat begins
    closed: tuple[int, int] | None = None  # bars that the repeat sign just before has repeated

    def read(self, row: str) -> None:
        """Read a row of bars; it may begin and end with a bar line."""
        cell: list[str] = []
        first, line = len(self.bars), ""
        tokens = _tokens(row)
        for place, token in enumerate(tokens):
            times = _TIMES.fullmatch(token)
            if token[0] in "|:" and "|" in token:
                if cell:
                    self._bar(cell)
                elif line and ":" not in line + token:
                    self._empty()
                self._line(token)
                cell, line = [], token
            elif times and (self.bars or cell):
                again = int(times[1] or times[2])
                inside = bool(cell) and place + 1 < len(tokens)
                begin = len(self.bars) if inside else first
                if cell:
                    self._bar(cell)
                    cell = []
                self._repeat(begin, again, token)
                line = "" if inside else "||"
            else:
                self.closed = None
                cell.append(token)
        if cell:
            self._bar(cell)
        self.closed = None

    def _empty(self) -> None:
        bar = len(self.bars) + 1
        self.errors.append(NotationError("| |", f"a chord in each bar; bar {bar} is empty. % repeats the bar before "
                                                "it; several rows of bars stand below harmony: |"))
        self.bars.append(())

    def _line(self, token: str) -> None:
        """Take a bar line: ``:|`` ends what is repeated, ``|:`` begins it."""
        head, tail = token.find("|"), token.rfind("|")
        if head > 0:
            self.closed = None
            begin = self.opened
            self._repeat(begin, 2, token)
            self.closed = (begin, (len(self.bars) - begin) // 2)
        if head > 0 or tail < len(token) - 1:
            self.opened = len(self.bars)

    def _repeat(self, begin: int, times: int, token: str) -> None:
        """Let the bars from one on, or those of the repeat sign just before, be there so many times in all."""
        size = len(self.bars) - begin
        if self.closed is not None:
            begin, size = self.closed
        passage = self.bars[begin:begin + size]
        if times < 1 or size * times > MAX_BARS:
            self.errors.append(NotationError(token, f"x2 and more, and at most {MAX_BARS} bars"))
            return
        self.bars[begin:] = passage * times
        self.closed = None
        self.opened = len(self.bars)

    def _bar(self, tokens: Sequence[str]) -> None:
        """Add a bar."""
        chords: list[Chord | None] = []
        beats: list[int] = []
        if len(tokens) == 1 and tokens[0] in _AGAIN:
            if not self.bars:
                self.errors.append(NotationError("%", "a chord in the first bar: there is no earlier bar to repeat"))
            self.bars.append(self.bars[-1] if self.bars else ())
            return
        wrong = len(self.errors)
        for symbol in tokens:
            if symbol in _BEAT:
                if chords:
                    beats[-1] += 1
                elif self.bars and self.bars[-1]:
                    chords, beats = [self.bars[-1][-1]], [1]
                else:
                    self.errors.append(NotationError(symbol, "a chord before the first beat that continues it"))
                continue
            try:
                chords.append(None if symbol in _NO_CHORD else parse_chord(symbol))
                beats.append(1)
            except NotationError as error:
                self.errors.append(error)
        self.bars.append(() if len(self.errors) > wrong else _shares(chords, beats))


def _tokens(row: str) -> list[str]:
    """Return bar lines, chords and repeats, without the brackets around bars that are repeated: ``(Am F) x2``."""
    row = re.sub(r"(?<!\S)([x×])\s+(\d)", r"\1\2", row)
    out = []
    for token in _TOKEN.findall(row):
        if token.count("(") != token.count(")"):
            token = token[1:] if token[0] == "(" else token.removesuffix(")")
        if token:
            out.append(token)
    return out


def _shares(chords: Sequence[Chord | None], beats: Sequence[int]) -> _Bar:
    """Return chords that share a bar equally, as their beats have it: ``F / / C`` is three times F and C."""
    unit = gcd(*beats) if beats else 1
    return tuple(chord for chord, count in zip(chords, beats, strict=True) for _ in range(count // unit))
