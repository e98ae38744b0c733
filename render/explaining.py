"""``python -m render explain SCORE "Verse 2:3 guitar"``: why a bar sounds as it does, as bars of probability."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from render.console.screen import screen
from scores.faults import InputError

if TYPE_CHECKING:
    from scores.choose import Choice
    from scores.performance import Performance
    from scores.score import Score

DESCRIPTION = """\
Say why a bar sounds as it does: each choice that was made there, what could
have been, and how likely it was. A place is a section, a bar of it, and a part:
"Verse 2:3 guitar"; without a bar it is the whole section, without a part all of
them."""
# What follows the name of a section in a place.
REST = re.compile(r"(?:\s*:\s*(?P<bar>\d{1,6}))?(?:\s+(?P<part>\S+))?")
# Length of a bar of probability 1 [characters], most options that are shown, and longest label.
WIDTH, MOST_OPTIONS, LABEL = 30, 8, 28
# What the choices are called that are made for all parts at once.
EVERYBODY = "all parts"


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """Return what ``explain`` was asked for. Ends the process where that is wrong."""
    parser = argparse.ArgumentParser(prog="python -m render explain", description=DESCRIPTION, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("score", metavar="SCORE.yaml", type=Path, help="the score of the song")
    parser.add_argument("place", metavar="PLACE", help='such as "Verse 2:3 guitar"')
    parser.add_argument("--seed", metavar="N", help="of another take")
    parser.add_argument("--temperature", metavar="T", help="instead of the score's")
    return parser.parse_args(arguments)


def run(asked: argparse.Namespace) -> int:
    """Print the choices of a place; return the exit code.

    Raises
    ------
    InputError
        For a fault of the score, or a place that the song does not have.
    """
    from render.produce import plan
    from scores.reading.changes import Changes

    song = plan(asked.score, changes=Changes.checked(seed=asked.seed, temperature=asked.temperature))
    section, bar, part = place(asked.place, song.score, song.performance)
    choices = [choice for choice in song.performance.choices if choice.address.section == section
               and bar in (None, choice.address.bar) and part in (None, choice.address.part)]
    out = screen(sys.stdout)
    for line in explained(choices):
        out.print(line, soft_wrap=True)
    if not choices:
        out.print("Nothing was chosen there.")
    return 0


def place(text: str, score: Score, performance: Performance) -> tuple[str, int | None, str | None]:
    """Read a place: the name of a section, the number of a bar in it, and a part; None for all of them.

    Raises
    ------
    InputError
        For a place that the song does not have, with what it has.
    """
    from scores.notation import nearest

    told = [span.name for span in performance.sections]
    for span in sorted(performance.sections, key=lambda each: -len(each.name)):
        rest = REST.fullmatch(text.strip()[len(span.name):])
        if rest and text.strip()[:len(span.name)].casefold() == span.name.casefold():
            break
    else:
        name = re.split(r":|\s+(?=\S+$)", text.strip())[0]
        raise InputError(f"the song has no section {name}", found=name, allowed=", ".join(told) +
                         ', with a bar and a part: "' + told[0] + ':1 ' + next(iter(score.parts)) + '"',
                         nearest=nearest(name, told))
    bar, part = rest["bar"], rest["part"]
    if part is not None and part not in score.parts:
        raise InputError(f"the song has no part {part}", found=part, allowed=", ".join(score.parts),
                         nearest=nearest(part, score.parts))
    if bar is not None and not 0 <= int(bar) <= span.bars:
        raise InputError(f"{span.name} has no bar {bar}", found=bar, allowed=f"bars from 1 to {span.bars}")
    return span.name, None if bar is None else int(bar), part


def explained(choices: Sequence[Choice]) -> Iterator[str]:
    """Yield lines that show choices: what was chosen, its options as bars of probability, and what was picked."""
    before: object = None
    for (address, purpose, _, _), same in groupby(choices, key=lambda choice: (
            (choice.address.section, choice.address.bar, choice.address.part), choice.address.purpose,
            choice.logits, choice.temperature)):
        if address != before:
            section, bar, part = address
            yield f"{'' if before is None else chr(10)}{section}:{bar} {part or EVERYBODY}"
            before = address
        drawn = list(same)
        times = f", {len(drawn)} times" if len(drawn) > 1 else ""
        yield f"  {purpose} (T {drawn[0].temperature:.3g}{times})"
        yield from _bars(drawn)


def _bars(drawn: Sequence[Choice]) -> Iterator[str]:
    """Yield the likeliest options and those that were picked, in their own order."""
    first = drawn[0]
    counts = [sum(choice.pick == n for choice in drawn) for n in range(len(first.options))]
    likeliest = sorted(range(len(first.options)), key=lambda n: (-bool(counts[n]), -first.probabilities[n]))
    shown = sorted(likeliest[:max(MOST_OPTIONS, sum(map(bool, counts)))])
    for n in shown:
        share = first.probabilities[n]
        label = first.options[n] if len(first.options[n]) <= LABEL else first.options[n][:LABEL - 1] + "…"
        mark = "" if not counts[n] else "  ← picked" + (f" {counts[n]} times" if counts[n] > 1 else "")
        yield f"    {label:<{LABEL}} {100 * share:5.1f} % {'█' * round(WIDTH * share)}{mark}"
    if left := len(first.options) - len(shown):
        rest = 100 * (1 - sum(first.probabilities[n] for n in shown))
        yield f"    {f'{left} others':<{LABEL}} {max(rest, 0.0):5.1f} %"
