"""A motif that the score gives: a short figure of pitches and rhythm of which the lines of a tune are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from scores.composing.singing.second_voice import degree_of
from scores.format.text import WrittenNote
from scores.theory import Key

# A motif begins again on a multiple of this [quarter notes] after it began.
_PERIOD = 2.0


@dataclass(frozen=True)
class Motif:
    """Onsets in quarter notes from its beginning, and MIDI numbers, one a note."""

    onsets: tuple[float, ...]
    pitches: tuple[int, ...]
    length: float

    @classmethod
    def written(cls, bars: Sequence[Sequence[WrittenNote]]) -> Self:
        """Return the motif of written notes: their highest voice, ties joined."""
        onsets, pitches, now, tied = list[float](), list[int](), 0.0, False
        for note in (note for bar in bars for note in bar):
            if note.pitches and not tied:
                onsets.append(now)
                pitches.append(max(note.pitches))
            tied = note.is_tied
            now += float(note.beats)
        return cls(tuple(onsets), tuple(pitches), now)

    def degrees(self, key: Key) -> tuple[int, ...]:
        """Return its degrees in a key."""
        return tuple(degree_of(key, pitch) for pitch in self.pitches)

    def places(self, count: int) -> tuple[float, ...]:
        """Return the onsets of so many notes, the motif said again and again [quarter notes from the line's start]."""
        period = _PERIOD * -(-self.length // _PERIOD)
        size = len(self.onsets)
        return tuple(self.onsets[n % size] + period * (n // size) for n in range(count))
