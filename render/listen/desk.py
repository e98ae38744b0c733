"""A level or a place that was changed in the score, told from its text: it is heard before the score is read."""

from __future__ import annotations

import re
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from scores.format.fields import Decibels, Pan
from scores.reading.read import ScoreSource

_NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?")
# The keys of a part of which the sound follows without being played, and what they may be.
_KEYS = {"level": TypeAdapter[float](Decibels), "pan": TypeAdapter[float](Pan)}


class Moved(NamedTuple):
    """A part whose level [dB] or place was changed, and what it is now; None for what stays."""

    part: str
    level: float | None
    pan: float | None


def moved(source: ScoreSource, text: str) -> Moved | None:
    """Return what was changed in the text of a score, if it is one number of a part's level or pan and nothing else.

    Parameters
    ----------
    source
        The score as it was read last.
    text
        Its text as it is now.
    """
    old, root = source.source.text, source.source.root
    new = text.replace("\r\n", "\n")
    first = _alike(old, new)
    last = len(old) - _alike(old[first:][::-1], new[first:][::-1])
    parts = root.children.get("parts") if root else None
    found = [(name, key, node) for name, part in (parts.children if parts else {}).items()
             for key, node in part.children.items() if key in _KEYS and node.start <= first and last <= node.end]
    if old == new or len(found) != 1:
        return None
    name, key, node = found[0]
    told = new[node.start:node.end + len(new) - len(old)]
    if not _NUMBER.fullmatch(told):
        return None
    try:
        value = _KEYS[str(key)].validate_python(float(told))
    except ValidationError:
        return None
    return Moved(str(name), value if key == "level" else None, value if key == "pan" else None)


def _alike(one: str, other: str) -> int:
    """Return how many characters two texts begin with that are the same."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
