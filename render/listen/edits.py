"""What the page asks of a score: the value that is to be written, or why it cannot be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from render.job import Job
from render.listen.hand import RefusedError


def answered(act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return an answer to the page, or why there is none."""
    try:
        return act()
    except RefusedError as error:
        return {"refused": str(error)}


def written(told: dict[str, Any], job: Job) -> tuple[list[str], int | str]:
    """Return what the page asks to be written: the keys that lead to a value of the score, and the value.

    Raises
    ------
    RefusedError
        For what the score would refuse.
    KeyError, TypeError, ValueError
        For anything that no page asks.
    """
    score, does = job.score, told["do"]
    if does == "keep":
        return ["seed"], int(told["seed"])
    part, section = str(told["part"]), str(told["section"])
    locked = score.lock.get(part, {}).get(section)
    if does == "choose":
        return ["choose", part, section, f"{int(told['bar'])} {told['what']}"], str(told["option"])
    if does == "reroll":
        if locked is not None:
            raise RefusedError(f"{part} is locked in {section}: take the line lock: out of the score first.")
        return ["reroll", part, section], score.reroll.get(part, {}).get(section, 0) + 1
    if does == "lock":
        return ["lock", part, section], score.seed if locked is None else locked
    raise ValueError(does)
