"""Spectral softmax: each short-time spectrum is a vector of logits for a softmax with a temperature.

Let P_k be the one-sided power of bin k in one frame, summed over the channels, and E = Σ P_k the frame's energy.
The logits are the levels, L_k = ln P_k, and at temperature T the frame becomes

    Q_k = E · softmax(L / T)_k = E · P_k^(1/T) / Σ_j P_j^(1/T),

with the same phases: each bin is multiplied by the gain √(Q_k / P_k). It follows:

* T = 1: softmax(ln P) = P / E, so Q = P: the spectrum is unchanged.
* T → 0: the strongest bin gets all of E (bins that tie get equal parts): a pure tone.
* T → ∞: every non-silent bin gets E / N: a white spectrum with the phases of the input.
* Energy: Σ Q_k = E at every T.
* Entropy: with q = softmax(βL), β = 1/T and H = ln Σ exp(βL) − β Σ qL, dH/dβ = −β Var_q(L), so
  dH/dT = Var_q(L) / T³ > 0 unless all levels of non-silent bins are equal: the entropy increases strictly with T, from
  0 (one strongest bin) to ln N.

The softmax is that of Bridle 1990, "Probabilistic interpretation of feedforward classification network outputs", and
the temperature that of Boltzmann's distribution. ``docs/spectral-softmax.md`` has a plot of the entropy against T.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numba import njit
from numpy.typing import NDArray
from pydantic import Field

from effects import Context, Effect, Sound
from effects.dsp.short_time import FRAMES, OVERLAP, hann, hop_energies, reweigh, window_samples

# Lowest power of a bin [share of the strongest]: −360 dB.
QUIETEST = np.float32(1e-36)
# Temperature below which the limit T → 0 is used: at it, a difference of 0.003 dB decides the choice.
COLDEST = 1e-4
# Lowest natural logarithm of a gain: −217 dB, so that its square times a power is no denormal number.
DEAD = np.float32(-25)
# Gain below which a falling gain ends at zero, before it becomes a denormal number.
FORGOTTEN = np.float32(1e-12)
# Upper limit of the gain that restores the energy of overlapping frames that cancel each other [ratio]: 12 dB.
MOST_LIFT = 4.0
# Length over which energies are compared [hops]: two windows.
BALANCE_HOPS = 2 * OVERLAP

Choice = Literal["bins", "partials", "third_octaves"]
# Description of the parameter ``choice``.
CHOICE_MEANS = "what competes: single bins, partials (a peak with its sides), or bands of a third of an octave"


class SpectralSoftmax(Effect):
    """Softmax over the spectrum: neutral at ``temperature: 1``, below it more tonal, above it noisier."""

    name: ClassVar[str] = "spectral_softmax"

    temperature: float | None = Field(None, ge=0, le=100, description="temperature T: 0 only the strongest is left, 1 "
                                                                      "neutral, 100 all nearly equal; null follows "
                                                                      "the song's temperature")
    temperature_end: float | None = Field(None, ge=0, le=100, description="temperature at the end, reached linearly "
                                                                          "in T / (1 + T); null: constant")
    choice: Choice = Field("bins", description=CHOICE_MEANS)
    attack_ms: float = Field(5, ge=0, le=500, description="time constant of a rising gain in ms")
    release_ms: float = Field(60, ge=0, le=2000, description="time constant of a falling gain in ms")
    mix: float = Field(1, ge=0, le=1, description="share of the effect, 0 none to 1 effect alone")

    @classmethod
    def neutral(cls) -> Self:
        return cls(temperature=1)

    @classmethod
    def at_depth(cls, depth: float) -> Self:
        """Return T = 0.9 at depth 0 to T = 0.05 at depth 1, over whole partials, which stay in tune."""
        return cls(temperature=0.9 - 0.85 * depth, choice="partials")

    def is_neutral(self, context: Context) -> bool:
        """Return whether the output equals the input: a mix of 0, or a constant temperature of 1."""
        first = context.temperature if self.temperature is None else self.temperature
        return self.mix == 0 or (first == 1 and self.temperature_end in (None, 1))

    def tail_seconds(self, context: Context) -> float:
        return 0.0 if self.is_neutral(context) else window_samples(context.rate) / context.rate

    def process(self, audio: Sound, context: Context) -> Sound:
        if self.is_neutral(context) or audio.shape[1] == 0:
            return audio.copy()
        window = hann(window_samples(context.rate))
        hop = window.size // OVERLAP
        memory = Memory(self.attack_ms, self.release_ms, hop / context.rate)

        def gains(power: NDArray[np.float32], middle: int) -> NDArray[np.float32]:
            middles = middle + hop * np.arange(power.shape[0])
            temperatures = self.temperature_at(middles, audio.shape[1], context)
            levels = pooled(power, self.choice, context.rate)
            return balanced(memory.smooth(softmax_gains(levels, power, temperatures)), power)

        wet = reweigh(audio, window, gains)
        _mix_at_the_energy_of(audio, wet, hop, self.mix)
        return wet

    def temperature_at(self, frames: NDArray[np.int64], length: int, context: Context) -> NDArray[np.float64]:
        """Return the temperature at frames of a sound of ``length`` frames, held before its start and after its end.

        A glide begins at ``temperature``, or if that is null, at the song's temperature at the start of the sound.
        """
        if self.temperature is None and self.temperature_end is None:
            return context.temperature_at(frames / context.rate)
        first = float(context.temperature_at(np.zeros(1))[0]) if self.temperature is None else self.temperature
        last = first if self.temperature_end is None else self.temperature_end
        if first == last:
            return np.full(frames.shape, first)
        opened, closed = (end / (1 + end) for end in (first, last))
        glide = opened + np.clip(frames / length, 0, 1) * (closed - opened)
        return np.asarray(glide / (1 - glide))


class Memory:
    """Smooths gains over time, each bin by a one-pole filter with different time constants for rise and fall.

    Gains above 1 are not remembered: a bin that was amplified while it was quiet would be too loud at the next attack.
    """

    def __init__(self, attack_ms: float, release_ms: float, hop_seconds: float) -> None:
        self._rise, self._fall = (np.float32(1 - math.exp(-1000 * hop_seconds / ms) if ms > 0 else 1)
                                  for ms in (attack_ms, release_ms))
        self._last: NDArray[np.float32] | None = None

    def smooth(self, gains: NDArray[np.float32]) -> NDArray[np.float32]:
        """Smooth the gains of consecutive frames, shape (frames, bins), in place, and return them."""
        if self._rise == self._fall == 1:
            return gains
        if self._last is None:
            self._last = gains[0].copy()
        _follow(gains, self._last, self._rise, self._fall)
        return gains


def pooled(power: NDArray[np.float32], choice: Choice, rate: int) -> NDArray[np.float32]:
    """Return for each bin the power of its competitor: the bin, the partial or the band that it belongs to.

    A partial reaches from one minimum of the power to the next. Bands have the centres 1000 Hz · 2^(j/3); a band
    without a bin of its own is merged with the next.

    Parameters
    ----------
    power
        Shape (frames, bins), float32.
    choice
        What competes.
    rate
        Sample rate [Hz].

    Returns
    -------
    NDArray
        Of the same shape and type.
    """
    if choice == "bins":
        return power
    bins = power.shape[1]
    pools = np.empty_like(power)
    if choice == "partials":
        _pool_partials(power, pools)
    else:
        edges_hz = 1000 * 2 ** ((np.arange(-18, 18) - 0.5) / 3)
        edges = np.unique(np.ceil(edges_hz / (rate / 2) * (bins - 1)).astype(int))
        first = np.concatenate([[0], edges[(edges > 0) & (edges < bins)]])
        pools[:] = np.repeat(np.add.reduceat(power, first, axis=1), np.diff(first, append=bins), axis=1)
    return pools


def survival(levels: NDArray[np.float32], temperatures: NDArray[np.float64]) -> NDArray[np.float32]:
    """Compute √(softmax(L / T) / softmax(L)), scaled in each frame so that the strongest has the gain 1.

    Parameters
    ----------
    levels
        Shape (frames, bins), float32: powers ≥ 0 (not their logarithms).
    temperatures
        Shape (frames,), ≥ 0.

    Returns
    -------
    NDArray
        Shape (frames, bins), float32: gains.
    """
    strongest = levels.max(axis=1)
    gains = np.empty_like(levels)
    _shares(levels, strongest, gains)
    np.log(gains, out=gains)
    # (P_k / P_max)^(1/T) is the softmax, over P_k / P_max the power gain; the root of that is the gain
    _cool(gains, (0.5 * (1 / np.maximum(temperatures, COLDEST) - 1)).astype(np.float32))
    np.exp(gains, out=gains)
    for frame in np.flatnonzero(temperatures < COLDEST):
        gains[frame] = levels[frame] == strongest[frame]
    return gains


def balanced(gains: NDArray[np.float32], power: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale gains in place so that each frame keeps its energy, Σ gain² · power = Σ power, and return them."""
    _balance(gains, power)
    return gains


def softmax_gains(levels: NDArray[np.float32], power: NDArray[np.float32],
                  temperatures: NDArray[np.float64]) -> NDArray[np.float32]:
    """Compute the gains, shape (frames, bins), that turn each frame's power P into E · softmax(ln P / T)."""
    return balanced(survival(levels, temperatures), power)


@njit(cache=True, nogil=True)
def _pool_partials(power: Any, pools: Any) -> None:
    # One pass sums up each partial, a second copies the sum back over it. There are no branches, because with noise the
    # processor could not predict them.
    frames, bins = power.shape
    joined = np.ones(bins, np.float32)  # 0 where a partial begins
    for frame in range(frames):
        levels, sums = power[frame], pools[frame]
        for k in range(1, bins - 1):
            is_lowest = (levels[k] < levels[k - 1]) & (levels[k] <= levels[k + 1])
            joined[k] = np.float32(0) if is_lowest else np.float32(1)
        total = np.float32(0)
        for k in range(bins):
            total = total * joined[k] + levels[k]
            sums[k] = total
        for k in range(bins - 2, -1, -1):
            sums[k] = max(sums[k + 1] * joined[k + 1], sums[k])


@njit(cache=True, nogil=True)
def _shares(levels: Any, strongest: Any, shares: Any) -> None:
    for frame in range(levels.shape[0]):
        most = strongest[frame]
        for k in range(levels.shape[1]):
            share = levels[frame, k] / most if most > 0 else np.float32(1)  # all equal in silence
            shares[frame, k] = share if share > QUIETEST else QUIETEST


@njit(cache=True, nogil=True)
def _cool(logarithms: Any, exponents: Any) -> None:
    for frame in range(logarithms.shape[0]):
        for k in range(logarithms.shape[1]):
            value = logarithms[frame, k] * exponents[frame]
            logarithms[frame, k] = value if value > DEAD else DEAD


@njit(cache=True, nogil=True, fastmath={"reassoc"})  # lets the compiler vectorise the sums
def _balance(gains: Any, power: Any) -> None:
    for frame in range(gains.shape[0]):
        had, kept = np.float32(0), np.float32(0)
        for k in range(gains.shape[1]):
            had += power[frame, k]
            kept += gains[frame, k] * gains[frame, k] * power[frame, k]
        if had > 0 and kept > 0:
            scale = np.float32(math.sqrt(had / kept))
            for k in range(gains.shape[1]):
                gains[frame, k] *= scale


@njit(cache=True, nogil=True)
def _follow(gains: Any, last: Any, rise: Any, fall: Any) -> None:
    for frame in range(gains.shape[0]):
        for k in range(gains.shape[1]):
            aim = gains[frame, k]
            last[k] = min(last[k], max(aim, np.float32(1)))
            step = aim - last[k]
            now = last[k] + step * (rise if step > 0 else fall)
            last[k] = now if now > FORGOTTEN else np.float32(0)
            gains[frame, k] = last[k]


def _mix_at_the_energy_of(audio: Sound, wet: Sound, hop: int, mix: float) -> None:
    """Scale the wet sound to the energy of the dry one over time, and mix both, in place.

    Each frame has kept its energy, but overlapping frames whose phases no longer agree cancel partly.
    """
    hops = -(-audio.shape[1] // hop)
    around = np.hanning(BALANCE_HOPS + 2)[1:-1]
    reach = BALANCE_HOPS // 2 - 1
    # energies at the boundaries of hops, weighted symmetrically
    wanted, found = (np.convolve(hop_energies(sound, hop), around)[reach:reach + hops + 1] for sound in (audio, wet))
    lift = np.minimum(np.sqrt(wanted / np.where(found > 0, found, 1)), MOST_LIFT).astype(np.float32)
    ramp = np.arange(hop, dtype=np.float32) / np.float32(hop)
    for first in range(0, hops, FRAMES):
        between = lift[first:first + FRAMES + 1, None]
        gain = (between[:-1] + ramp * np.diff(between, axis=0)).ravel()
        dry, part = (sound[:, first * hop:(first + FRAMES) * hop] for sound in (audio, wet))
        part *= gain[:part.shape[1]]
        if mix < 1:
            part -= dry
            part *= np.float32(mix)
            part += dry
