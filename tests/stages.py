"""Stages for the tests of players, laid out by the project's own timeline from a score in plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from binding import score_from

from scores.choose import Chooser
from scores.composing.stage import Draft, Memory, Stage
from scores.composing.timeline import lay_out, section_curve
from scores.score import Score


def score_of(harmony: str = "| Cm | Abmaj7 | Eb/G | Bb |", *, play: Any = "fingerpick", bars: int = 8,
             **fields: Any) -> Score:
    """A score with one part named ``player`` and one section; ``fields`` are the score's, ``section_`` the section's,
    ``part_`` the part's."""
    section = {"name": "Verse 1", "bars": bars, "harmony": harmony, "play": {"player": play}}
    section |= {name.removeprefix("section_"): fields.pop(name) for name in list(fields) if name.startswith("section_")}
    part = {"instrument": "steel_guitar"}
    part |= {name.removeprefix("part_"): fields.pop(name) for name in list(fields) if name.startswith("part_")}
    data = {"title": "Test", "tempo": 68, "key": "C minor", "sections": [section], "parts": {"player": part}} | fields
    return score_from(data)


def stages_of(score: Score, part: str = "player", drafts: Mapping[str, list[Draft]] | None = None) -> list[Stage]:
    """A stage for each section in which the part plays, in order, with one memory and one chooser."""
    timeline, chooser, memory = lay_out(score), Chooser(), Memory()
    stages = []
    for i, section in enumerate(score.sections):
        if part not in section.play:
            continue
        player = section.players[part]
        bars, lines = timeline.bars_of[i], timeline.lines_of[i]
        dynamics = section_curve(player.dynamics or section.dynamics, bars, lines)
        stage = Stage(score, i, section, timeline.sections[i], bars, part, score.parts[part], player, timeline.steady,
                      timeline.temperature, timeline.glitch, dynamics, lines, chooser, memory, dict(drafts or {}))
        heard = [bar for bar in bars if (bar.number_in_section or 1) >= player.enters
                 and (player.leaves is None or bar.number_in_section < player.leaves)]
        stages.append(replace(stage, bars=heard))
    return stages


def played(score: Score, part: str = "player", drafts: Mapping[str, list[Draft]] | None = None) -> list[list[Draft]]:
    """What the part plays, one list of drafts a section."""
    return [stage.player.play(stage) for stage in stages_of(score, part, drafts)]
