"""Where a part may be broken: where it sounds, and where a glitch would cost a word.

A word that is marked as protected is left whole. Of spoken lines the consonants are: they carry the words (Fletcher
1929, "Speech and Hearing": without them hardly a syllable is understood), so a gesture lies inside a vowel or between
words.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from scores.composing.stage import Stage
from scores.lyrics.phonology import is_vowel
from scores.lyrics.syllables import find_words, words
from scores.performance import Note
from scores.theory.tempo import TempoMap

CONSONANT_SECONDS = 0.06  # kept free before and after the onset of a spoken syllable, and before its end
CLUSTER_SECONDS = 0.12  # before an onset of two consonants and more
WORD_SECONDS = 0.02  # kept free around a protected word
SPOKEN = ("spoken", "whispered")

Span = tuple[float, float]


@dataclass(frozen=True)
class Spans:
    """Stretches of time in beats, joined where they touch, in rising order."""

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
    """What a plan of gestures has to stand on, in beats: where there is sound, where none may be broken and by which
    word, and where somebody speaks, so that gestures have to be small."""

    sounding: Spans = field(default_factory=Spans)
    closed: Spans = field(default_factory=Spans)
    protected: Spans = field(default_factory=Spans)
    spoken: Spans = field(default_factory=Spans)


def ground_of(stage: Stage, notes: Sequence[Note]) -> Ground:
    """The ground of one part in one section; ``notes`` are the part's, earlier sections' among them."""
    tempo = stage.tempo
    here = [note for note in notes if note.utterance and note.utterance.syllable
            and stage.span.start_beats - 1e-9 <= note.onset_beats < stage.span.end_beats - 1e-9]
    guarded = {(line.number, index) for line in stage.lines for index in _protected(stage, line.number)}
    words_ = [_in_beats(tempo, note.onset_seconds - WORD_SECONDS, note.end_seconds + WORD_SECONDS) for note in here
              if note.utterance and (note.utterance.line.number, note.utterance.word_index) in guarded]
    spoken = [note for note in here if note.utterance and note.utterance.delivery.manner in SPOKEN]
    consonants = [span for note in spoken for span in _consonants(tempo, note)]
    return Ground(
        sounding=Spans.joined(_in_beats(tempo, note.onset_seconds, note.end_seconds) for note in notes),
        closed=Spans.joined([*words_, *consonants]), protected=Spans.joined(words_),
        spoken=Spans.joined(_in_beats(tempo, note.onset_seconds, note.end_seconds) for note in spoken))


def together(grounds: Iterable[Ground]) -> Ground:
    """The ground of several parts as one: it sounds where any does, and is closed where any is."""
    rows = list(grounds)

    def of(name: str) -> Spans:
        return Spans.joined(span for ground in rows for span in getattr(ground, name))

    return Ground(of("sounding"), of("closed"), of("protected"), of("spoken"))


def _protected(stage: Stage, number: int) -> list[int]:
    """Indices of the words of a line that are protected, wherever they stand in it."""
    line = next(line.line for line in stage.lines if line.number == number)
    lexicon = stage.score.lexicon
    return [start + offset for marked in line.protect for start in find_words(line.spoken, marked, lexicon)
            for offset in range(len(words(marked, lexicon)))]


def _consonants(tempo: TempoMap, note: Note) -> list[Span]:
    """What has to stay of a spoken syllable: around its onset, and before its end."""
    phones = note.utterance.phones if note.utterance else ()
    cluster = next((index for index, phone in enumerate(phones) if is_vowel(phone)), 1)
    before = CLUSTER_SECONDS if cluster > 1 else CONSONANT_SECONDS
    onset, end = note.onset_seconds, note.end_seconds
    return [_in_beats(tempo, onset - before, onset + CONSONANT_SECONDS),
            _in_beats(tempo, max(end - CONSONANT_SECONDS, onset), end + CONSONANT_SECONDS / 2)]


def _in_beats(tempo: TempoMap, start_seconds: float, end_seconds: float) -> Span:
    return tempo.beat(start_seconds), tempo.beat(end_seconds)
