"""Publishing: a demo appears whole or not at all, and files that the user put into its folder stay."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from render.belongings import MANIFEST as MANIFEST
from render.belongings import carry_over, immovable, listed
from render.exchange import exchange
from render.unpublished import OLD, PARTIAL, alone, held, hidden, left_behind, remove
from scores.faults import InputError

# Bytes that the names of a demo's files have beside the song's name, at most: "_128.5bpm_Bbm_suno_reference.mp3".
FILE_NAME_BYTES = 48
# What Windows takes for devices, with any ending (Microsoft, Naming Files, Paths, and Namespaces, 2024).
_WINDOWS_DEVICES = frozenset(("CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$",
                              *(f"{port}{number}" for port in ("COM", "LPT") for number in "123456789¹²³")))
_WINDOWS_SIGNS = frozenset('<>:"/\\|?*') | {chr(code) for code in range(32)}
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENAMETOOLONG, errno.EFBIG, errno.EIO,
         errno.ELOOP)


class OutputError(InputError):
    """The demo cannot be written to the user's output folder; the message says what to do."""


def folder_of(out: Path, score: Path, *, windows: bool = os.name == "nt") -> Path:
    """Return the demo's folder: inside ``out``, named like the score.

    Parameters
    ----------
    out
        Folder that holds demos.
    score
        The score's file.
    windows
        Whether names that Windows reserves are refused.

    Raises
    ------
    OutputError
        If the score's name cannot be the name of a folder.
    """
    name = score.stem
    if not name.strip(". "):
        raise OutputError(f'{score} gives the demo\'s folder no name: it would be "{name}". Rename the score.')
    device = name.partition(".")[0].rstrip(" ").upper() in _WINDOWS_DEVICES
    if windows and (device or name[-1] in ". " or not _WINDOWS_SIGNS.isdisjoint(name)):
        raise OutputError(f'"{name}" cannot be the name of a folder on Windows. Rename {score}.')
    return out / name


def check(destination: Path) -> None:
    """Check, before any work is done, that the demo folder ``destination`` can be published.

    Raises
    ------
    OutputError
        If its parent cannot be created or written, if there is something at the destination that is no demo, or if the
        demo there holds a file of the user that cannot be brought into the new one.
    """
    try:
        _check(destination)
    except (OSError, RuntimeError, ValueError) as error:  # what the system says of a path that it cannot follow
        told = reason(error) if isinstance(error, OSError) else str(error).lower()
        raise OutputError(f"{_short(destination)} cannot be used: {told}. Choose another folder with --out.") from error


def _check(destination: Path) -> None:
    if destination.is_symlink() and not destination.resolve().exists():
        raise OutputError(f"{destination} is a link to nowhere. Remove it, or choose another folder with --out.")
    if destination.exists():
        if not destination.is_dir():
            raise OutputError(f"{destination} is a file, and the demo is a folder of that name. "
                              "Move it away, or choose another folder with --out.")
        if listed(destination) is None and any(destination.iterdir()):
            raise OutputError(f"{destination} is not a demo (it has no {MANIFEST} of ours), so it is left alone. "
                              "Move it away, or choose another folder with --out.")
        real = destination.resolve()
        if Path.cwd().is_relative_to(real):
            raise OutputError(f"This command runs inside {destination}, which the new demo is to replace. "
                              "Run it from another folder.")
        if found := immovable(real):
            raise OutputError(f"{found[0]} lies in the older demo and cannot be brought into the new one: {found[1]}. "
                              "Move it away, or choose another folder with --out.")
        destination = real
    nearest = destination.parent
    while not nearest.exists() and nearest != nearest.parent:
        if nearest.is_symlink():
            raise OutputError(f"{nearest} is a link to nowhere. Remove it, or choose another folder with --out.")
        nearest = nearest.parent
    if not nearest.is_dir():
        raise OutputError(f"{nearest} is a file, so {destination.parent} cannot be a folder. "
                          "Choose another with --out.")
    _try_to_write(nearest, destination)


def _try_to_write(nearest: Path, destination: Path) -> None:
    """Make and remove folders with names as long as the demo's own will be."""
    probe = nearest / f".{destination.name}.{secrets.token_hex(6)}.{PARTIAL}"
    longest = probe / (destination.name + "_" * FILE_NAME_BYTES)
    steps = destination.parent.relative_to(nearest).parts
    try:
        probe.mkdir()
        try:
            longest.mkdir()
            longest.rmdir()
            for step in steps:  # a name that is too long here is so there
                (probe / step).mkdir()
                (probe / step).rmdir()
        finally:
            probe.rmdir()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise OutputError(f"{_short(destination)} cannot be made: its name is too long for this disk. "
                              "Give the score a shorter name, or choose another folder with --out.") from error
        raise OutputError(f"{nearest} cannot be written: {reason(error)}. Choose another folder with --out.") from error


def _short(path: Path) -> str:
    """Return a path for a message, without the middle of a very long one."""
    text = str(path)
    return text if len(text) <= 160 else f"{text[:60]}…{text[-60:]}"


@contextmanager
def publishing(destination: Path) -> Iterator[Path]:
    """Provide a folder beside ``destination`` to write a demo into, and publish it when the block ends normally.

    If the block ends in any other way (an exception, an interrupt), the folder is removed and the older demo stays as
    it was. Files in the older demo that its manifest does not list are carried over. What killed renders of this demo
    left behind is put right first.

    Raises
    ------
    OutputError
        If the disk is full or cannot be written.
    """
    destination = destination.resolve()
    made = [folder for folder in (destination.parent, *destination.parent.parents) if not folder.exists()]
    partial = None
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        repair(destination)
        with held(destination) as (partial, release):
            yield partial
            release()
            with alone(destination.parent):
                _put_in_place(partial, destination)
    except OSError as error:
        at = Path(os.fsdecode(error.filename)) if isinstance(error.filename, str | bytes) else None
        if error.errno not in _DISK and not (partial and at and at.is_relative_to(partial)):
            raise
        lost = not destination.parent.exists() or (partial is not None and not partial.exists())
        told = "the unfinished demo was removed while it was written" if lost else reason(error)
        raise OutputError(f"{destination.parent} cannot be written: {told}.") from error
    finally:
        if partial is not None:
            remove(partial)
        for folder in made:
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()


def repair(destination: Path) -> None:
    """Put right what killed renders of this demo left: the older demo in its place, no file of the user hidden."""
    if not left_behind(destination):
        return
    with alone(destination.parent):
        for left in reversed(left_behind(destination)):
            whole = listed(left) is not None
            if whole and not destination.exists() and left.suffix == f".{OLD}":
                left.rename(destination)
                continue
            if whole and destination.is_dir():
                try:
                    carry_over(left, destination)
                except OSError as error:
                    raise OutputError(f"{left}, which a killed render left, holds files of yours that cannot be "
                                      f"brought back into {destination}: {reason(error)}. Move them away.") from error
            remove(left)


def reason(error: OSError) -> str:
    """Return the operating system's message, without its number."""
    return (error.strerror or str(error)).lower()


def _put_in_place(partial: Path, destination: Path) -> None:
    """Put the new demo in the place of the old one, in one step where the system can exchange two folders.

    Elsewhere it takes two renames: if the second fails, the first is undone, by the next render if this one is killed
    in between. Only the directory entry is flushed to disk: after a power failure the audio may have to be rendered
    again.
    """
    replaced = None
    if destination.exists():
        carry_over(destination, partial)
        replaced = partial if exchange(partial, destination) else hidden(destination, OLD)
    if replaced is not partial:
        try:
            if replaced is not None:
                destination.rename(replaced)
            partial.rename(destination)
        except BaseException:
            if replaced is not None and replaced.exists() and not destination.exists():
                replaced.rename(destination)
            raise
    with suppress(OSError):
        if os.name == "posix":
            descriptor = os.open(destination.parent, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
    if replaced is not None:
        with suppress(OSError):  # the next render tries again
            carry_over(replaced, destination)  # what the user has put there in the meantime
            remove(replaced)
