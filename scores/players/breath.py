"""The words on the breath, or breathing alone: a voice that is hardly there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from scores.composing.singing.prosody import set_line
from scores.composing.stage import Draft, Stage
from scores.lyrics.line import Manner, SungLine
from scores.players.voice import NotePitch, Share, Voice

# Share of its length that a note sounds.
_BREATHED = 0.7


class Breathe(Voice):
    """The words on the breath, in the rhythm in which they would be sung; without lyrics, slow breathing."""

    style: ClassVar[str] = "breath"
    manner: ClassVar[Manner] = "breath"
    softer: ClassVar[float] = 0.5

    effort: Share = Field(0.05, description="how hard the voice is driven, 0 limp to 1 belted")
    breathiness: Share = Field(1.0, description="air in the tone, 0 none to 1 nothing else")
    distance: Share = Field(0.1, description="from the microphone, 0 at the lips to 1 across the room")
    pitch: NotePitch = Field(57, ge=36, le=84, description="pitch that the breath is tuned about, as A3")

    def set_lines(self, stage: Stage, lines: Sequence[SungLine]) -> list[list[Draft]]:
        out = []
        motif: tuple[float, ...] = ()
        for placed, line in zip(stage.lines, lines, strict=True):
            notes = set_line(stage, placed, line, motif)
            motif = motif or tuple(note.onset_beats - placed.start_beats for note in notes)
            out.append([self._draft(stage, note, float(self.pitch), 0.1 * (note.utterance.stress == 1), _BREATHED)
                        for note in notes])
        return out

    def play(self, stage: Stage) -> list[Draft]:
        return super().play(stage) if stage.lines else self._breathing(stage)

    def _breathing(self, stage: Stage) -> list[Draft]:
        """One breath in two bars: in for a quarter of it, out for longer, and a rest before the next."""
        breath = SungLine(stage.part_name, stage.section.name, 0, (), self.delivery).breath
        drafts: list[Draft] = []
        for bar in stage.bars[::2]:
            cycle = 2 * bar.beats
            for share, length, accent in ((0.1, 0.25, -0.5), (0.45, 0.4, -0.8)):
                onset = bar.start_beats + share * cycle
                if onset + length * cycle <= stage.bars[-1].end_beats:
                    drafts.append(Draft(onset, length * cycle, float(self.pitch), stage.velocity(onset, accent),
                                        utterance=breath))
        return drafts
