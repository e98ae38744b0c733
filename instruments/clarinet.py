"""A clarinet: a reed on a cylinder, which is closed at one end and so leaves out the even harmonics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from typing_extensions import override

from instruments.dsp.arrays import Complexes, Reals
from instruments.solo import Attack, BreathNoise, Scoop, Solo, Swell, Vibrato, harmonics_of, radiated

CUT_OFF_HZ = 1500.0  # frequency above which even harmonics are as strong: open holes let all through (Benade 1976)
BEATS = (0.9, 9.0)  # drive of the reed, from the softest note to one in which it beats against the mouthpiece
BENT = 0.12  # asymmetry of the reed
# What bell and holes radiate: 6 dB an octave more up to the cut-off (Benade 1976).
RADIATES = ((80.0, -18.0), (200.0, -11.0), (400.0, -6.0), (800.0, -1.0), (1500.0, 2.0), (3000.0, -3.0),
            (6000.0, -14.0), (14000.0, -40.0))


def reed(phase: Reals, dynamic: float) -> Reals:
    """Return the pressure in the mouthpiece over a period: between two states, the more squarely the louder.

    M. McIntyre, R. Schumacher and J. Woodhouse, JASA 74, 1983; J. Smith, ICMC 1986.
    """
    soft, loud = BEATS
    return np.asarray(np.tanh(soft * (loud / soft) ** dynamic * (np.sin(phase) + BENT)))


class Clarinet(Solo):
    """A B-flat clarinet: hollow and dark below, clear above, straight in tone."""

    name: ClassVar[str] = "clarinet"
    program: ClassVar[int] = 72
    range: ClassVar[tuple[int, int]] = (50, 94)

    reflects: ClassVar[float] = 0.6
    dulls: ClassVar[float] = 0.45
    pulses: ClassVar[float] = 0.6
    chiff_db: ClassVar[float] = 6.0
    parting_db: ClassVar[float] = 8.0

    attack_seconds: Attack = 0.04
    vibrato_cents: Vibrato = 0
    swell_db: Swell = 4
    scoop_cents: Scoop = 8
    breath_noise_db: BreathNoise = -38

    @override
    def source(self, count: int, hz: float) -> Complexes:
        harmonics = harmonics_of(reed, count)
        n = np.arange(1, count + 1)
        passes = (n * hz / CUT_OFF_HZ) ** 2
        return np.asarray(harmonics * np.where(n % 2, 1.0, passes / (1 + passes)))

    @override
    def bodies(self, rate: int) -> Sequence[Reals]:
        return (radiated(RADIATES, rate),)
