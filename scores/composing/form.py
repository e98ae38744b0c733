"""Musical form as accompanying players need it: chords in time, groups of beats in a bar, phrases."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from scores.composing.bars import PHRASE_BARS
from scores.composing.stage import Stage
from scores.performance import Bar
from scores.theory import Chord, Meter

# Note values [quarter notes].
EIGHTH = Fraction(1, 2)
SIXTEENTH = Fraction(1, 4)
# Difference of accent between the middle of a phrase and its ends.
ARCH = 0.3
# Distance of the registers at energy 0 and 1 [semitones].
LIFT_SEMITONES = 10.0
# Metrical weight of the first beat of a later group in a bar, as of the third beat in 4/4.
SECONDARY = 0.75

# Lengths of groups for which players have patterns [units of their grid].
_GROUPS = (1, 2, 3, 4, 6)

# Where a hand lies on its instrument.
Tessitura = Literal["low", "mid", "high"]


@dataclass(frozen=True, slots=True)
class ChordSpan:
    """A chord from its onset to the next different chord, in quarter notes of the song; None is N.C. (no chord)."""

    start_beats: float
    end_beats: float
    chord: Chord | None
    bar: Bar

    @property
    def beats(self) -> float:
        return self.end_beats - self.start_beats


def is_pickup(bar: Bar) -> bool:
    """Whether a bar is shorter than its meter; accompaniment rests there."""
    return bar.beats < float(bar.meter.bar_beats) - 1e-9


def full_bars(stage: Stage) -> list[Bar]:
    """Return the section's bars without a pickup, which can only be the first."""
    return list(stage.bars[1:] if stage.bars and is_pickup(stage.bars[0]) else stage.bars)


def chord_spans(bars: Sequence[Bar]) -> list[ChordSpan]:
    """Return the chords of the bars in order. Equal chords that follow each other are one span, also over bar lines."""
    spans: list[ChordSpan] = []
    for bar in bars:
        ends = [float(start) for start, _ in bar.chords[1:]] + [bar.beats]
        for (start, chord), end in zip(bar.chords, ends, strict=True):
            onset, stop = bar.start_beats + float(start), bar.start_beats + end
            if spans and spans[-1].chord == chord and abs(spans[-1].end_beats - onset) < 1e-9:
                spans[-1] = ChordSpan(spans[-1].start_beats, stop, chord, spans[-1].bar)
            else:
                spans.append(ChordSpan(onset, stop, chord, bar))
    return spans


def following_chord(stage: Stage) -> Chord | None:
    """Return the first chord of the next section; None where the part does not play there or it has no harmony."""
    if not plays_on(stage):
        return None
    harmony = stage.score.sections[stage.bars[-1].section + 1].harmony
    return harmony.bars[0][0] if harmony else None


def plays_on(stage: Stage) -> bool:
    """Whether the part plays to the end of the section and in the next section too."""
    last = stage.bars[-1]
    following = last.section + 1
    return (last.number_in_section == stage.section.bars and following < len(stage.score.sections)
            and stage.part_name in stage.score.sections[following].play)


@lru_cache(maxsize=256)
def grid_beats(meter: Meter, finest: Fraction = EIGHTH) -> Fraction:
    """Return the grid of accompaniment in quarter notes: ``finest``, or the meter's own unit where that is finer."""
    return min(finest, Fraction(4, meter.denominator))


@lru_cache(maxsize=256)
def groups(meter: Meter, unit: Fraction) -> tuple[int, ...]:
    """Return the lengths in grid units of the groups in which a bar is felt, each 1, 2, 3, 4 or 6.

    Pulses of two units are grouped in twos and threes, threes first (5/4 is 3 + 2). So are pulses of one unit, except
    that four form one group (4/8). A longer pulse is a group of its own (6/8 is two threes). The groups of uneven and
    additive meters are the meter's own.
    """
    if meter.is_uneven or (meter.groups and meter.pulse_beats <= 2 * unit):
        starts = (*meter.group_starts, meter.bar_beats)
        sizes = tuple(int((end - start) / unit) for start, end in pairwise(starts))
        return sizes if all(size in _GROUPS for size in sizes) else tuple(
            int(length / unit) for length in meter.pulse_lengths)
    pulse, pulses = int(meter.pulse_beats / unit), meter.pulses
    if pulse > 2:
        whole, rest = divmod(pulse, 4)
        one = (pulse,) if pulse in (3, 4, 6) else (4,) * whole + ((rest,) if rest else ())
        return one * pulses
    if pulse == 1 and pulses % 4 == 0:
        return (4,) * (pulses // 4)
    threes = pulses // 3 if pulses % 3 == 0 else pulses % 2 if pulses > 1 else 0
    sizes = (3,) * threes + (2,) * ((pulses - 3 * threes) // 2) or (1,)
    return tuple(size * pulse for size in sizes)


@lru_cache(maxsize=256)
def group_starts(meter: Meter, unit: Fraction) -> tuple[Fraction, ...]:
    """Return the places in the bar, in quarter notes, at which the groups begin."""
    sizes = groups(meter, unit)
    return tuple(sum(sizes[:i]) * unit for i in range(len(sizes)))


@lru_cache(maxsize=4096)
def weight(meter: Meter, place: float) -> float:
    """Return the metrical weight, 0–1, of a place in a bar: the meter's own, or 0.75 where an uneven group begins."""
    strength = meter.strength(place)
    place_in_bar = Fraction(place).limit_denominator(96)
    if strength == 0.5 and meter.pulses % 2 and place_in_bar in group_starts(meter, grid_beats(meter)):
        return SECONDARY
    return strength


def phrase_place(stage: Stage, beat: float) -> float:
    """Return the position of a beat, 0–1, in its phrase of four bars; the last phrase of a section may be shorter."""
    bar = stage.bars[max(bisect_right(stage.bars, beat + 1e-9, key=lambda bar: bar.start_beats) - 1, 0)]
    index = max(bar.number_in_section - 1, 0)
    first = index - index % PHRASE_BARS
    length = min(PHRASE_BARS, stage.section.bars - first)
    return min(max((index - first + (beat - bar.start_beats) / bar.beats) / length, 0.0), 1.0)


def arch(stage: Stage, beat: float) -> float:
    """Return the accent of a beat by its phrase: rising to the middle and falling again, −ARCH/2 … ARCH/2."""
    return ARCH * (math.sin(math.pi * phrase_place(stage, beat)) - 0.5)


def raised(stage: Stage, beat: float) -> int:
    """Return by how many semitones the energy at a beat moves a register, up or down."""
    return round(LIFT_SEMITONES * stage.lift(beat))


def ends_phrase(stage: Stage, bar: Bar) -> bool:
    """Whether a bar is the last of its phrase, or the last that the part plays in the section."""
    return bar.number_in_section % PHRASE_BARS == 0 or bar == stage.bars[-1]
