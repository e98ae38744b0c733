"""A heartbeat: two low sounds on each pulse."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from scores.composing.form import full_bars
from scores.composing.stage import Draft, Player, Stage

# Lowest pitch of the first sound [MIDI number], E1: the sound is the first tonic from there upwards.
LOWEST = 28
# Interval from the first sound to the second [semitones]: the valves that close second are smaller and sound higher.
DUB_INTERVAL = 7
# Time from the first sound to the second [s] at about 68 beats a minute. Weissler (1968): QS2 is near 0.4 s from the Q
# wave, and S1 follows that wave by 0.06–0.1 s.
SYSTOLE_SECONDS = 0.3
# Lengths of the two sounds [s].
LUB_SECONDS = 0.14
DUB_SECONDS = 0.1
# Accent of the second sound.
DUB_ACCENT = -0.6
# Delays of a beat [s] and their logits: a heart at rest varies by a few milliseconds.
LATENESS_SECONDS = np.arange(0, 7) * 0.003
LATENESS_LOGITS = -0.5 * (np.arange(0, 7) / 1.5) ** 2


class Heartbeat(Player):
    """Two low sounds on the pulse, at most a few milliseconds late."""

    style: ClassVar[str] = "heartbeat"
    every: int = Field(1, ge=1, le=32, description="felt beats from one heartbeat to the next, counted in each bar")

    def play(self, stage: Stage) -> list[Draft]:
        drafts = []
        for bar in full_bars(stage):
            lub = LOWEST + (bar.key.pitch_class - LOWEST) % 12
            for pulse in range(0, bar.meter.pulses, self.every):
                beat = bar.start_beats + float(bar.meter.pulse_starts[pulse])
                late = LATENESS_SECONDS[stage.choose(f"heartbeat {pulse}", beat,
                                                     [f"{1000 * t:.0f} ms" for t in LATENESS_SECONDS], LATENESS_LOGITS)]
                quarter = stage.tempo.beat_seconds(beat)
                room = float(bar.meter.pulse_lengths[pulse]) * self.every * quarter
                systole = min(SYSTOLE_SECONDS, 0.45 * room)  # a fast heart shortens its diastole first
                for delay, seconds, interval, accent in ((0.0, LUB_SECONDS, 0, 0.0),
                                                         (systole, DUB_SECONDS, DUB_INTERVAL, DUB_ACCENT)):
                    drafts.append(Draft(beat, seconds / quarter, lub + interval, stage.velocity(beat, accent),
                                        delay_seconds=float(late + delay), exact=True))
        return drafts
