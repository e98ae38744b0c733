"""Logits that the words themselves name: a vector, and the lines that exponentiate, normalise and decide."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from scores.sheets import known
from scores.sheets.say import vector_in
from scores.sheets.sheet import SheetLine

_STEPS = {"exp": r"\bexp\b|exponentiat", "normalize": r"\bnormali[sz]e|sum to one", "argmax": r"\barg ?max\b"}


def forward_pass_of(lines: Sequence[SheetLine]) -> dict[str, Any] | None:
    """Return the settings of the style ``forward_pass``, where lines give a vector and then each of its steps."""
    if "forward_pass" not in known.styles():
        return None
    vector = next((found for line in lines if len(found := vector_in(line.text)) >= 3), None)
    if vector is None or len(vector) > 12:
        return None
    steps: dict[str, int] = {}
    for name, pattern in _STEPS.items():
        after = max(steps.values(), default=0)
        place = next((n for n, line in enumerate(lines, 1) if n > after and re.search(pattern, line.text, re.I)), None)
        if place is None:
            return None
        steps[name] = place
    return {"style": "forward_pass", "logits": vector, **{name: f"line {place}" for name, place in steps.items()}}
