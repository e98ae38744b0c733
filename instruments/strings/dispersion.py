"""How stiff a loop is: the all-passes that put its partials where a stiff string has them.

All filters of a loop disperse: the loss and the fraction of a sample as well as the all-passes that are there for it,
and on a short thin string more than its stiffness does. So all are fitted as one. What is fitted is the coefficient B
that a least-squares line through (f_k / k)² over k² reads from the partials, which is how B is measured (H. Fletcher,
JASA 36(1), 1964, eq. 23): it is made exact, and of all the loops that have it the one is taken whose partials stray
least. The cascade is that of S. A. Van Duyne and J. O. Smith, ICMC 1994, with one stage of its own length.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

FITTED_PARTIALS = 12  # up to which decay and stretch follow the stated curves
FITTED_HZ = 8000.0  # and no higher than this
DISPERSION_STAGES = 3  # of the cascade, as written out in instruments.strings.waveguide; the last has its own length
LEAST_SPREAD, LEAST_SHORT, MOST_SHORT = 0.45, 0.3, 2.0  # samples of delay of an all-pass, and of the fraction
CASCADE_SHARE = 0.4  # of the period that the cascade may take from the line
RATIOS = np.array([1.0, 0.5])  # lengths of the last stage, to the others, that are tried
BESIDE = np.array([0, 1, -1])  # samples that are tried beside the nearest length of the line
TRIED = 6  # steps from one end of the fraction to the other, between which a root is looked for
STEPS = 40
NEAR = 1e-3  # of B, to which it is fitted
WELL = 2e-4  # r.m.s. of what the partials stray, 0.35 cents: nothing else is tried then
HIGHEST_OMEGA = 3.0
OMEGA, LEFT, SLOW, WEIGHT = range(4)


def fitted_partials(frequency_hz: np.ndarray) -> np.ndarray:
    """How many partials of a string follow its curves: those below 8 kHz, twelve at most and three at least."""
    return np.clip(np.floor(FITTED_HZ / frequency_hz), 3, FITTED_PARTIALS).astype(np.int64)


def dispersion(frequency_hz: np.ndarray, stiffness: np.ndarray, pole: np.ndarray,
               rate: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coefficient of all stages but the last, that of the last, and whole samples of the line.

    One entry a note; ``stiffness`` is B and ``pole`` that of the loss.
    """
    found = np.empty((3, len(frequency_hz)))
    _fit(2 * np.pi * frequency_hz / rate, stiffness, pole, fitted_partials(frequency_hz), RATIOS, BESIDE, found)
    return found[0], found[1], found[2]


@njit(cache=True, nogil=True)
def _allpass_delay(a: float, omega: float) -> float:
    """Phase delay of (a + z⁻¹) / (1 + a z⁻¹) in samples: Jaffe and Smith 1983, eq. 14."""
    return 1.0 - 2.0 * math.atan2(a * math.sin(omega), 1.0 + a * math.cos(omega)) / omega


@njit(cache=True, nogil=True)
def _rest(spread: float, ratio: float, omega: float, left: float) -> float:
    """Samples of a partial's period that the cascade leaves to the line and its fraction."""
    return (left - (DISPERSION_STAGES - 1) * _allpass_delay(_coefficient(spread), omega)
            - _allpass_delay(_coefficient(ratio * spread), omega))


@njit(cache=True, nogil=True)
def _coefficient(spread: float) -> float:
    """Coefficient of an all-pass of so many samples of phase delay at 0 Hz."""
    return (1.0 - spread) / (1.0 + spread)


@njit(cache=True, nogil=True)
def _astray(spread: float, ratio: float, whole: float, partials: np.ndarray) -> tuple[float, float]:
    """By how much B is off that the partials of a loop have, and how far they are off themselves, r.m.s.

    Where ``whole`` is negative the line and its fraction are taken for one delay that does not disperse.
    """
    a, b = _coefficient(spread), _coefficient(ratio * spread)
    first = partials[OMEGA, 0]
    line = _rest(spread, ratio, first, partials[LEFT, 0])
    short = line - whole
    d = math.sin((1.0 - short) * first / 2.0) / math.sin((1.0 + short) * first / 2.0) if whole >= 0.0 else 0.0
    off, square = 0.0, 0.0
    for k in range(1, partials.shape[1]):
        omega = partials[OMEGA, k]
        late = (DISPERSION_STAGES - 1) * _allpass_delay(a, omega) + _allpass_delay(b, omega) - partials[LEFT, k]
        late += whole + _allpass_delay(d, omega) if whole >= 0.0 else line
        shift = late / partials[SLOW, k]
        off -= partials[WEIGHT, k] * shift
        square += shift * shift
    return off, math.sqrt(square / partials.shape[1])


@njit(cache=True, nogil=True)
def _root(low: float, high: float, at_low: float, at_high: float, ratio: float, whole: float, partials: np.ndarray,
          close: float) -> float:
    """Spread between two at which B is not off, by false position (the Illinois rule)."""
    middle, side = low, 0
    for _ in range(STEPS):
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        off, _stray = _astray(middle, ratio, whole, partials)
        if abs(off) <= close:
            break
        if (off > 0.0) == (at_high > 0.0):
            high, at_high = middle, off
            at_low *= 0.5 if side == 1 else 1.0
            side = 1
        else:
            low, at_low = middle, off
            at_high *= 0.5 if side == -1 else 1.0
            side = -1
    return middle


@njit(cache=True, nogil=True)
def _partials(fundamental: float, stiffness: float, pole: float, count: int) -> np.ndarray:
    """Of each partial: ω; samples of its period that the loss leaves; group delay; and what its shift does to B."""
    partials = np.empty((4, count))
    period = 2.0 * math.pi / fundamental
    mean, squares = 0.0, 0.0
    for k in range(1, count + 1):
        mean += k**2 / count
    for k in range(1, count + 1):
        squares += (k**2 - mean) ** 2
    for k in range(1, count + 1):
        bent = 1.0 + stiffness * k**2
        stretch = math.sqrt(bent / (1.0 + stiffness))
        omega = min(k * stretch * fundamental, HIGHEST_OMEGA)
        partials[OMEGA, k - 1] = omega
        partials[LEFT, k - 1] = (period / stretch
                                 + math.atan2(pole * math.sin(omega), 1.0 + pole * math.cos(omega)) / omega)
        partials[SLOW, k - 1] = period * math.sqrt(bent * (1.0 + stiffness)) / (2.0 * bent - 1.0)
        # of the line through (f_k / k)², slope and base; B is one by the other
        slope = (k**2 - mean) / squares
        partials[WEIGHT, k - 1] = 2.0 * bent * (slope - stiffness * (1.0 / count - mean * slope))
    return partials


@njit(cache=True, nogil=True)
def _fit(fundamental: np.ndarray, stiffness: np.ndarray, pole: np.ndarray, counts: np.ndarray, ratios: np.ndarray,
         beside: np.ndarray, found: np.ndarray) -> None:
    for i in range(fundamental.shape[0]):
        partials = _partials(fundamental[i], stiffness[i], pole[i], counts[i])
        omega, left = partials[OMEGA, 0], partials[LEFT, 0]
        close = NEAR * stiffness[i] + 1e-9
        best, least = math.inf, math.inf
        for ratio in ratios:
            if best < WELL:
                break
            # First as if the fraction of a sample did not disperse; the more spread, the stiffer.
            low, high = LEAST_SPREAD, max(CASCADE_SHARE * left / (DISPERSION_STAGES - 1 + ratio), 1.5)
            at_low, at_high = _astray(low, ratio, -1.0, partials)[0], _astray(high, ratio, -1.0, partials)[0]
            spread = low if at_low >= 0.0 else high if at_high <= 0.0 else _root(
                low, high, at_low, at_high, ratio, -1.0, partials, close)
            near = math.floor(_rest(spread, ratio, omega, left) - 0.5)
            for more in beside:
                whole = near + more
                start = (left - whole - MOST_SHORT) / (DISPERSION_STAGES - 1 + ratio)
                step = (MOST_SHORT - LEAST_SHORT) / (DISPERSION_STAGES - 1 + ratio) / TRIED
                before_at, before = 0.0, 0.0
                for t in range(TRIED + 1):
                    at = start + t * step
                    if at < LEAST_SPREAD:
                        continue
                    now, _stray = _astray(at, ratio, whole, partials)
                    if before_at > 0.0 and (now > 0.0) != (before > 0.0):
                        there = _root(before_at, at, before, now, ratio, whole, partials, close)
                        off, stray = _astray(there, ratio, whole, partials)
                        if abs(off) <= 10.0 * close and stray < best:
                            best = stray
                            found[0, i], found[1, i], found[2, i] = (_coefficient(there), _coefficient(ratio * there),
                                                                     whole)
                    elif best == math.inf and abs(now) < least:  # should B be out of reach, as near as can be
                        least = abs(now)
                        found[0, i], found[1, i], found[2, i] = _coefficient(at), _coefficient(ratio * at), whole
                    before_at, before = at, now
