"""Faults of a score: each with its place, what was found, what is allowed and what was probably meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault. ``path`` leads to it through the score: keys and indices, such as ("sections", 2, "bars").

    ``line`` and ``column`` count from 1; the reader fills them in from the path where it is not told.
    """

    line: int
    column: int
    message: str
    path: tuple[str | int, ...] = ()
    found: str | None = None
    allowed: str | None = None
    nearest: str | None = None


class ScoreError(Exception):
    """The person's score cannot be rendered; carries all of its faults at once, in the order of their places."""

    def __init__(self, file: str, faults: Sequence[Fault]) -> None:
        self.file = file
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.line, fault.column)))
        super().__init__(f"{len(self.faults)} fault(s) in {file}")


class ScoreFault(Exception):
    """Raised by composing for a fault that has a path but not yet a line; becomes a Fault of a ScoreError."""

    def __init__(self, path: tuple[str | int, ...], message: str, *, found: str | None = None,
                 allowed: str | None = None, nearest: str | None = None) -> None:
        self.fault = Fault(0, 0, message, path, found, allowed, nearest)
        super().__init__(message)
