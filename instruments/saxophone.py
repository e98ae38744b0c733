"""A saxophone: a reed on a cone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field
from typing_extensions import override

from instruments.dsp.arrays import Complexes, Reals
from instruments.solo import (
    DYNAMICS,
    Attack,
    BreathNoise,
    Scoop,
    Solo,
    Swell,
    Vibrato,
    VibratoRate,
    radiated,
)

SHUT = 0.17  # share of the period for which the reed is shut: apex over whole cone (the missing tip of the cone)
CORNER_HZ = (550.0, 5200.0)  # corner of the tone, from the softest to the loudest note [Hz]
Size = Literal["alto", "tenor"]
RADIATES: dict[Size, tuple[tuple[float, float], ...]] = {
    "alto": ((90.0, -14.0), (250.0, -2.0), (600.0, 2.0), (1100.0, 0.0), (1900.0, 2.0), (3500.0, -4.0), (7000.0, -15.0),
             (14000.0, -38.0)),
    "tenor": ((70.0, -12.0), (180.0, -1.0), (450.0, 3.0), (900.0, 0.0), (1500.0, 2.0), (2800.0, -5.0), (6000.0, -17.0),
              (14000.0, -42.0)),
}


class Saxophone(Solo):
    """An alto or tenor saxophone, played as in a band: scoops, vibrato at the end of long notes, air in soft ones."""

    name: ClassVar[str] = "saxophone"
    program: ClassVar[int] = 66
    range: ClassVar[tuple[int, int]] = (44, 87)

    reflects: ClassVar[float] = 0.6
    dulls: ClassVar[float] = 0.4
    pulses: ClassVar[float] = 0.7
    noise_dynamic_db: ClassVar[float] = -14.0
    chiff_db: ClassVar[float] = 8.0
    parting_db: ClassVar[float] = 8.0

    size: Size = Field("alto", description="which saxophone: the tenor is larger and darker")
    attack_seconds: Attack = 0.035
    vibrato_cents: Vibrato = 16
    vibrato_hz: VibratoRate = 5.0
    swell_db: Swell = 3
    scoop_cents: Scoop = 45
    breath_noise_db: BreathNoise = -28

    @override
    def midi_program(self) -> int:
        return 66 if self.size == "alto" else 67

    @override
    def source(self, count: int, hz: float) -> Complexes:
        """Return a train of pulses: the two-step motion of a reed on a cone, which is that of a bowed string.

        S. Ollivier, J.-P. Dalmont and J. Kergomard, "Idealized models of reed woodwinds. Part I", Acta Acustica 90,
        2004: pressure is low for the share of the missing tip of the cone, and high for the rest.
        """
        n = np.arange(1, count + 1)
        low, high = CORNER_HZ
        corner = low * (high / low) ** DYNAMICS[:, None] + 0.8 * hz
        pulse = np.exp(-1j * np.pi * n**2 / count) * np.sin(np.pi * n * SHUT) / n
        return np.asarray(pulse / (1 + (n * hz / corner) ** 2))

    @override
    def bodies(self, rate: int) -> Sequence[Reals]:
        return (radiated(RADIATES[self.size], rate),)
