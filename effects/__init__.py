"""What happens to a sound: one effect a file, discovered. An effect's fields are its parameters.

The contract, held by ``tests/test_effects.py`` for each that is found: shape and dtype kept, finite, exact identity
at the neutral setting, different at the default, the same for the same input and seed, right at each corner of
each range and at 44.1, 48 and 96 kHz, mono and stereo; silence stays digital silence. ``effects.apply`` lays a
setting over a span or runs it over a whole stem.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, Self

import numpy as np
from pydantic import BaseModel, ConfigDict

BLOCK_FRAMES = 8192  # the stride in which a whole stem is streamed


@dataclass(frozen=True, slots=True)
class Context:
    """What an effect knows of where it is: the rate in Hz, the length of a quarter note there, its own seed.

    ``temperature`` is the song's while the stretch lasts: one number, or pairs of seconds from the start of the stretch
    and the temperature there, in order of time; straight lines between them, a step where two share a moment.
    """

    rate: int
    beat_seconds: float = 0.5
    seed: int = 0
    temperature: float | tuple[tuple[float, float], ...] = 0.7

    def temperature_at(self, seconds: np.ndarray) -> np.ndarray:
        """The song's temperature at moments of the stretch, float64 of the same shape; held beyond both ends."""
        if not isinstance(self.temperature, tuple):
            return np.full(np.shape(seconds), float(self.temperature))
        moments, values = np.transpose(self.temperature)
        return np.asarray(np.interp(seconds, moments, values))


class Effect(BaseModel):
    """A process on sound with typed parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: ClassVar[str]  # as the score calls it

    @classmethod
    def neutral(cls) -> Self:
        """The setting at which the output is the input, to the bit."""
        raise NotImplementedError

    @classmethod
    def at_depth(cls, depth: float) -> Self:
        """The setting for a gesture of depth 0 (hardly there) … 1 (all there is). Only glitches have one."""
        raise NotImplementedError(f"{cls.name} is not a gesture: it stands in a part's effects")

    def fitted(self, beats: float) -> Self:
        """The setting of ``at_depth`` for a gesture that lasts so many quarter notes: itself, unless it would be over
        before it has begun."""
        return self

    def tail_seconds(self, context: Context) -> float:
        """How long this setting sounds on after its input has ended, at most: to below −120 dB of it."""
        return 0.0

    def process(self, audio: np.ndarray, context: Context) -> np.ndarray:
        """Process a stretch of sound from its first sample to its last, starting at rest.

        audio
            shape (channels, frames), float32, 1 or 2 channels; not changed.

        Returns an array of the same shape and dtype.
        """
        raise NotImplementedError


class StreamingEffect(Effect):
    """An effect that needs only what has already sounded, so that a stem can be put through it block by block."""

    def stream(self, context: Context) -> Callable[[np.ndarray], np.ndarray]:
        """A function that starts at rest and takes the sound in consecutive blocks, shape (channels, frames ≥ 1).

        It returns each block processed, a new array or the one it was given. Blocks whose lengths are multiples of
        ``BLOCK_FRAMES`` (the last may be shorter) give the bytes that ``process`` gives; others the same sound to
        within 1e-9 of full scale, where filters flush what is too small to hear at the end of a block.
        """
        raise NotImplementedError

    def process(self, audio: np.ndarray, context: Context) -> np.ndarray:
        step = self.stream(context)
        out = np.empty_like(audio)
        for start in range(0, audio.shape[1], BLOCK_FRAMES):
            out[:, start:start + BLOCK_FRAMES] = step(audio[:, start:start + BLOCK_FRAMES])
        return out


@cache
def effects() -> dict[str, type[Effect]]:
    """Every effect by its name, in alphabetical order."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")

    def family(base: type[Effect]) -> list[type[Effect]]:
        return [cls for sub in base.__subclasses__() for cls in (sub, *family(sub))]

    return dict(sorted((cls.name, cls) for cls in family(Effect) if "name" in vars(cls)))


def is_gesture(effect: type[Effect]) -> bool:
    """Whether an effect can be laid over a span as a glitch."""
    return "at_depth" in vars(effect)
