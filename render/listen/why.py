"""Why a bar sounds as it does, as the page shows it: its choices, what could have been, and what the score may fix."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from render.job import Job
from scores.choose import Choice
from scores.composing.picked import EVERYBODY, picks_of

# Most options that are shown of a choice, but for those that were picked.
MOST_OPTIONS = 8


def why(job: Job, part: str, seconds: float) -> dict[str, Any]:
    """Return the choices of a part in the bar that sounds at a time.

    Parameters
    ----------
    job
        The song.
    part
        A part, or ``all`` for what is chosen for everybody.
    seconds
        Place in the song [s].

    Returns
    -------
    dict
        The place, and the choices: those that are drawn once first, in the order in which they were made.

    Raises
    ------
    ValueError
        For a part that the song does not have.
    """
    if part != EVERYBODY and part not in job.score.parts:
        raise ValueError(part)
    bars = job.performance.bars
    bar = bars[max(bisect_right([each.start_seconds for each in bars], seconds + 1e-3) - 1, 0)]
    spans = job.performance.sections
    span = spans[max(bisect_right([each.start_seconds for each in spans], bar.start_seconds + 1e-3) - 1, 0)]
    number = bar.number_in_section or 0
    wanted = "" if part == EVERYBODY else part
    found = [choice for choice in job.performance.choices if choice.address.section == span.name
             and choice.address.part == wanted and choice.address.bar in (0, number)]
    groups = [list(same) for _, same in groupby(found, key=lambda choice: (
        choice.address, choice.options, choice.logits, choice.temperature))]
    fixed = picks_of(job.score)
    return {
        "part": part, "section": span.name, "bar": number, "start": bar.start_seconds,
        "rolls": job.score.reroll.get(part, {}).get(span.name, 0),
        "lock": str(seed) if (seed := job.score.lock.get(part, {}).get(span.name)) is not None else None,
        "plays": bool(wanted) and any(section.name == span.name and wanted in section.players
                                      for section in job.score.sections),
        "choices": [_told(group, (span.name, wanted, group[0].address.bar, group[0].address.purpose) in fixed)
                    for group in sorted(groups, key=lambda group: len(group) > 1)]}


def _told(drawn: Sequence[Choice], is_fixed: bool) -> dict[str, Any]:
    """Return a choice: its likeliest options and those that were picked, in their own order."""
    first = drawn[0]
    counts = [sum(choice.pick == n for choice in drawn) for n in range(len(first.options))]
    likeliest = sorted(range(len(first.options)), key=lambda n: (-bool(counts[n]), -first.probabilities[n]))
    shown = sorted(likeliest[:max(MOST_OPTIONS, sum(map(bool, counts)))])
    return {"what": first.address.purpose, "bar": first.address.bar, "temperature": round(first.temperature, 3),
            "times": len(drawn), "fixed": is_fixed, "others": len(first.options) - len(shown),
            "options": [[first.options[n], round(first.probabilities[n], 4), counts[n]] for n in shown]}
