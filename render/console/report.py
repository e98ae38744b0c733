"""What the terminal shows: the progress of a render, the plan of a song, and a summary of what was made."""

from __future__ import annotations

import math
import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import Protocol, Self, TextIO, TypeVar

from rich.console import Console, RenderableType
from rich.progress import Progress as Bars
from rich.progress import SpinnerColumn, Task, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from render.belongings import listed
from render.console.screen import Stream, screen
from render.console.table import HARD, fold, print_table
from render.rendering import Rendering
from scores.performance import BreakpointCurve, Gesture, Note, Performance, SectionSpan
from scores.score import Score
from scores.visible import visible

# Beginning of a line that the user should not miss.
NOTICE = "Notice: "
# The page of a demo, which is opened from disk.
PAGE = "index.html"
Event = TypeVar("Event", Note, Gesture)


class Progress(Protocol):
    """Receives the progress of a render, from several threads."""

    def task(self, name: str) -> AbstractContextManager[object]:
        """Show a piece of work while the block runs."""


class Quiet:
    """Report nothing: for a log file or another program."""

    def task(self, name: str) -> AbstractContextManager[object]:
        return nullcontext()


class _State(SpinnerColumn):
    """A dot for work that waits, a spinner for work in progress, a tick for work that is done."""

    def render(self, task: Task) -> RenderableType:
        return super().render(task) if task.started else Text("·")


class Live:
    """A line in a terminal for each piece of work: its state, its name and its time."""

    def __init__(self, console: Console, names: Sequence[str]) -> None:
        self._bars = Bars(_State(finished_text="[green]✓"), TextColumn("{task.description}", markup=False),
                          TimeElapsedColumn(), console=console, transient=True)
        self._tasks: dict[str, TaskID] = {
            name: self._bars.add_task(visible(name), start=False, total=1) for name in names}
        self._lock = Lock()

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    @contextmanager
    def task(self, name: str) -> Iterator[None]:
        with self._lock:
            if name not in self._tasks:
                self._tasks[name] = self._bars.add_task(visible(name), start=False, total=1)
        self._bars.reset(self._tasks[name], start=True)
        yield
        self._bars.update(self._tasks[name], completed=1)


def progress(names: Sequence[str]) -> AbstractContextManager[Progress]:
    """Return a live display on standard error where that is a terminal, else one that shows nothing.

    Parameters
    ----------
    names
        Pieces of work that are shown as waiting from the start.
    """
    if Stream(sys.stderr).isatty():
        return Live(console(sys.stderr), names)
    return nullcontext(Quiet())


def console(stream: TextIO | None = None) -> Console:
    """Return the screen of a stream, by default of standard output."""
    return screen(stream or sys.stdout)


def plan(score: Score, performance: Performance, out: Console) -> None:
    """Print what would be rendered, section by section, and the glitch plan.

    Key, meter and tempo have columns only where they change; the heading shows those of the start.
    """
    _heading(score, performance, out)
    bars = [[bar for bar in performance.bars if bar.section == index] for index in range(len(performance.sections))]
    changing = {
        "Key": [_course(bar.key.short if bar.key.mode in ("major", "minor") else str(bar.key) for bar in inside)
                for inside in bars],
        "Meter": [_course(bar.meter.described for bar in inside) for inside in bars],
        ">BPM": [_course(f"{60 / (performance.tempo.beat_seconds(bar.start_beats) * bar.meter.pulse_beats):.0f}"
                         for bar in inside) for inside in bars]}
    if all(bar.key == score.key for bar in performance.bars):
        del changing["Key"]
    if all(bar.meter == score.meter for bar in performance.bars):
        del changing["Meter"]
    if set(changing[">BPM"]) == {f"{score.bpm:.0f}"}:
        del changing[">BPM"]
    rows = []
    for index, span in enumerate(performance.sections):
        play = score.sections[index].players.items()
        styles = (f"{part}{HARD}{player.style}" if player.style != part else part for part, player in play)
        rows.append([span.name, str(span.start_bar), str(span.bars), _clock(span.start_seconds),
                     *(column[index] for column in changing.values()), _listed(styles),
                     _syllables(performance, span),
                     str(len(_inside(performance.gestures, span)) + len(_inside(performance.send_gestures, span))),
                     _turns(performance.glitch, span), _turns(performance.temperature, span)])
    print_table(["Section", ">Bar", ">Bars", ">Time", *changing, "Parts and styles", ">Syll./s", ">Glitches", "Glitch",
                 "T"], rows, out, list_heading="Parts and styles")
    _gestures(performance, out)


def _gestures(performance: Performance, out: Console) -> None:
    """Print the glitch plan, a row for each gesture; the same gesture on several parts is one row."""
    rows: dict[tuple[float, str, float, float, str], list[str]] = {}
    broken = [*performance.gestures.items(),
              *((f"send {name}", row) for name, row in performance.send_gestures.items())]
    for name, gestures in broken:
        for gesture in gestures:
            set_ = gesture.effect.model_dump(exclude_defaults=True)
            settings = ", ".join(f"{key} {_value(value)}" for key, value in set_.items())
            same = (gesture.onset_beats, gesture.effect.name, gesture.duration_beats, gesture.depth, settings)
            rows.setdefault(same, []).append(name)
    starts = [bar.start_beats for bar in performance.bars]
    table = []
    for (onset, effect, length, depth, settings), names in sorted(rows.items(), key=lambda row: row[0][0]):
        bar = performance.bars[max(bisect_right(starts, onset + 1e-9) - 1, 0)]
        pulse = float(bar.meter.pulse_beats)
        table.append([str(bar.index), f"{bar.meter.beat_at(onset - bar.start_beats):.5g}", effect, f"{depth:.2f}",
                      f"{length / pulse:.4g}", ", ".join(names), settings or "–"])
    if table:
        print_table([">Bar", ">Beat", "Effect", ">Depth", ">Beats", "Parts", "Settings"], table, out,
                    list_heading="Settings")


def _value(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value).lower()


def summary(rendering: Rendering, folder: Path, seconds: float, out: Console) -> None:
    """Print what was made: sections, files with their sizes, levels and notices.

    Parameters
    ----------
    rendering
        What was made.
    folder
        Folder of the published demo.
    seconds
        Time that the whole render took [s].
    out
        Console to print to.
    """
    performance = rendering.performance
    _heading(rendering.score, performance, out)
    rows = []
    for span, lufs in zip(performance.sections, rendering.section_lufs, strict=True):
        parts = (name for name, notes in performance.notes.items()
                 if _inside({name: notes}, span) or any(
                     take.onset_seconds < span.end_seconds and take.end_seconds > span.start_seconds
                     for take in performance.takes.get(name, ())))
        rows.append([span.name, str(span.bars), _clock(span.start_seconds), _listed(parts),
                     _turns(performance.glitch, span), _turns(performance.temperature, span), _level(lufs)])
    print_table(["Section", ">Bars", ">Time", "Parts", "Glitch", "T", ">Mix LUFS"], rows, out, list_heading="Parts")
    out.print(str(folder), style="bold", soft_wrap=True)
    ours = listed(folder) or ()  # takes, and files of the user, lie there too
    paths = sorted((folder / name for name in ours), key=lambda path: (len(path.parts), path))
    files = [[path.relative_to(folder).as_posix(), _size(path.stat().st_size)] for path in paths]
    print_table(["File", ">Size"], files, out)
    speed = performance.duration_seconds / seconds
    levels, *others = told(rendering)
    _say(f"{levels}; rendered in {seconds:.1f} s, {speed:.{1 if speed < 10 else 0}f} times as fast as it plays.", out)
    for line in others:
        _say(line, out, "yellow" if line.startswith(NOTICE) else "")
    if (page := folder / PAGE) in paths:
        out.print(f"Open {page} to hear it.", soft_wrap=True)


def excerpt(folder: Path, paths: Iterable[Path], lasts: float, notices: Iterable[str], seconds: float,
            out: Console) -> None:
    """Print what was made of some bars or parts: files with their sizes, their length [s], the time it took [s]."""
    out.print(str(folder), style="bold", soft_wrap=True)
    files = [[path.relative_to(folder).as_posix(), _size(path.stat().st_size)] for path in paths]
    print_table(["File", ">Size"], files, out)
    _say(f"{lasts:.1f} s of the song, rendered in {seconds:.1f} s.", out)
    for notice in notices:
        _say(f"{NOTICE}{notice}", out, "yellow")


def told(rendering: Rendering) -> list[str]:
    """Return what is told of a demo: its levels, its voice, and its notices."""
    voice = rendering.voice
    return [f"Mix {_level(rendering.master_lufs)} LUFS, true peak {_level(rendering.master_true_peak_db, 2)} dBTP",
            *([f"Voice: a guide, no person: {voice.name} {voice.version} set to the melody."] if voice else []),
            *(f"{NOTICE}{notice}" for notice in rendering.notices)]


def _heading(score: Score, performance: Performance, out: Console) -> None:
    _say(score.title, out, "bold")
    _say(f"{score.key}, {score.meter}, {score.bpm:g} BPM, {_clock(performance.duration_seconds)}, "
         f"seed {score.seed}, T {score.temperature:g}", out)
    meters = dict.fromkeys(bar.meter for bar in performance.bars)
    counted = [f"{meter.counted} in {meter.described}" for meter in meters]
    _say(f"A tempo counts {', '.join(counted)}.", out)
    out.print()


def _say(text: str, out: Console, style: str = "") -> None:
    """Print a sentence: folded between words in a terminal, in one line for another program."""
    text = visible(text)
    for line in fold(text, out.width) if out.is_terminal else [text]:
        out.print(line, style=style, soft_wrap=True)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names)) or "–"


def _course(values: Iterable[str]) -> str:
    """Return the different values one after the other, joined by arrows."""
    return f"{HARD}→ ".join(dict.fromkeys(values))


def _inside(events: Mapping[str, Sequence[Event]], span: SectionSpan) -> list[Event]:
    """Return the notes or gestures of all parts whose written onset lies in a section."""
    return [event for part in events.values() for event in part
            if span.start_beats - 1e-9 <= event.onset_beats < span.end_beats - 1e-9]


def _syllables(performance: Performance, span: SectionSpan) -> str:
    """Return the highest rate of syllables of a part [1/s], from its first onset to its last end in a section."""
    rates = []
    for name, notes in performance.notes.items():
        sung = [note for note in _inside({name: notes}, span) if note.utterance]
        if len(sung) > 1:
            rates.append(len(sung) / (sung[-1].end_seconds - sung[0].onset_seconds))
    return f"{max(rates):.1f}" if rates else "–"


def _turns(curve: BreakpointCurve, span: SectionSpan) -> str:
    """Return the values of a curve at a section's start, turning points and end, joined by arrows."""
    inner = [value for beat, value in zip(curve.beats, curve.values, strict=True)
             if span.start_beats < beat < span.end_beats]
    values = [round(value, 2) for value in (curve.at(span.start_beats), *inner, curve.at(span.end_beats - 1e-6))]
    turns = [value for i, value in enumerate(values) if i in (0, len(values) - 1)
             or (value - values[i - 1]) * (values[i + 1] - value) <= 0]
    return f"{HARD}→ ".join(f"{value:g}" for i, value in enumerate(turns) if i == 0 or value != turns[i - 1])


def _clock(seconds: float) -> str:
    whole = math.floor(seconds + 0.5)
    return f"{whole // 60}:{whole % 60:02d}"


def _level(decibels: float, digits: int = 1) -> str:
    return f"{decibels:.{digits}f}" if math.isfinite(decibels) else "silent"


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.1f} kB"
