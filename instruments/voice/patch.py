"""What the voices have in common: how they carry a melody from note to note."""

from __future__ import annotations

from typing import Self

import numpy as np
from pydantic import Field

from instruments import Instrument
from instruments.dsp.arrays import Floats
from instruments.voice.kinds import KINDS, KindName

# Time in which vibrato swells from nothing to its full depth [s].
VIBRATO_SWELL_SECONDS = 0.4
# Number of cycles after the delay that a note must have room for; a shorter note has no vibrato.
FEWEST_CYCLES = 2


class Melodic(Instrument):
    """The patch of a voice that carries a melody. A voice may set other defaults."""

    legato_seconds: float = Field(
        0.12, ge=0, le=0.5, description="Longest gap between syllables that the voice carries across, in seconds"
    )
    portamento_seconds: float = Field(0.09, ge=0.01, le=0.4, description="Glide from note to note, in seconds")
    scoop_cents: float = Field(
        60, ge=0, le=200, description="How far below its first note a phrase may begin, in cents")
    vibrato_cents: float = Field(30, ge=0, le=100, description="Vibrato of long notes to either side, in cents")
    vibrato_hz: float = Field(5.3, ge=3, le=8, description="Rate of the vibrato, in Hz")
    vibrato_delay_seconds: float = Field(
        0.28, ge=0, le=2, description="How long a note lasts before its vibrato begins, in seconds"
    )

    def has_vibrato(self, duration_seconds: float) -> bool:
        """Return whether a note of this length is long enough for vibrato."""
        return duration_seconds >= self.vibrato_delay_seconds + FEWEST_CYCLES / self.vibrato_hz

    def vibrato_octaves(self, seconds: Floats, rate_hz: float, fade: Floats | float = 1.0) -> Floats:
        """Return the vibrato of one note.

        Parameters
        ----------
        seconds
            Time since the vibrato began [s]; shape (n,).
        rate_hz
            Rate of the vibrato [Hz].
        fade
            Factor on its depth, from 0 to 1; shape (n,).

        Returns
        -------
        ndarray
            Deviation from the note's pitch [octaves]; float64, shape (n,).
        """
        depth = np.clip(seconds / VIBRATO_SWELL_SECONDS, 0, 1) * fade
        octaves: Floats = self.vibrato_cents / 1200 * depth * np.sin(2 * np.pi * rate_hz * seconds)
        return octaves


class Worded(Melodic):
    """The patch of a voice that has words."""

    portamento_seconds: float = Field(
        0.11, ge=0.01, le=0.4, description="Glide over a whole tone, in seconds; a wider interval takes longer")
    vibrato_cents: float = Field(40, ge=0, le=100, description="Vibrato of long notes to either side, in cents")
    vibrato_delay_seconds: float = Field(
        0.26, ge=0, le=2, description="How long a note lasts before its vibrato begins, in seconds")
    drift_cents: float = Field(5, ge=0, le=40, description="How far the pitch strays by itself, in cents")
    breath: float = Field(0, ge=-0.5, le=0.5, description="Air in the tone, added to the breathiness of the delivery")
    brightness: float = Field(0.5, ge=0, le=1, description="Colour of the tone, 0 dark to 1 bright")
    de_ess_db: float = Field(4, ge=0, le=12, description="How much softer the hisses are, in dB; whispered twice that")
    air_db: float = Field(0, ge=-40, le=12, description="Air above what the speech engine knows, in dB")
    kind: KindName = Field("own", description="Kind of singer made of the engine's voice")
    singers: int = Field(
        1, ge=1, le=12, description="How many sing, each with a body, a time and a vibrato of her own")

    def as_kind(self) -> Self:
        """Return the patch with what its kind changes of it."""
        kind = KINDS[self.kind]
        changed = {"vibrato_cents": min(self.vibrato_cents * kind.swing, 100.0),
                   "vibrato_hz": min(max(self.vibrato_hz * kind.pace, 3.0), 8.0),
                   "breath": min(max(self.breath + kind.breath, -0.5), 0.5),
                   "brightness": min(max(self.brightness + kind.brightness, 0.0), 1.0)}
        return self.model_copy(update=changed)
