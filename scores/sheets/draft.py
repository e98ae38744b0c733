"""A score as the decisions make it, before it is written: plain values, and beside them why they are so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scores.choose import Address, Chooser


@dataclass
class Guesses:
    """Makes the decisions of one import: each a softmax at the song's temperature, at an address of its own."""

    seed: int
    temperature: float
    title: str  # two songs of one seed are not guessed alike, so it is part of the address
    chooser: Chooser = field(default_factory=Chooser)

    def pick(self, logits: Mapping[str, float], where: str, purpose: str) -> str:
        """Return one of the options, by their logits."""
        options = list(logits)
        address = Address(self.seed, where, self.title, 0, purpose)
        return options[self.chooser.choose(options, list(logits.values()), self.temperature, address)]

    def share(self, low: float, high: float, where: str, purpose: str) -> float:
        """Return a number between two, likelier in the middle; steps of an eighth of the way."""
        logits = {str(i / 8): -8 * (i / 8 - 0.5) ** 2 for i in range(9)}
        return low + float(self.pick(logits, where, purpose)) * (high - low)


@dataclass
class DraftSection:
    """A section of the score to be. ``values`` are its keys in their order, ``why`` a comment for some of them."""

    kind: str
    values: dict[str, Any]
    why: dict[str, str] = field(default_factory=dict)


@dataclass
class Draft:
    """The score to be, and what the person is told of it."""

    head: dict[str, Any]
    parts: dict[str, dict[str, Any]]
    sections: list[DraftSection]
    bar_seconds: float
    why: dict[str, str] = field(default_factory=dict)
    part_why: dict[str, str] = field(default_factory=dict)
    tail: dict[str, Any] = field(default_factory=dict)
    understood: list[str] = field(default_factory=list)
    guessed: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
