"""Where on the neck a note is: which string sounds it, which note it comes out of, and how it gets there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scores.performance import LEGATO, Bend, Note

HARMONICS = {12: 2, 19: 3, 24: 4}  # semitones above the open string → parts into which a touch at its node divides it
HARMONIC_FRETS = {12: 2, 7: 3, 5: 4}  # and the frets over which those nodes lie
JOINS_SECONDS = 0.15  # a note that ended so long ago at most is one that a hammer-on comes out of
FRET_SECONDS = 0.006  # in which a sliding finger passes from fret to fret


def harmonics(open_pitch: np.ndarray) -> frozenset[int]:
    """Pitches that sound as natural harmonics over frets 12, 7 and 5."""
    return frozenset(round(float(pitch)) + above for pitch in open_pitch for above in HARMONICS)


def allocate(notes: Sequence[Note], open_pitch: np.ndarray) -> np.ndarray:
    """The string of each note: its fingering's, or else the one that a hand would take.

    That is the highest string that reaches down to the note, and to what is pulled off or slid from it, and is free;
    when none is free the one whose note ends first. A note below the lowest string is played on it, tuned down. A
    hammer-on, pull-off or slide is on the string of the note it comes out of, a harmonic on one that has it.
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
    """Index of the note out of which each hammer-on, pull-off or slide without fingering comes; −1 for all others."""
    origin = [-1] * len(notes)
    used: set[int] = set()
    for index, note in enumerate(notes):
        if note.articulation not in LEGATO or note.fingering is not None:
            continue
        from_pitch = note.pitch + (note.bend[0][1] / 100 if note.articulation == "slide" and note.bend else 0.0)
        near = [i for i in range(max(index - 12, 0), index) if i not in used and notes[i].pitch != note.pitch
                and notes[i].onset_seconds < note.onset_seconds - 1e-3
                and notes[i].end_seconds > note.onset_seconds - JOINS_SECONDS]
        if near:
            origin[index] = min(near, key=lambda i: (abs(notes[i].pitch - from_pitch), -i))
            used.add(origin[index])
    return origin


def joined(notes: Sequence[Note]) -> np.ndarray:
    """Of the notes of one string: whether each takes over the string while it is still ringing from the one before."""
    return np.array([index > 0 and note.articulation in LEGATO
                     and notes[index - 1].end_seconds > note.onset_seconds - JOINS_SECONDS
                     for index, note in enumerate(notes)], dtype=bool)


def stepped(bend: Bend) -> Bend:
    """A slide as frets make it: the pitch stays on a fret until the finger is over the next."""
    (start, high), (end, low) = bend[0], bend[-1]
    frets = max(round(abs(high - low) / 100), 1)
    fall = min(FRET_SECONDS, 0.8 * (end - start) / frets)
    curve = [(start, high)]
    for fret in range(1, frets + 1):
        at = start + fret * (end - start) / frets
        curve += [(at - fall, high + (fret - 1) * (low - high) / frets), (at, high + fret * (low - high) / frets)]
    return tuple(curve)
