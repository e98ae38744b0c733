"""A second take of another part: the same line, its own hand, its own timing, perhaps another interval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field

from scores.model import PartName
from scores.stage import Draft, Player, Stage
from scores.theory import Key

# Scale steps away from the doubled note; None stays where it is.
INTERVALS = {"unison": 0, "third above": 2, "third below": -2, "sixth below": -5, "octave above": 7, "octave below": -7}
SOFTER = 0.85  # of the doubled part's velocity: a double stands behind
LATE_SECONDS = 0.012  # a double follows; more than the ear's fusion of echoes needs, less than a slap


class Double(Player):
    """Doubles a part that stands before this one in the score."""

    style: ClassVar[str] = "double"
    of: PartName = Field(description="part that is doubled")
    interval: Literal["unison", "third above", "third below", "sixth below", "octave above", "octave below"] = Field(
        "unison", description="where the double lies, in steps of the key")

    def play(self, stage: Stage) -> list[Draft]:
        steps = INTERVALS[self.interval]
        heard = [draft for draft in stage.drafts.get(self.of, ())
                 if stage.bars and stage.bars[0].start_beats <= draft.onset_beats < stage.bars[-1].end_beats]
        return [replace(draft, pitch=_moved(stage.bar_at(draft.onset_beats).key)(draft.pitch, steps),
                        velocity=max(SOFTER * draft.velocity, 1.0), fingering=None,
                        delay_seconds=draft.delay_seconds + LATE_SECONDS)
                for draft in heard]


def _moved(key: Key) -> Callable[[float, int], float]:
    """A function that moves a pitch by steps of the key's scale; a note outside the scale keeps its alteration."""
    ladder = sorted(key.pitch(degree, octave) for octave in range(-1, 9) for degree in range(7))

    def move(pitch: float, steps: int) -> float:
        if steps == 0:
            return pitch
        below = max((i for i, rung in enumerate(ladder) if rung <= pitch), default=0)
        return float(ladder[below + steps]) + (pitch - ladder[below])

    return move
