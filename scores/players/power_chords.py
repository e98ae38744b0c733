"""Power chords: root and fifth on the lowest strings, ringing or under the palm."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Literal

from pydantic import Field

from scores.composing.form import (
    EIGHTH,
    SIXTEENTH,
    arch,
    chord_spans,
    ends_phrase,
    full_bars,
    grid_beats,
    groups,
    plays_on,
    weight,
)
from scores.composing.grooves.swing import swung
from scores.composing.hands.voicing import choose_bass
from scores.composing.stage import Draft, Player, Stage
from scores.performance import Bar
from scores.players.drums import swing_heard
from scores.theory import Chord, Meter
from scores.theory.fretboard import PERFECT_FIFTH

LOWEST, HIGHEST = 40, 55  # MIDI numbers of the root: E2–G3
# P the chord, ringing; c the chord, short; p its root under the palm; - none. One entry a group of the bar, by the
# group's number of places: a group takes the entry of its turn.
FAMILIES: dict[str, dict[int, tuple[str, ...]]] = {
    "held": {1: ("P", "-"), 2: ("P -", "- -"), 3: ("P - -", "- - -"), 4: ("P - - -", "- - - -"),
             6: ("P - - - - -", "- - - - - -")},
    "driving": {1: ("P",), 2: ("P P",), 3: ("P P P",), 4: ("P P P P",), 6: ("P P P P P P",)},
    "chug": {1: ("P", "p"), 2: ("P p", "p p"), 3: ("P p p", "p p P"), 4: ("P p p p", "p p P p"),
             6: ("P p p p p p", "P p p P p p")},
    "stabs": {1: ("c",), 2: ("c -", "- c"), 3: ("c - -", "c - c"), 4: ("c - - c", "- - c -"),
              6: ("c - - c - -", "- - c - - c")},
    "push": {1: ("P",), 2: ("P p", "p P"), 3: ("P - P", "- p P"), 4: ("P - p P", "- p P -"),
             6: ("P - p P - p", "P - p - P -")},
}
# Logits of the families, by loudness: at 0 the first, at 1 the second.
LOGITS = {"held": (1.0, 0.0), "driving": (-0.5, 0.9), "chug": (0.4, 1.0), "stabs": (0.2, 0.2), "push": (0.0, 0.6)}
VARIATIONS = {"as it is": 1.8, "one more chord": 0.5, "leave one out": 0.4, "fill": 1.6, "ring": 3.0}
FIRST_BAR_STEADY = 2.0  # additional logit of "as it is" in the first bar
LIFT_LOGIT = 5.0  # logits that energy moves between one chord more and one less, from 0 to 1
SHORT = 0.45  # length of a short chord, relative to the grid
MUTED = 0.9  # length of a muted root, relative to the grid
METER_ACCENT, MUTED_ACCENT = 0.4, -0.25  # accents of the strongest place, and of a muted root
SPREAD_SECONDS = 0.006  # time from the lowest string to the highest [s]


@dataclass(frozen=True)
class Riff:
    """The strokes of a section's bar."""

    strokes: tuple[str, ...]


class PowerChords(Player):
    """Root, fifth and octave of each chord on a distorted guitar."""

    style: ClassVar[str] = "power_chords"
    pattern: Literal["auto", "held", "driving", "chug", "stabs", "push"] = Field(
        "auto", description="rhythm: held, driving eighths, chug under the palm, short stabs, pushed accents; auto "
                            "picks one by the loudness")
    grid: Literal["1/8", "1/16"] = Field("1/8", description="note value of a grid place")
    octave: bool = Field(True, description="whether the octave of the root sounds as well")

    def play(self, stage: Stage) -> list[Draft]:
        bars = full_bars(stage)
        if not bars:
            return []
        unit = grid_beats(bars[0].meter, {"1/8": EIGHTH, "1/16": SIXTEENTH}[self.grid])
        pattern = self._pattern(stage, bars[0], unit)
        strokes = sorted({beat: stroke for bar in bars for beat, stroke in _bar_strokes(stage, bars, bar, pattern, unit)
                          }.items())
        onsets = [beat for beat, _ in strokes]
        drafts: list[Draft] = []
        root: int | None = None
        for span in chord_spans(bars):
            if span.chord is None:
                continue
            place = span.start_beats - span.bar.start_beats
            root = choose_bass(stage, f"root at {place:g}", span.start_beats, span.chord.root, root, low=LOWEST,
                               high=HIGHEST)
            first, last = (bisect_left(onsets, beat - 1e-6) for beat in (span.start_beats, span.end_beats))
            mine = dict(strokes[first:last])
            mine = {span.start_beats: "P"} | mine  # a new chord is always played, at its own beat
            beats = sorted(mine)
            for beat, end in zip(beats, [*beats[1:], span.end_beats], strict=True):
                drafts += self._struck(stage, beat, end, mine[beat], root, span.chord, float(unit))
        return swung(stage, drafts, swing_heard(stage))

    def _pattern(self, stage: Stage, bar: Bar, unit: Fraction) -> tuple[str, ...]:
        """Return the section's strokes: those of the section that ``like`` names, else new ones."""
        known = stage.memory.recall(Riff, stage.section.like)
        if self.pattern != "auto":
            strokes = strokes_of(self.pattern, bar.meter, unit)
        elif known is not None and len(known.strokes) == int(bar.meter.bar_beats / unit):
            strokes = known.strokes
        else:
            loudness = stage.dynamics.at(bar.start_beats) + 2 * stage.lift(bar.start_beats)
            logits = [soft + (loud - soft) * loudness for soft, loud in LOGITS.values()]
            name = list(LOGITS)[stage.choose("power chords", bar.start_beats, list(LOGITS), logits)]
            strokes = strokes_of(name, bar.meter, unit)
        stage.memory.keep(Riff(strokes), stage.section.name)
        return strokes

    def _struck(self, stage: Stage, beat: float, until: float, stroke: str, root: int, chord: Chord,
                unit: float) -> list[Draft]:
        """Return the notes of one stroke, which sounds at most until the next one."""
        bar = stage.bar_at(beat)
        accent = METER_ACCENT * (weight(bar.meter, beat - bar.start_beats) - 0.5) + arch(stage, beat)
        if stroke == "p":
            length = min(MUTED * unit, until - beat)
            return [Draft(beat, length, root, stage.velocity(beat, accent + MUTED_ACCENT), articulation="palm_mute")]
        length = min(SHORT * unit, until - beat) if stroke == "c" else until - beat
        fifth = next((step for step in chord.intervals if step in (6, 7, 8)), PERFECT_FIFTH)
        tones = (0, fifth, 12) if self.octave else (0, fifth)
        return [Draft(beat, length, root + above, stage.velocity(beat, accent),
                      delay_seconds=number * SPREAD_SECONDS / 2) for number, above in enumerate(tones)]


def strokes_of(family: str, meter: Meter, unit: Fraction) -> tuple[str, ...]:
    """Return one bar of a family in a meter; ``unit`` is the grid in quarter notes."""
    table = FAMILIES[family]
    strokes = [token for i, size in enumerate(groups(meter, unit))
               for token in table[size][i % len(table[size])].split()]
    return (strokes[0] if strokes[0] != "-" else "P", *strokes[1:])


def _bar_strokes(stage: Stage, bars: list[Bar], bar: Bar, pattern: tuple[str, ...],
                 unit: Fraction) -> list[tuple[float, str]]:
    """Return the strokes of one bar: beat and kind."""
    tokens = list(pattern)
    logits = dict(VARIATIONS)
    logits["as it is"] += FIRST_BAR_STEADY * (bar == bars[0])
    lift = stage.lift(bar.start_beats)
    logits["one more chord"] += LIFT_LOGIT * lift
    logits["leave one out"] -= LIFT_LOGIT * lift
    if not ends_phrase(stage, bar):
        del logits["fill"]
    if bar != bars[-1] or plays_on(stage):
        del logits["ring"]
    played = [i for i, token in enumerate(tokens) if token != "-" and i > 0]
    free = [i for i, token in enumerate(tokens) if token in "-p" and i > 0]
    for name, possible in (("leave one out", played), ("one more chord", free)):
        if not possible:
            del logits[name]
    change = list(logits)[stage.choose("variation", bar.start_beats, list(logits), list(logits.values()))]
    if change in ("leave one out", "one more chord"):
        options = played if change == "leave one out" else free
        strengths = [weight(bar.meter, i * float(unit)) for i in options]
        place = options[stage.choose("stroke changed", bar.start_beats, [f"place {i + 1}" for i in options],
                                     [-value for value in strengths])]
        tokens[place] = "-" if change == "leave one out" else "P"
    elif change == "fill":
        size = groups(bar.meter, unit)[-1]
        tokens[-size:] = ["P"] * size
    elif change == "ring":
        tokens = ["P", *["-"] * (len(tokens) - 1)]
    return [(bar.start_beats + i * float(unit), token) for i, token in enumerate(tokens) if token != "-"]
