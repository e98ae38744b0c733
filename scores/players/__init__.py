"""The ways of playing. Each file declares one player, or a few that belong together; all are discovered."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from scores.catalogue import discover
from scores.composing.stage import Player


@cache
def players() -> dict[str, type[Player]]:
    """Every style by its name, in alphabetical order."""
    return discover(__name__, Player, "style")


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
