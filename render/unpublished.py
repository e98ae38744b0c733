"""Folders of demos that are not published: hidden, beside the demo, each held by the render that writes it.

A lock that ends with its process tells whose render is at work: on POSIX a lock of the folder itself, on Windows an
open file in it, which cannot be removed.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if os.name == "posix":
    import fcntl

PARTIAL, OLD = "partial", "old"
HOLDER = ".render"  # the open file that holds a folder on Windows
# Age from which a folder counts as abandoned where its file system knows no locks [s]: no render takes so long.
ABANDONED_SECONDS = 24 * 3600.0
MOST_TRIES = 5  # a thread that was not waited for may begin a file in each
_NO_LOCKS = (errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EBADF, errno.EINVAL, errno.ENOLCK)


@contextmanager
def held(destination: Path) -> Iterator[Path]:
    """A new hidden folder beside ``destination`` that no other render removes until the block ends."""
    folder = hidden(destination, PARTIAL)
    with alone(destination.parent):  # no sweep comes between
        folder.mkdir()
        holder = _held(folder)
    try:
        yield folder
    finally:
        os.close(holder)


def hidden(destination: Path, kind: str) -> Path:
    """A name beside ``destination`` that nobody has."""
    return destination.parent / f".{destination.name}.{secrets.token_hex(6)}.{kind}"


def release(folder: Path) -> None:
    """Take the mark of a held folder out of it before it is published."""
    with suppress(OSError):
        (folder / HOLDER).unlink()


def left_behind(destination: Path) -> list[Path]:
    """The hidden folders of ``destination``, the oldest first, that no living process holds."""
    pattern = re.compile(rf"\.{re.escape(destination.name)}\.[0-9a-f]{{12}}\.({PARTIAL}|{OLD})")
    found = []
    with suppress(OSError):
        for path in destination.parent.iterdir():
            with suppress(OSError):
                if pattern.fullmatch(path.name) and path.is_dir() and not path.is_symlink() and _is_free(path):
                    found.append((path.stat().st_mtime_ns, path))
    return [path for _, path in sorted(found)]


def remove(folder: Path) -> None:
    """Remove a folder and all that is in it, as far as that can be done; also what is written there meanwhile."""
    for _ in range(MOST_TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return


@contextmanager
def alone(parent: Path) -> Iterator[None]:
    """Nobody else publishes into ``parent`` while the block runs; where it cannot be locked, without that."""
    descriptor = None
    with suppress(OSError):
        if os.name == "posix":
            descriptor = os.open(parent, os.O_RDONLY)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _held(folder: Path) -> int:
    """A descriptor that holds the new folder until it is closed."""
    if os.name != "posix":
        return os.open(folder / HOLDER, os.O_CREAT | os.O_WRONLY)
    descriptor = os.open(folder, os.O_RDONLY)
    with suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return descriptor


def _is_free(folder: Path) -> bool:
    """Whether no living render holds the folder."""
    abandoned = time.time() - folder.stat().st_mtime > ABANDONED_SECONDS
    if os.name != "posix":
        try:
            (folder / HOLDER).unlink()
        except FileNotFoundError:
            return abandoned
        return True
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in _NO_LOCKS and abandoned
    finally:
        os.close(descriptor)
    return True
