"""``python -m render catalogue SONGS``, and ``--takes N``: many demos side by side, and one table of them.

What stands is not rendered again, so a run that was stopped goes on where it was. A song that fails is told in the
table, and the others go on.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from render.console.screen import screen, tell
from render.run import RATES, cores
from scores.faults import InputError, explain

DESCRIPTION = """\
Render many songs, and takes of each: a demo for each song in DIR, its other
takes in the folder takes of that demo, and one table at the end: what was made,
how it measures, what failed and why; and a page on which all are heard in turn.
What stands is not rendered again."""
# Folder of the takes in a demo, and the file that holds their table.
TAKES, TABLE = "takes", "takes.json"
# Page on which all of a catalogue is heard.
SHEET = "contact_sheet.html"
# Where demos are rendered if nothing else is asked for.
LOCAL = "local"
MADE, STANDS, FAILED = "made", "stands", "failed"
# Most parts that are named in the table as different.
MOST_PARTS = 3


@dataclass(frozen=True)
class Task:
    """A demo that is wanted: ``render.demo``'s score, seed (None for the score's own), folder and other options."""

    score: Path
    seed: int | None
    out: Path
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """What became of a task.

    Attributes
    ----------
    score, seed
        The song, and its seed; None where the song could not be read.
    folder
        The demo.
    state
        ``MADE``, ``STANDS`` or ``FAILED``.
    why
        Why it failed.
    measures
        Of ``render.measures``.
    notes
        Place and pitch of the notes of each part.
    seconds
        Time that it took.
    """

    score: Path
    seed: int | None
    folder: Path | None
    state: str
    why: str = ""
    measures: Mapping[str, float | None] = field(default_factory=dict)
    notes: Mapping[str, frozenset[tuple[float, float]]] = field(default_factory=dict)
    seconds: float = 0.0


def one(task: Task) -> Row:
    """Render a demo, unless it stands; return what became of it."""
    from render import standing
    from render.measures import measured, notes_of
    from render.produce import demo, plan
    from render.store.folder import opened
    from render.writers.manifest import read_manifest
    from scores.reading.changes import Changes

    began = time.perf_counter()
    try:
        asked = standing.asked(task.score, task.out, seed=task.seed, **{**_PLAIN, **task.options})
        store = opened()
        stands = standing.found(store, asked) if store else None
        if stands:
            folder, state = Path(stands[0]), STANDS
            song = plan(task.score, out=task.out, changes=Changes(task.seed, task.options.get("temperature"),
                                                                   task.options.get("voice")))
            score, performance = song.score, song.performance
        else:
            rendering = demo(task.score, out=task.out, seed=task.seed, jobs=1, **task.options)
            folder, state, score, performance = rendering.folder, MADE, rendering.score, rendering.performance
        return Row(task.score, score.seed, folder, state, measures=measured(read_manifest(folder), performance),
                   notes=notes_of(performance), seconds=time.perf_counter() - began)
    except InputError as error:
        return Row(task.score, task.seed, None, FAILED, explain(error).strip(), seconds=time.perf_counter() - began)
    except Exception as error:  # one song's fault, ours or not, is not the others'
        return Row(task.score, task.seed, None, FAILED, f"our fault: {type(error).__name__}: {error}",
                   seconds=time.perf_counter() - began)


_PLAIN: dict[str, Any] = {"temperature": None, "voice": None, "reroll": (), "midi": None, "midi_tempo": "score",
                          "rate": 48000}


def many(tasks: Sequence[Task], jobs: int, engine: str = LOCAL) -> Iterator[Row]:
    """Yield what became of each task, in the order in which they end; ``jobs`` of them at a time on this machine.

    Parameters
    ----------
    tasks, jobs
        What is to be rendered.
    engine
        ``LOCAL``, or the address of a scheduler, see :mod:`render.cluster`: then its workers decide how many.
    """
    if engine != LOCAL:
        from render.cluster import spread

        there = [replace(task, score=task.score.absolute(), out=task.out.absolute()) for task in tasks]
        for number, row in spread(engine, one, there):
            task = tasks[number]
            yield replace(row, score=task.score) if isinstance(row, Row) else Row(
                task.score, task.seed, None, FAILED, f"its workers were lost: {row}")
        return
    if jobs == 1 or len(tasks) == 1:
        yield from map(one, tasks)
        return
    from joblib import Parallel, delayed
    from joblib.externals.loky import get_reusable_executor

    try:
        with Parallel(n_jobs=min(jobs, len(tasks)), backend="loky", return_as="generator_unordered",
                      max_nbytes=None) as parallel:
            yield from parallel(delayed(one)(task) for task in tasks)
    finally:
        get_reusable_executor().shutdown(wait=True, kill_workers=True)  # this process ends without its exit handlers


def takes(scores: Sequence[Path], count: int, out: Path, jobs: int, options: Mapping[str, Any],
          engine: str = LOCAL) -> list[Row]:
    """Render songs and takes of each; return what became of them, song by song, the song's own seed first.

    The seeds of the takes are those that follow the song's.
    """
    total = len(scores) * count
    done = 0

    def told(rows: Iterable[Row]) -> Iterator[Row]:
        nonlocal done
        for row in rows:
            done += 1
            seed = "" if row.seed is None else f" seed {row.seed}"
            tell(f"{done}/{total} {row.score}{seed}: {row.state}" + (
                f" ({row.why.splitlines()[0]})" if row.why else f" in {row.seconds:.1f} s"))
            yield row

    first = list(told(many([Task(score, None, out, options) for score in scores], jobs, engine)))
    total -= sum(row.folder is None for row in first) * (count - 1)
    more = [Task(row.score, row.seed + n, row.folder / TAKES, options) for row in first
            if row.folder is not None and row.seed is not None for n in range(1, count)]
    rest = list(told(many(more, jobs, engine))) if more else []
    order = {score: n for n, score in enumerate(scores)}
    rows = sorted([*first, *rest], key=lambda row: (order[row.score], row.folder not in [one.folder for one in first],
                                                    row.seed or 0))
    for row in first:
        if row.folder is not None and count > 1:
            _write(row.folder / TAKES, [each for each in rows if each.score == row.score])
    return rows


def _write(folder: Path, rows: Sequence[Row]) -> None:
    """Write the table of a song's takes beside them."""
    from render.measures import differing

    told = [{"seed": row.seed, "folder": row.folder.name if row.folder else None, "failed": row.why or None,
             "measures": dict(row.measures), "differs": {
                 name: round(share, 3) for name, share in differing(rows[0].notes, row.notes).items()}}
            for row in rows]
    folder.mkdir(exist_ok=True)
    text = json.dumps(told, indent=1, ensure_ascii=False)
    (folder / TABLE).write_text(text + "\n", encoding="utf-8", newline="\n")


def sheet(rows: Sequence[Row], place: Path, sort: Sequence[str] = ()) -> None:
    """Write the contact sheet of several demos and tell of it: a page to hear them in turn, sorted as the table is.

    Parameters
    ----------
    rows, sort
        As of :func:`table`.
    place
        The file.
    """
    from render.measures import MEASURES
    from render.writers.manifest import read_manifest
    from render.writers.page.contact import Heading, Listed, contact_sheet
    from render.writers.page.document import NAME

    listed = []
    for row, others in _sorted(rows, sort):
        if row.folder is not None:
            mix, here = read_manifest(row.folder).mix, Path(os.path.relpath(row.folder, place.parent))
            page = (here / NAME).as_posix() if (row.folder / NAME).is_file() else ""
            listed.append(Listed(row.score.stem, row.seed or 0, (here / mix.file).as_posix(), page, mix.lufs,
                                 [row.measures.get(each.name) for each in MEASURES], others))
    if len(listed) > 1:
        headings = [Heading(each.heading, each.meaning, each.name == (sort or [""])[0]) for each in MEASURES]
        title = ", ".join(dict.fromkeys(take.name for take in listed))
        place.write_text(contact_sheet(title, headings, listed), encoding="utf-8", newline="\n")
        screen(sys.stdout).print(f"\nOpen {place} to hear them in turn.", soft_wrap=True)


def _sorted(rows: Sequence[Row], sort: Sequence[str]) -> list[tuple[Row, str]]:
    """Return what was made, the highest by the measures on top, each with how it differs from the song's own take."""
    from render.measures import differing

    own = {row.score: row for row in reversed(rows)}
    made = sorted((row for row in rows if row.folder is not None),
                  key=lambda row: [-_known(row.measures.get(name)) for name in sort])
    return [(row, ", ".join(f"{name} {100 * share:.0f} %" for name, share in list(
        differing(own[row.score].notes, row.notes).items())[:MOST_PARTS])) for row in made]


def table(rows: Sequence[Row], sort: Sequence[str] = ()) -> None:
    """Print the table: what was made, how it measures, what differs from the song's own take, and what failed.

    Parameters
    ----------
    rows
        Song by song, the song's own take first.
    sort
        Names of measures: the highest of the first one stands on top, and so on.
    """
    from render.console.table import print_table
    from render.measures import MEASURES

    out, cells = screen(sys.stdout), []
    for row, differs in _sorted(rows, sort):
        numbers = (_number(row.measures.get(measure.name)) for measure in MEASURES)
        cells.append([str(row.folder), str(row.seed), *numbers, differs or "–"])
    if cells:
        print_table(["Demo", ">Seed", *(f">{measure.heading}" for measure in MEASURES), "Other notes"], cells, out,
                    list_heading="Other notes")
    for row in rows:
        if row.state == FAILED:
            out.print(f"failed: {row.score}" + ("" if row.seed is None else f" seed {row.seed}"), soft_wrap=True)
            out.print("  " + row.why.replace("\n", "\n  "), soft_wrap=True)


def _known(value: float | None) -> float:
    return -1e9 if value is None else value


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}"


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """Return what ``catalogue`` was asked for. Ends the process where that is wrong."""
    from render.targets import TARGETS

    parser = argparse.ArgumentParser(prog="python -m render catalogue", description=DESCRIPTION, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scores", metavar="SCORE.yaml", type=Path, nargs="+", help="the scores")
    parser.add_argument("--takes", metavar="N", type=number, default=1, help="takes of each song (default: 1)")
    parser.add_argument("--out", metavar="DIR", type=Path, default=Path("out"),
                        help="where the demos go (default: out)")
    parser.add_argument("--jobs", metavar="N", type=number, default=cores(),
                        help="how many are rendered at a time (default: as many as there are cores)")
    parser.add_argument("--engine", metavar="ADDRESS", default=LOCAL,
                        help="where they are rendered: on this machine (default), or by the workers of a Dask cluster, "
                             "dask://host:8786, which see the same files at the same paths")
    parser.add_argument("--rate", metavar="HZ", type=int, choices=RATES, default=48000, help="sample rate")
    parser.add_argument("--for", metavar="WHAT", dest="targets", default="player",
                        help="what each demo is made for, as in a render (default: player): "
                             + ", ".join(target.word for target in TARGETS))
    parser.add_argument("--sort", metavar="MEASURES", default="",
                        help="what the table is sorted by, the highest first: hook, balance, range, broken, glitches, "
                             "with commas between them")
    return parser.parse_args(arguments)


def number(text: str) -> int:
    """Read a whole number from 1 to 10000."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 10_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not possible: a whole number from 1 to 10000")
    return int(text)


def run(asked: argparse.Namespace) -> int:
    """Render a catalogue and print its table; return the exit code: 2 where a song failed.

    Raises
    ------
    InputError
        For an option that is not possible.
    """
    from render.measures import MEASURES
    from render.targets import chosen
    from scores.notation import nearest

    words = [word.strip() for word in asked.targets.split(",") if word.strip()]
    chosen(words)
    sort, known = [name.strip() for name in asked.sort.split(",") if name.strip()], [each.name for each in MEASURES]
    for name in sort:
        if name not in known:
            raise InputError(f"there is no measure {name}", found=name, allowed=", ".join(known),
                             nearest=nearest(name, known))
    songs = list(dict.fromkeys(asked.scores))
    names = [score.stem for score in songs]
    if twice := [score for score in songs if names.count(score.stem) > 1]:
        raise InputError(f"{' and '.join(map(str, twice))} would have one folder",
                         allowed="songs with names of their own, or one run for each with another --out")
    if asked.engine != LOCAL:
        from render.cluster import address

        address(asked.engine)  # refuses what is none, before any work
    rows = takes(songs, asked.takes, asked.out, asked.jobs, {"rate": asked.rate, "targets": words}, asked.engine)
    table(rows, sort)
    sheet(rows, asked.out / SHEET, sort)
    return 2 if any(row.state == FAILED for row in rows) else 0

