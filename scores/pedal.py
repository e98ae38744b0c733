"""The sustain pedal of a part, derived from its notes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from scores.performance import Note

# Time from a chord to the pedal that holds it [s]: legato pedalling.
PEDAL_LAG_SECONDS = 0.06
# Shortest time for which the pedal is up between two chords [s].
PEDAL_UP_SECONDS = 0.02


class Pedal(NamedTuple):
    """One time that the sustain pedal is down, and the notes that it holds."""

    down_seconds: float
    up_seconds: float
    notes: tuple[Note, ...]


def pedals(notes: Sequence[Note]) -> list[Pedal]:
    """Derive the sustain pedal of a part from its pedalled notes.

    Notes that overlap as written share one pedal. The notes of one harmony end where the next begins, so the pedal
    changes there: up when the last of the old notes has ended, down again just after the new ones were struck.

    Parameters
    ----------
    notes
        Notes of one part, sorted by onset.
    """
    held: list[list[Note]] = []
    until = -math.inf
    for note in notes:
        if not note.pedalled:
            continue
        if note.onset_beats >= until - 1e-6:
            held.append([])
        held[-1].append(note)
        until = max(until, note.onset_beats + note.duration_beats)
    spans: list[Pedal] = []
    up = -math.inf
    for group in held:
        down = max(group[0].onset_seconds + PEDAL_LAG_SECONDS, up + PEDAL_UP_SECONDS)
        if (end := max(note.end_seconds for note in group)) > down:
            spans.append(Pedal(down, end, tuple(group)))
            up = end
    return spans
