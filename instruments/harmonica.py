"""A harmonica: free reeds that swing through their slots, and two hands around them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field
from typing_extensions import override

from instruments.dsp.arrays import Complexes, Reals
from instruments.solo import Attack, BreathNoise, Scoop, Solo, Swell, Vibrato, VibratoRate, harmonics_of, radiated

SWINGS = (0.7, 3.5)  # swing of the reed over the depth of its plate, from the softest to the loudest note
RESTS = 0.55  # rest of the tip above the plate, relative to its depth
LEAK = 0.06  # gap around the reed, relative to its depth
OPEN = ((100.0, -16.0), (300.0, -4.0), (800.0, 0.0), (2000.0, 5.0), (3500.0, 4.0), (6000.0, -3.0), (14000.0, -26.0))
CUPPED_DB = (0.0, 3.0, 1.0, -12.0, -18.0, -24.0, -28.0)  # what hands closed around it add to each level of OPEN


def free_reed(phase: Reals, dynamic: float) -> Reals:
    """Return the air through the slot over a period.

    A reed that swings through its plate shuts the slot twice in a period; the air that passes is as the gap above or
    below the plate (L. Millot and C. Baumann, "A proposal for a minimal model of free reeds", Acta Acustica 93, 2007).
    """
    soft, loud = SWINGS
    height = RESTS + soft * (loud / soft) ** dynamic * np.sin(phase)
    inside = np.clip(np.maximum(height, -1 - height), 0.0, None)  # within the plate, −1 to 0, it is shut
    return np.asarray(np.sqrt(LEAK**2 + inside**2) / (1 + inside))


class Harmonica(Solo):
    """A diatonic harmonica: chords too; hands that open and close are its vibrato."""

    name: ClassVar[str] = "harmonica"
    program: ClassVar[int] = 23
    range: ClassVar[tuple[int, int]] = (48, 96)

    reflects: ClassVar[float] = 0.2
    dulls: ClassVar[float] = 0.5
    pulses: ClassVar[float] = 0.8
    chiff_db: ClassVar[float] = 8.0
    parting_db: ClassVar[float] = 12.0

    hands: float = Field(0.35, ge=0, le=1, description="how far the hands close around it: 0 open, 1 cupped")
    attack_seconds: Attack = 0.03
    vibrato_cents: Vibrato = 10
    vibrato_hz: VibratoRate = 5.6
    swell_db: Swell = 3
    scoop_cents: Scoop = 50
    breath_noise_db: BreathNoise = -38

    @override
    def source(self, count: int, hz: float) -> Complexes:
        return harmonics_of(free_reed, count)

    @override
    def bodies(self, rate: int) -> Sequence[Reals]:
        points = tuple((hz, db + self.hands * more) for (hz, db), more in zip(OPEN, CUPPED_DB, strict=True))
        return (radiated(points, rate),)
