"""A heart: lub and dub."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from scores.composing.form import full_bars
from scores.composing.stage import Draft, Player, Stage

LOWEST = 28  # E1: the tonic is sought from here upwards
DUB_INTERVAL = 7  # the valves that close second are smaller and sound higher, about a fifth
# From the first sound to the second at about 68 beats a minute (Weissler 1968: QS2 is near 0.4 from the Q wave, and S1
# comes about 0.06–0.1 after it).
SYSTOLE_SECONDS = 0.3
LUB_SECONDS, DUB_SECONDS = 0.14, 0.1  # lengths of the two sounds
DUB_ACCENT = -0.6
LATENESS_SECONDS = np.arange(0, 7) * 0.003  # a heart is regular: it wavers by a few milliseconds
LATENESS_LOGITS = -0.5 * (np.arange(0, 7) / 1.5) ** 2


class Heartbeat(Player):
    """Two low sounds on the pulse. Temperature moves it only a little."""

    style: ClassVar[str] = "heartbeat"
    every: int = Field(1, ge=1, le=32, description="beats of the meter from one to the next, counted in each bar")

    def play(self, stage: Stage) -> list[Draft]:
        drafts = []
        for bar in full_bars(stage):
            lub = LOWEST + (bar.key.pitch_class - LOWEST) % 12
            for pulse in range(0, bar.meter.pulses, self.every):
                beat = bar.start_beats + pulse * float(bar.meter.pulse_beats)
                late = LATENESS_SECONDS[stage.choose(f"heartbeat {pulse}", beat,
                                                     [f"{1000 * t:.0f} ms" for t in LATENESS_SECONDS], LATENESS_LOGITS)]
                quarter = stage.tempo.beat_seconds(beat)
                room = float(bar.meter.pulse_beats) * self.every * quarter
                systole = min(SYSTOLE_SECONDS, 0.45 * room)  # a racing heart shortens its diastole first, then this
                for delay, seconds, interval, accent in ((0.0, LUB_SECONDS, 0, 0.0),
                                                         (systole, DUB_SECONDS, DUB_INTERVAL, DUB_ACCENT)):
                    drafts.append(Draft(beat, seconds / quarter, lub + interval, stage.velocity(beat, accent),
                                        delay_seconds=float(late + delay), exact=True))
        return drafts
