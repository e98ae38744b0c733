"""Fingerpicked guitar: one pattern for a section, varied from bar to bar."""

from __future__ import annotations

from bisect import bisect_right
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
from scores.composing.hands.embellishment import (
    METER_ACCENT,
    THUMB_ACCENT,
    TOP_ACCENT,
    Pluck,
    approached,
    hammered,
    strings_of_fingers,
)
from scores.composing.hands.fretting import Held, bass_of, change_at, held_at, left_hand
from scores.composing.hands.picking import (
    FAMILIES,
    FILLS,
    REST,
    Pattern,
    density,
    explicit_pattern,
    family_pattern,
    parse_picking,
    suits,
)
from scores.composing.stage import Draft, Player, Stage
from scores.performance import Articulation, Bar, Fingering
from scores.theory.fretboard import STRINGS, TUNINGS, Shape

# Costs of a pattern for the section [logits]: per share of the grid away from the density that the score sets.
DENSITY_COST = 4.0
# For plucking on the weak beats on which an earlier guitar plucks.
DOUBLING_COST = 1.5
# Logits of the variations of a bar.
VARIATIONS = {"as it is": 1.7, "drop a note": 0.5, "add a note": 0.4, "swap two fingers": 0.3, "hammer on": 0.4,
              "palm mute": 0.9, "anticipate": 0.1, "fill": 2.4, "ring": 3.0}
# Density below which a bar may be palm-muted; denser patterns would sound choked.
SPARSE = 0.6
# Logit added to "as it is" in the first bar.
FIRST_BAR_STEADY = 2.0
# Costs of dropping a note [logits]: per metrical weight, and for a note of the thumb.
LEAVES_THE_PULSE = 1.2
THUMB_STAYS = 0.5
# Cost of the string that the thumb has just played [logits].
THUMB_REPEATS = 0.5
# Logits of the thumb's alternate note by its interval above the root: fifth and root; 0 for other tones.
THUMB_ALTERNATIVES = {7: 0.9, 0: 0.5}
# Change of density from energy 0 to 1.
LIFT = 0.6
# Length of a note that is damped [quarter notes].
DAMPED_BEATS = 1.0


@dataclass(frozen=True)
class Picking:
    """The picking pattern of a section."""

    pattern: Pattern


class Fingerpick(Player):
    """Thumb on the basses, fingers on the upper strings; a note rings until its string is taken again."""

    style: ClassVar[str] = "fingerpick"
    string_count: ClassVar[int] = STRINGS
    pattern: Annotated[str, BeforeValidator(parse_picking), WithJsonSchema(
        {"type": "string", "examples": ["auto", *FAMILIES, "p i m a m i"]})] = Field(
        "auto", description="auto, a family (" + ", ".join(FAMILIES) + "), or fingers for each place: p i m a m i, "
                "pm together, - none")
    grid: Literal["1/8", "1/16"] = Field("1/8", description="note value of the pattern's grid")
    density: float = Field(0.8, gt=0, le=1, description="share of the grid that is plucked, where the pattern is auto")
    tessitura: Tessitura = Field("low", description="where the hand lies: low near the nut, high for a second guitar")
    let_ring: bool = Field(True, description="true: notes ring; false: they are damped after a beat")

    def play(self, stage: Stage) -> list[Draft]:
        bars = full_bars(stage)
        if not bars:
            return []
        held = left_hand(stage, self.tessitura)
        unit = grid_beats(bars[0].meter, {"1/8": EIGHTH, "1/16": SIXTEENTH}[self.grid])
        pattern = self._pattern(stage, bars[0], unit)
        plucks: list[Pluck] = []
        changes = [item.span.start_beats for item in held]  # beats on which the left hand moves
        for bar in bars:
            plucks += _play_bar(stage, bar, held, pattern, unit, changes)
        return self._drafts(stage, plucks, held, changes, bars[-1].end_beats)

    def _pattern(self, stage: Stage, bar: Bar, unit: Fraction) -> Pattern:
        """Return the section's pattern: that of the section named by ``like``, or else a new choice."""
        places = int(bar.meter.bar_beats / unit)
        if self.pattern == "auto":
            remembered = stage.memory.recall(Picking, stage.section.like)
            known = remembered.pattern if remembered else None
            if known is not None and len(known) == places and abs(density(known) - self.density) < 0.3:
                pattern = known
            else:
                made = {family: family_pattern(family, bar.meter, unit) for family in FAMILIES}
                taken = _places_taken(stage, bar, unit)
                wanted = self.density + LIFT * stage.lift(bar.start_beats)
                logits = [suits(family, bar.meter, unit) - DENSITY_COST * abs(density(tokens) - wanted)
                          - DOUBLING_COST * _doubling(tokens, taken, bar, unit) for family, tokens in made.items()]
                pattern = list(made.values())[stage.choose("picking pattern", bar.start_beats, list(made), logits)]
        elif self.pattern in FAMILIES:
            pattern = family_pattern(self.pattern, bar.meter, unit)
        else:
            pattern = explicit_pattern(self.pattern, places)
        stage.memory.keep(Picking(pattern), stage.section.name)
        return pattern

    def _drafts(self, stage: Stage, plucks: Sequence[Pluck], held: Sequence[Held], changes: Sequence[float],
                end: float) -> list[Draft]:
        """Make drafts that last until their string is plucked again or the left hand leaves it."""
        drafts = []
        open_pitches = tuple(pitch + stage.part.capo for pitch in TUNINGS[stage.part.tuning])
        next_pluck: dict[int, float] = {}
        for place in range(len(plucks) - 1, -1, -1):
            pluck = plucks[place]
            stop = next_pluck.get(pluck.string, end)
            next_pluck[pluck.string] = pluck.beat
            for i in range(bisect_right(changes, pluck.beat + 1e-9), len(held)):
                shape = held[i].shape
                if changes[i] >= stop:
                    break
                if shape is None or shape.frets[pluck.string] != pluck.fret:
                    stop = changes[i]
                    break
            length = stop - pluck.beat if self.let_ring else min(stop - pluck.beat, DAMPED_BEATS)
            drafts.append(Draft(pluck.beat, length, open_pitches[pluck.string] + pluck.fret,
                                stage.velocity(pluck.beat, pluck.accent),
                                fingering=Fingering(pluck.string, pluck.fret, pluck.finger),
                                articulation=_articulation(plucks, place)))
        return drafts[::-1]


def _articulation(plucks: Sequence[Pluck], place: int) -> Articulation:
    """Return the articulation of a pluck: without a finger of the right hand it is a hammer-on or pull-off."""
    pluck = plucks[place]
    if pluck.finger:
        return "palm_mute" if pluck.muted else "plain"
    before = next(other for other in reversed(plucks[:place]) if other.string == pluck.string)
    return "hammer_on" if before.fret < pluck.fret else "pull_off"


def _places_taken(stage: Stage, bar: Bar, unit: Fraction) -> set[int]:
    """Return the grid places of a bar on which an earlier part of the score plucks."""
    return {round((draft.onset_beats - bar.start_beats) / float(unit))
            for part in stage.drafts.values() for draft in part
            if draft.fingering is not None and bar.start_beats - 1e-9 <= draft.onset_beats < bar.end_beats - 1e-9}


def _doubling(tokens: Pattern, taken: set[int], bar: Bar, unit: Fraction) -> float:
    """Return the share of the weak places on which two guitars would pluck together."""
    weak = [i for i, token in enumerate(tokens) if token != REST and weight(bar.meter, float(i * unit)) < 0.5]
    return sum(i in taken for i in weak) / len(weak) if weak else 0.0


def _play_bar(stage: Stage, bar: Bar, held: Sequence[Held], pattern: Pattern, unit: Fraction,
              changes: list[float]) -> list[Pluck]:
    """Play one bar of the pattern, varied, over the shapes.

    Where the bar anticipates the next chord, the entry of ``changes`` for that chord is moved to the earlier beat.
    """
    step = float(unit)
    variation = _choose_variation(stage, bar, held, pattern, step)
    tokens = _varied(stage, bar, pattern, variation, unit)
    plucks: list[Pluck] = []
    thumbs, strings_before = 0, -1
    for place, token in enumerate(tokens):
        beat = bar.start_beats + place * step
        change = change_at(held, beat, step)
        if change is not None:
            if "p" not in token:
                token = "p" + token.replace(REST, "")  # every chord gets its bass, also where the pattern has none
            beat, thumbs = held[change].span.start_beats, 0
        shape = held_at(held, beat).shape
        if variation == "anticipate" and place == len(tokens) - 1:
            index = change_at(held, bar.end_beats)
            assert index is not None  # else there is nothing to anticipate
            shape, changes[index] = held[index].shape, beat
        if shape is None or token == REST:
            continue
        fingers = strings_of_fingers(shape)
        accent = METER_ACCENT * (weight(bar.meter, beat - bar.start_beats) - 0.5) + arch(stage, beat)
        for finger in token:
            string = fingers[finger]
            if finger == "p":
                string = _thumb_string(stage, beat, held, shape, thumbs, strings_before)
                strings_before, thumbs = string, thumbs + 1
            extra = {"p": THUMB_ACCENT, "a": TOP_ACCENT}.get(finger, 0.0)
            muted = variation == "palm mute" and finger == "p"
            plucks.append(Pluck(beat, string, shape.frets[string], finger, accent + extra, muted))
    if variation == "hammer on":
        plucks = hammered(stage, bar, held, plucks, step)
    plucks = approached(stage, bar, held, plucks, step)
    unique = {(pluck.beat, pluck.string): pluck for pluck in plucks}
    return sorted(unique.values(), key=lambda pluck: (pluck.beat, pluck.string))


def _choose_variation(stage: Stage, bar: Bar, held: Sequence[Held], pattern: Pattern, step: float) -> str:
    """Choose a variation of the bar among those that are possible in it."""
    bars = full_bars(stage)
    last = bar == bars[-1]
    logits = dict(VARIATIONS)
    if bar == bars[0]:
        logits["as it is"] += FIRST_BAR_STEADY
    if bar == bars[0] or last or density(pattern) >= SPARSE:
        del logits["palm mute"]
    if not ends_phrase(stage, bar) or len(pattern) < 3:
        del logits["fill"]
    if not last or plays_on(stage):
        del logits["ring"]
    following = change_at(held, bar.end_beats)
    next_shape = None if following is None else held[following].shape
    # Only a finger can anticipate the next chord; the thumb waits for the bar line.
    if next_shape is None or pattern[-1] == REST or "p" in pattern[-1]:
        del logits["anticipate"]
    if REST not in pattern and all(len(token) > 1 for token in pattern):
        del logits["add a note"]
    names = list(logits)
    return names[stage.choose("variation", bar.start_beats, names, list(logits.values()))]


def _varied(stage: Stage, bar: Bar, pattern: Pattern, variation: str, unit: Fraction) -> Pattern:
    """Return the pattern with one variation."""
    tokens = list(pattern)
    strengths = [weight(bar.meter, float(i * unit)) for i in range(len(tokens))]

    def pick(purpose: str, places: list[int], logits: Sequence[float]) -> int:
        return places[stage.choose(purpose, bar.start_beats, [f"place {i + 1}" for i in places], logits)]

    if variation == "drop a note":
        places = [i for i, token in enumerate(tokens) if token != REST and i > 0]
        if len(places) > 1:
            logits = [-LEAVES_THE_PULSE * strengths[i] - THUMB_STAYS * ("p" in tokens[i]) for i in places]
            tokens[pick("dropped", places, logits)] = REST
    elif variation == "add a note":
        places = [i for i, token in enumerate(tokens) if token == REST or token == "p"]
        if places:
            place = pick("added", places, [0.5 * (tokens[i] == REST) + 0.5 * strengths[i] for i in places])
            tokens[place] = "m" if tokens[place] == REST else "pa"
    elif variation == "swap two fingers":
        places = [i for i in range(1, len(tokens)) if len({tokens[i - 1], tokens[i], REST, "p"}) == 4
                  and "p" not in tokens[i - 1] + tokens[i]]
        if places:
            place = pick("swapped", places, [float(i) / len(tokens) for i in places])
            tokens[place - 1], tokens[place] = tokens[place], tokens[place - 1]
    elif variation == "fill":
        size = groups(bar.meter, unit)[-1]
        tokens[-size:] = FILLS[size].split()
    elif variation == "ring":
        size = groups(bar.meter, unit)[0]
        tokens[size:] = [REST] * (len(tokens) - size)
    return tuple(tokens)


def _thumb_string(stage: Stage, beat: float, held: Sequence[Held], shape: Shape, thumbs: int, before: int) -> int:
    """Choose the thumb's string: alternately the chord's bass and another low string, preferably fifth or root."""
    span = held_at(held, beat).span
    assert span.chord is not None  # a shape is held
    bass = bass_of(span.chord, shape)
    free = [s for s in shape.strings if s not in set(strings_of_fingers(shape).values()) - {bass}]
    others = [s for s in free if s != bass] or list(shape.strings[1:3])
    if thumbs % 2 == 0 or not others:
        return bass
    logits = [THUMB_ALTERNATIVES.get((shape.pitch(s) - span.chord.root) % 12, 0.0) - THUMB_REPEATS * (s == before)
              for s in others]
    return others[stage.choose(f"thumb at {beat - stage.bar_at(beat).start_beats:g}", beat,
                               [f"string {6 - s}" for s in others], logits)]
