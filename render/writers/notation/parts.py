"""The staves of a score: which notes stand on which stave, with which clef and which strings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from scores.performance import Note, Performance
from scores.score import Part, Score
from scores.theory.fretboard import TUNINGS

# Note from which an instrument of two staves is written on the upper one, and from which a treble clef fits [MIDI].
MIDDLE_C = 60
TREBLE_FROM = 55
# General MIDI programs of instruments with two staves: pianos, chromatic percussion, organs.
KEYBOARDS = range(1, 25)
# Open strings of a bass [MIDI number], low to high.
BASS_STRINGS = (28, 33, 38, 43)


@dataclass(frozen=True, slots=True)
class Stave:
    """One stave of a part.

    Attributes
    ----------
    clef
        ``treble``, ``treble_8`` (sounds an octave lower), ``bass``, ``bass_8`` or ``percussion``.
    notes
        In any order, without breaths.
    strings
        Open strings, low to high [MIDI number], of a stave of tablature; empty for ordinary staves.
    """

    clef: str
    notes: tuple[Note, ...]
    strings: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class StavePart:
    """A part of a score with its staves, from top to bottom, its General MIDI program and whether it is a drum kit."""

    name: str
    program: int
    staves: tuple[Stave, ...]
    is_kit: bool = False


def stave_parts(score: Score, performance: Performance) -> list[StavePart]:
    """Return the parts that have written notes, in the order of the score.

    Parts without pitch (noise, heartbeat) and parts that play a recording are left out.
    """
    parts = []
    for name, part in score.parts.items():
        notes = tuple(note for note in performance.notes[name] if not note.is_breath)
        is_kit = part.voice.drum_program() is not None
        if notes and (is_kit or getattr(part.voice, "pitched", True)):
            program = part.program or part.voice.midi_program()
            parts.append(StavePart(name.replace("_", " "), program, _staves(part, notes, program, is_kit), is_kit))
    return parts


def _staves(part: Part, notes: tuple[Note, ...], program: int, is_kit: bool) -> tuple[Stave, ...]:
    if is_kit:
        return (Stave("percussion", notes),)
    is_bass = part.voice.fretted and part.voice.string_count == len(BASS_STRINGS)
    if part.voice.fretted and any(note.fingering for note in notes):
        strings = BASS_STRINGS if is_bass else tuple(pitch + part.capo for pitch in TUNINGS[part.tuning])
        return Stave("bass_8" if is_bass else "treble_8", notes), Stave("tab", notes, strings)
    if is_bass:
        return (Stave("bass_8", notes),)
    if program in KEYBOARDS and not part.voice.sings:
        return (Stave("treble", tuple(note for note in notes if note.pitch >= MIDDLE_C)),
                Stave("bass", tuple(note for note in notes if note.pitch < MIDDLE_C)))
    return (Stave(clef_of(notes, is_voice=part.voice.sings), notes),)


def clef_of(notes: Sequence[Note], *, is_voice: bool) -> str:
    """Return the clef in which notes need the fewest ledger lines; low voices are written an octave higher."""
    middle = median(note.pitch for note in notes) if notes else MIDDLE_C
    if middle >= TREBLE_FROM:
        return "treble"
    return "treble_8" if is_voice else "bass"
