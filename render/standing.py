"""Whether a demo stands as a render would make it: then there is nothing to render.

A render notes in the store what it was asked for, what it read, and what the system says of each file that it wrote:
size, times and number, as git does. Whoever asks the same finds the note. It is read without loading a library.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from render.inputs import fingerprint, stamp
from render.store.folder import Store
from render.store.surroundings import surroundings

# What the loader of Linux knows of the system's libraries, flite among them.
LOADER = Path("/etc/ld.so.cache")


@dataclass(frozen=True)
class Asked:
    """What a render is asked for: all that makes its demo, except what the files hold.

    Attributes
    ----------
    score, destination
        The score's file and the demo's folder.
    options
        The other options, by their names.
    """

    score: Path
    destination: Path
    options: Mapping[str, Any]

    def key(self) -> str | None:
        """Return the key of the note; None where none can be kept."""
        around = surroundings()
        if around is None:
            return None
        told = [around, str(self.score.absolute()), str(self.destination.resolve()), os.path.expanduser("~"),  # noqa: PTH111
                *(f"{name}={value!r}" for name, value in sorted(self.options.items()))]
        return sha256("\n".join(told).encode("utf-8", "surrogateescape")).hexdigest()


def speech_is_told(engine: str | None) -> bool:
    """Whether a note tells which speech engine a render would find, from the engine that the score asks for."""
    return engine in (None, "hum", "espeak") or (sys.platform == "linux" and LOADER.exists())


def note(store: Store, key: str, read: Mapping[Path, str], made: Mapping[str, Sequence[int]],
         told: Sequence[str]) -> None:
    """Note a demo that has been published.

    Parameters
    ----------
    store
        The store.
    key
        Of what was asked for, before anything was read.
    read
        Fingerprint of each file that the render read.
    made
        Stamp of each file of the demo, by its path from the demo's folder.
    told
        What is told of the demo.
    """
    stamps = {str(path): [stamp(path), known] for path, known in read.items()}
    if all(fingerprint(path) == known for path, known in read.items()):
        entry = store.keep(key, {"read": stamps, "made": dict(made), "told": list(told), "loader": stamp(LOADER)}, {})
        if entry:
            entry.close()


def found(store: Store, asked: Asked) -> list[str] | None:
    """Return what is told of a demo that stands as it was asked for; None where it has to be rendered."""
    key = asked.key()
    entry = store.find(key) if key else None
    if entry is None:
        return None
    entry.close()
    about = entry.about
    try:
        stands = (
            list(stamp(LOADER)) == about["loader"]
            and all(list(stamp(Path(path))) == was or fingerprint(Path(path)) == known
                    for path, (was, known) in about["read"].items())
            and all(list(stamp(asked.destination / path)) == was for path, was in about["made"].items()))
        return [str(line) for line in about["told"]] if stands and about["made"] else None
    except (OSError, KeyError, TypeError, ValueError, AttributeError):
        return None
