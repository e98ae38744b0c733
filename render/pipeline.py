"""From a performance to a folder of files: parts in parallel, sum, master, writers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import numpy as np

from render.audio.samples import Stereo
from render.audio.wav import to_float, write_wav
from render.console.report import Progress
from render.finished import before, stem_key
from render.job import Job as Job
from render.meters.glitch_measures import measure
from render.meters.loudness import between, block_energy, integrated
from render.meters.true_peak import to_db
from render.mixing.balance import Balance, balance
from render.mixing.master import Mastered, master
from render.mixing.mix import Mix
from render.parts import Parts
from render.rendering import Rendering, StemFile
from render.run import Run, sharing
from render.speaker import notices as voice_notices
from render.speaker import speaker
from render.stems import Heard, Stem, file_of, parts_of, playing, summed, too_loud
from render.targets import chosen
from render.writers import Writer, writers_for


@contextmanager
def pool(jobs: int) -> Iterator[ThreadPoolExecutor]:
    """Provide ``jobs`` threads, which start no more work once the block ends.

    Their last work is waited for, unless the user has stopped the program: a plug-in may hang. Threads suffice: numpy
    and the compiled kernels release the interpreter's lock.
    """
    executor = ThreadPoolExecutor(jobs)
    waits = True
    try:
        yield executor
    except (KeyboardInterrupt, SystemExit):
        waits = False
        raise
    finally:
        executor.shutdown(wait=waits, cancel_futures=True)


def render(job: Job, folder: Path, jobs: int, progress: Progress) -> Rendering:
    """Render a song into a folder.

    Parameters
    ----------
    job
        What to render.
    folder
        An existing, empty folder.
    jobs
        Number of threads. The files do not depend on it.
    progress
        Receives the progress.

    Returns
    -------
    Rendering
        The song and everything that was made from it.
    """
    for name in ("stems", "stems_dry") if job.dry else ("stems",):
        (folder / name).mkdir()
    with pool(jobs) as executor:
        mix, stems, dry, keys, found, notices = _stems(job, folder, executor, progress)
        paths = [folder / f"{job.basename}_{kind}.wav" for kind in ("premaster", "mix")]
        written = executor.submit(write_wav, paths[0], mix.total, job.rate, None, job.notes("premaster"))
        loaded = executor.submit(writers_for, chosen(job.targets))  # imports libraries: the master leaves a core idle
        with progress.task("master"):
            mastered = master(mix.total, job.rate, job.score.master, executor.map)
            sha256 = executor.submit(write_wav, paths[1], mastered.samples, job.rate, None,
                                     job.notes("mix", mastered.lufs, mastered.true_peak_db))
            written.result()
            samples = to_float(mastered.samples, mix.total.view(np.float32))
            del mix, written
        rendering = _rendering(job, folder, stems, dry, keys, found, paths, mastered, samples, sha256,
                               [*job.notices, *voice_notices(job.score, job.performance), *notices,
                                *mastered.notices], sharing(executor))
        del mastered  # its integers would be a second copy of the mix in memory during the writing
        before = len(rendering.notices)
        for _, group in groupby(loaded.result(), key=lambda writer: writer.ORDER):
            list(executor.map(lambda writer: _write(writer, rendering, progress), group))
        # sorted, because writers of one order finish in any order
        rendering.notices[before:] = sorted(rendering.notices[before:])
    return rendering


def _write(writer: Writer, rendering: Rendering, progress: Progress) -> None:
    with progress.task(writer.__name__.rpartition(".")[2]):
        writer.write(rendering)


def _stems(job: Job, folder: Path, executor: Executor, progress: Progress,
           ) -> tuple[Mix, list[StemFile], list[StemFile], dict[str, str | None], Balance, list[str]]:
    """Play all parts, the costliest first, balance them, and write their stems, or copy those that stand."""
    parts = parts_of(job, folder)
    standing = before(job.store, job.replaces) if job.store and job.replaces and not job.dry else None
    keys: dict[str, str | None] = {}

    def take(stem: Stem) -> tuple[list[StemFile], list[StemFile]]:
        return _stem(job, parts, stem)

    with playing(job, parts, executor.map, progress) as played, progress.task("balance"):
        found = balance(job.score, job.performance, {name: played[name].energies for name in job.score.parts})

        def known(mix: Mix, gain: float) -> dict[str, tuple[list[StemFile], list[StemFile]]]:
            keys.update({name: stem_key(played[name].key, ride, gain, job.notes(name))
                         for name, ride in found.rides.items()})
            if standing is None:
                return {}
            kept = standing.kept(keys, lambda part, piece: folder / "stems" / file_of(job, part, piece), job.frames,
                                 executor.map)
            if kept is None:
                return {}
            mix.add_sum(kept.total, kept.peak)
            return {name: (stems, []) for name, stems in kept.stems.items()}

        mix, made, halvings = summed(job, parts, played, found.rides, executor.map, take, known)
    stems, dry = ([stem for name in job.score.parts for stem in made[name][which]] for which in (0, 1))
    return mix, stems, dry, keys, found, too_loud(halvings)


def _stem(job: Job, parts: Parts, stem: Stem) -> tuple[list[StemFile], list[StemFile]]:
    """Write the stem of a part, or of each of its pieces; and without glitches, if the job asks for it."""
    name, folder = stem.name, parts.folder
    made = [_written(job, name, folder / "stems" / file_of(job, name, piece), heard, piece)
            for piece, heard in stem.pieces]
    if not job.dry:
        return made, []
    whole = replace(job.performance, gestures={}, send_gestures={})
    heard = Heard.of(parts.sound(job.score, whole, name), stem.desk, job.rate)
    stem.mix.make_room(heard.peak)
    return made, [_written(job, name, folder / "stems_dry" / file_of(job, name), heard)]


def _written(job: Job, name: str, path: Path, heard: Heard, piece: str = "") -> StemFile:
    """Write the file of a part or a piece."""
    energy = block_energy(heard.samples, job.rate, spans=heard.spans)
    lufs = integrated(energy)
    notes = job.notes(" ".join(filter(None, (name, piece))), lufs)
    sha256 = write_wav(path, heard.samples, job.rate, heard.spans, notes)
    peak = float(np.abs(heard.swing).max())
    return StemFile(name, path, lufs, to_db(peak), sha256, energy, heard.swing, piece)


def _rendering(job: Job, folder: Path, stems: list[StemFile], dry: list[StemFile], keys: Mapping[str, str | None],
               found: Balance, paths: list[Path], mastered: Mastered, samples: Stereo, sha256: Future[str],
               notices: list[str], run: Run) -> Rendering:
    measured = measure(samples, job.rate, job.performance, run)
    return Rendering(
        name=job.name, basename=job.basename, folder=folder, score=job.score, performance=job.performance,
        rate=job.rate, frames=job.frames, stems=stems, stems_dry=dry, premaster_path=paths[0], mix_path=paths[1],
        master=samples, master_energy=mastered.energy, master_lufs=mastered.lufs,
        master_true_peak_db=mastered.true_peak_db, mix_sha256=sha256.result(),
        section_lufs=[between(mastered.energy, span.start_seconds, span.end_seconds)
                      for span in job.performance.sections],
        balance=found, measured=measured, notices=notices, inputs=job.inputs,
        voice=speaker(job.score, job.performance), run=run, store=job.store, stem_keys=keys)
