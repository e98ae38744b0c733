"""A second voice to a melody: near a parallel third or sixth, on the chord where it counts.

Note against note, after the rules of two-part writing (Fux 1725, "Gradus ad Parnassum", first species): consonant on
strong places, no parallel fifths or octaves, voices that do not cross, and its own line in small moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scores.composing.singing.melody import FORBIDDEN, chord_at, is_chord_tone, sounding_pitch
from scores.composing.singing.rooms import strength_at
from scores.composing.stage import Draft, Stage
from scores.theory import Key

# Scale steps that the second voice may leave its parallel by.
_NEAR = 3
# Cost of each step away from the parallel.
_AWAY = 0.9
# Metrical strength from which a note has to be a chord tone.
_STRONG = 0.5
# Cost of a weak note off the chord.
_OFF_CHORD = 0.4
# Cost of each step by which a move is wider than a step.
_MOVE = 0.45
# Cost of parallel fifths, octaves or unisons.
_PARALLEL = 3.0
# Semitones, within an octave.
_PERFECT = {0, 7}


@dataclass(frozen=True)
class _Above:
    """What is known of a melody note: its draft, its degree and whether a chord tone is due."""

    draft: Draft
    degree: int
    due: bool


def degree_of(key: Key, pitch: float) -> int:
    """Return the degree of a key, counted from its tonic C4–B4, whose note lies nearest below or on a pitch."""
    return max(d for d in range(-42, 50) if key.pitch(d, 4) <= pitch + 1e-6)


def second_voice(stage: Stage, melody: Sequence[Draft], steps: int) -> list[float]:
    """Pitches of a second voice, one for each note of a melody line.

    Parameters
    ----------
    melody
        Drafts of one line, in order; none overlaps another.
    steps
        Where the voice lies against the melody, in scale steps: 2 a third above, −5 a sixth below.
    """
    notes = []
    for i, draft in enumerate(melody):
        key = stage.bar_at(draft.onset_beats).key
        due = i == len(melody) - 1 or strength_at(stage, draft.onset_beats) >= _STRONG or draft.duration_beats >= 1.0
        notes.append(_Above(draft, degree_of(key, draft.pitch), due))
    offsets = [offset for offset in range(steps - _NEAR, steps + _NEAR + 1) if offset * steps > 0]
    local = np.array([[_cost(stage, note, offset, steps) for offset in offsets] for note in notes])
    pitches = np.array([[_pitch(stage, note, offset) for offset in offsets] for note in notes])
    degrees = np.array([[note.degree + offset for offset in offsets] for note in notes])
    moves = [_move_costs(notes[i], notes[i + 1], degrees[i], degrees[i + 1], pitches[i], pitches[i + 1])
             for i in range(len(notes) - 1)]
    ahead = [np.zeros(len(offsets))]
    for i in range(len(notes) - 1, 0, -1):
        ahead.append((moves[i - 1] + local[i] + ahead[-1]).min(axis=1))
    ahead.reverse()
    out: list[float] = []
    place = 0
    for i, note in enumerate(notes):
        costs = local[i] + ahead[i] + (moves[i - 1][place] if i else 0.0)
        labels = [f"{pitch:g}" for pitch in pitches[i]]
        place = stage.choose(f"second voice, {note.draft.onset_beats:g}", note.draft.onset_beats, labels, -costs)
        out.append(float(pitches[i, place]))
    return out


def _pitch(stage: Stage, note: _Above, offset: int) -> int:
    beat = note.draft.onset_beats
    return sounding_pitch(stage.bar_at(beat).key, note.degree + offset, chord_at(stage, beat))


def _cost(stage: Stage, note: _Above, offset: int, steps: int) -> float:
    beat = note.draft.onset_beats
    cost = _AWAY * abs(offset - steps)
    if not is_chord_tone(stage.bar_at(beat).key, note.degree + offset, chord_at(stage, beat)):
        cost += FORBIDDEN if note.due else _OFF_CHORD
    return cost


def _move_costs(here: _Above, there: _Above, degrees: np.ndarray, next_degrees: np.ndarray, pitches: np.ndarray,
                next_pitches: np.ndarray) -> np.ndarray:
    """Cost of each move of the second voice between two notes, shape (offsets, offsets)."""
    cost = _MOVE * np.clip(np.abs(np.subtract.outer(degrees, next_degrees)) - 1, 0, None)
    perfect = np.isin(np.abs(round(here.draft.pitch) - pitches) % 12, list(_PERFECT))
    next_perfect = np.isin(np.abs(round(there.draft.pitch) - next_pitches) % 12, list(_PERFECT))
    same_way = np.sign(next_pitches[None] - pitches[:, None]) == np.sign(there.draft.pitch - here.draft.pitch)
    moving = there.draft.pitch != here.draft.pitch
    return np.asarray(cost + np.where(perfect[:, None] & next_perfect[None] & same_way & moving, _PARALLEL, 0.0))
