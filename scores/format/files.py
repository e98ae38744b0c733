"""Files that a score names: sounds, plug-ins, recordings. Found beside the score, or refused with what lies there.

A setting that names a file declares it: ``json_schema_extra={"names": "file", "suffixes": [".wav"]}``. It is checked
here for whatever declares it, and given to instruments, effects and players as a path that leads there from anywhere.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from scores.faults import Fault, ScorePath
from scores.format import sounds
from scores.format.wording import fault
from scores.notation import nearest

MANY = 12  # files told of a folder that has more


def file_settings(model: type[BaseModel]) -> dict[str, Sequence[str]]:
    """The settings of a model that name a file, each with the suffixes such a file may have."""
    found: dict[str, Sequence[str]] = {}
    for key, field in model.model_fields.items():
        declared = field.json_schema_extra
        if isinstance(declared, dict) and declared.get("names") == "file":
            suffixes = declared.get("suffixes")
            found[key] = [str(suffix) for suffix in suffixes] if isinstance(suffixes, list) else []
    return found


def located(model: type[BaseModel], settings: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Settings whose files lead there from anywhere: relative ones are taken from the score's folder."""
    found = dict(settings)
    for key in file_settings(model):
        if isinstance(found.get(key), str):
            found[key] = str(path_of(found[key], folder))
    return found


def path_of(name: str, folder: Path) -> Path:
    """Where a file named in a score of this folder lies; ``~`` is the person's home."""
    return folder / Path(name).expanduser()


def missing(name: str, folder: Path, suffixes: Sequence[str], path: ScorePath) -> Fault | None:
    """What is wrong with a file that a score names: it is not there, a folder, not readable, or of another sort."""
    kinds = " or ".join(suffixes)
    try:
        file = path_of(name, folder)
        if not file.exists():
            here = _beside(file, suffixes)
            told = ", ".join(here[:MANY]) + (" …" if len(here) > MANY else "")
            like = nearest(file.name, here)
            meant = (Path(name).parent / like).as_posix() if like else None
            where = "in its folder" if file.parent.is_dir() else "its folder is not there either"
            return fault(path, f"there is no such file: {name}", found=name, meant=meant,
                         allowed=f"a file {kinds}; {where}: {told}" if told else f"a file {kinds} that exists")
        if file.is_dir() and ".vst3" not in suffixes:
            return fault(path, f"this is no file but a folder: {name}", found=name, allowed=f"a file {kinds}")
        if not file.is_dir() and not file.is_file():  # a pipe would be waited for, for ever
            return fault(path, f"this is no file: {name}", found=name, allowed=f"a file {kinds}")
        if suffixes and file.suffix.lower() not in suffixes:
            return fault(path, f"this is no file of the sort that is needed: {name}", found=name,
                         allowed=f"a file {kinds}")
        if not os.access(file, os.R_OK):
            return fault(path, f"this file may not be read: {name}", found=name, allowed="a file that you may read")
    except (OSError, ValueError, RuntimeError) as error:  # a NUL byte in the path, a name too long, no home folder
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return fault(path, f"this file cannot be read: {reason}", found=name, allowed=f"a file {kinds}")
    return None


def check_files(made: BaseModel, folder: Path, path: ScorePath, at: Mapping[str, ScorePath]) -> Iterator[Fault]:
    """Faults of the files that checked settings name, then of what stands in them.

    ``at`` tells where a setting stands that is not under ``path``. What is made of files may look into them itself:
    its ``examine`` yields tuples of the setting's key, a message, what was found, what is allowed, and candidates
    among which the nearest is what was probably meant.
    """
    faults = []
    for key, suffixes in file_settings(type(made)).items():
        name = getattr(made, key)
        if isinstance(name, str):
            wrong = missing(name, folder, suffixes, at.get(key, (*path, key)))
            is_sound = wrong is None and not sounds.SUFFIXES.isdisjoint(suffixes)
            if is_sound and (told := sounds.unsound(path_of(name, folder))):
                wrong = fault(at.get(key, (*path, key)), told.message, found=name, allowed=told.allowed)
            faults += [wrong] if wrong else []
    yield from faults
    if not faults and hasattr(made, "examine"):
        there = made.model_copy(update=located(type(made), made.model_dump(), folder))
        for key, message, found, allowed, candidates in there.examine():
            as_written = getattr(made, key) if key in file_settings(type(made)) else found  # as the score writes it
            yield fault(at.get(key, (*path, key)), message, found=as_written, allowed=allowed, on_key=key == found,
                        meant=candidates[0] if len(candidates) == 1 else nearest(found, candidates))


def _beside(file: Path, suffixes: Sequence[str]) -> list[str]:
    if not file.parent.is_dir():
        return []
    return sorted(entry.name for entry in file.parent.iterdir()
                  if not suffixes or entry.suffix.lower() in suffixes)
