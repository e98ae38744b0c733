"""From a score to a performance: each part plays each section, its notes are humanised, and the glitches planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from scores.choose import Chooser
from scores.composing.glitches.plan import plan_section
from scores.composing.grooves.swing import swung_together
from scores.composing.humanise import humanise, settle
from scores.composing.reach import within_reach
from scores.composing.singing.singers import lines_for
from scores.composing.stage import Draft, Heard, Memory, Stage
from scores.composing.timeline import Timeline, lay_out, section_curve
from scores.composing.together import held, stopped
from scores.performance import Gesture, Note, Performance, Take
from scores.score import Score


def compose(score: Score) -> Performance:
    """Compose a bound score. The same score gives the same performance, note for note.

    Raises
    ------
    ScoreFault
        For a fault that only composing can find: a chord that no hand can play, a line that is too fast to sing.
    """
    timeline = lay_out(score)
    chooser = Chooser()
    notes: dict[str, list[Note]] = {name: [] for name in score.parts}
    gestures: dict[str, list[Gesture]] = {name: [] for name in score.parts}
    sent: dict[str, list[Gesture]] = {name: [] for name in score.mix.sends}
    takes: dict[str, list[Take]] = {name: [] for name in score.parts}
    memories = {name: Memory() for name in score.parts}
    heard: list[Heard] = []
    for index in range(len(score.sections)):
        _play_section(score, timeline, index, chooser, memories, heard, notes, gestures, sent, takes)
    duration = timeline.duration_seconds
    by_onset = {name: sorted(part, key=lambda note: (note.onset_seconds, note.pitch)) for name, part in notes.items()}
    return Performance(
        tempo=timeline.tempo,
        bars=tuple(bar for bars in timeline.bars_of for bar in bars),
        sections=timeline.sections,
        notes={name: settle(part, duration) for name, part in by_onset.items()},
        gestures=gestures,
        temperature=timeline.temperature,
        glitch=timeline.glitch,
        tails_end_seconds=tuple(span.start_seconds for section, span in
                                zip(score.sections, timeline.sections, strict=True) if section.tails == "cut") + tuple(
            span.end_seconds for section, span in zip(score.sections, timeline.sections, strict=True)
            if section.fade and section.fade.out),  # what has faded out does not come back
        duration_seconds=duration,
        choices=chooser.log,
        takes={name: part for name, part in takes.items() if part},
        send_gestures=sent,
    )


def _play_section(score: Score, timeline: Timeline, index: int, chooser: Chooser,
                  memories: Mapping[str, Memory], heard: list[Heard], notes: dict[str, list[Note]],
                  gestures: dict[str, list[Gesture]], sent: dict[str, list[Gesture]],
                  takes: dict[str, list[Take]]) -> None:
    """Play one section with all of its parts in the score's order, so that later parts can follow earlier ones."""
    section, bars, lines = score.sections[index], timeline.bars_of[index], timeline.lines_of[index]
    drafts: dict[str, list[Draft]] = {}
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
        played = player.play(stage)
        if not player.is_given:
            played = within_reach(played, part.voice)
        drafts[name] = held(stopped(stage, swung_together(stage, played)), timeline.held)
        notes[name] += humanise(drafts[name], stage)
        takes[name] += player.takes(stage)
    heard.append(Heard(section, bars, drafts))
    # Glitches come after all parts: a cue may fall on a word that a later part sings, and a gesture on all of them.
    of_parts, of_sends = plan_section(score, whole, notes, takes)
    for plan, found in ((gestures, of_parts), (sent, of_sends)):
        for name, planned in found.items():
            plan[name] += planned


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
