"""A celesta: steel plates over wooden resonators, struck by felt hammers from a keyboard."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field
from typing_extensions import override

from instruments.dsp.arrays import Reals
from instruments.dsp.notes import hertz, pan_gains
from instruments.dsp.partials import knock
from instruments.keys import Bells, Damping, Decay, Hardness, Shimmer
from scores.performance import Note

BOX_RISE_SECONDS = 0.012  # time in which the air of a resonator builds up, some of its cycles [s]

Box = Annotated[float, Field(ge=0, le=1, description="How much of the fundamental comes from the box under the plate, "
                                                     "rounder and shorter than the steel")]
ActionNoise = Annotated[float, Field(ge=-80, le=-6, description="Noise of key and hammer, in dB")]


class Celesta(Bells):
    """Plates free at both ends. A resonator tuned to each fundamental makes it round and takes its energy."""

    name: ClassVar[str] = "celesta"
    program: ClassVar[int] = 9
    range: ClassVar[tuple[int, int]] = (60, 108)

    # f ∝ (3.0112², 5², 7², 9²): Fletcher and Rossing, The Physics of Musical Instruments, 2nd ed., eq. 2.64. The plate
    # lies on felt at the nodes of the first mode, 0.224 of its length from each end, which damps the other modes.
    modes: ClassVar[tuple[tuple[float, float], ...]] = ((1.0, 1.0), (2.756, 0.42), (5.404, 0.2), (8.933, 0.09))
    level: ClassVar[float] = 0.21
    decay_power: ClassVar[float] = 0.9
    contact_seconds: ClassVar[tuple[float, float]] = (1.6e-3, 0.2e-3)
    contact_power: ClassVar[float] = -0.4  # felt that stiffens, as the piano's: speed^((1 − p)/(1 + p)), p = 2.3
    tap: ClassVar[tuple[float, float, float]] = (1500.0, 7000.0, 350.0)

    hardness: Hardness = 0.45
    decay_seconds: Decay = 2.6
    damping_seconds: Damping = 0.25
    shimmer_hz: Shimmer = 0.25
    box: Box = 0.5
    action_noise_db: ActionNoise = -34

    @override
    def _around(self, note: Note, level: float, draw: np.random.Generator) -> Reals:
        """Return the resonance of the box at the fundamental, and the noise of the action."""
        lowest = hertz(note.pitch)
        quick = math.log(1000) / BOX_RISE_SECONDS / 3
        left, right = pan_gains(float(np.clip((note.pitch - 78) / 30, -1, 1)) * self.width)
        air = 0.5 * self.box * level
        ringing = math.log(1000) / self.decay_seconds * math.sqrt(lowest / hertz(72)) * 3
        damped = ringing + math.log(1000) / self.damping_seconds
        # A rise 1 − exp(−t/τ) is a constant less a decay.
        rows = np.array([[lowest, ringing, damped, 0.0, -air * left, 0.0, -air * right],
                         [lowest, quick, quick, 0.0, air * left, 0.0, air * right]])
        action = knock(draw, 12, 120.0, 1400.0, 70.0, level * 10 ** (self.action_noise_db / 20))
        return np.concatenate([rows, action])
