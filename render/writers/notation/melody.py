"""The melody of a lead sheet: the notes of the words, each line by the first part that gives it."""

from __future__ import annotations

from scores.performance import Note, Performance, SungPhrase, sung_phrases


def lead(performance: Performance) -> list[Note]:
    """Return the notes of a song's words in order; of a line that several parts give at one time, the first one's."""
    kept: list[SungPhrase] = []
    for notes in performance.notes.values():
        for phrase in sung_phrases(notes):
            if not any(_is_same(phrase, other) for other in kept):
                kept.append(phrase)
    return sorted((note for phrase in kept for note in phrase.notes), key=lambda note: note.onset_beats)


def _is_same(phrase: SungPhrase, other: SungPhrase) -> bool:
    return (phrase.line.section, phrase.line.number) == (other.line.section, other.line.number) and (
        phrase.notes[0].onset_beats < other.notes[-1].onset_beats + other.notes[-1].duration_beats
        and other.notes[0].onset_beats < phrase.notes[-1].onset_beats + phrase.notes[-1].duration_beats)
