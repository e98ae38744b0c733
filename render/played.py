"""A part between its playing and its stem: what it sounds like waits in a file until all parts are measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from render.audio.samples import Curve, Span, Stereo, envelope, sounding
from render.meters.bands import block_frames, energies
from render.store.entry import DamagedError, Entry
from render.store.folder import Store, scratch

# Blobs of its entry.
SOUND, ENERGIES = "sound", "energies"


class Kept(NamedTuple):
    """Where the store keeps a part: under a key, if what the key holds is still so after the part was played."""

    store: Store
    key: str
    is_sure: Callable[[], bool]


@dataclass(frozen=True)
class Played:
    """A part as it was played.

    Attributes
    ----------
    entry
        Its non-silent spans, float32, one channel after the other.
    spans
        The spans.
    energies
        Of ``render.meters.bands``.
    again
        Plays it once more: for an entry that was damaged since.
    key
        Its key in the store; None where the store does not keep it.
    """

    entry: Entry
    spans: Sequence[Span]
    energies: Curve
    again: Callable[[], Stereo]
    key: str | None = None

    @classmethod
    def of(cls, play: Callable[[], Stereo], rate: int, folder: Path, kept: Kept | None = None) -> Played:
        """Play a part, shape (2, frames), measure it and put it aside: in the store if there is one, else in a folder.

        A folder holds it until its entry is closed.
        """
        audio = play()
        spans = sounding(envelope(audio), audio.shape[1])
        measured = energies(audio, rate, spans)
        about = {"spans": spans, "frames": audio.shape[1]}
        blobs = {ENERGIES: [measured], SOUND: [channel[start:stop] for start, stop in spans for channel in audio]}
        entry = kept.store.keep(kept.key, about, blobs) if kept and kept.is_sure() else None
        return cls(entry or scratch(folder, about, blobs), spans, measured, play, kept.key if kept and entry else None)

    @classmethod
    def kept(cls, play: Callable[[], Stereo], rate: int, frames: int, store: Store, key: str) -> Played | None:
        """Return a part that the store holds; None where it does not hold it whole."""
        entry = store.find(key)
        if entry is None:
            return None
        measured = np.empty((3, frames // block_frames(rate)))
        try:
            entry.read(ENERGIES, [measured])
            spans = [Span(int(start), int(stop)) for start, stop in entry.about["spans"]]
            if entry.about["frames"] != frames:
                raise DamagedError("another length")
        except (DamagedError, KeyError, TypeError, ValueError):
            entry.close()
            store.forget(key)
            return None
        return cls(entry, spans, measured, play, key)

    def glance(self, within: Span) -> Stereo:
        """Return some frames of the part, shape (2, stop − start), unchecked: for what is soon replaced.

        Raises
        ------
        DamagedError
            Where they cannot be read.
        """
        audio = np.zeros((2, within.stop - within.start), np.float32)
        place = 0
        for start, stop in self.spans:
            first, last = max(start, within.start), min(stop, within.stop)
            for channel in audio:
                if first < last:
                    self.entry.glance(SOUND, place + (first - start) * channel.itemsize,
                                      channel[first - within.start:last - within.start])
                place += (stop - start) * channel.itemsize
        return audio

    def audio(self, frames: int) -> Stereo:
        """Return the part as it was, shape (2, frames)."""
        audio = np.zeros((2, frames), np.float32)
        try:
            self.entry.read(SOUND, [channel[start:stop] for start, stop in self.spans for channel in audio])
        except DamagedError:
            return self.again()
        return audio
