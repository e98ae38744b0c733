"""Scores read from a text, for the tests of what a reader says of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from render.catalogue import catalogue
from scores.faults import Fault, ScoreError
from scores.reading.read import ScoreSource, read_score


def read(folder: Path, text: str | bytes) -> ScoreSource:
    path = folder / "song.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
    return read_score(path, catalogue())


def faults(folder: Path, text: str | bytes) -> tuple[Fault, ...]:
    with pytest.raises(ScoreError) as caught:
        read(folder, text)
    return caught.value.faults
