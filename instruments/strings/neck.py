"""Notes on the neck: the string that plays each note, the note it comes out of, and the pitch curve of a slide."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from instruments.dsp.arrays import Booleans, Integers, Reals
from scores.performance import LEGATO, Bend, Note

HARMONICS = {12: 2, 19: 3, 24: 4}  # natural harmonic [semitones above the open string] → parts of the string
TOUCH_SECONDS = 0.016  # time for which a finger rests on the string before it plucks again [s]
NEVER = 2.0**60  # a time later than any song [samples]
HARMONIC_FRETS = {12: 2, 7: 3, 5: 4}  # fret over the node → parts of the string
JOINS_SECONDS = 0.15  # longest gap [s] after a note out of which a hammer-on, pull-off or slide can still come
FRET_SECONDS = 0.006  # time in which a sliding finger passes from fret to fret [s]
CANDIDATES = 12  # notes before a legato note among which its origin is looked for


def harmonics(open_pitch: Reals) -> frozenset[int]:
    """Return the pitches of the natural harmonics over frets 12, 7 and 5, as MIDI numbers."""
    return frozenset(round(float(pitch)) + above for pitch in open_pitch for above in HARMONICS)


def allocate(notes: Sequence[Note], open_pitch: Reals) -> Integers:
    """Choose the string of each note: the one in its fingering, else the one that a hand would take.

    That is the highest free string that reaches down to the note and to every note that is pulled off or slid from it.
    If none is free, the one whose note ends first. A note below the lowest string is played on that string, tuned down.
    A hammer-on, pull-off or slide stays on the string of the note it comes out of. A harmonic takes a string that has
    it.

    Parameters
    ----------
    notes
        Sorted by onset.
    open_pitch
        Shape (strings,): MIDI numbers of the open strings, from the lowest up.

    Returns
    -------
    Integers
        Shape (notes,): index of the string.

    Raises
    ------
    ValueError
        If a fingering names a string that does not exist, or no string has the harmonic.
    """
    origin = _origins(notes)
    lowest = np.array([note.pitch for note in notes])
    for index in range(len(notes) - 1, -1, -1):
        if origin[index] >= 0:
            lowest[origin[index]] = min(lowest[origin[index]], lowest[index])
    free_at = np.full(len(open_pitch), -np.inf)
    taken = np.zeros(len(notes), dtype=np.int64)
    for index, note in enumerate(notes):
        if note.fingering is not None:
            string = note.fingering.string
            if not 0 <= string < len(open_pitch):
                raise ValueError(f"string {string} of a note at {note.onset_seconds:.3f} s: there are "
                                 f"{len(open_pitch)}, counted from 0")
        elif origin[index] >= 0:
            string = int(taken[origin[index]])
        elif note.articulation == "harmonic":
            nodes = [(above, s) for s in range(len(open_pitch)) for above in HARMONICS
                     if round(open_pitch[s]) + above == round(note.pitch)]
            if not nodes:
                raise ValueError(f"no open string has a natural harmonic at MIDI {note.pitch:g}, asked for at "
                                 f"{note.onset_seconds:.3f} s")
            string = min(nodes)[1]
        else:
            reach = [s for s in range(len(open_pitch)) if open_pitch[s] <= lowest[index] + 0.5] or [0]
            free = [s for s in reach if free_at[s] <= note.onset_seconds + 1e-6]
            string = max(free) if free else min(reach, key=lambda s: (free_at[s], -s))
        taken[index] = string
        free_at[string] = note.end_seconds
    return taken


def _origins(notes: Sequence[Note]) -> list[int]:
    """Find the note out of which each hammer-on, pull-off or slide without fingering comes; −1 for all other notes."""
    origin = [-1] * len(notes)
    used: set[int] = set()
    for index, note in enumerate(notes):
        if note.articulation not in LEGATO or note.fingering is not None:
            continue
        from_pitch = note.pitch + (note.bend[0][1] / 100 if note.articulation == "slide" and note.bend else 0.0)
        near = [i for i in range(max(index - CANDIDATES, 0), index) if i not in used and notes[i].pitch != note.pitch
                and notes[i].onset_seconds < note.onset_seconds - 1e-3
                and notes[i].end_seconds > note.onset_seconds - JOINS_SECONDS]
        if near:
            origin[index] = min(near, key=lambda i: (abs(notes[i].pitch - from_pitch), -i))
            used.add(origin[index])
    return origin


def joined(notes: Sequence[Note]) -> Booleans:
    """Return for each note of one string whether it takes over the string while the note before is still ringing."""
    return np.array([index > 0 and note.articulation in LEGATO
                     and notes[index - 1].end_seconds > note.onset_seconds - JOINS_SECONDS
                     for index, note in enumerate(notes)], dtype=bool)


def stepped(bend: Bend) -> Bend:
    """Return a slide over frets: the pitch stays on a fret until the finger has passed the next one."""
    (start, high), (end, low) = bend[0], bend[-1]
    frets = max(round(abs(high - low) / 100), 1)
    fall = min(FRET_SECONDS, 0.8 * (end - start) / frets)
    curve = [(start, high)]
    for fret in range(1, frets + 1):
        at = start + fret * (end - start) / frets
        curve += [(at - fall, high + (fret - 1) * (low - high) / frets), (at, high + fret * (low - high) / frets)]
    return tuple(curve)


def times(notes: Sequence[Note], joins: Booleans, rate: int) -> tuple[Reals, Reals, Reals]:
    """Return onset, touch before the onset, and release of each note of one string, in samples."""
    onset = np.array([note.onset_seconds for note in notes]) * rate
    touch = onset - TOUCH_SECONDS * rate
    touch[1:] = np.maximum(touch[1:], onset[:-1] + 2.0)
    touch = np.where(joins, NEVER, np.maximum(touch, 0.0))
    release = np.ceil(np.array([note.end_seconds for note in notes]) * rate)
    release[:-1] = np.where(joins[1:], NEVER, release[:-1])
    return onset, touch, release


def parts_of(note: Note, open_pitch: float) -> int:
    """Return the number of parts into which a touched node divides the string; 1 where none is touched."""
    if note.articulation != "harmonic":
        return 1
    if note.fingering is None:
        return HARMONICS[round(note.pitch - open_pitch)]
    if note.fingering.fret not in HARMONIC_FRETS:
        raise ValueError(f"no natural harmonic over fret {note.fingering.fret} (a note at {note.onset_seconds:.3f} s): "
                         "there are 12, 7 and 5")
    return HARMONIC_FRETS[note.fingering.fret]


def semitones(parts: int) -> int:
    """Return the semitones from the open string to the harmonic that divides it into ``parts``."""
    return next(above for above, into in HARMONICS.items() if into == parts)
