"""Vibrato and chorus of a tonewheel organ: a scanner runs to and fro along a line of coils and capacitors."""

from __future__ import annotations

from typing import Literal

import numpy as np

from effects.dsp.moving import BLOCK, LEAST_DELAY, add_path

Vibrato = Literal["off", "v1", "v2", "v3", "c1", "c2", "c3"]
TURNS = 6.9  # of the scanner a second, on the motor's shaft
LONGEST_SECONDS = 0.0007  # the whole line: ± 26 cents when the scanner runs along all of it
REACH = {"1": 1 / 3, "2": 2 / 3, "3": 1.0}  # how far each setting runs along it


def scanned(sound: np.ndarray, kind: Vibrato, rate: int) -> np.ndarray:
    """What the scanner makes of a sound, float32 (frames,): its pitch sways; in a chorus it stands beside itself."""
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
