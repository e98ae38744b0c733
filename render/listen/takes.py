"""Takes of the song beside each other: other seeds of the same score, made while nothing else is to be done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from render.audio.mp3 import encode
from render.audio.wav import to_float
from render.job import Job
from render.listen.sound import Encoded
from render.listen.stopping import Stoppable, SupersededError
from render.listen.whole import whole
from render.measures import differing, notes_of
from render.produce import job_of
from render.store.folder import Store
from scores.faults import InputError
from scores.reading.changes import Changes

# Most takes at once: each is held in memory, 14 MB for six minutes.
MOST = 8
# Parts that are told to differ.
TOLD = 3


class Takes:
    """Makes takes in a thread.

    Parameters
    ----------
    give
        Serves the MP3 of a take under a name.
    tell
        Tells the page of all takes that are there, and whether more come.
    """

    def __init__(self, give: Callable[[dict[str, Encoded]], None], tell: Callable[..., None]) -> None:
        self._give, self._tell = give, tell
        self._made: dict[str, Encoded] = {}
        self._told: list[dict[str, Any]] = []
        self._working: tuple[threading.Thread, Stoppable] | None = None

    def begin(self, score: Path, job: Job, lufs: float, count: int, jobs: int, store: Store | None) -> None:
        """Make some takes of a song with the seeds that follow its own, beside those that are there.

        Parameters
        ----------
        score
            The score's file.
        job, lufs
            The song as it is heard, and its loudness [LUFS].
        count
            How many.
        jobs
            Number of threads.
        store
            What is kept between renders.
        """
        self.stop()
        stoppable = Stoppable()
        first = job.score.seed + 1 + len(self._told)
        seeds = range(first, min(first + count, job.score.seed + 1 + MOST))
        asked = (score, job, lufs, seeds, jobs, store, stoppable)
        thread = threading.Thread(target=self._make, args=asked, daemon=True)
        self._working = thread, stoppable
        thread.start()

    def stop(self) -> None:
        """Stop at the next step, and wait for it."""
        if self._working:
            thread, stoppable = self._working
            stoppable.stopped.set()
            thread.join()
            self._working = None

    def clear(self) -> None:
        """Forget all takes: the score has changed."""
        self.stop()
        if self._made or self._told:
            self._made, self._told = {}, []
            self._give({})
            self._tell(takes=[], working=False)

    def _make(self, score: Path, job: Job, lufs: float, seeds: range, jobs: int, store: Store | None,
              stoppable: Stoppable) -> None:
        notes = notes_of(job.performance)
        try:
            with TemporaryDirectory(prefix="softmax-takes-", ignore_cleanup_errors=True) as folder:
                for seed in seeds:
                    self._say(lufs, job, working=True)
                    _, other = job_of(score, Path(folder) / "take", Changes.checked(seed=seed), None, "score", job.rate,
                                      store)
                    stoppable.task(str(seed))
                    made = whole(other, "", Path(folder), jobs, stoppable)
                    made.close()
                    sound = to_float(made.mastered.samples, np.empty_like(made.mastered.samples, np.float32))
                    stoppable.task(str(seed))
                    shares = list(differing(notes, notes_of(other.performance)).items())[:TOLD]
                    name = f"take{seed}.mp3"
                    self._made = {**self._made, name: Encoded(encode(sound, job.rate))}
                    self._told = [*self._told, {"seed": str(seed), "sound": name, "lufs": made.mastered.lufs,
                                                "differs": [[part, round(100 * share)] for part, share in shares]}]
                    self._give(self._made)
        except (SupersededError, InputError):  # a fault of the score is told where it is rendered
            pass
        finally:
            self._say(lufs, job, working=False)

    def _say(self, lufs: float, job: Job, *, working: bool) -> None:
        """Tell of all takes, each with the volume at which they are alike: that of the quietest."""
        quietest = min([lufs, *(take["lufs"] for take in self._told)])
        self._tell(working=working, seed=str(job.score.seed), volume=_volume(quietest - lufs),
                   takes=[{**take, "volume": _volume(quietest - take["lufs"])} for take in self._told])


def _volume(db: float) -> float:
    return round(float(10 ** (min(db, 0.0) / 20)), 4) if np.isfinite(db) else 1.0
