"""How loud each kind of part is by itself: ``scores/tables/mix.yaml``."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from scores.performance import Note
from scores.score import Part
from scores.table import read_table

# Velocity at which the table's loudness holds.
USUAL_VELOCITY = 80
# Lowest and highest trim [dB]: what is further away is meant to be.
TRIM_RANGE_DB = (-15.0, 15.0)
DRUMS = "drums"


def kind_of_part(part: Part) -> str:
    """Return the kind of a part by its General MIDI program, as the table names it."""
    if part.voice.drum_program() is not None:
        return DRUMS
    program = part.program or part.voice.midi_program()
    for kind, entry in read_table("mix").items():
        if entry["programs"] and entry["programs"][0] <= program <= entry["programs"][1]:
            return str(kind)
    raise ValueError(f"no kind of part has the program {program}")


def trim_db(part: Part, notes: Sequence[Note], lufs: float) -> float:
    """Return the gain that makes a part as loud as its kind, in dB.

    A part that plays softly stays soft: it is compared at the velocities it plays at, 40 log10(velocity), which is the
    curve of General MIDI.

    Parameters
    ----------
    part
        The part.
    notes
        What it plays; nothing for a recording.
    lufs
        Its loudness at level 0 [LUFS]; −inf for silence.
    """
    if not math.isfinite(lufs):
        return 0.0
    wanted = float(read_table("mix")[kind_of_part(part)]["lufs"]) + _touch_db(notes)
    return round(float(np.clip(wanted - lufs, *TRIM_RANGE_DB)), 1)


def _touch_db(notes: Sequence[Note]) -> float:
    """Return the mean level of the velocities against the usual one, by energy and duration [dB]."""
    if not notes:
        return 0.0
    energy = np.array([(note.velocity / USUAL_VELOCITY) ** 4 for note in notes])
    seconds = np.array([note.duration_seconds for note in notes])
    return float(10 * np.log10(np.average(energy, weights=seconds)))
