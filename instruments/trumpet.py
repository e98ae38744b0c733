"""A trumpet: lips that open and close, and a bore in which loud waves steepen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field
from typing_extensions import override

from instruments.dsp.arrays import Complexes, Reals
from instruments.solo import Attack, BreathNoise, Scoop, Solo, Swell, Vibrato, VibratoRate, harmonics_of, radiated

STEEPEST = (0.02, 0.98)  # steepening relative to a shock wave, from the softest to the loudest note
# Second and third harmonic of the wave that the lips make in the loudest note, relative to the first (S. Adachi and
# M. Sato, JASA 99, 1996). Soft lips hardly close: harmonic n falls with the power n − 1 of the dynamic (Benade 1976).
OVERTONES = (0.45, 0.15)
Mute = Literal["open", "cup", "harmon"]
# What the bell radiates to the front: low waves hardly leave it, above 1.2 kHz all do, in a beam (A. Benade, 1976). A
# mute is a filter more.
BELL: dict[Mute, tuple[tuple[float, float], ...]] = {
    "open": ((100.0, -23.0), (300.0, -13.0), (700.0, -5.0), (1200.0, 0.0), (2500.0, 4.0), (4500.0, 2.0),
             (8000.0, -6.0), (14000.0, -22.0)),
    "cup": ((100.0, -24.0), (300.0, -10.0), (800.0, 0.0), (1300.0, 1.0), (2200.0, -8.0), (4000.0, -20.0),
            (14000.0, -50.0)),
    "harmon": ((100.0, -34.0), (400.0, -24.0), (1000.0, -12.0), (1600.0, 2.0), (3200.0, 3.0), (6000.0, -4.0),
               (14000.0, -20.0)),
}


def brass(phase: Reals, dynamic: float) -> Reals:
    """Return the pressure at the bell over a period.

    The crest of a wave in the bore runs ahead of its foot: p(θ) becomes p(θ + σ p), a simple wave on its way to a shock
    (R. Msallam et al., "Physical model of the trombone including nonlinear effects", Acta Acustica 86, 2000). The
    lips make a wave of few harmonics (P. Cook, TBone, ICMC 1991).
    """
    soft, loud = STEEPEST
    second, third = (most * dynamic**power for power, most in enumerate(OVERTONES, 1))
    steep = (soft + (loud - soft) * dynamic) / (1 + 2 * second + 3 * third)

    def lips(angle: Reals) -> Reals:
        return np.asarray(np.sin(angle) + second * np.sin(2 * angle) + third * np.sin(3 * angle))

    theta = phase
    for _ in range(60):  # the wave at a place left the lips a little earlier: a fixed point
        theta = phase + steep * lips(theta)
    return lips(theta)


class Trumpet(Solo):
    """A B-flat trumpet, open or muted: the louder, the more brassy."""

    name: ClassVar[str] = "trumpet"
    program: ClassVar[int] = 57
    range: ClassVar[tuple[int, int]] = (52, 86)

    level: ClassVar[float] = 0.75
    reflects: ClassVar[float] = 0.7
    dulls: ClassVar[float] = 0.4
    pulses: ClassVar[float] = 0.8
    chiff_db: ClassVar[float] = 10.0
    parting_db: ClassVar[float] = 10.0

    mute: Mute = Field("open", description="what is in the bell: nothing, a cup mute or a harmon mute")
    attack_seconds: Attack = 0.035
    vibrato_cents: Vibrato = 8
    vibrato_hz: VibratoRate = 5.1
    swell_db: Swell = 3
    scoop_cents: Scoop = 30
    breath_noise_db: BreathNoise = -42

    @override
    def midi_program(self) -> int:
        return 57 if self.mute == "open" else 60

    @override
    def source(self, count: int, hz: float) -> Complexes:
        return harmonics_of(brass, count)

    @override
    def bodies(self, rate: int) -> Sequence[Reals]:
        return (radiated(BELL[self.mute], rate),)
