"""Reverb: a room of eight damped combs and four allpasses per channel (Jezar 2000, "Freeverb", as in pedalboard)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import ClassVar, Self

import numpy as np
from pedalboard import HighpassFilter
from pedalboard import Reverb as Freeverb
from pydantic import Field

from effects import Context, Sound, StreamingEffect
from effects.hosting.blocks import hosted, unchanged

# Feedback gain of a comb: at room_size 0, and its increase to room_size 1 (Freeverb's tuning, as in JUCE).
FEEDBACK = (0.70, 0.28)
# Coefficient of the one-pole in a comb's loop at damping 1 (same source).
MOST_DAMPING = 0.4
# Delay of the combs [s]: their mean, and the longest on the right side (same source).
COMB_SECONDS = (0.0316, 0.0372)
# Combs, and allpasses after them, on each side (same source).
COMBS = 8
ALLPASSES = 4
# Energy gain of one allpass: (1.5 z⁻ᴺ − 1) / (1 − 0.5 z⁻ᴺ) is only nearly an allpass: 1 + 1 + 1/4 + 1/16 …
ALLPASS_ENERGY = 7 / 3
# Gain before the combs (same source).
INPUT_GAIN = 0.015
# Factor that JUCE applies to the wet level.
WET_SCALE = 3.0
# Gain into the room, removed after it: the combs round to steps of 2⁻²⁷ and never decay below −115 dBFS of their input.
LIFT = np.float32(1024)


class Reverb(StreamingEffect):
    """A room; ``mix: 1``, for a send, is the room alone.

    A room of any size is as loud as a steady, centred wide-band input, without ``low_cut_hz``.
    """

    name: ClassVar[str] = "reverb"

    room_size: float = Field(0.5, ge=0, le=1, description="size of the room: 0 decays in 0.6 s, 0.5 in 1.3 s, 1 in "
                                                          "11 s (60 dB, undamped)")
    damping: float = Field(0.5, ge=0, le=1, description="faster decay of high frequencies: 0 none to 1 strongest")
    width: float = Field(1, ge=0, le=1, description="stereo width of the room, 0 mono to 1 wide")
    predelay_ms: float = Field(15, ge=0, le=250, description="delay of the room in ms")
    low_cut_hz: float = Field(150, ge=20, le=1000, description="low cut of the room's input in Hz, 6 dB an octave")
    mix: float = Field(0.2, ge=0, le=1, description="share of the room, 0 none to 1 room alone")

    @classmethod
    def neutral(cls) -> Self:
        return cls(mix=0)

    def tail_seconds(self, context: Context) -> float:
        if self.mix == 0:
            return 0.0
        return self.predelay_ms / 1000 + 2 * self._decay(COMB_SECONDS[1]) + 0.2  # the allpasses add 0.2 s

    @property
    def decay_seconds(self) -> float:
        """Time [s] in which the undamped room decays by 60 dB."""
        return self._decay(COMB_SECONDS[0])

    def _decay(self, comb_seconds: float) -> float:
        """Return the time [s] in which a comb decays by 60 dB: it loses 20·log10 of its feedback per round."""
        return -3 * comb_seconds / math.log10(self._feedback)

    @property
    def _feedback(self) -> float:
        return FEEDBACK[0] + FEEDBACK[1] * self.room_size

    def stream(self, context: Context) -> Callable[[Sound], Sound]:
        if self.mix == 0:
            return unchanged
        above = hosted([HighpassFilter(self.low_cut_hz)], context.rate)
        room = hosted([Freeverb(room_size=self.room_size, damping=self.damping, wet_level=1 / WET_SCALE, dry_level=0,
                                width=self.width)], context.rate)
        late = round(self.predelay_ms / 1000 * context.rate)
        waiting: Sound | None = None
        dry = np.float32(1 - self.mix)

        def step(block: Sound) -> Sound:
            nonlocal waiting
            channels, frames = block.shape
            if waiting is None:
                waiting = np.zeros(late, np.float32)
            line = np.concatenate([waiting, LIFT * block[0]])
            if channels == 2:
                line[late:] += LIFT * block[1]
            waiting = line[frames:]
            fed = np.zeros_like(block)  # Freeverb first sums its two inputs, so one of them can carry both channels
            fed[0] = above(line[None, :frames])[0]
            wet = room(fed)
            wet *= np.float32(self.mix / self._loudness(channels)) / LIFT
            return np.asarray(wet if self.mix == 1 else dry * block + wet)

        return step

    def _loudness(self, channels: int) -> float:
        """Return the gain for white noise: the combs' impulse responses are uncorrelated, so their energies add.

        A comb with the loop gain g·H(ω), H being the damping one-pole, has the energy Σ g^2k ∫|H|^2k dω/2π, the mean of
        1/(1 − g²|H|²).
        """
        omega = (np.arange(512) + 0.5) * math.pi / 512
        damp = MOST_DAMPING * self.damping
        one_pole = (1 - damp) ** 2 / (1 - 2 * damp * np.cos(omega) + damp**2)
        energy = COMBS * float(np.mean(1 / (1 - self._feedback**2 * one_pole))) * ALLPASS_ENERGY**ALLPASSES
        if channels == 2:  # both channels feed one room, whose outputs are blended by the width
            energy *= 4 * (1 + self.width**2) / 2
        return INPUT_GAIN * math.sqrt(energy)
