"""What was found in a recording, in words and tables: for the terminal, and as files for other programs."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

import numpy as np

from render.align.place import Placed, PlacedBar, in_sections
from scores.performance import Performance

# Likeness of harmony that is no better than another song's, and one that is as good as it gets; and the same of onsets.
UNLIKE, ALIKE, UNCLEAR, CLEAR = 0.5, 0.75, 0.05, 0.4
# Shortest stretch that is not ours and is told [s].
TOLD_SECONDS = 0.5
HEADINGS = ("Section", ">Bars", ">From", ">To", ">BPM", ">Drift ms", ">Sure")
FOREIGN = "(not in the score)"


@dataclass(frozen=True)
class Row:
    """A section in the recording, or what is not ours, with the cells of the table."""

    name: str
    bars: str
    start_seconds: float
    end_seconds: float
    bpm: float | None
    drift_ms: float | None
    sure: float | None

    @property
    def cells(self) -> tuple[str, ...]:
        return (self.name, self.bars, clock(self.start_seconds), clock(self.end_seconds),
                "" if self.bpm is None else f"{self.bpm:.2f}", "" if self.drift_ms is None else f"{self.drift_ms:.0f}",
                "" if self.sure is None else f"{100 * self.sure:.0f} %")


def rows(placed: Placed, performance: Performance) -> Iterator[Row]:
    """Yield the sections in the order of the recording, with what is not ours between them."""
    until = 0.0
    for stretch in placed.stretches:
        yield from _foreign(until, stretch.bars[0].seconds)
        groups = in_sections(stretch)
        ends = [*(group[0].seconds for group in groups[1:]), stretch.end_seconds]
        for group, end in zip(groups, ends, strict=True):
            first, last = group[0].bar, group[-1].bar
            beats = (last.end_beats - first.start_beats) / float(first.meter.pulse_beats)
            yield Row(performance.sections[first.section].name,
                      f"{first.index}–{last.index}" if first.index != last.index else f"{first.index}",
                      group[0].seconds, end, 60 * beats / (end - group[0].seconds), _drift(group, end, performance),
                      _sure(group))
        until = stretch.end_seconds
    yield from _foreign(until, placed.seconds)


def _foreign(start: float, end: float) -> Iterator[Row]:
    if end - start > TOLD_SECONDS:
        yield Row(FOREIGN, "", start, end, None, None, None)


def _drift(group: tuple[PlacedBar, ...], end: float, performance: Performance) -> float:
    """Return how far bar lines lie from an even tempo between the section's ends, at most [ms]."""
    ours = np.array([*(placed.bar.start_seconds for placed in group),
                     performance.tempo.seconds(group[-1].bar.end_beats)])
    theirs = np.array([*(placed.seconds for placed in group), end])
    even = theirs[0] + (ours - ours[0]) * (theirs[-1] - theirs[0]) / (ours[-1] - ours[0])
    return float(1000 * abs(theirs - even).max())


def _sure(group: tuple[PlacedBar, ...]) -> float:
    """Return how sure the place of a section is, 0 to 1: by its harmony or by its onsets, whichever says more."""
    harmony = (float(np.mean([placed.alike for placed in group])) - UNLIKE) / (ALIKE - UNLIKE)
    onsets = (float(np.median([placed.trust for placed in group])) - UNCLEAR) / (CLEAR - UNCLEAR)
    return float(np.clip(max(harmony, onsets), 0.0, 1.0))


def summary(placed: Placed, performance: Performance) -> Iterator[str]:
    """Yield what holds for the whole recording: length, tempo, key, what is missing or there twice."""
    ours = performance.sections[-1].end_seconds
    yield (f"{clock(placed.seconds)} long; the score is {clock(ours)}. Of the recording "
           f"{100 * min(placed.covered, 1):.0f} % is in the score.")
    ratio = 100 * placed.ratio
    yield f"Tempo: {ratio:.2f} % of the score's." if abs(ratio - 100) > 0.05 else "Tempo: the score's."
    key = f"{placed.key:+d} semitones" if placed.key else "the score's"
    tuning = f", tuned {placed.tuning:+.0f} cents" if abs(placed.tuning) > 5 else ""
    yield f"Key: {key}{tuning}."
    played: dict[int, int] = {}
    for stretch in placed.stretches:
        for group in in_sections(stretch):
            section = group[0].bar.section
            played[section] = played.get(section, 0) + 1
    gone = [span.name for n, span in enumerate(performance.sections) if n not in played]
    again = [f"{performance.sections[n].name} ({count} times)" for n, count in sorted(played.items()) if count > 1]
    if gone:
        yield f"Not in the recording: {', '.join(gone)}."
    if again:
        yield f"More than once: {', '.join(again)}."


def bars_csv(placed: Placed, performance: Performance) -> str:
    """Return a table of all bar lines: where each is in the recording and in our song, tempo, distance, trust."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["section", "bar", "recording_seconds", "score_seconds", "bpm", "drift_ms", "trust"])
    for stretch in placed.stretches:
        ends = [*(bar.seconds for bar in stretch.bars[1:]), stretch.end_seconds]
        ours = np.array([bar.bar.start_seconds for bar in stretch.bars])
        theirs = np.array([bar.seconds for bar in stretch.bars])
        even = np.polyval(np.polyfit(ours, theirs, 1), ours) if len(ours) > 1 else theirs
        for placed_bar, end, steady in zip(stretch.bars, ends, even, strict=True):
            bar = placed_bar.bar
            pulses = bar.beats / float(bar.meter.pulse_beats)
            writer.writerow([performance.sections[bar.section].name, bar.index, f"{placed_bar.seconds:.4f}",
                             f"{bar.start_seconds:.4f}", f"{60 * pulses / (end - placed_bar.seconds):.3f}",
                             f"{1000 * (placed_bar.seconds - steady):.1f}", f"{placed_bar.trust:.2f}"])
    return text.getvalue()


def clock(seconds: float) -> str:
    """Return minutes, seconds and hundredths."""
    minutes, rest = divmod(max(round(seconds, 2), 0.0), 60)
    return f"{int(minutes)}:{rest:05.2f}"
