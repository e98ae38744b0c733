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
        return np.random.Generator(np.random.Philox(key=int.from_bytes(self._digest(0)[:16], "little")))

    def draws(self, count: int) -> list[float]:
        """``count`` numbers, uniform on [0, 1): the address hashed with a counter, cheaper than a generator."""
        words = b"".join(self._digest(block) for block in range(1, count // 8 + 2))
        return [(int.from_bytes(words[i:i + 8], "little") >> 11) * 2.0**-53 for i in range(0, 8 * count, 8)]

    def _digest(self, block: int) -> bytes:
        text = "\x1f".join((str(self.seed), self.section, self.part, str(self.bar), self.purpose, str(block)))
        return hashlib.blake2b(text.encode()).digest()


def softmax(logits: np.ndarray | Sequence[float], temperature: float) -> np.ndarray:
    """Probabilities ``exp(logit / T) / Σ exp(logit / T)``; at T ≤ 0.001 all weight is on the first highest logit.

    logits
        shape (n,), finite; n ≥ 1.
    temperature
        ≥ 0. Boltzmann's distribution with k = 1.
    """
    return np.asarray(_softmax_rows(np.asarray(logits, dtype=np.float64)[None], np.array([temperature]))[0])


def _softmax_rows(logits: np.ndarray, temperatures: np.ndarray) -> np.ndarray:
    """Softmax of each row at its own temperature; shapes (rows, n) or (1, n), and (rows,)."""
    below = logits - logits.max(axis=1, keepdims=True)
    weights = np.exp(below / np.maximum(temperatures, COLD)[:, None])
    cold = temperatures <= COLD
    if cold.any():
        weights[cold] = np.arange(logits.shape[1]) == np.broadcast_to(logits, weights.shape)[cold].argmax(1)[:, None]
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


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

    log: list[Choice] = field(default_factory=list)

    def choose(self, options: Sequence[str], logits: Sequence[float] | np.ndarray, temperature: float,
               address: Address) -> int:
        """Index of the option picked. ``options`` are labels for the log, as many as ``logits``."""
        return self.choose_many(options, logits, [temperature], address)[0]

    def choose_many(self, options: Sequence[str], logits: Sequence[float] | np.ndarray,
                    temperatures: Sequence[float] | np.ndarray, address: Address) -> list[int]:
        """One pick for each temperature, all from one address: for the many small choices of touch in a bar.

        ``logits`` has shape (n,) for all picks, or (len(temperatures), n) for each its own.
        """
        if not len(temperatures):
            return []
        heat = np.asarray(temperatures, dtype=np.float64)
        rows = np.atleast_2d(np.asarray(logits, dtype=np.float64))
        probabilities = _softmax_rows(rows, heat)
        cumulative = probabilities.cumsum(axis=1)
        draws = np.array(address.draws(len(heat))) * cumulative[:, -1]
        picks = (cumulative <= draws[:, None]).sum(axis=1)
        labels, values, shares = tuple(options), [tuple(row) for row in rows.tolist()], probabilities.tolist()
        for i, (temperature, pick, share) in enumerate(zip(heat.tolist(), picks.tolist(), shares, strict=True)):
            self.log.append(Choice(address, labels, values[i % len(values)], temperature, tuple(share), pick))
        return [int(pick) for pick in picks]
