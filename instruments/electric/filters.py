"""Design of the synthesiser's filters: one or two state-variable filters without a delay in their loops.

References
----------
V. Zavalishin, "The Art of VA Filter Design", rev. 2.1.2, 2018, chapters 4 and 5.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from instruments.dsp.arrays import Reals

FilterKind = Literal["ladder", "lowpass", "bandpass", "highpass"]
MOST_FEEDBACK = 3.8  # feedback of the ladder at resonance 1; it oscillates by itself at 4
LEAST_DAMPING = 0.05  # damping 2R of a state-variable filter at resonance 1
MOST_DAMPING = math.sqrt(2)  # the same at resonance 0: Butterworth's


def stages(kind: FilterKind, resonance: float) -> Reals:
    """Design the stages of a filter.

    A ladder is 1 / ((1 + s)⁴ + k). Its poles are two pairs, s = −1 ± m ± jm with m = ∜k / √2, so two state-variable
    lowpasses in series are the same filter (Zavalishin, chapter 5). The caller makes up for its gain at 0 Hz,
    1 / (1 + k).

    Parameters
    ----------
    kind
        Ladder, or the output of a state-variable filter.
    resonance
        0–1.

    Returns
    -------
    Reals
        Shape (n, 5), a row a stage: frequency relative to the cutoff, damping 2R, and the shares of input, band and low
        in its output. A ladder has two stages, the others one.
    """
    if kind == "ladder":
        feedback = MOST_FEEDBACK * resonance
        m = feedback**0.25 / math.sqrt(2)
        tuned = [math.hypot(1 + side * m, m) for side in (1, -1)]
        return np.array([(w, 2 * (1 + side * m) / w, 0.0, 0.0, 1.0) for w, side in zip(tuned, (1, -1), strict=True)])
    damping = MOST_DAMPING * (LEAST_DAMPING / MOST_DAMPING) ** resonance
    mix = {"lowpass": (0.0, 0.0, 1.0), "bandpass": (0.0, damping, 0.0), "highpass": (1.0, -damping, -1.0)}[kind]
    return np.array([(1.0, damping, *mix)])


def magnitude(stages: Reals, ratio: Reals) -> Reals:
    """Compute the gain of a filter at multiples of its cutoff; shape as ``ratio``."""
    s = 1j * np.asarray(ratio)
    gain = np.ones_like(s)
    for tuned, damping, of_input, of_band, of_low in stages.tolist():
        p = s / tuned
        gain = gain * (of_input + (of_band * p + of_low) / (p * p + damping * p + 1))
    return np.abs(gain)
