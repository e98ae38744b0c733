"""The files that a render reads beside its score: their names in the score, and their fingerprints."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
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


@dataclass(frozen=True)
class Fingerprints:
    """The fingerprints of files, each by its path, and what the system said of each when it was read."""

    of: Mapping[str, str]
    stamps: Mapping[str, object]

    @classmethod
    def taken(cls, paths: Iterable[Path]) -> Fingerprints:
        """Read files."""
        files = sorted(set(paths))
        stamps = {str(path): stamp(path) for path in files}
        return cls({str(path): fingerprint(path) for path in files}, stamps)

    def hold(self) -> bool:
        """Whether no file has been written since."""
        return all(stamp(Path(path)) == before for path, before in self.stamps.items())


def stamp(path: Path) -> tuple[int, ...]:
    """Return what changes when a file is written: size, time of the last change [ns] and number; 0 for no file."""
    try:
        status = path.stat()
    except OSError:
        return (0,)
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of a file; of a folder (some plug-ins are one), over the names and bytes of its files."""
    return _read(path) if path.is_dir() else _once(path, stamp(path))


@lru_cache(256)
def _once(path: Path, _: object) -> str:
    return _read(path)


def _read(path: Path) -> str:
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
