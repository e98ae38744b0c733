"""The whole song for the page: the same computation as of a demo, of which only what is heard and seen is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from render.audio.samples import Integers
from render.audio.wav import to_float
from render.console.report import Progress
from render.job import Job
from render.listen.sound import Sound
from render.mixing.balance import Balance, balance
from render.mixing.master import Mastered, master
from render.pipeline import pool
from render.played import Played
from render.rendering import Rendering, StemFile
from render.run import sharing
from render.stems import Stem, file_of, parts_of, playing, summed
from render.writers.page.document import Sound as Sources
from render.writers.page.document import as_html


@dataclass(frozen=True)
class Whole:
    """A song as it was made.

    Attributes
    ----------
    job
        The song.
    total
        The sum of its parts: shape (2, frames), int32.
    balance
        What was done to each part.
    gain
        Factor common to all parts.
    mastered
        The mix.
    played
        What each part sounds like before the balance; whoever has the song closes it.
    page
        The page, which plays a sound of the name that was asked for.
    """

    job: Job
    total: Integers
    balance: Balance
    gain: float
    mastered: Mastered
    played: Mapping[str, Played]
    page: str

    @property
    def sound(self) -> Sound:
        """The mix as a file."""
        return Sound(self.mastered.samples, self.job.rate)

    def close(self) -> None:
        """Close the parts."""
        for each in self.played.values():
            each.entry.close()


def whole(job: Job, name: str, folder: Path, jobs: int, progress: Progress) -> Whole:
    """Render a song.

    Parameters
    ----------
    job
        The song.
    name
        Name of its sound, relative to the page; empty for no page.
    folder
        Where parts wait that the store does not keep.
    jobs
        Number of threads. The result does not depend on it.
    progress
        Receives the progress; what it raises stops the render.
    """
    with pool(jobs) as executor:
        parts = parts_of(job, folder)

        def take(stem: Stem) -> list[StemFile]:
            with progress.task(stem.name):
                # a page shows the swing of a stem; its file, its loudness and its digest are for those who get the demo
                return [StemFile(stem.name, folder / file_of(job, stem.name, piece), np.nan, np.nan, "", np.empty(0),
                                 heard.swing, piece) for piece, heard in stem.pieces]

        with playing(job, parts, executor.map, progress) as played:
            found = balance(job.score, job.performance, {part: played[part].energies for part in job.score.parts})
            mix, made, halvings = summed(job, parts, played, found.rides, executor.map, take)
            held = {part: replace(each, entry=each.entry.again()) for part, each in played.items()}
        with progress.task("master"):
            mastered = master(mix.total, job.rate, job.score.master, executor.map)
        rendering = Rendering(
            name=job.name, basename=job.basename, folder=folder, score=job.score, performance=job.performance,
            rate=job.rate, frames=job.frames, stems=[stem for part in job.score.parts for stem in made[part]],
            premaster_path=folder, mix_path=folder, master=to_float(mastered.samples, np.empty_like(
                mastered.samples, np.float32)), master_energy=mastered.energy, master_lufs=mastered.lufs,
            master_true_peak_db=mastered.true_peak_db, mix_sha256="", section_lufs=(), measured=(), notices=[],
            balance=found, run=sharing(executor))
        page = as_html(rendering, Sources([name]), live=True) if name else ""
    return Whole(job, mix.total, found, 2.0**-halvings, mastered, held, page)
