"""The tempo of a song: what the song and its sections ask for, in order, and the beats that are held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from scores.composing.bars import BarRow, bar_rows
from scores.faults import ScorePath
from scores.format.model import Score
from scores.format.timing import A_TEMPO, HURRIED, SLOWED, Fermata
from scores.theory.meter import COUNTS
from scores.theory.tempo import Stretch, TempoMap, tempo_map

# Rounding error of sums of bars [quarter notes].
_EPSILON = 1e-9


@dataclass(frozen=True, slots=True)
class Pace:
    """A change of tempo in the song.

    Parameters
    ----------
    beat, over_beats
        Where it begins and how long it takes, in quarter notes.
    quarters_per_minute
        The tempo that it reaches.
    place
        The value in the score that asks for it.
    section
        Index of the section that asks for it; None for a change of the song's.
    kind
        Its word: ``ritardando``, ``accelerando``, ``a tempo``, or empty.
    """

    beat: float
    quarters_per_minute: float
    over_beats: float
    place: ScorePath
    section: int | None = None
    kind: str = ""

    @property
    def end_beat(self) -> float:
        return self.beat + self.over_beats


def paces(score: Score, rows: Sequence[BarRow]) -> list[Pace]:
    """Return every change of tempo in order.

    A section that slows or hurries at its end, after one that did the same, begins at the tempo before.
    """
    start = score.tempo.quarters(score.tempo.start, rows[0].meter)
    asked: list[Pace] = []
    by_index = {row.index: row for row in rows}
    for n, change in enumerate(score.tempo.changes):
        row = by_index.get(change.bar)
        if row is not None:
            asked.append(Pace(float(row.start), score.tempo.quarters(change.to, row.meter),
                              change.over * float(row.beats), ("tempo", "changes", n)))
    steady = now = song = start  # the tempo before a gradual change, the tempo reached, the song's own
    found: list[Pace] = []
    gradual = ""  # the word of the last change, if it was gradual and nothing has followed it
    for i, group in groupby(rows, key=lambda row: row.section):
        bars = list(group)
        first, last = bars[0], bars[-1]
        told = score.sections[i].tempo
        here: ScorePath = ("sections", i, "tempo")
        of_song = [pace for pace in asked if first.start <= pace.beat < last.end]
        pending = list[Pace]()
        if told is not None:
            count = float(COUNTS[told.counts] if told.counts else first.meter.pulse_beats)
            word = "ritardando" if told.ritardando else "accelerando" if told.accelerando else ""
            to = A_TEMPO if told.to is None and word and word == gradual else told.to
            song = next((pace.quarters_per_minute for pace in of_song if pace.beat == first.start
                         and not pace.over_beats), song)
            if to is not None:
                target = float(to) * count if isinstance(to, float) else steady if told.to is None else song
                pending.append(Pace(float(first.start), target, told.over * float(last.beats), here, i,
                                    A_TEMPO if to == A_TEMPO else ""))
            if word:
                over = min(told.gradual_bars or 0.0, float(score.sections[i].bars)) * float(last.beats)
                factor = SLOWED if told.ritardando else HURRIED
                pending.append(Pace(float(last.end) - over, told.end * count if told.end else -factor, over, here, i,
                                    word))
        for pace in sorted([*of_song, *pending], key=lambda each: each.beat):
            reached = pace.quarters_per_minute if pace.quarters_per_minute > 0 else -pace.quarters_per_minute * now
            done = Pace(pace.beat, reached, pace.over_beats, pace.place, pace.section, pace.kind)
            if done.section is None and not done.over_beats:
                song = reached
            if done.kind in ("ritardando", "accelerando") or (done.section is None and done.over_beats):
                steady, gradual = steady if gradual else now, done.kind or "gradual"
            else:
                gradual = ""
            now = reached
            found.append(done)
    return found


def tempo_of(score: Score, rows: Sequence[BarRow]) -> TempoMap:
    """Return the tempo map of a song, with its fermatas."""
    steps = [(pace.beat, pace.quarters_per_minute, pace.over_beats) for pace in paces(score, rows)]
    start = score.tempo.quarters(score.tempo.start, rows[0].meter)
    held = [Stretch(begin, end, hold, hold) for begin, end, hold in holds(score, rows)]
    return tempo_map(steps, start).stretched(held).until(float(rows[-1].end))


def holds(score: Score, rows: Sequence[BarRow]) -> list[tuple[float, float, float]]:
    """Return the beats that are held: where each begins and ends in quarter notes, and how many times as long."""
    return [_held(row, fermata) for row in rows for fermata in score.sections[row.section].fermata
            if (fermata.bar or score.sections[row.section].bars) == row.number]


def _held(row: BarRow, fermata: Fermata) -> tuple[float, float, float]:
    beat = fermata.beat if fermata.beat is not None else float(row.meter.pulses)
    start = row.meter.place(beat)
    end = min(row.meter.place(int(beat) + 1), float(row.beats))
    return float(row.start) + start, float(row.start) + end, fermata.hold


def overlapping(score: Score) -> list[tuple[Pace, Pace]]:
    """Return pairs of changes of tempo of which the second begins before the first has ended, or in the same place."""
    found = sorted(paces(score, bar_rows(score)), key=lambda pace: pace.beat)
    return [(one, other) for one, other in pairwise(found)
            if other.beat < one.end_beat - _EPSILON
            or (other.beat < one.beat + _EPSILON and one.place != other.place)]


def left_slow(score: Score) -> list[tuple[int, int, Pace]]:
    """Return each section that goes on at a tempo that a ritardando or accelerando left.

    Returns
    -------
    list
        Index of the section, index of the one before, and the change that left the tempo.
    """
    rows = bar_rows(score)
    found = paces(score, rows)
    starts = {row.section: float(row.start) for row in reversed(rows)}
    left = []
    for i in range(1, len(score.sections)):
        before = [pace for pace in found if pace.beat < starts[i] - _EPSILON]
        begins = any(abs(pace.beat - starts[i]) < _EPSILON for pace in found)
        if before and before[-1].kind in ("ritardando", "accelerando") and before[-1].section == i - 1 and not begins:
            left.append((i, i - 1, before[-1]))
    return left


def unfinished_changes(score: Score) -> list[str]:
    """Return a notice for each tempo change that would continue after the song's last bar."""
    last = sum(section.bars for section in score.sections) - score.count_in
    return [f"The tempo change at bar {change.bar} takes {change.over:g} bars and the song ends after "
            f"{last + 1 - change.bar}: it ends with the song, before it reaches {change.to:g} BPM."
            for change in score.tempo.changes if change.bar + change.over > last + 1 + 1e-9]
