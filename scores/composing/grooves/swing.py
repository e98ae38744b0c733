"""Swing: the second of two notes comes late, and all who play together agree on how late."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from scores.composing.grooves.table import Groove
from scores.composing.stage import Draft, Stage

# Ratio of the long to the short note of a pair on the ride cymbal at this tempo [beats/min], and the increase of tempo
# over which it falls by 1 (A. Friberg and A. Sundström, Music Perception 19, 2002, fig. 3).
RATIO = 3.3
RATIO_TEMPO = 120
RATIO_FALLS = 80


class Swing(NamedTuple):
    """How notes swing."""

    share: float  # share of a pair before its second note: 0.5 straight, 0.667 triplets
    pair: float  # length of a pair [quarter notes]

    def beats(self, beats: float) -> float:
        """Return where a place lies that is so many quarter notes after the bar line when straight."""
        pair = math.floor(beats / self.pair + 1e-9)
        place = beats / self.pair - pair
        moved = place * 2 * self.share if place <= 0.5 else self.share + (place - 0.5) * 2 * (1 - self.share)
        return (pair + moved) * self.pair


def share_at(groove: Groove, asked: float | None, beat_seconds: float) -> float:
    """Return the share of a swung pair before its second note, at a tempo; ``asked`` replaces the groove's own."""
    share = groove.swing if asked is None else asked
    if share != "by_tempo":
        return float(share)
    ratio = min(max(RATIO - (60 / beat_seconds - RATIO_TEMPO) / RATIO_FALLS, 1.0), RATIO)
    return ratio / (1 + ratio)


def asked_swing(stage: Stage) -> Swing | None:
    """Return the swing that the section or the song asks for; where eighths make uneven or three, sixteenths swing."""
    asked = stage.section.swing or stage.score.swing
    if asked is None or not stage.bars:
        return None
    meter = stage.bars[0].meter
    sixteenths = asked.of == "sixteenths" or meter.is_uneven or meter.pulse_beats == Fraction(3, 2)
    return Swing(asked.share, 0.5 if sixteenths else 1.0)


def drummed(stage: Stage, groove: Groove, own: float | None, beat_seconds: float) -> Swing:
    """Return the swing of a drummer: its own if it has one, else what the score asks for, else its groove's."""
    asked = asked_swing(stage)
    if asked is not None and own is None:
        return asked
    return Swing(share_at(groove, own, beat_seconds), 0.5 if groove.swung == "1/16" else 1.0)


def swung_together(stage: Stage, drafts: Sequence[Draft]) -> list[Draft]:
    """Move the notes of any player as the section or the song asks, but those it has of another part."""
    return list(drafts) if stage.player.follows(stage) else swung_as_asked(stage, drafts)


def swung_as_asked(stage: Stage, drafts: Sequence[Draft]) -> list[Draft]:
    """Move notes as the section or the song asks; triplets lie where they are."""
    swing = asked_swing(stage)
    if swing is None or swing.share == 0.5:
        return list(drafts)
    straight = [draft for draft in drafts if _is_triplet(stage, draft, swing.pair)]
    kept = {id(draft) for draft in straight}
    moved = iter(_moved(stage, [draft for draft in drafts if id(draft) not in kept], swing))
    return [draft if id(draft) in kept else next(moved) for draft in drafts]


def _is_triplet(stage: Stage, draft: Draft, pair: float) -> bool:
    thirds = (draft.onset_beats - stage.bar_at(draft.onset_beats).start_beats) / pair * 3
    return abs(thirds - round(thirds)) < 1e-6 and round(thirds) % 3 != 0


def swung(stage: Stage, drafts: Sequence[Draft], swing: Swing | None) -> list[Draft]:
    """Move the notes, and their ends, to where they lie with a swing; None leaves them straight.

    Where the score asks for a swing itself, all are moved together afterwards (``swung_together``).
    """
    if swing is None or swing.share == 0.5 or asked_swing(stage) is not None:
        return list(drafts)
    return _moved(stage, drafts, swing)


def _moved(stage: Stage, drafts: Sequence[Draft], swing: Swing) -> list[Draft]:
    def moved(beat: float) -> float:
        bar = stage.bar_at(beat)
        return min(bar.start_beats + swing.beats(beat - bar.start_beats), bar.end_beats)

    return [draft if draft.exact else replace(
        draft, onset_beats=moved(draft.onset_beats), duration_beats=max(
            moved(draft.onset_beats + draft.duration_beats) - moved(draft.onset_beats), 1e-3)) for draft in drafts]
