"""A violin, bowed: Helmholtz's motion of the string, a bridge and a body."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from typing_extensions import override

from instruments.dsp.arrays import Complexes, Reals
from instruments.solo import Attack, BreathNoise, Scoop, Solo, Swell, Vibrato
from instruments.solo.bowed import bowed
from instruments.strings import Wood
from instruments.strings.body import impulse_response

CORNER_HZ = (1400.0, 5200.0)  # corner of the tone of the lightest and of the firmest bow [Hz]


class Violin(Solo):
    """One violinist, from close by: bow noise in the slips of the string, vibrato, slides where the score bends."""

    name: ClassVar[str] = "violin"
    program: ClassVar[int] = 41
    range: ClassVar[tuple[int, int]] = (55, 103)

    reflects: ClassVar[float] = 0.55
    dulls: ClassVar[float] = 0.25
    # A0, B1− and B1+, then the hill of the bridge (G. Bissinger, JASA 124, 2008).
    box: ClassVar[Wood] = Wood(
        modes=((275, 16, 2.0), (405, 14, 1.2), (470, 18, 2.6), (550, 18, 3.0), (700, 18, 1.2), (850, 18, 1.3)),
        spacing_hz=75, quality=18, seed=1716,
        contour=((900, -1), (1300, -5), (2400, 4), (3300, 1), (6000, -8), (14000, -22)))

    attack_seconds: Attack = 0.07
    vibrato_cents: Vibrato = 18
    swell_db: Swell = 4
    scoop_cents: Scoop = 12
    breath_noise_db: BreathNoise = -31

    @override
    def source(self, count: int, hz: float) -> Complexes:
        return bowed(count, hz, CORNER_HZ)

    @override
    def bodies(self, rate: int) -> Sequence[Reals]:
        return (impulse_response(self.box, rate, 0.75, 0.6),)
