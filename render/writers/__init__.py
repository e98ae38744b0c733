"""Writers: one module for each kind of file, discovered. A writer is a function of the whole rendering.

What several writers share is a family beside them (``midi/``, ``daw/``, ``lyrics/`` …). A module is a writer if it
declares ``ORDER``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Collection
from functools import cache
from typing import Protocol

from render.rendering import Rendering


class Writer(Protocol):
    """A module of this package.

    Attributes
    ----------
    ORDER
        Writers run in ascending order, those of equal order at the same time; the manifest is last.
    TARGET
        The word of ``render.targets`` that asks for it; empty for what every demo holds.
    """

    __name__: str
    ORDER: int
    TARGET: str

    def write(self, rendering: Rendering) -> None:
        """Write into ``rendering.folder``; report limits of a platform in ``rendering.notices``."""


@cache
def writers() -> tuple[Writer, ...]:
    """Return every writer, in the order in which they run."""
    modules = [importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    found = [module for module in modules if hasattr(module, "ORDER")]
    return tuple(sorted(found, key=lambda module: (module.ORDER, module.__name__)))


def writers_for(targets: Collection[str]) -> tuple[Writer, ...]:
    """Return the writers of some targets and of what every demo holds, in the order in which they run."""
    return tuple(writer for writer in writers() if not writer.TARGET or writer.TARGET in targets)
