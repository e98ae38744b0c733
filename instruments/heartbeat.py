"""Heart sounds: two valves per beat, falling in pitch as they decay, and the thump of the chest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import ClassVar

import numpy as np
from numba import njit
from pydantic import Field
from typing_extensions import override

from instruments import Instrument
from instruments.dsp.arrays import Mono, Singles, Stereo
from instruments.dsp.interpolation import weights_at
from instruments.dsp.notes import FLOOR, hertz, velocity_gain
from instruments.dsp.partials import add_partials, first_sample, knock, raised_cosine
from instruments.dsp.random import generator
from scores.performance import Note

LEVEL = 0.25  # amplitude of the body at velocity 100
RING = 2.3  # decay to −60 dB, relative to the duration of a heart sound by a cardiologist's measure
SECOND_VALVE = 0.4  # level of the right heart's valve in the thump, relative to both; the left has more pressure
SECOND_INTERVAL = 1.12  # frequency of the right heart's valve, relative to the left's; it is smaller
THUMPS = 8  # different responses of the chest; with left and right exchanged there are as many again
SHAPES = 64  # waveforms that are cached while a part is played, 150 kB each
BREATH_SECONDS = 4.2  # period of breathing [s]; the right valve closes later as the chest fills


class Heartbeat(Instrument):
    """A heart. The first sound (lub) is a loud, low, long note, the second (dub) a softer, higher, shorter one.

    The first heart sound lies at 30 to 60 Hz and lasts about 0.14 s; the second is higher and lasts 0.1 s. Each is made
    by two valves, of the left and the right heart, which separate as one breathes in, so that the chest thumps twice.
    The pitch of a note is the frequency at which a beat begins before it falls. A long note is no longer than
    ``decay_seconds``.

    References
    ----------
    R. Rangayyan and R. Lehner, "Phonocardiogram signal analysis: a review", CRC Crit. Rev. Biomed. Eng. 15, 1988.
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

    @override
    def play(self, notes: Sequence[Note], rate: int, frames: int) -> Stereo:
        out = np.zeros((2, frames), np.float32)

        @lru_cache(maxsize=SHAPES)
        def shape(pitch: float, fall_seconds: float, valve: int, thump: int) -> Stereo:
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

    def _shape(self, pitch: float, decay: float, valve: int, thump: int, rate: int) -> Stereo:
        """Return the sound of a valve at velocity 127, shape (2, samples), with its onset at sample 1.

        Valve 0, of the left heart, moves body and chest; valve 1, of the right heart, the chest only. ``decay`` is in
        nepers per second.
        """
        level = LEVEL * velocity_gain(127)
        share, lowest_hz = ((SECOND_VALVE, SECOND_INTERVAL * hertz(pitch)) if valve
                            else (math.sqrt(1 - SECOND_VALVE**2), hertz(pitch)))
        draw = generator(2 * thump + valve)
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

    def _body(self, onset_hz: float, decay: float, level: float, rate: int) -> Mono:
        """Return a sinusoid that falls from ``onset_hz`` to (1 − sink) of it and decays to −100 dBFS."""
        count = round(math.log(level / FLOOR) / decay * rate)
        t = np.arange(count, dtype=np.float32) / np.float32(rate)
        sunk = np.float32(1) - np.exp(t / -self.sink_seconds)
        cycles = (1 - self.sink) * t + self.sink * self.sink_seconds * sunk
        body: Mono = np.exp(math.log(level) - decay * t) * np.sin(2 * np.pi * onset_hz * cycles)
        return body


@njit(cache=True, nogil=True)
def _add(out: Stereo, start: int, shape: Stereo, weights: Singles, mirrored: int) -> None:
    """Add a waveform to ``out`` from ``start`` on, interpolated by the ``weights`` of its samples −1, 0, 1 and 2.

    If ``mirrored`` is 1, left and right are exchanged.
    """
    a, b, c, d = weights[0], weights[1], weights[2], weights[3]
    size = min(shape.shape[1] - 3, out.shape[1] - start)
    for channel in range(2):
        to, x = out[channel, start : start + size], shape[channel ^ mirrored]
        for k in range(size):
            to[k] += a * x[k] + b * x[k + 1] + c * x[k + 2] + d * x[k + 3]
