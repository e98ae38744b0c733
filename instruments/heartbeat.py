"""Heart sounds, felt more than heard: two valves a beat, sinking as they fade, and the thump of the chest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from instruments import Instrument
from instruments._notes import FLOOR, hertz, velocity_gain
from instruments._partials import add_partials, first_sample, knock, raised_cosine
from scores.performance import Note

LEVEL = 0.25  # amplitude of the body at velocity 100
RING = 2.3  # a sound of 0.14 s by a cardiologist's measure takes this many times as long to fall by 60 dB
SECOND_VALVE = 0.4  # share of the thump that is the right heart's valve; the left works against more pressure
SECOND_INTERVAL = 1.12  # and its pitch: it is smaller
BREATH_SECONDS = 4.2  # of the one whose heart it is: as the chest fills, the right heart closes later


class Heartbeat(Instrument):
    """A heart. Lub is a loud, low, long note, dub a softer, higher, shorter one.

    The first heart sound lies at 30 to 60 Hz and lasts about 0.14 s, the second is higher and lasts 0.1 s
    (Rangayyan and Lehner, CRC Crit. Rev. Biomed. Eng. 15, 1988). Each is two valves, left heart and right, which part
    as one breathes in: the chest thumps twice. A note's pitch gives the frequency at which a beat sets in before it
    sinks; a heart is not held, so a long note is no longer than ``decay_seconds``.
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
    split_seconds: float = Field(
        0.02, ge=0, le=0.06, description="How much later than the left heart's valve the right one closes when the "
                                         "chest is full, in seconds; half of it when it is empty"
    )
    attack_seconds: float = Field(0.014, ge=0.002, le=0.05, description="Rise of the beat, in seconds")

    def play(self, notes: Sequence[Note], rate: int, frames: int) -> np.ndarray:
        out = np.zeros((2, frames), np.float32)
        for note in notes:
            onset = note.onset_seconds * rate
            if onset > frames - 1:
                continue
            level = LEVEL * velocity_gain(note.velocity)
            decay = math.log(1000) / min(self.decay_seconds, max(RING * note.duration_seconds, 0.1))
            start, lag = first_sample(onset)
            body = self._body(hertz(note.pitch), decay, level, rate, lag)[: frames - start]
            attack = raised_cosine(self.attack_seconds * rate, onset)
            body[: attack.size] *= attack[: body.size]
            out[:, start : start + body.size] += body

            draw = np.random.Generator(np.random.Philox(key=note.seed))
            full = 0.5 - 0.5 * math.cos(2 * math.pi * note.onset_seconds / BREATH_SECONDS)
            second = onset + self.split_seconds * (0.5 + 0.5 * full) * rate
            for at, lowest_hz, share in ((onset, hertz(note.pitch), math.sqrt(1 - SECOND_VALVE**2)),
                                         (second, SECOND_INTERVAL * hertz(note.pitch), SECOND_VALVE)):
                loudness = share * level * 10 ** (self.thump_db / 20)
                thump = knock(draw, 12, lowest_hz, 3.5 * lowest_hz, 1.6 * decay, loudness)
                if at <= frames - 1:
                    add_partials(out, at, frames, float(rate), thump, raised_cosine(self.attack_seconds * rate, at))
        return out

    def _body(self, onset_hz: float, decay: float, level: float, rate: int, lag: float) -> np.ndarray:
        """A sinusoid that sinks from its first frequency to (1 − sink) of it, until −100 dBFS: float32 (samples,)."""
        count = round(math.log(level / FLOOR) / decay * rate)
        t = (np.arange(count, dtype=np.float32) + np.float32(lag)) / np.float32(rate)
        sunk = np.float32(1) - np.exp(t / -self.sink_seconds)
        cycles = (1 - self.sink) * t + self.sink * self.sink_seconds * sunk
        body: np.ndarray = np.exp(math.log(level) - decay * t) * np.sin(2 * np.pi * onset_hz * cycles)
        return body
