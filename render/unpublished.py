"""Folders of unpublished demos: hidden, beside the demo, each locked by the render that writes it.

The lock ends with its process, so it tells whether that render is still running. On POSIX the folder itself is locked;
on Windows a file in it is open, which cannot be removed then.
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

# Suffixes of a demo that is being written, and of one that was replaced.
PARTIAL, OLD = "partial", "old"
# Open file that locks a folder on Windows.
HOLDER = ".render"
# Age from which a folder counts as abandoned where its file system has no locks [s]: no render takes so long.
ABANDONED_SECONDS = 24 * 3600.0
# Most attempts to remove a folder: a thread that was not waited for may create a file during each.
MOST_TRIES = 5
_NO_LOCKS = (errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EBADF, errno.EINVAL, errno.ENOLCK)


@contextmanager
def held(destination: Path) -> Iterator[Path]:
    """Provide a new hidden folder beside ``destination``, which no other render removes until the block ends."""
    folder = hidden(destination, PARTIAL)
    with alone(destination.parent):  # no sweep comes between
        folder.mkdir()
        holder = _held(folder)
    try:
        yield folder
    finally:
        os.close(holder)


def hidden(destination: Path, kind: str) -> Path:
    """Return an unused hidden path beside ``destination``."""
    return destination.parent / f".{destination.name}.{secrets.token_hex(6)}.{kind}"


def release(folder: Path) -> None:
    """Remove the lock file from a folder before it is published."""
    with suppress(OSError):
        (folder / HOLDER).unlink()


def left_behind(destination: Path) -> list[Path]:
    """Return the hidden folders of ``destination`` that no running process has locked, the oldest first."""
    pattern = re.compile(rf"\.{re.escape(destination.name)}\.[0-9a-f]{{12}}\.({PARTIAL}|{OLD})")
    found = []
    with suppress(OSError):
        for path in destination.parent.iterdir():
            with suppress(OSError):
                if pattern.fullmatch(path.name) and path.is_dir() and not path.is_symlink() and _is_free(path):
                    found.append((path.stat().st_mtime_ns, path))
    return [path for _, path in sorted(found)]


def remove(folder: Path) -> None:
    """Remove a folder with its content as far as possible, including files that are written in the meantime."""
    for _ in range(MOST_TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return


@contextmanager
def alone(parent: Path) -> Iterator[None]:
    """Keep other renders from publishing into ``parent`` while the block runs, if it can be locked."""
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
    """Return a descriptor that locks the new folder until it is closed."""
    if os.name != "posix":
        return os.open(folder / HOLDER, os.O_CREAT | os.O_WRONLY)
    descriptor = os.open(folder, os.O_RDONLY)
    with suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return descriptor


def _is_free(folder: Path) -> bool:
    """Whether no running render has locked the folder."""
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
