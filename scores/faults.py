"""Errors in the user's input: one family of exceptions, and the faults that a score's error carries.

Each names its place, what was found, what is allowed, and the nearest valid spelling.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

ScorePath: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake in a score.

    Parameters
    ----------
    line, column
        From 1. Line 0 is the file as a whole, or a place that the reader finds from the path.
    message
        What is wrong.
    path
        Keys and indices that lead to it, such as ("sections", 2, "bars"). An index into a text counts its lines
        (lyrics) or its bars (harmony, notes), from 0.
    found, allowed, nearest
        What stands there, what may stand there, and the nearest valid spelling.
    on_key
        Whether the fault is at the key that ends the path instead of its value.
    where
        The path in words, with sections by their names; the reader fills it in.
    is_warning
        Whether it is a warning: the score is valid, but may mean something else than it says.
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
    """A mistake in one setting of an object that reads files, as its ``examine`` reports it.

    Parameters
    ----------
    key
        The setting.
    message, found, allowed
        What is wrong, what stands there, and what may stand there.
    candidates
        Valid spellings, of which the nearest is suggested.
    """

    key: str
    message: str
    found: str
    allowed: str
    candidates: Sequence[str] = ()


class InputError(Exception):
    """Input of the user that cannot be used: a score, a file, an option, a folder. The root of all input errors.

    Parameters
    ----------
    message
        What is wrong, in a sentence.
    path
        Where in the score, as in ``Fault``; empty where it is not known, or not in the score.
    found, allowed, nearest
        What stands there, what may stand there, and the nearest valid spelling.
    """

    def __init__(self, message: str, *, path: ScorePath = (), found: str | None = None, allowed: str | None = None,
                 nearest: str | None = None) -> None:
        self.message, self.path = message, path
        self.found, self.allowed, self.nearest = found, allowed, nearest
        super().__init__(message)

    @property
    def fault(self) -> Fault:
        """The error as a fault, whose line and column the reader finds."""
        return Fault(0, 0, self.message, self.path, self.found, self.allowed, self.nearest)


class ScoreFault(InputError):  # noqa: N818 - a fault on its way to become part of an error
    """A fault that composing finds: it has a path, but no line and column yet."""

    def __init__(self, path: ScorePath, message: str, *, found: str | None = None,
                 allowed: str | None = None, nearest: str | None = None) -> None:
        super().__init__(message, path=path, found=found, allowed=allowed, nearest=nearest)


class ScoreError(InputError):
    """A score that cannot be rendered. Carries all of its faults in the order of their places.

    Parameters
    ----------
    file
        The file of the score.
    faults
        What is wrong in it.
    """

    def __init__(self, file: str, faults: Sequence[Fault]) -> None:
        self.file = file
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.line, fault.column)))
        super().__init__(f"{len(self.faults)} fault(s) in {file}")


def in_words(path: Iterable[str | int]) -> str:
    """Return a path in words: ``sections › Verse 2 › play``. Entries without a name are numbered from 1."""
    return " › ".join(str(step + 1) if isinstance(step, int) else step for step in path)


def explain(error: InputError) -> str:
    """Return an error as plain text. Each fault of a score is a block: place and message, path, what is allowed."""
    if not isinstance(error, ScoreError):
        return _block(error.message, error.fault)
    blocks = []
    for fault in error.faults:
        place = f":{fault.line}:{fault.column}" if fault.line else ""
        blocks.append(_block(f"{error.file}{place}: {fault.message}", fault))
    count = len(error.faults)
    return "".join([*blocks, "1 fault\n" if count == 1 else f"{count} faults\n"])


def warning_text(file: str, fault: Fault) -> str:
    """Return a warning in one line: its place, what was understood, and what to write instead."""
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
