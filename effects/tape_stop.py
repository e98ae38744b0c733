"""Tape stop: a tape machine that stops or starts; speed, pitch and level fall or rise together."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

import numpy as np
from numba import njit
from numpy.typing import NDArray
from pydantic import Field

from effects import BLOCK_FRAMES, Context, Effect, Sound
from effects.dsp.kernels import at_place

# Tape speed [share of full speed] below which the level falls, as the output of a playback head falls with the speed.
QUIET_SPEED = 0.1


class TapeStop(Effect):
    """Speed falls from 1 to 0 along a curve by the end of the sound, or rises from 0 to 1 at its beginning.

    After the share t of the time to standstill, the speed is (1 − t)^curve. Starting is the same curve in reverse, so
    the tape ends at the position of the original sound. Neutral is ``share: 0``.
    """

    name: ClassVar[str] = "tape_stop"

    direction: Literal["stop", "spin_up"] = Field("stop", description="whether the tape stops at the end of the sound "
                                                                      "or starts at its beginning")
    share: float = Field(1, ge=0, le=1, description="share of the sound in which the speed changes")
    curve: float = Field(1, ge=0.25, le=4, description="curve of the fall: 1 linear, more falls earlier, less later")

    @classmethod
    def neutral(cls) -> Self:
        return cls(share=0)

    @classmethod
    def at_depth(cls, depth: float) -> Self:
        """Return a short stop at the end at depth 0, to a stop over the whole sound at depth 1."""
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
            else:  # the stop, reversed in time
                now, places = changing - 1 - since, changing - 1 - places
            _read(source, out, now, places, level)
        return out

    def run_down(self, since: NDArray[np.int64], frames: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Compute position and level of a stopping tape.

        Parameters
        ----------
        since
            Frames since the machine was switched off, 0 ≤ since ≤ frames.
        frames
            Frames until the tape stands still.

        Returns
        -------
        tuple of NDArray
            Of the shape of ``since``: the tape that has passed [frames], and the gain 0 … 1.
        """
        left = 1 - since / frames
        speed = left ** self.curve
        heard = np.minimum(np.minimum(speed, left) / QUIET_SPEED, 1)  # avoids a click for a small curve
        return frames / (self.curve + 1) * (1 - speed * left), heard * heard * (3 - 2 * heard)  # ∫ speed dt; smoothstep


@njit(cache=True, nogil=True)
def _read(audio: Any, out: Any, now: Any, places: Any, level: Any) -> None:
    for channel in range(audio.shape[0]):
        for i in range(now.shape[0]):
            out[channel, now[i]] = level[i] * at_place(audio, channel, places[i])
