"""Small bells under a soft mallet: glasses or the steel plates of a celesta, damped when the note ends."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from instruments import Instrument
from instruments._notes import hertz, pan_gains, velocity_gain
from instruments._partials import add_partials, contact_rolloff, knock, raised_cosine
from scores.performance import Note

LEVEL = 0.24  # amplitude of the strongest mode at velocity 100: peaks near −12 dBFS

# Modes as multiples of the lowest, and their gains for an even blow.
MODES: dict[str, tuple[tuple[float, float], ...]] = {
    # a wine glass struck at the rim: (2,0) (3,0) (4,0) (5,0) (6,0); Rossing, JASA 95 (1994), p. 1106
    "glass": ((1.0, 1.0), (2.32, 0.55), (4.25, 0.4), (6.63, 0.3), (9.38, 0.22)),
    # a plate free at both ends, f ∝ (3.0112², 5², 7², 9²), as any text on bars derives. The box below it, tuned
    # to the fundamental, is why the others are weak.
    "celesta": ((1.0, 1.0), (2.756, 0.3), (5.404, 0.2), (8.933, 0.12)),
}


class Glass(Instrument):
    """Glass bells or celesta: a few inharmonic modes, the lowest exactly in tune."""

    name: ClassVar[str] = "glass"
    program: ClassVar[int] = 9
    range: ClassVar[tuple[int, int]] = (48, 108)

    bell: Literal["glass", "celesta"] = Field("glass", description="What is struck: wine glasses or steel plates")
    hardness: float = Field(0.35, ge=0, le=1, description="Hardness of the mallet: 0 wool, 1 wood")
    decay_seconds: float = Field(2.2, ge=0.3, le=8, description="Time in which C5 falls by 60 dB, in seconds")
    damping_seconds: float = Field(
        0.35, ge=0.03, le=8, description="Time in which it falls by 60 dB once the note has ended, in seconds"
    )
    shimmer_hz: float = Field(
        0.7, ge=0, le=6, description="Beating of the upper modes, which a wall not quite round splits in two, in Hz"
    )
    width: float = Field(0.4, ge=0, le=1, description="How far the bells spread from left (low) to right (high)")

    def play(self, notes: Sequence[Note], rate: int, frames: int) -> np.ndarray:
        out = np.zeros((2, frames), np.float32)
        for note in notes:
            onset = note.onset_seconds * rate
            if onset > frames - 1:
                continue
            contact = self._contact_seconds(note)
            attack = raised_cosine(contact / 2 * rate, onset)
            hold = max(round(note.duration_seconds * rate), attack.size)
            add_partials(out, onset, hold, float(rate), self._partials(note, contact, rate), attack)
        return out

    def _contact_seconds(self, note: Note) -> float:
        """Two milliseconds for a soft mallet, a quarter of one for a hard; shorter when struck harder.

        Hertz's law of contact between round bodies: time goes as speed^(−1/5).
        """
        return 2e-3 * math.pow(0.125, self.hardness) * math.pow(velocity_gain(note.velocity), -0.2)

    def _partials(self, note: Note, contact: float, rate: int) -> np.ndarray:
        draw = np.random.Generator(np.random.Philox(key=note.seed))
        lowest = hertz(note.pitch)
        ratio, gain = np.array(MODES[self.bell]).T
        frequency = lowest * ratio
        level = LEVEL * velocity_gain(note.velocity)
        shape = contact_rolloff(frequency, contact)
        amplitude = level * gain * shape / shape[0]
        # Loss grows with frequency within a bell, and small bells ring more briefly.
        decay = math.log(1000) / self.decay_seconds * math.sqrt(lowest / hertz(72)) * ratio**0.8
        split = self.shimmer_hz * np.where(ratio > 1, ratio, 0.0) / 2  # the lowest mode stays single: it is the pitch

        to_left, to_right = pan_gains(float(np.clip((note.pitch - 78) / 30, -1, 1)) * self.width)
        phase = np.exp(2j * np.pi * draw.random(len(ratio)))
        phase[0] = -1j
        rows = np.empty((2, len(ratio), 7))
        for pair, (side, lean) in enumerate(((-1, 0.3), (1, -0.3))):
            rows[pair, :, 0] = frequency + side * split
            rows[pair, :, 1] = decay
            rows[pair, :, 2] = decay + math.log(1000) / self.damping_seconds
            own_lean = np.where(ratio > 1, lean, 0.0)
            for column, to_side, sign in ((3, to_left, 1), (5, to_right, -1)):
                half = 0.5 * amplitude * to_side * (1 + sign * own_lean) * phase
                rows[pair, :, column], rows[pair, :, column + 1] = half.real, half.imag
        tap = knock(draw, 10, 900.0, 6000.0, 300.0, 0.04 * level * (0.3 + self.hardness))
        everything = np.concatenate([rows.reshape(-1, 7), tap])
        return everything[everything[:, 0] < 0.45 * rate]
