"""An entry of the store: arrays as they are in memory, one after the other, then an index with their digests.

The index stands at the end, so that an entry is written as it is made; its last bytes tell whether it is whole. Nothing
in it is ever run.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import FileIO
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:  # a command that only looks loads no library
    from numpy.typing import NDArray

# The last bytes of an entry; the number counts up when its form changes.
MAGIC = b"softmax entry 1\n"
# What follows the index: its length, its SHA-256, and MAGIC.
_END = struct.Struct(f"<Q32s{len(MAGIC)}s")
# Longest index [bytes]: a damaged length allocates no more.
_LONGEST_INDEX = 1 << 24

Arrays: TypeAlias = "Sequence[NDArray[Any]]"


class DamagedError(Exception):
    """An entry is not as it was written."""


@dataclass(frozen=True)
class Entry:
    """An entry that is open for reading.

    Attributes
    ----------
    file
        Open file; whoever reads closes it.
    about
        What its writer says of it: JSON values.
    blobs
        Place, length [bytes] and SHA-256 of each of its blobs.
    """

    file: FileIO
    about: Mapping[str, Any]
    blobs: Mapping[str, tuple[int, int, str]]

    def read(self, name: str, into: Arrays) -> None:
        """Fill C-contiguous arrays with a blob, one after the other.

        Raises
        ------
        DamagedError
            If its length or its digest is wrong, or if it cannot be read; what the arrays hold then is nothing.
        """
        try:
            place, size, expected = self.blobs[name]
            if size != sum(array.nbytes for array in into):
                raise DamagedError(f"{name} has {size} bytes")
            self.file.seek(place)
            digest = hashlib.sha256()
            for array in into:
                view = _bytes(array)
                self._fill(name, view)
                digest.update(view)
        except (KeyError, OSError) as error:
            raise DamagedError(str(error)) from error
        if digest.hexdigest() != expected:
            raise DamagedError(f"{name} has another digest")

    def glance(self, name: str, place: int, into: NDArray[Any]) -> None:
        """Fill a C-contiguous array with what a blob holds from a byte on, whether or not it is as it was written.

        Raises
        ------
        DamagedError
            If it cannot be read, or ends before.
        """
        try:
            start, size, _ = self.blobs[name]
            if place + into.nbytes > size:
                raise DamagedError(f"{name} has {size} bytes")
            self.file.seek(start + place)
            self._fill(name, _bytes(into))
        except (KeyError, OSError) as error:
            raise DamagedError(str(error)) from error

    def _fill(self, name: str, view: memoryview) -> None:
        """Fill a view from where the file stands; one read of an unbuffered file may be a part of it."""
        done = 0
        while done < len(view):
            if not (got := self.file.readinto(view[done:])):
                raise DamagedError(f"{name} ends early")
            done += got

    def again(self) -> Entry:
        """Return the same entry, which stays open when this one is closed."""
        return Entry(os.fdopen(os.dup(self.file.fileno()), "rb", buffering=0), self.about, self.blobs)

    def close(self) -> None:
        self.file.close()


def write(file: FileIO, about: Mapping[str, Any], blobs: Mapping[str, Arrays]) -> Entry:
    """Write an entry from the start of an empty file, which is open for reading too.

    Parameters
    ----------
    file
        The file; it stays open.
    about
        JSON values.
    blobs
        For each blob its C-contiguous arrays.
    """
    index: dict[str, tuple[int, int, str]] = {}
    place = 0
    for name, arrays in blobs.items():
        digest, start = hashlib.sha256(), place
        for array in arrays:
            view = _bytes(array)
            file.write(view)
            digest.update(view)
            place += len(view)
        index[name] = (start, place - start, digest.hexdigest())
    text = json.dumps({"about": dict(about), "blobs": index}).encode()
    file.write(text)
    file.write(_END.pack(len(text), hashlib.sha256(text).digest(), MAGIC))
    file.flush()
    return Entry(file, about, index)


def _bytes(array: NDArray[Any]) -> memoryview:
    return array.data.cast("B") if array.size else memoryview(b"")


def read(file: FileIO) -> Entry:
    """Read the index of an entry.

    Raises
    ------
    DamagedError
        If the file is not a whole entry.
    """
    try:
        size = file.seek(0, 2)
        if size < _END.size:
            raise DamagedError("shorter than the end of an entry")
        file.seek(size - _END.size)
        length, digest, magic = _END.unpack(file.read(_END.size))
        place = size - _END.size - length
        if magic != MAGIC or length > _LONGEST_INDEX or place < 0:
            raise DamagedError("no end of an entry")
        file.seek(place)
        text = file.read(length)
        if hashlib.sha256(text).digest() != digest:
            raise DamagedError("the index has another digest")
        index = json.loads(text)
        blobs = {name: (int(start), int(length), str(sha)) for name, (start, length, sha) in index["blobs"].items()}
        if sum(length for _, length, _ in blobs.values()) != place:
            raise DamagedError("another length")
        return Entry(file, index["about"], blobs)
    except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
        raise DamagedError(str(error)) from error
