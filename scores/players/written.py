"""Written notes, played as they stand; only their time and velocity are humanised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from scores.composing.stage import Draft, Player, Stage
from scores.format.articulation import Marks, bend_of
from scores.format.text import WrittenNote, parse_written_notes
from scores.theory import Meter

NotesText = Annotated[
    tuple[tuple[WrittenNote, ...], ...], BeforeValidator(parse_written_notes), PlainSerializer(str),
    WithJsonSchema({"type": "string", "examples": ["| C4:1/4 Eb4 [G4 C5]:1/2 | r:1 |"]})]


class Written(Player):
    """Bars of notes; if they are fewer than the bars of the section, they repeat. A short first bar is a pickup."""

    style: ClassVar[str] = "written"
    is_given: ClassVar[bool] = True
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
        lead = pickup_beats(self.notes, bars[0].meter) if bars else Fraction(0)
        rows = self.notes[1:] if lead else self.notes
        filled = [(bar, bar.start_beats, rows[i % len(rows)]) for i, bar in enumerate(bars)]
        if lead:
            filled.insert(0, (bars[0], bars[0].start_beats - float(lead), self.notes[0]))
        for bar, start, row in filled:
            beat = start
            for written in row:
                before, held = held, {}
                for voice, pitch in enumerate(written.pitches):
                    at = before.get(pitch)
                    if at is None:
                        at = len(drafts)
                        accent = 0.3 * (bar.meter.strength((beat - bar.start_beats) % bar.beats) - 0.5)
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


def pickup_beats(rows: Sequence[Sequence[WrittenNote]], meter: Meter) -> Fraction:
    """Return the quarter notes of a first bar that is shorter than the others: a pickup, before the section's bar 1."""
    first = sum((note.beats for note in rows[0]), Fraction(0)) if len(rows) > 1 else Fraction(0)
    return first if first < meter.bar_beats else Fraction(0)


def _bent(stage: Stage, draft: Draft, marks: Marks, slides_from_semitones: float) -> Draft:
    """Return the draft with the pitch curve of its marks."""
    start = stage.tempo.seconds(draft.onset_beats)
    seconds = stage.tempo.seconds(draft.onset_beats + draft.duration_beats) - start
    return replace(draft, bend=bend_of(marks, seconds, slides_from_semitones))
