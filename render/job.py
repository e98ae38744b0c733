"""What is to be rendered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import nan
from pathlib import Path

from render.audio.chunks import Notes
from render.inputs import InputFile
from render.store.folder import Store
from scores.performance import Performance
from scores.score import Score


@dataclass(frozen=True)
class Job:
    """What to render.

    Attributes
    ----------
    name
        Name of the demo's folder.
    score, performance
        The song.
    rate
        Sample rate [Hz].
    inputs
        Files beside the score that affect the sound.
    notices
        Notices for the user that are known before the render.
    dry
        Whether the stems are also written without glitches.
    targets
        What the demo is made for, as ``render.targets`` names it; None for the default.
    store
        Where parts are kept between renders; None for nowhere. The files do not depend on it.
    replaces
        Folder of the demo that is replaced: stems that stay as they are may be copied from it. None for no demo.
    """

    name: str
    score: Score
    performance: Performance
    rate: int = 48000
    inputs: Sequence[InputFile] = ()
    notices: Sequence[str] = ()
    dry: bool = False
    targets: Collection[str] | None = None
    store: Store | None = None
    replaces: Path | None = None

    @property
    def frames(self) -> int:
        return round(self.performance.duration_seconds * self.rate)

    @property
    def basename(self) -> str:
        return f"{self.name}_{self.score.bpm:g}bpm_{self.score.key.short}"

    def numbers(self) -> dict[str, int]:
        """Return the number of each part, from 1, in the order of the score."""
        return {name: number for number, name in enumerate(self.score.parts, 1)}

    def by_cost(self) -> list[str]:
        """Return the parts, those first that probably take longest to play."""
        def cost(name: str) -> float:
            part = self.score.parts[name]
            return sum(1.0 + note.duration_seconds for note in self.performance.notes[name]) * (
                1 + len(part.effects) + len(part.sends))

        return sorted(self.score.parts, key=cost, reverse=True)

    def notes(self, what: str, lufs: float = nan, true_peak_db: float = nan, start: int = 0,
              stop: int | None = None) -> Notes:
        """Return what a file says about its sound: song and part, loudness, a mark at the start of each section.

        Parameters
        ----------
        what
            The part, or the kind of mix.
        lufs, true_peak_db
            Loudness [LUFS] and true peak [dBTP], where they are known.
        start, stop
            Frames of the song that the file holds; all of them by default.
        """
        ends = self.frames if stop is None else stop
        cues = [(at - start, span.name) for span in self.performance.sections
                if start <= (at := round(span.start_seconds * self.rate)) < max(ends, start + 1)]
        return Notes(f"{' '.join(self.score.title.split())}: {what}", cues, lufs, true_peak_db)
