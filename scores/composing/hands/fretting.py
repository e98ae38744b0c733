"""The left hand: which shape of each chord a guitarist takes, coming from the shape before."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scores.composing.form import ChordSpan, Tessitura, chord_spans, full_bars
from scores.composing.stage import Stage
from scores.faults import ScoreFault
from scores.notation import nearest
from scores.theory import Chord
from scores.theory.fretboard import HIGHEST_FRET, SPAN_FRETS, STRINGS, TUNINGS, Shape, ShapeTable, shapes

POSITIONS = {"low": 1.0, "mid": 5.0, "high": 8.0}  # fret at which the hand likes to lie

# Logits per unit.
POSITION_COST = 0.35  # per fret away from the position that the tessitura asks for
POSITION_FREE = 1.0  # frets
OPEN_STRING_PLEASURE = 0.2  # in the low tessitura
MOVEMENT_COST = 0.3  # per semitone that the upper voices move on average
UPPER_VOICES = 3
COMMON_TONE_PLEASURE = 0.25
OVERLAP_COST = 0.4  # per voice that goes beyond where its neighbour was
SHIFT_COST = 0.12  # per fret of hand movement
TOP_COST = 0.1  # per semitone of the highest voice, the one that is heard
FAMILIAR_PLEASURE = 2.0  # the shape that the chord had before
FULLNESS = 0.4  # per silent string, where all strings are struck
CANDIDATES = 8  # what temperature may choose from; the rest no hand would think of


@dataclass(frozen=True, slots=True)
class Held:
    """A chord and the shape it is held in; no shape where there is no chord."""

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
    """Shapes for the section's chords, one after the other, each picked by softmax in view of the one before.

    ``full`` asks for shapes with all strings, to be struck. The hand remembers over sections where it lay and how
    it held each chord. Raises ScoreFault for an unknown tuning and for a chord that no hand can play.
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


def _tessitura_cost(table: ShapeTable, tessitura: Tessitura, capo: int) -> np.ndarray:
    """What each shape costs in a tessitura, in logits, shape (n,)."""
    target = min(POSITIONS[tessitura], HIGHEST_FRET - capo - SPAN_FRETS + 1)
    away = np.maximum(np.abs(table.position - target) - POSITION_FREE, 0.0)
    return table.cost + POSITION_COST * away - (tessitura == "low") * OPEN_STRING_PLEASURE * table.opens


def leading_cost(table: ShapeTable, previous: Shape) -> np.ndarray:
    """What it costs to go from a shape to each shape of the table, in logits, shape (n,)."""
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


def _upper(pitches: np.ndarray) -> np.ndarray:
    """The three highest voices, rising, of pitches of shape (n, 6) with NaN where muted: shape (n, 3)."""
    return np.sort(np.where(np.isnan(pitches), -np.inf, pitches), axis=1)[:, -UPPER_VOICES:]


def held_at(held: Sequence[Held], beat: float) -> Held:
    """The chord under the hand at a beat; the last one from its end on."""
    return held[min(bisect_right(held, beat + 1e-9, key=lambda item: item.span.end_beats), len(held) - 1)]


def change_at(held: Sequence[Held], beat: float, within_beats: float = 1e-6) -> int | None:
    """Index of the chord that begins at a beat, or less than ``within_beats`` after it; None where none does."""
    index = bisect_left(held, beat - 1e-9, key=lambda item: item.span.start_beats)
    return index if index < len(held) and held[index].span.start_beats < beat + within_beats - 1e-9 else None


def bass_of(chord: Chord, shape: Shape) -> int:
    """String on which the chord's bass lies: the lowest that sounds."""
    return next(s for s in shape.strings if shape.pitch(s) % 12 == chord.bass)
