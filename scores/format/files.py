"""Files that a score names: sounds, plug-ins, recordings. Found beside the score, or refused with what lies there.

A setting that names a file declares it: ``json_schema_extra={"names": "file", "suffixes": [".wav"]}``. It is checked
here for whatever declares it, and given to instruments, effects and players as a path that leads there from anywhere.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeVar, runtime_checkable

from pydantic import BaseModel

from scores.faults import Fault, ScorePath
from scores.format import sounds
from scores.format.wording import fault
from scores.notation import nearest

M = TypeVar("M", bound=BaseModel)
MANY = 12  # files told of a folder that has more


class Found(Protocol):
    """A ``scores.faults.Flaw``, by its shape: effects, which import libraries only, have one of their own."""

    @property
    def key(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def found(self) -> str: ...
    @property
    def allowed(self) -> str: ...
    @property
    def candidates(self) -> Sequence[str]: ...


@runtime_checkable
class Examined(Protocol):
    """Something made of files that looks into them itself, once they are located."""

    def examine(self) -> Iterator[Found]:
        """What is wrong with the files, or with the settings that name something in them."""


def file_settings(model: type[BaseModel]) -> dict[str, Sequence[str]]:
    """The settings of a model that name a file, each with the suffixes such a file may have."""
    found: dict[str, Sequence[str]] = {}
    for key, field in model.model_fields.items():
        declared = field.json_schema_extra
        if isinstance(declared, dict) and declared.get("names") == "file":
            suffixes = declared.get("suffixes")
            found[key] = [str(suffix) for suffix in suffixes] if isinstance(suffixes, list) else []
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


def named_files(made: BaseModel, folder: Path, path: ScorePath,
                at: Mapping[str, ScorePath]) -> Iterator[tuple[ScorePath, str, Path]]:
    """The files that checked settings name: where in the score, as written there, and where they lie.

    ``at`` tells where a setting stands that is not under ``path``.
    """
    for key in file_settings(type(made)):
        name = getattr(made, key)
        if isinstance(name, str):
            yield at.get(key, (*path, key)), name, path_of(name, folder)


def located(made: M, folder: Path, path: ScorePath, at: Mapping[str, ScorePath]) -> tuple[M, list[Fault]]:
    """Checked settings with paths that lead to their files from anywhere, and the faults of these files.

    What is made of files may look into them itself: see ``Examined``.
    """
    files = file_settings(type(made))
    faults: list[Fault] = []
    for key, suffixes in files.items():
        name = getattr(made, key)
        if isinstance(name, str):
            wrong = missing(name, folder, suffixes, at.get(key, (*path, key)))
            is_sound = wrong is None and not sounds.SUFFIXES.isdisjoint(suffixes)
            if is_sound and (told := sounds.unsound(path_of(name, folder))):
                wrong = fault(at.get(key, (*path, key)), told.message, found=name, allowed=told.allowed)
            faults += [wrong] if wrong else []
    if faults:
        return made, faults
    there = made
    if files:
        there = made.model_copy(update={key: str(path_of(name, folder)) for key in files
                                        if isinstance(name := getattr(made, key), str)})
    if isinstance(there, Examined):
        for flaw in there.examine():
            key, found, candidates = flaw.key, flaw.found, flaw.candidates
            as_written = getattr(made, key) if key in files else found
            faults.append(fault(at.get(key, (*path, key)), flaw.message, found=as_written, allowed=flaw.allowed,
                                on_key=key == found,
                                meant=candidates[0] if len(candidates) == 1 else nearest(found, candidates)))
    return there, faults


def _beside(file: Path, suffixes: Sequence[str]) -> list[str]:
    if not file.parent.is_dir():
        return []
    return sorted(entry.name for entry in file.parent.iterdir()
                  if not suffixes or entry.suffix.lower() in suffixes)
