"""A score from plain data, bound as the reader binds it, without the checks of what its pieces mean together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from render.catalogue import catalogue
from scores.format import model as written
from scores.reading.bind import bind
from scores.reading.subject import Subject
from scores.score import Score


def score_from(data: Mapping[str, Any]) -> Score:
    """The score that this data is, lists read as YAML's are."""
    return bound(written.Score.model_validate(_as_read(data)))


def bound(score: written.Score) -> Score:
    """A score with what its names stand for."""
    made = bind(Subject(score, frozenset(), catalogue(), Path()))
    assert made.score is not None, made.faults
    return made.score


def _as_read(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {key: _as_read(value) for key, value in data.items()}
    return tuple(map(_as_read, data)) if isinstance(data, list | tuple) else data
