"""Writers: one module for each kind of file, discovered. A writer is a function of the whole rendering."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Protocol

from render.rendering import Rendering


class Writer(Protocol):
    """A module of this package.

    Attributes
    ----------
    ORDER
        Writers run in ascending order, those of equal order at the same time; the manifest is last.
    """

    __name__: str
    ORDER: int

    def write(self, rendering: Rendering) -> None:
        """Write into ``rendering.folder``; report limits of a platform in ``rendering.notices``."""


@cache
def writers() -> tuple[Writer, ...]:
    """Return every writer, in the order in which they run."""
    modules = [importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    return tuple(sorted(modules, key=lambda module: (module.ORDER, module.__name__)))
