"""The glitch plan: the gestures of each part and send, with their place, effect, depth and length.

The intensity curve sets the rate and the depth. Place, effect and length are softmax choices at the section's
temperature. Some gestures hit all parts at once. A gesture lies only where there is sound and where
``scores.composing.glitches.clearance`` allows it, and no two gestures of one part overlap.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scores.arrays import Logits
from scores.choose import Address
from scores.composing.glitches.clearance import Ground, Span, Spans, ground_of, together
from scores.composing.stage import Stage
from scores.faults import ScoreFault
from scores.lyrics.line import with_phrase_stress
from scores.performance import Bar, Gesture, Note, Take
from scores.score import Cue, GestureKind, Score

# Standard deviation of the number of gestures in a bar, around what the intensity asks for, at T = 1.
COUNT_SPREAD = 0.5
# Lengths of a gesture [pulses]; shorter in spoken lines, where it has to lie between two consonants.
LENGTHS_PULSES = (0.25, 0.5, 1.0, 2.0)
VOWEL_LENGTHS_PULSES = (0.0625, 0.125, 0.1875, 0.25, 0.375)
# Grid on which gestures begin, and that of spoken lines [pulses].
GRID_PULSES = 0.5
VOWEL_GRID_PULSES = 0.0625
# Logit of the weakest place in the bar relative to the strongest, so that glitches syncopate.
OFFBEAT = 0.6
# Logit added to the last pulse of every second bar.
PHRASE_END = 0.5
# Length of the stretches in which gestures are kept, to be found by place [quarter notes]: about a bar.
BLOCK_BEATS = 4.0
# Name by which a cue means all parts.
EVERY_PART = "all"

Plan = dict[str, list[Gesture]]


def plan_section(score: Score, stages: Mapping[str, Stage], notes: Mapping[str, Sequence[Note]],
                 takes: Mapping[str, Sequence[Take]]) -> tuple[Plan, Plan]:
    """Plan the gestures of one section: cues first, then gestures on all parts at once, then those of single parts.

    Parameters
    ----------
    score
        The song.
    stages
        The stages of the parts that play in the section, over its whole length.
    notes, takes
        What each of these parts plays, earlier sections included.

    Returns
    -------
    tuple of dict
        The gestures of each part, and of each send, in order of onset.

    Raises
    ------
    ScoreFault
        For a cue that lies across a protected word.
    """
    if not stages:
        return {}, {}
    any_stage = next(iter(stages.values()))
    grounds = {name: ground_of(stage, notes[name], takes[name]) for name, stage in stages.items()}
    plan: Plan = {name: [] for name in stages}
    sent: Plan = {name: [] for name in score.mix.sends}
    fed = {send: together(grounds[name] for name in stages if send in score.parts[name].sends) for send in sent}
    for index, cue in enumerate(score.sections[any_stage.index].cues):
        if cue.send is not None:
            sent[cue.send].append(_cued(any_stage, cue, index, cue.send, fed[cue.send]))
        for name in _cued_parts(stages, cue):
            plan[name].append(_cued(stages[name], cue, index, name, grounds[name]))
    settings = _Settings.of(score, any_stage.index)
    takers = [name for name, stage in stages.items() if stage.part.glitch > 0]
    taken = {name: _Taken(plan[name]) for name in takers}
    if settings.together > 0 and takers:
        ground = together(grounds[name] for name in takers)  # between the words, where somebody speaks
        ground = replace(ground, closed=Spans.joined([*ground.protected, *ground.spoken]), spoken=Spans())
        for gesture in _planned(_Broken(any_stage, ""), ground, _Taken(), settings, settings.together):
            for name in takers:
                if _may_fall(gesture, grounds[name], taken[name]):
                    plan[name].append(replace(gesture, part=name))
                    taken[name].add(gesture)
    for name in takers:
        stage = stages[name]
        own = stage.part.glitch * (1 - settings.together)
        plan[name] += _planned(_Broken(stage, name), grounds[name], taken[name], settings, own)
    for send, ground in fed.items():
        sent[send] += [replace(gesture, part=send) for gesture in
                       _planned(_Broken(any_stage, f"send {send}"), ground, _Taken(sent[send]), settings,
                                score.mix.sends[send].glitch)]
    return _sorted(plan), _sorted(sent)


def _sorted(plan: Plan) -> Plan:
    return {name: sorted(gestures, key=lambda gesture: gesture.onset_beats) for name, gestures in plan.items()}


@dataclass(frozen=True)
class _Settings:
    """The glitch settings of a section: its own, or else the song's."""

    palette: Mapping[str, float]
    per_bar: float
    together: float
    gestures: Mapping[str, GestureKind]

    @classmethod
    def of(cls, score: Score, index: int) -> _Settings:
        section, song = score.sections[index], score.glitch
        return cls(section.palette or song.palette, section.per_bar or song.per_bar,
                   song.together if section.together is None else section.together, score.gestures)


def _cued_parts(stages: Mapping[str, Stage], cue: Cue) -> list[str]:
    """Return the parts that a cue falls on: the one that it names, or all, or all that take glitches."""
    if cue.send is not None:
        return []
    if cue.part is not None and cue.part != EVERY_PART:
        return [cue.part] if cue.part in stages else []
    return [name for name, stage in stages.items() if cue.part == EVERY_PART or stage.part.glitch > 0]


class _Taken:
    """The spans of gestures, kept by place: looking near a beat takes no longer in a long section."""

    def __init__(self, gestures: Iterable[Gesture] = ()) -> None:
        self._by_block: dict[int, list[Span]] = {}
        for gesture in gestures:
            self.add(gesture)

    def add(self, gesture: Gesture) -> None:
        """Add the span of a gesture."""
        start, end = gesture.onset_beats, gesture.onset_beats + gesture.duration_beats
        for block in self._blocks(start, end):
            self._by_block.setdefault(block, []).append((start, end))

    def near(self, start: float, end: float) -> Spans:
        """Return the spans from ``start`` to ``end`` and around there [quarter notes]."""
        return Spans.joined(span for block in self._blocks(start, end) for span in self._by_block.get(block, ()))

    def _blocks(self, start: float, end: float) -> range:
        return range(int(start // BLOCK_BEATS) - 1, int(end // BLOCK_BEATS) + 2)


def _may_fall(gesture: Gesture, ground: Ground, taken: _Taken) -> bool:
    """Whether a gesture of all parts falls on this one: not where it is silent, closed, or has a gesture already."""
    start, end = gesture.onset_beats, gesture.onset_beats + gesture.duration_beats
    return (ground.sounding.crosses(start, end) and not ground.closed.crosses(start, end)
            and not taken.near(start, end).crosses(start, end))


@dataclass(frozen=True)
class _Broken:
    """The target of gestures in a section: a part, all parts together, or a send.

    ``prefix`` is the part in the address of its choices: the part's name, nothing, or ``send`` and the send's name.
    """

    stage: Stage
    prefix: str

    def choose(self, purpose: str, beat: float, options: Sequence[str], logits: Logits) -> int:
        """Return the index of the option that softmax picks at the temperature of ``beat``."""
        address = replace(self.stage.address(purpose, beat), part=self.prefix)
        return self.stage.chooser.choose(options, logits, self.stage.temperature.at(beat), address)


def _planned(broken: _Broken, ground: Ground, taken: _Taken, settings: _Settings, share: float) -> list[Gesture]:
    """Plan gestures at the rate of the intensity, scaled by ``share``, around those that exist already."""
    gestures: list[Gesture] = []
    for bar in broken.stage.bars if share > 0 else ():
        gestures += _in_bar(broken, bar, ground, taken, settings, share)
    return gestures


def _in_bar(broken: _Broken, bar: Bar, ground: Ground, taken: _Taken, settings: _Settings,
            share: float) -> list[Gesture]:
    """Plan the gestures of one bar: how many, then the place, effect and length of each."""
    stage = broken.stage
    intensity = stage.glitch.at(bar.start_beats + bar.beats / 2)
    rate = settings.per_bar * intensity * share * (1 + stage.part.drive.density.at(intensity))
    if rate <= 0:
        return []
    pulse = float(bar.meter.pulse_beats)
    speaks = ground.spoken.crosses(bar.start_beats, bar.end_beats)
    grid, lengths = ((VOWEL_GRID_PULSES, VOWEL_LENGTHS_PULSES) if speaks else (GRID_PULSES, LENGTHS_PULSES))
    grid *= pulse
    slots = [float(slot) for slot in np.arange(0, bar.beats - 1e-9, grid)
             if ground.sounding.covers(bar.start_beats + slot + grid / 2)
             and ground.closed.room(bar.start_beats + slot, bar.end_beats) >= lengths[0] * pulse - 1e-9]
    if not slots:
        return []
    counts = np.arange(min(len(slots), int(4 * rate) + 4) + 1)
    count = broken.choose("glitches", bar.start_beats, [str(n) for n in counts],
                          -0.5 * ((counts - rate) / COUNT_SPREAD) ** 2)
    gestures: list[Gesture] = []
    names = list(settings.palette)
    for number in range(count):
        occupied = taken.near(bar.start_beats, bar.end_beats)
        free = [slot for slot in slots if not occupied.covers(bar.start_beats + slot)]
        if not free:
            break
        weights = [OFFBEAT * (1 - bar.meter.strength(slot))
                   + PHRASE_END * (bar.number_in_section % 2 == 0 and slot >= bar.beats - pulse) for slot in free]
        slot = free[broken.choose(f"glitch {number} place", bar.start_beats, [f"{s:g}" for s in free], weights)]
        onset = bar.start_beats + slot
        depth = stage.glitch.at(onset)
        name = names[broken.choose(f"glitch {number} effect", onset, names, list(settings.palette.values()))]
        room = min(occupied.room(onset, bar.end_beats), ground.closed.room(onset, bar.end_beats))
        possible = [pulse * length for length in lengths if pulse * length <= room + 1e-9] or [room]
        centre = np.log2(pulse * lengths[0]) + 3 * depth  # deeper glitches last longer
        length = possible[broken.choose(f"glitch {number} length", onset, [f"{v:g}" for v in possible],
                                        -((np.log2(possible) - centre) ** 2))]
        gestures.append(_gesture(stage, settings.gestures[name], onset, length, depth, f"glitch {number}"))
        taken.add(gestures[-1])
    return gestures


def _cued(stage: Stage, cue: Cue, index: int, name: str, ground: Ground) -> Gesture:
    """Return the gesture of a cue, number ``index`` of its section, on a part or send."""
    if cue.bar is not None:
        bar = next(bar for bar in stage.bars if bar.number_in_section == cue.bar)
        onset = bar.start_beats + bar.meter.place(cue.beat)
    else:
        onset = _word_onset(stage, cue.line or 1, cue.word or "")
    length = cue.beats * float(stage.bar_at(onset).meter.pulse_beats)
    length = min(length, stage.span.end_beats - onset)
    if ground.protected.crosses(onset, onset + length):
        raise ScoreFault(("sections", stage.index, "cues", index), f"this cue would cover a protected word of {name}",
                         found=cue.word or f"bar {cue.bar}",
                         allowed="a cue that ends before the word, or a word that is not protected")
    return replace(_gesture(stage, cue.gesture, onset, length, cue.depth, f"cue {index}"), part=name)


def _word_onset(stage: Stage, number: int, word: str) -> float:
    """Return the beat at which a voice sings a word; the start of its line where no voice sings it here."""
    line = next(line for line in stage.lines if line.number == number)
    index = next(iter(line.line.find(word, stage.score.lexicon)), None)
    said = with_phrase_stress(line.line.words(stage.score.lexicon))
    sung = [draft.onset_beats for drafts in stage.drafts.values() for draft in drafts
            if draft.utterance and not draft.utterance.is_breath and draft.utterance.line.number == number
            and (draft.utterance.word_index == index if draft.utterance.line.words == said
                 else draft.utterance.word.lower() == word.split()[0].lower())]
    return min(sung, default=line.start_beats)


def _gesture(stage: Stage, kind: GestureKind, onset: float, length: float, depth: float, purpose: str) -> Gesture:
    start, end = stage.tempo.seconds(onset), stage.tempo.seconds(onset + length)
    # The seed follows from the place, not the part: so a gesture sounds the same on several stems.
    address = Address(stage.score.seed, stage.section.name, "", stage.bar_at(onset).number_in_section,
                      f"{purpose} {kind.effect.name} {onset:.4f}")
    seed = int(address.generator().integers(0, 2**62))
    return Gesture(stage.part_name, kind.at(depth, length), onset, length, start, end - start,
                   stage.tempo.beat_seconds(onset), depth, seed)
