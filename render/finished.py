"""Finished stems of the demo that a render replaces: those that would be the same again are copied from it.

The key of a stem is that of its part in the store, with all that happens to the part after it. Where some parts have
changed, the sum is the old one without their old stems: integers, so nothing is lost by it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from render.audio.chunks import Notes
from render.audio.samples import FULL_SCALE, POINTS, Integers, Span
from render.audio.wav import read_wav
from render.copying import copy
from render.inputs import stamp
from render.mixing.ride import Ride
from render.rendering import Rendering, StemFile
from render.run import Run
from render.store.entry import DamagedError
from render.store.folder import Store
from render.store.key import Described
from render.store.surroundings import surroundings

ENERGIES, ENVELOPES = "energies", "envelopes"


@dataclass(frozen=True)
class Finished:
    """The stems of a part in a demo.

    Attributes
    ----------
    key
        Of what they were made from; None where nobody knows.
    stems
        The part, or its pieces and the rest: they sum to it.
    """

    key: str | None
    stems: Sequence[StemFile]


class Kept(NamedTuple):
    """Stems that were copied, by their parts; their sum, shape (2, frames), int32; the highest magnitude of one."""

    stems: dict[str, list[StemFile]]
    total: Integers
    peak: int


@dataclass(frozen=True)
class Before:
    """A demo as it was published.

    Attributes
    ----------
    premaster
        The sum of its stems.
    parts
        Its stems, part by part.
    stamps
        What the system said of each of these files.
    """

    premaster: Path
    parts: Sequence[Finished]
    stamps: Mapping[Path, Sequence[int]]

    def kept(self, wanted: Mapping[str, str | None], place: Callable[[str, str], Path], frames: int,
             run: Run) -> Kept | None:
        """Copy the stems that are wanted and stand here.

        Parameters
        ----------
        wanted
            The key of each part.
        place
            Returns where the file of a part and a piece goes.
        frames
            Length of the song [samples].
        run
            Shares the work.

        Returns
        -------
        Kept or None
            What was copied; None where nothing was.
        """
        by_key = {found.key: found for found in self.parts if found.key}
        same = {name: by_key[key] for name, key in wanted.items() if key in by_key}
        keys = {found.key for found in same.values()}
        here = [stem for found in same.values() for stem in found.stems]
        gone = [stem.path for found in self.parts if found.key not in keys for stem in found.stems]
        added, taken = ([self.premaster], gone) if len(gone) < len(here) else ([stem.path for stem in here], [])
        read = {*added, *taken, *(stem.path for stem in here)}
        if not here or not self._stand(read):
            return None
        total = np.zeros((2, frames), np.int32)

        def add_up() -> None:
            for path in added:
                np.add(total, read_wav(path, Span(0, frames)), out=total)
            for path in taken:
                np.subtract(total, read_wav(path, Span(0, frames)), out=total)

        tasks: list[Callable[[], None]] = [add_up, *(partial(copy, stem.path, place(stem.part, stem.piece))
                                                     for stem in here)]
        try:
            list(run(lambda task: task(), tasks))
        except (OSError, ValueError):
            return None
        if not self._stand(read):  # someone has written one meanwhile
            return None
        peak = max(float(np.abs(stem.envelope).max()) for stem in here)
        return Kept({name: [replace(stem, path=place(stem.part, stem.piece)) for stem in found.stems]
                     for name, found in same.items()}, total, round(peak * FULL_SCALE))

    def _stand(self, paths: set[Path]) -> bool:
        return all(list(stamp(path)) == list(self.stamps.get(path, ())) for path in paths)


def stem_key(part: str | None, ride: Ride, gain: float, notes: Notes) -> str | None:
    """Return the key of the stem of a part.

    Parameters
    ----------
    part
        The key of the part; None where it has none.
    ride, gain
        What the part passes on its way to its file.
    notes
        What the file says, but its loudness.
    """
    if part is None:
        return None
    return Described({}).digest("stem", part, ride.gain_db, ride.dip_db, ride.shelf_db, gain, notes.description,
                                list(notes.cues))


def note(store: Store, demo: Path, rendering: Rendering, stamps: Mapping[Path, Sequence[int]]) -> None:
    """Note the stems of a demo.

    Parameters
    ----------
    store
        The store.
    demo
        The demo's folder.
    rendering
        The demo, as it was before it was published.
    stamps
        Stamp of each of its files, by its path from the demo's folder.
    """
    key = _key(demo)
    if key is None:
        return

    def there(path: Path) -> str:
        return path.relative_to(rendering.folder).as_posix()

    parts: dict[str, list[StemFile]] = {}
    for stem in rendering.stems:
        parts.setdefault(stem.part, []).append(stem)
    about = {
        "premaster": there(rendering.premaster_path), "blocks": rendering.master_energy.size,
        "parts": [[rendering.stem_keys.get(name), [
            [stem.part, stem.piece, there(stem.path), stem.lufs, stem.peak_db, stem.sha256] for stem in stems]]
            for name, stems in parts.items()],
        "stamps": {path: list(stamps[Path(path)]) for path in [
            there(rendering.premaster_path), *(there(stem.path) for stem in rendering.stems)]}}
    ordered = [stem for stems in parts.values() for stem in stems]
    entry = store.keep(key, about, {ENERGIES: [np.ascontiguousarray(stem.block_energy) for stem in ordered],
                                    ENVELOPES: [np.ascontiguousarray(stem.envelope) for stem in ordered]})
    if entry:
        entry.close()


def before(store: Store, demo: Path) -> Before | None:
    """Return what a demo's folder held when it was published last; None where nobody knows."""
    key = _key(demo)
    entry = store.find(key) if key else None
    if entry is None:
        return None
    try:
        about: Any = entry.about
        rows = [row for _, stems in about["parts"] for row in stems]
        energies = [np.empty(about["blocks"]) for _ in rows]
        envelopes = [np.empty((2, POINTS), np.float32) for _ in rows]
        entry.read(ENERGIES, energies)
        entry.read(ENVELOPES, envelopes)
        measured = iter(zip(energies, envelopes, strict=True))
        parts = [Finished(found, [StemFile(part, demo / path, lufs, peak_db, sha256, *next(measured), piece)
                                  for part, piece, path, lufs, peak_db, sha256 in stems])
                 for found, stems in about["parts"]]
        return Before(demo / about["premaster"], parts,
                      {demo / path: was for path, was in about["stamps"].items()})
    except (DamagedError, KeyError, TypeError, ValueError):
        return None
    finally:
        entry.close()


def _key(demo: Path) -> str | None:
    around = surroundings()
    return Described({}).digest("stems of", around, str(demo.resolve())) if around else None
