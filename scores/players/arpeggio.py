"""Arpeggios: the tones of a chord one after the other, on an even grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field

from scores.composing.form import ChordSpan, Tessitura, arch, chord_spans, full_bars, raised, weight
from scores.composing.grooves.swing import swung
from scores.composing.hands.voicing import Voicing, choose_voicing
from scores.composing.stage import Draft, Player, Stage
from scores.note_values import parse_note_value
from scores.performance import Bar
from scores.players.drums import swing_heard
from scores.theory import Chord

RANGES = {"low": (40, 57), "mid": (52, 69), "high": (62, 79)}  # MIDI numbers of the lowest octave: E2–A3, E3–A4, D4–G5
# Contours that jump, as places in the chord from its lowest tone; a place above the chord is an octave higher.
JUMPS: dict[str, tuple[int, ...]] = {
    "alberti": (0, 2, 1, 2),  # D. Alberti's bass: lowest, highest, middle, highest
    "skip": (0, 2, 1, 3),
    "outside_in": (0, 3, 1, 2),
    "octaves": (0, 3, 1, 4, 2, 5),
}
# Logits of the section's contour, and of what a bar does with it.
CONTOURS = {"up": 0.6, "up_down": 1.0, "down": 0.0, "down_up": -0.2, "skip": 0.5, "alberti": 0.2, "outside_in": 0.0,
            "octaves": 0.1}
VARIATIONS = {"as it is": 2.4, "turned around": 0.6, "from the second tone": 0.5}
FIRST_BAR_STEADY = 2.0  # additional logit of "as it is" in the first bar
# Logits of the grid where it is free, plus what follows from the time between two notes.
GRIDS = {"1/8": 0.0, "1/16": 0.0, "1/8T": -1.2}
EASY_SECONDS = 0.15  # time between two notes that is easy to follow [s]
HASTE_COST = 14.0  # logits per second by which the time between two notes differs from EASY_SECONDS
METER_ACCENT = 0.5  # accent between the weakest and the strongest place of a bar


@dataclass(frozen=True)
class Figure:
    """Contour and grid of a section."""

    contour: str
    grid: str


@dataclass(frozen=True)
class LastTones:
    """The tones of the chord that was played last."""

    voicing: Voicing | None


class Arpeggio(Player):
    """Breaks the chords into single notes; a figure holds through a section and starts anew with each chord."""

    style: ClassVar[str] = "arpeggio"
    contour: Literal["auto", "up", "down", "up_down", "down_up", "alberti", "skip", "outside_in", "octaves"] = Field(
        "auto", description="order of the tones; auto picks one for the section")
    grid: Literal["auto", "1/4", "1/8", "1/8T", "1/16", "1/16T", "1/32"] = Field(
        "auto", description="note value from one tone to the next; auto picks one by the tempo")
    tones: int = Field(3, ge=2, le=5, description="tones of each chord")
    octaves: int = Field(2, ge=1, le=3, description="octaves that up, down and their round trips run through")
    gate: float = Field(0.9, ge=0.1, le=4, description="length of a note, relative to the grid: above 1 notes overlap")
    tessitura: Tessitura = Field("mid", description="where the lowest octave lies")

    def play(self, stage: Stage) -> list[Draft]:
        bars = full_bars(stage)
        if not bars:
            return []
        figure = self._figure(stage, bars[0])
        step = float(parse_note_value(figure.grid))
        low, high = RANGES[self.tessitura]
        remembered = stage.memory.recall(LastTones, self.tessitura)
        previous = remembered.voicing if remembered else None
        drafts: list[Draft] = []
        for span in chord_spans(bars):
            if span.chord is not None:
                previous = self._tones(stage, span, span.chord, previous, low, high)
                drafts += self._span(stage, span, previous, figure.contour, step)
        stage.memory.keep(LastTones(previous), self.tessitura)
        return swung(stage, drafts, None if figure.grid.endswith("T") else swing_heard(stage))

    def _figure(self, stage: Stage, bar: Bar) -> Figure:
        """Return the section's figure: that of the section that ``like`` names, else a new one."""
        known = stage.memory.recall(Figure, stage.section.like)
        contour, grid = self.contour, self.grid
        if contour == "auto":
            contour = known.contour if known else list(CONTOURS)[stage.choose(  # type: ignore[assignment]
                "contour", bar.start_beats, list(CONTOURS), list(CONTOURS.values()))]
        if grid == "auto":
            beat_seconds = stage.tempo.beat_seconds(bar.start_beats)
            easy = EASY_SECONDS * 2 ** (-2 * stage.lift(bar.start_beats))
            logits = [logit - HASTE_COST * abs(float(parse_note_value(name)) * beat_seconds - easy)
                      for name, logit in GRIDS.items()]
            grid = known.grid if known else list(GRIDS)[stage.choose(  # type: ignore[assignment]
                "grid", bar.start_beats, list(GRIDS), logits)]
        figure = Figure(contour, grid)
        stage.memory.keep(figure, stage.section.name)
        return figure

    def _tones(self, stage: Stage, span: ChordSpan, chord: Chord, previous: Voicing | None, low: int,
               high: int) -> Voicing:
        """Return the tones of a chord within the lowest octave, close to those before."""
        place = span.start_beats - span.bar.start_beats
        up = raised(stage, span.start_beats)
        return choose_voicing(stage, f"tones at {place:g}", span.start_beats, chord, previous, voices=self.tones,
                              low=low + up, high=high + up)

    def _span(self, stage: Stage, span: ChordSpan, tones: Voicing, contour: str, step: float) -> list[Draft]:
        """Return the notes under one chord, which may last for several bars."""
        drafts: list[Draft] = []
        beat, bar, number, order = span.start_beats, None, 0, order_of(contour, len(tones), self.octaves)
        while beat < span.end_beats - 1e-6:
            here = stage.bar_at(beat)
            if here != bar:
                bar, number = here, 0
                order = self._varied(stage, here, beat, order_of(contour, len(tones), self.octaves))
            octave, tone = divmod(order[number % len(order)], len(tones))
            end = min(beat + self.gate * step, span.end_beats)
            accent = METER_ACCENT * (weight(here.meter, beat - here.start_beats) - 0.5) + arch(stage, beat)
            drafts.append(Draft(beat, end - beat, tones[tone] + 12 * octave, stage.velocity(beat, accent)))
            number += 1
            # Each bar starts the grid anew, so that no rounding and no odd meter moves it.
            beat = min(here.start_beats + (round((beat - here.start_beats) / step) + 1) * step, here.end_beats)
        return drafts

    @staticmethod
    def _varied(stage: Stage, bar: Bar, beat: float, order: tuple[int, ...]) -> tuple[int, ...]:
        """Return what a bar makes of the order."""
        logits = dict(VARIATIONS)
        logits["as it is"] += FIRST_BAR_STEADY * (bar.number_in_section == 1)
        name = list(logits)[stage.choose(f"variation at {beat - bar.start_beats:g}", beat, list(logits),
                                         list(logits.values()))]
        return {"as it is": order, "turned around": order[:1] + order[:0:-1],
                "from the second tone": order[1:] + order[:1]}[name]


def order_of(contour: str, tones: int, octaves: int) -> tuple[int, ...]:
    """Return a contour as places in a chord of so many tones: 0 the lowest, ``tones`` the lowest an octave higher."""
    if contour in JUMPS:
        return tuple(place if octaves > 1 else place % tones for place in JUMPS[contour])
    rising = tuple(range(tones * octaves))
    falling = rising[::-1]
    return {"up": rising, "down": falling, "up_down": rising + falling[1:-1],
            "down_up": falling + rising[1:-1]}[contour]
