"""Strummed guitar: down and up strokes over the strings."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from scores.composing.form import (
    EIGHTH,
    SIXTEENTH,
    Tessitura,
    arch,
    ends_phrase,
    full_bars,
    grid_beats,
    groups,
    plays_on,
    weight,
)
from scores.composing.hands.fretting import Held, change_at, held_at, left_hand
from scores.composing.stage import Draft, Player, Stage
from scores.notation import NotationError
from scores.performance import Bar, Fingering
from scores.theory import Meter
from scores.theory.fretboard import STRINGS, Shape

# The groups of each family by their length in grid places; the groups of a bar take them in turn. D is a down stroke
# over all strings, U an up stroke over the upper ones, d and u are lighter and cross fewer, x is palm-muted.
FAMILIES: dict[str, dict[int, tuple[str, ...]]] = {
    "folk": {1: ("D",), 2: ("D u", "D U"), 3: ("D u D", "D U u"), 4: ("D - D U", "- U D u"),
             6: ("D - D U D u", "D - D u D U")},
    "ballad": {1: ("D",), 2: ("D -", "d u"), 3: ("D - u", "d - u"), 4: ("D - - u", "D - d u"),
               6: ("D - - u d -", "D - d - d u")},
    "pulse": {1: ("D",), 2: ("D -",), 3: ("D - -",), 4: ("D - D -",), 6: ("D - d - d -",)},
    "driving": {1: ("D",), 2: ("D u",), 3: ("D u u", "D u U"), 4: ("D u D u", "D u D U"),
                6: ("D u D u D u", "D u d u D U")},
    "held": {1: ("D",), 2: ("D -", "- -"), 3: ("D - -", "- - u"), 4: ("D - - -", "d - - -"),
             6: ("D - - - - -", "D - - - d -")},
}
REST = "-"
STROKES = "DUdux-"
# Cost of a pattern for the section [logits], per share of the grid away from the density that the score sets.
DENSITY_COST = 4.0
# Logits of the variations of a bar.
VARIATIONS = {"as it is": 1.7, "leave one out": 0.5, "ghost": 0.5, "fill": 2.2, "ring": 3.0}
# Change of density from energy 0 to 1, and of the logits of a stroke less and of a fill.
LIFT = 0.6
LIFT_LOGIT = 5.0
# Logit added to "as it is" in the first bar.
FIRST_BAR_STEADY = 2.0
# Time from the first to the last of six strings [s], at loudness 0 and 1: a soft stroke is slow.
SLOW_SPREAD_SECONDS = 0.07
FAST_SPREAD_SECONDS = 0.018
# Strings that an up stroke and a light stroke cross.
UPPER_STRINGS = 4
GHOST_STRINGS = 3
# Accents [−1 … 1] by metrical weight, of up strokes, of light strokes, and per string that the stroke has crossed.
METER_ACCENT = 0.5
UP_ACCENT = -0.15
GHOST_ACCENT = -0.55
STRING_FADE = -0.03


def parse_strumming(value: object) -> str:
    """Check a pattern: ``auto``, the name of a family, or strokes such as ``D - D U - U D U``.

    Raises
    ------
    NotationError
        For any other text.
    """
    text = value.strip() if isinstance(value, str) else str(value)
    if text == "auto" or text in FAMILIES:
        return text
    text = _spread(text)
    tokens = text.split()
    if not 2 <= len(tokens) <= 128 or any(len(t) != 1 or t not in STROKES for t in tokens) or set(tokens) == {REST}:
        raise NotationError(text, "auto, one of " + ", ".join(FAMILIES) + ", or strokes for each grid place, such as "
                            "D - D U - U D U, or DDUUDU: D down, U up, d and u lighter, x muted, - none",
                            candidates=("auto", *FAMILIES))
    return text


def _spread(text: str) -> str:
    """Return strokes that are written as one word on the grid: the hand goes down on even places and up on odd ones.

    So ``DDUUDU`` and ``D DU UDU`` are both ``D - D U - U D U``. Any other text is returned as it is.
    """
    joined = "".join(text.split()).replace("↓", "D").replace("↑", "U")
    if not re.fullmatch(r"[DUdu]{2,64}", joined) or all(len(token) == 1 for token in text.split()):
        return text
    places: list[str] = []
    for stroke in joined:
        if len(places) % 2 != (stroke in "Uu"):
            places.append(REST)
        places.append(stroke)
    return " ".join([*places, REST] if len(places) % 2 else places)


@dataclass(frozen=True)
class Strumming:
    """The strokes of a section's bar."""

    strokes: tuple[str, ...]


class Strum(Player):
    """Strokes over the strings, each held until the next."""

    style: ClassVar[str] = "strum"
    string_count: ClassVar[int] = STRINGS
    pattern: Annotated[str, BeforeValidator(parse_strumming), WithJsonSchema(
        {"type": "string", "examples": ["auto", *FAMILIES, "D - D U - U D U"]})] = Field(
        "auto", description="auto, a family (" + ", ".join(FAMILIES) + "), or one stroke for each grid place: D down, "
                            "U up, d and u lighter, x muted, - none")
    grid: Literal["1/8", "1/16"] = Field("1/8", description="note value of the pattern's grid")
    density: float = Field(0.6, gt=0, le=1, description="share of the grid that is struck, where the pattern is auto")
    tessitura: Tessitura = Field("low", description="where the hand lies: low near the nut, high for a second guitar")

    def play(self, stage: Stage) -> list[Draft]:
        bars = full_bars(stage)
        if not bars:
            return []
        held = left_hand(stage, self.tessitura, full=True)
        unit = grid_beats(bars[0].meter, {"1/8": EIGHTH, "1/16": SIXTEENTH}[self.grid])
        pattern = self._pattern(stage, bars[0], unit)
        strokes = [stroke for bar in bars for stroke in _bar_strokes(stage, bar, held, pattern, unit)]
        drafts = []
        for i, (beat, stroke, shape) in enumerate(strokes):
            change = held_at(held, beat).span.end_beats
            until = bisect_left(strokes, change - 1e-9, key=lambda struck: struck[0])
            drafts += _struck(stage, beat, stroke, shape, strokes[i + 1:until], change)
        return drafts

    def _pattern(self, stage: Stage, bar: Bar, unit: Fraction) -> tuple[str, ...]:
        """Return the section's strokes: those of the section named by ``like``, or else a new choice."""
        places = int(bar.meter.bar_beats / unit)
        remembered = stage.memory.recall(Strumming, stage.section.like)
        known = remembered.strokes if remembered else None
        if self.pattern not in ("auto", *FAMILIES):
            tokens = self.pattern.split()
            pattern = tuple(tokens[i % len(tokens)] for i in range(places))
        elif self.pattern in FAMILIES:
            pattern = family_strokes(self.pattern, bar.meter, unit)
        elif known is not None and len(known) == places:
            pattern = known
        else:
            made = [family_strokes(family, bar.meter, unit) for family in FAMILIES]
            wanted = self.density + LIFT * stage.lift(bar.start_beats)
            logits = [-DENSITY_COST * abs(1 - tokens.count(REST) / places - wanted) for tokens in made]
            pattern = made[stage.choose("strumming pattern", bar.start_beats, list(FAMILIES), logits)]
        stage.memory.keep(Strumming(pattern), stage.section.name)
        return pattern


def family_strokes(family: str, meter: Meter, unit: Fraction) -> tuple[str, ...]:
    """Return one bar of a family in a meter; ``unit`` is the grid in quarter notes."""
    table = FAMILIES[family]
    return tuple(token for i, size in enumerate(groups(meter, unit))
                 for token in table[size][i % len(table[size])].split())


def _bar_strokes(stage: Stage, bar: Bar, held: Sequence[Held], pattern: tuple[str, ...],
                 unit: Fraction) -> list[tuple[float, str, Shape]]:
    """Return beat, stroke and shape of the strokes of one bar; a new chord is always struck, on its own beat."""
    step, tokens = float(unit), list(pattern)
    bars = full_bars(stage)
    logits = dict(VARIATIONS)
    logits["as it is"] += FIRST_BAR_STEADY * (bar == bars[0])
    lift = stage.lift(bar.start_beats)
    logits["leave one out"] -= LIFT_LOGIT * lift
    logits["fill"] += LIFT_LOGIT * lift
    if not ends_phrase(stage, bar):
        del logits["fill"]
    if bar != bars[-1] or plays_on(stage):
        del logits["ring"]
    inner = [i for i, token in enumerate(tokens) if token != REST and i > 0]
    if not inner:
        del logits["leave one out"], logits["ghost"]
    variation = list(logits)[stage.choose("variation", bar.start_beats, list(logits), list(logits.values()))]
    strengths = [weight(bar.meter, i * step) for i in range(len(tokens))]
    if variation in ("leave one out", "ghost"):
        place = inner[stage.choose("stroke changed", bar.start_beats, [f"place {i + 1}" for i in inner],
                                   [-strengths[i] for i in inner])]
        tokens[place] = REST if variation == "leave one out" else tokens[place].lower()
    elif variation == "fill":
        size = groups(bar.meter, unit)[-1]
        tokens[-size:] = ["D" if i % 2 == 0 else "U" for i in range(size)]
    elif variation == "ring":
        tokens[1:] = [REST] * (len(tokens) - 1)
    strokes = []
    for place, token in enumerate(tokens):
        beat = bar.start_beats + place * step
        change = change_at(held, beat, step)
        if change is not None:
            start = held[change].span.start_beats
            if start > beat + 1e-9 and token != REST and (before := held_at(held, beat).shape):
                strokes.append((beat, token, before))
            beat, token = start, "D"
        shape = held_at(held, beat).shape
        if token != REST and shape is not None:
            strokes.append((beat, token, shape))
    return strokes


def _strings(stroke: str, shape: Shape) -> tuple[int, ...]:
    """Return the strings that a stroke crosses, in order; up strokes start at the highest and omit the basses."""
    if stroke in "Dx":
        return shape.strings
    count = UPPER_STRINGS if stroke == "U" else GHOST_STRINGS
    upper = shape.strings[-count:]
    return upper[::-1] if stroke in "Uu" else upper


def _struck(stage: Stage, beat: float, stroke: str, shape: Shape, later: Sequence[tuple[float, str, Shape]],
            change: float) -> list[Draft]:
    """Return the notes of one stroke; each lasts until its string is struck again or the chord changes."""
    loudness = min(max(stage.dynamics.at(beat), 0.0), 1.0)
    spread = SLOW_SPREAD_SECONDS + (FAST_SPREAD_SECONDS - SLOW_SPREAD_SECONDS) * loudness
    accent = (METER_ACCENT * (weight(stage.bar_at(beat).meter, beat - stage.bar_at(beat).start_beats) - 0.5)
              + arch(stage, beat) + UP_ACCENT * (stroke in "Uu") + GHOST_ACCENT * stroke.islower())
    drafts = []
    for i, string in enumerate(_strings(stroke, shape)):
        end = next((at for at, token, other in later if string in _strings(token, other)), change)
        drafts.append(Draft(beat, end - beat, shape.pitch(string), stage.velocity(beat, accent + STRING_FADE * i),
                            delay_seconds=i * spread / 5,
                            fingering=Fingering(string, shape.frets[string], "U" if stroke in "Uu" else "D"),
                            articulation="palm_mute" if stroke == "x" else "plain"))
    return drafts
