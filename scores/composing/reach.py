"""Notes that an instrument has: what a player writes beyond its reach is moved by octaves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from scores.catalogue import Instrument
from scores.composing.stage import Draft


def within_reach(drafts: Sequence[Draft], instrument: Instrument) -> list[Draft]:
    """Return the drafts with each pitch within the instrument's reach, an octave or more away where it was beyond.

    Sung notes, and an instrument that has less than an octave, stay as they are. A note that is moved has its place on
    the fretboard no more. Two notes of one onset that become one are one.
    """
    low, high = instrument.reach()
    if high - low < 12 or instrument.has_pieces or all(low <= draft.pitch <= high for draft in drafts):
        return list(drafts)
    moved: list[Draft] = []
    taken = {(draft.onset_beats, draft.pitch) for draft in drafts if low <= draft.pitch <= high}
    for draft in drafts:
        if low <= draft.pitch <= high or draft.utterance is not None:
            moved.append(draft)
            continue
        below = draft.pitch < low
        octaves = math.ceil((low - draft.pitch) / 12) if below else -math.ceil((draft.pitch - high) / 12)
        pitch = draft.pitch + 12 * octaves
        if (draft.onset_beats, pitch) not in taken:
            taken.add((draft.onset_beats, pitch))
            moved.append(replace(draft, pitch=pitch, fingering=None))
    return moved
