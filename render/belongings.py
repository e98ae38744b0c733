"""The user's own files in a demo's folder: found, checked to be movable, and carried over to the next demo."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

MANIFEST = "manifest.json"
# Largest manifest that is read [bytes]: a hundred times that of the longest songs.
MAX_MANIFEST_BYTES = 64_000_000


def listed(folder: Path) -> frozenset[str] | None:
    """Return the files that a demo's manifest lists; None where the folder has no manifest of a demo."""
    manifest = read_json(folder / MANIFEST)
    if not isinstance(manifest, dict) or not {"mix", "stems", "files"} <= manifest.keys():
        return None
    files = manifest["files"]
    return frozenset(name for name in files if isinstance(name, str)) if isinstance(files, list) else None


def read_json(path: Path) -> object:
    """Return the content of a JSON file; None where it cannot be read."""
    try:
        return json.loads(path.read_bytes()) if path.stat().st_size <= MAX_MANIFEST_BYTES else None
    except (OSError, ValueError, RecursionError):
        return None


def immovable(demo: Path) -> tuple[Path, str] | None:
    """Return the first path in a demo that cannot be carried over, and the reason; None where all can.

    A file is linked, so that it stays the same file. A file of another user could only be copied, which would change
    its owner.
    """
    ours = listed(demo) or frozenset()
    for path in _walk(demo):
        if isinstance(path, OSError):
            return Path(path.filename or demo), (path.strerror or str(path)).lower()
        status = path.lstat()
        if status.st_dev != demo.stat().st_dev:
            return path, "it is another disk"
        if stat.S_ISDIR(status.st_mode):
            if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
                return path, "permission denied"
        elif path.relative_to(demo).as_posix() in ours:
            continue
        if hasattr(os, "geteuid") and os.geteuid() not in (0, status.st_uid):
            return path, "it belongs to another user"
    return None


def carry_over(old: Path, new: Path) -> None:
    """Carry the user's own files over from the old demo to the new one: hard links where possible, else copies.

    The old demo stays as it is, and files that were carried over before are left. A file whose name the new demo uses
    itself gets the suffix ``.kept``. Folders keep their owners and modes, and the demo's own files keep their modes.

    Raises
    ------
    OSError
        If a folder cannot be read, or a file can be neither linked nor copied.
    """
    ours = listed(old) or frozenset()
    folders = []
    for path in _walk(old):
        if isinstance(path, OSError):
            raise path
        relative = path.relative_to(old)
        name = relative.as_posix()
        target = new / relative
        if path.is_dir() and not path.is_symlink():
            if target.is_dir() or not any(file.startswith(f"{name}/") for file in ours):
                target.mkdir(parents=True, exist_ok=True)
                folders.append((path, target))
        elif name in ours:
            with suppress(OSError):
                target.chmod(stat.S_IMODE(path.stat().st_mode))
        elif not _is_here(path, target):
            target.parent.mkdir(parents=True, exist_ok=True)
            while target.exists() or target.is_symlink():
                target = target.with_name(f"{target.name}.kept")
                if _is_here(path, target):
                    break
            else:
                _link(path, target)
    for path, target in reversed([(old, new), *folders]):
        _keep_access(path, target)


def _keep_access(old: Path, new: Path) -> None:
    """Give a folder the owner and the mode of another, as far as this user is permitted."""
    was, is_ = old.stat(), new.stat()
    with suppress(OSError):
        if hasattr(os, "chown") and (was.st_uid, was.st_gid) != (is_.st_uid, is_.st_gid):
            os.chown(new, was.st_uid, was.st_gid)
    with suppress(OSError):
        new.chmod(stat.S_IMODE(was.st_mode))


def _walk(folder: Path) -> Iterator[Path | OSError]:
    """Yield all paths below a folder in the order of their names, each folder before its content.

    A folder that cannot be read is followed by its error.
    """
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        if path is not folder:
            yield path
        if path.is_dir() and not path.is_symlink():
            try:
                waiting += sorted(path.iterdir(), reverse=True)
            except OSError as error:
                yield error


def _is_here(path: Path, target: Path) -> bool:
    """Whether a file has been linked or copied to its target already."""
    try:
        one, other = path.lstat(), target.lstat()
    except OSError:
        return False
    return os.path.samestat(one, other) or (
        stat.S_IFMT(one.st_mode) == stat.S_IFMT(other.st_mode) and one.st_size == other.st_size
        and one.st_mtime_ns == other.st_mtime_ns)


def _link(path: Path, target: Path) -> None:
    try:
        os.link(path, target, follow_symlinks=False)
    except (OSError, NotImplementedError):
        if not (path.is_file() or path.is_symlink()):
            raise  # a pipe or a socket would be read for ever
        shutil.copy2(path, target, follow_symlinks=False)
