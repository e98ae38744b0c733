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
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np

from scores.composing.stage import PlacedLine, Stage
from scores.faults import ScoreFault, ScorePath
from scores.lyrics.line import SungLine, Utterance, Word
from scores.lyrics.mouth import (
    LEAST_CONSONANT_SECONDS,
    LEAST_VOWEL_SECONDS,
    MOST_SYLLABLES_PER_SECOND,
    consonants,
    least_gap_seconds,
    least_seconds,
)
from scores.performance import Bar
from scores.theory import Meter
from scores.theory.tempo import TempoMap

# Finest grid [places per step], for lines that are full of sounds.
_FINEST_GRID = 64
# Silence at the end of each line [s]: a quick breath takes 0.3 to 0.5 s.
BREATH_SECONDS = 0.4
# Lowest rate of a phrase [syllables/s]: it is not stretched beyond this only because there is room.
SLOWEST_SUNG_PER_SECOND = 1.6
# Length of the usual syllable [s]: 2.5 a second.
IDEAL_STEP_SECONDS = 0.4
# Longest distance from a syllable to the next [steps].
LONGEST_GAP_STEPS = 6

# Cost of a syllable by its stress, at metrical strength 0 and at strength 1; linear between.
_PLACE_COST = {0: (0.0, 1.3), 1: (1.9, 0.0), 2: (0.7, 0.45)}
# Cost of a syllable's length [steps], for an unstressed and for a stressed syllable.
_LENGTH_COST = {0.5: (0.55, 1.3), 1.0: (0.0, 0.0), 1.5: (0.75, 0.4), 2.0: (0.9, 0.45), 2.5: (1.4, 0.9), 3.0: (1.6, 1.0),
                3.5: (2.2, 1.5), 4.0: (2.4, 1.6), 4.5: (3.0, 2.2), 5.0: (3.2, 2.4), 5.5: (3.6, 2.8), 6.0: (3.8, 3.0)}
# Cost of a place between two steps.
_OFF_STEP = 0.5
# Cost of a comma without a break, and gain of one with a break.
_PAUSE_WANTED = 1.6
_PAUSE_FOUND = 0.9
# Cost of a long syllable after which its word goes on.
_INSIDE_WORD = 0.8
# Gain of a place where an earlier line has an onset, too.
_MOTIF = 0.45
# Cost of each step of silence before the line.
_LATE_START = 0.22
# Cost of each of two steps that the last syllable lacks.
_HELD_LAST = 1.0


@dataclass(frozen=True, slots=True)
class SetSyllable:
    """A syllable set to time.

    Parameters
    ----------
    utterance
        The syllable, in its line.
    onset_beats, duration_beats
        Quarter notes of the song.
    strength
        Metrical strength of the onset, from 0 to 1.
    """

    utterance: Utterance
    onset_beats: float
    duration_beats: float
    strength: float


@dataclass(frozen=True, slots=True)
class Room:
    """The room of a line: its first beat, the beat by which it must be silent, and its length."""

    start_beats: float
    end_beats: float
    seconds: float


def room_for(stage: Stage, placed: PlacedLine, line: SungLine) -> Room:
    """Return the room of a line.

    Raises
    ------
    ScoreFault
        Where the line asks for more than a mouth can do.
    """
    room = line_room(stage.tempo, placed)
    if too_fast := rate_fault(line.words, room, placed, stage.index):
        raise too_fast
    return room


def line_room(tempo: TempoMap, placed: PlacedLine) -> Room:
    """Return the room of a line without the breath at its end."""
    start, end = tempo.seconds(placed.start_beats), tempo.seconds(placed.end_beats)
    breath = min(BREATH_SECONDS, 0.25 * (end - start))
    return Room(placed.start_beats, tempo.beat(end - breath), end - breath - start)


def rate_fault(sounding: Sequence[Word], room: Room, placed: PlacedLine, section: int) -> ScoreFault | None:
    """Return the fault of a line that asks for more than a mouth can do, or None.

    Parameters
    ----------
    sounding
        The words of the line.
    room
        Its room.
    placed
        Where it stands.
    section
        Index of its section in the song.
    """
    count, path = sum(len(word.syllables) for word in sounding), ("sections", section, "lyrics", placed.number - 1)
    rate = count / room.seconds
    if rate > MOST_SYLLABLES_PER_SECOND:
        return ScoreFault(
            path, f"{count} syllables in {room.seconds:.1f} seconds are {rate:.1f} a second: more than can be sung",
            found=placed.line.text,
            allowed=f"at most {MOST_SYLLABLES_PER_SECOND:g} a second, here "
                    f"{int(MOST_SYLLABLES_PER_SECOND * room.seconds)} syllables: shorten the line or give it more bars")
    return _crowded(sounding, room, placed, path) if least_seconds(sounding) > room.seconds else None


def _crowded(sounding: Sequence[Word], room: Room, placed: PlacedLine, path: ScorePath) -> ScoreFault:
    """The fault of a line that has more sounds than a mouth can form in its room."""
    sounds = [sum(consonants(syllable.phones)) for word in sounding for syllable in word.syllables]
    return ScoreFault(
        path, f"{sum(sounds)} consonants and {len(sounds)} vowels in {room.seconds:.1f} seconds are more than a mouth "
              "can form", found=placed.line.text,
        allowed=f"at least {1000 * LEAST_CONSONANT_SECONDS:.0f} ms for a consonant and "
                f"{1000 * LEAST_VOWEL_SECONDS:.0f} for a vowel: shorten the line or give it more bars")


def place_in_bar(bar: Bar, beat: float) -> float:
    """Return quarter notes from the bar line; a pickup bar counts from the bar line it leaves out."""
    return beat - bar.start_beats + (float(bar.meter.bar_beats) - bar.beats)


def step_beats(stage: Stage, beat: float) -> float:
    """Return the note value that most syllables get at this tempo, in quarter notes: the nearest to the ideal."""
    second = 1.0 / stage.tempo.beat_seconds(beat)
    return min((0.25, 0.5, 1.0, 2.0), key=lambda value: abs(np.log(value / (IDEAL_STEP_SECONDS * second))))


@dataclass(frozen=True)
class _Grid:
    """The places of a line with their metrical strengths, shape (places,); ``per_step`` places make a step."""

    beats: np.ndarray
    strength: np.ndarray
    per_step: int


def _grid(stage: Stage, room: Room, per_step: int) -> _Grid:
    spacing = step_beats(stage, room.start_beats) / per_step
    beats = room.start_beats + spacing * np.arange(max(int((room.end_beats - room.start_beats) / spacing + 1e-6), 1))
    bars = [stage.bar_at(beat) for beat in beats.tolist()]
    strength = [_strength(bar.meter, place_in_bar(bar, beat)) for bar, beat in zip(bars, beats.tolist(), strict=True)]
    return _Grid(beats, np.asarray(strength), per_step)


@cache
def _strength(meter: Meter, beat: float) -> float:
    return meter.strength(beat)


def set_line(stage: Stage, placed: PlacedLine, line: SungLine, motif: Sequence[float] = ()) -> list[SetSyllable]:
    """Set a line to be sung.

    Parameters
    ----------
    placed
        Where the line stands in the section.
    line
        Its words.
    motif
        Onsets of an earlier line, in beats from its start: a setting that shares them is likelier.

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
    per_step = 2
    while True:  # where the text is dense the grid is made finer until it fits
        grid = _grid(stage, room, per_step)
        starts, costs, paths = _settings(grid, syllables, room, motif, _least_gaps(stage, syllables, grid))
        if starts:
            break
        if per_step >= _FINEST_GRID:
            raise _crowded(line.words, room, placed, ("sections", stage.index, "lyrics", placed.number - 1))
        per_step *= 2
    options = [f"starts {grid.beats[start] - room.start_beats:g} beats in" for start in starts]
    pick = stage.choose(f"text setting, line {placed.number}", room.start_beats, options, [-cost for cost in costs])
    path = paths[pick]
    onsets = grid.beats[path]
    lengths = np.append(np.diff(onsets), 0.0)
    lengths[-1] = _last_length(stage, onsets, room, len(syllables))
    return [SetSyllable(syllable, float(onset), float(length), float(grid.strength[place]))
            for syllable, onset, length, place in
            zip(syllables, onsets, _with_breaks(stage, syllables, onsets, lengths), path, strict=True)]


def _settings(grid: _Grid, syllables: Sequence[Utterance], room: Room,
              motif: Sequence[float], least_gaps: Sequence[int]) -> tuple[list[int], list[float], list[np.ndarray]]:
    """The best path from each place on which a line may start: starts, costs, and the places of the syllables."""
    count, places = len(syllables), len(grid.beats)
    widest = LONGEST_GAP_STEPS * grid.per_step
    on_step = np.arange(places) % grid.per_step == 0
    shared = np.zeros(places)
    for onset in motif:
        shared[np.abs(grid.beats - room.start_beats - onset) < 1e-6] = _MOTIF
    base = np.where(on_step, 0.0, _OFF_STEP) - shared
    place_costs = []
    for syllable in syllables:
        weak, strong = _PLACE_COST[syllable.stress]
        place_costs.append(base + weak + (strong - weak) * grid.strength)
    left = (places - np.arange(places)) / grid.per_step  # steps that the last syllable has
    onward = place_costs[-1] + _HELD_LAST * np.clip(2.0 - left, 0.0, None) ** 2
    onward[left < min(1.0, 0.5 * places / grid.per_step / count)] = np.inf
    steps = []
    for i in range(count - 2, -1, -1):
        gaps = _gap_costs(syllables[i], grid.per_step, widest)
        gaps[:least_gaps[i] - 1] = np.inf  # faster than a mouth can be
        ahead = np.concatenate([onward, np.full(widest, np.inf)])
        table = np.lib.stride_tricks.sliding_window_view(ahead[1:], widest)[:places] + gaps
        best = np.argmin(table, axis=1)
        steps.append(best + 1)
        onward = place_costs[i] + table[np.arange(places), best]
    steps.reverse()
    starts = [int(p) for p in np.flatnonzero(np.isfinite(onward)) if on_step[p] or places < 2 * grid.per_step]
    starts = starts[:8] or [int(p) for p in np.flatnonzero(np.isfinite(onward))[:1]]
    costs = [float(onward[p] + _LATE_START * p / grid.per_step) for p in starts]
    paths = []
    for start in starts:
        path = [start]
        for step in steps:
            path.append(path[-1] + int(step[path[-1]]))
        paths.append(np.asarray(path))
    return starts, costs, paths


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


def _last_length(stage: Stage, onsets: np.ndarray, room: Room, count: int) -> float:
    """Length of the last syllable [beats]: at most three steps, and no longer than the slowest phrase allows."""
    step = step_beats(stage, room.start_beats)
    longest = min(3.0 * step, room.end_beats - float(onsets[-1]))
    slowest_end = stage.tempo.beat(stage.tempo.seconds(float(onsets[0])) + count / SLOWEST_SUNG_PER_SECOND)
    return min(longest, max(slowest_end - float(onsets[-1]), step))


def _with_breaks(stage: Stage, syllables: Sequence[Utterance], onsets: np.ndarray,
                 lengths: np.ndarray) -> np.ndarray:
    """Lengths [beats] with a short silence at punctuation, where the syllable stays long enough."""
    out = lengths.copy()
    for i, syllable in enumerate(syllables[:-1]):
        if syllable.pause:
            break_beats = 0.3 * syllable.pause / stage.tempo.beat_seconds(float(onsets[i]))
            out[i] = max(lengths[i] - break_beats, 0.6 * lengths[i])
    return out
