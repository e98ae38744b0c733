"""Effects: one a file, discovered. An effect's fields are its parameters.

``tests/test_effects.py`` holds every effect to this contract: shape and dtype are kept; the output is finite; it equals
the input at the neutral setting and differs at the default; the same input and seed give the same output; silence stays
digital silence; at each end of each range, at 44.1, 48 and 96 kHz, in mono and stereo.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from effects.dsp import raised_cosine

# Shape (channels, frames), float32, 1 or 2 channels: sound, full scale ±1.
Sound: TypeAlias = NDArray[np.float32]

# Block in which a whole stem is streamed [frames].
BLOCK_FRAMES = 8192


@dataclass(frozen=True, slots=True)
class Context:
    """What an effect knows of the stretch that it processes.

    Parameters
    ----------
    rate
        Sample rate [Hz].
    beat_seconds
        Length of a quarter note at the start of the stretch [s].
    seed
        Seed of the effect's random generator.
    temperature
        Temperature of the song during the stretch: one number, or breakpoints (seconds from the start of the stretch,
        temperature) in order of time, with straight lines between them and a step where two share a time.
    """

    rate: int
    beat_seconds: float = 0.5
    seed: int = 0
    temperature: float | tuple[tuple[float, float], ...] = 0.7

    def temperature_at(self, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
        """Interpolate the temperature at times [s] of the stretch, float64 of the same shape; held beyond both ends."""
        if not isinstance(self.temperature, tuple):
            return np.full(np.shape(seconds), float(self.temperature))
        moments, values = np.transpose(self.temperature)
        return np.asarray(np.interp(seconds, moments, values))


class Effect(BaseModel):
    """A process on sound. Its fields are its parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: ClassVar[str]  # as the score calls it

    @classmethod
    def neutral(cls) -> Self:
        """Return the setting at which the output equals the input, to the bit."""
        raise NotImplementedError

    @classmethod
    def at_depth(cls, depth: float) -> Self:
        """Return the setting of a gesture of depth 0 (barely audible) … 1 (strongest). Only gestures have one."""
        raise NotImplementedError(f"{cls.name} is not a gesture: it stands in a part's effects")

    def fitted(self, beats: float) -> Self:
        """Adapt the setting of ``at_depth`` to a gesture of so many quarter notes; most settings need no change."""
        return self

    def tail_seconds(self, context: Context) -> float:
        """Return the longest time [s] from the end of the input until the output is below −120 dB of it."""
        return 0.0

    def process(self, audio: Sound, context: Context) -> Sound:
        """Process a stretch of sound from its first sample to its last, starting at rest.

        Parameters
        ----------
        audio
            Shape (channels, frames), float32, 1 or 2 channels; it is not changed.
        context
            What the effect knows of the stretch.

        Returns
        -------
        Sound
            A new array of the same shape and dtype.
        """
        raise NotImplementedError

    def run(self, audio: Sound, context: Context) -> None:
        """Process a whole stem, shape (channels, frames), in place, with at most one full-length copy beside it."""
        audio[:] = self.process(audio, context)

    def lay(self, audio: Sound, start: int, stop: int, context: Context, fade_samples: int) -> None:
        """Lay the effect over a span, in place, with crossfades inside the span's two ends.

        Parameters
        ----------
        audio
            Shape (channels, frames), float32. Outside the span it keeps its bytes.
        start, stop
            The span [frames], 0 ≤ start ≤ stop ≤ frames.
        context
            What the effect knows of the span.
        fade_samples
            Length of each crossfade [samples], at most half of the span: equal gain, raised-cosine sides.

        Raises
        ------
        ValueError
            The span does not lie inside the audio.
        """
        if not 0 <= start <= stop <= audio.shape[1]:
            raise ValueError(f"span {start} … {stop} does not lie inside 0 … {audio.shape[1]}")
        dry = audio[:, start:stop]
        wet = self.process(dry, context)
        fade = min(fade_samples, (stop - start) // 2)
        if fade > 0:
            rise = raised_cosine(fade)
            wet[:, :fade] = dry[:, :fade] + rise * (wet[:, :fade] - dry[:, :fade])
            wet[:, -fade:] = dry[:, -fade:] + rise[::-1] * (wet[:, -fade:] - dry[:, -fade:])
        dry[:] = wet


class StreamingEffect(Effect):
    """An effect whose output depends on past input only, so that a stem can be processed block by block."""

    def stream(self, context: Context) -> Callable[[Sound], Sound]:
        """Start at rest; return a function that processes consecutive blocks, shape (channels, frames ≥ 1).

        Returns
        -------
        Callable
            It returns each block processed: a new array, or the one it was given. Blocks whose lengths are multiples of
            ``BLOCK_FRAMES`` (the last may be shorter) give the same bytes as ``process``. Other blocks give the same
            sound within 1e-9 of full scale, since filters flush denormals at the end of each block.
        """
        raise NotImplementedError

    def run(self, audio: Sound, context: Context) -> None:
        step = self.stream(context)
        for start in range(0, audio.shape[1], BLOCK_FRAMES):
            block = audio[:, start:start + BLOCK_FRAMES]
            block[:] = step(block)

    def process(self, audio: Sound, context: Context) -> Sound:
        step = self.stream(context)
        out = np.empty_like(audio)
        for start in range(0, audio.shape[1], BLOCK_FRAMES):
            out[:, start:start + BLOCK_FRAMES] = step(audio[:, start:start + BLOCK_FRAMES])
        return out


@cache
def effects() -> dict[str, type[Effect]]:
    """Discover all effects: classes by name, in alphabetical order."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")

    def family(base: type[Effect]) -> list[type[Effect]]:
        return [cls for sub in base.__subclasses__() for cls in (sub, *family(sub))]

    return dict(sorted((cls.name, cls) for cls in family(Effect) if "name" in vars(cls)))


def is_gesture(effect: type[Effect]) -> bool:
    """Return whether an effect can be laid over a span as a gesture."""
    return "at_depth" in vars(effect)
