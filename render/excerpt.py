"""Some bars of a song, or some of its parts: the same computation as of the whole, of which less is written.

Each sample is that of the whole: parts are balanced as in the whole song, what rang before goes on ringing, and the
master is that of the whole mix.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from render.audio.samples import FULL_SCALE, Integers, Span
from render.audio.wav import LARGEST, read_wav, write_wav
from render.console.report import Progress
from render.job import Job
from render.meters.loudness import block_energy, integrated
from render.meters.true_peak import to_db, true_peak
from render.mixing.balance import balance
from render.mixing.master import master
from render.mixing.mix import magnitude
from render.pipeline import pool
from render.publish import MANIFEST
from render.stems import Stem, file_of, parts_of, playing, summed, too_loud
from render.wanted import Wanted
from render.writers.manifest import read_manifest


@dataclass(frozen=True)
class Sound:
    """A file of an excerpt: part and piece, path, integrated loudness [LUFS], peak [dB], SHA-256."""

    part: str
    piece: str
    path: Path
    lufs: float
    peak_db: float
    sha256: str

    def entry(self, folder: Path) -> dict[str, object]:
        """Return what the manifest says of it."""
        return {"file": self.path.relative_to(folder).as_posix(), "lufs": _decibels(self.lufs),
                "peak_db": _decibels(self.peak_db), "sha256": self.sha256}


@dataclass(frozen=True)
class Excerpt:
    """Some bars or parts of a song, written.

    Attributes
    ----------
    folder
        The folder.
    span
        Its frames of the song.
    stems
        The parts that are heard.
    premaster, mix
        Their sum, and what the master of the whole song makes of it.
    notices
        Notices for the user.
    """

    folder: Path
    span: Span
    stems: Sequence[Sound]
    premaster: Sound
    mix: Sound
    notices: Sequence[str]

    def published(self, folder: Path) -> Excerpt:
        """Return the excerpt with the paths of its published folder."""
        def there(sound: Sound) -> Sound:
            return replace(sound, path=folder / sound.path.relative_to(self.folder))

        return replace(self, folder=folder, stems=[there(stem) for stem in self.stems],
                       premaster=there(self.premaster), mix=there(self.mix))


def excerpt(job: Job, wanted: Wanted, folder: Path, jobs: int, progress: Progress) -> Excerpt:
    """Write some bars or parts of a song into a folder.

    Parameters
    ----------
    job
        The song.
    wanted
        Which bars and parts.
    folder
        An existing, empty folder.
    jobs
        Number of threads. The files do not depend on it.
    progress
        Receives the progress.

    Raises
    ------
    InputError
        For bars or parts that the song does not have.
    """
    span, heard = Span(*wanted.frames(job.performance, job.rate)), wanted.parts(job.score)
    (folder / "stems").mkdir()
    with pool(jobs) as executor:
        parts = parts_of(job, folder)

        def take(stem: Stem) -> list[tuple[str, Integers]]:
            cut = []
            for piece, sound in stem.pieces:
                if stem.name in heard:
                    cut.append((piece, np.ascontiguousarray(sound.samples[:, span.start:span.stop])))
            return cut

        with playing(job, parts, executor.map, progress) as played, progress.task("balance"):
            found = balance(job.score, job.performance, {name: played[name].energies for name in job.score.parts})
            mix, cuts, halvings = summed(job, parts, played, found.rides, executor.map, take)
        with progress.task("master"):
            mastered = master(mix.total, job.rate, job.score.master, executor.map)
    total: Integers = mix.total[:, span.start:span.stop]
    made: Integers = mastered.samples[:, span.start:span.stop]
    if len(heard) < len(job.score.parts):
        whole = np.zeros_like(mix.total)
        for name in heard:
            for _, sound in cuts[name]:
                whole[:, span.start:span.stop] += sound
        total = whole[:, span.start:span.stop]
        made = mastered.alike(whole, job.rate)[:, span.start:span.stop]

    return _written(job, folder, span, [(name, piece, sound) for name in heard for piece, sound in cuts[name]], total,
                    made, [*job.notices, *too_loud(halvings), *mastered.notices])


def cut(job: Job, wanted: Wanted, demo: Path, folder: Path, notices: Sequence[str]) -> Excerpt:
    """Write some bars of a song whose whole demo stands as a render would make it: they are cut from its files.

    Parameters
    ----------
    job, wanted, folder
        As in :func:`excerpt`; all parts are wanted.
    demo
        The demo's folder.
    notices
        What was told of it.
    """
    span, manifest = Span(*wanted.frames(job.performance, job.rate)), read_manifest(demo)
    (folder / "stems").mkdir()
    stems = [(stem.part, stem.piece or "", read_wav(demo / stem.file, span)) for stem in manifest.stems]
    premaster = read_wav(demo / f"{manifest.mix.file.removesuffix('_mix.wav')}_premaster.wav", span)
    return _written(job, folder, span, stems, premaster, read_wav(demo / manifest.mix.file, span), notices)


def _written(job: Job, folder: Path, span: Span, sounds: Sequence[tuple[str, str, Integers]], total: Integers,
             made: Integers, notices: Sequence[str]) -> Excerpt:
    """Write the files of an excerpt: its stems, each with part and piece, their sum and its mix."""
    def write(part: str, piece: str, path: Path, samples: Integers) -> Sound:
        # some parts alone may be louder than all together, of which some cancel others
        samples = np.clip(samples, -LARGEST, LARGEST)
        lufs = integrated(block_energy(samples, job.rate))
        peak = true_peak(samples, job.rate) if part == "mix" else magnitude(samples) / FULL_SCALE
        notes = job.notes(" ".join(filter(None, (part, piece))), lufs, start=span.start, stop=span.stop)
        return Sound(part, piece, path, lufs, to_db(peak), write_wav(path, samples, job.rate, None, notes))

    stems = [write(name, piece, folder / "stems" / file_of(job, name, piece), sound) for name, piece, sound in sounds]
    premaster, mixed = (write(kind, "", folder / f"{job.basename}_{kind}.wav", sound)
                        for kind, sound in (("premaster", total), ("mix", made)))
    done = Excerpt(folder, span, stems, premaster, mixed, notices)
    _manifest(job, done, list(dict.fromkeys(name for name, _, _ in sounds)))
    return done


def _manifest(job: Job, done: Excerpt, heard: Sequence[str]) -> None:
    """Write what was made: by it the next render knows the folder."""
    inside = [bar.index for bar in job.performance.bars
              if done.span.start <= round(bar.start_seconds * job.rate) < done.span.stop]
    folder = done.folder
    files = sorted({MANIFEST, *(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())})
    told = {
        "title": job.score.title, "seed": job.score.seed, "temperature": job.score.temperature,
        "sample_rate": job.rate,
        "excerpt": {"first_bar": min(inside, default=None), "last_bar": max(inside, default=None),
                    "start_s": round(done.span.start / job.rate, 6), "end_s": round(done.span.stop / job.rate, 6),
                    "parts": list(heard)},
        "stems": [{"part": each.part, "piece": each.piece or None, **each.entry(folder)} for each in done.stems],
        "premaster": done.premaster.entry(folder), "mix": done.mix.entry(folder), "files": files}
    text = json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")


def _decibels(value: float) -> float | None:
    return round(value, 2) if math.isfinite(value) else None
