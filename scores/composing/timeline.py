"""The time line of a song: bars, sections, tempo, lyric lines and curves, in beats and in seconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from scores.composing.bars import BarRow, bar_rows
from scores.composing.pace import holds, tempo_of
from scores.composing.rubato import yields
from scores.composing.stage import PlacedLine
from scores.format.model import Score, Section
from scores.format.text import Curve
from scores.performance import Bar, BreakpointCurve, SectionSpan
from scores.theory import Chord, parse_chord
from scores.theory.tempo import TempoMap


@dataclass(frozen=True)
class Timeline:
    """Where everything lies in a song.

    ``bars_of[i]`` and ``lines_of[i]`` belong to section i; ``held`` are the spans of fermatas in quarter notes.
    ``tempo`` is heard; players compose by ``steady``, which has no rubato, so that rubato moves no note on the grid.
    """

    tempo: TempoMap
    steady: TempoMap
    bars_of: tuple[tuple[Bar, ...], ...]
    sections: tuple[SectionSpan, ...]
    lines_of: tuple[tuple[PlacedLine, ...], ...]
    temperature: BreakpointCurve
    glitch: BreakpointCurve
    held: tuple[tuple[float, float], ...] = ()

    @property
    def duration_seconds(self) -> float:
        return self.sections[-1].end_seconds


def lay_out(score: Score) -> Timeline:
    """Place every bar, section, line and curve of a score on one time line."""
    rows = bar_rows(score)
    steady = tempo_of(score, rows)
    bars_of = _bars(score, rows, steady)
    lines_of = tuple(_place_lines(section, bars) for section, bars in zip(score.sections, bars_of, strict=True))

    def over_the_song(curve_of: Callable[[Section], Curve]) -> BreakpointCurve:
        pieces = [section_curve(curve_of(section), bars, lines)
                  for section, bars, lines in zip(score.sections, bars_of, lines_of, strict=True)]
        return BreakpointCurve(tuple(beat for piece in pieces for beat in piece.beats),
                               tuple(value for piece in pieces for value in piece.values))

    song_temperature = Curve(("start", "end"), (score.temperature, score.temperature))
    temperature = over_the_song(lambda section: section.temperature or song_temperature)
    tempo = steady.stretched(yields(score, rows, temperature))
    bars_of = _bars(score, rows, tempo)
    return Timeline(tempo, steady, bars_of, _spans(score, bars_of, tempo), lines_of, temperature,
                    over_the_song(lambda section: section.glitch),
                    tuple((start, end) for start, end, _ in holds(score, rows)))


def _bars(score: Score, rows: Sequence[BarRow], tempo: TempoMap) -> tuple[tuple[Bar, ...], ...]:
    """Return the bars of each section."""
    return tuple(tuple(Bar(row.index, row.section, row.number, float(row.start), tempo.seconds(float(row.start)),
                           float(row.beats), row.meter, row.key, _chords(score.sections[index], row)) for row in group)
                 for index, group in groupby(rows, key=lambda row: row.section))


def _spans(score: Score, bars_of: Sequence[Sequence[Bar]], tempo: TempoMap) -> tuple[SectionSpan, ...]:
    edges = [(bars[0].start_beats, bars[-1].end_beats) for bars in bars_of]
    return tuple(SectionSpan(section.name, max(bars[0].index, 1), section.bars, start, end, tempo.seconds(start),
                             tempo.seconds(end))
                 for section, bars, (start, end) in zip(score.sections, bars_of, edges, strict=True))


def section_curve(curve: Curve, bars: Sequence[Bar], lines: Sequence[PlacedLine]) -> BreakpointCurve:
    """Return a section's curve in beats of the song, extended to the first and last beat of the section."""
    start, end = bars[0].start_beats, bars[-1].end_beats
    starts = {"start": start, "end": end}
    starts |= {f"bar {bar.number_in_section}": bar.start_beats for bar in bars}
    starts |= {f"line {line.number}": line.start_beats for line in lines}
    points = sorted(zip((starts[anchor] for anchor in curve.anchors), curve.values, strict=True), key=lambda p: p[0])
    points = [(start, points[0][1])] * (points[0][0] > start) + points + [(end, points[-1][1])] * (points[-1][0] < end)
    return BreakpointCurve(tuple(beat for beat, _ in points), tuple(value for _, value in points))


def _chords(section: Section, row: BarRow) -> tuple[tuple[Fraction, Chord | None], ...]:
    """Return the chords of a bar, which share it equally; the same again goes on. Short harmony repeats.

    A pickup has the first chord. In an uneven meter a chord begins with a felt beat: the second of two in 7/8 with the
    second group.
    """
    if section.harmony is None:
        return ((Fraction(0), parse_chord(row.key.tonic_chord)),)
    if row.number == 0:
        return ((Fraction(0), section.harmony.bars[0][0]),)
    chords = section.harmony.bars[(row.number - 1) % len(section.harmony.bars)]
    starts = [row.beats * i / len(chords) for i in range(len(chords))]
    if row.meter.is_uneven and 1 < len(chords) <= row.meter.pulses:
        pulses, free = row.meter.pulse_starts, len(chords)
        for i in range(1, len(chords)):  # the nearest beat that leaves one for each chord before and after
            options = pulses[i:len(pulses) - (free - 1 - i)]
            starts[i] = min((each for each in options if each > starts[i - 1]), key=lambda each: abs(each - starts[i]))
    return tuple((start, chord) for i, (start, chord) in enumerate(zip(starts, chords, strict=True))
                 if i == 0 or chord != chords[i - 1])


def lines_in_bars(section: Section) -> list[tuple[float, float]]:
    """Return where each line begins and ends, in bars of its section: from ``at``, or after the line before.

    Lines without ``bars`` share what is left. The lines from one ``at`` to the next share the bars between, so that
    ``at`` moves only the lines around it.
    """
    runs: list[list[int]] = []
    for i, line in enumerate(section.lyrics):
        if line.at is not None or not runs:
            runs.append([])
        runs[-1].append(i)
    starts_bars = [(section.lyrics[run[0]].at or 1.0) - 1.0 for run in runs] + [float(section.bars)]
    found = []
    for run, start, stop in zip(runs, starts_bars, starts_bars[1:], strict=False):
        given = sum(section.lyrics[i].bars or 0.0 for i in run)
        sharing = sum(section.lyrics[i].bars is None for i in run)
        share = (stop - start - given) / sharing if sharing else 0.0
        for i in run:
            length = section.lyrics[i].bars or share
            found.append((start, start + length))
            start += length
    return found


def _place_lines(section: Section, bars: Sequence[Bar]) -> tuple[PlacedLine, ...]:
    """Give each line its time."""
    full = [bar for bar in bars if bar.number_in_section > 0]
    bar_beats, first = full[0].beats, full[0].start_beats
    return tuple(PlacedLine(n, line, first + start * bar_beats, first + end * bar_beats)
                 for n, (line, (start, end)) in enumerate(zip(section.lyrics, lines_in_bars(section), strict=True), 1))
