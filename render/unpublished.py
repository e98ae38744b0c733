"""Folders of unpublished demos: hidden, beside the demo, each locked by the render that writes it.

The lock ends with its process, so it tells whether that render is still running. On POSIX the folder itself is locked.
Windows locks no folders: a file is open there, and while it is, it cannot be removed nor a folder above it renamed.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if os.name == "posix":
    import fcntl

# Whether the system locks folders; on Windows open files take their place.
_LOCKS_FOLDERS = os.name == "posix"
# Suffixes of a demo that is being written, and of one that was replaced.
PARTIAL, OLD = "partial", "old"
# Open file that locks a folder on Windows.
HOLDER = ".render"
# Open file that locks the folder above while a demo is published on Windows; how long others wait for it [s], and how
# often they look.
PUBLISHER = ".render.publishing"
WAIT_SECONDS, LOOK_SECONDS = 10.0, 0.05
# Age from which a folder counts as abandoned where its file system has no locks [s]: no render takes so long.
ABANDONED_SECONDS = 24 * 3600.0
# Most attempts to remove a folder: a thread that was not waited for may create a file during each.
MOST_TRIES = 5
_NO_LOCKS = (errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EBADF, errno.EINVAL, errno.ENOLCK)


@contextmanager
def held(destination: Path) -> Iterator[tuple[Path, Callable[[], None]]]:
    """Provide a new hidden folder beside ``destination``, which no other render removes until the block ends.

    The second value is a function that makes it ready to be renamed: it closes and removes the file that locks it on
    Windows. A young folder without one is left alone.
    """
    folder = hidden(destination, PARTIAL)
    with alone(destination.parent):  # no sweep comes between
        folder.mkdir()
        open_ = [_held(folder)]

    def release() -> None:
        if open_ and not _LOCKS_FOLDERS:
            os.close(open_.pop())
            with suppress(OSError):
                (folder / HOLDER).unlink()

    try:
        yield folder, release
    finally:
        release()
        for holder in open_:
            os.close(holder)


def hidden(destination: Path, kind: str) -> Path:
    """Return an unused hidden path beside ``destination``."""
    return destination.parent / f".{destination.name}.{secrets.token_hex(6)}.{kind}"


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
        if _LOCKS_FOLDERS:
            descriptor = os.open(parent, os.O_RDONLY)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        else:
            descriptor = _only_opener(parent / PUBLISHER)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)
            if not _LOCKS_FOLDERS:
                with suppress(OSError):
                    (parent / PUBLISHER).unlink()


def _only_opener(path: Path) -> int | None:
    """Create a file, as the only process that has it open; None where another keeps it for too long."""
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        with suppress(OSError):  # a killed render left it; one that another has open cannot be removed
            path.unlink()
        try:
            return os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        except (FileExistsError, PermissionError):
            time.sleep(LOOK_SECONDS)
    return None


def _held(folder: Path) -> int:
    """Return a descriptor that locks the new folder until it is closed."""
    if not _LOCKS_FOLDERS:
        return os.open(folder / HOLDER, os.O_CREAT | os.O_WRONLY)
    descriptor = os.open(folder, os.O_RDONLY)
    with suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return descriptor


def _is_free(folder: Path) -> bool:
    """Whether no running render has locked the folder."""
    abandoned = time.time() - folder.stat().st_mtime > ABANDONED_SECONDS
    if not _LOCKS_FOLDERS:
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
