"""``python -m render.dev.bench``: tables of the time and memory of a render. It measures without passing or failing."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table
from ruamel.yaml import YAML

from effects import Context, Effect, effects, is_gesture
from render.catalogue import catalogue
from render.console.report import console
from render.dev.bench_instruments import instruments_table
from render.pipeline import Job, render
from scores.compose import compose
from scores.reading.read import read_score

# The score that is rendered by default.
SONG = Path("scores/softmax.yaml")
# Factors by which the song is lengthened, to show how time and memory grow.
LENGTHS = (2, 4)
# Sample rates at which effects are measured [Hz].
RATES = (44100, 48000, 96000)
# Length of the stem that effects process [s].
EFFECT_SECONDS = 12
# The slowest settings of each effect that a score may have.
HEAVIEST: dict[str, dict[str, Any]] = {
    "argmax_trace": {"choice": "partials", "mix": 0.5},
    "bit_crush": {"bits": 4.5, "full_scale_db": None, "dither": True, "mix": 0.5},
    "dropout": {"loss": 0.5, "packet_ms": 5, "conceal": "pitch"},
    "freeze": {"mix": 0.5},
    "gate": {"step_beats": 1 / 64, "steps": 32, "duty": 1, "mix": 0.5},
    "granular": {"density_hz": 400, "grain_ms": 150, "pitch_spread_semitones": 12, "reverse": 0.5, "mix": 0.5},
    "rate_hold": {"hold_hz": 96000, "jitter": 1, "band_limited": True, "mix": 0.5},
    "reverse": {"slice_beats": 1 / 64},
    "shuffle": {"unit_beats": 1 / 32, "phrase_units": 2, "scatter": 1, "edge_ms": 20},
    "spectral_softmax": {"temperature_end": 0, "choice": "partials", "mix": 0.5},
    "stutter": {"slice_beats": 1 / 64, "pitch_end_semitones": 24, "reverse": "all", "edge_ms": 20, "mix": 0.5},
    "tape_stop": {"curve": 4},
}
# Unit of the tables [bytes].
MEGABYTE = 1024**2
# Unit of ``ru_maxrss`` [bytes].
RSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Run:
    """One render by the command line, in a process of its own."""

    seconds: float
    processor_seconds: float
    peak_bytes: int


def run(score: Path, *options: str, cache: str | None = None) -> Run:
    """Render a score by the command line.

    Parameters
    ----------
    score
        The score's file.
    options
        Options of the command.
    cache
        Folder for compiled kernels; None for the usual one.

    Raises
    ------
    subprocess.CalledProcessError
        If the command fails.
    """
    environment = os.environ | {"SOFTMAX_RENDERER_CACHE": ""} | ({"NUMBA_CACHE_DIR": cache} if cache else {})
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "render", str(score), "--out", folder, *options]
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * RSS_UNIT)


def lengthened(score: Path, times: int, folder: Path) -> Path:
    """Write a score with ``times`` as many bars in each section into a folder, and return its path."""
    yaml = YAML()
    data = yaml.load(score)
    for section in data["sections"]:
        section["bars"] *= times
    path = folder / f"{score.stem}_{times}.yaml"
    yaml.dump(data, path)
    return path


class Stopwatch:
    """Measures the pieces of work that the pipeline reports.

    Attributes
    ----------
    rows
        For each piece its name, its start, its wall time and the CPU time of its thread [s].
    """

    def __init__(self) -> None:
        self.rows: list[tuple[str, float, float, float]] = []
        self._began = time.perf_counter()

    @contextmanager
    def task(self, name: str) -> Iterator[None]:
        began, used = time.perf_counter(), time.thread_time()
        yield
        ended = time.perf_counter()
        self.rows.append((name, began - self._began, ended - began, time.thread_time() - used))


def song_seconds(score: Path) -> float:
    """Return the duration of a song [s]."""
    return compose(read_score(score, catalogue()).score).duration_seconds


def runs_table(score: Path, jobs: int) -> Table:
    """Measure whole renders in new processes: without compiled kernels, with them, with one job, of longer songs."""
    table = Table(title=f"{score.name}, whole renders in new processes")
    for heading in ("", "song s", "wall s", "× real time", "CPU s", "peak MB"):
        table.add_column(heading, justify="right" if heading else "left")

    def row(name: str, path: Path, *options: str, cache: str | None = None) -> None:
        plays, made = song_seconds(path), run(path, *options, cache=cache)
        table.add_row(name, f"{plays:.0f}", f"{made.seconds:.1f}", f"{plays / made.seconds:.1f}",
                      f"{made.processor_seconds:.1f}", f"{made.peak_bytes / MEGABYTE:.0f}")

    with tempfile.TemporaryDirectory() as folder:
        row("first run ever (no compiled kernels)", score, "--jobs", str(jobs), cache=str(Path(folder) / "cache"))
        run(score, "--check")
        row(f"cold, {jobs} jobs", score, "--jobs", str(jobs))
        row("cold, 1 job", score, "--jobs", "1")
        for times in LENGTHS:
            row(f"{times} times as long", lengthened(score, times, Path(folder)), "--jobs", str(jobs))
    return table


def stages_table(score: Path, jobs: int) -> Table:
    """Measure the pieces of one render in this process."""
    table = Table(title=f"{score.name}, pieces of one render, {jobs} jobs")
    for heading in ("", "begins s", "wall s", "thread CPU s"):
        table.add_column(heading, justify="right" if heading else "left")
    began = time.perf_counter()
    checked = read_score(score, catalogue()).score
    read = time.perf_counter()
    performance = compose(checked)
    composed = time.perf_counter()
    stopwatch = Stopwatch()
    with tempfile.TemporaryDirectory() as folder:
        render(Job(score.stem, checked, performance), Path(folder), jobs, stopwatch)
    rows = [("read", began - composed, read - began, read - began),
            ("compose", read - composed, composed - read, composed - read), *stopwatch.rows]
    for name, start, wall, used in sorted(rows, key=lambda row: row[1]):
        table.add_row(name, *(f"{value:.2f}" for value in (start, wall, used)))
    return table


def effects_table() -> Table:
    """Measure each effect on a stereo stem, as a multiple of real time on one core.

    Each is measured at its default, gestures also at full depth, and some at their slowest settings.
    """
    table = Table(title=f"effects, {EFFECT_SECONDS} s of plucked chords, stereo, × real time of one core")
    for heading in ("", *(f"{rate / 1000:g} kHz" for rate in RATES)):
        table.add_column(heading, justify="right" if heading else "left")
    for name, kind in effects().items():
        if any(field.is_required() for field in kind.model_fields.values()):  # a plug-in of one's own
            continue
        settings = {name: kind()} | ({f"{name}, depth 1": kind.at_depth(1)} if is_gesture(kind) else {})
        if name in HEAVIEST:
            settings[f"{name}, heaviest"] = kind(**HEAVIEST[name])
        for label, effect in settings.items():
            table.add_row(label, *(f"{EFFECT_SECONDS / effect_seconds(effect, rate):.0f}" for rate in RATES))
    return table


def effect_seconds(effect: Effect, rate: int) -> float:
    """Return the CPU time [s] of an effect on the stem: the lowest of three runs, after one to compile it."""
    context = Context(rate, 60 / 68, 1)
    t = np.arange(round(EFFECT_SECONDS * rate)) / rate
    chord = sum(np.sin(2 * np.pi * hz * t) for hz in (130.8, 196, 261.6, 311.1)) * np.exp(-4 * (t % 0.44))
    hiss = np.random.default_rng(1).standard_normal((2, t.size))
    audio = (0.1 * chord + 0.003 * hiss).astype(np.float32)
    effect.run(audio.copy(), context)
    times = []
    for _ in range(3):
        stem = audio.copy()
        began = time.thread_time()
        effect.run(stem, context)
        times.append(time.thread_time() - began)
    return min(times)


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m render.dev.bench", description="Measure renders and print tables.")
    parser.add_argument("score", nargs="?", type=Path, default=SONG, help=f"a score (default: {SONG})")
    parser.add_argument("--jobs", type=int, default=2, help="parts rendered at a time (default: 2)")
    parser.add_argument("--stages", action="store_true", help="only the pieces of one render")
    parser.add_argument("--effects", action="store_true", help="only the effects, each by itself")
    parser.add_argument("--instruments", action="store_true", help="only the instruments, each by itself")
    options = parser.parse_args()
    out = console()
    if options.instruments:
        out.print(instruments_table())
        return 0
    if options.effects:
        out.print(effects_table())
        return 0
    out.print(stages_table(options.score, options.jobs))
    if not options.stages:
        out.print(runs_table(options.score, options.jobs))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
