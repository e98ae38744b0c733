"""Our song on the time line of a recording: their order of sections, their tempo, their key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np

from render.align.features import Reals
from render.align.place import Placed, Stretch, in_sections
from scores.notation import NotationError
from scores.performance import Bar, BreakpointCurve, Note, Performance, SectionSpan
from scores.score import Score
from scores.sheets.measures import transposed
from scores.theory import Key, Meter, parse_chord, parse_key
from scores.theory.tempo import TempoMap

# Greatest error of the written tempo map against the curve [s]: fewer steps where the tempo is steady.
NEAR_SECONDS = 0.002
# What is not ours is counted in bars of the song's first meter; less than half a bar in a short one of these lengths
# [quarter notes], and no tempo is faster than this [quarter notes per minute]. What is shorter still is passed over.
SHORT_BEATS, FASTEST = (2.0, 1.0, 0.5, 0.25), 900.0
# Name of what is not ours.
FOREIGN = "(not in the score)"


@dataclass
class _Line:
    """The time line as it grows: moments as pairs of beat and second, bars and sections."""

    moments: list[tuple[float, float]]
    bars: list[Bar]
    sections: list[SectionSpan]

    @property
    def end(self) -> tuple[float, float]:
        return self.moments[-1]


def in_their_order(score: Score, placed: Placed, theirs: Performance) -> Score:
    """Return our score with the sections of the recording, in its order; what is not ours is an empty one."""
    order = [group[0].bar.section for stretch in placed.stretches for group in in_sections(stretch)]
    ours = iter(score.sections[section].model_copy(update={"fade": None}) for section in order)
    empty = score.sections[0].model_copy(update={"name": FOREIGN, "fade": None, "lyrics": ()})
    return score.model_copy(update={"sections": tuple(empty if span.name == FOREIGN else next(ours)
                                                      for span in theirs.sections)})


def on_their_time(performance: Performance, placed: Placed) -> Performance:
    """Return our song as the recording has it.

    Its notes are transposed by the recording's key. What is not ours is there as empty bars. Glitches and recordings
    of the score are left out.

    Parameters
    ----------
    performance
        Our song.
    placed
        Where it is in the recording.
    """
    line = _Line([(0.0, 0.0)], [], [])
    notes: dict[str, list[tuple[Note, float]]] = {name: [] for name in performance.notes}
    begins: list[tuple[Stretch, float]] = []
    for stretch in placed.stretches:
        _foreign(line, stretch.bars[0].seconds, performance)
        begins.append((stretch, line.end[0]))
        _ours(line, stretch, placed.key, performance)
    _foreign(line, placed.seconds, performance)
    tempo = _tempo(line.moments)
    for stretch, begin in begins:
        first, last = stretch.bars[0].bar.start_beats, stretch.bars[-1].bar.end_beats
        for name, found in notes.items():
            found += [(note, begin - first) for note in performance.notes[name]
                      if first - 1e-6 <= note.onset_beats < last - 1e-6]
    return Performance(
        tempo=tempo, bars=tuple(replace(bar, start_seconds=tempo.seconds(bar.start_beats)) for bar in line.bars),
        sections=tuple(replace(span, start_seconds=tempo.seconds(span.start_beats),
                               end_seconds=tempo.seconds(span.end_beats)) for span in line.sections),
        notes={name: _notes(found, performance.tempo, tempo, placed.key, line.end[0]) for name, found in notes.items()},
        gestures=dict.fromkeys(performance.gestures, ()), temperature=performance.temperature,
        glitch=BreakpointCurve((0.0,), (0.0,)), tails_end_seconds=(), duration_seconds=tempo.seconds(line.end[0]),
        choices=(), send_gestures=dict.fromkeys(performance.send_gestures, ()))


def _notes(found: Sequence[tuple[Note, float]], old: TempoMap, new: TempoMap, key: int,
           end_beats: float) -> list[Note]:
    moved = []
    for note, later in found:
        onset = new.seconds(max(old.beat(note.onset_seconds) + later, 0.0))
        stop = new.seconds(min(old.beat(note.end_seconds) + later, end_beats))
        beat = note.onset_seconds
        bend = tuple((new.seconds(old.beat(beat + after) + later) - onset, cents) for after, cents in note.bend)
        moved.append(replace(note, onset_beats=note.onset_beats + later, onset_seconds=onset, bend=bend,
                             duration_seconds=max(stop - onset, 1e-3), pitch=note.pitch + key))
    return sorted(moved, key=lambda note: (note.onset_seconds, note.pitch))


def _foreign(line: _Line, until: float, performance: Performance) -> None:
    """Add bars of what is not ours up to a moment of the recording [s]."""
    beat, since = line.end
    room = until - since
    first = performance.bars[0] if performance.bars[0].index > 0 else performance.bars[-1]
    pace = 60 / performance.tempo.beat_seconds(performance.bars[0].start_beats)
    if len(line.moments) > 1:
        (a, x), (b, y) = line.moments[-2:]
        pace = 60 * (b - a) / (y - x)
    count = round(room * pace / 60 / first.beats)
    lengths = [first.beats] * count
    if not count:
        lengths = [short for short in SHORT_BEATS if short < first.beats and 60 * short < FASTEST * room][:1]
    if room <= 0 or not lengths:
        return
    start = beat
    for length in lengths:
        meter = first.meter if length == first.beats else Meter(int(length * 16), 16)
        line.bars.append(Bar(len(line.bars) + 1, len(line.sections), len(line.bars) + 1, beat, 0.0, length, meter,
                             first.key, ((Fraction(0), None),)))
        beat += length
    line.sections.append(SectionSpan(FOREIGN, line.bars[-len(lengths)].index, len(lengths), start, beat, 0.0, 0.0))
    line.moments.append((beat, until))


def _ours(line: _Line, stretch: Stretch, key: int, performance: Performance) -> None:
    """Add the bars of a stretch, and a moment for each beat."""
    start, since = line.end
    first = stretch.bars[0].bar.start_beats
    if abs(stretch.bars[0].seconds - since) > 1e-6 and len(line.moments) > 1:
        line.moments[-1] = (start, stretch.bars[0].seconds)  # a gap that is too short to be counted
    for bars in in_sections(stretch):
        begin = start + bars[0].bar.start_beats - first
        line.sections.append(SectionSpan(
            performance.sections[bars[0].bar.section].name, len(line.bars) + 1, len(bars), begin,
            start + bars[-1].bar.end_beats - first, 0.0, 0.0))
        line.bars += [replace(placed.bar, index=len(line.bars) + n, section=len(line.sections) - 1, start_seconds=0.0,
                              start_beats=start + placed.bar.start_beats - first, key=higher(placed.bar.key, key),
                              chords=tuple((at, chord and parse_chord(transposed(
                                  chord.symbol, key, higher(placed.bar.key, key).fifths < 0)))
                                  for at, chord in placed.bar.chords)) for n, placed in enumerate(bars, 1)]
    ours = [performance.tempo.beat(float(moment)) - first for moment in stretch.curve.ours]
    line.moments += [(start + beat, float(there)) for beat, there in zip(ours, stretch.curve.theirs, strict=True)
                     if beat > 1e-6 and there > line.end[1] + 1e-3]


def higher(key: Key, semitones: int) -> Key:
    """Return a key so many semitones higher, with a tonic that has a signature."""
    for flats in (True, False):
        try:
            return parse_key(f"{transposed(key.tonic, semitones, flats)} {key.mode}")
        except NotationError:
            continue
    return key


def _tempo(moments: Sequence[tuple[float, float]]) -> TempoMap:
    """Return the fewest steps of tempo that stay near all moments."""
    beats, seconds = (np.array(column) for column in zip(*moments, strict=True))
    kept = sorted({0, len(beats) - 1, *_kept(beats, seconds, 0, len(beats) - 1)})
    tempi = [60 * float((beats[b] - beats[a]) / (seconds[b] - seconds[a]))
             for a, b in pairwise(kept)] or [120.0]
    return TempoMap(tuple(float(beats[place]) for place in kept[:-1]) or (0.0,), tuple(tempi))


def _kept(beats: Reals, seconds: Reals, first: int, last: int) -> list[int]:
    """Return the moments between two that a straight line between those misses, farthest first (Douglas, Peucker)."""
    found: list[int] = []
    open_ = [(first, last)]
    while open_:
        a, b = open_.pop()
        if b - a < 2:
            continue
        line = seconds[a] + (beats[a:b + 1] - beats[a]) * (seconds[b] - seconds[a]) / (beats[b] - beats[a])
        missed = abs(seconds[a:b + 1] - line)
        if missed.max() > NEAR_SECONDS:
            place = a + int(missed.argmax())
            found.append(place)
            open_ += [(a, place), (place, b)]
    return found
