"""How a band phrases: an arch of loudness over each phrase, metrical and agogic accents, and room under the words.

All of it grows as the root of the temperature; at T = 0 the notes are as their players wrote them.

References
----------
.. [1] Todd, N. P. McA. (1992). The dynamics of dynamics: a model of musical expression. J. Acoust. Soc. Am. 91,
   3540–3550: loudness rises to the middle of a phrase and falls to its end.
.. [2] Drake, C. and Palmer, C. (1993). Accent structures in music performance. Music Perception 10, 343–378: strong
   beats, and the longer of two notes, are played louder.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from scores.composing.form import ends_phrase, phrase_place, weight
from scores.composing.pulse import looseness
from scores.composing.stage import Draft, Stage
from scores.performance import LEGATO

# Velocity from the ends of a phrase to its middle, at T = 1 [1]. With what follows, the velocities of a section spread
# by 12 to 15 at T = 0.7, as those of recorded pianists do.
ARCH_VELOCITY = 28.0
# Velocity from the weakest place of a bar to its first beat, at T = 1 [2].
METER_VELOCITY = 12.0
# Velocity for each doubling of a note's length beyond a beat, or below it, at T = 1; at most two doublings count [2].
LENGTH_VELOCITY = 3.0
# Velocity by which the band gives way while words sound, and by which it comes forward between them, at T = 1.
UNDER_WORDS_VELOCITY, BETWEEN_WORDS_VELOCITY = -8.0, 6.0
# Shares of the room down to silence and up to the loudest note that phrasing takes at most.
SOFTER, LOUDER = 0.5, 0.6
# Silence between two syllables that is still one stretch of words [quarter notes].
SPOKEN_ON_BEATS = 1.0
# Logit of a stroke that stays as it is, against one that is left out, under words and where a phrase ends, and against
# one that is followed by a fill, between the words.
STAYS_UNDER_WORDS, STAYS_AT_THE_END, STAYS_BETWEEN_WORDS = 0.8, 0.3, 1.8
_OPTIONS = ("as it is", "other")
# Shortest time between a fill and its neighbours [s], and its velocity relative to the note before.
QUICKEST_FILL_SECONDS, FILL_SOFTER = 0.11, 0.9
# Metrical weight from which a stroke is never left out.
_STRONG = 0.5

Span = tuple[float, float]
Stroke = tuple[float, list[Draft]]  # what one part begins on a beat


def words_of(drafts: Mapping[str, Sequence[Draft]]) -> list[Span]:
    """Return where words sound in a section, in quarter notes of the song, from what its voices sing."""
    syllables = sorted((draft.onset_beats, draft.onset_beats + draft.duration_beats) for part in drafts.values()
                       for draft in part if draft.utterance is not None and not draft.utterance.is_breath)
    spans: list[Span] = []
    for start, end in syllables:
        if spans and start <= spans[-1][1] + SPOKEN_ON_BEATS:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((start, end))
    return spans


def phrased(stage: Stage, drafts: Sequence[Draft], words: Sequence[Span], *, is_doubled: bool) -> list[Draft]:
    """Phrase what an accompanying part plays in a section.

    Parameters
    ----------
    stage
        The part that plays.
    drafts
        Its notes. Those that the user wrote, exact ones and those that are sung stay as they are.
    words
        Where words sound in the section.
    is_doubled
        Whether another part plays the same notes, so that none may be left out.
    """
    if stage.player.is_given or stage.player.sings or stage.player.answers:
        return list(drafts)
    kept = drafts if is_doubled or _is_bound(stage) else _with_room(stage, drafts, words)
    return [draft if draft.exact or draft.utterance is not None else
            replace(draft, velocity=draft.velocity + _emphasis(stage, draft, words)) for draft in kept]


def _emphasis(stage: Stage, draft: Draft, words: Sequence[Span]) -> float:
    """Return what the phrase, the meter, its length and the words change of the velocity of a note."""
    beat = draft.onset_beats
    bar = stage.bar_at(beat)
    arch = ARCH_VELOCITY * (math.sin(math.pi * phrase_place(stage, beat)) - 2 / math.pi)
    meter = METER_VELOCITY * (weight(bar.meter, min(max(beat - bar.start_beats, 0.0), bar.beats)) - 0.5)
    length = LENGTH_VELOCITY * min(max(math.log2(max(draft.duration_beats, 0.01)), -2.0), 2.0)
    room = 0.0
    if words:
        room = UNDER_WORDS_VELOCITY if _inside(words, beat) else BETWEEN_WORDS_VELOCITY
    change = looseness(stage.temperature.at(beat)) * (arch + meter + length + room)
    return min(max(change, -SOFTER * draft.velocity), LOUDER * (127 - draft.velocity))


def _inside(words: Iterable[Span], beat: float) -> bool:
    return any(start - 1e-9 <= beat < end for start, end in words)


def _is_bound(stage: Stage) -> bool:
    """Whether a part's notes are not its own to leave out: a line, those of another part, or struck together."""
    return stage.player.goes_on or stage.player.follows(stage) or bool(stage.section.stop_time)


def _with_room(stage: Stage, drafts: Sequence[Draft], words: Sequence[Span]) -> list[Draft]:
    """Leave out weak strokes under words and where a phrase ends, and add some between the words."""
    ordered = sorted(drafts, key=lambda draft: draft.onset_beats)
    slurred = _slurred(ordered)
    strokes = [(beat, list(struck)) for beat, struck in groupby(ordered, key=lambda draft: draft.onset_beats)]
    kept: list[Draft] = []
    for bar, in_bar in groupby(range(len(strokes)), key=lambda i: stage.bar_at(strokes[i][0])):
        indices = list(in_bar)
        chosen = {i: options for i in indices if not any(draft.exact or id(draft) in slurred for draft in strokes[i][1])
                  and (options := _options(stage, strokes, i, words))}
        logits = np.array([(logit, 0.0) for _, logit in chosen.values()])
        picks = dict(zip(chosen, stage.choose_many("room", bar.start_beats, _OPTIONS, logits,
                                                   [stage.temperature.at(strokes[i][0]) for i in chosen]), strict=True))
        for i in indices:
            changes = picks.get(i, 0) == 1
            if not (changes and chosen[i][0] == "rests"):
                kept += strokes[i][1]
            if changes and chosen[i][0] == "fills":
                kept.append(_fill(strokes, i))
    return kept


def _options(stage: Stage, strokes: Sequence[Stroke], index: int, words: Sequence[Span]) -> tuple[str, float] | None:
    """Return what may become of a stroke, and the logit that it stays as it is; None for one that does."""
    beat = strokes[index][0]
    bar = stage.bar_at(beat)
    place = beat - bar.start_beats
    if not words or not 0 <= place < bar.beats:
        return None
    is_weak = weight(bar.meter, place) < _STRONG
    if is_weak and _inside(words, beat):
        return "rests", STAYS_UNDER_WORDS
    if is_weak and ends_phrase(stage, bar) and place >= bar.beats / 2:
        return "rests", STAYS_AT_THE_END
    return ("fills", STAYS_BETWEEN_WORDS) if _can_be_filled(stage, strokes, index, words) else None


def _can_be_filled(stage: Stage, strokes: Sequence[Stroke], index: int, words: Sequence[Span]) -> bool:
    """Whether single notes stand on both sides of a place between words, with time for one more."""
    if not 0 < index < len(strokes) - 1:
        return False
    (_, before), (beat, here), (after, following) = strokes[index - 1:index + 2]
    if max(len(before), len(here), len(following)) > 2 or any(_inside(words, each) for each in (beat, after)):
        return False
    gap = after - beat
    free = {draft.fingering and draft.fingering.string for draft in (*here, *following)}
    return (gap <= 1.0 and gap / 2 * stage.tempo.beat_seconds(beat) >= QUICKEST_FILL_SECONDS
            and (before[-1].fingering is None or before[-1].fingering.string not in free)
            and before[-1].pitch not in {draft.pitch for draft in (*here, *following)})


def _fill(strokes: Sequence[Stroke], index: int) -> Draft:
    """Return a note between a stroke and the next: that of the stroke before comes again."""
    (_, before), (beat, here), (after, _) = strokes[index - 1:index + 2]
    middle = (beat + after) / 2
    return replace(before[-1], onset_beats=middle, duration_beats=max(before[-1].duration_beats / 2, after - middle),
                   velocity=FILL_SOFTER * here[0].velocity, articulation="plain")


def _slurred(ordered: Sequence[Draft]) -> set[int]:
    """Return the notes that a hammer-on, pull-off or slide continues, and these: none is left out without the other."""
    bound: set[int] = set()
    before: dict[int, Draft] = {}
    for draft in ordered:
        if draft.fingering is None:
            continue
        if draft.articulation in LEGATO:
            bound |= {id(draft), *(id(each) for each in (before.get(draft.fingering.string),) if each)}
        before[draft.fingering.string] = draft
    return bound
