"""The files that a render is made of beside its score: what they are called there, and their fingerprints."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from scores.faults import ScorePath
from scores.score import Score


@dataclass(frozen=True)
class InputFile:
    """A file that shaped the sound: ``file`` as the score names it, so that no machine's folders are told."""

    file: str
    sha256: str


def inputs_of(score: Score, midi: Path | None = None) -> list[InputFile]:
    """The files that a checked score names, each once, in alphabetical order; with the MIDI file that is played."""
    named = {file.name: file.path for file in score.files}
    if midi is not None:
        named[midi.name] = midi
    return [InputFile(name, fingerprint(file)) for name, file in sorted(named.items())]


def fingerprint(path: Path) -> str:
    """SHA-256 of a file; of a folder, as plug-ins are, over the names and bytes of all files in it."""
    whole = hashlib.sha256()
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            if file != path:
                whole.update(file.relative_to(path).as_posix().encode() + b"\0")
            with file.open("rb") as stream:
                while block := stream.read(1 << 20):
                    whole.update(block)
    return whole.hexdigest()


def place_of(score: Score, file: Path) -> ScorePath:
    """Where a score first names a file that was found there."""
    return next((named.place for named in score.files if named.path == file), ())
