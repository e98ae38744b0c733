"""What is wrong with what a person has given: one family of errors, and the faults that a score's error carries.

Each tells its place, what was found, what is allowed and what was probably meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

ScorePath: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. ``path`` leads to it through the score: keys and indices, such as ("sections", 2, "bars").

    An index that goes on into a text counts its lines (lyrics) or its bars (harmony, notes), from 0. ``line`` and
    ``column`` count from 1; the reader fills them in from the path where they are not told. ``on_key`` points at
    the key that ends the path and not at its value. ``where`` is the path in words, with sections by their names,
    which the reader fills in too. Line 0 is the file as a whole. A warning (``is_warning``) refuses nothing: it tells
    of something that may be meant otherwise than it was understood.
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
    is_warning: bool = False


class Flaw(NamedTuple):
    """What is wrong with one setting of something that is made of files, as its ``examine`` finds.

    ``candidates`` are what may have been meant: the only one, or the nearest of several.
    """

    key: str
    message: str
    found: str
    allowed: str
    candidates: Sequence[str] = ()


class InputError(Exception):
    """Something that a person has given cannot be used: a score, a file, an option, a folder. Root of the family.

    Parameters
    ----------
    message
        What is wrong, in a sentence.
    path
        Where in the score, as in ``Fault``; empty where it is not known, or not in the score.
    found, allowed, nearest
        What stands there, what may stand there, and what was probably meant.
    """

    def __init__(self, message: str, *, path: ScorePath = (), found: str | None = None, allowed: str | None = None,
                 nearest: str | None = None) -> None:
        self.message, self.path = message, path
        self.found, self.allowed, self.nearest = found, allowed, nearest
        super().__init__(message)

    @property
    def fault(self) -> Fault:
        """The error as a fault of the score, whose line and column the reader finds."""
        return Fault(0, 0, self.message, self.path, self.found, self.allowed, self.nearest)


class ScoreFault(InputError):  # noqa: N818 - a fault on its way to become part of an error
    """Raised by composing for a fault that has a path but not yet a line; becomes a Fault of a ScoreError."""

    def __init__(self, path: ScorePath, message: str, *, found: str | None = None,
                 allowed: str | None = None, nearest: str | None = None) -> None:
        super().__init__(message, path=path, found=found, allowed=allowed, nearest=nearest)


class ScoreError(InputError):
    """The person's score cannot be rendered; carries all of its faults at once, in the order of their places."""

    def __init__(self, file: str, faults: Sequence[Fault]) -> None:
        self.file = file
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.line, fault.column)))
        super().__init__(f"{len(self.faults)} fault(s) in {file}")


def in_words(path: Iterable[str | int]) -> str:
    """A path for people: ``sections › Verse 2 › play``; what has no name has its number, from 1."""
    return " › ".join(str(step + 1) if isinstance(step, int) else step for step in path)


def explain(error: InputError) -> str:
    """An error as plain text; of a score all faults, a block each: place and fault, where, what may stand there."""
    if not isinstance(error, ScoreError):
        return _block(error.message, error.fault)
    blocks = []
    for fault in error.faults:
        place = f":{fault.line}:{fault.column}" if fault.line else ""
        blocks.append(_block(f"{error.file}{place}: {fault.message}", fault))
    count = len(error.faults)
    return "".join([*blocks, "1 fault\n" if count == 1 else f"{count} faults\n"])


def warning_text(file: str, fault: Fault) -> str:
    """A warning in one line: place, what was understood, how to have it otherwise."""
    return f"{file}:{fault.line}:{fault.column}: {fault.message}" + (f"; {fault.allowed}" * bool(fault.allowed))


def _block(head: str, fault: Fault) -> str:
    rows = [head]
    if fault.path:
        rows.append("  in " + (fault.where or in_words(fault.path)))
    if fault.allowed:
        rows.append(f"  allowed: {fault.allowed}")
    if fault.nearest:
        rows.append(f"  did you mean {fault.nearest}?")
    return "\n".join(rows) + "\n"
