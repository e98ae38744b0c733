"""Texture: short events on a fine grid, as dense as the glitch intensity, for a part that consists of glitches."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from scores.composing.stage import Draft, Player, Stage

# Grid [quarter notes].
GRID_BEATS = 0.25
# Logit of silence: about a quarter of the grid sounds at intensity 0.5, density 1 and T = 1.
SILENCE_LOGIT = 1.2
# Events in one place of the grid.
BURSTS = (1, 2, 3, 4, 6, 8)
# Pitches of events [MIDI number].
REGISTERS = tuple(range(36, 97, 6))


class Texture(Player):
    """Grains and bursts around the beat."""

    style: ClassVar[str] = "texture"
    density: float = Field(1.0, gt=0, le=2, description="number of events at a given glitch intensity: 2 doubles it")

    def play(self, stage: Stage) -> list[Draft]:
        drafts: list[Draft] = []
        for bar in stage.bars:
            for slot in range(round(bar.beats / GRID_BEATS)):
                beat = bar.start_beats + slot * GRID_BEATS
                asked = stage.glitch.at(beat)
                intensity = min(asked * self.density * (1 + stage.part.drive.density.at(asked)), 1.0)
                if intensity <= 0:
                    continue
                weak = 0.5 * (1 - bar.meter.strength(slot * GRID_BEATS))
                sound = stage.choose(f"grain {slot}", beat, ["silence", "grain"],
                                     [SILENCE_LOGIT, np.log(2 * intensity) + weak])
                if not sound:
                    continue
                burst = BURSTS[stage.choose(f"burst {slot}", beat, [str(b) for b in BURSTS],
                                            [-(i - 4 * intensity) ** 2 / 4 for i in range(len(BURSTS))])]
                colour = stage.choose(f"colour {slot}", beat, [str(r) for r in REGISTERS],
                                      -0.02 * (np.arange(len(REGISTERS)) - 6.0) ** 2)
                for i in range(burst):
                    length = GRID_BEATS / burst
                    fade = 1 - 0.5 * i / burst
                    drafts.append(Draft(beat + i * length, 0.8 * length, REGISTERS[colour],
                                        max(stage.velocity(beat, 0.4 * (intensity - 0.5)) * fade, 1.0), exact=True))
        return drafts
