"""Faults of a score: each with its place, what was found, what is allowed and what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

ScorePath: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. ``path`` leads to it through the score: keys and indices, such as ("sections", 2, "bars").

    An index that goes on into a text counts its lines (lyrics) or its bars (harmony, notes), from 0. ``line`` and
    ``column`` count from 1; the reader fills them in from the path where they are not told. ``on_key`` points at
    the key that ends the path and not at its value. ``where`` is the path in words, with sections by their names,
    which the reader fills in too. Line 0 is the file as a whole.
    """

    line: int
    column: int
    message: str
    path: ScorePath = ()
    found: str | None = None
    allowed: str | None = None
    nearest: str | None = None
    on_key: bool = False
    where: str = ""


class ScoreError(Exception):
    """The person's score cannot be rendered; carries all of its faults at once, in the order of their places."""

    def __init__(self, file: str, faults: Sequence[Fault]) -> None:
        self.file = file
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.line, fault.column)))
        super().__init__(f"{len(self.faults)} fault(s) in {file}")


class ScoreFault(Exception):  # noqa: N818 - a fault on its way to become part of an error
    """Raised by composing for a fault that has a path but not yet a line; becomes a Fault of a ScoreError."""

    def __init__(self, path: ScorePath, message: str, *, found: str | None = None,
                 allowed: str | None = None, nearest: str | None = None) -> None:
        self.fault = Fault(0, 0, message, path, found, allowed, nearest)
        super().__init__(message)


def in_words(path: Iterable[str | int]) -> str:
    """A path for people: ``sections › Verse 2 › play``; what has no name has its number, from 1."""
    return " › ".join(str(step + 1) if isinstance(step, int) else step for step in path)


def explain(error: ScoreError) -> str:
    """All faults as plain text, a block each: place and fault, where in the score, what may stand there."""
    blocks = []
    for fault in error.faults:
        place = f":{fault.line}:{fault.column}" if fault.line else ""
        rows = [f"{error.file}{place}: {fault.message}"]
        if fault.path:
            rows.append("  in " + (fault.where or in_words(fault.path)))
        if fault.allowed:
            rows.append(f"  allowed: {fault.allowed}")
        if fault.nearest:
            rows.append(f"  did you mean {fault.nearest}?")
        blocks.append("\n".join(rows))
    count = len(error.faults)
    return "\n".join([*blocks, "1 fault" if count == 1 else f"{count} faults"]) + "\n"
