"""Whether a demo stands as a render would make it: then there is nothing to render.

A render notes in the store what it was asked for, what it read, and what the system says of each file that it wrote:
size, times and number, as git does. Whoever asks the same finds the note. It is read without loading a library.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from render.inputs import fingerprint, stamp
from render.store.folder import Store
from render.store.surroundings import surroundings


@dataclass(frozen=True)
class Asked:
    """What a render is asked for: all that makes its demo, except what the files hold.

    Attributes
    ----------
    score, out
        The score's file, and the folder that the demo's folder lies in.
    options
        The other options, by their names.
    """

    score: Path
    out: Path
    options: Mapping[str, Any]

    def key(self) -> str | None:
        """Return the key of the note; None where none can be kept."""
        around = surroundings()
        if around is None:
            return None
        told = [around, str(self.score.absolute()), str(self.out.resolve()), os.path.expanduser("~"),  # noqa: PTH111
                *(f"{name}={value!r}" for name, value in sorted(self.options.items()))]
        return sha256("\n".join(told).encode("utf-8", "surrogateescape")).hexdigest()


def asked(score: Path, out: Path, *, seed: int | None, temperature: float | None, voice: str | None,
          reroll: Sequence[tuple[str, str]], midi: Path | None, midi_tempo: str, rate: int, dry: bool = False,
          targets: Collection[str] | None = None) -> Asked:
    """Return what a render is asked for: the arguments of ``render.demo``."""
    return Asked(score, out, {
        "seed": seed, "temperature": temperature, "voice": voice, "reroll": list(reroll), "midi": midi,
        "midi_tempo": midi_tempo, "rate": rate, "dry": dry, "targets": None if targets is None else sorted(targets)})


def note(store: Store, key: str, demo: Path, read: Mapping[Path, str], made: Mapping[str, Sequence[int]],
         told: Sequence[str]) -> None:
    """Note a demo that has been published.

    Parameters
    ----------
    store
        The store.
    key
        Of what was asked for, before anything was read.
    demo
        The demo's folder.
    read
        Fingerprint of each file that the render read.
    made
        Stamp of each file of the demo, by its path from the demo's folder.
    told
        What is told of the demo.
    """
    stamps = {str(path): [stamp(path), known] for path, known in read.items()}
    if all(fingerprint(path) == known for path, known in read.items()):
        about = {"demo": str(demo), "read": stamps, "made": dict(made), "told": list(told)}
        entry = store.keep(key, about, {})
        if entry:
            entry.close()


def found(store: Store, wanted: Asked) -> list[str] | None:
    """Return the folder of a demo that stands as it was asked for, and what is told of it; None where none does."""
    key = wanted.key()
    entry = store.find(key) if key else None
    if entry is None:
        return None
    entry.close()
    about = entry.about
    try:
        stands = (
            all(list(stamp(Path(path))) == was or fingerprint(Path(path)) == known
                for path, (was, known) in about["read"].items())
            and all(list(stamp(Path(about["demo"]) / path)) == was for path, was in about["made"].items()))
        return [about["demo"], *map(str, about["told"])] if stands and about["made"] else None
    except (OSError, KeyError, TypeError, ValueError, AttributeError):
        return None
