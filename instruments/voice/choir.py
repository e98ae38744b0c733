"""Singers beside one another: each with a body, a place and a time of her own, and with other draws."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from instruments.dsp.arrays import Floats
from scores.performance import SungPhrase

# Spread of the singers' resonances, relative to the voice's, and of their onsets [s]: standard deviations.
BODIES = 0.035
LATE_SECONDS = 0.018
# Added to a note's seed from one singer to the next.
OTHER_SEED = 7919
# Part of the stereo field that many singers fill, from 0 to 1.
WIDTH = 0.7


@dataclass(frozen=True)
class Place:
    """One singer among some.

    Parameters
    ----------
    number
        From 0; the first sings as one alone does.
    body
        Factor on the resonances.
    late_seconds
        How much later than written she begins each line, negative if earlier [s].
    gains
        On left and right; float32, shape (2, 1).
    """

    number: int
    body: float
    late_seconds: float
    gains: Floats

    @classmethod
    def of(cls, number: int, singers: int) -> Place:
        """Return the place of a singer; one alone is in the middle, at full level."""
        if not number:
            return cls(0, 1.0, 0.0, np.full((2, 1), 1 / math.sqrt(singers), np.float32))
        draws = np.random.Generator(np.random.PCG64([number, singers]))
        body, late = 1 + BODIES * draws.standard_normal(), LATE_SECONDS * draws.standard_normal()
        across = WIDTH * (1 if number % 2 else -1) * math.ceil(number / 2) / math.ceil((singers - 1) / 2)
        angle = math.pi / 4 * (1 + across)
        gains = math.sqrt(2 / singers) * np.array([[math.cos(angle)], [math.sin(angle)]], np.float32)
        return cls(number, body, late, gains.astype(np.float32))

    def moved(self, phrase: SungPhrase) -> SungPhrase:
        """Return a line as this singer has it: at her time and with draws of her own."""
        if not self.number:
            return phrase
        notes = tuple(replace(note, seed=note.seed + OTHER_SEED * self.number,
                              onset_seconds=max(note.onset_seconds + self.late_seconds, 0.0)) for note in phrase.notes)
        return phrase._replace(notes=notes)
