"""How one save differs from the one before: whether it is composed otherwise, and how places have moved."""

from __future__ import annotations

from typing import Any

from render.job import Job
from scores.reading.read import ScoreSource

# Keys of the mix that no note depends on.
OF_THE_DESK = ("level", "sends", "voice", "dip", "hiss", "span", "lift")


def composition(source: ScoreSource) -> object:
    """Return what a score says, without that of which no note and no gesture depends: levels, places and effects."""
    said = dict(source.source.root.data if source.source.root else {})
    mix = dict(said.pop("mix", None) or {})
    said.pop("master", None)
    sends = {name: {key: value for key, value in send.items() if key != "effects"} if isinstance(send, dict) else send
             for name, send in (mix.get("sends") or {}).items()}
    parts = {name: {**{key: value for key, value in part.items() if key not in ("level", "pan", "width", "effects")},
                    "sends": list(part.get("sends") or ())} if isinstance(part, dict) else part
             for name, part in said.pop("parts", {}).items()}
    mix = {key: value for key, value in mix.items() if key not in OF_THE_DESK}
    return said, mix, list(sends.items()), list(parts.items())


def of_the_song(told: Any) -> object:
    """Return of a composition what is not said of single sections, nor of parts in them."""
    said, *rest = told
    return {key: value for key, value in said.items() if key not in ("sections", "reroll", "choose")}, rest


def shift_seconds(before: Job, now: Job, seconds: float) -> float:
    """Return how much later a place of the song is than it was [s]: bars keep their numbers, not their times."""
    starts, moved = ([bar.start_seconds for bar in job.performance.bars] for job in (before, now))
    bar = max(sum(start <= seconds for start in starts) - 1, 0)
    if bar >= len(moved):
        return 0.0

    def length(each: list[float], end: float) -> float:
        return (each[bar + 1] if bar + 1 < len(each) else end) - each[bar]

    share = (seconds - starts[bar]) / max(length(starts, before.performance.duration_seconds), 1e-3)
    return moved[bar] + share * length(moved, now.performance.duration_seconds) - seconds
