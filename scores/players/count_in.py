"""The count before a song: sticks on each felt beat."""

from __future__ import annotations

from typing import ClassVar

from scores.composing.grooves.patterns import SIDE_STICK
from scores.composing.stage import Draft, Player, Stage

# Accents of the first beat of a bar and of the others.
_FIRST, _OTHER = 0.5, 0.1
# Length of a stroke [quarter notes], which only MIDI knows.
_STROKE_BEATS = 0.2


class CountIn(Player):
    """Counts the beats, the first of each bar louder; exactly on them at any temperature."""

    style: ClassVar[str] = "count_in"

    def play(self, stage: Stage) -> list[Draft]:
        return [Draft(bar.start_beats + float(place), _STROKE_BEATS, SIDE_STICK,
                      stage.velocity(bar.start_beats + float(place), _OTHER if place else _FIRST), exact=True)
                for bar in stage.bars for place in bar.meter.pulse_starts if place < bar.beats - 1e-9]
