"""Pitch bend of a MIDI channel: how far its wheel has to reach, and where it stands while a note sounds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import pairwise

from scores.performance import Note

# Default range of General MIDI [semitones, to each side].
USUAL_RANGE_SEMITONES = 2
# Resolution of the wheel [steps for the whole range, to each side].
STEPS = 8192
# Distance of two events of a moving wheel [s]: too short to be heard as steps, longer than a tick.
STEP_SECONDS = 0.008
# Smallest movement that is written [cents]: smaller ones are inaudible.
FINEST_CENTS = 1.0
# Cents in a semitone.
CENTS = 100.0


def bend_range(notes: Iterable[Note]) -> int:
    """Semitones of the wheel to each side: two, or as many as the widest bend or slide of the notes needs."""
    widest = max((abs(note.pitch - round(note.pitch) + cents / CENTS) for note in notes for _, cents in note.bend),
                 default=0.0)
    return max(math.ceil(widest - 1e-9), USUAL_RANGE_SEMITONES)


def wheel(semitones: float, range_semitones: int) -> int:
    """The wheel's value for a distance from the key that is struck; the top of the range is its last step."""
    return min(round(semitones / range_semitones * STEPS), STEPS - 1)


def bent(note: Note, key: int, range_semitones: int) -> Iterator[tuple[float, int]]:
    """Seconds of the song and value of the wheel: where it stands when the note is struck, then as it moves by a cent
    or more, and where it comes to rest."""
    away = note.pitch - key
    curve = note.bend or ((0.0, 0.0),)
    if curve[0][0] > 0:
        curve = ((0.0, curve[0][1]), *curve)
    sent = wheel(away + curve[0][1] / CENTS, range_semitones)
    yield note.onset_seconds, sent
    finest = FINEST_CENTS / CENTS / range_semitones * STEPS
    for (start, low), (end, high) in pairwise(curve):
        steps = max(math.ceil((end - start) / STEP_SECONDS - 1e-9), 1)
        for step in range(1, steps + 1):
            share = step / steps
            value = wheel(away + (low + share * (high - low)) / CENTS, range_semitones)
            rests = step == steps and end == curve[-1][0]
            if abs(value - sent) >= finest or (rests and value != sent):
                sent = value
                yield note.onset_seconds + start + share * (end - start), value
