"""Records of the string kernels: what they know of a note, of a plane of vibration and of the string as it sounds.

One string is one array of notes, two planes and one state. The kernels read and write the fields by name.
"""

from __future__ import annotations

import numpy as np

from instruments.dsp.arrays import Reals, Records
from instruments.strings.string import Hand, Loop

LOOP = np.dtype([("delay", np.int64), ("fraction", np.float64), ("dispersion", np.float64),
                 ("dispersion_last", np.float64), ("gain", np.float64), ("pole", np.float64)])
"""One note's loop in one plane: see ``string.Loop``."""

NOTE = np.dtype([("up", LOOP), ("along", LOOP),
                 *((name, np.int64 if name.startswith("bend_") else np.float64) for name in Hand._fields),
                 ("pluck_samples", np.int64)])
"""One note: its loops, the fields of ``string.Hand``, and the length of its pluck in samples."""

PLANE = np.dtype([
    ("line", np.int64),  # first sample of its delay line in the workspace
    ("delay", np.int64),  # length of the line [samples], without the fraction and the filters
    ("old_delay", np.int64),  # the same of the note before [samples], from which the new one is faded in
    ("gain", np.float64),  # loss filter gain / (1 + pole z⁻¹)
    ("pole", np.float64),
    ("gain_step", np.float64),  # change of gain and pole per sample while the loss changes
    ("pole_step", np.float64),
    ("gain_target", np.float64),  # gain and pole at the end of the change
    ("pole_target", np.float64),
    ("dispersion", np.float64),  # coefficient of the first and second all-pass
    ("dispersion_last", np.float64),  # coefficient of the third all-pass
    ("fraction", np.float64),  # coefficient of the fourth all-pass, the fraction of a sample
    ("y0", np.float64),  # last output of the loss filter
    ("y1", np.float64),  # last output of the first all-pass
    ("y2", np.float64),  # last output of the second all-pass
    ("y3", np.float64),  # last output of the third all-pass
    ("y4", np.float64),  # last output of the fourth all-pass
    ("x1", np.float64),  # last input of the first all-pass
    ("x2", np.float64),  # last input of the second all-pass
    ("x3", np.float64),  # last input of the third all-pass
    ("x4", np.float64),  # last input of the fourth all-pass
])
"""One plane of vibration while it sounds: its line, its filters and their memory."""

STRING = np.dtype([
    ("longest", np.int64),  # samples of the past that either line keeps
    ("room", np.int64),  # samples of the workspace that either line has
    ("taps", np.int64),  # place in the workspace of what is read from the lines, four times ``loop.CHUNK`` samples
    ("pluck", np.int64),  # place in the workspace of the pluck
    ("fade", np.int64),  # samples over which a change of length or of loss is faded in
    ("now", np.int64),  # sample of the song that is computed next
    ("write", np.int64),  # place in both lines of the sample that is computed next
    ("ringing", np.int64),  # 1 while the string sounds, 0 when it has come to rest
    ("quiet", np.int64),  # samples since the force on the bridge was last above silence
    ("plucked", np.int64),  # samples of the pluck that have gone in
    ("shortest", np.int64),  # length of the shortest line that is read during the pluck or the cross-fade [samples]
    ("fading", np.int64),  # samples left of the cross-fade between two lengths of line
    ("damping", np.int64),  # samples left of the change between two losses
    ("bend", np.int64),  # row of the bend table that holds now
    ("extra", np.float64),  # samples by which the bend lengthens the lines now
    ("slope", np.float64),  # change of ``extra`` per sample
    ("old_extra", np.float64),  # ``extra`` of the note before at its end
])
"""One string while it sounds."""


def note_records(up: Loop, along: Loop, hand: Hand, pluck_samples: Reals) -> Records:
    """Collect the notes of a string in one array of ``NOTE`` records, shape (notes,)."""
    notes = np.zeros(len(pluck_samples), NOTE)
    for plane, loop in (("up", up), ("along", along)):
        for name, column in loop._asdict().items():
            notes[plane][name] = column
    for name, column in hand._asdict().items():
        notes[name] = column
    notes["pluck_samples"] = pluck_samples
    return notes
