"""What a score may name and other rooms provide: instruments and effects, known here by what is asked of them.

Scores import neither instruments nor effects. The room above discovers both and hands them in as a ``Catalogue``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeVar

import numpy as np

from scores.performance import Effect, Note

T = TypeVar("T")


class Instrument(Protocol):
    """An instrument with its patch. Its class is a pydantic model whose fields are the patch."""

    name: ClassVar[str]
    program: ClassVar[int]
    sings: ClassVar[bool]
    fretted: ClassVar[bool]
    string_count: ClassVar[int]
    range: ClassVar[tuple[int, int]]
    harmonics: ClassVar[frozenset[int]]

    def reach(self) -> tuple[int, int]:
        """Lowest and highest MIDI number that this very instrument can play."""

    def heard(self, notes: Sequence[Note]) -> Sequence[Note]:
        """The notes with the bends that the instrument makes of its own accord."""

    def play(self, notes: Sequence[Note], rate: int, frames: int) -> np.ndarray:
        """Sound the notes: shape (2, frames), float32."""


@dataclass(frozen=True)
class Catalogue:
    """Every instrument and effect by its name, and which of the effects can be laid over a moment."""

    instruments: Mapping[str, type[Instrument]]
    effects: Mapping[str, type[Effect]]
    gestures: frozenset[str]


def discover(package: str, base: type[T], name: str = "name") -> dict[str, type[T]]:
    """The subclasses of ``base`` that the modules of a package declare, by their names, in alphabetical order.

    ``name`` is the class attribute that holds the name. A class without one of its own is a common base and is left
    out. Effects have a copy of this: they import libraries only.
    """
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
        importlib.import_module(f"{package}.{module.name}")

    def family(root: type[T]) -> list[type[T]]:
        return [cls for sub in root.__subclasses__() for cls in (sub, *family(sub))]

    return dict(sorted((vars(cls)[name], cls) for cls in family(base) if name in vars(cls)))
