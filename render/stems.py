"""From parts that are played to stems in the steps of their files, and to their sum."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

from render.audio.samples import FULL_SCALE, Envelope, Integers, Span, Stereo, envelope, in_steps, sounding
from render.audio.wav import quantise
from render.console.report import Progress
from render.inputs import Fingerprints
from render.job import Job
from render.mixing.mix import Mix
from render.mixing.ride import Ride
from render.parts import NO_FILES, Parts
from render.pieces import ROOM, pieces_of
from render.played import Played
from render.run import Run

T = TypeVar("T")


class Desk(NamedTuple):
    """What a part passes on its way to its file: the ride of the balance, and the gain that all parts need."""

    ride: Ride
    gain: float


class Heard(NamedTuple):
    """A part or a piece of it: its samples, its envelope and its non-silent spans."""

    samples: Integers
    swing: Envelope
    spans: list[Span]

    @property
    def peak(self) -> int:
        """Its highest magnitude [steps of its file]."""
        return round(float(np.abs(self.swing).max()) * FULL_SCALE)

    @classmethod
    def of(cls, audio: Stereo, desk: Desk, rate: int) -> Heard:
        """Balance a part or a piece of it, in place, and return it in the steps of its file."""
        frames = audio.shape[1]
        desk.ride.apply(audio, sounding(envelope(audio), frames), rate)
        if desk.gain != 1:
            audio *= np.float32(desk.gain)
        swing = envelope(audio)
        spans = sounding(swing, frames)
        return cls(quantise(audio, spans), in_steps(swing), spans)


@contextmanager
def playing(job: Job, parts: Parts, run: Run, progress: Progress) -> Iterator[dict[str, Played]]:
    """Play all parts, the costliest first; what they sound like waits while the block runs."""
    def play(name: str) -> Played:
        with progress.task(name):
            return parts.played(job.score, job.performance, name)

    order = job.by_cost()
    played = dict(zip(order, run(play, order), strict=True))
    try:
        yield played
    finally:
        for each in played.values():
            each.entry.close()


def parts_of(job: Job, folder: Path) -> Parts:
    """Return what plays the parts of a job; a folder takes what the store does not keep."""
    files = Fingerprints.taken(file.path for file in job.score.files) if job.store else NO_FILES
    return Parts(job.rate, job.frames, folder, job.store, files)


class Stem(NamedTuple):
    """A part on its way into the mix.

    Attributes
    ----------
    name
        The part.
    pieces
        Its sound under an empty name, or each of its pieces and the rest; each may be changed once it is taken.
    desk
        What it passes.
    mix
        The mix that it is added to.
    """

    name: str
    pieces: Iterator[tuple[str, Heard]]
    desk: Desk
    mix: Mix


def summed(job: Job, parts: Parts, played: Mapping[str, Played], rides: Mapping[str, Ride], run: Run,
           take: Callable[[Stem], T], known: Callable[[Mix, float], Mapping[str, T]] | None = None,
           ) -> tuple[Mix, dict[str, T], int]:
    """Balance the parts and add them.

    Where a stem or the sum would exceed full scale, all are made again at half the gain, as often as needed.

    Parameters
    ----------
    job, parts, played
        The song, and its parts as they are played.
    rides
        What the balance does to each part.
    run
        Shares the work.
    take
        Is given each stem, and takes its pieces.
    known
        Is given the mix and the gain that all parts need; adds what need not be made, and returns it by its part.

    Returns
    -------
    tuple
        The sum; what ``take`` returned for each part; how often all were halved.
    """
    order, halvings, more = job.by_cost(), 0, 1
    while more:
        mix, gain = Mix(job.frames), 2.0**-halvings
        found = known(mix, gain) if known else {}
        left = [name for name in order if name not in found]

        def one(name: str, mix: Mix = mix, gain: float = gain) -> T:
            desk = Desk(rides[name], gain)
            return take(Stem(name, _pieces(job, name, parts, mix, played[name], desk), desk, mix))

        made = {**found, **dict(zip(left, run(one, left), strict=True))}
        more = mix.halvings()
        halvings += more
    return mix, made, halvings


def _pieces(job: Job, name: str, parts: Parts, mix: Mix, played: Played, desk: Desk) -> Iterator[tuple[str, Heard]]:
    """Add a part to the mix; yield it whole, or its pieces and the rest, which together are the part exactly."""
    heard = Heard.of(played.audio(job.frames), desk, job.rate)
    mix.add(heard.samples, heard.peak, heard.spans)
    if job.score.parts[name].stems == "one":
        yield "", heard
        return
    rest = heard.samples
    for piece, song, performance in pieces_of(job.score, job.performance, name):
        each = Heard.of(parts.sound(song, performance, name), desk, job.rate)
        for start, stop in each.spans:
            rest[:, start:stop] -= each.samples[:, start:stop]
        mix.make_room(each.peak)
        yield piece, each
    swing = np.asarray(envelope(rest) / np.float32(FULL_SCALE), np.float32)
    left = Heard(rest, swing, sounding(swing, job.frames))
    mix.make_room(left.peak)
    yield ROOM, left


def file_of(job: Job, name: str, piece: str = "") -> str:
    """Return the name of the file of a part, or of a piece of it."""
    return f"{job.numbers()[name]:02d}_{name}" + (f"_{piece}.wav" if piece else ".wav")


def too_loud(halvings: int) -> list[str]:
    """Return the notice that all parts were halved."""
    return [f"The parts together were too loud for their files: all are {6.02 * halvings:.0f} dB lower. Lower "
            "mix.level in the score by as much, and they need not be."] if halvings else []
