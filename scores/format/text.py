"""The notations inside a score: curves, dynamics and written notes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from scores.format.articulation import PLAIN, Marks, parse_marks
from scores.notation import NotationError, as_found, raise_together
from scores.note_values import parse_note_value
from scores.performance import LEGATO
from scores.theory import parse_note

# Loudness of each dynamic mark, 0–1.
DYNAMICS = {"ppp": 0.08, "pp": 0.2, "p": 0.34, "mp": 0.48, "mf": 0.62, "f": 0.78, "ff": 0.92, "fff": 1.0}

_ARROW = re.compile(r"\s*(?:->|→)\s*")
# A place in a section: ``bar N`` or ``line N``, counted from 1. Groups: bar or line, and N.
ANCHOR = r"(bar|line)\s+([1-9]\d{0,4})"
_ANCHOR = re.compile(ANCHOR)
# Words between asterisks.
_MARKED = re.compile(r"(?<![\w*])\*([^\s*](?:[^*]*[^\s*])?)\*(?![\w*])")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_WRITTEN = re.compile(r"(?P<pitch>r|[A-Ga-g](?:##|bb|[#♯b♭])?-?\d|\[[^\]]*\])"
                      r"(?::(?P<value>[\d/.T]+))?(?:@(?P<velocity>\d+))?(?:\((?P<marks>[^()]*)\))?(?P<tie>~?)")
_TOKEN = re.compile(r"(?:\[[^\]]*\]|[^\s(\[])(?:\([^)]*\)|[^\s(])*|\S+")


@dataclass(frozen=True)
class Curve:
    """Breakpoints inside one section.

    Parameters
    ----------
    anchors
        ``start``, ``end``, ``bar N`` or ``line N``, in any order.
    values
        The value at each anchor; straight lines between.
    """

    anchors: tuple[str, ...]
    values: tuple[float, ...]

    @property
    def is_constant(self) -> bool:
        return len(set(self.values)) == 1

    def __str__(self) -> str:
        if self.is_constant:
            return f"{self.values[0]:g}"
        return ", ".join(f"{anchor}: {value:g}" for anchor, value in zip(self.anchors, self.values, strict=True))


def parse_curve(value: object, low: float, high: float) -> Curve:
    """Parse a curve: a number, ``0.1 -> 0.3``, or ``{line 1: 0.7, line 4: 0.02}``.

    Parameters
    ----------
    value
        The value in the YAML; a Curve is returned as it is.
    low, high
        Range of the values.

    Raises
    ------
    NotationError
        For any other value, with all errors of a mapping together.
    """
    if isinstance(value, Curve):
        return value
    if isinstance(value, Mapping):
        anchors, values = [], []
        errors: list[NotationError] = []
        for anchor, number in value.items():
            name = str(anchor).strip()
            place = parse_anchor(name)
            if place is None and name not in ("start", "end"):
                errors.append(NotationError(str(anchor), "start, end, bar N or line N",
                                            candidates=("start", "end", "bar 1", "line 1")))
                continue
            anchors.append(f"{place[0]} {place[1]}" if place else name)
            try:
                values.append(_number(number, low, high))
            except NotationError as error:
                errors.append(error)
        raise_together(errors)
        if not anchors:
            raise NotationError("{}", "at least one breakpoint")
        return Curve(tuple(anchors), tuple(values))
    parts = _ARROW.split(value.strip()) if isinstance(value, str) else [value]
    if len(parts) > 2:
        raise NotationError(as_found(value), "a number, or from -> to; for more breakpoints {bar 1: …, bar 5: …}")
    numbers = [_number(part, low, high) for part in parts]
    return Curve(("start", "end"), (numbers[0], numbers[-1]))


def parse_anchor(text: str) -> tuple[Literal["bar", "line"], int] | None:
    """Parse a place in a section: ``bar 3`` is ("bar", 3), ``line 2`` is ("line", 2), any other text None."""
    match = _ANCHOR.fullmatch(text)
    return ("bar" if match[1] == "bar" else "line", int(match[2])) if match else None


def _number(value: object, low: float, high: float) -> float:
    """Return a number of a curve. Raises NotationError for one out of range, and suggests 0.2 for 20 %."""
    allowed = f"a number from {low:g} to {high:g}, or two with -> between"
    if isinstance(value, bool):
        raise NotationError(as_found(value), allowed)
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        percent = _PERCENT.fullmatch(value.strip()) if isinstance(value, str) else None
        share = float(percent[1]) / 100 if percent else None
        meant = f"{share:g}" if share is not None and low <= share <= high else None
        raise NotationError(as_found(value), allowed, nearest=meant) from None
    if not low <= number <= high:
        raise NotationError(as_found(value), f"a number from {low:g} to {high:g}")
    return number


@dataclass(frozen=True)
class Ramp:
    """A straight line over the glitch intensity: its values at intensity 0 and 1."""

    start: float = 0.0
    end: float = 0.0

    def at(self, intensity: float) -> float:
        return self.start + intensity * (self.end - self.start)

    @property
    def is_nothing(self) -> bool:
        return self.start == self.end == 0

    def __str__(self) -> str:
        return f"{self.start:g}" if self.start == self.end else f"{self.start:g} -> {self.end:g}"


def parse_ramp(value: object, low: float, high: float) -> Ramp:
    """Parse a line over the glitch intensity: a number, or ``0 -> 3``, with values in ``low`` … ``high``.

    Raises
    ------
    NotationError
        For any other value.
    """
    if isinstance(value, Ramp):
        return value
    parts = _ARROW.split(value.strip()) if isinstance(value, str) else [value]
    if len(parts) > 2:
        raise NotationError(as_found(value), "a number, or value at intensity 0 -> value at intensity 1")
    numbers = [_number(part, low, high) for part in parts]
    return Ramp(numbers[0], numbers[-1])


def take_marks(text: str) -> tuple[str, list[str]]:
    """Return a line without the asterisks around protected words, and those words: ``I *forgive myself*``."""
    return _MARKED.sub(r"\1", text), _MARKED.findall(text)


def marked_stretches(text: str) -> list[tuple[str, str]]:
    """Return what stands before each stretch between asterisks, without any, and the stretch."""
    return [(_MARKED.sub(r"\1", text[:match.start()]), match[1]) for match in _MARKED.finditer(text)]


def parse_dynamics(value: object) -> Curve:
    """Parse dynamics, ``p`` or ``p -> mf``, to a curve of loudness 0–1 over the section.

    Raises
    ------
    NotationError
        For any other text.
    """
    if isinstance(value, Curve):
        return value
    marks = _ARROW.split(as_found(value).strip())
    for mark in marks:
        if mark not in DYNAMICS:
            raise NotationError(mark, "one of " + ", ".join(DYNAMICS) + ", or two with -> between", candidates=DYNAMICS)
    if len(marks) > 2:
        raise NotationError(as_found(value), "one mark, or two with -> between")
    return Curve(("start", "end"), (DYNAMICS[marks[0]], DYNAMICS[marks[-1]]))


def dynamics_text(curve: Curve) -> str:
    """Return a curve of loudness in dynamic marks."""
    marks = {loudness: mark for mark, loudness in DYNAMICS.items()}
    names = [marks.get(value, f"{value:g}") for value in curve.values]
    return names[0] if curve.is_constant else " -> ".join(names)


def _cells(text: str) -> list[str]:
    """Split a text at its bar lines; each row of it may begin and end with one."""
    rows = [row.strip().replace("||", "|") for row in text.splitlines() if row.strip()]
    return [cell for row in rows for cell in row.removeprefix("|").removesuffix("|").split("|")]


@dataclass(frozen=True, slots=True)
class WrittenNote:
    """A note, chord or rest as written.

    Parameters
    ----------
    pitches, beats
        MIDI numbers, none for a rest; length in quarter notes.
    velocity
        1–127; None where it is not written.
    is_tied
        Whether the next note of the same pitches continues it instead of being struck.
    names
        The pitches as they are spelled.
    marks
        What the hand does.
    """

    pitches: tuple[int, ...]
    beats: Fraction
    velocity: int | None
    is_tied: bool = False
    names: tuple[str, ...] = field(default=(), compare=False)
    marks: Marks = PLAIN


def parse_written_notes(value: object) -> tuple[tuple[WrittenNote, ...], ...]:
    """Parse bars of notes: ``| C4:1/4 Eb4 [G4 C5]:1/2 | r:1 |``.

    Brackets hold a chord, ``r`` is a rest, ``@90`` a velocity, ``~`` a tie, ``(h)`` a mark of
    ``scores.format.articulation``. A note without a value takes the value of the note before it.

    Returns
    -------
    tuple of tuple of WrittenNote
        The notes of each bar.

    Raises
    ------
    NotationError
        For the first error, which carries the others.
    """
    if not isinstance(value, str) or not value.strip():
        raise NotationError(as_found(value), "notes in bars, such as | C4:1/4 Eb4 [G4 C5]:1/2 | r:1 |")
    beats = Fraction(1)
    before: WrittenNote | None = None
    rows = []
    errors: list[NotationError] = []
    for cell in _cells(value):
        row = []
        for token in _TOKEN.findall(cell):
            try:
                row.append(_written_note(token, beats))
                beats = row[-1].beats
                before, previous = row[-1], before
                _check_legato(token, row[-1], previous)
            except NotationError as error:
                errors.append(error)
        rows.append(tuple(row))
    raise_together(errors)
    return tuple(rows)


def _written_note(token: str, beats: Fraction) -> WrittenNote:
    """Parse one note, chord or rest; ``beats`` is its length where no value is written."""
    match = _WRITTEN.fullmatch(token)
    if not match or match["pitch"].strip("[] ") == "":
        raise NotationError(token, "a note (C4:1/4), a chord ([C4 G4]:1/2) or a rest (r:1/4); @1-127 for velocity, "
                                   "~ for a tie to the next, marks of the hand in round brackets: C4:1/4(h)")
    if match["value"]:
        beats = parse_note_value(match["value"])
    velocity = int(match["velocity"]) if match["velocity"] else None
    if velocity is not None and not 1 <= velocity <= 127:
        raise NotationError(token, "a velocity from 1 to 127")
    names = [] if match["pitch"] == "r" else match["pitch"].strip("[]").split()
    marks = PLAIN if match["marks"] is None else parse_marks(match["marks"])
    if marks != PLAIN and not names:
        raise NotationError(token, "a rest without marks of the hand")
    return WrittenNote(tuple(parse_note(name) for name in names), beats, velocity, bool(match["tie"]),
                       tuple(names), marks)


def _check_legato(token: str, note: WrittenNote, before: WrittenNote | None) -> None:
    """Check that a hammer-on, pull-off or slide follows a note it can come from, and that a tied note has no marks."""
    if before is not None and before.is_tied and note.marks != PLAIN:
        raise NotationError(token, "marks of the hand at the first of tied notes only")
    articulation = note.marks.articulation
    if articulation not in LEGATO:
        return
    if before is None or len(before.pitches) != len(note.pitches):
        raise NotationError(token, "a hammer-on, pull-off or slide right after a note, or a chord of as many notes")
    steps = [now - then for now, then in zip(note.pitches, before.pitches, strict=True)]
    if 0 in steps:
        raise NotationError(token, "a hammer-on, pull-off or slide to another pitch than that of the note before it")
    if articulation == "hammer_on" and min(steps) < 0:
        raise NotationError(token, "a hammer-on to a higher note; p is a pull-off", nearest=token.replace("(h", "(p"))
    if articulation == "pull_off" and max(steps) > 0:
        raise NotationError(token, "a pull-off to a lower note; h is a hammer-on", nearest=token.replace("(p", "(h"))
