"""A song of two verses and two choruses, as singers perform it, for the laws of voice and melody."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from stages import score_of, stages_of

from scores.composing.stage import Draft, Stage
from scores.score import Score

VERSE = ["The lantern on the harbour wall went dim", "and every boat came slowly home to sleep",
         "I counted all the windows, one by one,", "until the quiet water had them all."]
VERSE_2 = ["The morning found my brother at the door", "with silver in the pockets of his coat",
           "He asked me for the kettle and a chair", "and never said a word about the sea."]
CHORUS = ["Hold the line for me", "hold the narrow line", "there is nothing in the distance but the rain",
          "hold the line again"]
CHORUS_2 = ["Let the line go slack", "let it sink and shine", "there was nothing in the distance but the light",
            "let the line go now"]
SEEDS = range(1, 7)


def song(seed: int = 1, style: Any = "sung", **fields: Any) -> Score:
    """Verse, chorus, and both again with other words."""
    def section(name: str, lyrics: list[str], harmony: str, **more: Any) -> dict[str, Any]:
        return {"name": name, "bars": 8, "harmony": harmony, "lyrics": lyrics, "play": {"player": style}} | more

    verse = "| Cm | Abmaj7 | Eb/G | Bb | Fm7 | Abmaj7 | G7 | Cm |"
    chorus = "| Abmaj7 | Eb/G | Fm7 | Cm | Ab | Bb | G7 | Cm |"
    return score_of(seed=seed, sections=[
        section("Verse 1", VERSE, verse), section("Chorus", CHORUS, chorus),
        section("Verse 2", VERSE_2, verse, like="Verse 1"),
        section("Chorus 2", CHORUS_2, chorus, like="Chorus")], **fields)


@cache
def sung(seed: int, temperature: float = 0.7) -> tuple[tuple[Stage, tuple[Draft, ...]], ...]:
    return perform(song(seed, temperature=temperature))


def perform(score: Score) -> tuple[tuple[Stage, tuple[Draft, ...]], ...]:
    return tuple((stage, tuple(stage.player.play(stage))) for stage in stages_of(score))


def lines_of(drafts: tuple[Draft, ...]) -> list[list[Draft]]:
    """The syllables of each line, without the breaths."""
    rows: dict[int, list[Draft]] = {}
    for draft in drafts:
        assert draft.utterance is not None
        if draft.utterance.syllable:
            rows.setdefault(draft.utterance.line.number, []).append(draft)
    return [rows[number] for number in sorted(rows)]


def every_line(temperature: float = 0.7) -> list[tuple[Stage, list[Draft]]]:
    return [(stage, line) for seed in SEEDS for stage, drafts in sung(seed, temperature) for line in lines_of(drafts)]


def seconds(stage: Stage, line: list[Draft]) -> tuple[float, float]:
    return stage.tempo.seconds(line[0].onset_beats), stage.tempo.seconds(line[-1].onset_beats + line[-1].duration_beats)


def strength(stage: Stage, beat: float) -> float:
    bar = stage.bar_at(beat)
    return bar.meter.strength(beat - bar.start_beats)


def contour(line: list[Draft], points: int = 24) -> np.ndarray:
    """Pitch over a phrase's own time from its first onset to its last."""
    onsets = np.array([draft.onset_beats for draft in line])
    where = onsets[0] + (onsets[-1] - onsets[0]) * (np.arange(points) + 0.5) / points
    return np.interp(where, onsets, [draft.pitch for draft in line])


def relation(first: tuple[Draft, ...], second: tuple[Draft, ...]) -> float:
    """Mean correlation of contour between the lines of two sections."""
    return float(np.mean([np.corrcoef(contour(a), contour(b))[0, 1]
                          for a, b in zip(lines_of(first), lines_of(second), strict=True)]))
