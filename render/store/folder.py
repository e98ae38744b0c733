"""The folder of the store: found, filled, kept below a size, and thrown away.

Any number of renders use it at once. An entry appears by a rename, whole or not at all, and is never changed; one that
vanishes while it is read stays readable to who has opened it.
"""

from __future__ import annotations

import os
import secrets
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

from render.store.entry import Arrays, DamagedError, Entry, read, write

# Environment variables: another folder (empty for none), and the most that it holds [GB].
FOLDER, LIMIT = "SOFTMAX_RENDERER_CACHE", "SOFTMAX_RENDERER_CACHE_GB"
# Most that the store holds [GB]: some six songs like the first.
USUAL_GB = 6.0
# Share of that which is left when something has to go, so that not each entry makes another go.
LEFT = 0.9
# Age from which an unfinished entry counts as abandoned [s].
ABANDONED_SECONDS = 3600.0
# Endings of entries, and of those being written.
WHOLE, PARTIAL = ".entry", ".partial"


def folder() -> Path | None:
    """Return the store's folder, which need not exist; None where the user wants none or there is no place for it."""
    asked = os.environ.get(FOLDER)
    if asked is not None:
        return Path(asked) if asked else None
    import platformdirs

    try:
        return platformdirs.user_cache_path("softmax-renderer", appauthor=False) / "store"
    except (OSError, RuntimeError):
        return None


def limit_bytes() -> int:
    """Return the most that the store holds."""
    try:
        return max(int(float(os.environ.get(LIMIT, "")) * 1e9), 0)
    except (ValueError, OverflowError):
        return int(USUAL_GB * 1e9)


def opened() -> Store | None:
    """Return the user's store; None where there is none."""
    place = folder()
    return Store(place) if place else None


class Store:
    """A folder of entries by key.

    No method fails because of the folder: what cannot be written is not kept, what cannot be read is not there.

    Parameters
    ----------
    place
        The folder; it is made when something is kept.
    most_bytes
        Most that it holds; the oldest use goes first.
    """

    def __init__(self, place: Path, most_bytes: int | None = None) -> None:
        self.place = place
        self.most_bytes = limit_bytes() if most_bytes is None else most_bytes
        self._lock = Lock()
        self._held: int | None = None

    def find(self, key: str) -> Entry | None:
        """Return an entry, open; None where there is none that is whole. A damaged one is removed."""
        path = self._path(key)
        try:
            file = path.open("rb", buffering=0)
        except OSError:
            return None
        try:
            entry = read(file)
        except DamagedError:
            file.close()
            self.forget(key)
            return None
        with suppress(OSError):
            os.utime(path)
        return entry

    def keep(self, key: str, about: Mapping[str, Any], blobs: Mapping[str, Arrays]) -> Entry | None:
        """Write an entry and return it, open; None where it cannot be kept."""
        size = sum(array.nbytes for arrays in blobs.values() for array in arrays)
        if size > self.most_bytes:
            return None
        path = self._path(key)
        partial = path.with_suffix(f".{secrets.token_hex(6)}{PARTIAL}")
        try:
            self.place.mkdir(mode=0o700, parents=True, exist_ok=True)
            with partial.open("xb", buffering=0) as file:
                write(file, about, blobs)
            with suppress(PermissionError):  # Windows: another render has the same entry open
                partial.replace(path)
            self._grown(size)
            return self.find(key)
        except OSError:
            return None
        finally:
            with suppress(OSError):
                partial.unlink()

    def forget(self, key: str) -> None:
        """Remove an entry."""
        with suppress(OSError):
            self._path(key).unlink()

    def size(self) -> tuple[int, int]:
        """Return the number of entries, and the bytes of all that is there."""
        found = list(self._files())
        return sum(path.suffix == WHOLE for _, _, path in found), sum(size for _, size, _ in found)

    def clear(self) -> None:
        """Remove everything."""
        for _, _, path in self._files():
            with suppress(OSError):
                path.unlink()
        with suppress(OSError):
            self.place.rmdir()

    def trim(self) -> None:
        """Remove what is abandoned, and the oldest uses where the folder holds too much."""
        now, held = time.time(), 0
        entries = []
        for used, size, path in self._files():
            if path.suffix == PARTIAL and now - used > ABANDONED_SECONDS:
                with suppress(OSError):
                    path.unlink()
                continue
            held += size
            entries.append((used, size, path))
        if held > self.most_bytes:
            for _, size, path in sorted(each for each in entries if each[2].suffix == WHOLE):
                if held <= LEFT * self.most_bytes:
                    break
                with suppress(OSError):  # Windows removes nothing that is open
                    path.unlink()
                    held -= size
        self._held = held

    def _grown(self, size: int) -> None:
        with self._lock:
            if self._held is not None:
                self._held += size
            if self._held is None or self._held > self.most_bytes:
                self.trim()

    def _path(self, key: str) -> Path:
        return self.place / f"{key}{WHOLE}"

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        """Yield the time of the last use, the size and the path of each of our files."""
        with suppress(OSError), os.scandir(self.place) as found:
            for each in found:
                if each.name.endswith((WHOLE, PARTIAL)):
                    with suppress(OSError):
                        status = each.stat(follow_symlinks=False)
                        yield status.st_mtime, status.st_size, Path(each.path)


def scratch(place: Path, about: Mapping[str, Any], blobs: Mapping[str, Arrays]) -> Entry:
    """Write an entry that is gone when it is closed, in a folder. Raises OSError where that cannot be written."""
    file = tempfile.TemporaryFile(dir=place, buffering=0)  # noqa: SIM115 - whoever reads the entry closes it
    return write(file, about, blobs)
