"""By how much a part was moved or transposed as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scores.arrays import Integers

# Fewest notes of a part that can count as moved as a whole.
FEWEST = 4
# Share of the notes that stand still, above which the part does; and that are moved alike, above which it is moved.
MOST_STILL, MOST_MOVED = 0.5, 0.6
# Width of the bins in which shifts are counted [ticks of 960].
BIN_TICKS = 30
# Most notes whose shifts are counted: enough to see one that most of them share.
MOST_COUNTED = 300
# Largest transposition that is looked for [semitones].
FARTHEST_SEMITONES = 36


@dataclass(frozen=True, slots=True)
class Shift:
    """How far a whole part was moved: later by ``ticks`` of 960 a quarter note, higher by ``semitones``."""

    ticks: int = 0
    semitones: int = 0

    def told(self) -> str:
        """Return it in words; empty where nothing was moved."""
        words = [f"transposed by {self.semitones:+d} semitones"] if self.semitones else []
        words += [f"moved by {round(self.ticks / 960, 2):+g} quarter notes"] if self.ticks else []
        return " and ".join(words)


# A part that stands where it was.
STILL = Shift()


def shift_of(composed: Sequence[tuple[int, int]], back: Sequence[tuple[int, int]], near_ticks: int,
             step_ticks: float) -> Shift:
    """Find the shift that most notes of a part share.

    Parameters
    ----------
    composed, back
        Onset [ticks of 960] and key of each note, as composed and as the file has them.
    near_ticks
        Greatest difference of onsets that count as equal.
    step_ticks
        Length of a tick of the file; a shift is a whole number of them.

    Returns
    -------
    Shift
        Of nothing where most notes stand where they were, or no shift explains most of them.
    """
    fewest = min(len(composed), len(back))
    if fewest < FEWEST or _hits(composed, back, STILL, near_ticks) >= MOST_STILL * fewest:
        return STILL
    old, new = (np.array(sorted(notes), dtype=np.int64) for notes in (composed, back))
    counted = new[np.linspace(0, len(new) - 1, min(MOST_COUNTED, len(new))).astype(int)]
    ticks = (counted[:, :1] - old[:, 0]).ravel()
    keys = (counted[:, 1:] - old[:, 1]).ravel()
    inside = abs(keys) <= FARTHEST_SEMITONES
    ticks, keys = ticks[inside], keys[inside]
    if not len(ticks):
        return STILL
    bins: Integers = (ticks + BIN_TICKS // 2) // BIN_TICKS
    places, counts = np.unique(np.stack([bins, keys]), axis=1, return_counts=True)
    order = np.lexsort((abs(places[1]), abs(places[0]), -counts))  # of equal ones the nearest
    bin_, semitones = places[:, order[0]]
    middle = float(np.median(ticks[(keys == semitones) & (abs(bins - bin_) <= 1)]))
    found = Shift(round(round(middle / step_ticks) * step_ticks), int(semitones))
    if not found.semitones and abs(found.ticks) <= near_ticks:
        return STILL
    return found if _hits(composed, back, found, near_ticks) >= MOST_MOVED * fewest else STILL


def _hits(composed: Sequence[tuple[int, int]], back: Sequence[tuple[int, int]], shift: Shift, near: int) -> int:
    """Count the notes of ``back`` that stand where a composed one is after a shift."""
    places = {(tick + shift.ticks, key + shift.semitones) for tick, key in composed}
    return sum(any((tick + d, key) in places for d in range(-near, near + 1)) for tick, key in back)
