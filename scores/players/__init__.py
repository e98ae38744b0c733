"""The ways of playing. Each file declares one player, or a few that belong together; all are discovered."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import Any

from scores.composing.stage import Player


@cache
def players() -> dict[str, type[Player]]:
    """Every style by its name, in alphabetical order."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")

    def family(base: type[Player]) -> list[type[Player]]:
        return [cls for sub in base.__subclasses__() for cls in (sub, *family(sub))]

    return dict(sorted((cls.style, cls) for cls in family(Player) if "style" in vars(cls)))


def style_and_settings(value: str | Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The style that a ``play`` value names, and its settings: ``strum``, ``{style: strum, …}`` or ``{notes: …}``.

    A mapping without a style is of the style ``written`` where it has notes and ``audio`` where it has that; one that
    has none of them has the style None.
    """
    if isinstance(value, str):
        return value, {}
    settings = dict(value)
    style = settings.pop("style", "written" if "notes" in settings else "audio" if "audio" in settings else None)
    return style, settings


def resolve_play(value: str | Mapping[str, Any]) -> Player:
    """The player that a ``play`` value of a checked score stands for.

    Raises KeyError for an unknown style and pydantic's ValidationError for wrong settings; reading has refused both.
    """
    style, settings = style_and_settings(value)
    return players()[style].model_validate(settings)
