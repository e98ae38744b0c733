"""The instruments and effects that a score may name, and how such classes are discovered.

Scores import neither instruments nor effects. ``render`` discovers both and passes them in as a ``Catalogue``; the
protocols here and in ``scores.performance`` say what scores ask of them.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeVar

from scores.arrays import Sound
from scores.performance import Effect, Note

T = TypeVar("T")


class Instrument(Protocol):
    """An instrument with its patch. Its class is a pydantic model whose fields are the patch."""

    name: ClassVar[str]
    program: ClassVar[int]
    sings: ClassVar[bool]
    fretted: ClassVar[bool]
    bends: ClassVar[bool]
    string_count: ClassVar[int]
    range: ClassVar[tuple[int, int]]
    harmonics: ClassVar[frozenset[int]]
    has_pieces: ClassVar[bool]

    def reach(self) -> tuple[int, int]:
        """Return the lowest and highest MIDI number that the instrument can play with its patch."""

    def drum_program(self) -> int | None:
        """General MIDI drum kit, 1-128, of an instrument that is one."""

    def piece(self, note: Note) -> str:
        """Name of the piece of a kit that a note strikes."""

    def close_up(self) -> Instrument:
        """Return the instrument without what its pieces have in common, such as a room."""

    def midi_program(self) -> int:
        """General MIDI program of this very instrument, 1-128."""

    def heard(self, notes: Sequence[Note]) -> Sequence[Note]:
        """Return the notes with the pitch curves that the instrument adds itself, such as the vibrato of a voice."""

    def play(self, notes: Sequence[Note], rate: int, frames: int) -> Sound:
        """Play notes at a sample rate in Hz; returns shape (2, frames)."""


@dataclass(frozen=True)
class Catalogue:
    """Every instrument and effect by its name, and the names of the effects that can be gestures."""

    instruments: Mapping[str, type[Instrument]]
    effects: Mapping[str, type[Effect]]
    gestures: frozenset[str]


def discover(package: str, base: type[T], name: str = "name") -> dict[str, type[T]]:
    """Import the modules of a package and return the subclasses of ``base`` in them, by name, in alphabetical order.

    Effects, which import libraries only, have a copy of this function.

    Parameters
    ----------
    package
        Name of the package.
    base
        The base class.
    name
        Class attribute that holds the name. A class that does not declare it is a common base and is left out.
    """
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
        importlib.import_module(f"{package}.{module.name}")

    def family(root: type[T]) -> list[type[T]]:
        return [cls for sub in root.__subclasses__() for cls in (sub, *family(sub))]

    return dict(sorted((vars(cls)[name], cls) for cls in family(base) if name in vars(cls)))
