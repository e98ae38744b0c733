"""Equaliser: cuts at both ends, two shelves and two bells (Bristow-Johnson, "Cookbook formulae for audio EQ")."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import ClassVar, Self

from pedalboard import HighpassFilter, HighShelfFilter, LowpassFilter, LowShelfFilter, PeakFilter, Plugin
from pydantic import Field

from effects import Context, Sound, StreamingEffect
from effects.hosting.blocks import hosted, unchanged

# Q of both shelves: the steepest slope without overshoot.
SHELF_Q = math.sqrt(0.5)
# Decay at the end of a tail [ratio]: 120 dB, and 40 dB of margin, as a double pole decays like t·exp(−t) and a cut
# leaves less signal to compare with.
DIED_AWAY = 1e8
# Highest filter frequency [share of the sample rate]: keeps a margin below half the rate.
HIGHEST = 0.45


class Eq(StreamingEffect):
    """Equaliser. A band is off while a cut has no frequency, or a shelf or bell has 0 dB."""

    name: ClassVar[str] = "eq"

    low_cut_hz: float | None = Field(80, ge=10, le=2000, description="removes what is below this frequency in Hz, 12 "
                                                                     "dB an octave, −6 dB there; null is off")
    low_shelf_db: float = Field(0, ge=-24, le=24, description="gain of the low end in dB")
    low_shelf_hz: float = Field(150, ge=20, le=2000, description="middle of the low shelf's slope in Hz")
    peak_db: float = Field(0, ge=-24, le=24, description="gain of the first bell in dB")
    peak_hz: float = Field(400, ge=20, le=20000, description="centre of the first bell in Hz")
    peak_q: float = Field(1, ge=0.1, le=20, description="Q of the first bell: centre over bandwidth")
    second_peak_db: float = Field(0, ge=-24, le=24, description="gain of the second bell in dB")
    second_peak_hz: float = Field(2500, ge=20, le=20000, description="centre of the second bell in Hz")
    second_peak_q: float = Field(1, ge=0.1, le=20, description="Q of the second bell: centre over bandwidth")
    high_shelf_db: float = Field(0, ge=-24, le=24, description="gain of the high end in dB")
    high_shelf_hz: float = Field(8000, ge=500, le=20000, description="middle of the high shelf's slope in Hz")
    high_cut_hz: float | None = Field(None, ge=200, le=20000, description="removes what is above this frequency in Hz, "
                                                                          "12 dB an octave, −6 dB there; null is off")

    @classmethod
    def neutral(cls) -> Self:
        return cls(low_cut_hz=None)

    def tail_seconds(self, context: Context) -> float:
        """Return the decay time of each band's poles by 120 dB, summed: radius² = (1 − α) / (1 + α)."""
        # (frequency, Q of the poles): a cut has a double real pole; a bell or shelf is sharper than its Q says
        poles = [(hz, 0.5) for hz in (self.low_cut_hz, self.high_cut_hz) if hz is not None]
        poles += [(hz * 10 ** (-abs(gain) / 40), SHELF_Q * 10 ** (abs(gain) / 40)) for gain, hz in (
            (self.low_shelf_db, self.low_shelf_hz), (self.high_shelf_db, self.high_shelf_hz)) if gain]
        poles += [(hz, q * 10 ** (abs(gain) / 40)) for gain, hz, q in (
            (self.peak_db, self.peak_hz, self.peak_q),
            (self.second_peak_db, self.second_peak_hz, self.second_peak_q)) if gain]
        alphas = [math.sin(math.tau * min(hz / context.rate, HIGHEST)) / (2 * q) for hz, q in poles]
        return sum(math.log(DIED_AWAY) / (alpha * context.rate) for alpha in alphas)

    def stream(self, context: Context) -> Callable[[Sound], Sound]:
        def inside(hz: float) -> float:
            return min(hz, HIGHEST * context.rate)

        bands: list[Plugin] = []
        if self.low_cut_hz is not None:  # two filters of first order each
            bands += [HighpassFilter(self.low_cut_hz), HighpassFilter(self.low_cut_hz)]
        if self.low_shelf_db:
            bands.append(LowShelfFilter(self.low_shelf_hz, self.low_shelf_db, SHELF_Q))
        if self.peak_db:
            bands.append(PeakFilter(inside(self.peak_hz), self.peak_db, self.peak_q))
        if self.second_peak_db:
            bands.append(PeakFilter(inside(self.second_peak_hz), self.second_peak_db, self.second_peak_q))
        if self.high_shelf_db:
            bands.append(HighShelfFilter(inside(self.high_shelf_hz), self.high_shelf_db, SHELF_Q))
        if self.high_cut_hz is not None and self.high_cut_hz < HIGHEST * context.rate:
            bands += [LowpassFilter(self.high_cut_hz), LowpassFilter(self.high_cut_hz)]
        return hosted(bands, context.rate) if bands else unchanged
