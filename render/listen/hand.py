"""What the page writes into the score: one value at a time, the rest of the file stays byte for byte."""

from __future__ import annotations

import os
import secrets
import shutil
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from scores.faults import InputError
from scores.format.amend import UnamendableError, amended


class RefusedError(InputError):
    """Nothing was written; the message says why, and what to do."""


class Hand:
    """Writes into one score, and takes back what it wrote last.

    Parameters
    ----------
    score
        The score's file.
    """

    def __init__(self, score: Path) -> None:
        self._score = score
        self._written: list[tuple[bytes, bytes]] = []  # what the file held before and after
        self._lock = threading.Lock()

    def write(self, path: Sequence[str], value: int | str) -> None:
        """Set a value in the score. Raises RefusedError where that cannot be done without changing something else."""
        with self._lock:
            try:
                before = self._score.read_bytes()
                after = amended(before.decode("utf-8"), path, value).encode("utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise RefusedError(f"The score cannot be read: {error}.") from error
            except UnamendableError as error:
                raise RefusedError(f"Write it in the score yourself: {error}") from error
            if after != before:
                self._replace(before, after)
                self._written.append((before, after))

    def undo(self) -> None:
        """Take back what was written last. Raises RefusedError where the score was changed since."""
        with self._lock:
            if not self._written:
                raise RefusedError("Nothing was written from here.")
            before, after = self._written[-1]
            self._replace(after, before)
            self._written.pop()

    def _replace(self, old: bytes, new: bytes) -> None:
        """Let the file hold something else, in one step, if it still holds what it held."""
        target = self._score.resolve()
        partial = target.with_name(f".{target.name}.{secrets.token_hex(6)}.partial")
        try:
            with partial.open("xb") as file:
                file.write(new)
                file.flush()
                os.fsync(file.fileno())
            shutil.copymode(target, partial)
            if target.read_bytes() != old:
                raise RefusedError("The score was changed meanwhile, so it is left as it is.")
            partial.replace(target)
        except OSError as error:
            raise RefusedError(f"The score cannot be written: {error.strerror or error}.") from error
        finally:
            with suppress(OSError):
                partial.unlink()
