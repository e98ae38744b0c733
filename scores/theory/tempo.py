"""The tempo map, which converts beats to seconds and back for audio, MIDI and every writer."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from math import ceil, prod

# Length of the steps that a gradual change is cut into [quarter notes].
STEP_BEATS = 0.5


@dataclass(frozen=True, slots=True)
class Stretch:
    """A span in which time is stretched: a fermata, or a tempo that yields and returns.

    Parameters
    ----------
    start_beat, end_beat
        The span, in quarter notes of the song.
    start_factor, end_factor
        How many times as long everything lasts, at its start and at its end; straight between.
    """

    start_beat: float
    end_beat: float
    start_factor: float
    end_factor: float

    def factor(self, beat: float) -> float:
        """Return how many times as long everything lasts at a beat; 1 outside of the span."""
        if not self.start_beat <= beat < self.end_beat:
            return 1.0
        share = (beat - self.start_beat) / (self.end_beat - self.start_beat)
        return self.start_factor + share * (self.end_factor - self.start_factor)


@dataclass(frozen=True)
class TempoMap:
    """A tempo that changes in steps. A ritardando is a series of steps, as in a MIDI file, so that both agree.

    Parameters
    ----------
    beats
        Start of each step in quarter notes, strictly rising from 0.
    quarters_per_minute
        Tempo of each step.
    """

    beats: tuple[float, ...]
    quarters_per_minute: tuple[float, ...]

    @cached_property
    def _starts_seconds(self) -> tuple[float, ...]:
        spans = [(b - a) * 60.0 / tempo for (a, b), tempo in zip(pairwise(self.beats), self.quarters_per_minute,
                                                                strict=False)]
        return tuple(accumulate(spans, initial=0.0))

    def seconds(self, beat: float) -> float:
        """Return the time in seconds of a beat; the first and the last tempo extend before and after the steps."""
        index = max(bisect_right(self.beats, beat) - 1, 0)
        return self._starts_seconds[index] + (beat - self.beats[index]) * 60.0 / self.quarters_per_minute[index]

    def beat(self, seconds: float) -> float:
        """Return the beat at a time in seconds: the inverse of :meth:`seconds`."""
        index = max(bisect_right(self._starts_seconds, seconds) - 1, 0)
        return self.beats[index] + (seconds - self._starts_seconds[index]) * self.quarters_per_minute[index] / 60.0

    def until(self, beat: float) -> TempoMap:
        """Return the map without the steps after a beat, where a song ends."""
        count = bisect_right(self.beats, beat + 1e-9)
        return TempoMap(self.beats[:count], self.quarters_per_minute[:count])

    def stretched(self, stretches: Sequence[Stretch], step_beats: float = STEP_BEATS) -> TempoMap:
        """Return the map with time stretched in some spans; where spans overlap, their factors multiply.

        Before and after a span the tempo is what it was. The score's tempo is set first, then what holds or bends it.
        """
        if not stretches:
            return self
        edges = set(self.beats)
        for stretch in stretches:
            length = stretch.end_beat - stretch.start_beat
            pieces = 1 if stretch.start_factor == stretch.end_factor else max(ceil(length / step_beats - 1e-9), 1)
            edges |= {stretch.start_beat + length * i / pieces for i in range(pieces)} | {stretch.end_beat}
        beats: list[float] = []
        for edge in sorted(edges):
            if not beats or edge > beats[-1] + 1e-9:
                beats.append(edge)
        kept, tempi = list[float](), list[float]()
        for start, end in pairwise([*beats, beats[-1] + 1.0]):
            factor = prod(stretch.factor((start + end) / 2) for stretch in stretches)
            tempo = 60.0 / self.beat_seconds(start + 1e-9) / factor
            if not tempi or abs(tempo - tempi[-1]) > 1e-9:
                kept.append(start)
                tempi.append(tempo)
        return TempoMap(tuple(kept), tuple(tempi))

    def beat_seconds(self, beat: float) -> float:
        """Return the length in seconds of a quarter note at a beat."""
        index = max(bisect_right(self.beats, beat) - 1, 0)
        return 60.0 / self.quarters_per_minute[index]


def tempo_map(steps: Sequence[tuple[float, float, float]], start: float, step_beats: float = STEP_BEATS) -> TempoMap:
    """Build a map from a start tempo and changes.

    Parameters
    ----------
    steps
        Changes ``(beat, quarters_per_minute, over_beats)`` in rising order. The new tempo is reached ``over_beats``
        after ``beat`` (0: at once), along a straight line.
    start
        Tempo at beat 0 in quarter notes per minute.
    step_beats
        Length of the steps that the line is cut into.
    """
    beats, tempi = [0.0], [float(start)]

    def put(beat: float, tempo: float) -> None:
        if beat <= beats[-1] + 1e-9:
            tempi[-1] = tempo
        else:
            beats.append(beat)
            tempi.append(tempo)

    for beat, tempo, over in steps:
        before, count = tempi[-1], ceil(over / step_beats)
        for i in range(count):  # a step has the tempo of the middle of its piece of the line
            put(beat + over * i / count, before + (tempo - before) * (i + 0.5) / count)
        put(beat + over, tempo)
    return TempoMap(tuple(beats), tuple(tempi))
