"""The styles of playing. Each file declares one player, or a few that belong together; all are discovered."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from scores.catalogue import discover
from scores.composing.stage import Player


@cache
def players() -> dict[str, type[Player]]:
    """Return every player by the name of its style, in alphabetical order."""
    return discover(__name__, Player, "style")


def style_and_settings(value: str | Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Return the style and the settings of a ``play`` value: ``strum``, ``{style: strum, …}`` or ``{notes: …}``.

    A mapping without a style has the style ``written`` if it has notes, ``audio`` if it has audio, and otherwise None.
    """
    if isinstance(value, str):
        return value, {}
    settings = dict(value)
    style = settings.pop("style", "written" if "notes" in settings else "audio" if "audio" in settings else None)
    return style, settings
