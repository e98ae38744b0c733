"""Our song laid over a recording: its key, which of our sections is where, and the moment of each bar line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from render.align.coarse import Run, follow
from render.align.features import CHROMA_RATE, Heard, Reals, Written, smoothed
from render.align.fine import TRUST_COUNTS, Curve, likeness, trace
from scores.performance import Bar, Performance

# A path: our moments and theirs [s], both rising, and the cost of each pair.
Path: TypeAlias = tuple[Reals, Reals, Reals]

# Frames a second in which the key is sought, and the sections.
KEY_RATE, SECTION_RATE = 5, 10
# Smoothing of harmony [s].
HARMONY_SECONDS = 1.0
# Frames with less than this share of the loudest one's chroma, which is compressed, say nothing.
QUIET = 0.03
# Cost of what has no pitch in our song: not what one would look for, but nothing that stands in the way.
UNPITCHED = 0.5
# Price of what is not ours in the search for the key: so high that all is ours.
ALL = 2.0
# Where the price of what is not ours lies between what fits and what fits in the wrong keys.
BETWEEN = 0.5
# Two stretches with something unclear between them are one if the tempo inside agrees by this factor.
SAME_TEMPO = 1.35
# Greatest difference of a section's length from the room that it is to fill, as a fraction.
ROOM_TOLERANCE = 0.06
# Costs of a path that is not to be believed, and of one that is.
DOUBTFUL, SURE = 0.55, 0.25
# Shortest stretch that counts [s].
SHORTEST_SECONDS = 4.0
# Least share of the recording that is ours, and the most: what goes on beyond its end is forced.
LEAST_COVERED, MOST_COVERED = 0.4, 1.08
# Least sum of likeness and of notes that begin where they should for it to be our song, and the least where its tempo
# is another than ours by more than a factor, or another in each stretch. Of seven songs, takes with another seed have
# 0.67 to 0.98, other songs up to 0.65 near their tempo and 0.81 elsewhere.
LEAST_EVIDENCE, LEAST_FAR, NEAR_TEMPO = 0.66, 0.85, 1.16
# Least share of a stretch that is not silent.
LEAST_HEARD = 0.5


@dataclass(frozen=True)
class PlacedBar:
    """A bar line in the recording.

    Parameters
    ----------
    bar
        The bar of ours.
    seconds
        Where it begins in the recording.
    trust
        How clearly the notes around its line fit the recording, 0 to 1.
    alike
        How well its harmony fits, 0 (as any music) to 1.
    """

    bar: Bar
    seconds: float
    trust: float
    alike: float


@dataclass(frozen=True)
class Stretch:
    """A part of the recording in which our song goes on without a jump.

    Parameters
    ----------
    bars
        Its bars in order, each with its moment.
    end_seconds
        Where the last of them ends in the recording.
    curve
        Moments of our song [s] and where they are in the recording [s].
    alike
        How well the harmony fits, 0 (as any music) to 1.
    """

    bars: tuple[PlacedBar, ...]
    end_seconds: float
    curve: Curve
    alike: float


@dataclass(frozen=True)
class Placed:
    """Our song in a recording.

    Parameters
    ----------
    seconds
        Length of the recording.
    key
        By how many semitones it is higher than ours, −5 to 6.
    tuning
        How far its A is from 440 Hz [cents].
    stretches
        In the order of the recording.
    alike
        Likeness of harmony and melody where our song is, 0 to 1.
    fits, other_keys
        How well the whole recording fits our song in this key, and in the others: as well as any music.
    """

    seconds: float
    key: int
    tuning: float
    stretches: tuple[Stretch, ...]
    alike: float
    fits: float
    other_keys: float

    @property
    def covered(self) -> float:
        """Share of the recording that is ours."""
        return sum(s.end_seconds - s.bars[0].seconds for s in self.stretches) / self.seconds

    @property
    def is_ours(self) -> bool:
        """Whether the recording is our song at all."""
        ratios = [float((s.curve.ours[-1] - s.curve.ours[0]) / (s.curve.theirs[-1] - s.curve.theirs[0]))
                  for s in self.stretches] or [0.0]
        near = min(ratios) > 1 / NEAR_TEMPO and max(ratios) < NEAR_TEMPO * min(1.0, *ratios)
        return LEAST_COVERED <= self.covered <= MOST_COVERED and self.evidence >= (
            LEAST_EVIDENCE if near else LEAST_FAR)

    @property
    def evidence(self) -> float:
        """How much speaks for our song, about 0.5 (another song) to 1."""
        return self.alike + TRUST_COUNTS * self.trust

    @property
    def ratio(self) -> float:
        """Their tempo as a share of ours."""
        ours, theirs = (sum(float(side[-1] - side[0]) for side in sides) for sides in (
            [s.curve.ours for s in self.stretches], [s.curve.theirs for s in self.stretches]))
        return ours / theirs

    @property
    def trust(self) -> float:
        """How clearly notes begin where they should, 0 to 1."""
        return float(np.mean(np.concatenate([s.curve.trust for s in self.stretches]))) if self.stretches else 0.0


def place(heard: Heard, notes: Written, performance: Performance) -> Placed:
    """Lay our song over a recording.

    Parameters
    ----------
    heard, notes
        The recording and our notes.
    performance
        Our song, whose bars and sections are placed.
    """
    energy = heard.chroma.sum(axis=0)
    totals = [follow(_cost(heard.chroma, energy, notes, key, KEY_RATE), *_grid(performance, KEY_RATE), KEY_RATE, ALL)[1]
              for key in range(12)]
    key = int(np.argmin(totals))
    fits, others = totals[key], float(np.median(np.delete(totals, key)))
    foreign = min(fits + BETWEEN * (others - fits), others)
    cost = _cost(heard.chroma, energy, notes, key, SECTION_RATE, foreign + 0.02)  # silence alone is not ours
    runs, _ = follow(cost, *_grid(performance, SECTION_RATE), SECTION_RATE, foreign)
    stretches = []
    for ours, theirs, costs in _joined(runs, heard.seconds, performance):
        span = slice(int(theirs[0] * CHROMA_RATE), int(theirs[-1] * CHROMA_RATE) + 1)
        if (energy[span] > QUIET * energy.max()).mean() < LEAST_HEARD:
            continue
        if stretch := _stretch(heard, notes, key, ours, theirs, costs, performance):
            stretches.append(stretch)
    alike = likeness(heard, notes, key, [stretch.curve for stretch in stretches])
    return Placed(heard.seconds, (key + 5) % 12 - 5, 100 * heard.tuning, tuple(stretches), alike, 1 - fits, 1 - others)


def _cost(chroma: Reals, energy: Reals, notes: Written, key: int, rate: int, silent: float = UNPITCHED
          ) -> NDArray[np.float32]:
    """Return how unlike each frame of the recording and each of ours are: 0 alike, 1 unrelated, 2 opposite."""
    step = CHROMA_RATE // rate
    theirs = smoothed(chroma, CHROMA_RATE, HARMONY_SECONDS)[:, ::step]
    ours = np.roll(smoothed(notes.chroma(rate), rate, HARMONY_SECONDS), key, axis=0)
    cost = (1 - theirs.T @ ours).astype(np.float32)
    cost[:, ~np.any(ours, axis=0)] = UNPITCHED
    cost[energy[::step] < QUIET * energy.max()] = silent
    return cost


def _grid(performance: Performance, rate: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the frame of each bar line and of the end, and whether a section begins there."""
    lines = [bar.start_seconds for bar in performance.bars] + [performance.sections[-1].end_seconds]
    begins = [a.section != b.section for a, b in pairwise(performance.bars)]
    return np.rint(np.array(lines) * rate).astype(np.int64), np.array([True, *begins, True])


def _joined(runs: Sequence[Run], seconds: float, performance: Performance) -> list[Path]:
    """Return stretches as our moments, theirs [s] and costs; what is unclear between two that agree belongs to them."""
    rows = [(run.ours / SECTION_RATE, run.theirs / SECTION_RATE, run.costs) for run in runs
            if len(run.ours) >= SHORTEST_SECONDS * SECTION_RATE or len(runs) == 1]
    joined: list[Path] = []
    for row in rows:
        if joined:
            before = joined[-1]
            mine, other = row[0][0] - before[0][-1], row[1][0] - before[1][-1]
            ratio = _ratio(before[0], before[1])
            if mine > 0 and other > 0 and (abs(mine - other * ratio) < 0.5
                                           or 1 / SAME_TEMPO < mine / other / ratio < SAME_TEMPO):
                joined[-1] = _chained(before, row)
                continue
            joined[-1], row = _filled(before, row, performance)
        joined.append(row)
    return [_extended(row, n, joined, seconds, performance) for n, row in enumerate(joined)]


def _chained(*paths: Path) -> Path:
    ours, theirs, costs = (np.concatenate(columns) for columns in zip(*paths, strict=True))
    return ours, theirs, costs


def _filled(before: Path, after: Path, performance: Performance) -> tuple[Path, Path]:
    """Return two stretches with the sections between them that fit the room to a few per cent.

    They follow the first one or lead to the second. What is spoken or drummed has no harmony by which to know it.
    """
    room = after[1][0] - before[1][-1]
    if room < SHORTEST_SECONDS:
        return before, after
    ratio = _ratio(before[0], before[1])
    found = []
    for span in performance.sections:
        found.append((abs(room - (span.end_seconds - before[0][-1]) / ratio), True, span.end_seconds))
        found.append((abs(room - (after[0][0] - span.start_seconds) / ratio), False, span.start_seconds))
    missed, follows, edge = min(found)
    if missed > max(ROOM_TOLERANCE * room, 0.5):
        return before, after
    unclear = np.array([1.0])
    if follows:
        return _chained(before, (np.array([edge]), after[1][:1] - 0.05, unclear)), after
    return before, _chained((np.array([edge]), before[1][-1:] + 0.05, unclear), after)


def _ratio(ours: Reals, theirs: Reals) -> float:
    """Return our seconds for each second of theirs."""
    return float((ours[-1] - ours[0]) / max(theirs[-1] - theirs[0], 1e-9))


def _extended(row: Path, number: int, rows: Sequence[Path], seconds: float, performance: Performance) -> Path:
    """Return a stretch with our beginning or end added where the recording has room for just that."""
    ours, theirs, costs = row
    ratio = _ratio(ours, theirs)
    end = performance.sections[-1].end_seconds
    if number == 0 and ours[0] > 0.2 and 1 / SAME_TEMPO < ours[0] / ratio / max(theirs[0], 0.1) < SAME_TEMPO:
        ours, theirs, costs = (np.concatenate([[first], part]) for first, part in
                               ((0.0, ours), (max(theirs[0] - ours[0] / ratio, 0.0), theirs), (costs[0], costs)))
    mine, other = end - ours[-1], seconds - theirs[-1]
    if number == len(rows) - 1 and mine > 0.2 and mine / ratio < other * SAME_TEMPO:
        ours, theirs, costs = (np.concatenate([part, [last]]) for last, part in
                               ((end, ours), (min(theirs[-1] + mine / ratio, seconds), theirs), (costs[-1], costs)))
    return ours, theirs, costs


def _stretch(heard: Heard, notes: Written, key: int, ours: Reals, theirs: Reals, costs: Reals,
             performance: Performance) -> Stretch | None:
    """Trace a stretch to its bar lines; None where it holds no whole bar."""
    lines = [*(bar.start_seconds for bar in performance.bars), performance.sections[-1].end_seconds]
    bars = [bar for bar, (start, end) in zip(performance.bars, pairwise(lines), strict=True)
            if start > ours[0] - 0.3 and (start + end) / 2 < ours[-1]]
    if not bars:
        return None
    tempo = performance.tempo
    beats = np.array([tempo.seconds(bar.start_beats + k * float(bar.meter.pulse_beats)) for bar in bars
                      for k in range(max(round(bar.beats / float(bar.meter.pulse_beats)), 1))]
                     + [tempo.seconds(bars[-1].end_beats)])
    sure = np.clip((DOUBTFUL - uniform_filter1d(costs, SECTION_RATE)) / (DOUBTFUL - SURE), 0.0, 1.0)
    curve = trace(heard, notes, key, ours, theirs, sure, beats)
    moments = curve.at(np.array([bar.start_seconds for bar in bars]))
    trust = np.interp([bar.start_seconds for bar in bars], curve.ours, curve.trust)
    alike = [1 - float(np.interp(np.linspace(bar.start_seconds, tempo.seconds(bar.end_beats), 8), ours, costs).mean())
             for bar in bars]
    placed = tuple(PlacedBar(bar, float(at), float(clear), fits)
                   for bar, at, clear, fits in zip(bars, moments, trust, alike, strict=True))
    return Stretch(placed, float(curve.at(np.array([tempo.seconds(bars[-1].end_beats)]))[0]), curve,
                   float(1 - np.mean(costs)))


def in_sections(stretch: Stretch) -> list[tuple[PlacedBar, ...]]:
    """Return the bars of a stretch by section."""
    return [tuple(bars) for _, bars in groupby(stretch.bars, key=lambda placed: placed.bar.section)]
