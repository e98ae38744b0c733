"""Sends that no mix declares: a part that is sent to ``reverb`` gets one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scores.catalogue import Catalogue
from scores.format.model import Score, Send
from scores.table import read_table


def with_spaces(score: Score, catalogue: Catalogue) -> Score:
    """Return the score with a send for each name that a part is sent to and that is itself a space.

    That is an effect with a wet and a dry sound and no setting that has to be given (``reverb``, ``plate``,
    ``delay``), or a name of ``scores/tables/names.yaml`` (``room``, ``hall``, ``echo``).
    """
    wanted = dict.fromkeys(name for part in score.parts.values() for name in part.sends)
    made = {name: Send(effects=(entry,)) for name in wanted
            if name not in score.mix.sends and (entry := _space(name, catalogue)) is not None}
    if not made:
        return score
    return score.model_copy(update={"mix": score.mix.model_copy(update={"sends": {**score.mix.sends, **made}})})


def _space(name: str, catalogue: Catalogue) -> str | Mapping[str, Mapping[str, Any]] | None:
    """Return the effect that a name of a send stands for, as a score would write it."""
    kind: Any = catalogue.effects.get(name)
    if kind is not None:
        fields = kind.model_fields.values()
        return name if "mix" in kind.model_fields and not any(field.is_required() for field in fields) else None
    entry: Mapping[str, Mapping[str, Any]] | None = read_table("names")["spaces"].get(name)
    return entry if entry is not None and set(entry) <= set(catalogue.effects) else None
