"""Every musical choice is a softmax at a temperature, made by a generator that has an address.

Near T = 0 the highest logit always wins; as T grows all options become equal. What was chosen, and what was
almost chosen, is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

COLD = 1e-3  # at and below this temperature softmax is argmax: exp would only underflow to the same answer


@dataclass(frozen=True, slots=True)
class Address:
    """Where in the song a random draw belongs. Two draws with one address are one draw."""

    seed: int
    section: str
    part: str
    bar: int
    purpose: str

    def generator(self) -> np.random.Generator:
        """A generator that depends on this address alone: not on time, hash order, process or machine."""
        text = "\x1f".join((str(self.seed), self.section, self.part, str(self.bar), self.purpose))
        digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
        return np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "little")))


def softmax(logits: np.ndarray | Sequence[float], temperature: float) -> np.ndarray:
    """Probabilities ``exp(logit / T) / Σ exp(logit / T)``; at T ≤ 0.001 all weight is on the first highest logit.

    logits
        shape (n,), finite; n ≥ 1.
    temperature
        ≥ 0. Boltzmann's distribution with k = 1.
    """
    values = np.asarray(logits, dtype=np.float64)
    if temperature <= COLD:
        probabilities = np.zeros_like(values)
        probabilities[int(np.argmax(values))] = 1.0
        return probabilities
    weights = np.exp((values - values.max()) / temperature)
    return np.asarray(weights / weights.sum())


@dataclass(frozen=True, slots=True)
class Choice:
    """One pick as it was made: enough to say why, and what would have been played instead."""

    address: Address
    options: tuple[str, ...]
    logits: tuple[float, ...]
    temperature: float
    probabilities: tuple[float, ...]
    pick: int

    @property
    def runner_up(self) -> int | None:
        """The likeliest option that was not picked."""
        others = [i for i in range(len(self.logits)) if i != self.pick]
        return max(others, key=lambda i: (self.probabilities[i], self.logits[i])) if others else None


@dataclass
class Chooser:
    """Makes the choices of one song and writes each into ``log``."""

    seed: int
    log: list[Choice] = field(default_factory=list)

    def choose(
        self,
        options: Sequence[str],
        logits: Sequence[float] | np.ndarray,
        temperature: float,
        *,
        section: str,
        part: str,
        bar: int,
        purpose: str,
    ) -> int:
        """Index of the option picked. ``options`` are labels for the log, as many as ``logits``."""
        return int(self.choose_many(options, logits, [temperature], section=section, part=part, bar=bar,
                                    purpose=purpose)[0])

    def choose_many(
        self,
        options: Sequence[str],
        logits: Sequence[float] | np.ndarray,
        temperatures: Sequence[float] | np.ndarray,
        *,
        section: str,
        part: str,
        bar: int,
        purpose: str,
    ) -> list[int]:
        """One pick for each temperature, all from one address: for the many small choices of touch in a bar.

        ``logits`` has shape (n,) for all picks, or (len(temperatures), n) for each its own.
        """
        address = Address(self.seed, section, part, bar, purpose)
        rows = np.broadcast_to(np.asarray(logits, dtype=np.float64), (len(temperatures), len(options)))
        draws = address.generator().random(len(temperatures))
        labels = tuple(options)
        picks = []
        for row, temperature, draw in zip(rows, temperatures, draws, strict=True):
            probabilities = softmax(row, float(temperature))
            cumulative = np.cumsum(probabilities)
            pick = int(np.searchsorted(cumulative, draw * cumulative[-1], side="right"))
            pick = min(pick, int(np.flatnonzero(probabilities)[-1]))  # a draw of 1 − ε may fall past the rounding
            self.log.append(Choice(address, labels, tuple(row.tolist()), float(temperature),
                                   tuple(probabilities.tolist()), pick))
            picks.append(pick)
        return picks
