"""The lines of a song with the time of each word.

A word begins where its first vowel is heard, because a sung note is heard where its vowel begins; the consonants before
it lie ahead of that time.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from scores.lyrics.line import HELD
from scores.performance import Note, Performance, SungLine, SungPhrase, sung_phrases


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word as it is heard.

    Attributes
    ----------
    text
        The word as it is printed, with the punctuation after it.
    start_seconds, end_seconds
        From the onset of its first note to the end of its last.
    syllables
        Onset [s] and spelling of each of its syllables; melismas belong to the syllable that they hold.
    """

    text: str
    start_seconds: float
    end_seconds: float
    syllables: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class TimedLine:
    """A line of the lyrics as it is heard.

    Attributes
    ----------
    line
        The line that is sung.
    words
        Its words in order, at least one.
    """

    line: SungLine
    words: tuple[TimedWord, ...]

    @property
    def start_seconds(self) -> float:
        return self.words[0].start_seconds

    @property
    def end_seconds(self) -> float:
        return self.words[-1].end_seconds

    @property
    def text(self) -> str:
        """The words with spaces between them."""
        return " ".join(word.text for word in self.words)


def lead_phrases(performance: Performance) -> list[SungPhrase]:
    """Return the sung phrases of a song in the order in which they are heard.

    A line that several parts give at one time, such as a double, is there once: as the first of them, in the order of
    the score, gives it.
    """
    kept: list[SungPhrase] = []
    for notes in performance.notes.values():
        for phrase in sung_phrases(notes):
            if not any(_is_same(phrase, other) for other in kept):
                kept.append(phrase)
    return sorted(kept, key=lambda phrase: phrase.notes[0].onset_seconds)


def _is_same(phrase: SungPhrase, other: SungPhrase) -> bool:
    """Return whether two phrases are one line of the lyrics at one time."""
    return (phrase.line.section, phrase.line.number) == (other.line.section, other.line.number) and (
        phrase.notes[0].onset_seconds < other.notes[-1].end_seconds
        and other.notes[0].onset_seconds < phrase.notes[-1].end_seconds)


def timed_lines(performance: Performance) -> list[TimedLine]:
    """Return the lines of a song with their times, in the order in which they are heard."""
    return [_timed(phrase) for phrase in lead_phrases(performance)]


def _timed(phrase: SungPhrase) -> TimedLine:
    """Return a phrase's words with their times; words that are printed as one, such as a number, are one."""
    found: list[TimedWord] = []
    before = ""
    for index, notes in groupby(phrase.notes, key=lambda note: note.utterance.word_index if note.utterance else 0):
        word = phrase.line.words[index]
        timed = _word(list(notes), word.printed + word.mark)
        is_of_last = bool(found) and word.printed == before and word.printed != word.text
        if is_of_last:
            last = found[-1]
            timed = TimedWord(timed.text, last.start_seconds, timed.end_seconds, last.syllables + timed.syllables)
            found[-1] = timed
        else:
            found.append(timed)
        before = word.printed
    return TimedLine(phrase.line, tuple(found))


def _word(notes: list[Note], text: str) -> TimedWord:
    syllables = [(note.onset_seconds, note.utterance.syllable) for note in notes
                 if note.utterance and note.utterance.syllable != HELD]
    return TimedWord(text, notes[0].onset_seconds, notes[-1].end_seconds, tuple(syllables))
