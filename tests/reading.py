"""Scores read from a text, for the tests of what a reader says of them, and the songs that ship."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import scores
from render.catalogue import catalogue
from scores.compose import compose
from scores.faults import Fault, ScoreError
from scores.performance import Performance
from scores.reading.read import ScoreSource, read_score
from scores.score import Score

SHIPPED = sorted(Path(scores.__file__).parent.glob("*.yaml"))


def read(folder: Path, text: str | bytes) -> ScoreSource:
    path = folder / "song.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
    return read_score(path, catalogue())


def faults(folder: Path, text: str | bytes) -> tuple[Fault, ...]:
    with pytest.raises(ScoreError) as caught:
        read(folder, text)
    return caught.value.faults


@cache
def shipped(name: str) -> tuple[Score, Performance]:
    """A song that ships, read and composed: for tests that look at it and change nothing in it."""
    score = read_score(next(path for path in SHIPPED if path.stem == name), catalogue()).score
    return score, compose(score)
