"""A tempo through uncertain moments: as steady as they allow, and not moved by those that do not fit.

Where most moments lie on one line, as with a sequencer or a generator, the others are measured against that line,
however many stand together. Else the tempo bends as much as is needed to foretell moments that were left out. Those far
from the curve lose their say little by little (graduated non-convexity).

References
----------
A. Blake and A. Zisserman, "Visual Reconstruction", MIT Press 1987.
S. Geman and D. McClure, "Statistical Methods for Tomographic Image Reconstruction", Bulletin of the ISI 52 (1987).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy.linalg import solveh_banded

from render.align.features import Reals

# Stiffnesses that are tried, by cross-validation in so many folds.
STIFFNESSES, FOLDS = (0.3, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0), 5
# How much worse than the best a stiffer curve may foretell the moments that it has not seen.
TOLERATED = 1.1
# Stiffness of the first curve, where there is no line.
START = 30.0
# Share of all weight that has to lie on one line for it to count as the tempo.
ON_A_LINE = 0.3
# Share from which on it does not bend.
ALL_ON_A_LINE = 0.5
# Steps in which the doubt grows, and rounds in each.
STEPS, ROUNDS = 5, 3
# Moments that lines are drawn through, spread over all.
DRAWN = 60


def steady(ours: Reals, theirs: Reals, weights: Reals, doubted: float, doubted_last: float,
           least: float = 0.0) -> tuple[Reals, Reals]:
    """Lay a curve through moments.

    Parameters
    ----------
    ours, theirs
        Moments of our song, rising, and where each seems to be in the recording [s].
    weights
        How sure each is, above 0.
    doubted, doubted_last
        Distance from the curve at which a moment counts a quarter, at first and in the end [s].
    least
        Least stiffness.

    Returns
    -------
    Reals
        Where each moment is by the curve [s].
    Reals
        How well each moment fits it, 0 to 1.
    """
    weights = np.maximum(weights, 1e-6)
    if len(ours) < 3:
        return theirs, np.ones(len(ours))
    start, share = _line(ours, theirs, weights, doubted_last)
    if share < ON_A_LINE:
        start = _fitted(ours, theirs, weights, max(least, START))
    allowed = STIFFNESSES[-2:] if share > ALL_ON_A_LINE else [s for s in STIFFNESSES if s >= least]
    stiffness = _stiffness(ours, theirs, weights * _say(start - theirs, doubted), allowed)
    curve = start
    for now in np.geomspace(doubted, doubted_last, STEPS):
        for _ in range(ROUNDS):
            curve = _fitted(ours, theirs, weights * _say(curve - theirs, float(now)) + 1e-9, stiffness)
    return curve, _say(curve - theirs, doubted_last)


def _say(missed: Reals, doubted: float) -> Reals:
    """Return what is left of a moment's weight at a distance from the curve: a quarter at ``doubted``."""
    return np.asarray(1 / (1 + (missed / doubted) ** 2) ** 2)


def _line(ours: Reals, theirs: Reals, weights: Reals, near: float) -> tuple[Reals, float]:
    """Return the line on which most of the weight lies, and the share that does."""
    drawn = np.unique(np.linspace(0, len(ours) - 1, min(DRAWN, len(ours))).astype(int))
    i, j = (place.ravel() for place in np.meshgrid(drawn, drawn))
    far = ours[j] - ours[i] > 0.3 * (ours[-1] - ours[0])
    i, j = i[far], j[far]
    slope = (theirs[j] - theirs[i]) / (ours[j] - ours[i])
    missed = theirs[i, None] + slope[:, None] * (ours - ours[i, None]) - theirs
    on = (_say(missed, near) * weights).sum(axis=1) / weights.sum()
    best = int(on.argmax())
    return theirs[i[best]] + slope[best] * (ours - ours[i[best]]), float(on[best])


def _stiffness(ours: Reals, theirs: Reals, weights: Reals, allowed: Sequence[float]) -> float:
    """Return the stiffest that foretells moments it has not seen about as well as any."""
    if len(ours) < 2 * FOLDS:
        return allowed[-1]
    folds = np.arange(len(ours)) // 2 % FOLDS
    errors = []
    for stiffness in allowed:
        missed = np.empty(len(ours))
        for fold in range(FOLDS):
            hidden = folds == fold
            missed[hidden] = (_fitted(ours, theirs, np.where(hidden, 1e-9, weights), stiffness) - theirs)[hidden]
        errors.append(_weighted_median(abs(missed), weights))
    return allowed[max(n for n, error in enumerate(errors) if error <= TOLERATED * min(errors) + 1e-4)]


def _weighted_median(values: Reals, weights: Reals) -> float:
    order = values.argsort()
    share = weights[order].cumsum() / weights.sum()
    return float(values[order][min(int(np.searchsorted(share, 0.5)), len(values) - 1)])


def _fitted(ours: Reals, theirs: Reals, weights: Reals, stiffness: float) -> Reals:
    """Minimise weighted squared distances plus ``stiffness`` times the squared changes of the tempo ratio."""
    count = len(ours)
    step = np.diff(ours)
    rows = np.array([(1 / a, -1 / a - 1 / b, 1 / b) for a, b in pairwise(step)]).T  # change of slope at each point
    bands = np.zeros((3, count))
    for i in range(3):
        for j in range(i, 3):
            bands[2 - (j - i), j:count - 2 + j] += stiffness * rows[i] * rows[j]
    bands[2] += weights
    middle = theirs.mean()
    return np.asarray(solveh_banded(bands, weights * (theirs - middle)) + middle)
