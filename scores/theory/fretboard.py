"""What a hand can play on six strings: every shape of a chord, with its cost.

A shape takes at most one note a string, spans at most four frets and four fingers; the index may lie across the
strings at the lowest fret (a barre counts as one finger). The lowest sounding string has the chord's bass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np

from scores.theory import Chord

# MIDI numbers of the open strings, low to high.
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
STRINGS = 6
MUTED = -1
SPAN_FRETS = 4  # frets under the hand: the four fingers one fret each
FINGERS = 4
HIGHEST_FRET = 12  # from the nut; above it the body is in the way
FEWEST_NOTES = 3

PERFECT_FIFTH = 7
THIRDS = (3, 4)
# What a hand and an ear pay for a shape, in logits.
FINGER_COST = 0.12
BARRE_COST = 0.45
STRETCH_COST = 0.25  # per fret from the lowest to the highest finger
INNER_MUTE_COST = 1.3
TOP_MUTE_COST = 0.7
SILENT_STRING_COST = 0.3
MISSING_FIFTH_COST = 0.5
EXTRA_THIRD_COST = 0.35
WIDE_GAP_COST = 0.12  # per semitone above an octave between neighbouring notes


@dataclass(frozen=True, slots=True)
class Shape:
    """One way to hold a chord. ``frets[s]`` is counted from the capo, 0 open, −1 muted; string 0 is the lowest."""

    frets: tuple[int, ...]
    open_pitches: tuple[int, ...]  # MIDI, with the capo on

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
        """The lowest fret that a finger holds, 0 where all strings are open."""
        return min((fret for fret in self.frets if fret > 0), default=0)

    @property
    def fingers(self) -> int:
        """Fingers it takes, a barre counted as one."""
        return _fingers(self.frets)[0]

    def pitch(self, string: int) -> int:
        """MIDI number of a sounding string."""
        return self.open_pitches[string] + self.frets[string]

    def __str__(self) -> str:
        return "".join("x" if fret == MUTED else str(fret) if fret < 10 else f"({fret})" for fret in self.frets)


@dataclass(frozen=True)
class ShapeTable:
    """All shapes of one chord in one tuning, with what does not depend on the chord before.

    ``frets`` and ``pitches`` have shape (n, 6): int frets, and float MIDI numbers with NaN where muted;
    ``position`` (the hand's lowest fret), ``cost`` (in logits) and ``opens`` (open strings) have shape (n,).
    """

    shapes: tuple[Shape, ...]
    frets: np.ndarray
    pitches: np.ndarray
    position: np.ndarray
    cost: np.ndarray
    opens: np.ndarray

    @cached_property
    def top(self) -> np.ndarray:
        """The highest pitch of each shape, shape (n,)."""
        return np.asarray(np.nanmax(self.pitches, axis=1))


def required_tones(chord: Chord) -> frozenset[int]:
    """Pitch classes that a voicing may not leave out: all but a perfect fifth, which the ear supplies."""
    may_go = (PERFECT_FIFTH,) if len(chord.intervals) > 2 else ()
    return frozenset((chord.root + step) % 12 for step in chord.intervals if step not in may_go) | {chord.bass}


def shapes(chord: Chord, tuning: str, capo: int) -> ShapeTable:
    """Every playable shape of a chord; the table is empty where no hand can play it.

    tuning
        a name in TUNINGS; KeyError otherwise.
    capo
        fret of the capo, 0 … 9. Frets of the shapes count from it.
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
    """Add one string after the other, low to high, and keep what is a chord and a hand.

    Pitches rise from string to string, so that voices neither cross nor meet.
    """
    string = len(frets)
    sounding = [open_pitches[s] + fret for s, fret in enumerate(frets) if fret != MUTED]
    missing = required - {pitch % 12 for pitch in sounding}
    if len(missing) > STRINGS - string:
        return
    if string == STRINGS:
        held = position == 0 or position in frets  # each shape is found once, in its own position
        if held and not missing and len(sounding) >= FEWEST_NOTES and _fingers(frets)[0] <= FINGERS:
            found.append(frets)
        return
    if _fingers(frets)[0] <= FINGERS + 1:  # a barre may yet join two fingers, but not undo a hand that is far over
        _extend((*frets, MUTED), choices, open_pitches, bass, required, position, found)
        for fret in choices[string]:
            pitch = open_pitches[string] + fret
            if pitch > sounding[-1] if sounding else pitch % 12 == bass:
                _extend((*frets, fret), choices, open_pitches, bass, required, position, found)


def _fingers(frets: Sequence[int]) -> tuple[int, bool]:
    """Fingers that a shape takes, and whether the index lies across.

    The index can lie from the first to the last string that wants the lowest fret, if all strings between are held
    there or higher: an open or a muted one would be pressed down with them.
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
    """What a shape costs by itself, in logits."""
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
