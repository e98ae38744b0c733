"""Heart sounds, felt more than heard: a low body that sinks as it fades, and the thump of the chest around it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from instruments import Instrument
from instruments._notes import FLOOR, hertz, velocity_gain
from instruments._partials import add_partials, knock, raised_cosine
from scores.performance import Note

LEVEL = 0.25  # amplitude of the body at velocity 100
RING = 2.3  # a sound of 0.14 s by a cardiologist's measure takes this many times as long to fall by 60 dB


class Heartbeat(Instrument):
    """A heart. Lub is a loud, low, long note, dub a softer, higher, shorter one.

    The first heart sound lies at 30 to 60 Hz and lasts about 0.14 s, the second is higher and lasts 0.1 s
    (Rangayyan and Lehner, CRC Crit. Rev. Biomed. Eng. 15, 1988). A note's pitch gives the frequency at which a beat
    sets in before it sinks; a heart is not held, so a long note is no longer than ``decay_seconds``.
    """

    name: ClassVar[str] = "heartbeat"
    program: ClassVar[int] = 117
    range: ClassVar[tuple[int, int]] = (24, 48)
    pitched: ClassVar[bool] = False

    sink: float = Field(0.25, ge=0, le=0.7, description="How far the frequency sinks during a beat, as a share of it")
    sink_seconds: float = Field(0.04, ge=0.005, le=0.2, description="Time constant of the sinking pitch, in seconds")
    decay_seconds: float = Field(
        0.32, ge=0.1, le=1.5, description="Longest time in which a beat falls by 60 dB, in seconds"
    )
    thump_db: float = Field(-7, ge=-60, le=0, description="Level of the chest's thump against the body, in dB")
    attack_seconds: float = Field(0.014, ge=0.002, le=0.05, description="Rise of the beat, in seconds")

    def play(self, notes: Sequence[Note], rate: int, frames: int) -> np.ndarray:
        out = np.zeros((2, frames), np.float32)
        attack = raised_cosine(max(round(self.attack_seconds * rate), 1))
        for note in notes:
            start = round(note.onset_seconds * rate)
            if start >= frames:
                continue
            level = LEVEL * velocity_gain(note.velocity)
            decay = math.log(1000) / min(self.decay_seconds, max(RING * note.duration_seconds, 0.1))
            body = self._body(hertz(note.pitch), decay, level, rate)[: frames - start]
            body[: attack.size] *= attack[: body.size]
            out[:, start : start + body.size] += body

            draw = np.random.Generator(np.random.Philox(key=note.seed))
            loudness = level * 10 ** (self.thump_db / 20)
            thump = knock(draw, 16, hertz(note.pitch), 3.5 * hertz(note.pitch), 1.6 * decay, loudness)
            add_partials(out, start, frames, float(rate), thump, attack)
        return out

    def _body(self, onset_hz: float, decay: float, level: float, rate: int) -> np.ndarray:
        """A sinusoid that sinks from its first frequency to (1 − sink) of it, until −100 dBFS: float32 (samples,)."""
        t = np.arange(round(math.log(level / FLOOR) / decay * rate), dtype=np.float32) / np.float32(rate)
        sunk = np.float32(1) - np.exp(t / -self.sink_seconds)
        cycles = (1 - self.sink) * t + self.sink * self.sink_seconds * sunk
        body: np.ndarray = np.exp(math.log(level) - decay * t) * np.sin(2 * np.pi * onset_hz * cycles)
        return body
