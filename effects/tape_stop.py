"""Tape stop: a machine that is switched off, or on: speed, pitch and level run down, or up, together."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

import numpy as np
from numba import njit
from pydantic import Field

from effects import BLOCK_FRAMES, Context, Effect, Sound
from effects.dsp.kernels import at_place

# Tape speed [share of full speed] below which the level falls, as the output of a playback head falls with the speed.
QUIET_SPEED = 0.1


class TapeStop(Effect):
    """Speed falls from 1 to 0 along a curve by the end of the sound, or rises from 0 to 1 at its beginning.

    A share t of the way to standstill, the speed is (1 − t)^curve. Running up is the same curve backwards in time, so
    the tape arrives where the sound would be. Neutral is ``share: 0``.
    """

    name: ClassVar[str] = "tape_stop"

    direction: Literal["stop", "spin_up"] = Field("stop", description="whether the tape stops at the end of the sound "
                                                                      "or starts at its beginning")
    share: float = Field(1, ge=0, le=1, description="share of the sound for which the speed changes; the rest plays on")
    curve: float = Field(1, ge=0.25, le=4, description="bend of the fall: 1 even, more falls sooner, less later")

    @classmethod
    def neutral(cls) -> Self:
        return cls(share=0)

    @classmethod
    def at_depth(cls, depth: float) -> Self:
        """From a dip at the very end to a stop over the whole stretch, falling ever sooner."""
        return cls(share=0.1 + 0.9 * depth, curve=0.25 + 0.75 * depth)

    def process(self, audio: Sound, context: Context) -> Sound:
        out = audio.copy(order="C")
        source = np.ascontiguousarray(audio)
        frames = audio.shape[1]
        changing = round(self.share * frames)
        for start in range(0, changing, BLOCK_FRAMES):
            since = np.arange(start, min(start + BLOCK_FRAMES, changing))
            places, level = self.run_down(since, changing)
            if self.direction == "stop":
                now, places = frames - changing + since, frames - changing + places
            else:  # the stop, seen from its end
                now, places = changing - 1 - since, changing - 1 - places
            _read(source, out, now, places, level)
        return out

    def run_down(self, since: np.ndarray, frames: int) -> tuple[np.ndarray, np.ndarray]:
        """Where the tape is and how loud, so many frames after switching off, standing still after ``frames``.

        Returns two float64 arrays of the shape of ``since``: frames of tape since then, and a gain 0 … 1.
        """
        left = 1 - since / frames
        speed = left ** self.curve
        heard = np.minimum(np.minimum(speed, left) / QUIET_SPEED, 1)  # a tape that stops dead is not cut off either
        return frames / (self.curve + 1) * (1 - speed * left), heard * heard * (3 - 2 * heard)  # ∫ speed dt; smoothstep


@njit(cache=True, nogil=True)
def _read(audio: Any, out: Any, now: Any, places: Any, level: Any) -> None:
    for channel in range(audio.shape[0]):
        for i in range(now.shape[0]):
            out[channel, now[i]] = level[i] * at_place(audio, channel, places[i])
