"""The glitch plan: where on the grid a part breaks, with which effect, how deep and how long.

The intensity curve gives the rate and the depth; which beat, which effect and which length are softmax choices. A
gesture falls only where its part is sounding, and no two of one part overlap.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scores.choose import Address
from scores.performance import Bar, Gesture, Note
from scores.stage import Stage
from scores.syllables import find_word

COUNT_SPREAD = 0.5  # gestures: how far the number in a bar strays from the intensity's, at T = 1
LENGTHS_PULSES = (0.25, 0.5, 1.0, 2.0)
OFFBEAT = 0.6  # logit of the weakest place in the bar over the strongest: a glitch is a syncopation
PHRASE_END = 0.5  # logit of the last pulse of every second bar


def plan_gestures(stage: Stage, notes: Sequence[Note]) -> list[Gesture]:
    """Gestures of one part in one section: those the score places by cue, then those the intensity asks for."""
    gestures = [_cued(stage, i) for i, cue in enumerate(stage.section.cues)
                if (cue.part or stage.part_name) == stage.part_name and (cue.part or stage.part.glitch > 0)]
    spans = np.array([(note.onset_seconds, note.end_seconds) for note in notes]).reshape(-1, 2)
    for bar in stage.bars:
        gestures += _in_bar(stage, bar, spans, gestures)
    return sorted(gestures, key=lambda gesture: gesture.onset_beats)


def _in_bar(stage: Stage, bar: Bar, spans: np.ndarray, taken: Sequence[Gesture]) -> list[Gesture]:
    settings = stage.score.glitch
    rate = settings.per_bar * stage.glitch.at(bar.start_beats + bar.beats / 2) * stage.part.glitch
    if rate <= 0:
        return []
    half_pulse = float(bar.meter.pulse_beats) / 2
    slots = [float(slot) for slot in np.arange(0, bar.beats - 1e-9, half_pulse)
             if _sounds(stage, spans, bar.start_beats + slot, half_pulse)]
    if not slots:
        return []
    counts = np.arange(len(slots) + 1)
    count = stage.choose("glitches", bar.start_beats, [str(n) for n in counts],
                         -0.5 * ((counts - rate) / COUNT_SPREAD) ** 2)
    gestures: list[Gesture] = []
    names = list(settings.palette)
    pulse = float(bar.meter.pulse_beats)
    for number in range(count):
        others = [*taken, *gestures]
        free = [slot for slot in slots if not any(_covers(other, bar.start_beats + slot) for other in others)]
        if not free:
            break
        weights = [OFFBEAT * (1 - bar.meter.strength(slot))
                   + PHRASE_END * (bar.number_in_section % 2 == 0 and slot >= bar.beats - pulse) for slot in free]
        slot = free[stage.choose(f"glitch {number} place", bar.start_beats, [f"{s:g}" for s in free], weights)]
        onset = bar.start_beats + slot
        depth = stage.glitch.at(onset)
        name = names[stage.choose(f"glitch {number} effect", onset, names, list(settings.palette.values()))]
        room = min([other.onset_beats for other in others if other.onset_beats > onset] + [bar.end_beats]) - onset
        lengths = [pulse * length for length in LENGTHS_PULSES if pulse * length <= room + 1e-9] or [room]
        centre = np.log2(pulse * LENGTHS_PULSES[0]) + 3 * depth  # deeper glitches last longer
        length = lengths[stage.choose(f"glitch {number} length", onset, [f"{v:g}" for v in lengths],
                                      -((np.log2(lengths) - centre) ** 2))]
        gestures.append(_gesture(stage, name, onset, length, depth, {}, f"glitch {number}"))
    return gestures


def _covers(gesture: Gesture, beat: float) -> bool:
    return gesture.onset_beats - 1e-9 <= beat < gesture.onset_beats + gesture.duration_beats - 1e-9


def _sounds(stage: Stage, spans: np.ndarray, beat: float, length: float) -> bool:
    """Whether any of the notes, rows of onset and end in seconds, sounds in the middle of a stretch of beats."""
    middle = stage.tempo.seconds(beat + length / 2)
    return bool(np.any((spans[:, 0] <= middle) & (spans[:, 1] > middle)))


def _cued(stage: Stage, index: int) -> Gesture:
    cue = stage.section.cues[index]
    if cue.bar is not None:
        bar = next(bar for bar in stage.bars if bar.number_in_section == cue.bar)
        onset = bar.start_beats + (cue.beat - 1) * float(bar.meter.pulse_beats)
    else:
        onset = _word_onset(stage, cue.line or 1, cue.word or "")
    length = cue.beats * float(stage.bar_at(onset).meter.pulse_beats)
    return _gesture(stage, cue.effect, onset, min(length, stage.span.end_beats - onset), cue.depth,
                    dict(cue.parameters), f"cue {index}")


def _word_onset(stage: Stage, number: int, word: str) -> float:
    """Beat at which the voice sings a word; the line's own start where no voice sings it in this section."""
    line = next(line for line in stage.lines if line.number == number)
    index = find_word(line.line.spoken, word, stage.score.lexicon)
    sung = [draft.onset_beats for drafts in stage.drafts.values() for draft in drafts
            if draft.utterance and draft.utterance.line == number and draft.utterance.word_index == index
            and draft.utterance.syllable]
    return min(sung, default=line.start_beats)


def _gesture(stage: Stage, effect: str, onset: float, length: float, depth: float, parameters: dict[str, object],
             purpose: str) -> Gesture:
    start, end = stage.tempo.seconds(onset), stage.tempo.seconds(onset + length)
    # The seed is the place's, not the part's: the same gesture on several stems breaks them in the same way.
    address = Address(stage.score.seed, stage.section.name, "", stage.bar_at(onset).number_in_section,
                      f"{purpose} {effect} {onset:.4f}")
    seed = int(address.generator().integers(0, 2**62))
    return Gesture(stage.part_name, effect, onset, length, start, end - start, stage.tempo.beat_seconds(onset), depth,
                   seed, parameters)
