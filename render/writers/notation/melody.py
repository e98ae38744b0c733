"""The melody of a lead sheet: the notes of the words, each line by the first part that gives it."""

from __future__ import annotations

from render.writers.lyrics.timed import lead_phrases
from scores.performance import Note, Performance


def lead(performance: Performance) -> list[Note]:
    """Return the notes of a song's words in the order in which they are written."""
    return sorted((note for phrase in lead_phrases(performance) for note in phrase.notes),
                  key=lambda note: note.onset_beats)
