"""Argmax trace: what a softmax over the spectrum removes, as a sound of its own: the input minus the survivors."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from effects import Context, Effect, Sound
from effects.dsp.short_time import OVERLAP, hann, reweigh, window_samples
from effects.spectral_softmax import CHOICE_MEANS, Choice, Memory, pooled, survival


class ArgmaxTrace(Effect):
    """The residue of a choice: what was not chosen. Neutral is ``mix: 0``.

    The survivors are those of ``spectral_softmax`` at the same temperature, before their energy is restored: the
    strongest keeps its level, and the level of each other falls by its distance to the strongest times 1/T − 1. At
    T = 0 the trace is everything but the strongest; from T = 1 on everything survives and the trace is silent.
    """

    name: ClassVar[str] = "argmax_trace"

    temperature: float | None = Field(None, ge=0, le=100, description="temperature T of the choice: at 0 all but the "
                                                                      "strongest is heard, from 1 on nothing; null "
                                                                      "follows the song's temperature")
    choice: Choice = Field("bins", description=CHOICE_MEANS)
    attack_ms: float = Field(5, ge=0, le=500, description="time constant of a rising gain in ms")
    release_ms: float = Field(60, ge=0, le=2000, description="time constant of a falling gain in ms")
    mix: float = Field(1, ge=0, le=1, description="share of the survivors that is removed: 0 none to 1 all")

    @classmethod
    def neutral(cls) -> Self:
        return cls(mix=0)

    @classmethod
    def at_depth(cls, depth: float) -> Self:
        """Return from depth 0, strong partials a little softer, to depth 1, strong partials removed."""
        return cls(temperature=0.5, choice="partials", mix=0.3 + 0.7 * depth)

    def tail_seconds(self, context: Context) -> float:
        return 0.0 if self.mix == 0 else window_samples(context.rate) / context.rate

    def process(self, audio: Sound, context: Context) -> Sound:
        if self.mix == 0 or audio.shape[1] == 0:
            return audio.copy()
        out = self.survivors(audio, context)
        if self.mix < 1:
            out *= np.float32(self.mix)
        np.subtract(audio, out, out=out)
        return out

    def survivors(self, audio: Sound, context: Context) -> Sound:
        """Return the survivors, of the sound's shape: with the trace at ``mix: 1`` they sum to the sound."""
        window = hann(window_samples(context.rate))
        hop = window.size // OVERLAP
        memory = Memory(self.attack_ms, self.release_ms, hop / context.rate)
        own = context if self.temperature is None else replace(context, temperature=self.temperature)

        def gains(power: NDArray[np.float32], middle: int) -> NDArray[np.float32]:
            temperatures = own.temperature_at((middle + hop * np.arange(power.shape[0])) / context.rate)
            levels = pooled(power, self.choice, context.rate)
            return memory.smooth(survival(levels, np.minimum(temperatures, 1)))

        return reweigh(audio, window, gains)
