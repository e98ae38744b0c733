"""Riffs: a motif of one or two bars that holds while the chords change under it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

from pydantic import Field

from scores.composing.form import Tessitura, arch, chord_spans, ends_phrase, full_bars, raised, weight
from scores.composing.grooves.swing import swung
from scores.composing.stage import Draft, Player, Stage
from scores.note_values import parse_note_value
from scores.performance import Bar
from scores.players.drums import swing_heard
from scores.theory import Chord, Key

# Lowest tonic of each tessitura [MIDI number]: E2, E3, E4.
LOWEST = {"low": 40, "mid": 52, "high": 64}
# Steps of the scale of riffs above their root: the pentatonic of a minor or a major chord.
MINOR, MAJOR = (0, 3, 5, 7, 10), (0, 2, 4, 7, 9)
# One beat of a riff, as lengths in places of a beat of two or four: a negative one is a rest. Logit of each at rest on
# a weak beat; the density moves those of many notes.
CELLS: dict[int, dict[tuple[int, ...], float]] = {
    2: {(2,): 0.2, (1, 1): 0.9, (-1, 1): 0.5, (-2,): -0.2},
    4: {(4,): 0.0, (2, 2): 0.7, (2, 1, 1): 0.6, (-2, 2): 0.4, (3, 1): 0.6, (1, 1, 2): 0.5, (-1, 1, 2): 0.3,
        (1, 1, 1, 1): -0.2, (-4,): -0.3},
}
DENSITY_LOGIT = 2.2  # per note of a beat above 1.5, at density 1
# Logits of a step of the motif by its size in places of the scale; the last note of a bar leads back to the root.
STEPS = {-2: 0.1, -1: 0.9, 0: 0.5, 1: 0.9, 2: 0.2, 3: -0.4}
AWAY = 0.45  # cost per place of the scale from the contour, which rises from the root and comes back
TOP = 3.0  # height of the contour in places of the scale
RETURN = 0.9  # cost of going back at once to the note before the last
SAME_CELL = 0.7  # cost of each time that the motif has had a rhythm already
BOUNDS = (-2, 5)  # lowest and highest place of the scale
OVER = {"key": 0.5, "chord": 0.3}  # logits of what a riff is held over
VARIATIONS = {"as it is": 1.8, "leave one out": 0.4, "octave at the end": 0.5}
FIRST_STEADY = 2.0  # additional logit of "as it is" the first time
GATE = 0.88  # share of its length that a note sounds
METER_ACCENT = 0.5  # accent between the weakest and the strongest place of a bar


class Place(NamedTuple):
    """A note of a motif: its place in the motif and its length in quarter notes, and its place in the scale."""

    beats: float
    length_beats: float
    step: int


@dataclass(frozen=True)
class Motif:
    """The motif of a section, and what it is held over."""

    places: tuple[Place, ...]
    over: str
    bar_beats: float
    bars: int


class Riff(Player):
    """A motif that is repeated through the section; where it clashes with a chord, one note gives way."""

    style: ClassVar[str] = "riff"
    bars: Literal[1, 2] = Field(2, description="length of the motif in bars")
    grid: Literal["1/8", "1/16"] = Field("1/8", description="shortest note value")
    density: float = Field(0.5, ge=0, le=1, description="notes of the motif: 0 few and long, 1 many")
    over: Literal["auto", "key", "chord"] = Field(
        "auto", description="key: the same notes over all chords; chord: it moves with their roots; auto picks one")
    tessitura: Tessitura = Field("mid", description="where its root lies: from E2, E3 or E4 up")

    def play(self, stage: Stage) -> list[Draft]:
        bars = full_bars(stage)
        if not bars:
            return []
        motif = self._motif(stage, bars[0])
        spans = chord_spans(bars)
        drafts: list[Draft] = []
        for start in range(0, len(bars), motif.bars):
            group = bars[start:start + motif.bars]
            places = _varied(stage, group, motif)
            for place in places:
                beat = group[0].start_beats + place.beats
                if beat > group[-1].end_beats - 1e-6 or abs(group[0].beats - motif.bar_beats) > 1e-6:
                    continue
                chord = next((s.chord for s in spans if s.start_beats - 1e-6 <= beat < s.end_beats - 1e-6), None)
                if chord is None:
                    continue
                pitch = self._pitch(stage, group[0].key, chord, place, motif.over, beat)
                bar = stage.bar_at(beat)
                accent = METER_ACCENT * (weight(bar.meter, beat - bar.start_beats) - 0.5) + arch(stage, beat)
                end = min(beat + place.length_beats, group[-1].end_beats)
                drafts.append(Draft(beat, GATE * (end - beat), pitch, stage.velocity(beat, accent)))
        return swung(stage, drafts, swing_heard(stage))

    def _motif(self, stage: Stage, bar: Bar) -> Motif:
        """Return the section's motif: that of the section that ``like`` names, the song's first, or a new one."""
        beats = bar.beats
        for key in (stage.section.name, stage.section.like, self.grid):
            known = stage.memory.recall(Motif, key)
            if known is not None and known.bar_beats == beats:
                stage.memory.keep(known, stage.section.name)
                return known
        over = self.over if self.over != "auto" else list(OVER)[stage.choose(
            "riff over", bar.start_beats, list(OVER), list(OVER.values()))]
        unit = float(parse_note_value(self.grid))
        per_beat = round(1 / unit)
        places: list[Place] = []
        said: list[tuple[int, ...]] = []
        step = 0
        for number in range(self.bars):
            at = 0.0
            while at < beats - 1e-6:
                options = [cell for cell in CELLS[per_beat] if sum(map(abs, cell)) * unit <= beats - at + 1e-6]
                options = options or [(1,)]
                cell = options[stage.choose(f"riff, bar {number + 1} at {at:g}", bar.start_beats,
                                            [" ".join(map(str, cell)) for cell in options],
                                            [self._cell_logit(cell, per_beat, at, number) - SAME_CELL * said.count(cell)
                                             for cell in options])]
                said.append(cell)
                for length in cell:
                    if length > 0:
                        step = self._step(stage, bar, number, at, places)
                        places.append(Place(number * beats + at, length * unit, step))
                    at += abs(length) * unit
        motif = Motif(tuple(places), over, beats, self.bars)
        stage.memory.keep(motif, stage.section.name)
        stage.memory.keep(motif, self.grid)
        return motif

    def _cell_logit(self, cell: tuple[int, ...], per_beat: int, at: float, number: int) -> float:
        notes = sum(length > 0 for length in cell)
        logit = CELLS[per_beat].get(cell, 0.0) + DENSITY_LOGIT * (self.density - 0.5) * (notes - 1.5)
        return logit - (9.0 if at == 0 and number == 0 and cell[0] < 0 else 0.0)  # it begins on the one

    @staticmethod
    def _step(stage: Stage, bar: Bar, number: int, at: float, places: Sequence[Place]) -> int:
        if not places:
            return 0
        before, earlier = places[-1].step, places[-2].step if len(places) > 1 else None
        options = [step for step in STEPS if BOUNDS[0] <= before + step <= BOUNDS[1]]
        contour = TOP * math.sin(math.pi * at / bar.beats)
        logits = [STEPS[step] - AWAY * abs(before + step - contour) - RETURN * (before + step == earlier)
                  for step in options]
        return before + options[stage.choose(f"riff note, bar {number + 1} at {at:g}", bar.start_beats,
                                             [f"{step:+d}" for step in options], logits)]

    def _pitch(self, stage: Stage, key: Key, chord: Chord, place: Place, over: str, beat: float) -> float:
        """Return the MIDI number of a note over a chord."""
        root, minor = (chord.root, chord.is_minor) if over == "chord" else (key.pitch_class, key.is_minor)
        low = LOWEST[self.tessitura] + (12 if raised(stage, beat) >= 4 else 0)
        tonic = low + (root - low) % 12
        octave, degree = divmod(place.step, 5)
        pitch = tonic + 12 * octave + (MINOR if minor else MAJOR)[degree]
        if over == "key" and weight(stage.bar_at(beat).meter, beat - stage.bar_at(beat).start_beats) >= 0.5:
            clash = any((pitch - tone) % 12 == 1 for tone in chord.pitch_classes) \
                and pitch % 12 not in chord.pitch_classes
            pitch -= int(clash)  # a semitone over a tone of the chord: it gives way to that tone
        return pitch


def _varied(stage: Stage, group: Sequence[Bar], motif: Motif) -> tuple[Place, ...]:
    """Return the motif with the variation of this repetition."""
    bar = group[0]
    lift = stage.lift(bar.start_beats)
    logits = dict(VARIATIONS)
    logits["as it is"] += FIRST_STEADY * (bar == full_bars(stage)[0])
    logits["leave one out"] -= 4 * lift
    logits["octave at the end"] += 2 * lift - 4.0 * (not ends_phrase(stage, group[-1]))
    if len(motif.places) < 3:
        del logits["leave one out"]
    change = list(logits)[stage.choose("variation", bar.start_beats, list(logits), list(logits.values()))]
    if change == "leave one out":
        gone = 1 + stage.choose("note left out", bar.start_beats, [str(i + 1) for i in range(1, len(motif.places))],
                                [0.0] * (len(motif.places) - 1))
        return motif.places[:gone] + motif.places[gone + 1:]
    if change == "octave at the end":
        last = motif.places[-1]
        return (*motif.places[:-1], last._replace(step=last.step + 5))
    return motif.places
