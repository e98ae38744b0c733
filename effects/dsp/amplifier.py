"""Guitar amplifiers: tables of their channels and loudspeakers, and the amplifier itself."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from effects.dsp.tone_stack import BASSMAN, PLEXI, Parts, bilinear, transfer
from effects.dsp.tubes import TAPS, amplify, resampler

Channel = Literal["clean", "crunch", "high_gain"]
Speaker = Literal["open_1x12", "closed_4x12", "bass_8x10", "none"]


class Tube(NamedTuple):
    """A tube stage."""

    gain_db: tuple[float, float]  # gain at drive 0 and at drive 1 [dB]
    bias: float  # offset of the input
    highpass_hz: float  # cut-off of the coupling after it [Hz]
    lowpass_hz: float  # cut-off of the low-pass after it [Hz]


class Voicing(NamedTuple):
    """A channel."""

    tubes: tuple[Tube, ...]  # its stages in order
    stack: Parts  # its tone stack
    stack_first: bool  # whether the tone stack precedes the tubes
    factor: int  # oversampling
    level_db: tuple[float, float]  # gain after all at drive 0 and at drive 1 [dB], which keeps the loudness


VOICINGS: dict[Channel, Voicing] = {
    "clean": Voicing((Tube((4, 20), 0.25, 30, 14000),), BASSMAN, True, 2, (5, -7)),
    "crunch": Voicing((Tube((10, 26), 0.3, 90, 12000), Tube((3, 9), -0.35, 40, 9000)), PLEXI, False, 3, (-1, -9)),
    "high_gain": Voicing((Tube((18, 30), 0.2, 180, 9000), Tube((12, 18), -0.45, 120, 8000),
                          Tube((6, 9), 0.2, 40, 8000)), PLEXI, False, 4, (-9, -11)),
}


class Cone(NamedTuple):
    """A loudspeaker in its cabinet."""

    resonance_hz: float  # resonance in the cabinet [Hz]
    quality: float  # Q of that resonance
    edge_hz: float  # upper cut-off [Hz]
    presence_hz: float  # frequency of the presence peak [Hz]
    presence_db: float  # its height [dB]
    echo_seconds: tuple[float, ...]  # delays of the reflections in the cabinet [s]
    echo: float  # level of the first; number n has the n-th part of it


CONES: dict[Speaker, Cone] = {
    "open_1x12": Cone(105, 1.1, 5400, 2700, 8.0, (0.00062, 0.00117), -0.22),
    "closed_4x12": Cone(85, 1.3, 4800, 2500, 9.0, (0.00041, 0.00083, 0.00156), 0.2),
    "bass_8x10": Cone(62, 0.8, 4200, 1700, 3.0, (0.00035, 0.00094), 0.15),
}
PLAIN = Cone(20, 0.7, 20000, 2000, 0.0, (), 0.0)  # no loudspeaker: the whole audible range passes


def filters(cone: Cone, rate: int) -> np.ndarray:
    """Return a cone's resonance, its edge of fourth order and its presence peak, float64 (4, 5): b0, b1, b2, a1, a2.

    Loudness goes by what lies between 150 Hz and 4 kHz, which passes as it is.
    """
    def section(hz: float, numerator: tuple[float, float, float], quality: float) -> list[float]:
        """Return one filter of second order."""
        scale = 2 * np.pi * hz
        warped = 2 * rate * np.tan(min(scale / (2 * rate), 1.5))
        above = np.array(numerator) / warped ** np.arange(3)
        below = np.array([1.0, 1 / quality, 1.0]) / warped ** np.arange(3)
        b, a = bilinear(above, below, rate)
        return [*b, a[1], a[2]]

    boost = 10 ** (cone.presence_db / 20)
    rows = np.array([section(cone.resonance_hz, (0.0, 0.0, 1.0), cone.quality),
                     section(cone.edge_hz, (1.0, 0.0, 0.0), 0.54), section(cone.edge_hz, (1.0, 0.0, 0.0), 1.31),
                     section(cone.presence_hz, (1.0, boost / 1.6, 1.0), 1.6)])
    z = np.exp(-2j * np.pi * np.geomspace(150, 4000, 100) / rate)
    response = np.prod([(b0 + b1 * z + b2 * z * z) / (1 + a1 * z + a2 * z * z) for b0, b1, b2, a1, a2 in rows], axis=0)
    rows[0, :3] /= np.sqrt(np.mean(np.abs(response) ** 2))
    return rows


class Amplifier:
    """An amplifier for one channel of sound, with its state."""

    def __init__(self, rate: int, channel: Channel, drive: float, bass: float, middle: float, treble: float,
                 speaker: Speaker) -> None:
        voicing = VOICINGS[channel]
        self.factor = voicing.factor
        fast = rate * voicing.factor

        def between(ends: tuple[float, float]) -> float:
            return float(10 ** ((ends[0] + (ends[1] - ends[0]) * drive) / 20))

        self.stages = np.array([(between(tube.gain_db), tube.bias, -np.expm1(-2 * np.pi * tube.highpass_hz / fast),
                                 -np.expm1(-2 * np.pi * tube.lowpass_hz / fast)) for tube in voicing.tubes])
        self.states = np.zeros((len(self.stages), 4))
        self.states[:, 0], self.states[:, 1] = self.stages[:, 1], np.sqrt(
            np.float32(1) + np.float32(1) * self.stages[:, 1].astype(np.float32) ** 2)
        numerator, denominator = transfer(voicing.stack, bass, middle, treble)
        flat, below = transfer(voicing.stack, 0.5, 0.5, 0.5)
        s = 2j * np.pi * np.geomspace(100, 4000, 100)
        even = np.sqrt(np.mean(np.abs(np.polyval(flat[::-1], s) / np.polyval(below[::-1], s)) ** 2))
        b, self.a = bilinear(numerator, denominator, rate)
        self.b = b / even  # unity gain with all knobs in the middle
        self.stack, self.stack_first = np.zeros(3), voicing.stack_first
        self.rows = resampler(self.factor)
        self.before, self.down = np.zeros(TAPS - 1, np.float32), np.zeros((self.factor, TAPS - 1), np.float32)
        cone = CONES.get(speaker, PLAIN)
        self.cone, self.membrane = filters(cone, rate), np.zeros((4, 2))
        self.cone[0, :3] *= between(voicing.level_db)
        self.delays = np.array([round(seconds * rate) for seconds in cone.echo_seconds], np.int64)
        self.echoes = np.array([cone.echo / (n + 1) for n in range(len(cone.echo_seconds))], np.float32)
        self.line = np.zeros(int(self.delays.max(initial=1)), np.float32)

    @property
    def delay_samples(self) -> int:
        """Delay of the output in samples, rounded."""
        return TAPS - 1

    def response(self, z: np.ndarray) -> np.ndarray:
        """Return the response of tone stack and speaker to a soft sound at z⁻¹ = ``z``, |z| = 1: complex, as ``z``."""
        heard = np.polyval(self.b[::-1], z) / np.polyval(self.a[::-1], z)
        for b0, b1, b2, a1, a2 in self.cone:
            heard = heard * (b0 + b1 * z + b2 * z * z) / (1 + a1 * z + a2 * z * z)
        return np.asarray(heard)

    def play(self, sound: np.ndarray) -> np.ndarray:
        """Amplify the next stretch of sound, float32 (frames,)."""
        out = np.empty_like(sound)
        amplify(out, np.ascontiguousarray(sound), self.stages, self.states, self.rows, self.before, self.b, self.a,
                self.stack, self.stack_first, self.down, self.cone, self.membrane, self.echoes, self.delays, self.line)
        return out
