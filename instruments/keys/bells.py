"""Bells: a few inharmonic modes struck by a mallet, split into pairs, damped when the note ends."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field
from typing_extensions import override

from instruments import Instrument
from instruments.dsp.arrays import Reals, Stereo
from instruments.dsp.notes import hertz, pan_gains, velocity_gain
from instruments.dsp.partials import add_partials, contact_rolloff, knock, raised_cosine
from instruments.dsp.random import generator
from scores.performance import Note

LEAN = 0.3  # deviation of the left and right level of a split mode's halves from their mean, in opposite directions

Hardness = Annotated[float, Field(ge=0, le=1, description="Hardness of the mallet: 0 wool, 1 wood")]
Decay = Annotated[float, Field(ge=0.3, le=8, description="Time in which C5 falls by 60 dB, in seconds")]
Damping = Annotated[float, Field(ge=0.03, le=8, description="Time in which it falls by 60 dB once the note has ended, "
                                                            "in seconds")]
Shimmer = Annotated[float, Field(ge=0, le=6, description="Beating of the upper modes, which a wall not quite round "
                                                         "splits in two, in Hz")]
Width = Annotated[float, Field(ge=0, le=1, description="How far the bells spread from left (low) to right (high)")]


class Bells(Instrument):
    """Struck bells: each note is the modes of one bell, the lowest exactly in tune. Subclasses say what is struck."""

    modes: ClassVar[tuple[tuple[float, float], ...]]  # frequency, relative to the lowest mode, and gain of each mode
    level: ClassVar[float]  # amplitude of the lowest mode of C6 at velocity 100
    decay_power: ClassVar[float]  # exponent of a mode's decay rate in its frequency relative to the lowest mode
    contact_seconds: ClassVar[tuple[float, float]]  # contact time of the softest and the hardest mallet, velocity 100
    contact_power: ClassVar[float]  # exponent of the contact time in the amplitude
    tap: ClassVar[tuple[float, float, float]]  # noise of the blow: lowest and highest frequency [Hz], decay [Np/s]

    hardness: Hardness = 0.35
    decay_seconds: Decay = 2.2
    damping_seconds: Damping = 0.35
    shimmer_hz: Shimmer = 0.7
    width: Width = 0.4

    @override
    def play(self, notes: Sequence[Note], rate: int, frames: int) -> Stereo:
        out = np.zeros((2, frames), np.float32)
        for note in notes:
            onset = note.onset_seconds * rate
            if onset > frames - 1:
                continue
            contact = self._contact(note)
            attack = raised_cosine(contact / 2 * rate, onset)
            hold = max(round(note.duration_seconds * rate), attack.size)
            rows = self._partials(note, contact)
            add_partials(out, onset, hold, float(rate), rows[rows[:, 0] < 0.45 * rate], attack)
        return out

    def _contact(self, note: Note) -> float:
        """Return the contact time in seconds: the harder the mallet and the blow, the shorter."""
        soft, hard = self.contact_seconds
        return soft * math.pow(hard / soft, self.hardness) * math.pow(velocity_gain(note.velocity), self.contact_power)

    def _partials(self, note: Note, contact: float) -> Reals:
        """Return the partials of a note for ``add_partials``; ``contact`` is the contact time in seconds."""
        draw = generator(note.seed)
        lowest = hertz(note.pitch)
        ratio, gain = np.array(self.modes).T
        level = self.level * velocity_gain(note.velocity)
        shape = contact_rolloff(lowest * ratio, contact)
        amplitude = level * gain * shape / shape[0]
        # Damping grows with frequency within a bell, and small bells decay faster.
        decay = math.log(1000) / self.decay_seconds * math.sqrt(lowest / hertz(72)) * ratio**self.decay_power
        split = self.shimmer_hz * np.where(ratio > 1, ratio, 0.0) / 2  # the lowest mode, the pitch, is not split

        to_left, to_right = pan_gains(float(np.clip((note.pitch - 78) / 30, -1, 1)) * self.width)
        phase = np.exp(2j * np.pi * draw.random(len(ratio)))
        phase[0] = -1j
        rows = np.empty((2, len(ratio), 7))
        for pair, (side, lean) in enumerate(((-1, LEAN), (1, -LEAN))):
            rows[pair, :, 0] = lowest * ratio + side * split
            rows[pair, :, 1] = decay
            rows[pair, :, 2] = decay + math.log(1000) / self.damping_seconds
            own_lean = np.where(ratio > 1, lean, 0.0)
            for column, to_side, sign in ((3, to_left, 1), (5, to_right, -1)):
                half = 0.5 * amplitude * to_side * (1 + sign * own_lean) * phase
                rows[pair, :, column], rows[pair, :, column + 1] = half.real, half.imag
        tap = knock(draw, 10, *self.tap, 0.04 * level * (0.3 + self.hardness))
        return np.concatenate([rows.reshape(-1, 7), tap, self._around(note, level, draw)])

    def _around(self, note: Note, level: float, draw: np.random.Generator) -> Reals:
        """Return the partials of everything else that a blow sets in motion: none, unless a subclass has some."""
        return np.empty((0, 7))
