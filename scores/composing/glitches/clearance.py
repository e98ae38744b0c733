"""Where gestures may lie: where a part sounds, and where no word is lost.

A protected word has no gestures. Neither have the consonants of spoken lines, because they carry the words [1]_: a
gesture there lies inside a vowel or between words.

References
----------
.. [1] Fletcher, H. (1929). Speech and Hearing. Without consonants hardly a syllable is understood.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from scores.composing.stage import Stage
from scores.lyrics.line import Utterance
from scores.lyrics.mouth import consonants
from scores.lyrics.syllables import words
from scores.performance import Note, Take
from scores.theory.tempo import TempoMap

# Time [s] kept free before and after the onset of a spoken syllable, and before its end.
CONSONANT_SECONDS = 0.06
# Time [s] kept free before an onset of two consonants or more.
CLUSTER_SECONDS = 0.12
# Time [s] kept free around a protected word.
WORD_SECONDS = 0.02
# Manners of delivery whose consonants are left whole.
SPOKEN = ("spoken", "whispered")

Span = tuple[float, float]


class Sounding(NamedTuple):
    """A stretch in which something sounds, in seconds: a note, a recording, or a part of a word."""

    start_seconds: float
    end_seconds: float

    def widened(self, before_seconds: float, after_seconds: float) -> Sounding:
        """Return the stretch with time added before and after it."""
        return Sounding(self.start_seconds - before_seconds, self.end_seconds + after_seconds)

    def in_beats(self, tempo: TempoMap) -> Span:
        """Return its start and end in beats."""
        return tempo.beat(self.start_seconds), tempo.beat(self.end_seconds)


@dataclass(frozen=True)
class Spans:
    """Stretches of time in beats, in rising order, joined where they touch."""

    starts: Sequence[float] = ()
    ends: Sequence[float] = ()

    @classmethod
    def joined(cls, spans: Iterable[Span]) -> Spans:
        starts: list[float] = []
        ends: list[float] = []
        for start, end in sorted(spans):
            if ends and start <= ends[-1]:
                ends[-1] = max(ends[-1], end)
            else:
                starts.append(start)
                ends.append(end)
        return cls(starts, ends)

    def __iter__(self) -> Iterator[Span]:
        return zip(self.starts, self.ends, strict=True)

    def covers(self, beat: float) -> bool:
        """Whether a beat lies in a stretch, its end not included."""
        index = bisect_right(self.starts, beat + 1e-9) - 1
        return index >= 0 and beat < self.ends[index] - 1e-9

    def crosses(self, start: float, end: float) -> bool:
        """Whether any stretch reaches into the one from ``start`` to ``end``."""
        return self.room(start, end) < end - start - 1e-9

    def room(self, start: float, limit: float) -> float:
        """Beats from ``start`` to the next stretch, at most to ``limit``; 0 inside of one."""
        if self.covers(start):
            return 0.0
        index = bisect_right(self.starts, start + 1e-9)
        return min(self.starts[index] if index < len(self.starts) else limit, limit) - start


@dataclass(frozen=True)
class Ground:
    """Where gestures may lie, in beats.

    Parameters
    ----------
    sounding
        Where there is sound.
    closed
        Where no gesture may lie.
    protected
        The stretches of ``closed`` that belong to protected words.
    spoken
        Where a voice speaks, so that gestures have to be short.
    """

    sounding: Spans = field(default_factory=Spans)
    closed: Spans = field(default_factory=Spans)
    protected: Spans = field(default_factory=Spans)
    spoken: Spans = field(default_factory=Spans)


def ground_of(stage: Stage, notes: Sequence[Note], takes: Sequence[Take]) -> Ground:
    """Return the ground of one part in one section.

    Parameters
    ----------
    notes, takes
        What the part plays, earlier sections' among it.
    """
    def joined(stretches: Iterable[Sounding]) -> Spans:
        return Spans.joined(stretch.in_beats(stage.tempo) for stretch in stretches)

    heard = [Sounding(note.onset_seconds, note.end_seconds) for note in notes]
    heard += [Sounding(take.onset_seconds, take.end_seconds) for take in takes]
    here = [(note.utterance, Sounding(note.onset_seconds, note.end_seconds)) for note in notes
            if note.utterance and not note.is_breath
            and stage.span.start_beats - 1e-9 <= note.onset_beats < stage.span.end_beats - 1e-9]
    guarded = {(line.number, index) for line in stage.lines for index in _protected(stage, line.number)}
    protected = [stretch.widened(WORD_SECONDS, WORD_SECONDS) for sung, stretch in here
                 if (sung.line.number, sung.word_index) in guarded]
    spoken = [(sung, stretch) for sung, stretch in here if sung.delivery.manner in SPOKEN]
    kept = [consonant for sung, stretch in spoken for consonant in _consonants(sung, stretch)]
    return Ground(joined(heard), joined([*protected, *kept]), joined(protected),
                  joined(stretch for _, stretch in spoken))


def together(grounds: Iterable[Ground]) -> Ground:
    """Return the ground of several parts as one: it sounds where any does, and is closed where any is."""
    rows = list(grounds)

    def of(name: str) -> Spans:
        return Spans.joined(span for ground in rows for span in getattr(ground, name))

    return Ground(of("sounding"), of("closed"), of("protected"), of("spoken"))


def _protected(stage: Stage, number: int) -> list[int]:
    """Return the indices of all protected words of a line."""
    line = next(line.line for line in stage.lines if line.number == number)
    lexicon = stage.score.lexicon
    return [start + offset for marked in line.protect for start in line.find(marked, lexicon)
            for offset in range(len(words(marked, lexicon, line.tongue)))]


def _consonants(sung: Utterance, stretch: Sounding) -> tuple[Sounding, Sounding]:
    """Return the stretches of a spoken syllable without gestures: around its onset, and before its end."""
    before = CLUSTER_SECONDS if consonants(sung.phones)[0] > 1 else CONSONANT_SECONDS
    onset, end = stretch
    return (Sounding(onset - before, onset + CONSONANT_SECONDS),
            Sounding(max(end - CONSONANT_SECONDS, onset), end + CONSONANT_SECONDS / 2))
