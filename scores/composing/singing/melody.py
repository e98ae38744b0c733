"""One phrase of melody: a walk over the steps of the key, note by note, each note a softmax that looks ahead.

A note's logit is minus its own cost minus the least cost of getting from there to the phrase's high point and its
close (dynamic programming, Bellman 1957): so whatever the temperature picks, the phrase still arrives. The rules are
those of species counterpoint and of what corpora of song show: mostly steps, a leap is answered by a step back
(gap-fill; Meyer 1973, von Hippel & Huron 2000), one high point, chord tones on strong beats.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from scores.composing.singing.prosody import SetSyllable
from scores.composing.stage import Stage
from scores.theory import Chord, Key

FORBIDDEN = 1000.0  # a cost that no temperature of a score outweighs, yet finite: a phrase always exists
STEP = 1  # scale steps: up to here an interval is a second or a repeat
THIRD = 2  # and up to here no leap
MAJOR_THIRD = 4  # semitones

# Scale steps between neighbours → cost.
_INTERVAL_COST = np.array([0.55, 0.0, 0.9, 2.0, 2.4, 3.4] + [FORBIDDEN] * 40)
_STILL = 1.0  # a third note on one pitch
_ZIGZAG = 0.25  # turning back at once
_AUGMENTED = 6.0  # neighbours of the scale three semitones apart, or one note altered against the one before
_NOT_IN_CHORD = {1.0: 2.6, 0.75: 2.2, 0.5: 1.5, 0.25: 0.35, 0.0: 0.2}  # by metrical strength
_LONG_NOT_IN_CHORD = 1.6  # a note held for a beat or more
SMALLEST_SHARE_OF_STEPS = 0.6
_STRICTER = 2.5  # what each further try adds to the cost of an interval wider than a step
_TRIES = 4


@dataclass(frozen=True)
class Ladder:
    """The notes a section's melody may use: ``low`` … ``high`` are degrees of ``key`` counted from its tonic C4–B4."""

    key: Key
    low: int
    high: int
    lowest_pitch: int
    highest_pitch: int

    @property
    def degrees(self) -> range:
        return range(self.low, self.high + 1)

    def clip(self, degree: float) -> float:
        return min(max(degree, self.low), self.high)


def ladder(key: Key, lowest: int, highest: int, centre: float, span_semitones: int = 15) -> Ladder:
    """The ladder around ``centre`` inside ``lowest`` … ``highest`` (MIDI numbers), no wider than ``span_semitones``.

    A tenth is 15 or 16 semitones; one is left for a raised leading note at the top.
    """
    bottom = min(max(centre - span_semitones / 2, lowest), max(highest - span_semitones, lowest))
    top = min(bottom + span_semitones, highest)
    inside = [d for d in range(-28, 36) if bottom <= key.pitch(d, 4) <= top]
    if not inside:
        inside = [min(range(-28, 36), key=lambda d: abs(key.pitch(d, 4) - centre))]
    return Ladder(key, inside[0], inside[-1], lowest, highest)


@cache
def sounding_pitch(key: Key, degree: int, chord: Chord | None) -> int:
    """MIDI number of a degree over a chord: a scale note gives way to its alteration where the chord has that instead.

    So the seventh of minor is raised over V, as in the harmonic minor scale: a chord's major third is reached from
    below, any other foreign tone from above.
    """
    pitch = key.pitch(degree, 4)
    tones = chord.pitch_classes if chord else ()
    if chord is None or pitch % 12 in tones:
        return pitch
    for altered, is_third in ((pitch + 1, True), (pitch - 1, False)):
        foreign = altered % 12 in tones and altered % 12 not in key.scale
        if foreign and ((altered - chord.root) % 12 == MAJOR_THIRD) == is_third:
            return altered
    return pitch


@dataclass(frozen=True)
class PhrasePlan:
    """Where a phrase is going: a degree wanted at each note and how much, its high point and its last note."""

    targets: tuple[float, ...]
    weight: float
    peak_index: int
    peak: int
    close: int


def chord_at(stage: Stage, beat: float) -> Chord | None:
    """The chord that sounds at a beat of the section."""
    bar = stage.bar_at(beat)
    return bar.chord_at(beat - bar.start_beats)


def is_chord_tone(key: Key, degree: int, chord: Chord | None) -> bool:
    """Whether a degree belongs to the chord; to the tonic triad where there is none."""
    if chord is None:
        return degree % 7 in (0, 2, 4)
    return sounding_pitch(key, degree, chord) % 12 in chord.pitch_classes


def sing_phrase(stage: Stage, name: str, notes: Sequence[SetSyllable], steps: Ladder, plan: PhrasePlan,
                before: int | None) -> tuple[int, ...]:
    """Choose a degree for each note. ``name`` addresses the choices; ``before`` is the last degree sung so far.

    A phrase with too few steps or a missed rule is sung again under stricter costs, the last time at T = 0.
    """
    degrees: tuple[int, ...] = ()
    for attempt in range(_TRIES):
        search = _Search(stage, notes, steps, plan, before, stricter=_STRICTER * attempt)
        degrees = search.walk(name if attempt == 0 else f"{name}, try {attempt + 1}", cold=attempt == _TRIES - 1)
        if is_singable(degrees):
            break
    return degrees


def is_singable(degrees: Sequence[int]) -> bool:
    """Whether a phrase keeps the rules: three fifths steps or repeats, leaps answered by a step, one high point."""
    moves = np.diff(degrees)
    if len(moves) == 0:
        return True
    steps = np.count_nonzero(np.abs(moves) <= STEP) >= SMALLEST_SHARE_OF_STEPS * len(moves)
    leaps = np.flatnonzero(np.abs(moves) > THIRD)
    answered = all(i + 1 < len(moves) and moves[i + 1] == -np.sign(moves[i]) for i in leaps)
    return bool(steps and answered and np.count_nonzero(np.asarray(degrees) == max(degrees)) == 1)


class _Search:
    """The cost of every way through a phrase; index ``x`` of an array is the degree ``low + x``."""

    def __init__(self, stage: Stage, notes: Sequence[SetSyllable], steps: Ladder, plan: PhrasePlan,
                 before: int | None, stricter: float) -> None:
        self.stage, self.notes, self.low = stage, notes, steps.low
        degrees = np.arange(steps.low, steps.high + 1)
        chords = [chord_at(stage, note.onset_beats) for note in notes]
        pitches = np.array([[sounding_pitch(steps.key, int(d), chord) for d in degrees] for chord in chords])
        self.labels = [str(steps.key.pitch(int(d), 4)) for d in degrees]
        self.local = np.array([self._local(i, degrees, steps, chords[i], pitches[i], plan) for i in range(len(notes))])
        if before is not None:
            self.local[0] += 0.25 * np.clip(np.abs(degrees - before) - THIRD, 0, None)
        size = len(degrees)
        self.moves = _move_costs(size)
        gap = np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
        wide = np.where(gap > STEP, stricter, 0.0)
        self.pairs = [wide + _alteration_costs(pitches[i], pitches[i + 1]) for i in range(len(notes) - 1)]
        if self.pairs:  # nothing is left to answer a leap into the last note
            self.pairs[-1] = self.pairs[-1] + np.where(gap > THIRD, FORBIDDEN, 0.0)
        # ahead[i][p, c]: least cost after note i, which is c and came from p.
        self.ahead = [np.zeros((size, size))]
        for i in range(len(notes) - 1, 0, -1):
            self.ahead.append((self.moves + (self.local[i] + self.pairs[i - 1] + self.ahead[-1])[None]).min(axis=2))
        self.ahead.reverse()

    def _local(self, i: int, degrees: np.ndarray, steps: Ladder, chord: Chord | None, pitches: np.ndarray,
               plan: PhrasePlan) -> np.ndarray:
        note = self.notes[i]
        cost = plan.weight * np.abs(degrees - plan.targets[i])
        outside = np.array([not is_chord_tone(steps.key, int(d), chord) for d in degrees])
        dissonance = _NOT_IN_CHORD[note.strength] + (_LONG_NOT_IN_CHORD if note.duration_beats >= 1.0 else 0.0)
        cost = cost + np.where(outside, dissonance, 0.0)
        cost += np.where((pitches < steps.lowest_pitch) | (pitches > steps.highest_pitch), FORBIDDEN, 0.0)
        if len(self.notes) > 1:
            peaks = degrees == plan.peak if i == plan.peak_index else degrees < plan.peak
            cost += np.where(peaks, 0.0, FORBIDDEN)
        if i == len(self.notes) - 1:
            cost += np.where(degrees == plan.close, 0.0, FORBIDDEN)
        return np.asarray(cost)

    def walk(self, name: str, cold: bool) -> tuple[int, ...]:
        """One way through: each note picked by softmax over its cost and the least cost ahead."""
        path: list[int] = []
        for i, note in enumerate(self.notes):
            if i == 0:
                costs = self.local[0] + np.diagonal(self.ahead[0])
            else:
                before, here = path[max(i - 2, 0)], path[-1]
                costs = self.moves[before, here] + self.local[i] + self.pairs[i - 1][here] + self.ahead[i][here]
            temperature = 0.0 if cold else self.stage.temperature.at(note.onset_beats)
            path.append(self.stage.choose(f"{name}, note {i + 1}", note.onset_beats, self.labels, -costs, temperature))
        return tuple(self.low + x for x in path)


@cache
def _move_costs(size: int) -> np.ndarray:
    """Cost of going p → c → x, shape (size, size, size): the interval, and what it answers."""
    p, c, x = np.ogrid[:size, :size, :size]
    first, second = c - p, x - c
    cost = _INTERVAL_COST[np.abs(second)] + np.zeros((size, size, size))
    unanswered = (np.abs(first) > THIRD) & (second != -np.sign(first))
    cost = cost + np.where(unanswered, FORBIDDEN, 0.0)
    cost += np.where((first == 0) & (second == 0), _STILL, 0.0)
    cost += np.where((first * second < 0) & (np.abs(first) <= THIRD), _ZIGZAG, 0.0)
    return np.asarray(cost)


def _alteration_costs(here: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Cost of intervals that an altered note makes hard to sing: augmented seconds, false relations. (size, size)."""
    size = len(here)
    gap = np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
    semitones = np.abs(np.subtract.outer(here, there))
    awkward = ((gap == 1) & (semitones > 2)) | ((gap == 0) & (semitones > 0)) | ((gap > 1) & (semitones == 6))
    return np.where(awkward, _AUGMENTED, 0.0)
