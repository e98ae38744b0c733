"""How long the last syllable of a sung line is held, and the short silences at punctuation inside it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scores.composing.singing.rooms import Room
from scores.composing.stage import PlacedLine, Stage
from scores.lyrics.line import Utterance

# Length of a held last syllable [s], at most: a singer's air.
LONGEST_HELD_SECONDS = 5.0
# Share of its room that a sung line fills.
ROOM_TO_FILL = 0.75
# Cost of leaving all of it empty, per share.
_EMPTY = 6.0
# How long a line's last syllable is held → logit.
_HELD = {"two steps": 0.3, "four steps": 0.7, "to the end of its room": 0.5}


def last_length(stage: Stage, placed: PlacedLine, onsets: np.ndarray, room: Room, step: float) -> float:
    """Return the quarter notes that the last syllable is held: longer where the line would leave its room empty."""
    last, most = float(onsets[-1]), stage.tempo.beat(stage.tempo.seconds(float(onsets[-1])) + LONGEST_HELD_SECONDS)
    latest = min(room.end_beats, most)
    ends = [min(last + 2 * step, latest), min(last + 4 * step, latest), latest]
    whole = room.end_beats - room.start_beats
    logits = [logit - _EMPTY * max(ROOM_TO_FILL - (end - float(onsets[0])) / whole, 0.0)
              for logit, end in zip(_HELD.values(), ends, strict=True)]
    pick = stage.choose(f"text setting, line {placed.number}, last", last, list(_HELD), logits)
    return max(ends[pick] - last, 0.5 * min(step, room.end_beats - last))


def with_breaks(stage: Stage, syllables: Sequence[Utterance], onsets: np.ndarray,
                 lengths: np.ndarray) -> np.ndarray:
    """Return the lengths [beats] with a short silence at punctuation, where the syllable stays long enough."""
    out = lengths.copy()
    for i, syllable in enumerate(syllables[:-1]):
        if syllable.pause:
            break_beats = 0.3 * syllable.pause / stage.tempo.beat_seconds(float(onsets[i]))
            out[i] = max(lengths[i] - break_beats, 0.6 * lengths[i])
    return out
