"""A cello, bowed: the violin's string on a body an octave and a fifth lower."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from typing_extensions import override

from instruments.dsp.arrays import Complexes, Reals
from instruments.solo import Attack, BreathNoise, Scoop, Solo, Swell, Vibrato, VibratoRate
from instruments.solo.bowed import bowed
from instruments.strings import Wood
from instruments.strings.body import impulse_response

CORNER_HZ = (800.0, 3600.0)  # corner of the tone of the lightest and of the firmest bow [Hz]


class Cello(Solo):
    """One cellist: slower vibrato, heavier bow."""

    name: ClassVar[str] = "cello"
    program: ClassVar[int] = 43
    range: ClassVar[tuple[int, int]] = (36, 81)

    reflects: ClassVar[float] = 0.5
    dulls: ClassVar[float] = 0.35
    # Air, corpus and plates (N. Fletcher and T. Rossing, The Physics of Musical Instruments, 1998, 10.6).
    box: ClassVar[Wood] = Wood(
        modes=((102, 12, 2.0), (144, 12, 1.6), (170, 14, 2.2), (195, 14, 2.4), (250, 14, 1.4), (310, 15, 1.3),
               (380, 15, 1.2)),
        spacing_hz=48, quality=16, seed=1711,
        contour=((450, 0), (800, -4), (1600, 1), (2600, -1), (5000, -12), (14000, -28)))

    attack_seconds: Attack = 0.09
    vibrato_cents: Vibrato = 14
    vibrato_hz: VibratoRate = 4.9
    swell_db: Swell = 4
    scoop_cents: Scoop = 10
    breath_noise_db: BreathNoise = -33

    @override
    def source(self, count: int, hz: float) -> Complexes:
        return bowed(count, hz, CORNER_HZ)

    @override
    def bodies(self, rate: int) -> Sequence[Reals]:
        return (impulse_response(self.box, rate, 0.75, 0.8),)
