"""Files that a score names: sounds, plug-ins, recordings. A relative path starts at the score's folder.

A setting that names a file declares ``json_schema_extra={"names": "file", "suffixes": [".wav"]}``. Such a file is
checked here, and instruments, effects and players receive its full path.
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
# Most files of a folder that a message lists.
MANY = 12


class Found(Protocol):
    """The shape of a ``scores.faults.Flaw``; effects, which import libraries only, declare their own."""

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
    """Something that reads its files and checks their content itself, once they are located."""

    def examine(self) -> Iterator[Found]:
        """Yield what is wrong with the files, or with the settings that name something in them."""


def file_settings(model: type[BaseModel]) -> dict[str, Sequence[str]]:
    """Return the settings of a model that name a file, each with the suffixes that its file may have."""
    found: dict[str, Sequence[str]] = {}
    for key, field in model.model_fields.items():
        declared = field.json_schema_extra
        if isinstance(declared, dict) and declared.get("names") == "file":
            suffixes = declared.get("suffixes")
            found[key] = [str(suffix) for suffix in suffixes] if isinstance(suffixes, list) else []
    return found


def path_of(name: str, folder: Path) -> Path:
    """Return the path of a file that is named in a score of this folder; ``~`` is the user's home."""
    return folder / Path(name).expanduser()


def missing(name: str, folder: Path, suffixes: Sequence[str], path: ScorePath) -> Fault | None:
    """Return the fault of a file that a score names, or None.

    A fault is a file that does not exist, is a folder, cannot be read, or is of the wrong kind.

    Parameters
    ----------
    name
        The file as the score writes it.
    folder
        The folder of the score.
    suffixes
        Suffixes that the file may have; none: any.
    path
        Where in the score it is named.
    """
    kinds = " or ".join(suffixes)
    try:
        file = path_of(name, folder)
        if not file.exists():
            here = _beside(file, suffixes)
            listed = ", ".join(here[:MANY]) + (" …" if len(here) > MANY else "")
            like = nearest(file.name, here)
            meant = (Path(name).parent / like).as_posix() if like else None
            where = "in its folder" if file.parent.is_dir() else "its folder does not exist either"
            return fault(path, f"there is no such file: {name}", found=name, meant=meant,
                         allowed=f"a file {kinds}; {where}: {listed}" if listed else f"a file {kinds} that exists")
        if file.is_dir() and ".vst3" not in suffixes:
            return fault(path, f"this is a folder, not a file: {name}", found=name, allowed=f"a file {kinds}")
        if not file.is_dir() and not file.is_file():  # reading a pipe could wait for ever
            return fault(path, f"this is not a regular file: {name}", found=name, allowed=f"a file {kinds}")
        if suffixes and file.suffix.lower() not in suffixes:
            how = f"; {sounds.conversion(name)}" if ".wav" in suffixes and sounds.conversion(name) else ""
            return fault(path, f"this is the wrong kind of file: {name}", found=name, allowed=f"a file {kinds}{how}")
        if not os.access(file, os.R_OK):
            return fault(path, f"you have no permission to read this file: {name}", found=name,
                         allowed="a file that you may read")
    except (OSError, ValueError, RuntimeError) as error:  # a NUL byte in the path, a name too long, no home folder
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return fault(path, f"this file cannot be read: {reason}", found=name, allowed=f"a file {kinds}")
    return None


def named_files(made: BaseModel, folder: Path, path: ScorePath,
                at: Mapping[str, ScorePath]) -> Iterator[tuple[ScorePath, str, Path]]:
    """Yield the files that checked settings name: the place in the score, the name as written, and the path.

    Parameters
    ----------
    made
        An instrument, effect or player.
    folder
        The folder of the score.
    path
        Where in the score the settings stand.
    at
        Where a setting stands that is not under ``path``.
    """
    for key in file_settings(type(made)):
        name = getattr(made, key)
        if isinstance(name, str):
            yield at.get(key, (*path, key)), name, path_of(name, folder)


def located(made: M, folder: Path, path: ScorePath, at: Mapping[str, ScorePath]) -> tuple[M, list[Fault]]:
    """Put the full paths of its files into checked settings.

    Parameters
    ----------
    made, folder, path, at
        As in ``named_files``.

    Returns
    -------
    tuple
        The settings with full paths, and the faults of the files: those found here, or by its own ``examine``.
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
