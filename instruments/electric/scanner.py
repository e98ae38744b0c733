"""Vibrato and chorus of a tonewheel organ: a scanner moves to and fro along a delay line of coils and capacitors."""

from __future__ import annotations

from typing import Literal

import numpy as np

from effects.dsp.moving import BLOCK, LEAST_DELAY, add_path
from instruments.dsp.arrays import Mono

Vibrato = Literal["off", "v1", "v2", "v3", "c1", "c2", "c3"]
TURNS = 6.9  # speed of the scanner on the motor's shaft [turns/s]
LONGEST_SECONDS = 0.0007  # delay of the whole line [s]; the scanner bends the pitch by ± 26 cents on all of it
REACH = {"1": 1 / 3, "2": 2 / 3, "3": 1.0}  # share of the line that each setting uses


def scanned(sound: Mono, kind: Vibrato, rate: int) -> Mono:
    """Return a sound with vibrato, or in a chorus (c1–c3) the sum of both; shape (frames,), as ``sound``."""
    if kind == "off":
        return sound
    seconds = np.arange(sound.size // BLOCK + 3) * BLOCK / rate
    sway = 0.5 - np.cos(2 * np.pi * TURNS * seconds) / 2
    longest = LONGEST_SECONDS * rate
    past = int(longest) + BLOCK
    out = np.zeros_like(sound)
    add_path(out, np.concatenate([np.zeros(past, np.float32), sound]), past, 0,
             LEAST_DELAY + REACH[kind[1]] * longest * sway)
    return out if kind[0] == "v" else np.asarray(np.sqrt(np.float32(0.5)) * (out + sound))
