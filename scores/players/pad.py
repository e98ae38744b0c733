"""Sustained chords for strings, organ or pad; common tones are tied over the change of chord."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from scores.composing.form import Tessitura, arch, chord_spans, full_bars, raised
from scores.composing.hands.voicing import Voicing, choose_voicing
from scores.composing.stage import Draft, Player, Stage

# Range of each tessitura [MIDI number]: G2–E4, E3–D5, C4–C6.
RANGES = {"low": (43, 64), "mid": (52, 74), "high": (60, 84)}


@dataclass(frozen=True)
class LastVoicing:
    """The chord that sounded last."""

    voicing: Voicing | None


class Pad(Player):
    """The harmony in three to five sustained voices; a common tone is tied, not struck again."""

    style: ClassVar[str] = "pad"
    tessitura: Tessitura = Field("mid", description="range of the chords")
    voices: int = Field(4, ge=3, le=5, description="notes that sound at once")

    def play(self, stage: Stage) -> list[Draft]:
        low, high = RANGES[self.tessitura]
        remembered = stage.memory.recall(LastVoicing, self.tessitura)
        previous: Voicing | None = remembered.voicing if remembered else None
        sounding: dict[int, float] = {}  # pitch → its onset in beats
        drafts: list[Draft] = []

        def release(pitches: set[int], beat: float) -> None:
            for pitch in sorted(pitches):
                onset = sounding.pop(pitch)
                drafts.append(Draft(onset, beat - onset, pitch, stage.velocity(onset, arch(stage, onset))))

        end = stage.span.start_beats
        for span in chord_spans(full_bars(stage)):
            voicing: Voicing = ()
            if span.chord is not None:
                place = span.start_beats - span.bar.start_beats
                up, more = raised(stage, span.start_beats), round(2 * stage.lift(span.start_beats))
                voicing = previous = choose_voicing(
                    stage, f"voicing at {place:g}", span.start_beats, span.chord, previous,
                    voices=min(max(self.voices + more, 2), 5), low=low + up, high=high + up)
            release(set(sounding) - set(voicing), span.start_beats)
            for pitch in voicing:
                sounding.setdefault(pitch, span.start_beats)
            end = span.end_beats
        release(set(sounding), end)
        stage.memory.keep(LastVoicing(previous), self.tessitura)
        return sorted(drafts, key=lambda draft: (draft.onset_beats, draft.pitch))
