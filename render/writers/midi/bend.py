"""Pitch bend of a MIDI channel: the range of its wheel, and the wheel's values while a note sounds."""

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
    """Return the range of the wheel to each side [semitones]: 2, or as many as the widest bend or slide needs."""
    widest = max((abs(note.pitch - round(note.pitch) + cents / CENTS) for note in notes for _, cents in note.bend),
                 default=0.0)
    return max(math.ceil(widest - 1e-9), USUAL_RANGE_SEMITONES)


def wheel(semitones: float, range_semitones: int) -> int:
    """Return the wheel's value for an interval from the key.

    Parameters
    ----------
    semitones
        Interval from the key [semitones].
    range_semitones
        Range of the wheel to each side [semitones].

    Returns
    -------
    int
        −8192 … 8191; the highest is one step less than the range, since MIDI has no 8192.
    """
    return min(round(semitones / range_semitones * STEPS), STEPS - 1)


def bent(note: Note, key: int, range_semitones: int) -> Iterator[tuple[float, int]]:
    """Yield the wheel's values for a note: at its onset, at each movement of a cent or more, and at the end of it.

    Parameters
    ----------
    note
        The note, with its bend.
    key
        MIDI note number that is written for it.
    range_semitones
        Range of the wheel to each side [semitones].

    Yields
    ------
    tuple of float and int
        Time [s of the song], and the wheel's value.
    """
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
