"""What comes out: one kind of file a module, discovered. A writer is a function of the whole rendering."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Protocol

from render.rendering import Rendering


class Writer(Protocol):
    """A module of this package."""

    __name__: str
    ORDER: int  # writers run in rising order, those of one order at the same time; the manifest comes last

    def write(self, rendering: Rendering) -> None:
        """Write into ``rendering.folder``; tell of what a platform will not take in ``rendering.notices``."""


@cache
def writers() -> tuple[Writer, ...]:
    """Every writer, in the order in which they run."""
    modules = [importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    return tuple(sorted(modules, key=lambda module: (module.ORDER, module.__name__)))
