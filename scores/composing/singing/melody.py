"""The melody of one phrase: a walk over the steps of the key in which each note is a softmax that looks ahead.

The logit of a note is minus its own cost, minus the least cost from there to the phrase's high point and its close
(dynamic programming [1]_). So the phrase arrives there whatever the temperature picks. The rules are those of species
counterpoint and of corpora of song: mostly steps, a leap is answered by a step back (gap-fill [2]_ [3]_), one high
point, chord tones on strong beats.

References
----------
.. [1] Bellman, R. (1957). Dynamic Programming. Princeton University Press.
.. [2] Meyer, L. B. (1973). Explaining Music. University of California Press.
.. [3] von Hippel, P. and Huron, D. (2000). Why do skips precede reversals? Music Perception 18.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from scores.composing.singing.prosody import SetSyllable
from scores.composing.stage import Stage
from scores.theory import Chord, Key

# Cost that no temperature of a score outweighs. It is finite, so that every phrase has a solution.
FORBIDDEN = 1000.0
# Widest interval that is a step or a repeat [scale steps].
STEP = 1
# Widest interval that is no leap [scale steps].
THIRD = 2
# Major third [semitones].
MAJOR_THIRD = 4

# Cost of an interval, by its scale steps.
_INTERVAL_COST = np.array([0.55, 0.0, 0.9, 2.0, 2.4, 3.4] + [FORBIDDEN] * 40)
# Cost of a third note on one pitch.
_STILL = 1.0
# Cost of turning back at once.
_ZIGZAG = 0.25
# Cost of an augmented second, a tritone, or a note that is altered against the one before.
_AUGMENTED = 6.0
# Cost of a note outside the chord, by metrical strength.
_NOT_IN_CHORD = {1.0: 2.6, 0.75: 2.2, 0.5: 1.5, 0.25: 0.35, 0.0: 0.2}
# Cost added where such a note is held for a beat or more.
_LONG_NOT_IN_CHORD = 1.6
# Least share of steps and repeats among the intervals of a phrase.
SMALLEST_SHARE_OF_STEPS = 0.6
# Cost that each further try adds to an interval wider than a step.
_STRICTER = 2.5
# Number of tries, the last of them at T = 0.
_TRIES = 4


@dataclass(frozen=True)
class Ladder:
    """The notes that a section's melody may use.

    Parameters
    ----------
    key
        The key.
    low, high
        Degrees of the key, counted from its tonic in C4 to B4.
    lowest_pitch, highest_pitch
        Range of the singer [MIDI numbers].
    """

    key: Key
    low: int
    high: int
    lowest_pitch: int
    highest_pitch: int

    @property
    def degrees(self) -> range:
        """The degrees in rising order."""
        return range(self.low, self.high + 1)

    def clip(self, degree: float) -> float:
        """Return the nearest degree that the melody may use."""
        return min(max(degree, self.low), self.high)


def ladder(key: Key, lowest: int, highest: int, centre: float, span_semitones: int = 15) -> Ladder:
    """Return the notes of a key around a centre, within a range.

    Parameters
    ----------
    lowest, highest, centre
        MIDI numbers.
    span_semitones
        Greatest width; the default is a minor tenth, so that a raised leading note at the top makes a major one.
    """
    bottom = min(max(centre - span_semitones / 2, lowest), max(highest - span_semitones, lowest))
    top = min(bottom + span_semitones, highest)
    inside = [d for d in range(-28, 36) if bottom <= key.pitch(d, 4) <= top]
    if not inside:
        inside = [min(range(-28, 36), key=lambda d: abs(key.pitch(d, 4) - centre))]
    return Ladder(key, inside[0], inside[-1], lowest, highest)


@cache
def sounding_pitch(key: Key, degree: int, chord: Chord | None) -> int:
    """Return the MIDI number of a degree over a chord, altered where the chord has the altered note.

    So the seventh degree of minor is raised over V, as in the harmonic minor scale. A chord's major third replaces the
    scale note below it, any other foreign tone the scale note above it.
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
    """The plan of a phrase.

    Parameters
    ----------
    targets
        Degree that is wanted at each note.
    weight
        Cost of each step away from it.
    peak_index, peak
        Index and degree of the high point.
    close
        Degree of the last note.
    """

    targets: tuple[float, ...]
    weight: float
    peak_index: int
    peak: int
    close: int


def chord_at(stage: Stage, beat: float) -> Chord | None:
    """Return the chord that sounds at a beat of the section."""
    bar = stage.bar_at(beat)
    return bar.chord_at(beat - bar.start_beats)


def is_chord_tone(key: Key, degree: int, chord: Chord | None) -> bool:
    """Return whether a degree belongs to the chord, or to the tonic triad where there is none."""
    if chord is None:
        return degree % 7 in (0, 2, 4)
    return sounding_pitch(key, degree, chord) % 12 in chord.pitch_classes


def sing_phrase(stage: Stage, name: str, notes: Sequence[SetSyllable], steps: Ladder, plan: PhrasePlan,
                before: int | None) -> tuple[int, ...]:
    """Choose a degree for each note of a phrase.

    A phrase that breaks a rule is chosen again under stricter costs, the last time at T = 0.

    Parameters
    ----------
    name
        Beginning of the purpose under which the choices are addressed and logged.
    notes
        Rhythm of the phrase.
    steps
        Notes that it may use.
    plan
        Its plan.
    before
        Last degree of the phrase before, or None.

    Returns
    -------
    tuple of int
        Degrees, as ``Ladder`` counts them.
    """
    degrees: tuple[int, ...] = ()
    for attempt in range(_TRIES):
        search = _Search(stage, notes, steps, plan, before, stricter=_STRICTER * attempt)
        degrees = search.walk(name if attempt == 0 else f"{name}, try {attempt + 1}", cold=attempt == _TRIES - 1)
        if is_singable(degrees):
            break
    return degrees


def is_singable(degrees: Sequence[int]) -> bool:
    """Return whether a phrase keeps the rules: enough steps, leaps answered by a step back, one high point."""
    moves = np.diff(degrees)
    if len(moves) == 0:
        return True
    steps = np.count_nonzero(np.abs(moves) <= STEP) >= SMALLEST_SHARE_OF_STEPS * len(moves)
    leaps = np.flatnonzero(np.abs(moves) > THIRD)
    answered = all(i + 1 < len(moves) and moves[i + 1] == -np.sign(moves[i]) for i in leaps)
    return bool(steps and answered and np.count_nonzero(np.asarray(degrees) == max(degrees)) == 1)


class _Search:
    """The cost of every path through a phrase; index ``x`` of an array is the degree ``low + x``."""

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
        """Return one path: each note is picked by softmax over its own cost and the least cost ahead."""
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
