"""Voice leading for keys and strings: from one voicing to the next with small moves and held tones."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations

import numpy as np

from scores.composing.stage import Stage
from scores.theory import Chord
from scores.theory.fretboard import PERFECT_FIFTH, THIRDS

Voicing = tuple[int, ...]  # MIDI numbers, low to high

# Logits per unit.
MOVEMENT_COST = 0.22  # per semitone of all voices together
COMMON_TONE_PLEASURE = 0.4
OVERLAP_COST = 0.7  # per voice that goes beyond where its neighbour was
PARALLEL_COST = 1.0  # outer voices in parallel fifths or octaves
LEAP_COST = 0.1  # per semitone of the highest voice beyond a third
LEAP_FREE = 4.0
DOUBLED_THIRD_COST = 0.5
WIDE_GAP_COST = 0.25  # per semitone beyond an octave between neighbours
CLOSE_COST = 0.6  # per semitone clash between neighbours
MUD_COST = 0.4  # per interval narrower than a fourth below C3
CENTRE_COST = 0.06  # per semitone of the mean from the middle of the range
FOREIGN_LOWEST_COST = 0.3  # the chord's bass is not the lowest voice
MUD_PITCH, MUD_INTERVAL = 48, 5
CANDIDATES = 10


def missing_cost(interval: int) -> float:
    """What it costs to leave out a tone, by its interval above the root: the third most, a perfect fifth least."""
    step = interval % 12
    if step in THIRDS:
        return 5.0
    return {0: 1.6, PERFECT_FIFTH: 0.8}.get(step, 3.0)


@lru_cache(maxsize=1024)
def voicings(root: int, intervals: tuple[int, ...], bass: int, voices: int, low: int, high: int,
             ) -> tuple[np.ndarray, np.ndarray]:
    """All voicings of a chord with ``voices`` notes from ``low`` to ``high`` (MIDI), and the cost of each by itself.

    Returns pitches, int, shape (n, voices), rising along each row, and costs in logits, shape (n,).
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


def leading_cost(table: np.ndarray, previous: Voicing) -> np.ndarray:
    """What it costs to go from a voicing to each row of the table, in logits, shape (n,)."""
    before = np.array(previous)
    distance = np.abs(table[:, :, None] - before)
    common = (distance == 0).any(axis=2).sum(axis=1)
    if len(before) == table.shape[1]:  # each voice goes to its own next tone
        movement = np.abs(table - before).sum(axis=1)
        overlap = ((table[:, :-1] > before[1:]) | (table[:, 1:] < before[:-1])).sum(axis=1)
    else:  # a voice comes or goes: each tone from the nearest
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
    """The next voicing, by softmax over what leads well; a range that has too few tones gives fewer voices."""
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
    """The octave of a bass note: near the one before, else low; the range has to span an octave."""
    options = [pitch for pitch in range(low, high + 1) if pitch % 12 == pitch_class]
    near = low + (high - low) / 3 if previous is None else previous
    return options[stage.choose(purpose, beat, [str(p) for p in options], [-0.2 * abs(p - near) for p in options])]
