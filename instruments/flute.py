"""A flute: a jet of air across an open tube."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from typing_extensions import override

from instruments.dsp.arrays import Complexes, Reals
from instruments.solo import Attack, BreathNoise, Scoop, Solo, Swell, Vibrato, VibratoRate, harmonics_of, radiated

OFFSET = 0.5  # how far the lip aims beside the edge, relative to the jet's width: it gives the even harmonics
DRIVE = (0.7, 3.5)  # deflection of the jet over its width, from the softest to the loudest note
RADIATES = ((60.0, -20.0), (250.0, -2.0), (900.0, 0.0), (2200.0, 1.0), (4500.0, -6.0), (9000.0, -24.0),
            (16000.0, -60.0))


def jet(phase: Reals, dynamic: float) -> Reals:
    """Return the air that the jet blows into the tube over a period, as a function of its swing.

    A jet of a bell-shaped profile that swings over an edge blows tanh of its deflection into the tube (M.-P. Verge et
    al., "Sound production in recorderlike instruments", JASA 101, 1997; P. Cook, STK's cubic, 1992).
    """
    soft, loud = DRIVE
    return np.asarray(np.tanh(soft * (loud / soft) ** dynamic * (np.sin(phase) + OFFSET)))


class Flute(Solo):
    """A concert flute: breath in the tone, and more of it at each beginning; vibrato of the breath."""

    name: ClassVar[str] = "flute"
    program: ClassVar[int] = 74
    range: ClassVar[tuple[int, int]] = (59, 98)

    reflects: ClassVar[float] = 0.82
    dulls: ClassVar[float] = 0.3
    pulses: ClassVar[float] = 0.3
    noise_dynamic_db: ClassVar[float] = -10.0
    chiff_db: ClassVar[float] = 12.0
    parting_db: ClassVar[float] = 9.0

    attack_seconds: Attack = 0.05
    vibrato_cents: Vibrato = 9
    vibrato_hz: VibratoRate = 5.0
    swell_db: Swell = 3
    scoop_cents: Scoop = 15
    breath_noise_db: BreathNoise = -28

    @override
    def source(self, count: int, hz: float) -> Complexes:
        return harmonics_of(jet, count)

    @override
    def bodies(self, rate: int) -> Sequence[Reals]:
        return (radiated(RADIATES, rate),)
