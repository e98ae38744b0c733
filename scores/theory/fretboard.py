"""The shapes of a chord that a hand can play on six strings, each with its cost.

A shape has at most one note on a string, spans at most four frets and takes at most four fingers. A barre, the index
finger across the strings at the lowest fret, counts as one finger. The lowest string that sounds has the chord's bass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np

from scores.arrays import Integers, Reals
from scores.theory.chords import Chord

# Open strings of each tuning, low to high [MIDI number].
TUNINGS: dict[str, tuple[int, int, int, int, int, int]] = {
    "standard": (40, 45, 50, 55, 59, 64),
    "half_step_down": (39, 44, 49, 54, 58, 63),
    "drop_d": (38, 45, 50, 55, 59, 64),
    "double_drop_d": (38, 45, 50, 55, 59, 62),
    "dadgad": (38, 45, 50, 55, 57, 62),
    "open_d": (38, 45, 50, 54, 57, 62),
    "open_e": (40, 47, 52, 56, 59, 64),
    "open_g": (38, 43, 50, 55, 59, 62),
    "open_a": (40, 45, 52, 57, 61, 64),
    "open_c": (36, 43, 48, 55, 60, 64),
}
# Strings of a guitar.
STRINGS = 6
# Fret number of a string that does not sound.
MUTED = -1
# Frets that a hand covers without moving: one for each finger.
SPAN_FRETS = 4
FINGERS = 4
# Highest fret of a shape, counted from the nut; above it the body is in the way.
HIGHEST_FRET = 12
# Fewest notes of a shape.
FEWEST_NOTES = 3

# Intervals [semitones].
PERFECT_FIFTH = 7
THIRDS = (3, 4)

# Costs of a shape [logits], set by ear: per finger, for a barre, per fret between lowest and highest finger.
FINGER_COST = 0.12
BARRE_COST = 0.45
STRETCH_COST = 0.25
# Per muted string between sounding ones, per muted string above them, and per string that is silent for any reason.
INNER_MUTE_COST = 1.3
TOP_MUTE_COST = 0.7
SILENT_STRING_COST = 0.3
# For a chord without its fifth, and per third beyond the first.
MISSING_FIFTH_COST = 0.5
EXTRA_THIRD_COST = 0.35
# Per semitone beyond an octave between neighbouring notes.
WIDE_GAP_COST = 0.12


@dataclass(frozen=True, slots=True)
class Shape:
    """One way to hold a chord.

    Parameters
    ----------
    frets
        Fret of each string from the lowest up, counted from the capo: 0 open, −1 muted.
    open_pitches
        MIDI numbers of the open strings with the capo on.
    """

    frets: tuple[int, ...]
    open_pitches: tuple[int, ...]

    @property
    def strings(self) -> tuple[int, ...]:
        """The strings that sound, low to high."""
        return tuple(s for s, fret in enumerate(self.frets) if fret != MUTED)

    @property
    def pitches(self) -> tuple[int, ...]:
        """MIDI numbers that sound, low to high."""
        return tuple(self.pitch(s) for s in self.strings)

    @property
    def position(self) -> int:
        """The lowest fret that a finger holds; 0 where all strings are open."""
        return min((fret for fret in self.frets if fret > 0), default=0)

    @property
    def fingers(self) -> int:
        """Number of fingers; a barre counts as one."""
        return _fingers(self.frets)[0]

    def pitch(self, string: int) -> int:
        """Return the MIDI number of a string that sounds."""
        return self.open_pitches[string] + self.frets[string]

    def __str__(self) -> str:
        return "".join("x" if fret == MUTED else str(fret) if fret < 10 else f"({fret})" for fret in self.frets)


@dataclass(frozen=True)
class ShapeTable:
    """All shapes of one chord in one tuning, with everything that does not depend on the chord before.

    Parameters
    ----------
    shapes
        The n shapes.
    frets
        Shape (n, 6): the fret of each string.
    pitches
        Shape (n, 6): MIDI numbers, NaN where muted.
    position
        Shape (n,): the lowest fret that a finger holds.
    cost
        Shape (n,): cost of the shape by itself, in logits.
    opens
        Shape (n,): number of open strings.
    """

    shapes: tuple[Shape, ...]
    frets: Integers
    pitches: Reals
    position: Reals
    cost: Reals
    opens: Reals

    @cached_property
    def top(self) -> Reals:
        """The highest pitch of each shape, shape (n,)."""
        return np.asarray(np.nanmax(self.pitches, axis=1))


def required_tones(chord: Chord) -> frozenset[int]:
    """Return the pitch classes that a voicing may not leave out: all but a perfect fifth, which is heard anyway."""
    may_go = (PERFECT_FIFTH,) if len(chord.intervals) > 2 else ()
    return frozenset((chord.root + step) % 12 for step in chord.intervals if step not in may_go) | {chord.bass}


def shapes(chord: Chord, tuning: str, capo: int) -> ShapeTable:
    """Return every playable shape of a chord; none where no hand can play it.

    Parameters
    ----------
    chord
        The chord; its spelling does not matter.
    tuning
        A key of TUNINGS.
    capo
        Fret of the capo, 0 … 9. Frets of the shapes count from it.

    Raises
    ------
    KeyError
        For an unknown tuning.
    """
    return _shapes(chord.root, chord.intervals, chord.bass, tuning, capo)


@lru_cache(maxsize=512)
def _shapes(root: int, intervals: tuple[int, ...], bass: int, tuning: str, capo: int) -> ShapeTable:
    chord = Chord("", root, intervals, bass)
    open_pitches = tuple(pitch + capo for pitch in TUNINGS[tuning])
    allowed = frozenset(chord.pitch_classes) | {bass}
    required = required_tones(chord)
    found: list[tuple[int, ...]] = []
    on_string = [[fret for fret in range(HIGHEST_FRET - capo + 1) if (pitch + fret) % 12 in allowed]
                 for pitch in open_pitches]
    for position in range(1, HIGHEST_FRET - capo + 1):
        under_the_hand = [[fret for fret in frets if fret == 0 or position <= fret < position + SPAN_FRETS]
                          for frets in on_string]
        _extend((), under_the_hand, open_pitches, bass, required, position, found)
    _extend((), [[fret for fret in frets if fret == 0] for frets in on_string], open_pitches, bass, required, 0, found)
    made = tuple(Shape(frets, open_pitches) for frets in found)
    table = np.array(found, dtype=np.int64).reshape(-1, STRINGS)
    return ShapeTable(
        made, table, np.where(table == MUTED, np.nan, table + np.array(open_pitches)),
        np.array([shape.position for shape in made], dtype=np.float64),
        np.array([_cost(shape, chord) for shape in made], dtype=np.float64),
        np.asarray((table == 0).sum(axis=1), dtype=np.float64))


def _extend(frets: tuple[int, ...], choices: Sequence[Sequence[int]], open_pitches: tuple[int, ...], bass: int,
            required: frozenset[int], position: int, found: list[tuple[int, ...]]) -> None:
    """Add one string after the other, low to high, and collect complete shapes in ``found``.

    Pitches rise from string to string, so that voices neither cross nor meet.
    """
    string = len(frets)
    sounding = [open_pitches[s] + fret for s, fret in enumerate(frets) if fret != MUTED]
    missing = required - {pitch % 12 for pitch in sounding}
    if len(missing) > STRINGS - string:
        return
    if string == STRINGS:
        held = position == 0 or position in frets  # so that each shape is found once, in its own position
        if held and not missing and len(sounding) >= FEWEST_NOTES and _fingers(frets)[0] <= FINGERS:
            found.append(frets)
        return
    if _fingers(frets)[0] <= FINGERS + 1:  # a barre may still save one finger, but not more
        _extend((*frets, MUTED), choices, open_pitches, bass, required, position, found)
        for fret in choices[string]:
            pitch = open_pitches[string] + fret
            if pitch > sounding[-1] if sounding else pitch % 12 == bass:
                _extend((*frets, fret), choices, open_pitches, bass, required, position, found)


def _fingers(frets: Sequence[int]) -> tuple[int, bool]:
    """Return the number of fingers of a shape, and whether it is a barre.

    A barre reaches from the first to the last string at the lowest fret. All strings between have to be held at that
    fret or higher, since an open or muted string would be pressed down too.
    """
    held = [fret for fret in frets if fret > 0]
    if not held:
        return 0, False
    lowest = min(held)
    at_lowest = [s for s, fret in enumerate(frets) if fret == lowest]
    across = frets[at_lowest[0]: at_lowest[-1] + 1]
    barre = len(at_lowest) > 1 and min(across) >= lowest
    return (len(held) - len(at_lowest) + 1 if barre else len(held)), barre


def _cost(shape: Shape, chord: Chord) -> float:
    """Return the cost of a shape by itself, in logits."""
    fingers, barre = _fingers(shape.frets)
    strings, pitches = shape.strings, shape.pitches
    held = [fret for fret in shape.frets if fret > 0]
    inner = strings[-1] - strings[0] + 1 - len(strings)
    thirds = sum((pitch - chord.root) % 12 in THIRDS for pitch in pitches)
    fifth = PERFECT_FIFTH in chord.intervals and (chord.root + PERFECT_FIFTH) % 12 not in {p % 12 for p in pitches}
    gaps = sum(max(high - low - 12, 0) for low, high in pairwise(pitches))
    return (FINGER_COST * fingers + BARRE_COST * barre + STRETCH_COST * (max(held) - min(held) if held else 0)
            + INNER_MUTE_COST * inner + TOP_MUTE_COST * (STRINGS - 1 - strings[-1])
            + SILENT_STRING_COST * (STRINGS - len(strings)) + MISSING_FIFTH_COST * fifth
            + EXTRA_THIRD_COST * max(thirds - 1, 0) + WIDE_GAP_COST * gaps)
