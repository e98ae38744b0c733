"""Text setting: when each syllable of a sung line sounds, on a metrical grid.

A setting is the path of least cost through the grid [1]_ under the preferences that speakers of English share when
they set text: stress on strong places, a long last stress, breaks at commas [2]_ [3]_. There is one path for each
place the line may start on; a softmax chooses between them.

References
----------
.. [1] Viterbi, A. J. (1967). Error bounds for convolutional codes. IEEE Transactions on Information Theory 13.
.. [2] Hayes, B. and Kaun, A. (1996). The role of phonological phrasing in sung and chanted verse. Linguistic Review 13.
.. [3] Lerdahl, F. and Jackendoff, R. (1983). A Generative Theory of Tonal Music. MIT Press, chapter 4.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from scores.composing.chorded import LONGEST_PICKUP
from scores.composing.singing.idiom import length_ratio_cost
from scores.composing.singing.line_ends import ROOM_TO_FILL, last_length, with_breaks
from scores.composing.singing.rooms import Room, SetSyllable, crowded, room_for, strength_at
from scores.composing.stage import PlacedLine, Stage
from scores.lyrics.line import SungLine, Utterance
from scores.lyrics.mouth import least_gap_seconds

# Places to a step, where a line is full of sounds.
_FINEST_GRID = 64
# The usual syllable: 2.5 a second.
IDEAL_STEP_SECONDS = 0.4
# Length of a step [s] in a line that has room to spare.
SLOWEST_STEP_SECONDS = 1.1
# Most steps from one syllable to the next inside a line.
LONGEST_GAP_STEPS = 6
# Rate [syllables/s] up to which a line leaves room for the pickup of the next.
_ROOMY_PER_SECOND = 2.4
# Places a line may start on that are weighed.
_STARTS = 8

# Stress → cost of standing on a place of metrical strength s: (at s = 0, at s = 1), straight between.
_PLACE_COST = {0: (0.0, 1.6), 1: (1.9, 0.0), 2: (0.7, 0.45)}
# Length in steps of the syllable → cost for (unstressed, stressed) ones.
_LENGTH_COST = {0.5: (0.55, 1.3), 1.0: (0.0, 0.0), 1.5: (0.75, 0.4), 2.0: (0.9, 0.45), 2.5: (1.4, 0.9), 3.0: (1.6, 1.0),
                3.5: (2.2, 1.5), 4.0: (2.4, 1.6), 4.5: (3.0, 2.2), 5.0: (3.2, 2.4), 5.5: (3.6, 2.8), 6.0: (3.8, 3.0)}
# Cost of a place between the steps.
_OFF_STEP = 0.9
# Cost of a comma without a break.
_PAUSE_WANTED = 1.6
# Gain of a comma with one.
_PAUSE_FOUND = 0.9
# Cost of a long hold on a syllable that a word goes on after.
_INSIDE_WORD = 0.8
# Gain of a place where the model line has an onset, too.
_SHARED_PLACE = 0.45
# Gain of the very place at which the model line has the syllable of that number.
_SAME_PLACE = 1.1
# Cost of each step from the bar line to the first stressed syllable.
_LATE_START = 0.7
# Cost of each step that the first stressed syllable comes before the bar line.
_EARLY_START = 0.5
# Cost of each of two steps that the last syllable lacks, squared.
_HELD_LAST = 1.0
# Cost of a stressed syllable that anticipates a strong place and is held over it, in an even style.
_PUSHED = 1.5
# Gain of such a syllable in the most syncopated style.
_SYNCOPATED = 4.4
# Unstressed syllables that may come before the bar line; where a chord asks for it, LONGEST_PICKUP of them.
_LONGEST_WEAK_PICKUP = 3
# Cost of a syllable that does not stand on the beat of its chord, and of each quarter note that it is away from it.
_OFF_CHORD, _FROM_CHORD = 14.0, 6.0
# Rate [syllables/s] up to which a line leaves room for syllables before the next one's first chord.
_CHORDED_PER_SECOND = 4.5
# Weight of the idiom's cost of one length after another.
_RATIO = 1.3


def step_beats(stage: Stage, beat: float, seconds: float = IDEAL_STEP_SECONDS) -> float:
    """Return the note value [quarter notes] nearest to a length in seconds at the tempo of a beat."""
    wanted = seconds / stage.tempo.beat_seconds(beat)
    return min((0.25, 0.5, 1.0, 2.0), key=lambda value: abs(np.log(value / wanted)))


def _line_step(stage: Stage, room: Room, count: int) -> float:
    """Return the note value that most syllables of a line get: the line fills its room, and no syllable crawls."""
    spread = ROOM_TO_FILL * room.seconds / (count + 1)
    return step_beats(stage, room.start_beats, min(max(spread, IDEAL_STEP_SECONDS), SLOWEST_STEP_SECONDS))


def _pickup(syllables: Sequence[Utterance], placed: PlacedLine, step: float) -> int:
    """Syllables that come before the bar line: before the line's first chord, else unstressed ones; 0 for too many."""
    if anchors := _anchors(placed):
        first, beats = next(iter(anchors.items()))
        return min(max(first - int(beats / step + 1e-6), 0), LONGEST_PICKUP)
    first = next((i for i, syllable in enumerate(syllables) if syllable.stress), 0)
    return first if first <= _LONGEST_WEAK_PICKUP else 0


def _anchors(placed: PlacedLine) -> dict[int, float]:
    """Return the beat of each syllable on which a chord begins, from the start of the line."""
    found: dict[int, float] = {}
    for chord in placed.line.chords:
        found.setdefault(chord.syllable, chord.beats)
    return found


def leads_in(placed: PlacedLine) -> bool:
    """Return whether syllables of a line come before its bar line, because its first chord is on that."""
    return any(syllable > 0 and beats == 0.0 for syllable, beats in list(_anchors(placed).items())[:1])


@dataclass(frozen=True, slots=True)
class Pickup:
    """What a line has before its bar line [quarter notes], and whether it leads to a chord that is on that."""

    beats: float
    leads_to_chord: bool


def pickup_of(stage: Stage, placed: PlacedLine, syllables: Sequence[Utterance], end_beats: float) -> Pickup:
    """Return the pickup of a line that follows another one, whose room ends at a beat."""
    step = step_beats(stage, end_beats)
    return Pickup(_pickup(syllables, placed, step) * step, leads_in(placed))


@dataclass(frozen=True)
class _Grid:
    """The places of a line: ``beats[p]`` with metrical ``strength[p]``; ``per_step`` places make a step.

    ``anchor`` is the place of the bar line at which the line's room begins: places before it are its pickup.
    """

    beats: np.ndarray
    strength: np.ndarray
    per_step: int
    anchor: int


def _grid(stage: Stage, room: Room, step: float, per_step: int, pickup_steps: int) -> _Grid:
    spacing = step / per_step
    anchor = min(pickup_steps * per_step, int((room.start_beats - room.earliest_beats) / spacing + 1e-6))
    start = room.start_beats - anchor * spacing
    beats = start + spacing * np.arange(max(int((room.end_beats - start) / spacing + 1e-6), 1))
    return _Grid(beats, np.array([strength_at(stage, beat) for beat in beats.tolist()]), per_step, anchor)


def set_line(stage: Stage, placed: PlacedLine, line: SungLine, model: Sequence[float] = (),
             free_beats: float = math.inf, following: Pickup | None = None,
             syncopation: float = 0.0, grip: float = 1.0) -> list[SetSyllable]:
    """Set a line to be sung: unstressed first syllables come before the bar line, where the voice is free.

    A syllable on which a chord begins stands on its beat, where a mouth can do it.

    Parameters
    ----------
    placed
        Where the line stands in the section.
    line
        Its words.
    model
        Onsets of an earlier line [quarter notes] from the start of its room: a setting that shares them is likelier.
    free_beats
        Beat of the song [quarter notes] from which the voice is free; by default from the line's own bar line.
    following
        The pickup of the line that begins where this one's room ends, if one does: it is left room.
    syncopation
        How readily stressed syllables anticipate a strong place, 0 to 1.
    grip
        How much likelier the model's own place for each syllable is: 1 for a line that is taken up, more for a motif.

    Returns
    -------
    list of SetSyllable
        Every syllable with its onset and length; empty for a line without words.

    Raises
    ------
    ScoreFault
        Where the line asks for more than a mouth can do.
    """
    room = room_for(stage, placed, line)
    syllables = line.utterances
    if not syllables:
        return []
    room = _own_room(stage, line, following, room, free_beats)
    step = _line_step(stage, room, len(syllables))
    anchors = {syllable: beats for syllable, beats in _anchors(placed).items() if syllable < len(syllables)}
    per_step = 2
    while per_step < _FINEST_GRID and any(beats % (step / per_step) > 1e-6 for beats in anchors.values()):
        per_step *= 2
    while True:  # where the text is dense the grid is made finer until it fits
        grid = _grid(stage, room, step, per_step, _pickup(syllables, placed, step))
        starts, costs, paths = _settings(grid, syllables, room, model, _least_gaps(stage, syllables, grid), syncopation,
                                         anchors, grip)
        if starts:
            break
        if per_step >= _FINEST_GRID:
            raise crowded(line.words, room, placed, ("sections", stage.index, "lyrics", placed.number - 1))
        per_step *= 2
    options = [f"starts {grid.beats[start] - room.start_beats:+g} beats from its bar line" for start in starts]
    pick = stage.choose(f"text setting, line {placed.number}", room.start_beats, options, [-cost for cost in costs])
    path = paths[pick]
    onsets = grid.beats[path]
    lengths = np.append(np.diff(onsets), 0.0)
    lengths[-1] = last_length(stage, placed, onsets, room, step)
    return [SetSyllable(syllable, float(onset), float(length), float(grid.strength[place]))
            for syllable, onset, length, place in
            zip(syllables, onsets, with_breaks(stage, syllables, onsets, lengths), path, strict=True)]


def _own_room(stage: Stage, line: SungLine, following: Pickup | None, room: Room, free_beats: float) -> Room:
    """Return the room of a line with what it may take before its bar line, less what the next line takes of its end."""
    earliest = min(max(free_beats, stage.tempo.beat(0.0), room.start_beats - 4.0), room.start_beats)
    end = room.end_beats
    if following is not None:
        wanted = end - following.beats
        seconds = stage.tempo.seconds(wanted) - stage.tempo.seconds(room.start_beats)
        most = _CHORDED_PER_SECOND if following.leads_to_chord else _ROOMY_PER_SECOND
        if seconds > 0 and len(line.utterances) / seconds < most:
            end = wanted
    seconds = stage.tempo.seconds(end) - stage.tempo.seconds(room.start_beats)
    return Room(room.start_beats, end, seconds, earliest)


def _settings(grid: _Grid, syllables: Sequence[Utterance], room: Room, model: Sequence[float],
              least_gaps: Sequence[int], syncopation: float,
              anchors: Mapping[int, float], grip: float) -> tuple[list[int], list[float], list[np.ndarray]]:
    """Return the best path from each place a line may start on: starts, costs, paths (places of the syllables).

    A state is a syllable's place and its length in places, so that a length can answer the one before it.
    """
    count, places = len(syllables), len(grid.beats)
    widest = LONGEST_GAP_STEPS * grid.per_step
    here = grid.beats - room.start_beats
    shared = np.where((np.abs(np.subtract.outer(here, np.asarray(model))) < 1e-6).any(axis=1), _SHARED_PLACE, 0.0) \
        if len(model) else np.zeros(places)
    base = np.where((np.arange(places) - grid.anchor) % grid.per_step == 0, 0.0, _OFF_STEP) - shared
    same = [np.where(np.abs(here - model[i]) < 1e-6, grip * _SAME_PLACE, 0.0) if len(model) == count else 0.0
            for i in range(count)]
    over = _strongest_within(grid.strength, widest)
    first = next((i for i, syllable in enumerate(syllables) if syllable.stress), 0)
    steps_off = (np.arange(places) - grid.anchor) / grid.per_step
    anchored = np.where(steps_off < 0, -_EARLY_START * steps_off, _LATE_START * steps_off) * (not anchors)
    local = []
    for i, syllable in enumerate(syllables):
        weak, strong = _PLACE_COST[syllable.stress]
        on_place = weak + (strong - weak) * grid.strength
        row = (base - same[i] + (anchored if i == first else 0.0))[:, None] + np.broadcast_to(
            on_place[:, None], (places, widest))
        if syllable.stress == 1:
            pushed = strong + (weak - strong) * (1.0 - over) + _PUSHED - _SYNCOPATED * syncopation
            weaker = grid.strength[:, None] < over - 0.2
            row = row - np.where(weaker, np.clip(on_place[:, None] - pushed, 0.0, None), 0.0)
        if i in anchors:
            off = np.abs(here - anchors[i])
            row = row + np.where(off < 1e-6, 0.0, _OFF_CHORD + _FROM_CHORD * off)[:, None]
        local.append(row)
    left = (places - np.arange(places)) / grid.per_step  # steps that the last syllable has
    ending = _HELD_LAST * np.clip(2.0 - left, 0.0, None) ** 2
    ending[left < min(1.0, 0.5 * places / grid.per_step / count)] = np.inf
    value = local[-1] + ending[:, None]
    value[:, np.arange(widest) != np.minimum(2 * grid.per_step, widest) - 1] = np.inf  # ratio to two steps
    ratio = _RATIO * length_ratio_cost(widest)
    best: list[np.ndarray] = []
    for i in range(count - 2, -1, -1):
        gaps = _gap_costs(syllables[i], grid.per_step, widest)
        gaps[:least_gaps[i] - 1] = np.inf  # faster than a mouth
        after = value[:, None, :] + ratio[None]  # place of the next syllable, this length, its length
        choice = np.argmin(after, axis=2)
        reached = np.take_along_axis(after, choice[:, :, None], axis=2)[:, :, 0]
        target = np.arange(places)[:, None] + np.arange(1, widest + 1)[None]
        inside = target < places
        target = np.minimum(target, places - 1)
        columns = np.broadcast_to(np.arange(widest)[None], target.shape)
        value = local[i] + gaps[None] + np.where(inside, reached[target, columns], np.inf)
        best.append(choice)
    best.reverse()
    opening = value.min(axis=1)
    starts = [int(p) for p in np.argsort(opening, kind="stable")[:_STARTS] if np.isfinite(opening[p])]
    starts.sort()
    paths = []
    for start in starts:
        place, gap = start, int(np.argmin(value[start]))
        path = [place]
        for choice in best:
            place += gap + 1
            gap = int(choice[place, gap])
            path.append(place)
        paths.append(np.asarray(path))
    return starts, [float(opening[p]) for p in starts], paths


def _strongest_within(strength: np.ndarray, widest: int) -> np.ndarray:
    """Highest metrical strength that a syllable of each length is held over after its own place: (places, widest)."""
    padded = np.concatenate([strength[1:], np.zeros(widest)])
    rows = np.lib.stride_tricks.sliding_window_view(padded, widest)[:len(strength)]
    passed = np.maximum.accumulate(rows, axis=1)
    return np.concatenate([np.zeros((len(strength), 1)), passed[:, :-1]], axis=1)


def _least_gaps(stage: Stage, syllables: Sequence[Utterance], grid: _Grid) -> list[int]:
    """Least distance [places] from each syllable to the next for a mouth, at the fastest tempo of the line."""
    if len(grid.beats) < 2:
        return [1] * (len(syllables) - 1)
    spacing_seconds = (grid.beats[1] - grid.beats[0]) * min(
        stage.tempo.beat_seconds(beat) for beat in (float(grid.beats[0]), float(grid.beats[-1])))
    return [math.ceil(least_gap_seconds(one.phones, other.phones) / spacing_seconds - 1e-9)
            for one, other in pairwise(syllables)]


def _gap_costs(syllable: Utterance, per_step: int, widest: int) -> np.ndarray:
    """Cost of each distance from a syllable to the next, 1 to ``widest`` places; shape (widest,)."""
    steps = np.arange(1, widest + 1) / per_step
    table = [_LENGTH_COST[key][1 if syllable.stress else 0] for key in _LENGTH_COST]
    costs = np.interp(steps, list(_LENGTH_COST), table)
    costs += np.where(steps < 0.5, 2.0 * (0.5 - steps) / 0.5, 0.0)
    if syllable.pause:
        found = np.where(steps <= 4.0, -_PAUSE_FOUND, 0.0)
        costs += syllable.pause * np.where(steps < 2.0, _PAUSE_WANTED, found)
    elif not syllable.is_word_end:
        costs += np.where(steps > 2.0, _INSIDE_WORD, 0.0)
    return costs
