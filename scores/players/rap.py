"""Rap: words on the sixteenths of the beat, in the pitches of speech."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from scores.composing.singing.flow import rhyme_of, set_flow
from scores.composing.stage import Draft, Stage
from scores.lyrics.line import SungLine
from scores.players.spoken import Speak
from scores.players.voice import Share

# Accent of the rhyme, and its height over the voice's middle [semitones].
_RHYME_ACCENT = 0.9
_RHYME_SEMITONES = 2.5


class Rap(Speak):
    """Raps the lyrics: up to twelve syllables a second where their consonants allow it."""

    style: ClassVar[str] = "rap"
    softer: ClassVar[float] = -0.1
    most_per_second: ClassVar[float] = 12.0

    effort: Share = Field(0.6, description="how hard the voice is driven, 0 limp to 1 belted")
    breathiness: Share = Field(0.2, description="air in the tone, 0 none to 1 nothing else")
    distance: Share = Field(0.1, description="from the microphone, 0 at the lips to 1 across the room")
    on_beat: bool = Field(True, description="whether the syllables keep the beat: rap does")

    def set_lines(self, stage: Stage, lines: Sequence[SungLine]) -> list[list[Draft]]:
        drafted = []
        for placed, line in zip(stage.lines, lines, strict=True):
            row = self._spoken(stage, placed, set_flow(stage, placed, line))
            if row:
                at = rhyme_of(line)
                loud = min(row[at].velocity + 24 * _RHYME_ACCENT, 127.0)
                row[at] = replace(row[at], velocity=loud, pitch=self.pitch + _RHYME_SEMITONES)
            drafted.append(row)
        return drafted
