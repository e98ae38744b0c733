"""The flow of rap: syllables on the sixteenths of the beat, stressed ones on strong places, the rhyme on a beat."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from itertools import pairwise

from scores.composing.singing.rooms import SetSyllable, room_for, strength_at
from scores.composing.stage import PlacedLine, Stage
from scores.faults import ScoreFault
from scores.lyrics.line import SungLine, Utterance
from scores.lyrics.mouth import least_gap_seconds

# The grid [quarter notes].
SIXTEENTH = 0.25
# Share of the least time between two vowels that a quick tongue needs: the plan's is on the safe side.
QUICK = 0.9
# Value of a syllable on a place, per metrical strength, by its stress; unstressed ones would rather be between.
_ON_STRONG = {0: -0.35, 1: 1.0, 2: 0.5}
# Value of the rhyme on a place, per metrical strength.
_RHYME = 4.0
# Cost of the distance to the next syllable [sixteenths]: flow runs in sixteenths and eighths.
_GAP_COST = {1: 0.25, 2: 0.0, 3: 0.5, 4: 0.6, 5: 1.4, 6: 1.6, 7: 2.4, 8: 2.6}
# Cost of each sixteenth that a line begins late or leaves empty at its end, beyond a breath.
_LATE_COST, _EMPTY_COST = 0.35, 0.12
# Latest beginning of a line [sixteenths].
_LATEST = 4
# Longest last note [quarter notes].
_LAST_BEATS = 0.75


def rhyme_of(line: SungLine) -> int:
    """Return the index of the syllable on which a line rhymes: its last stressed one."""
    stresses = [utterance.stress for utterance in line.utterances]
    strong = [i for i, stress in enumerate(stresses) if stress == 1] or [i for i, s in enumerate(stresses) if s]
    return strong[-1] if strong else len(stresses) - 1


def set_flow(stage: Stage, placed: PlacedLine, line: SungLine) -> list[SetSyllable]:
    """Set a line on the grid.

    Of all ways to put the syllables on sixteenths, no two closer than a mouth can be, the best for each beginning is
    found, and one of these is chosen.

    Raises
    ------
    ScoreFault
        Where the line has more syllables than sixteenths, or more sounds than a mouth can form.
    """
    syllables = line.utterances
    if not syllables:
        return []
    room = room_for(stage, placed, line)
    places = int((room.end_beats - placed.start_beats) / SIXTEENTH + 1e-6)
    seconds = stage.tempo.beat_seconds(placed.start_beats) * SIXTEENTH
    least = [max(math.ceil(QUICK * least_gap_seconds(one.phones, other.phones) / seconds - 1e-6), 1)
             for one, other in pairwise(syllables)]
    if sum(least) + 1 > places:
        raise ScoreFault(
            ("sections", stage.index, "lyrics", placed.number - 1),
            f"{len(syllables)} syllables need {sum(least) + 1} sixteenths and the line has {places}",
            found=placed.line.text, allowed="a shorter line, more bars for it, or a slower tempo")
    strengths = [strength_at(stage, placed.start_beats + place * SIXTEENTH) for place in range(places)]
    rhyme = rhyme_of(line)
    best = _best(syllables, tuple(least), tuple(strengths), rhyme)
    beginnings = [place for place in range(min(_LATEST + 1, places)) if math.isfinite(best(0, place)[0])]
    pick = stage.choose(f"flow, line {placed.number}", placed.start_beats, [f"+{place}/16" for place in beginnings],
                        [best(0, place)[0] - _LATE_COST * place for place in beginnings])
    at, found = beginnings[pick], []
    for i in range(len(syllables)):
        found.append(at)
        at = best(i, at)[1]
    out = []
    for i, (syllable, place) in enumerate(zip(syllables, found, strict=True)):
        onset = placed.start_beats + place * SIXTEENTH
        until = placed.start_beats + found[i + 1] * SIXTEENTH if i + 1 < len(found) else \
            min(onset + _LAST_BEATS, placed.end_beats)
        out.append(SetSyllable(syllable, onset, until - onset, strengths[place]))
    return out


def _best(syllables: tuple[Utterance, ...], least: tuple[int, ...], strengths: tuple[float, ...],
          rhyme: int) -> Callable[[int, int], tuple[float, int]]:
    """Return a function of a syllable and its place: the value of the best way on from there, and the next place."""
    places, last = len(strengths), len(syllables) - 1

    @cache
    def best(i: int, place: int) -> tuple[float, int]:
        value = _RHYME * strengths[place] if i == rhyme else _ON_STRONG[syllables[i].stress] * strengths[place]
        if i == last:
            return value - _EMPTY_COST * (places - 1 - place), place
        ways = [(best(i + 1, place + gap)[0] - cost, place + gap) for gap, cost in _GAP_COST.items()
                if gap >= least[i] and place + gap < places]
        if not ways:
            return -math.inf, place
        value_on, following = max(ways)
        return value + value_on, following

    return best
