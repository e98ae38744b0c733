"""The forward pass of a softmax layer, played: logits as scale degrees, then exp, then normalisation, then argmax.

The degrees of the key, from the tonic up, stand for the entries of the vector. Each step of the layer changes their
loudness and their probability of being played as it changes their numbers.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field, StringConstraints

from scores.choose import softmax
from scores.composing.stage import Draft, Player, Stage
from scores.faults import ScoreFault

Anchor = Annotated[str, StringConstraints(pattern=r"^(bar|line) [1-9]\d{0,3}$")]
# Level per tenfold velocity [dB]: the amplitude of a struck instrument grows as velocity to the power of 1.5.
DB_PER_DECADE = 30.0
# Velocity below which a logit is not played.
INAUDIBLE = 8.0
# Accent of the winner when all others are gone.
LOUDEST_ACCENT = 0.5


class ForwardPass(Player):
    """A vector of logits played through exp, normalisation and argmax."""

    style: ClassVar[str] = "forward_pass"
    logits: tuple[float, ...] = Field(min_length=2, max_length=14, description="the vector; entry 1 is the tonic")
    softmax_temperature: float = Field(1.0, gt=0, le=10, description="temperature of the normalisation")
    exp: Anchor = Field(description="bar N or line N from which the logits are exponentiated, gradually")
    normalize: Anchor = Field(description="bar N or line N from which they are probabilities: chance decides "
                                          "which one sounds")
    argmax: Anchor = Field(description="bar N or line N from which only the largest logit sounds")
    octave: int = Field(5, ge=2, le=7, description="octave of the tonic")
    grid: Literal["1/8", "1/16"] = Field("1/16", description="note value of the pulse")

    def play(self, stage: Stage) -> list[Draft]:
        exp, normalize, argmax = self._turns(stage)
        step = {"1/8": 0.5, "1/16": 0.25}[self.grid]
        winner = int(np.argmax(self.logits))
        names = [str(logit) for logit in self.logits]
        drafts, count = [], 0
        for bar in stage.bars:
            for slot in range(round(bar.beats / step)):
                beat = bar.start_beats + slot * step
                degree = count % len(self.logits)  # the whole vector in turn, across the bar lines
                count += 1
                if beat >= argmax - 1e-9:
                    if slot * step not in bar.meter.pulse_starts:
                        continue
                    degree, level_db = winner, 0.0
                elif beat >= normalize - 1e-9:
                    chances = softmax(self.logits, self.softmax_temperature)
                    degree = stage.choose(f"logit {slot}", beat, names, self.logits, self.softmax_temperature)
                    level_db = 20 * np.log10(chances[degree] / chances[winner]) / 2
                elif beat >= exp - 1e-9:
                    power = (beat - exp + step) / (normalize - exp)
                    level_db = 20 * np.log10(np.e) * power * (self.logits[degree] - self.logits[winner])
                else:
                    level_db = 0.0
                # The winner grows louder as the others fade, as a normalised vector keeps its sum.
                share = min(max((beat - exp) / max(argmax - exp, step), 0.0), 1.0)
                velocity = stage.velocity(beat, LOUDEST_ACCENT * share) * 10 ** (level_db / DB_PER_DECADE)
                if velocity >= INAUDIBLE:
                    pitch = bar.key.pitch(degree, self.octave)
                    drafts.append(Draft(beat, step, pitch, velocity, exact=True))
        return drafts

    def _turns(self, stage: Stage) -> list[float]:
        """Return the beats at which exp, normalisation and argmax begin. Raises ScoreFault for a wrong order."""
        turns: list[float] = []
        for field in ("exp", "normalize", "argmax"):
            anchor: str = getattr(self, field)
            kind, number = anchor.split()
            places = ({line.number: line.start_beats for line in stage.lines} if kind == "line"
                      else {bar.number_in_section: bar.start_beats for bar in stage.bars})
            beat = places.get(int(number))
            if beat is None or (turns and beat <= turns[-1]):
                raise ScoreFault(
                    ("sections", stage.index, "play", stage.part_name, field),
                    f"{stage.part_name} does not play where {field} begins" if beat is None
                    else f"{field} comes too early",
                    found=anchor, allowed="exp, normalize and argmax in this order, on bars or lines in which "
                                          f"{stage.part_name} plays")
            turns.append(beat)
        return turns
