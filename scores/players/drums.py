"""Drums: a groove, its variation in each bar, fills at the ends of phrases, and the timing of a drummer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import BeforeValidator, Field, WithJsonSchema

from scores.composing.form import SIXTEENTH, ends_phrase, full_bars, groups, weight
from scores.composing.grooves.feel import Feel, at_pace
from scores.composing.grooves.fills import cells, hits_of, logits
from scores.composing.grooves.patterns import FORCE, OPEN_HAT, PARTS, TIMEKEEPERS, VOICES, Hit, Pattern, parse_pattern
from scores.composing.grooves.swing import Swing, asked_swing, drummed, share_at
from scores.composing.grooves.table import Groove, by_grouping, grooves
from scores.composing.stage import Draft, Player, Stage
from scores.notation import NotationError
from scores.performance import Bar
from scores.score import Section
from scores.table import keys_of, read_table
from scores.theory import Meter

# Logits of the bars that a groove has, in the order of its table.
VARIANTS = (1.2, 0.3, 0.0, -0.2)
# Logits of the variation of a bar.
CHANGES = {"as it is": 2.2, "without a bass drum": 0.2, "one more bass drum": 0.2, "one more ghost": 0.5,
           "open hat": 0.0}
# Logits of a fill by its length in beats: at the end of a phrase inside a section, and at the end of the section.
FILL_BEATS = {0: 1.5, 1: 1.2, 2: 0.9, 4: 0.3}
SECTION_END_FILL = {0: -1.5, 1: 0.2, 2: 1.0, 4: 0.8}
# Logit of a crash per unit of loudness above this loudness (0–1).
CRASH_LOGIT = 8.0
SOFT_CRASH = 0.4
# Logit of the ride in place of the hi-hat.
RIDE_LOGIT = -1.0
# Change of density and fills from energy 0 to 1, and of the logit of a crash and of a louder cymbal.
LIFT = 0.8
LIFT_LOGIT = 4.0
# Loudness (0–1) below which a side stick replaces the snare, and above which the hand may leave the hi-hat.
SOFT = 0.4
LOUD = 0.7
# Loudness of the second of two quick strokes, relative to the first.
DRAG_BACK = 0.82
# Standard deviations of time at T = 1 [s]: of each stroke (Räsänen et al. 2015, see the head of grooves.yaml), and of
# all strokes on one beat in common.
SPREAD_SECONDS = 0.006
COMMON_SECONDS = 0.004
_OFFSETS = np.arange(-12, 13) * 0.001
_LABELS = tuple(f"{1000 * t:+.0f} ms" for t in _OFFSETS)
_OWN, _COMMON = (-0.5 * (_OFFSETS / spread) ** 2 for spread in (SPREAD_SECONDS, COMMON_SECONDS))
# Standard deviation of loudness at T = 1, relative to it.
TOUCH_SPREAD = 0.06
_TOUCHES = np.arange(-8, 9) * 0.025
_TOUCH_LABELS = tuple(f"{100 * t:+.0f} %" for t in _TOUCHES)
_TOUCH = -0.5 * (_TOUCHES / TOUCH_SPREAD) ** 2
# Time from the grace note of a flam to its stroke [s].
FLAM_SECONDS = 0.022
# Length of a stroke [quarter notes], which only MIDI knows.
STROKE_BEATS = 0.2
# Lowest velocity of a stroke.
QUIETEST = 12.0


def parse_groove(value: object) -> str:
    """Return ``auto`` or the name of a groove.

    Raises
    ------
    NotationError
        For any other value.
    """
    text = str(value).strip()
    names = keys_of("grooves")
    if text != "auto" and text not in names:
        raise NotationError(text, "auto or a groove: " + ", ".join(names), candidates=("auto", *names))
    return text


def parse_bar(value: object) -> str | None:
    """Return a bar in drum tablature, or None.

    Raises
    ------
    NotationError
        For any other value.
    """
    if value is not None:
        parse_pattern(str(value))
    return None if value is None else str(value)


@dataclass(frozen=True)
class GrooveBar:
    """The bar of a groove that a section plays."""

    index: int


class Drums(Player):
    """A drummer."""

    style: ClassVar[str] = "drums"
    keeps_time: ClassVar[bool] = True
    groove: Annotated[str, BeforeValidator(parse_groove), WithJsonSchema(
        {"type": "string", "enum": ["auto", *keys_of("grooves")]})] = Field(
        "auto", description="the groove: " + ", ".join(keys_of("grooves")) + "; auto is one that the meter has")
    pattern: Annotated[str | None, BeforeValidator(parse_bar), WithJsonSchema(
        {"type": "string", "examples": ["hh x-x-x-x- / sn ----o--- / bd o---o-o-"]})] = Field(
        None, description="a bar of one's own in drum tablature in place of the groove's, one sign a place: x or o a "
                          "stroke, X O accents, g ghost, d double, r roll, f flam, - none; voices " + ", ".join(VOICES))
    fills: float = Field(0.5, ge=0, le=1, description="how many and how long the fills at the ends of phrases are")
    swing: float | None = Field(None, ge=0.5, le=0.8, description="share of a swung pair before its second note: 0.5 "
                                                                  "straight, 0.667 triplets; default the groove's")
    density: float = Field(0.6, ge=0, le=1, description="ghost notes, added strokes and the hand's: 0 bare, 1 busy")
    hand: Literal["auto", "hat", "open_hat", "ride", "floor_tom"] = Field(
        "auto", description="where the hand keeps time; auto goes to ride or open hat where it is loud")
    crash: bool = Field(True, description="whether a crash opens a section and closes a fill")
    build: int = Field(0, ge=0, le=16, description="bars at the section's end that build up on the snare")
    drop_out: float = Field(0, ge=0, le=64, description="quarter notes at the section's end without drums")

    def play(self, stage: Stage) -> list[Draft]:
        bars = full_bars(stage)
        if not bars:
            return []
        stop = bars[-1].end_beats - self.drop_out
        drafts: list[Draft] = []
        filled = False
        for number, bar in enumerate(bars):
            groove, feel, pattern = self._groove(stage, bars[0], bar)
            here = self._lifted(stage.lift(bar.start_beats))
            hits, filled_before = here._bar(stage, bars, number, groove, pattern), filled
            hits, filled = here._filled(stage, bars, number, hits, pattern.places, feel)
            if self.build and number >= len(bars) - self.build:
                hits = _build(pattern.places, feel, (number - len(bars) + self.build) / self.build)
                filled = True
            hits = self._opened(stage, bars, number, hits, filled_before)
            drafts += _struck(stage, bar, hits, groove, feel)
        return [draft for draft in drafts if draft.onset_beats < stop - 1e-9]

    def _lifted(self, lift: float) -> Drums:
        """Return this drummer as the energy of a bar moves them, which lies ``lift`` above the middle."""
        return self if lift == 0 else self.model_copy(update={
            key: min(max(value + LIFT * lift * (value > 0), 0.0), 1.0)
            for key, value in (("density", self.density), ("fills", self.fills))})

    def _groove(self, stage: Stage, first: Bar, bar: Bar) -> tuple[Groove, Feel, Pattern]:
        """Return the groove, its timing at the tempo of a bar, and its pattern for this section and meter."""
        name = self.groove if self.groove != "auto" else _fitting(bar.meter)
        groove = grooves()[name]
        options = groove.patterns(bar.meter)
        if self.pattern is not None:
            options = [parse_pattern(self.pattern)]
        elif not options:
            hand = next((hit.voice for texts in groove.bars.values() for hit in parse_pattern(texts[0]).hits
                         if hit.voice in TIMEKEEPERS), "hh")
            options = [by_grouping(groups(bar.meter, SIXTEENTH), hand)]
        recall = stage.memory.recall
        kept = recall(GrooveBar, (stage.section.name, bar.meter)) or recall(GrooveBar, (stage.section.like, bar.meter))
        if kept is None or kept.index >= len(options):
            names = [f"bar {i + 1}" for i in range(len(options))]
            kept = GrooveBar(stage.choose(f"groove in {bar.meter}", first.start_beats, names,
                                          [*VARIANTS, *[-0.5] * len(options)][:len(options)]))
        stage.memory.keep(kept, (stage.section.name, bar.meter))
        pattern = at_pace(options[kept.index], stage.section.feel, max(bar.number_in_section, 1))
        return groove, self._feel(stage, groove, bar.meter.bar_beats / pattern.places, bar), pattern

    def _feel(self, stage: Stage, groove: Groove, step: Fraction, bar: Bar) -> Feel:
        """Return the timing of a groove at the tempo of a bar."""
        swing = drummed(stage, groove, self.swing, stage.tempo.beat_seconds(bar.start_beats))
        triplets = (step * 3).denominator == 1 and step.denominator % 3 == 0
        in_threes = bar.meter.pulse_beats == Fraction(3, 2) and self.swing is None and asked_swing(stage) is None
        base = 2 / 3 if triplets else 0.5
        return Feel(step, base if in_threes else swing.share, 1.0 if triplets else swing.pair, base,
                    groove.early if self.pattern is None else ())

    def _bar(self, stage: Stage, bars: Sequence[Bar], number: int, groove: Groove, pattern: Pattern) -> list[Hit]:
        """Return the pattern with the variation of this bar."""
        bar = bars[number]
        loudness = stage.dynamics.at(bar.start_beats)
        hits = [hit for hit in pattern.hits if hit.sign != "g" or hit.voice == "bd" or self.density > 0.25]
        if self.density < 0.3:  # a bare hand: what falls on pulses alone
            step = bar.meter.bar_beats / pattern.places
            hits = [hit for hit in hits if hit.voice not in TIMEKEEPERS or hit.place * step in bar.meter.pulse_starts]
        hits = self._moved(stage, bars, hits, loudness)
        if loudness < SOFT:
            hits = [hit._replace(voice="ss", sign="o") if hit.voice == "sn" and hit.sign in "oO" else hit
                    for hit in hits]
        free = sorted(set(range(1, pattern.places)) - {hit.place for hit in hits if hit.voice in ("bd", "sn", "ss")})
        kicks = [hit for hit in hits if hit.voice == "bd" and hit.place > 0]
        open_at = [hit for hit in hits if hit.voice == "hh" and hit.sign == "x" and hit.place == pattern.places - 1]
        changes = dict(CHANGES)
        changes["as it is"] += 2.0 * (number == 0) + 1.5 * (0.6 - self.density)
        for name, possible in (("without a bass drum", len(kicks) > 1), ("one more bass drum", bool(free)),
                               ("one more ghost", bool(free) and any(hit.voice == "sn" for hit in hits)),
                               ("open hat", bool(open_at))):
            if not possible or self.pattern is not None:
                del changes[name]
        change = list(changes)[stage.choose("variation", bar.start_beats, list(changes), list(changes.values()))]
        if change == "without a bass drum":
            gone = kicks[stage.choose("bass drum", bar.start_beats, [str(hit.place + 1) for hit in kicks],
                                      [hit.place / pattern.places for hit in kicks])]
            hits = [hit for hit in hits if hit != gone]
        elif change in ("one more bass drum", "one more ghost"):
            unit = bar.beats / pattern.places
            strong = [weight(bar.meter, place * unit) for place in free]
            place = free[stage.choose("place", bar.start_beats, [str(place + 1) for place in free],
                                      [-2 * value if change == "one more ghost" else value for value in strong])]
            hits.append(Hit(place, "sn", "g") if change == "one more ghost" else Hit(place, "bd", "o"))
        elif change == "open hat":
            hits = [hit._replace(sign="o") if hit in open_at else hit for hit in hits]
        return hits

    def _moved(self, stage: Stage, bars: Sequence[Bar], hits: list[Hit], loudness: float) -> list[Hit]:
        """Move the strokes of the hi-hat to another voice, as the score asks or as the loudness suggests."""
        hand = self.hand
        if not any(hit.voice == "hh" for hit in hits):
            return hits
        if hand == "auto":
            options = ["hat", "ride", "open_hat"]
            rises = max(loudness - LOUD, 0.0) * 8 + LIFT_LOGIT * stage.lift(bars[0].start_beats)
            hand = ("hat", "ride", "open_hat")[stage.choose(
                "hand", bars[0].start_beats, options, [1.0, RIDE_LOGIT + rises, RIDE_LOGIT - 0.6 + rises])]
        voice, sign = {"hat": ("hh", ""), "ride": ("rd", "x"), "open_hat": ("hh", "o"), "floor_tom": ("t3", "o")}[hand]
        return [hit._replace(voice=voice, sign=sign or hit.sign) if hit.voice == "hh" else hit for hit in hits]

    def _filled(self, stage: Stage, bars: Sequence[Bar], number: int, hits: list[Hit], places: int,
                feel: Feel) -> tuple[list[Hit], bool]:
        """Return the bar with its fill, and whether it has one."""
        bar = bars[number]
        last = number == len(bars) - 1
        if self.fills == 0 or len(bars) == 1 or not (last or ends_phrase(stage, bar)):
            return hits, False
        sizes = [max(round(length / feel.step), 1) for length in bar.meter.pulse_lengths]  # places in each beat
        table = SECTION_END_FILL if last else FILL_BEATS
        lengths = [beats for beats in table if beats <= len(sizes)]
        values = [table[beats] + (self.fills - 0.5) * 3 * (1 if beats else -1) * (1 + beats / 4 if beats else 1)
                  for beats in lengths]
        beats = lengths[stage.choose("fill", bar.start_beats, [f"{beats} beats" for beats in lengths], values)]
        if not beats:
            return hits, False
        begin = places - sum(sizes[-beats:])
        kept = [hit for hit in hits if hit.place < begin]
        energy = min(max(0.6 * self.fills + 0.5 * stage.dynamics.at(bar.start_beats), 0.0), 1.0)
        for beat, per_beat in enumerate(sizes[-beats:]):
            options = cells(3 if (per_beat % 3 == 0) else 4)
            values = logits(options, beat / max(beats - 1, 1), energy)
            cell = options[stage.choose(f"fill {beat + 1}", bar.start_beats, [cell.text for cell in options], values)]
            kept += hits_of(cell, begin, per_beat)
            begin += per_beat
        return kept, True

    def _opened(self, stage: Stage, bars: Sequence[Bar], number: int, hits: list[Hit], after_fill: bool) -> list[Hit]:
        """Return the bar, with a crash on the first beat where a section opens or after a fill."""
        bar = bars[number]
        opens = number == 0 and bar.index > 1
        if not self.crash or self.pattern is not None or not (opens or after_fill):
            return hits
        loudness = stage.dynamics.at(bar.start_beats)
        logit = CRASH_LOGIT * (loudness - SOFT_CRASH) + (0.3 if opens else -1.0)
        logit += LIFT_LOGIT * stage.lift(bar.start_beats)
        if not stage.choose("crash", bar.start_beats, ["none", "crash"], [0.0, logit]):
            return hits
        return [Hit(0, "cc", "o"), *(hit for hit in hits if not (hit.place == 0 and hit.voice in TIMEKEEPERS))]


def _fitting(meter: Meter) -> str:
    """Return the groove for which ``auto`` stands in a meter."""
    return {"3/4": "waltz", "6/8": "gospel", "12/8": "gospel"}.get(str(meter), "rock")


def swing_heard(stage: Stage) -> Swing | None:
    """Return the swing of the drums that play before a part in the score, or without drums that of the section's style.

    It is None where neither says so, and in compound meters.
    """
    players = stage.section.players if isinstance(stage.section, Section) else {}
    drums = next((players[name] for name in stage.drafts if isinstance(players.get(name), Drums)), None)
    if not isinstance(drums, Drums) and stage.section.style is not None:
        drums = Drums.model_validate(read_table("styles")[stage.section.style].get("drums", {}))
    if not isinstance(drums, Drums) or not stage.bars or stage.bars[0].meter.pulse_beats == Fraction(3, 2):
        return None
    meter, start = stage.bars[0].meter, stage.bars[0].start_beats
    groove = grooves()[drums.groove if drums.groove != "auto" else _fitting(meter)]
    return Swing(share_at(groove, drums.swing, stage.tempo.beat_seconds(start)), 0.5 if groove.swung == "1/16" else 1.0)


def _build(places: int, feel: Feel, begun: float) -> list[Hit]:
    """Return a bar of a build-up: bass drum on each beat, and the snare in quarters, then faster and faster.

    ``begun`` is the share of the build-up that is over, 0–1.
    """
    beat = 1 / float(feel.step)
    counts = (1, 3, 6) if feel.base > 0.5 else (1, 2, 4)
    stage = min(int(3 * begun + 0.01), 2)
    strokes = [Hit(round(place, 6), "sn", "ooO"[stage])
               for place in np.arange(0, places - 1e-6, beat / counts[stage]).tolist()]
    return strokes + [Hit(round(place, 6), "bd", "o") for place in np.arange(0, places - 1e-6, beat).tolist()]


def _struck(stage: Stage, bar: Bar, hits: Sequence[Hit], groove: Groove, feel: Feel) -> list[Draft]:
    """Return the strokes of one bar as exact drafts, each with its own deviation in time and loudness."""
    if not hits:
        return []
    ordered = sorted(set(hits), key=lambda hit: (hit.place, hit.voice, hit.sign))
    onsets = [bar.start_beats + feel.beats(hit.place) for hit in ordered]
    heats = [stage.temperature.at(beat) for beat in onsets]
    places = list(dict.fromkeys(hit.place for hit in ordered))
    heat_of = dict(zip([hit.place for hit in ordered], heats, strict=True))
    own = stage.chooser.choose_many(_LABELS, _OWN, heats, stage.address("stroke", bar.start_beats))
    common = dict(zip(places, stage.chooser.choose_many(_LABELS, _COMMON, [heat_of[place] for place in places],
                                                        stage.address("beat", bar.start_beats)), strict=True))
    touch = stage.chooser.choose_many(_TOUCH_LABELS, _TOUCH, heats, stage.address("force", bar.start_beats))
    accents = _accents(groove, bar.meter, feel.step)
    drafts: list[Draft] = []
    for hit, beat, mine, force in zip(ordered, onsets, own, touch, strict=True):
        late = float(_OFFSETS[mine] + _OFFSETS[common[hit.place]]) + groove.late_ms.get(hit.voice, 0.0) / 1000
        accent = accents[math.floor(hit.place) % len(accents)] if hit.voice in TIMEKEEPERS else 1.0
        loud = stage.velocity(beat) * FORCE[hit.sign] * accent * (1 + float(_TOUCHES[force]))
        count = PARTS.get(hit.sign, 1)
        for part in range(count):
            at = bar.start_beats + feel.beats(hit.place + part / count) if part else beat
            drafts.append(_draft(at, hit.key, loud * DRAG_BACK ** (part % 2), late))
        if hit.sign == "f":
            drafts.append(_draft(beat, hit.key, 0.45 * loud, late - FLAM_SECONDS))
    return drafts


def _accents(groove: Groove, meter: Meter, step: Fraction) -> tuple[float, ...]:
    """Return the accents of the hand by place; if the groove's do not fit the grid, the strongest on each pulse."""
    pulse = meter.pulse_beats / step
    if meter.is_uneven:  # each felt beat begins anew
        sizes = [max(round(length / step), 1) for length in meter.pulse_lengths]
        rest = min(groove.accents)
        return tuple(accent for size in sizes for accent in (max(groove.accents), *[rest] * (size - 1)))
    if pulse.denominator == 1 and pulse % len(groove.accents) == 0:
        return groove.accents
    return (max(groove.accents), *[min(groove.accents)] * (max(math.floor(pulse), 1) - 1))


def _draft(beat: float, key: int, velocity: float, late: float) -> Draft:
    """Return a stroke."""
    length = 2 * STROKE_BEATS if key in (OPEN_HAT, VOICES["cc"]) else STROKE_BEATS
    return Draft(beat, length, key, min(max(velocity, QUIETEST), 127.0), delay_seconds=late, exact=True)
