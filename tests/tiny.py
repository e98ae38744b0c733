"""A song of six seconds, three parts and two sections: small enough to be rendered in a test by all there is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from render.catalogue import catalogue
from render.pipeline import Job
from scores.compose import compose
from scores.reading.read import read_score

TINY = """\
title: Tiny
tempo: 120
key: A minor
seed: 3
parts:
  bells: {instrument: glass, pan: -0.6, sends: {room: -6}}
  piano: {instrument: felt_piano, level: -3, effects: [{eq: {low_cut_hz: 90}}]}
  last: {instrument: glass, level: -6}
mix:
  sends: {room: {effects: [{reverb: {room_size: 0.9, damping: 0.1}}]}}
sections:
  - name: A
    bars: 2
    play:
      bells: {notes: "| A4:1/4 C5 E5 A5 | E5:1/2 A5:1/2 |"}
      piano: {notes: "| A3:1/2 E4 | C4:1/1 |"}
  - name: B
    bars: 1
    tails: cut
    play:
      last: {notes: "| r:1/2 A5:1/4 r |"}
"""


def tiny(folder: Path, *changes: tuple[str, str]) -> Path:
    """The score as a file, with texts in it replaced."""
    text = TINY
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "tiny.yaml"
    path.write_text(text)
    return path


def tiny_job(folder: Path, *changes: tuple[str, str], **options: Any) -> Job:
    """The song composed, ready to be rendered."""
    score = read_score(tiny(folder, *changes), catalogue()).score
    return Job("tiny", score, compose(score), **options)


def files(folder: Path) -> dict[str, bytes]:
    """The bytes of every file in a folder, by its path from there."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
