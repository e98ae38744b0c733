"""The files that a render reads beside its score: their names in the score, and their fingerprints."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from scores.faults import ScorePath
from scores.score import Score


@dataclass(frozen=True)
class InputFile:
    """A file that affects the sound; ``file`` is its name in the score, so that no path of a machine is published."""

    file: str
    sha256: str


def inputs_of(score: Score, midi: Path | None = None) -> list[InputFile]:
    """Return the files that a score names, each once, in alphabetical order of their names.

    Parameters
    ----------
    score
        A checked score.
    midi
        The edited MIDI file that is played, if there is one; it is listed under its file name.
    """
    named = {file.name: file.path for file in score.files}
    if midi is not None:
        named[midi.name] = midi
    return [InputFile(name, fingerprint(file)) for name, file in sorted(named.items())]


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of a file; of a folder (some plug-ins are one), over the names and bytes of its files."""
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
    """Return the place where a score first names a file; the empty place if it does not name it."""
    return next((named.place for named in score.files if named.path == file), ())
