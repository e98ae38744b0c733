"""Voice leading for keyboards and strings: from one voicing to the next with small steps and common tones."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations

import numpy as np

from scores.arrays import Integers, Reals
from scores.composing.stage import Stage
from scores.theory import Chord
from scores.theory.fretboard import PERFECT_FIFTH, THIRDS

# MIDI numbers, low to high.
Voicing = tuple[int, ...]

# Costs of moving to a voicing [logits], set by ear: per semitone of all voices together.
MOVEMENT_COST = 0.22
# Gain per tone that both voicings share.
COMMON_TONE_PLEASURE = 0.4
# Per voice that passes the place where its neighbour was.
OVERLAP_COST = 0.7
# For outer voices in parallel fifths or octaves.
PARALLEL_COST = 1.0
# Per semitone of the highest voice beyond LEAP_FREE semitones, a third.
LEAP_COST = 0.1
LEAP_FREE = 4.0

# Costs of a voicing by itself [logits]: per third beyond the first.
DOUBLED_THIRD_COST = 0.5
# Per semitone beyond an octave between neighbours.
WIDE_GAP_COST = 0.25
# Per minor second between neighbours.
CLOSE_COST = 0.6
# Per interval below MUD_PITCH (C3) that is narrower than MUD_INTERVAL (a fourth), which sounds muddy.
MUD_COST = 0.4
MUD_PITCH = 48
MUD_INTERVAL = 5
# Per semitone from the mean of the voices to the middle of the range.
CENTRE_COST = 0.06
# For a lowest voice that is not the chord's bass.
FOREIGN_LOWEST_COST = 0.3
# Cheapest voicings that softmax chooses from.
CANDIDATES = 10
# Cost per semitone from the bass note before [logits].
BASS_LEAP_COST = 0.2


def missing_cost(interval: int) -> float:
    """Return the cost of leaving out a tone by its interval above the root: the third most, a perfect fifth least."""
    step = interval % 12
    if step in THIRDS:
        return 5.0
    return {0: 1.6, PERFECT_FIFTH: 0.8}.get(step, 3.0)


@lru_cache(maxsize=1024)
def voicings(root: int, intervals: tuple[int, ...], bass: int, voices: int, low: int, high: int,
             ) -> tuple[Integers, Reals]:
    """Return all voicings of a chord, and the cost of each by itself.

    Parameters
    ----------
    root, intervals, bass
        As in ``Chord``.
    voices
        Number of notes.
    low, high
        Range in MIDI numbers.

    Returns
    -------
    tuple of array
        MIDI numbers, shape (n, voices), rising along each row, and costs in logits, shape (n,).
    """
    tones = {(root + interval) % 12: interval for interval in reversed(intervals)}
    pitches = [pitch for pitch in range(low, high + 1) if pitch % 12 in tones]
    table = np.array(list(combinations(pitches, voices)), dtype=np.int64).reshape(-1, voices)
    classes = table % 12
    cost = np.zeros(len(table))
    for tone, interval in tones.items():
        count = (classes == tone).sum(axis=1)
        cost += missing_cost(interval) * (count == 0)
        if interval % 12 in THIRDS:
            cost += DOUBLED_THIRD_COST * np.maximum(count - 1, 0)
    gaps = np.diff(table, axis=1)
    cost += WIDE_GAP_COST * np.maximum(gaps - 12, 0).sum(axis=1) + CLOSE_COST * (gaps == 1).sum(axis=1)
    cost += MUD_COST * ((gaps < MUD_INTERVAL) & (table[:, :-1] < MUD_PITCH)).sum(axis=1)
    cost += CENTRE_COST * np.abs(table.mean(axis=1) - (low + high) / 2)
    cost += FOREIGN_LOWEST_COST * (classes[:, 0] != bass)
    return table, cost


def leading_cost(table: Integers, previous: Voicing) -> Reals:
    """Return the cost of moving from a voicing to each row of the table, in logits, shape (n,)."""
    before = np.array(previous)
    distance = np.abs(table[:, :, None] - before)
    common = (distance == 0).any(axis=2).sum(axis=1)
    if len(before) == table.shape[1]:  # each voice moves to its own next tone
        movement = np.abs(table - before).sum(axis=1)
        overlap = ((table[:, :-1] > before[1:]) | (table[:, 1:] < before[:-1])).sum(axis=1)
    else:  # the number of voices changes: each tone moves from the nearest
        movement = (distance.min(axis=2).sum(axis=1) + distance.min(axis=1).sum(axis=1)) / 2
        overlap = np.zeros(len(table))
    cost = MOVEMENT_COST * movement - COMMON_TONE_PLEASURE * common + OVERLAP_COST * overlap
    outer, outer_before = (table[:, -1] - table[:, 0]) % 12, (before[-1] - before[0]) % 12
    rise = np.sign(table[:, [0, -1]] - before[[0, -1]])
    cost += PARALLEL_COST * ((outer == outer_before) & np.isin(outer, (0, PERFECT_FIFTH))
                             & (rise[:, 0] == rise[:, 1]) & (rise[:, 0] != 0))
    return np.asarray(cost + LEAP_COST * np.maximum(np.abs(table[:, -1] - before[-1]) - LEAP_FREE, 0.0))


def choose_voicing(stage: Stage, purpose: str, beat: float, chord: Chord, previous: Voicing | None, *, voices: int,
                   low: int, high: int) -> Voicing:
    """Choose the next voicing by softmax, in view of the one before.

    Parameters
    ----------
    stage, purpose, beat
        As in ``Stage.choose``.
    chord
        The chord.
    previous
        The voicing before; None at the beginning.
    voices
        Number of notes; fewer where the range has too few tones.
    low, high
        Range in MIDI numbers.
    """
    table, own = voicings(chord.root, chord.intervals, chord.bass, voices, low, high)
    while not len(table):
        voices -= 1
        table, own = voicings(chord.root, chord.intervals, chord.bass, voices, low, high)
    cost = own if previous is None else own + leading_cost(table, previous)
    best = np.argsort(cost, kind="stable")[:CANDIDATES]
    pick = stage.choose(purpose, beat, [" ".join(map(str, table[i])) for i in best], -cost[best])
    return tuple(int(pitch) for pitch in table[best[pick]])


def choose_bass(stage: Stage, purpose: str, beat: float, pitch_class: int, previous: float | None, *, low: int,
                high: int) -> int:
    """Choose the octave of a bass note: near the one before, low at the beginning.

    Parameters
    ----------
    stage, purpose, beat
        As in ``Stage.choose``.
    pitch_class
        The bass, 0–11.
    previous
        MIDI number of the bass note before; None at the beginning.
    low, high
        Range in MIDI numbers, at least an octave.
    """
    options = [pitch for pitch in range(low, high + 1) if pitch % 12 == pitch_class]
    near = low + (high - low) / 3 if previous is None else previous
    logits = [-BASS_LEAP_COST * abs(pitch - near) for pitch in options]
    return options[stage.choose(purpose, beat, [str(pitch) for pitch in options], logits)]
