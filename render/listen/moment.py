"""The seconds after the playhead, heard before the whole song is ready: only the parts that changed there are played.

A moment is the last whole mix, in which these parts are exchanged; balance and master are still those of that mix. It
is close to what the whole will be, not equal to it, and is replaced by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from render.audio.samples import Integers, Span, Stereo
from render.audio.wav import LARGEST
from render.console.report import Progress
from render.job import Job
from render.listen.sound import Sound
from render.listen.whole import Whole
from render.meters.bands import block_frames
from render.mixing.ride import Ride
from render.part import pan_matrix, render_part
from render.parts import slice_of
from render.run import Run
from render.stems import Desk, Heard
from render.store.key import Described, UnkeyableError
from scores.performance import Gesture, Note

# What is played before a moment so that tails sound in it [s]; notes that still sound then are played too, if they
# began not longer before than this.
TAIL_SECONDS, LONGEST_NOTE_SECONDS = 1.5, 12.0
# Determinant of a part's place from which on left and right tell what was panned: at the edges they are alike.
LEAST_DETERMINANT = 0.05


def moment(job: Job, before: Whole, start_seconds: float, seconds: float, run: Run,
           progress: Progress) -> tuple[Sound, float] | None:
    """Render some seconds of a song.

    Parameters
    ----------
    job
        The song as it is now.
    before
        The song as it was last rendered.
    start_seconds, seconds
        Where the moment begins, and how long it is [s].
    run
        Shares the work.
    progress
        Receives the progress; what it raises stops the render.

    Returns
    -------
    tuple or None
        Its sound, and where that begins [s]; None where nothing is known to have changed there.
    """
    block = block_frames(job.rate)
    first = round(start_seconds * job.rate) // block * block
    span = Span(first, min(first + round(seconds * job.rate), job.frames))
    if span.start >= span.stop:
        return None
    names = dict.fromkeys([*job.score.parts, *before.job.score.parts])
    now, then = _digests(job, names, span), _digests(before.job, names, span)
    changed = [name for name in names if now[name] != then[name]]
    if not changed:
        return None

    def difference(name: str) -> Integers:
        with progress.task(name):
            return _now(job, before, name, span) - _then(before, name, span)

    total = np.zeros((2, span.stop - span.start), np.int32)
    known = before.total[:, span.start:span.stop]
    total[:, :known.shape[1]] = known
    for each in run(difference, changed):
        total += each
    return Sound(_mastered(before, total, span), job.rate), span.start / job.rate


def on_the_desk(before: Whole, name: str, level_db: float | None, pan: float | None, start_seconds: float,
                seconds: float) -> tuple[Sound, float] | None:
    """Return some seconds of a song in which a part has another level or place: nothing is played for it.

    Parameters
    ----------
    before
        The song as it was last rendered.
    name
        The part.
    level_db, pan
        Its level [dB] and place now; None for what stays.
    start_seconds, seconds
        As of :func:`moment`.

    Returns
    -------
    tuple or None
        As of :func:`moment`; None where the part is silent, or its sound does not tell what it is elsewhere.
    """
    block = block_frames(before.job.rate)
    first = round(start_seconds * before.job.rate) // block * block
    span = Span(first, min(first + round(seconds * before.job.rate), before.job.frames))
    part = before.job.score.parts.get(name)
    if part is None or span.start >= span.stop:
        return None
    was = pan_matrix(part.pan, part.width)
    if abs(np.linalg.det(was)) < LEAST_DETERMINANT and pan is not None:
        return None
    then = _then(before, name, span)
    if not then.any():
        return None
    becomes = was if pan is None else pan_matrix(pan, part.width)
    gain = 1.0 if level_db is None else 10 ** ((level_db - part.level) / 20)
    matrix = gain * (np.eye(2) if pan is None else becomes @ np.linalg.inv(was))
    now = np.rint(matrix.astype(np.float32) @ then.astype(np.float32)).astype(np.int32)
    total = before.total[:, span.start:span.stop] - then + now
    return Sound(_mastered(before, total, span), before.job.rate), span.start / before.job.rate


def _digests(job: Job, names: Iterable[str], span: Span) -> dict[str, str | None]:
    """Return the digest of each part in a span."""
    known = {each.file: each.sha256 for each in job.inputs}
    described = Described({str(file.path): known[file.name] for file in job.score.files})
    return {name: _digest(job, name, span, described) for name in names}


def _digest(job: Job, name: str, span: Span, described: Described) -> str | None:
    """Return the digest of what a part sounds like in a span; None where it is silent, or not in the song."""
    if name not in job.score.parts:
        return None
    alone, its_own = slice_of(job.score, job.performance, name)
    end = span.stop / job.rate
    start = _origin(job, name, span) / job.rate
    notes = [note for note in its_own.notes[name] if start - 1e-6 <= note.onset_seconds < end]
    takes = [take for take in its_own.takes.get(name, ())
             if take.onset_seconds < end and take.onset_seconds + take.duration_seconds > start]
    if not notes and not takes:
        return None

    def inside(gestures: Sequence[Gesture]) -> list[Gesture]:
        return [each for each in gestures if each.onset_seconds < end and each.end_seconds > start]

    try:
        return described.digest(
            name, alone.parts[name], alone.mix.level, alone.mix.sends, alone.seed, notes, takes,
            inside(its_own.gestures.get(name, ())), [inside(each) for each in its_own.send_gestures.values()],
            its_own.tempo, its_own.temperature, its_own.glitch, its_own.sections,
            [section.fade for section in alone.sections],
            [at for at in its_own.tails_end_seconds if start <= at < end])
    except UnkeyableError:
        return f"{id(job)} {name}"


def _origin(job: Job, name: str, span: Span) -> int:
    """Return the frame from which a part is played so that a span of it sounds as it should: no line is cut."""
    heard = span.start / job.rate - TAIL_SECONDS
    earliest = heard - LONGEST_NOTE_SECONDS
    origin = heard
    notes = job.performance.notes[name]
    sounding = [note for note in notes if earliest <= note.onset_seconds < heard < note.end_seconds]
    lines = {id(note.utterance.line) for note in sounding + _around(notes, heard) if note.utterance}
    for note in (*sounding, *(each for each in notes if each.utterance and id(each.utterance.line) in lines)):
        if earliest <= note.onset_seconds < origin:
            origin = note.onset_seconds
    return max(round((origin - 0.01) * job.rate), 0)


def _around(notes: Sequence[Note], seconds: float) -> list[Note]:
    """Return the last note before a time and the first after it: a line that has both goes on between them."""
    after = sum(note.onset_seconds < seconds for note in notes)
    pair = list(notes[max(after - 1, 0):after + 1])
    lines = [note.utterance.line for note in pair if note.utterance]
    return pair if len(lines) == 2 and lines[0] is lines[1] else []


def _now(job: Job, before: Whole, name: str, span: Span) -> Integers:
    if name not in job.score.parts:
        return np.zeros((2, span.stop - span.start), np.int32)
    origin = _origin(job, name, span)
    alone, its_own = slice_of(job.score, job.performance, name)
    audio = render_part(alone, its_own, name, job.rate, job.frames, span=Span(origin, span.stop))
    return _on_desk(before, name, np.ascontiguousarray(audio[:, span.start - origin:]), span)


def _then(before: Whole, name: str, span: Span) -> Integers:
    if name not in before.played:
        return np.zeros((2, span.stop - span.start), np.int32)
    return _on_desk(before, name, before.played[name].glance(span), span)


def _on_desk(before: Whole, name: str, audio: Stereo, span: Span) -> Integers:
    ride = before.balance.rides.get(name)
    block = block_frames(before.job.rate)
    if ride is None:
        ride = Ride.none(1)
    else:
        first, last = (min(frame // block, ride.gain_db.size - 1) for frame in (span.start, span.stop))
        ride = Ride(*(curve[first:last + 2] for curve in (ride.gain_db, ride.dip_db, ride.shelf_db)))
    return Heard.of(audio, Desk(ride, before.gain), before.job.rate).samples


def _mastered(before: Whole, total: Integers, span: Span) -> Integers:
    """Return a moment at the gain that the master of the last whole has there, below full scale."""
    gains = before.mastered.gain_at(span.start, span.stop, before.job.rate)
    highest = LARGEST * 10 ** (before.job.score.master.true_peak / 20)
    return np.clip(np.rint(total * gains), -highest, highest).astype(np.int32)
