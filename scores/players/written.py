"""Written notes, played as they stand; only their time and velocity are humanised."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from scores.composing.stage import Draft, Player, Stage
from scores.format.articulation import Marks, bend_of
from scores.format.text import WrittenNote, parse_written_notes

NotesText = Annotated[
    tuple[tuple[WrittenNote, ...], ...], BeforeValidator(parse_written_notes), PlainSerializer(str),
    WithJsonSchema({"type": "string", "examples": ["| C4:1/4 Eb4 [G4 C5]:1/2 | r:1 |"]})]


class Written(Player):
    """Bars of notes; if they are fewer than the bars of the section, they repeat."""

    style: ClassVar[str] = "written"
    goes_on: ClassVar[bool] = True
    notes: NotesText = Field(description="bars of notes C4:1/4, chords [C4 G4]:1/2 and rests r:1/4; @90 for "
                                         "velocity, ~ for a tie, marks of the hand in round brackets: (h)")
    exact: bool = Field(False, description="true: not humanised, exactly on the beat at any temperature")

    def play(self, stage: Stage) -> list[Draft]:
        drafts: list[Draft] = []
        marks: list[tuple[Marks, float]] = []  # for each draft, with where a slide into it starts
        held: dict[int, int] = {}  # pitch of a tied note → its place in drafts
        last: tuple[int, ...] = ()
        bars = [bar for bar in stage.bars if bar.number_in_section > 0]
        for i, bar in enumerate(bars):
            beat = bar.start_beats
            for written in self.notes[i % len(self.notes)]:
                before, held = held, {}
                for voice, pitch in enumerate(written.pitches):
                    at = before.get(pitch)
                    if at is None:
                        at = len(drafts)
                        accent = 0.3 * (bar.meter.strength(beat - bar.start_beats) - 0.5)
                        velocity = stage.velocity(beat, accent) if written.velocity is None else float(written.velocity)
                        drafts.append(Draft(beat, float(written.beats), pitch, velocity, exact=self.exact,
                                            articulation=written.marks.articulation))
                        marks.append((written.marks, float(last[voice] - pitch) if len(last) > voice else 0.0))
                    else:
                        tied = drafts[at]
                        drafts[at] = replace(tied, duration_beats=tied.duration_beats + float(written.beats))
                    if written.is_tied:
                        held[pitch] = at
                beat += float(written.beats)
                last = written.pitches
        return [_bent(stage, draft, *marked) for draft, marked in zip(drafts, marks, strict=True)]


def _bent(stage: Stage, draft: Draft, marks: Marks, slides_from_semitones: float) -> Draft:
    """Return the draft with the pitch curve of its marks."""
    start = stage.tempo.seconds(draft.onset_beats)
    seconds = stage.tempo.seconds(draft.onset_beats + draft.duration_beats) - start
    return replace(draft, bend=bend_of(marks, seconds, slides_from_semitones))
