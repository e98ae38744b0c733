"""Choice by softmax: every musical choice is drawn from weighted options at a temperature.

Near temperature 0 the highest logit always wins; at high temperatures all options are almost equally likely. Each draw
has an address and follows from it alone. Every choice is logged with its options and probabilities.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from scores.arrays import Logits, Reals

# Temperature at and below which softmax is argmax: exp would only underflow to the same result.
COLD = 1e-3


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a random draw. Two draws with the same address are equal.

    Parameters
    ----------
    seed
        Seed of the song.
    section, part
        Names.
    bar
        Number of the bar in its section.
    purpose
        What is drawn.
    roll
        How often this part was rolled again in this section.
    """

    seed: int
    section: str
    part: str
    bar: int
    purpose: str
    roll: int = 0

    def generator(self) -> np.random.Generator:
        """Return a generator that follows from the address alone, on any machine and in any process."""
        return np.random.Generator(np.random.Philox(key=int.from_bytes(self._digest(0)[:16], "little")))

    def draws(self, count: int) -> list[float]:
        """Return ``count`` numbers, uniform on [0, 1): a hash of address and counter, faster than a generator."""
        words = b"".join(self._digest(block) for block in range(1, count // 8 + 2))
        return [(int.from_bytes(words[i:i + 8], "little") >> 11) * 2.0**-53 for i in range(0, 8 * count, 8)]

    def _digest(self, block: int) -> bytes:
        seed = f"{self.seed}\x1e{self.roll}" if self.roll else str(self.seed)
        text = "\x1f".join((seed, self.section, self.part, str(self.bar), self.purpose, str(block)))
        return hashlib.blake2b(text.encode()).digest()


def softmax(logits: Logits, temperature: float) -> Reals:
    """Return the probabilities ``exp(logit / T) / Σ exp(logit / T)``, the Boltzmann distribution with k = 1.

    Parameters
    ----------
    logits
        Shape (n,), finite, n ≥ 1.
    temperature
        At least 0. At 0.001 and below the first of the highest logits has all probability.

    Returns
    -------
    array
        Shape (n,), with sum 1.
    """
    return np.asarray(_softmax_rows(np.asarray(logits, dtype=np.float64)[None], np.array([temperature]))[0])


def _softmax_rows(logits: Reals, temperatures: Reals) -> Reals:
    """Return the softmax of each row at its own temperature; shapes (rows, n) or (1, n), and (rows,)."""
    below = logits - logits.max(axis=1, keepdims=True)
    weights = np.exp(below / np.maximum(temperatures, COLD)[:, None])
    cold = temperatures <= COLD
    if cold.any():
        weights[cold] = np.arange(logits.shape[1]) == np.broadcast_to(logits, weights.shape)[cold].argmax(1)[:, None]
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice with everything that explains it.

    Parameters
    ----------
    address
        Where it belongs.
    options
        Labels of the options.
    logits, temperature, probabilities
        The weights of the options, and what softmax made of them.
    pick
        Index of the option that was chosen.
    """

    address: Address
    options: tuple[str, ...]
    logits: tuple[float, ...]
    temperature: float
    probabilities: tuple[float, ...]
    pick: int

    @property
    def runner_up(self) -> int | None:
        """Index of the likeliest option that was not picked."""
        others = [i for i in range(len(self.logits)) if i != self.pick]
        return max(others, key=lambda i: (self.probabilities[i], self.logits[i])) if others else None


# Section, part (empty for everybody), bar and purpose of a choice.
Place = tuple[str, str, int, str]


@dataclass
class Chooser:
    """Makes the choices of one song and adds each to ``log``.

    Parameters
    ----------
    log
        What was chosen.
    picks
        Options that are taken where they are possible, whatever is drawn.
    """

    log: list[Choice] = field(default_factory=list)
    picks: Mapping[Place, str] = field(default_factory=dict)

    def choose(self, options: Sequence[str], logits: Logits, temperature: float,
               address: Address) -> int:
        """Choose one option.

        Parameters
        ----------
        options
            Labels for the log, as many as ``logits``.
        logits
            Shape (n,).
        temperature
            At least 0.
        address
            Where the choice belongs.

        Returns
        -------
        int
            Index of the option.
        """
        return self.choose_many(options, logits, [temperature], address)[0]

    def choose_many(self, options: Sequence[str], logits: Logits,
                    temperatures: Sequence[float] | Reals, address: Address) -> list[int]:
        """Choose once for each temperature, all from one address, such as the touch of all notes in a bar.

        Parameters
        ----------
        options, address
            As in ``choose``.
        logits
            Shape (n,) for all choices, or (len(temperatures), n) for each its own.
        temperatures
            One for each choice.

        Returns
        -------
        list of int
            Index of the option of each choice.
        """
        if not len(temperatures):
            return []
        heat = np.asarray(temperatures, dtype=np.float64)
        rows = np.atleast_2d(np.asarray(logits, dtype=np.float64))
        probabilities = _softmax_rows(rows, heat)
        cumulative = probabilities.cumsum(axis=1)
        draws = np.array(address.draws(len(heat))) * cumulative[:, -1]
        picks = (cumulative <= draws[:, None]).sum(axis=1)
        picked = self.picks.get((address.section, address.part, address.bar, address.purpose)) if self.picks else None
        if picked is not None and picked in options:
            picks[:] = options.index(picked)
        labels, values, shares = tuple(options), [tuple(row) for row in rows.tolist()], probabilities.tolist()
        for i, (temperature, pick, share) in enumerate(zip(heat.tolist(), picks.tolist(), shares, strict=True)):
            self.log.append(Choice(address, labels, values[i % len(values)], temperature, tuple(share), pick))
        return [int(pick) for pick in picks]
