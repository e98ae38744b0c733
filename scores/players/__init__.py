"""The ways of playing. Each file declares one player, or a few that belong together; all are discovered."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from scores.stage import Player


@cache
def players() -> dict[str, type[Player]]:
    """Every style by its name, in alphabetical order."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")

    def family(base: type[Player]) -> list[type[Player]]:
        return [cls for sub in base.__subclasses__() for cls in (sub, *family(sub))]

    return dict(sorted((cls.style, cls) for cls in family(Player) if "style" in vars(cls)))
