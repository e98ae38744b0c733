"""The pieces of a drum kit: a part with ``stems: each`` as one song for each piece, in which nothing else plays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scores.performance import Note, Performance
from scores.score import Score

ROOM = "room"  # what is left of the part without its pieces: room, sends, and what effects do to the whole


def pieces_of(score: Score, performance: Performance, name: str) -> Iterator[tuple[str, Score, Performance]]:
    """Yield the pieces that a part strikes, in the order of their names, if it has ``stems: each``.

    Yields
    ------
    tuple
        The name of the piece; the song, with the part close up and without sends; and its strokes on that piece.
    """
    part = score.parts[name]
    if part.stems != "each":
        return
    struck: dict[str, list[Note]] = {}
    for note in performance.notes[name]:
        struck.setdefault(part.voice.piece(note), []).append(note)
    close = part.model_copy(update={"voice": part.voice.close_up(), "sends": {}})
    song = score.model_copy(update={"parts": {**score.parts, name: close}})
    takes = {other: found for other, found in performance.takes.items() if other != name}
    for piece in sorted(struck):
        yield piece, song, replace(performance, takes=takes, notes={**performance.notes, name: struck[piece]})
