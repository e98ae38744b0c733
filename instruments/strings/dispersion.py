"""Stiffness of a string loop: the all-passes that put its partials where those of a stiff string lie.

All filters of a loop disperse: the loss and the fraction of a sample as well as the all-passes that are there for it,
and on a short thin string more than the stiffness asks for. So all are fitted together. The fit is to the coefficient B
that a least-squares line through (f_k / k)² over k² reads from the partials, which is how B is measured. B is met
exactly; among all loops that meet it, the one whose partials deviate least is taken.

References
----------
H. Fletcher, "Normal Vibration Frequencies of a Stiff Piano String", JASA 36(1), 1964, eq. 23.
S. A. Van Duyne and J. O. Smith, "A Simplified Approach to Modeling Dispersion Caused by Stiffness in Strings and
Plates", ICMC 1994: the cascade; here with one stage of a different length.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from instruments.dsp.arrays import Integers, Reals

FITTED_PARTIALS = 12  # highest partial up to which decay and stiffness follow the stated curves
FITTED_HZ = 8000.0  # highest frequency up to which they do [Hz]
DISPERSION_STAGES = 3  # all-passes of the cascade, as written out in ``loop.run``; the last has a different length
LEAST_SPREAD = 0.45  # shortest phase delay of a stage at 0 Hz [samples]; below it an all-pass rings near half the rate
LEAST_SHORT = 0.3  # shortest phase delay of the all-pass for the fraction [samples], for the same reason
MOST_SHORT = 2.0  # longest phase delay of the all-pass for the fraction [samples]
CASCADE_SHARE = 0.4  # largest share of the period that the cascade may take from the line
RATIOS = np.array([1.0, 0.5])  # phase delay of the last stage, relative to the others: values that are tried
BESIDE = np.array([0, 1, -1])  # whole samples of the line beside the nearest ones: values that are tried
TRIED = 6  # steps from one end of the fraction to the other between which a root is looked for
STEPS = 40  # most steps of the root search
NEAR = 1e-3  # tolerance of the fitted B, relative to B
WELL = 2e-4  # deviation of the partials (r.m.s., relative), 0.35 cents, below which no other ratio is tried
HIGHEST_OMEGA = 3.0  # highest angular frequency of a fitted partial [radians per sample]
OMEGA, LEFT, SLOW, WEIGHT = range(4)  # rows of the table of ``_partials``


def fitted_partials(frequency_hz: Reals) -> Integers:
    """Return how many partials of a string are fitted: those below 8 kHz, at least three and at most twelve."""
    return np.clip(np.floor(FITTED_HZ / frequency_hz), 3, FITTED_PARTIALS).astype(np.int64)


def dispersion(frequency_hz: Reals, stiffness: Reals, pole: Reals, rate: int) -> tuple[Reals, Reals, Reals]:
    """Fit the cascade and the length of the line.

    Parameters
    ----------
    frequency_hz
        Shape (notes,), as all arrays here: frequency of the first partial.
    stiffness
        Coefficient B.
    pole
        Pole of the loss.
    rate
        Sample rate in Hz.

    Returns
    -------
    stages, last, whole : Reals
        Coefficient of all stages but the last, coefficient of the last, and length of the line in whole samples.
    """
    found = np.empty((3, len(frequency_hz)))
    # Contiguous and real whatever comes in: each kind of argument would be compiled by itself, which takes seconds.
    _fit(2 * np.pi * frequency_hz / rate, np.ascontiguousarray(stiffness), pole, fitted_partials(frequency_hz), RATIOS,
         BESIDE, found)
    return found[0], found[1], found[2]


@njit(cache=True, nogil=True)
def _allpass_delay(a: float, omega: float) -> float:
    """Return the phase delay of (a + z⁻¹) / (1 + a z⁻¹) in samples: Jaffe and Smith 1983, eq. 14."""
    return 1.0 - 2.0 * math.atan2(a * math.sin(omega), 1.0 + a * math.cos(omega)) / omega


@njit(cache=True, nogil=True)
def _rest(spread: float, ratio: float, omega: float, left: float) -> float:
    """Return the samples of a partial's period that the cascade leaves to the line and its fraction."""
    return (left - (DISPERSION_STAGES - 1) * _allpass_delay(_coefficient(spread), omega)
            - _allpass_delay(_coefficient(ratio * spread), omega))


@njit(cache=True, nogil=True)
def _coefficient(spread: float) -> float:
    """Return the coefficient of an all-pass with a phase delay of ``spread`` samples at 0 Hz."""
    return (1.0 - spread) / (1.0 + spread)


@njit(cache=True, nogil=True)
def _astray(spread: float, ratio: float, whole: float, partials: Reals) -> tuple[float, float]:
    """Return the error of B of a loop, and the deviation of its partials (r.m.s., relative).

    If ``whole`` is negative, the line and its fraction are taken for one delay that does not disperse.
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
def _root(low: float, high: float, at_low: float, at_high: float, ratio: float, whole: float, partials: Reals,
          close: float) -> float:
    """Return the spread at which the error of B is zero, by false position (Illinois rule) between two spreads."""
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
def _partials(fundamental: float, stiffness: float, pole: float, count: int) -> Reals:
    """Tabulate each partial, shape (4, count).

    ``OMEGA``: angular frequency. ``LEFT``: samples of its period that the loss leaves. ``SLOW``: group delay in
    samples. ``WEIGHT``: change of B for a relative shift of its frequency.
    """
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
        # The least-squares line through (f_k / k)² over k² has a slope and an intercept; B is their ratio.
        slope = (k**2 - mean) / squares
        partials[WEIGHT, k - 1] = 2.0 * bent * (slope - stiffness * (1.0 / count - mean * slope))
    return partials


@njit(cache=True, nogil=True)
def _fit(fundamental: Reals, stiffness: Reals, pole: Reals, counts: Integers, ratios: Reals, beside: Integers,
         found: Reals) -> None:
    """Fill ``found``, shape (3, notes), with the result of ``dispersion``."""
    for i in range(fundamental.shape[0]):
        partials = _partials(fundamental[i], stiffness[i], pole[i], counts[i])
        omega, left = partials[OMEGA, 0], partials[LEFT, 0]
        close = NEAR * stiffness[i] + 1e-9
        best, least = math.inf, math.inf
        for ratio in ratios:
            if best < WELL:
                break
            # First estimate: the fraction of a sample does not disperse. B grows with the spread.
            low, high = LEAST_SPREAD, max(CASCADE_SHARE * left / (DISPERSION_STAGES - 1 + ratio), 1.5)
            at_low, at_high = _astray(low, ratio, -1.0, partials)[0], _astray(high, ratio, -1.0, partials)[0]
            spread = low if at_low >= 0.0 else high if at_high <= 0.0 else _root(
                low, high, at_low, at_high, ratio, -1.0, partials, close)
            near = math.floor(_rest(spread, ratio, omega, left) - 0.5)
            for more in beside:
                whole = float(near + more)
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
                    elif best == math.inf and abs(now) < least:  # B out of reach: the nearest
                        least = abs(now)
                        found[0, i], found[1, i], found[2, i] = _coefficient(at), _coefficient(ratio * at), whole
                    before_at, before = at, now
