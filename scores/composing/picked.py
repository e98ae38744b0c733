"""Choices that the score makes itself: ``choose:``."""

from __future__ import annotations

from scores.choose import Place
from scores.format.model import Score
from scores.performance import Performance

# In place of a part: what is chosen for all parts at once.
EVERYBODY = "all"


def picks_of(score: Score) -> dict[Place, str]:
    """Return what the score chooses, by its place."""
    found = {}
    for part, sections in score.choose.items():
        for section, picks in sections.items():
            for place, option in picks.items():
                bar, _, purpose = place.partition(" ")
                found[section, "" if part == EVERYBODY else part, int(bar), purpose] = option
    return found


def unmet_picks(score: Score, performance: Performance) -> list[str]:
    """Return a notice for each choice of the score that was not to be made, with what could have been chosen."""
    wanted = picks_of(score)
    if not wanted:
        return []
    options: dict[Place, tuple[str, ...]] = {}
    for choice in performance.choices:
        at = choice.address
        options.setdefault((at.section, at.part, at.bar, at.purpose), choice.options)
    notices = []
    for (section, part, bar, purpose), option in wanted.items():
        there = options.get((section, part, bar, purpose))
        if there is None or option not in there:
            possible = "nothing is chosen there" if there is None else "possible are " + ", ".join(there)
            notices.append(f"choose: {part or EVERYBODY}: {section}: \"{bar} {purpose}\": {option} has no effect: "
                           f"{possible}.")
    return notices
