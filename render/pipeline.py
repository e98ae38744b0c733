"""From a performance to a folder of files: parts in parallel, sum, master, writers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from math import nan
from pathlib import Path
from typing import NamedTuple

import numpy as np

from render.audio.chunks import Notes
from render.audio.samples import FULL_SCALE, Envelope, Integers, Span, Stereo, envelope, in_steps, sounding
from render.audio.wav import quantise, to_float, write_wav
from render.console.report import Progress
from render.inputs import Fingerprints, InputFile
from render.meters.glitch_measures import measure
from render.meters.loudness import between, block_energy, integrated
from render.meters.true_peak import to_db
from render.mixing.balance import Balance, balance
from render.mixing.master import Mastered, master
from render.mixing.mix import Mix
from render.mixing.ride import Ride
from render.parts import NO_FILES, Parts
from render.pieces import ROOM, pieces_of
from render.played import Played
from render.rendering import Rendering, StemFile
from render.run import Run, sharing
from render.speaker import notices as voice_notices
from render.speaker import speaker
from render.store.folder import Store
from render.targets import chosen
from render.writers import Writer, writers_for
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

    @property
    def frames(self) -> int:
        return round(self.performance.duration_seconds * self.rate)

    @property
    def basename(self) -> str:
        return f"{self.name}_{self.score.bpm:g}bpm_{self.score.key.short}"


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
        mix, stems, dry, found, notices = _stems(job, folder, executor, progress)
        paths = [folder / f"{job.basename}_{kind}.wav" for kind in ("premaster", "mix")]
        written = executor.submit(write_wav, paths[0], mix.total, job.rate, None, _notes(job, "premaster"))
        loaded = executor.submit(writers_for, chosen(job.targets))  # imports libraries: the master leaves a core idle
        with progress.task("master"):
            mastered = master(mix.total, job.rate, job.score.master, executor.map)
            sha256 = executor.submit(write_wav, paths[1], mastered.samples, job.rate, None,
                                     _notes(job, "mix", mastered.lufs, mastered.true_peak_db))
            written.result()
            samples = to_float(mastered.samples, mix.total.view(np.float32))
            del mix, written
        rendering = _rendering(job, folder, stems, dry, found, paths, mastered, samples, sha256,
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


def _stems(job: Job, folder: Path, executor: Executor,
           progress: Progress) -> tuple[Mix, list[StemFile], list[StemFile], Balance, list[str]]:
    """Play all parts, the costliest first, balance them, and write their stems.

    Where a stem or the sum would exceed full scale, all stems are written again at half the gain, as often as needed.
    """
    numbers = {name: number for number, name in enumerate(job.score.parts, 1)}
    by_cost = sorted(numbers, key=lambda name: -_cost(job, name))
    parts = Parts(job.rate, job.frames, folder, job.store,
                  Fingerprints.taken(file.path for file in job.score.files) if job.store else NO_FILES)

    def play(name: str) -> Played:
        with progress.task(name):
            return parts.played(job.score, job.performance, name)

    played = dict(zip(by_cost, executor.map(play, by_cost), strict=True))
    try:
        with progress.task("balance"):
            found = balance(job.score, job.performance, {name: played[name].energies for name in numbers})
            halvings, more = 0, 1
            while more:
                mix = Mix(job.frames)

                def stem(name: str, mix: Mix = mix,
                         gain: float = 2.0**-halvings) -> tuple[list[StemFile], list[StemFile]]:
                    return _stem(job, name, parts, f"{numbers[name]:02d}_{name}", mix, played[name],
                                 _Desk(found.rides[name], gain))

                made = dict(zip(by_cost, executor.map(stem, by_cost), strict=True))
                more = mix.halvings()
                halvings += more
    finally:
        for each in played.values():
            each.entry.close()
    notices = [f"The parts together were too loud for their files: all are {6.02 * halvings:.0f} dB lower. Lower "
               "mix.level in the score by as much, and they need not be."] if halvings else []
    stems, dry = ([stem for name in numbers for stem in made[name][which]] for which in (0, 1))
    return mix, stems, dry, found, notices


def _cost(job: Job, name: str) -> float:
    notes = job.performance.notes[name]
    part = job.score.parts[name]
    return sum(1.0 + note.duration_seconds for note in notes) * (1 + len(part.effects) + len(part.sends))


class _Desk(NamedTuple):
    """What a part passes on its way to its file: the ride of the balance, and the gain that all parts need."""

    ride: Ride
    gain: float


def _stem(job: Job, name: str, parts: Parts, file: str, mix: Mix, played: Played,
          desk: _Desk) -> tuple[list[StemFile], list[StemFile]]:
    """Write the stem of a part, or of each of its pieces, and add the part to the mix.

    Returns
    -------
    tuple
        The stems; and the part's stem without glitches, if the job asks for it.
    """
    heard, folder = _heard(job, played.audio(job.frames), desk), parts.folder
    mix.add(heard.samples, round(float(np.abs(heard.swing).max()) * FULL_SCALE), heard.spans)
    made = [_written(job, name, folder / "stems" / f"{file}.wav", heard)] if job.score.parts[name].stems == "one" \
        else _each(job, name, parts, file, heard, mix, desk)
    del heard
    if not job.dry:
        return made, []
    whole = replace(job.performance, gestures={}, send_gestures={})
    audio = parts.sound(job.score, whole, name)
    dry = _written(job, name, folder / "stems_dry" / f"{file}.wav", _heard(job, audio, desk))
    mix.make_room(_peak(dry))
    return made, [dry]


def _each(job: Job, name: str, parts: Parts, file: str, rest: _Heard, mix: Mix, desk: _Desk) -> list[StemFile]:
    """Write a stem for each piece of a part, and one of the rest, so that together they are the part exactly."""
    made, folder = [], parts.folder / "stems"
    for piece, song, performance in pieces_of(job.score, job.performance, name):
        heard = _heard(job, parts.sound(song, performance, name), desk)
        made.append(_written(job, name, folder / f"{file}_{piece}.wav", heard, piece))
        for start, stop in heard.spans:
            rest.samples[:, start:stop] -= heard.samples[:, start:stop]
    swing = np.asarray(envelope(rest.samples) / np.float32(FULL_SCALE), np.float32)
    left = _Heard(rest.samples, swing, sounding(swing, job.frames))
    made.append(_written(job, name, folder / f"{file}_{ROOM}.wav", left, ROOM))
    for stem in made:
        mix.make_room(_peak(stem))
    return made


def _peak(stem: StemFile) -> int:
    """Return the highest magnitude of a stem [steps of its file]."""
    return round(float(np.abs(stem.envelope).max()) * FULL_SCALE)


class _Heard(NamedTuple):
    """A part or a piece of it: its samples, its envelope and its non-silent spans."""

    samples: Integers
    swing: Envelope
    spans: list[Span]


def _heard(job: Job, audio: Stereo, desk: _Desk) -> _Heard:
    """Balance a part or a piece of it, in place, and return it in the steps of its file."""
    desk.ride.apply(audio, sounding(envelope(audio), job.frames), job.rate)
    if desk.gain != 1:
        audio *= np.float32(desk.gain)
    swing = envelope(audio)
    spans = sounding(swing, job.frames)
    return _Heard(quantise(audio, spans), in_steps(swing), spans)


def _written(job: Job, name: str, path: Path, heard: _Heard, piece: str = "") -> StemFile:
    """Write the file of a part or a piece."""
    energy = block_energy(heard.samples, job.rate, spans=heard.spans)
    lufs = integrated(energy)
    notes = _notes(job, " ".join(filter(None, (name, piece))), lufs)
    sha256 = write_wav(path, heard.samples, job.rate, heard.spans, notes)
    peak = float(np.abs(heard.swing).max())
    return StemFile(name, path, lufs, to_db(peak), sha256, energy, heard.swing, piece)


def _notes(job: Job, what: str, lufs: float = nan, true_peak_db: float = nan) -> Notes:
    """Return what a file says about its sound: song and part, loudness, a mark at the start of each section."""
    cues = [(round(span.start_seconds * job.rate), span.name) for span in job.performance.sections]
    return Notes(f"{' '.join(job.score.title.split())}: {what}", cues, lufs, true_peak_db)


def _rendering(job: Job, folder: Path, stems: list[StemFile], dry: list[StemFile], found: Balance, paths: list[Path],
               mastered: Mastered, samples: Stereo, sha256: Future[str], notices: list[str], run: Run) -> Rendering:
    measured = measure(samples, job.rate, job.performance, run)
    return Rendering(
        name=job.name, basename=job.basename, folder=folder, score=job.score, performance=job.performance,
        rate=job.rate, frames=job.frames, stems=stems, stems_dry=dry, premaster_path=paths[0], mix_path=paths[1],
        master=samples, master_energy=mastered.energy, master_lufs=mastered.lufs,
        master_true_peak_db=mastered.true_peak_db, mix_sha256=sha256.result(),
        section_lufs=[between(mastered.energy, span.start_seconds, span.end_seconds)
                      for span in job.performance.sections],
        balance=found, measured=measured, notices=notices, inputs=job.inputs,
        voice=speaker(job.score, job.performance), run=run, store=job.store)
