"""Heart sounds, felt more than heard: two valves a beat, sinking as they fade, and the thump of the chest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import ClassVar

import numpy as np
from numba import njit
from pydantic import Field

from instruments import Instrument
from instruments.dsp.interpolation import weights_at
from instruments.dsp.notes import FLOOR, hertz, velocity_gain
from instruments.dsp.partials import add_partials, first_sample, knock, raised_cosine
from scores.performance import Note

LEVEL = 0.25  # amplitude of the body at velocity 100
RING = 2.3  # a sound of 0.14 s by a cardiologist's measure takes this many times as long to fall by 60 dB
SECOND_VALVE = 0.4  # share of the thump that is the right heart's valve; the left works against more pressure
SECOND_INTERVAL = 1.12  # and its pitch: it is smaller
THUMPS = 8  # ways in which the chest answers a beat, and as many mirrored; a note's seed picks one
SHAPES = 64  # kept while a part is played, each of some 150 kB
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

        @lru_cache(maxsize=SHAPES)
        def shape(pitch: float, fall_seconds: float, valve: int, thump: int) -> np.ndarray:
            return self._shape(pitch, math.log(1000) / fall_seconds, valve, thump, rate)

        for note in notes:
            onset = note.onset_seconds * rate
            fall_seconds = round(min(self.decay_seconds, max(RING * note.duration_seconds, 0.1)), 3)
            full = 0.5 - 0.5 * math.cos(2 * math.pi * note.onset_seconds / BREATH_SECONDS)
            second = onset + self.split_seconds * (0.5 + 0.5 * full) * rate
            gain = velocity_gain(note.velocity) / velocity_gain(127)
            mirrored, thump = note.seed // THUMPS % 2, note.seed % THUMPS
            for valve, at in enumerate((onset, second)):
                start, lag = first_sample(at)
                if start < frames:
                    weights = weights_at(lag) * np.float32(gain)
                    _add(out, start, shape(note.pitch, fall_seconds, valve, thump), weights, mirrored)
        return out

    def _shape(self, pitch: float, decay: float, valve: int, thump: int, rate: int) -> np.ndarray:
        """What is heard of a valve at velocity 127: float32 (2, samples), its onset at sample 1.

        The left heart's, number 0, moves the body and its thump; the right one's, number 1, thumps alone.
        ``decay`` in nepers per second.
        """
        level = LEVEL * velocity_gain(127)
        share, lowest_hz = ((SECOND_VALVE, SECOND_INTERVAL * hertz(pitch)) if valve
                            else (math.sqrt(1 - SECOND_VALVE**2), hertz(pitch)))
        draw = np.random.Generator(np.random.Philox(key=2 * thump + valve))
        loudness = share * level * 10 ** (self.thump_db / 20)
        modes = knock(draw, 12, lowest_hz, 3.5 * lowest_hz, 1.6 * decay, loudness)
        body = self._body(hertz(pitch), decay, level, rate)
        attack = raised_cosine(self.attack_seconds * rate)
        heard = np.zeros((2, 1 + max(body.size, attack.size) + 3), np.float32)
        if not valve:
            heard[:, 1 : 1 + body.size] = body
            heard[:, 1 : 1 + attack.size] *= attack
        add_partials(heard, 1.0, heard.shape[1], float(rate), modes, attack)
        return heard

    def _body(self, onset_hz: float, decay: float, level: float, rate: int) -> np.ndarray:
        """A sinusoid that sinks from its first frequency to (1 − sink) of it, until −100 dBFS: float32 (samples,)."""
        count = round(math.log(level / FLOOR) / decay * rate)
        t = np.arange(count, dtype=np.float32) / np.float32(rate)
        sunk = np.float32(1) - np.exp(t / -self.sink_seconds)
        cycles = (1 - self.sink) * t + self.sink * self.sink_seconds * sunk
        body: np.ndarray = np.exp(math.log(level) - decay * t) * np.sin(2 * np.pi * onset_hz * cycles)
        return body


@njit(cache=True, nogil=True)
def _add(out: np.ndarray, start: int, shape: np.ndarray, weights: np.ndarray, mirrored: int) -> None:
    """Add a shape to ``out`` from ``start`` on, read between its samples: ``weights`` of those at −1, 0, 1 and 2.

    Where ``mirrored`` is 1, left is right.
    """
    a, b, c, d = weights[0], weights[1], weights[2], weights[3]
    size = min(shape.shape[1] - 3, out.shape[1] - start)
    for channel in range(2):
        to, x = out[channel, start : start + size], shape[channel ^ mirrored]
        for k in range(size):
            to[k] += a * x[k] + b * x[k + 1] + c * x[k + 2] + d * x[k + 3]
