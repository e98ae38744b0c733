"""What a score may name: the instruments and effects that are there. Here, since scores know of neither."""

from __future__ import annotations

from effects import effects, is_gesture
from instruments import instruments
from scores.checks import Catalogue


def catalogue() -> Catalogue:
    """Every instrument and effect that is discovered."""
    return Catalogue(instruments(), effects(), frozenset(name for name, kind in effects().items() if is_gesture(kind)))
