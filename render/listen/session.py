"""A session of listening: it renders a score at each save, and tells the page."""

from __future__ import annotations

import gc
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from render.console.screen import tell
from render.inputs import inputs_of
from render.job import Job
from render.listen.desk import Moved, moved
from render.listen.differences import composition, of_the_song, shift_seconds
from render.listen.edits import answered, written
from render.listen.hand import Hand, RefusedError
from render.listen.moment import moment, on_the_desk
from render.listen.server import Server
from render.listen.sound import Encoded, Sound
from render.listen.stopping import Stoppable, SupersededError
from render.listen.takes import Takes
from render.listen.watch import Watch
from render.listen.whole import Whole, whole
from render.listen.why import why
from render.pipeline import pool
from render.produce import job_of, placed
from render.run import cores
from render.speaker import begin_speaking, spoken
from render.store.folder import Store
from render.writers.page.document import waiting
from scores.compose import Composition
from scores.faults import InputError, ScoreError, explain
from scores.performance import Performance
from scores.reading.changes import Changes
from scores.reading.read import ScoreSource

# Time between two looks at the files [s].
LOOK_SECONDS = 0.02
# Time for which a file that was changed stays as it is before it counts as saved [s]: it may be half written.
WRITTEN_SECONDS = 0.02
# Moments that are served: a page may still be playing one.
KEPT = 3
# Most faults that are shown.
MOST_FAULTS = 20
# Lengths of what is heard before the whole song is ready [s]: the first soon, the second until the whole comes.
MOMENTS_SECONDS = (8.0, 40.0)
# Time in which a page fetches the first: this process serves it, so it does nothing else meanwhile [s].
FETCHED_SECONDS = 0.4


class Session:
    """Renders a score whenever it is saved.

    Parameters
    ----------
    score
        The score's file.
    server
        Serves the page.
    jobs
        Number of threads.
    rate
        Sample rate [Hz].
    store
        What is kept between renders; None for nothing.
    """

    def __init__(self, score: Path, server: Server, jobs: int | None = None, rate: int = 48000,
                 store: Store | None = None) -> None:
        self._score, self._server, self._jobs, self._rate = score, server, jobs or cores(), rate
        self._store = store
        self._watch = Watch([score])
        self._saved, self._ended = threading.Event(), threading.Event()
        self._rendering: tuple[threading.Thread, Stoppable] | None = None
        self._wholes: dict[str, Sound] = {}
        self._sounds: dict[str, Sound] = {}
        self._last: Whole | None = None
        self._composed: tuple[object, Job] | None = None
        self._source: ScoreSource | None = None
        self._moved: Moved | None = None
        self._way: Composition | None = None
        self._is_heard = False  # whether the first moment of this save was heard before the song was composed
        self._page = waiting(score.name)
        self._number = 0
        self._lock = threading.Lock()
        self._hand = Hand(score)
        self._takes: dict[str, Encoded] = {}
        self._taking = Takes(self._give_takes, partial(server.tell, "takes"))
        server.give({"": self._page})
        server.answer({"why": self._why, "edit": self._edit, "takes": self._take})

    def run(self) -> None:
        """Render now and at each save, until an exception such as KeyboardInterrupt ends it."""
        watching = threading.Thread(target=self._look, daemon=True)
        watching.start()
        try:
            with TemporaryDirectory(prefix="softmax-listen-", ignore_cleanup_errors=True) as folder:
                while True:
                    self._saved.clear()
                    self.save(Path(folder))
                    while not self._saved.wait(1.0):
                        pass
        finally:
            self._ended.set()
            if self._rendering:
                self._rendering[1].stopped.set()
            self._taking.stop()
            watching.join()

    def save(self, folder: Path) -> None:
        """Take the score as it is now: a moment of it is heard first, the whole is rendered in a thread.

        What is wrong with it is told.
        """
        self._server.tell("state", working=True)
        try:
            self._is_heard = self._desk()
            source, job = job_of(self._score, folder / self._score.stem, Changes(), None, "score", self._rate,
                                 self._store, speaks=self._composed is None, known=self._known)
            self._taking.clear()
            self._composed, self._source = (composition(source), job), source
            self._watch.over([self._score, *(file.path for file in job.score.files)])
            with self._lock:  # what is wrong does not come this far, and stops no render of what was right
                if self._rendering:
                    self._rendering[1].stopped.set()
            self._tell_faults([])
            with placed(source):
                self._moments(job)
        except Exception as error:  # a fault, the score's or ours, is told, and the last good sound goes on
            self._refuse(error)
            return
        if self._rendering:
            self._rendering[0].join()
        stoppable = Stoppable()
        thread = threading.Thread(target=self._whole, args=(source, job, folder, stoppable), daemon=True)
        self._rendering = thread, stoppable
        thread.start()

    def _known(self, source: ScoreSource) -> Performance | None:
        """Return what a score is composed to: the last, if only its mix differs. Let a moment of it be heard before."""
        if self._composed is not None:
            told, job = self._composed
            if told == composition(source) and inputs_of(source.score) == job.inputs:
                return job.performance
            # the engine says what is new while the song is composed, and nothing else: what a moment needs comes first
            ahead = ThreadPoolExecutor(1)
            ahead.submit(begin_speaking, source.score, spoken(job.score))
            ahead.shutdown(wait=False)
            if of_the_song(told) == of_the_song(composition(source)):
                self._some(source)
        with placed(source):
            made = Composition.of(source.score, remembers=True)
            made.play()
            self._way = made
            return made.performance()

    def _some(self, source: ScoreSource) -> None:
        """Let a moment be heard for which only the sections are composed that it needs."""
        last, way = self._last, self._way
        if last is None or way is None or self._is_heard:
            return
        try:
            some = way.changed(source.score)
            here = self._server.playhead_seconds
            spans = some.timeline.sections
            some.play(min(sum(span.start_seconds < here + MOMENTS_SECONDS[0] for span in spans) + 1, len(spans)))
            job = Job("", source.score, some.performance(), self._rate, inputs_of(source.score), store=self._store)
            self._is_heard = self._moment(job, last, MOMENTS_SECONDS[0])
        except Exception:  # what is wrong is told when the whole song is composed, right after this
            return

    def _desk(self) -> bool:
        """Let a level or a place be heard before the score is read, if nothing else was changed.

        Return whether it is heard as if it were played: the room of a part that is somewhere else sounds otherwise.
        """
        last, before = self._last, self._moved
        self._moved = None
        if last is None or self._composed is None or self._source is None:
            return False
        try:
            found = moved(self._source, self._score.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            return False
        if found is None or not (last.job is self._composed[1] or (before and before[0] == found[0])):
            return False  # what was changed before is not in the sound that is known
        both = found if before is None or last.job is self._composed[1] else Moved(
            found.part, *(each if each is not None else was for each, was in zip(found[1:], before[1:], strict=True)))
        made = on_the_desk(last, *both, self._server.playhead_seconds, MOMENTS_SECONDS[0])
        if made is None:
            return False
        self._moved = both
        self._tell_moment(*made, shift=0.0)
        return both.pan is None or not last.job.score.parts[both.part].sends

    def _tell_moment(self, sound: Sound, start: float, shift: float) -> None:
        end = start + sound.samples.shape[1] / sound.rate
        self._server.tell("moment", lasts=False, sound=self._give(sound), start=start, end=end, shift=shift)

    def _moments(self, job: Job) -> None:
        """Let moments be heard, but for the first if it was heard before."""
        for number, seconds in enumerate(MOMENTS_SECONDS):
            before = self._last
            if before is None or (number == 0 and self._is_heard):
                continue
            if self._saved.wait(FETCHED_SECONDS if number else 0) or not self._moment(job, before, seconds):
                return

    def _moment(self, job: Job, before: Whole, seconds: float) -> bool:
        """Let a moment be heard where the playhead is; return whether anything differs there."""
        shift = shift_seconds(before.job, job, self._server.playhead_seconds)
        with pool(self._jobs) as executor:
            made = moment(job, before, self._server.playhead_seconds + shift, seconds, executor.map, Stoppable())
        if made is None:
            return False
        self._tell_moment(*made, shift)
        return True

    def _whole(self, source: ScoreSource, job: Job, folder: Path, stoppable: Stoppable) -> None:
        """Render the whole song: in a thread, since a save is heard before a render that it supersedes has stopped."""
        try:
            name = self._next()
            with placed(source):
                made = whole(job, name, folder, self._jobs, stoppable)
        except SupersededError:
            return
        except Exception as error:  # a fault, the score's or ours, is told, and the last good sound goes on
            self._refuse(error)
            return
        with self._lock:
            unneeded = made if stoppable.stopped.is_set() else self._last
            if unneeded is not made:
                self._last, self._page = made, made.page
        if unneeded:
            unneeded.close()
        if unneeded is made:
            return
        self._give(made.sound, name)
        self._server.tell("song", sound=name)
        self._server.tell("state", working=False)
        gc.collect()  # the collector is off, since it would cost a third of the time in which a song is composed

    def _next(self) -> str:
        with self._lock:
            self._number += 1
            return f"{self._number}.wav"

    def _give(self, sound: Sound, whole_name: str | None = None) -> str:
        """Serve a moment, or a whole song beside the one before, which a page still plays; return its name."""
        name = whole_name or self._next()
        with self._lock:
            if whole_name:
                self._wholes = {**dict(list(self._wholes.items())[-1:]), name: sound}
            else:
                self._sounds = {**dict(list(self._sounds.items())[1 - KEPT:]), name: sound}
            self._serve()
        return name

    def _give_takes(self, takes: dict[str, Encoded]) -> None:
        with self._lock:
            self._takes = takes
            self._serve()

    def _serve(self) -> None:
        self._server.give({"": self._page, **self._wholes, **self._sounds, **self._takes})

    def _job(self) -> Job:
        """Return the song as it was last composed. Raises RefusedError where there is none yet."""
        if self._composed is None:
            raise RefusedError("The song is not composed yet.")
        return self._composed[1]

    def _why(self, told: dict[str, Any]) -> dict[str, Any]:
        """Answer why a part sounds as it does at a second of the song."""
        return answered(lambda: why(self._job(), str(told["part"]), float(told["seconds"])))

    def _edit(self, told: dict[str, Any]) -> dict[str, Any]:
        """Write into the score what the page asks for; the save is then heard like any other."""
        def write() -> dict[str, Any]:
            if told["do"] == "undo":
                self._hand.undo()
            else:
                self._hand.write(*written(told, self._job()))
            return {}

        return answered(write)

    def _take(self, told: dict[str, Any]) -> dict[str, Any]:
        """Begin to make takes beside the song."""
        def begin() -> dict[str, Any]:
            last, job = self._last, self._job()
            if last is None:
                raise RefusedError("The song is not rendered yet.")
            self._taking.begin(self._score, job, last.mastered.lufs, int(told["count"]), self._jobs, self._store)
            return {}

        return answered(begin)

    def _refuse(self, error: Exception) -> None:
        """Tell what is wrong, of the score or of the program; the session goes on."""
        if not isinstance(error, InputError):
            error = InputError(f"This is our fault, not your score's: {type(error).__name__}: {error}. "
                               "Please report it with the score.")
        self._tell_faults(faults_of(error))
        self._server.tell("state", working=False)
        tell(explain(error).rstrip())

    def _tell_faults(self, faults: list[dict[str, Any]]) -> None:
        self._server.tell("faults", file=self._score.name, faults=faults[:MOST_FAULTS], count=len(faults))

    def _look(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            if self._watch.changed():
                while not self._ended.wait(WRITTEN_SECONDS) and self._watch.changed():
                    pass
                self._saved.set()


def faults_of(error: InputError) -> list[dict[str, Any]]:
    """Return what is wrong, as a page shows it: line, column, message, what is allowed, what was probably meant."""
    found = error.faults if isinstance(error, ScoreError) else [error.fault]
    return [{"line": fault.line, "column": fault.column, "message": fault.message, "where": fault.where,
             "allowed": fault.allowed, "nearest": fault.nearest} for fault in found]
