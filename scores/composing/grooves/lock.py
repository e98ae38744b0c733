"""Locking to the bass drum: who plays together with it takes its time from it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from scores.composing.stage import Draft, Stage

# Keys of the bass drum on General MIDI's percussion map.
KICKS = (35, 36)
# Time within which a stroke of the bass drum belongs to the one before it, as in a roll [quarter notes].
QUICK_BEATS = 0.2
# Distance within which a note and the bass drum fall together [quarter notes].
TOGETHER_BEATS = 0.06
# Lateness of a note against the bass drum [s], with the logits of a bell curve of this standard deviation at T = 1.
LOCK_SPREAD_SECONDS = 0.004
_OFFSETS = np.arange(-8, 9) * 0.001
_OFFSET_LABELS = tuple(f"{1000 * t:+.0f} ms" for t in _OFFSETS)
_OFFSET_LOGITS = -0.5 * (_OFFSETS / LOCK_SPREAD_SECONDS) ** 2
# Deviation of the velocity, with the logits of a bell curve of this standard deviation at T = 1, as of other players.
TOUCH_SPREAD = 5.0
_TOUCHES = np.arange(-9, 10) * 2.0
_TOUCH_LABELS = tuple(f"{t:+.0f}" for t in _TOUCHES)
_TOUCH_LOGITS = -0.5 * (_TOUCHES / TOUCH_SPREAD) ** 2


def kicks_of(drafts: Iterable[Draft]) -> list[Draft]:
    """Return the strokes of the bass drum among the drafts of drums, in order; of a roll the first one."""
    kicks: list[Draft] = []
    last = -np.inf
    for kick in sorted((draft for draft in drafts if draft.pitch in KICKS), key=lambda draft: draft.onset_beats):
        if kick.onset_beats - last > QUICK_BEATS:
            kicks.append(kick)
        last = kick.onset_beats
    return kicks


def locked(stage: Stage, drafts: Sequence[Draft], kicks: Sequence[Draft]) -> list[Draft]:
    """Give the notes that fall together with the bass drum its time.

    Parameters
    ----------
    stage
        The part that plays the notes.
    drafts
        Its notes.
    kicks
        As ``kicks_of`` returns them.

    Returns
    -------
    list of Draft
        The notes in the same order. Those that are locked are exact: their deviations in time and touch are in them.
    """
    struck = [kick.onset_beats for kick in kicks]
    notes = list(drafts)
    together: dict[float, list[tuple[int, Draft]]] = {}  # by the beginning of the bar
    for i, draft in enumerate(drafts):
        after = bisect_left(struck, draft.onset_beats)
        near = min(kicks[max(after - 1, 0):after + 1], default=None,
                   key=lambda kick: abs(kick.onset_beats - draft.onset_beats))
        if near is not None and abs(near.onset_beats - draft.onset_beats) < TOGETHER_BEATS:
            together.setdefault(stage.bar_at(draft.onset_beats).start_beats, []).append((i, near))
    for start, pairs in together.items():
        heats = [stage.temperature.at(kick.onset_beats) for _, kick in pairs]
        late = stage.chooser.choose_many(_OFFSET_LABELS, _OFFSET_LOGITS, heats, stage.address("lock", start))
        touch = stage.chooser.choose_many(_TOUCH_LABELS, _TOUCH_LOGITS, heats, stage.address("locked touch", start))
        for (i, kick), offset, force in zip(pairs, late, touch, strict=True):
            velocity = min(max(drafts[i].velocity + float(_TOUCHES[force]), 1.0), 127.0)
            notes[i] = replace(drafts[i], onset_beats=kick.onset_beats, velocity=velocity, exact=True,
                               delay_seconds=kick.delay_seconds + float(_OFFSETS[offset]))
    return notes
