"""A second take of another part: the same line, its own hand, its own timing, perhaps another interval."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field

from scores.composing.singing.second_voice import second_voice
from scores.composing.stage import Draft, Player, Stage
from scores.faults import ScoreFault
from scores.format.model import PartName
from scores.lyrics.line import SungLine
from scores.score import Part
from scores.theory import Key

# Scale steps away from the doubled note; None stays where it is.
INTERVALS = {"unison": 0, "third above": 2, "third below": -2, "sixth below": -5, "octave above": 7, "octave below": -7}
_SECOND_VOICES = {2, 5}  # steps away at which a double of a sung line is a second voice, with chord tones of its own
SOFTER = 0.85  # velocity relative to the doubled part: a double stands behind
LATE_SECONDS = 0.012  # a double follows; more than the ear's fusion of echoes needs, less than a slap


class Double(Player):
    """Doubles a part that stands before this one in the score."""

    style: ClassVar[str] = "double"
    is_given: ClassVar[bool] = True
    of: PartName = Field(description="part that is doubled")
    interval: Literal["unison", "third above", "third below", "sixth below", "octave above", "octave below"] = Field(
        "unison", description="where the double lies, in steps of the key")

    @property
    def copies(self) -> str | None:
        return self.of

    def follows(self, stage: Stage) -> bool:
        return True

    def play(self, stage: Stage) -> list[Draft]:
        steps = INTERVALS[self.interval]
        heard = [draft for draft in stage.drafts.get(self.of, ())
                 if stage.bars and draft.onset_beats < stage.bars[-1].end_beats
                 and draft.onset_beats + draft.duration_beats > stage.bars[0].start_beats]
        second = self._second_voice(stage, heard, steps) if abs(steps) in _SECOND_VOICES else {}
        doubled = [replace(draft, pitch=second.get(i, _moved(stage.bar_at(draft.onset_beats).key, draft.pitch, steps)),
                           velocity=max(SOFTER * draft.velocity, 1.0), fingering=None,
                           utterance=draft.utterance and draft.utterance.by(stage.part_name),
                           delay_seconds=draft.delay_seconds + LATE_SECONDS)
                   for i, draft in enumerate(heard)]
        for draft in doubled:
            if not 0 <= draft.pitch <= 127:
                raise ScoreFault(("sections", stage.index, "play", stage.part_name, "interval"),
                                 f"{self.interval} of {self.of} leaves the notes there are", found=self.interval,
                                 allowed="an interval that stays between C-1 and G9")
        return doubled

    @staticmethod
    def _second_voice(stage: Stage, heard: list[Draft], steps: int) -> dict[int, float]:
        """Pitches of a voice of its own under or over the sung lines among some drafts, by index."""
        lines: dict[SungLine, list[int]] = {}
        for i, draft in enumerate(heard):
            if draft.utterance is not None and draft.utterance.syllable and draft.utterance.delivery.manner == "sung":
                lines.setdefault(draft.utterance.line, []).append(i)
        return {i: _within_reach(stage, pitch) for line in lines.values()
                for i, pitch in zip(line, second_voice(stage, [heard[i] for i in line], steps), strict=True)}


def _within_reach(stage: Stage, pitch: float) -> float:
    """Return a pitch in the octave in which the instrument has it: a third below is a sixth above at the low end."""
    if not isinstance(stage.part, Part):
        return pitch
    low, high = stage.part.voice.reach()
    if pitch < low and pitch + 12 <= high:
        return pitch + 12
    return pitch - 12 if pitch > high and pitch - 12 >= low else pitch


def _moved(key: Key, pitch: float, steps: int) -> float:
    """Return a pitch some scale steps away; a note between two steps keeps its distance from the lower one."""
    if steps == 0:
        return pitch
    octave, above = divmod(pitch - key.pitch_class, 12)
    degree = max(i for i in range(7) if key.pitch(i, 0) - key.pitch(0, 0) <= above)
    moved = key.pitch(degree + steps, int(octave) - 1) + above - (key.pitch(degree, 0) - key.pitch(0, 0))
    return float(moved)
