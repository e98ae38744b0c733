"""From a score to a performance: each part plays each section, its notes are humanised, and the glitches planned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import NamedTuple

from scores.choose import Choice, Chooser
from scores.composing.glitches.plan import plan_section
from scores.composing.grooves.swing import swung_together
from scores.composing.humanise import humanise, settle
from scores.composing.phrasing import phrased, words_of
from scores.composing.picked import picks_of
from scores.composing.pulse import pulse_of
from scores.composing.reach import within_reach
from scores.composing.singing.singers import lines_for
from scores.composing.stage import Draft, Heard, Memory, Stage
from scores.composing.timeline import Timeline, lay_out, section_curve
from scores.composing.together import held, stopped
from scores.performance import Gesture, Note, Performance, Take
from scores.score import Score


@dataclass
class _Played:
    """What was played: for each part the notes and gestures of each section, and the rest of a performance."""

    notes: dict[str, list[list[Note]]]
    gestures: dict[str, list[list[Gesture]]]
    sent: dict[str, list[Gesture]]
    takes: dict[str, list[Take]]
    choices: list[Choice]


def compose(score: Score) -> Performance:
    """Compose a bound score. The same score gives the same performance, note for note.

    Raises
    ------
    ScoreFault
        For a fault that only composing can find: a chord that no hand can play, a line that is too fast to sing.
    """
    composition = Composition.of(score)
    composition.play()
    return composition.performance()


class _Stand(NamedTuple):
    """How far a song had come before a section: what the parts remember, and how much there was of each list."""

    memories: dict[str, Memory]
    plain: dict[str, int]
    sent: dict[str, int]
    takes: dict[str, int]
    choices: int


@dataclass
class Composition:
    """A song that is composed section by section.

    Attributes
    ----------
    score, timeline
        The song, and where everything lies in it.
    chooser
        Makes its choices.
    memories, heard
        What each part remembers, and what all of them have heard.
    plain
        What each part played before it was rolled again.
    played
        What was played so far.
    remembers
        Whether it is remembered how far it had come before each section, so that another may go on from there.
    stands
        That, for each section.
    """

    score: Score
    timeline: Timeline
    chooser: Chooser
    memories: dict[str, Memory]
    heard: list[Heard]
    plain: dict[str, list[Note]]
    played: _Played
    remembers: bool = False
    stands: list[_Stand] = field(default_factory=list)

    @classmethod
    def of(cls, score: Score, timeline: Timeline | None = None, *, remembers: bool = False) -> Composition:
        """Return the composition of a score, of which nothing is played yet."""
        chooser = Chooser(picks=picks_of(score))
        played = _Played({name: [] for name in score.parts}, {name: [] for name in score.parts},
                         {name: [] for name in score.mix.sends}, {name: [] for name in score.parts}, chooser.log)
        return cls(score, timeline or lay_out(score), chooser, {name: Memory() for name in score.parts}, [],
                   {name: [] for name in score.parts}, played, remembers)

    def changed(self, score: Score) -> Composition:
        """Return the composition of a score that differs in sections only, as far as this one is also its own.

        A section is what it says, and what ``reroll`` and ``choose`` say of it. It may be played with an eye on the
        next one, so the one before the first that differs is played anew.
        """
        other = Composition.of(score)
        alike = [one == two for one, two in zip(_by_section(self.score, self.timeline),
                                                _by_section(score, other.timeline), strict=False)]
        first = max((alike.index(False) if False in alike else len(alike)) - 1, 0)
        if first >= len(self.stands) or score.lock or self.score.lock:
            return other
        stand = self.stands[first]
        other.memories = deepcopy(stand.memories)
        other.heard = self.heard[:first]
        other.plain = {name: self.plain[name][:count] for name, count in stand.plain.items()}
        played, chosen = self.played, self.chooser.log[:stand.choices]
        other.chooser.log[:] = chosen
        other.played = _Played(
            {name: part[:first] for name, part in played.notes.items()},
            {name: part[:first] for name, part in played.gestures.items()},
            {name: played.sent[name][:count] for name, count in stand.sent.items()},
            {name: played.takes[name][:count] for name, count in stand.takes.items()}, other.chooser.log)
        return other

    def play(self, stop: int | None = None) -> None:
        """Play the sections that are left, up to one that is not played; the later ones stay silent."""
        for index in range(len(self.heard), len(self.score.sections) if stop is None else stop):
            if self.remembers:
                self.stands.append(_Stand(
                    deepcopy(self.memories), {name: len(notes) for name, notes in self.plain.items()},
                    {name: len(found) for name, found in self.played.sent.items()},
                    {name: len(found) for name, found in self.played.takes.items()}, len(self.chooser.log)))
            for name in self.score.parts:
                self.played.notes[name].append([])
                self.played.gestures[name].append([])
            _play_section(self.score, self.timeline, index, self.chooser, self.memories, self.heard, self.plain,
                          self.played)

    def performance(self) -> Performance:
        """Return what is played."""
        score, timeline = self.score, self.timeline
        played = _locked(score, timeline, self.played)
        duration = timeline.duration_seconds
        by_onset = {name: sorted(chain.from_iterable(part), key=lambda note: (note.onset_seconds, note.pitch))
                    for name, part in played.notes.items()}
        return Performance(
            tempo=timeline.tempo,
            bars=tuple(bar for bars in timeline.bars_of for bar in bars),
            sections=timeline.sections,
            notes={name: settle(part, duration) for name, part in by_onset.items()},
            gestures={name: list(chain.from_iterable(part)) for name, part in played.gestures.items()},
            temperature=timeline.temperature,
            glitch=timeline.glitch,
            tails_end_seconds=tuple(
                span.start_seconds for section, span in zip(score.sections, timeline.sections, strict=True)
                if section.tails == "cut") + tuple(
                span.end_seconds for section, span in zip(score.sections, timeline.sections, strict=True)
                if section.fade and section.fade.out),  # what has faded out does not come back
            duration_seconds=duration,
            choices=played.choices,
            takes={name: part for name, part in played.takes.items() if part},
            send_gestures=played.sent,
        )


def _by_section(score: Score, timeline: Timeline) -> Iterator[object]:
    """Yield for each section all that a part is told of it."""
    for section, bars, lines in zip(score.sections, timeline.bars_of, timeline.lines_of, strict=True):
        yield section, bars, lines, [[(part, places[section.name]) for part, places in found.items()
                                      if section.name in places] for found in (score.reroll, score.choose)]


def _locked(score: Score, timeline: Timeline, played: _Played) -> _Played:
    """Put in place of what is locked what the take with its seed plays there: notes, glitches, and why."""
    index = {section.name: i for i, section in enumerate(score.sections)}
    for seed in sorted({seed for places in score.lock.values() for seed in places.values()} - {score.seed}):
        take = Composition.of(score.model_copy(update={"seed": seed}), timeline)
        take.play()
        other = take.played
        for part, places in score.lock.items():
            for name in (name for name, kept in places.items() if kept == seed):
                played.notes[part][index[name]] = other.notes[part][index[name]]
                played.gestures[part][index[name]] = other.gestures[part][index[name]]
                mine = [choice for choice in other.choices if (choice.address.part, choice.address.section)
                        == (part, name)]
                played.choices[:] = [choice for choice in played.choices if (
                    choice.address.part, choice.address.section) != (part, name)] + mine
    return played


def _play_section(score: Score, timeline: Timeline, index: int, chooser: Chooser, memories: Mapping[str, Memory],
                  heard: list[Heard], plain: dict[str, list[Note]], played: _Played) -> None:
    """Play one section with all of its parts in the score's order, so that later parts can follow earlier ones.

    A part that was rolled again is played twice. Its first take is what the other parts hear, except those that double
    it, and what the part itself remembers; the second is what sounds. So nothing else changes, and no other section.
    """
    section, bars, lines = score.sections[index], timeline.bars_of[index], timeline.lines_of[index]
    drafts: dict[str, list[Draft]] = {}
    rolled: dict[str, list[Draft]] = {}
    stages: dict[str, Stage] = {}
    anew: dict[str, Stage] = {}  # of the parts that were rolled again
    earlier = {name: len(notes) for name, notes in plain.items()}
    whole: dict[str, Stage] = {}  # the stage of each part before it is narrowed to where the part plays
    for name, part in score.parts.items():
        player = section.players.get(name)
        if player is None:
            continue
        mine = lines_for(name, list(score.parts), section.players, lines, score.lexicon)
        stage = Stage(
            score=score, index=index, section=section, span=timeline.sections[index], bars=bars, part_name=name,
            part=part, player=player, tempo=timeline.tempo, temperature=timeline.temperature, glitch=timeline.glitch,
            dynamics=section_curve(player.dynamics or section.dynamics, bars, lines), lines=mine, chooser=chooser,
            memory=memories[name], drafts=drafts, song_end_seconds=timeline.duration_seconds, heard=heard,
            energy=section_curve(section.energy, bars, lines) if section.energy else None)
        whole[name], stage = stage, _narrowed(stage)
        if not stage.bars and player.from_energy > 0:
            continue
        roll = score.reroll.get(name, {}).get(section.name, 0)
        if roll or (rolled and player.follows(stage)):
            anew[name] = replace(stage, roll=roll, memory=deepcopy(memories[name]), drafts={**drafts, **rolled})
            stage = replace(stage, chooser=Chooser())  # why it is as it was is not asked any more
        stages[name] = stage
        drafts[name] = _drafted(score, stage, timeline)
        if name in anew:
            rolled[name] = _drafted(score, anew[name], timeline)
        played.takes[name] += player.takes(stage)
    # Phrasing comes after all parts: a guitar leaves room for words that a later part sings.
    words, pulse = words_of(drafts), pulse_of(score.seed, section.name, bars)
    doubled = {player.copies for player in section.players.values()}
    for name, stage in stages.items():
        drafts[name] = phrased(stage, drafts[name], words, is_doubled=name in doubled)
        notes = humanise(drafts[name], stage, pulse)
        plain[name] += notes
        if name in anew:
            rolled[name] = phrased(anew[name], rolled[name], words, is_doubled=name in doubled)
            notes = humanise(rolled[name], anew[name], pulse)
        played.notes[name][index] = notes
    heard.append(Heard(section, bars, drafts))
    _break(score, index, whole, plain, played, list(rolled), earlier, chooser)


def _drafted(score: Score, stage: Stage, timeline: Timeline) -> list[Draft]:
    """Return what a part plays in a section, on the grid."""
    drafts = stage.player.play(replace(stage, tempo=timeline.steady))
    if not stage.player.is_given:
        drafts = within_reach(drafts, score.parts[stage.part_name].voice)
    return held(stopped(stage, swung_together(stage, drafts)), timeline.held)


def _break(score: Score, index: int, whole: Mapping[str, Stage], plain: Mapping[str, Sequence[Note]], played: _Played,
           rolled: Sequence[str], earlier: Mapping[str, int], chooser: Chooser) -> None:
    """Plan the glitches of a section, after all parts: a cue may fall on a word of a later part, a gesture on all.

    Those of a part that was rolled again follow what it plays now; ``earlier`` is the number of notes that each part
    played before this section.
    """
    logged = len(chooser.log)
    of_parts, of_sends = plan_section(score, whole, plain, played.takes)
    if rolled:
        anew = Chooser(picks=chooser.picks)
        now = {name: [*plain[name][:earlier[name]], *played.notes[name][index]] if name in rolled else plain[name]
               for name in plain}
        found, _ = plan_section(score, {name: replace(stage, chooser=anew) for name, stage in whole.items()}, now,
                                played.takes)
        of_parts.update({name: found[name] for name in rolled})
        chooser.log[logged:] = [*(choice for choice in chooser.log[logged:] if choice.address.part not in rolled),
                                *(choice for choice in anew.log if choice.address.part in rolled)]
    for name, planned in of_parts.items():
        played.gestures[name][index] += planned
    for name, planned in of_sends.items():
        played.sent[name] += planned


def _narrowed(stage: Stage) -> Stage:
    """Return the stage of a part with the bars and lines in which it plays, by its bars and the section's energy."""
    player = stage.player
    bars = [bar for bar in stage.bars
            if (bar.number_in_section or 1) >= player.enters
            and (player.leaves is None or bar.number_in_section < player.leaves)]
    if stage.energy is not None and player.from_energy > 0:
        loud = [bar for bar in bars if stage.energy.at((bar.start_beats + bar.end_beats) / 2) >= player.from_energy]
        bars = [bar for bar in bars if loud and loud[0].index <= bar.index <= loud[-1].index]
    lines = [line for line in stage.lines
             if bars and bars[0].start_beats - 1e-9 <= line.start_beats < bars[-1].end_beats]
    return replace(stage, bars=bars, lines=lines)
