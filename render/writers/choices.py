"""``choices.jsonl``: each choice that composing made: what could have been, how likely it was, what was picked.

A line is ``{"section", "bar", "part", "purpose", "temperature", "options", "picked"}``. An option is its label, its
logit and its probability; one below a thousandth is left out unless it was picked. Where one draw decides several times
(the touch of each note of a bar), ``picked`` holds a label for each.
"""

from __future__ import annotations

import json
from itertools import groupby

from render.rendering import Rendering
from scores.choose import Choice

ORDER = 10
TARGET = "choices"

NAME = "choices.jsonl"
_ENCODED = json.JSONEncoder(ensure_ascii=False).encode
# Probability below which an option that was not picked is left out.
UNLIKELY = 1e-3


def write(rendering: Rendering) -> None:
    """Write ``choices.jsonl``."""
    lines = []
    for _, same in groupby(rendering.performance.choices, key=_drawn):
        choices = list(same)
        address = choices[0].address
        lines.append(_ENCODED({"section": address.section, "bar": address.bar, "part": address.part,
                               "purpose": address.purpose, "temperature": round(choices[0].temperature, 4),
                               "options": _options(choices),
                               "picked": [choice.options[choice.pick] for choice in choices]}) + "\n")
    (rendering.folder / NAME).write_text("".join(lines), encoding="utf-8", newline="\n")


def _drawn(choice: Choice) -> tuple[object, ...]:
    """Return what tells one draw from another."""
    return choice.address, choice.options, choice.logits, choice.temperature


def _options(choices: list[Choice]) -> list[list[str | float]]:
    first, picks = choices[0], {choice.pick for choice in choices}
    return [[label, round(logit, 3), round(share, 4)] for n, (label, logit, share) in enumerate(zip(
        first.options, first.logits, first.probabilities, strict=True)) if share >= UNLIKELY or n in picks]
