"""Filters without a delay in their loops: what the two stages of ``instruments.electric.oscillators`` are to be."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

FilterKind = Literal["ladder", "lowpass", "bandpass", "highpass"]
MOST_FEEDBACK = 3.8  # of a ladder at resonance 1: it would whistle by itself at 4
LEAST_DAMPING, MOST_DAMPING = 0.05, math.sqrt(2)  # of a state-variable filter at resonance 1 and 0; √2 is Butterworth's

# Columns of a stage: frequency to the cutoff, damping 2R, and the shares of input, band and low in its output.

def stages(kind: FilterKind, resonance: float) -> np.ndarray:
    """The stages of a filter, float64 (n, 5): one state-variable filter, or two lowpasses.

    A ladder is 1 / ((1 + s)⁴ + k). Its poles are two pairs, s = −1 ± m ± jm with m = ∜k / √2, so two state-variable
    lowpasses in series are the same filter: V. Zavalishin, "The Art of VA Filter Design", 2018, chapter 5. What it
    loses below its cutoff, 1 / (1 + k), is left to who sets the level.
    """
    if kind == "ladder":
        feedback = MOST_FEEDBACK * resonance
        m = feedback**0.25 / math.sqrt(2)
        tuned = [math.hypot(1 + side * m, m) for side in (1, -1)]
        return np.array([(w, 2 * (1 + side * m) / w, 0.0, 0.0, 1.0) for w, side in zip(tuned, (1, -1), strict=True)])
    damping = MOST_DAMPING * (LEAST_DAMPING / MOST_DAMPING) ** resonance
    mix = {"lowpass": (0.0, 0.0, 1.0), "bandpass": (0.0, damping, 0.0), "highpass": (1.0, -damping, -1.0)}[kind]
    return np.array([(1.0, damping, *mix)])


def magnitude(stages: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """Gain of the filter at frequencies given as multiples of its cutoff, any shape."""
    s = 1j * np.asarray(ratio)
    gain = np.ones_like(s)
    for tuned, damping, of_input, of_band, of_low in stages.tolist():
        p = s / tuned
        gain = gain * (of_input + (of_band * p + of_low) / (p * p + damping * p + 1))
    return np.abs(gain)
