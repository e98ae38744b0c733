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
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from scores.composing.singing.accent import accent_costs
from scores.composing.singing.idiom import DEGREES, FIRST_MOVE, MOVE_AFTER_MOVE, WIDEST
from scores.composing.singing.rooms import SetSyllable
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

# Weight of the idiom's cost of a move.
_MOVE = 1.5
# Going back at once to the note before the last, beside what the idiom says of it; accents of words would have it so.
_RETURN = 1.5
# A third note on one pitch, likewise.
_STILL = 1.2
# Neighbours of the scale three semitones apart, or one note altered against the one before.
_AUGMENTED = 6.0
# A note outside of the chord, by the metrical strength of its place.
_NOT_IN_CHORD = {1.0: 2.6, 0.75: 2.2, 0.5: 1.5, 0.25: 0.35, 0.0: 0.2}
# A note outside of the chord that is held for a beat or more.
_LONG_NOT_IN_CHORD = 1.6
SMALLEST_SHARE_OF_STEPS = 0.6
# Cost that each further try adds to a return, and to an interval wider than a step.
_STRICTER = 0.6
_TRIES = 6
# Tries in which a line that takes up another must have as many different notes as a new one.
_VARIOUS_TRIES = 2
# Number of ways in which a phrase is tried along a plan, before one is kept.
_WAYS = 8
# Share of returns that costs nothing where a way is kept.
_USUAL_RETURNS = 0.12
# Cost of each return above it.
_BACK = 2.5
# Cost of each different note that a phrase has too few of.
_POOR = 6.0
# Fewest different notes of a long phrase.
FEWEST_PITCHES = 5
# Number of notes from which a phrase is long.
LONG_PHRASE = 8
# Share of a phrase's notes that go back at once to the note before the last.
MOST_RETURNS = 0.2


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
    """Where a phrase is going: a degree wanted at each note and how much a step away from it costs.

    A new phrase has one high point and a last note that are set; one that takes up another follows that one's.
    """

    targets: tuple[float, ...]
    weight: float
    peak_index: int | None = None
    peak: int = 0
    close: int | None = None
    accents: float = 1.0  # weight of the stresses of its words
    kept: tuple[bool, ...] = ()  # notes over the harmony that they had: they stay whatever their place in the chord


def chord_at(stage: Stage, beat: float) -> Chord | None:
    """Return the chord at a beat of the section; a pickup before its first bar has that bar's first chord."""
    bar = stage.bar_at(beat)
    return bar.chord_at(max(beat - bar.start_beats, 0.0))


def is_chord_tone(key: Key, degree: int, chord: Chord | None) -> bool:
    """Return whether a degree belongs to the chord, or to the tonic triad where there is none."""
    if chord is None:
        return degree % 7 in (0, 2, 4)
    return sounding_pitch(key, degree, chord) % 12 in chord.pitch_classes


def sing_phrase(stage: Stage, name: str, notes: Sequence[SetSyllable], steps: Ladder, plans: Sequence[PhrasePlan],
                before: int | None) -> tuple[int, ...]:
    """Choose a degree for each note of a phrase.

    The phrase is tried several ways along each plan, each a walk of softmax choices, and one of them is kept: by
    softmax over how much of a song it is. Where all ways miss a rule, it is sung under stricter costs, the last time
    at T = 0.
    """
    costs: dict[tuple[int, ...], float] = {}
    for attempt in range(_TRIES):
        cold = attempt == _TRIES - 1
        for number, plan in enumerate(plans, 1):
            search = _Search(stage, notes, steps, plan, before, stricter=_STRICTER * attempt)
            way = f"{name}, plan {number}" + (f", try {attempt + 1}" if attempt else "")
            for degrees in search.walk(way, 1 if cold else _WAYS, cold):
                follows = is_steady(degrees) and (is_various(degrees) or attempt >= _VARIOUS_TRIES)
                if cold or plan.kept or (is_singable(degrees) if plan.peak_index is not None else follows):
                    costs.setdefault(degrees, _strangeness(degrees, notes, plan))
        if costs:
            break
    labels = [" ".join(str(steps.key.pitch(degree, 4)) for degree in way) for way in costs]
    pick = stage.choose(f"{name}, kept", notes[0].onset_beats, labels, [-cost for cost in costs.values()])
    return list(costs)[pick]


def _strangeness(degrees: Sequence[int], notes: Sequence[SetSyllable], plan: PhrasePlan) -> float:
    """How far a phrase is from what songs do, from its words and from the line it takes up: a cost."""
    moves = np.clip(np.diff(degrees), -WIDEST, WIDEST) + WIDEST
    if len(moves) == 0:
        return 0.0
    idiom = FIRST_MOVE[moves[0]] + float(MOVE_AFTER_MOVE[moves[:-1], moves[1:]].sum())
    wanted = float(np.abs(np.asarray(degrees) - np.asarray(plan.targets)).sum()) if plan.peak_index is None else 0.0
    poor = max(min(FEWEST_PITCHES, (len(degrees) + 1) // 2) - len(set(degrees)), 0)
    home = float(DEGREES[np.asarray(degrees) % 7].sum())
    back = max(returns(degrees) - _USUAL_RETURNS, 0.0) * len(degrees)
    accents = plan.accents * float(accent_costs(notes, np.diff(degrees)).sum())
    return float(idiom + home + accents + plan.weight * wanted + _POOR * poor + _BACK * back)


def is_singable(degrees: Sequence[int]) -> bool:
    """Whether a phrase keeps the rules.

    Three fifths of its moves are steps or repeats, leaps are answered by a step, one note is the highest, a long phrase
    has five different notes, and few go back at once to where they came from.
    """
    one_peak = np.count_nonzero(np.asarray(degrees) == max(degrees)) == 1
    return is_steady(degrees) and is_various(degrees) and bool(one_peak) and returns(degrees) <= MOST_RETURNS


def is_various(degrees: Sequence[int]) -> bool:
    """Whether a phrase is short or has five different notes."""
    return len(degrees) < LONG_PHRASE or len(set(degrees)) >= FEWEST_PITCHES


def is_steady(degrees: Sequence[int]) -> bool:
    """Whether a phrase moves, by steps or repeats in three fifths, and answers each leap by a step back."""
    moves = np.diff(degrees)
    steps = np.count_nonzero(np.abs(moves) <= STEP) >= SMALLEST_SHARE_OF_STEPS * len(moves)
    leaps = np.flatnonzero(np.abs(moves) > THIRD)
    moving = len(degrees) < 3 or len(set(degrees)) > 1
    return bool(steps and moving and all(i + 1 < len(moves) and moves[i + 1] == -np.sign(moves[i]) for i in leaps))


def returns(degrees: Sequence[int]) -> float:
    """Share of the groups of three notes that go away from a note and back to it at once."""
    groups = list(zip(degrees, degrees[1:], degrees[2:], strict=False))
    return sum(a == c != b for a, b, c in groups) / len(groups) if groups else 0.0


class _Search:
    """The cost of every path through a phrase; index ``x`` of an array is the degree ``low + x``."""

    def __init__(self, stage: Stage, notes: Sequence[SetSyllable], steps: Ladder, plan: PhrasePlan,
                 before: int | None, stricter: float) -> None:
        self.stage, self.notes, self.low = stage, notes, steps.low
        degrees = np.arange(steps.low, steps.high + 1)
        chords = [chord_at(stage, note.onset_beats) for note in notes]
        pitches = np.array([[sounding_pitch(steps.key, int(d), chord) for d in degrees] for chord in chords])
        self.labels = [str(steps.key.pitch(int(d), 4)) for d in degrees]
        if plan.peak_index is not None:
            plan = replace(plan, weight=plan.weight * (1.0 + 0.5 * stricter))
        self.local = np.array([self._local(i, degrees, steps, chords[i], pitches[i], plan) for i in range(len(notes))])
        if before is not None:
            self.local[0] += 0.5 * np.clip(np.abs(degrees - before) - THIRD, 0, None)
        size = len(degrees)
        gap = np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
        wide = np.where(gap > STEP, 2.0 * stricter, 0.0) + np.where(gap == 0, 0.5 * stricter, 0.0)
        moves = _move_costs(size) + stricter * _returns(size)
        steps_on = np.subtract.outer(np.arange(size), np.arange(size)).T
        accents = plan.accents * accent_costs(notes, np.broadcast_to(steps_on, (len(notes) - 1, size, size)))
        pairs = [wide + accents[i] + _alteration_costs(pitches[i], pitches[i + 1]) for i in range(len(notes) - 1)]
        if pairs:  # nothing is left to answer a leap into the last note
            pairs[-1] = pairs[-1] + np.where(gap > THIRD, FORBIDDEN, 0.0)
        # onward[i][p, c, x]: cost of note i, which is x and comes from c and p, and the least cost of all after it.
        self.onward: list[np.ndarray] = []
        ahead = np.zeros((size, size))
        for i in range(len(notes) - 1, 1, -1):
            self.onward.append(moves + (self.local[i] + pairs[i - 1] + ahead)[None])
            ahead = self.onward[-1].min(axis=2)
        self.onward.reverse()
        self.first = self.local[0]
        if len(notes) > 1:
            self.second = _first_move_costs(size) + pairs[0] + self.local[1] + ahead
            self.first = self.first + self.second.min(axis=1)

    def _local(self, i: int, degrees: np.ndarray, steps: Ladder, chord: Chord | None, pitches: np.ndarray,
               plan: PhrasePlan) -> np.ndarray:
        note = self.notes[i]
        cost = plan.weight * np.abs(degrees - plan.targets[i]) + DEGREES[degrees % 7]
        outside = np.array([not is_chord_tone(steps.key, int(d), chord) for d in degrees])
        if plan.kept and plan.kept[i]:
            outside &= degrees != plan.targets[i]
        dissonance = _NOT_IN_CHORD[note.strength] + (_LONG_NOT_IN_CHORD if note.duration_beats >= 1.0 else 0.0)
        cost = cost + np.where(outside, dissonance, 0.0)
        cost += np.where((pitches < steps.lowest_pitch) | (pitches > steps.highest_pitch), FORBIDDEN, 0.0)
        if len(self.notes) > 1 and plan.peak_index is not None:
            peaks = degrees == plan.peak if i == plan.peak_index else degrees < plan.peak
            cost += np.where(peaks, 0.0, FORBIDDEN)
        if i == len(self.notes) - 1:
            cost += np.where(outside if plan.close is None else degrees != plan.close, FORBIDDEN, 0.0)
        return np.asarray(cost)

    def walk(self, name: str, ways: int, cold: bool) -> list[tuple[int, ...]]:
        """So many ways through: each note picked by softmax over its cost and the least cost ahead."""
        paths = np.zeros((ways, len(self.notes)), dtype=np.intp)
        for i, note in enumerate(self.notes):
            if i == 0:
                costs = np.broadcast_to(self.first, (ways, len(self.first)))
            elif i == 1:
                costs = self.second[paths[:, 0]]
            else:
                costs = self.onward[i - 2][paths[:, i - 2], paths[:, i - 1]]
            temperature = 0.0 if cold else self.stage.temperature.at(note.onset_beats)
            paths[:, i] = self.stage.choose_many(f"{name}, note {i + 1}", note.onset_beats, self.labels, -costs,
                                                 [temperature] * ways)
        return [tuple(row) for row in (self.low + paths).tolist()]


@cache
def _first_move_costs(size: int) -> np.ndarray:
    """Cost of going from the first degree to the second, shape (size, size)."""
    moves = np.subtract.outer(np.arange(size), np.arange(size)).T
    return np.asarray(_MOVE * FIRST_MOVE[_columns(moves)])


@cache
def _move_costs(size: int) -> np.ndarray:
    """Cost of going p → c → x, shape (size, size, size): the move, and what it answers."""
    p, c, x = np.ogrid[:size, :size, :size]
    first, second = c - p, x - c
    cost = _MOVE * MOVE_AFTER_MOVE[_columns(first), _columns(second)]
    unanswered = (np.abs(first) > THIRD) & (second != -np.sign(first))
    cost = cost + np.where(unanswered, FORBIDDEN, 0.0)
    cost += np.where((first == 0) & (second == 0), _STILL, 0.0)
    return np.asarray(cost + _RETURN * _returns(size))


@cache
def _returns(size: int) -> np.ndarray:
    """1 where the way p → c → x goes back at once to where it came from, shape (size, size, size)."""
    p, c, x = np.ogrid[:size, :size, :size]
    return np.asarray(((x == p) & (c != p)).astype(float))


def _columns(moves: np.ndarray) -> np.ndarray:
    """Where moves stand in a table of the idiom; one wider than an octave stands as an octave."""
    return np.asarray(np.clip(moves, -WIDEST, WIDEST) + WIDEST)


def _alteration_costs(here: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Cost of intervals that an altered note makes hard to sing: augmented seconds, false relations. (size, size)."""
    size = len(here)
    gap = np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
    semitones = np.abs(np.subtract.outer(here, there))
    awkward = ((gap == 1) & (semitones > 2)) | ((gap == 0) & (semitones > 0)) | ((gap > 1) & (semitones == 6))
    return np.where(awkward, _AUGMENTED, 0.0)
