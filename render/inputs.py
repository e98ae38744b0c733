"""The files that a render is made of beside its score: what they are called there, and their fingerprints."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from effects import effects
from instruments import instruments
from scores.faults import ScorePath
from scores.format.files import file_settings, path_of
from scores.format.model import Score
from scores.players import players, style_and_settings


@dataclass(frozen=True)
class InputFile:
    """A file that shaped the sound: ``file`` as the score names it, so that no machine's folders are told."""

    file: str
    sha256: str


def inputs_of(score: Score, midi: Path | None = None) -> list[InputFile]:
    """The files that a checked score names, each once, in alphabetical order; with the MIDI file that is played."""
    named = {name: path_of(name, score.folder) for _, name in _named(score)}
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
    return next((place for place, name in _named(score) if path_of(name, score.folder) == file), ())


def _named(score: Score) -> Iterator[tuple[ScorePath, str]]:
    for name, part in score.parts.items():
        kind = instruments()[part.instrument]
        for key, file in _files(kind, part.settings):
            yield ("parts", name, *((part.instrument,) if key == "file" else ("patch", key))), file
        yield from _in_chain(part.effects, ("parts", name, "effects"))
    for name, send in score.mix.sends.items():
        yield from _in_chain(send.effects, ("mix", "sends", name, "effects"))
    for i, section in enumerate(score.sections):
        for name, value in section.play.items():
            style, settings = style_and_settings(value)
            for key, file in _files(players()[style], settings):
                yield ("sections", i, "play", name, key), file


def _in_chain(chain: tuple[str | Mapping[str, Mapping[str, Any]], ...],
              path: ScorePath) -> Iterator[tuple[ScorePath, str]]:
    for n, entry in enumerate(chain):
        if not isinstance(entry, str):
            ((name, parameters),) = entry.items()
            for key, file in _files(effects()[name], parameters):
                yield (*path, n, name, key), file


def _files(model: type[BaseModel], settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from ((key, settings[key]) for key in file_settings(model) if isinstance(settings.get(key), str))
