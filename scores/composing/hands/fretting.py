"""The left hand of a guitarist: the shape of each chord, chosen in view of the shape before."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scores.arrays import Reals
from scores.composing.form import ChordSpan, Tessitura, chord_spans, full_bars
from scores.composing.stage import Stage
from scores.faults import ScoreFault
from scores.notation import nearest
from scores.theory import Chord
from scores.theory.fretboard import HIGHEST_FRET, SPAN_FRETS, STRINGS, TUNINGS, Shape, ShapeTable, shapes

# Fret at which the hand lies in each tessitura.
POSITIONS = {"low": 1.0, "mid": 5.0, "high": 8.0}

# Costs of a shape [logits], set by ear: per fret from that position beyond POSITION_FREE frets.
POSITION_COST = 0.35
POSITION_FREE = 1.0
# Gain per open string in the low tessitura.
OPEN_STRING_PLEASURE = 0.2
# Cost per silent string where all strings are struck.
FULLNESS = 0.4

# Costs of moving to a shape [logits]: per semitone that the UPPER_VOICES highest voices move on average.
MOVEMENT_COST = 0.3
UPPER_VOICES = 3
# Gain per tone that both shapes share.
COMMON_TONE_PLEASURE = 0.25
# Per voice that passes the place where its neighbour was.
OVERLAP_COST = 0.4
# Per fret that the hand moves.
SHIFT_COST = 0.12
# Per semitone of the highest voice, the most audible one.
TOP_COST = 0.1
# Gain for the shape that the chord had before.
FAMILIAR_PLEASURE = 2.0
# Cheapest shapes that softmax chooses from; no guitarist would take the others.
CANDIDATES = 8


@dataclass(frozen=True, slots=True)
class Held:
    """A chord and its shape; None where there is no chord."""

    span: ChordSpan
    shape: Shape | None


@dataclass(frozen=True)
class LeftHand:
    """The shape that the hand held last."""

    shape: Shape | None


@dataclass(frozen=True)
class Shapes:
    """How the hand has held each chord, by its symbol."""

    of_chords: Mapping[str, Shape]


def left_hand(stage: Stage, tessitura: Tessitura, *, full: bool = False) -> list[Held]:
    """Choose the shapes of the section's chords by softmax, each in view of the one before.

    The part remembers its last shape, and the shape of each chord, for later sections.

    Parameters
    ----------
    stage
        The part in its section.
    tessitura
        Where the hand lies.
    full
        Whether shapes with many strings are preferred, as for strumming.

    Raises
    ------
    ScoreFault
        For an unknown tuning, and for a chord that no hand can play.
    """
    part = stage.part
    if part.tuning not in TUNINGS:
        raise ScoreFault(("parts", stage.part_name, "tuning"), "unknown tuning", found=part.tuning,
                         allowed="one of " + ", ".join(TUNINGS), nearest=nearest(part.tuning, TUNINGS))
    hand = stage.memory.recall(LeftHand) or LeftHand(None)
    previous = hand.shape
    remembered = stage.memory.recall(Shapes, (tessitura, full)) or Shapes({})
    familiar = dict(remembered.of_chords)
    held = []
    for span in chord_spans(full_bars(stage)):
        if span.chord is None:
            held.append(Held(span, None))
            continue
        table = shapes(span.chord, part.tuning, part.capo)
        if not table.shapes:
            raise ScoreFault(
                ("sections", span.bar.section, "harmony"), f"no hand can play {span.chord.symbol} on the guitar",
                found=span.chord.symbol, allowed=f"a chord with a shape in {part.tuning} tuning, capo {part.capo}")
        costs = _tessitura_cost(table, tessitura, part.capo) + full * FULLNESS * np.isnan(table.pitches).sum(axis=1)
        if previous is not None:
            costs = costs + leading_cost(table, previous)
        if span.chord.symbol in familiar:
            costs = costs - FAMILIAR_PLEASURE * (table.frets == familiar[span.chord.symbol].frets).all(axis=1)
        best = np.argsort(costs, kind="stable")[:CANDIDATES]
        place = span.start_beats - span.bar.start_beats
        pick = stage.choose(f"shape of {span.chord.symbol} at {place:g}", span.start_beats,
                            [str(table.shapes[i]) for i in best], -costs[best])
        previous = familiar[span.chord.symbol] = table.shapes[best[pick]]
        held.append(Held(span, previous))
    stage.memory.keep(LeftHand(previous))
    stage.memory.keep(Shapes(familiar), (tessitura, full))
    return held


def _tessitura_cost(table: ShapeTable, tessitura: Tessitura, capo: int) -> Reals:
    """Return the cost of each shape in a tessitura, in logits, shape (n,)."""
    target = min(POSITIONS[tessitura], HIGHEST_FRET - capo - SPAN_FRETS + 1)
    away = np.maximum(np.abs(table.position - target) - POSITION_FREE, 0.0)
    return table.cost + POSITION_COST * away - (tessitura == "low") * OPEN_STRING_PLEASURE * table.opens


def leading_cost(table: ShapeTable, previous: Shape) -> Reals:
    """Return the cost of moving from a shape to each shape of the table, in logits, shape (n,)."""
    before = np.array([previous.pitch(s) if s in previous.strings else np.nan for s in range(STRINGS)])
    voices = before[~np.isnan(before)]
    distance = np.abs(table.pitches[:, :, None] - voices)  # (n, string, voice before)
    movement = np.abs(_upper(table.pitches) - _upper(before[None, :])).mean(axis=1)
    common = (distance == 0).any(axis=2).sum(axis=1)
    with np.errstate(invalid="ignore"):  # a muted string compares false
        overlap = ((table.pitches[:, :-1] > before[1:]) | (table.pitches[:, 1:] < before[:-1])).sum(axis=1)
    shift = np.where((table.position > 0) & (previous.position > 0), np.abs(table.position - previous.position), 0.0)
    return np.asarray(MOVEMENT_COST * movement - COMMON_TONE_PLEASURE * common + OVERLAP_COST * overlap
                      + SHIFT_COST * shift + TOP_COST * np.abs(table.top - voices.max()))


def _upper(pitches: Reals) -> Reals:
    """Return the three highest voices, rising, shape (n, 3), of pitches of shape (n, 6) with NaN where muted."""
    return np.sort(np.where(np.isnan(pitches), -np.inf, pitches), axis=1)[:, -UPPER_VOICES:]


def held_at(held: Sequence[Held], beat: float) -> Held:
    """Return the chord under the hand at a beat; the last chord also after its end."""
    return held[min(bisect_right(held, beat + 1e-9, key=lambda item: item.span.end_beats), len(held) - 1)]


def change_at(held: Sequence[Held], beat: float, within_beats: float = 1e-6) -> int | None:
    """Return the index of the chord that begins at a beat, or up to ``within_beats`` after it; None without one."""
    index = bisect_left(held, beat - 1e-9, key=lambda item: item.span.start_beats)
    return index if index < len(held) and held[index].span.start_beats < beat + within_beats - 1e-9 else None


def bass_of(chord: Chord, shape: Shape) -> int:
    """Return the string on which the chord's bass lies: the lowest that sounds."""
    return next(s for s in shape.strings if shape.pitch(s) % 12 == chord.bass)
