"""The speaking voice: in its own time, or on the beat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from scores.composing.singing.prosody import set_line
from scores.composing.singing.rooms import SetSyllable
from scores.composing.singing.speech import speak_line
from scores.composing.stage import Draft, PlacedLine, Stage
from scores.lyrics.line import Delivery, Manner, SungLine
from scores.players.voice import NotePitch, Share, Voice

# How much higher a word is that stands out [semitones]: about half of what it is higher in loud reading (Eady and
# Cooper, J. Acoust. Soc. Am. 80, 1986).
_EMPHASIS_SEMITONES = 2.0


class Speak(Voice):
    """Speaks the lyrics in the time of speech, from about where each line's room begins."""

    style: ClassVar[str] = "spoken"
    manner: ClassVar[Manner] = "spoken"
    softer: ClassVar[float] = 0.1

    effort: Share = Field(0.3, description="how hard the voice is driven, 0 limp to 1 belted")
    breathiness: Share = Field(0.35, description="air in the tone, 0 none to 1 nothing else")
    distance: Share = Field(0.1, description="from the microphone, 0 at the lips to 1 across the room")
    pitch: NotePitch = Field(57, ge=36, le=84, description="middle of the speaking voice, as A3")

    on_beat: bool = Field(False, description="whether the syllables keep the beat, as if they were sung; else "
                                             "the voice speaks in its own time")

    @property
    def delivery(self) -> Delivery:
        return replace(super().delivery, on_beat=self.on_beat)

    def set_lines(self, stage: Stage, lines: Sequence[SungLine]) -> list[list[Draft]]:
        if self.on_beat:
            return [self._spoken(stage, placed, set_line(stage, placed, line, ()))
                    for placed, line in zip(stage.lines, lines, strict=True)]
        return [self._spoken(stage, placed, speak_line(stage, placed, line, self._lead(stage, placed)))
                for placed, line in zip(stage.lines, lines, strict=True)]

    def _lead(self, stage: Stage, placed: PlacedLine) -> float:
        """Silence before the line [s]: a speaker comes in a little after the bar line."""
        leads = (0.1, 0.2, 0.35, 0.5)
        pick = stage.choose(f"spoken, line {placed.number}, lead", placed.start_beats,
                            [f"{lead:g} s" for lead in leads], [0.5, 0.8, 0.3, -0.4])
        return leads[pick]

    def _spoken(self, stage: Stage, placed: PlacedLine, notes: Sequence[SetSyllable]) -> list[Draft]:
        """Pitch declines over the line ('t Hart, Collier and Cohen, 1990), rises on stresses, and falls or asks."""
        asks = placed.line.spoken.rstrip("\"'”’) ").endswith("?")
        out = []
        for i, note in enumerate(notes):
            place = i / max(len(notes) - 1, 1)
            accent = {0: 0.0, 1: 1.0, 2: 0.5}[note.utterance.stress]
            pitch = self.pitch + 1.5 - 3.0 * place + (2.2 - 1.2 * place) * accent
            pitch += _EMPHASIS_SEMITONES if note.utterance.is_emphasised else 0.0
            if i == len(notes) - 1:
                pitch += 4.0 if asks else -1.5
            out.append(self._draft(stage, note, round(pitch, 2), 0.25 * accent - 0.2 * place))
        return out
