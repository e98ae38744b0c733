"""The table of an instrument's strings: what each string is made of, how it is tuned and how long it rings."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from instruments.dsp.arrays import Reals


class Strings(NamedTuple):
    """The strings of an instrument from the lowest up, one entry a string."""

    open_pitch: Reals  # pitch of the open string, MIDI number
    core_millimetres: Reals  # diameter; of a wound string that of its core [mm]
    tension_newtons: Reals  # tension [N]
    youngs_modulus_gpa: Reals  # Young's modulus of the core [GPa]
    t60_seconds: Reals  # decay of the open string to −60 dB toward 0 Hz, in the plane along the top [s]
    t60_reference_seconds: Reals  # additional damping at 4 kHz of a new string, as a decay to −60 dB [s]
    winding_millimetres: Reals  # distance of the turns of the winding [mm]; 0 for a plain string


def strings(*rows: tuple[float, float, float, float, float, float, float]) -> Strings:
    """Build the table of strings from one row per string, in the order of the fields of ``Strings``."""
    return Strings(*(np.array(column) for column in zip(*rows, strict=True)))
