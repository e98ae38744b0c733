"""To the hundredth of a second: where each moment of a stretch of our song is in the recording.

First a warping path on chroma and onsets, in a band around the coarse one. Then the notes around each beat are laid
over the recording's onsets, a little earlier and later, and the beats take the place where most notes begin. Last a
smooth curve goes through them, as stiff as the recording's tempo is steady, and beats that do not fit do not count.
This is done for a tempo that bends, for one that nearly is even and for one that is; the clearest result counts.

References
----------
S. Ewert, M. Müller and P. Grosche, "High Resolution Audio Synchronization Using Chroma Onset Features", ICASSP 2009.
S. Dixon and G. Widmer, "MATCH: A Music Alignment Tool Chest", ISMIR 2005.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from render.align.features import CHROMA_RATE, ONSET_RATE, Heard, Reals, Written, even, smoothed
from render.align.steady import steady

# Half the width of the band in which the path is sought [s].
BAND_SECONDS = 1.0
# Smoothing of chroma for the path [s], and how long an onset is felt in it [frames].
PATH_SECONDS, FELT_FRAMES = 0.2, 8
# Share of the onsets in the cost of the path.
ONSET_SHARE = 0.5
# Price of a step of the path that is not one frame for one frame.
UNEVEN = 0.15
# Weight of a beat of which nothing is known.
UNKNOWN = 0.01
# Distances from a steady tempo beyond which a beat is doubted, at first and in the end, on both paths [s].
COARSE_SECONDS, PATH_DOUBT_SECONDS = (1.0, 0.2), (0.3, 0.05)
# How far around a beat notes count, and how far they are moved, in each round [s].
AROUND_SECONDS = (2.0, 1.5, 1.5)
REACH_SECONDS = (0.20, 0.10, 0.06)
# Blur of the onsets in each round [s].
BLUR_SECONDS = (0.020, 0.010, 0.006)
# Least stiffness of the curve through the coarse path and through the fine one, for a tempo that bends and one that is
# nearly even: the squared ratio of a moment's error [s] and of what a tempo changes by from beat to beat.
PATH_STIFFNESSES = ((0.3, 0.3), (1000.0, 300.0))
# And in each round of refinement; the third is for an even tempo.
STIFFNESSES = ((0.3, 0.3, 0.3), (30.0, 10.0, 3.0), (30.0, 10.0, 3.0))
# Blur and reach of the search for an even tempo [s], how far its ratio may be off, and most notes that are looked at.
LINE_BLUR_SECONDS, LINE_REACH_SECONDS, RATIO_REACH, MOST_NOTES = 0.02, 1.0, 0.02, 400
# Smoothing of the harmony that is compared in the end [s], its frames a second, and how much notes that begin where
# they should count beside it.
FINE_SECONDS, FINE_RATE, TRUST_COUNTS = 0.25, 10, 0.75
# By how much the rise of our spectra comes before the onset [s], measured with clicks and decaying tones.
EARLY_SECONDS = 0.0


@dataclass(frozen=True)
class Curve:
    """Where moments of our song are in the recording.

    Parameters
    ----------
    ours, theirs
        Pairs of moments [s], both rising.
    trust
        How clearly the notes around each of them fit, 0 to 1.
    """

    ours: Reals
    theirs: Reals
    trust: Reals

    def at(self, seconds: Reals) -> Reals:
        """Return where moments of ours are in theirs; beyond the ends the tempo of the ends goes on."""
        found = np.interp(seconds, self.ours, self.theirs)
        for end, beyond in ((slice(0, 5), seconds < self.ours[0]), (slice(-5, None), seconds > self.ours[-1])):
            slope = np.polyfit(self.ours[end], self.theirs[end], 1)[0] if len(self.ours) > 1 else 1.0
            edge = 0 if end.start == 0 else -1
            found = np.where(beyond, self.theirs[edge] + slope * (seconds - self.ours[edge]), found)
        return np.asarray(found)


def trace(heard: Heard, notes: Written, key: int, ours: Reals, theirs: Reals, sure: Reals, beats: Reals) -> Curve:
    """Find where the beats of a stretch are.

    Parameters
    ----------
    heard, notes
        The recording and our notes.
    key
        By how many semitones the recording is higher.
    ours, theirs
        The coarse path [s], rising.
    sure
        How well the harmony fits along it, 0 to 1.
    beats
        Moments of our song in this stretch [s], rising, two at least.

    Returns
    -------
    Curve
        With one point for each beat.
    """
    inside = (notes.onset > beats[0] - 0.05) & (notes.onset < beats[-1] + 2.0) & (notes.weight > 0)
    onset, weight = notes.onset[inside], np.sqrt(notes.weight[inside])
    near = np.maximum(1 - abs(beats[:, None] - onset) / AROUND_SECONDS[0], 0)
    struck = near @ weight  # where nothing is struck, a path says little
    struck = np.minimum(struck / max(float(np.median(struck)), 1e-9), 1.0)
    apart = abs(beats[:, None] - ours).min(axis=1) > 1.0
    known = np.interp(beats, ours, sure) * np.where(apart, UNKNOWN, 1.0) * struck + UNKNOWN
    starts = []
    for stiff, stiff_path in PATH_STIFFNESSES:
        coarse, _ = steady(beats, np.interp(beats, ours, theirs), known, *COARSE_SECONDS, stiff)
        fine = np.interp(beats, *_path(heard, notes, key, beats, coarse))
        path, fits = steady(beats, fine, known, *PATH_DOUBT_SECONDS, stiff_path)
        starts.append(path)
        if inside.sum() < 4:
            return Curve(beats, path, known * fits)
    profiles = np.roll(notes.profiles[:, inside], key, axis=0)
    found: list[Curve] = []
    starts.append(_line(heard, onset, weight, profiles, beats, coarse))
    for curve, stiffnesses in zip(starts, STIFFNESSES, strict=True):
        trust = known
        for around, reach, blur, least in zip(AROUND_SECONDS, REACH_SECONDS, BLUR_SECONDS, stiffnesses, strict=True):
            moves, scores = _scores(heard, Curve(beats, curve, known).at(onset), weight, profiles, reach, blur)
            near = np.maximum(1 - abs(beats[:, None] - onset) / around, 0)
            best, trust = _peaks(near @ scores, moves)
            curve, fits = steady(beats, curve + best + EARLY_SECONDS, trust, reach, blur, least)
        found.append(Curve(beats, curve, trust * fits))
    return max(found, key=lambda curve: likeness(heard, notes, key, [curve])
               + TRUST_COUNTS * float(curve.trust.mean()))


def likeness(heard: Heard, notes: Written, key: int, curves: Sequence[Curve]) -> float:
    """Return how alike harmony and melody are along curves, frame by frame: 0 (any music) to 1."""
    ours = np.roll(smoothed(notes.chroma(CHROMA_RATE), CHROMA_RATE, FINE_SECONDS), key, axis=0)
    theirs = smoothed(heard.chroma, CHROMA_RATE, FINE_SECONDS)
    found = [np.zeros(0)]
    for curve in curves:
        moments = np.arange(curve.ours[0], curve.ours[-1], 1 / FINE_RATE)
        here, there = (np.clip(np.rint(seconds * CHROMA_RATE).astype(int), 0, side.shape[1] - 1)
                       for seconds, side in ((moments, ours), (curve.at(moments), theirs)))
        found.append((ours[:, here] * theirs[:, there]).sum(axis=0))
    every = np.concatenate(found)
    return float(every.mean()) if len(every) else 0.0


def _line(heard: Heard, onset: Reals, weight: Reals, profiles: Reals, beats: Reals, coarse: Reals) -> Reals:
    """Return the beats at the even tempo at which most notes begin where the recording has onsets.

    A sequencer and a generator keep their tempo, so that the whole stretch tells it at once: all tempi and places near
    the coarse path are tried.
    """
    loudest = np.sort(np.argsort(-weight, kind="stable")[:MOST_NOTES])
    onset, weight, profiles = onset[loudest], weight[loudest], profiles[:, loudest]
    slope, _ = np.polyfit(beats, coarse, 1)
    middle, there = float(beats.mean()), float(coarse.mean())
    length = float(beats[-1] - beats[0])
    count = int(np.ceil(RATIO_REACH * length / 2 / LINE_BLUR_SECONDS))
    best, line = -np.inf, coarse
    for ratio in slope * (1 + np.linspace(-RATIO_REACH, RATIO_REACH, 2 * count + 1)):
        moves, scores = _scores(heard, there + ratio * (onset - middle), weight, profiles, LINE_REACH_SECONDS,
                                LINE_BLUR_SECONDS)
        total = scores.sum(axis=0)
        if total.max() > best:
            best, line = float(total.max()), there + ratio * (beats - middle) + moves[total.argmax()]
    return np.asarray(line)


def _path(heard: Heard, notes: Written, key: int, ours: Reals, theirs: Reals) -> tuple[Reals, Reals]:
    """Return a warping path in a band around the coarse one: our moments and theirs [s]."""
    rate = CHROMA_RATE
    count = max(round((theirs[-1] - theirs[0]) * rate), 2)
    mine_seconds = np.linspace(ours[0], ours[-1], count)  # so that an even tempo goes along the diagonal
    rows = np.rint(mine_seconds * rate).astype(np.int64)
    middle = np.interp(mine_seconds, ours, theirs)
    width = round(2 * BAND_SECONDS * rate)
    lows = np.rint(middle * rate).astype(np.int64) - width // 2
    a = _as_features(np.roll(notes.chroma(rate), key, axis=0), np.roll(notes.onsets(rate), key, axis=0))
    step = ONSET_RATE // rate
    pooled = maximum_filter1d(heard.onsets, step, axis=1)[:, ::step]
    b = _as_features(heard.chroma, pooled)
    length = min(b.shape[1], heard.chroma.shape[1])
    columns = np.clip(lows[:, None] + np.arange(width), 0, length - 1)
    rows = np.clip(rows, 0, a.shape[1] - 1)
    outside = (lows[:, None] + np.arange(width) < 0) | (lows[:, None] + np.arange(width) >= length)
    cost = np.empty(columns.shape, np.float32)
    for begin in range(0, len(rows), 1024):
        part = slice(begin, begin + 1024)
        mine, other = a[:, rows[part], None], b[:, columns[part]]
        harmony = 1 - (mine[:12] * other[:12]).sum(axis=0)
        struck = np.sqrt(((mine[12:] - other[12:]) ** 2).sum(axis=0))
        cost[part] = (1 - ONSET_SHARE) * harmony + ONSET_SHARE * struck
    cost[outside] = 4.0
    places = _banded(cost, lows)
    return mine_seconds, (lows + places) / rate


def _as_features(chroma: Reals, onsets: Reals) -> Reals:
    """Stack chroma and onsets that fade, shape (24, frames)."""
    count = min(chroma.shape[1], onsets.shape[1])
    struck = np.sqrt(even(onsets, CHROMA_RATE))
    struck = np.minimum(struck / max(float(np.quantile(struck.max(axis=0), 0.95)), 1e-9), 1.0)
    felt = struck.copy()
    for late in range(1, FELT_FRAMES):
        felt[:, late:] = np.maximum(felt[:, late:], struck[:, :-late] * np.sqrt(1 - late / FELT_FRAMES))
    return np.concatenate([smoothed(chroma, CHROMA_RATE, PATH_SECONDS)[:, :count], felt[:, :count]]).astype(np.float32)


@njit(cache=True)
def _banded(cost: NDArray[np.float32], lows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the column of each row on the cheapest path; steps (1, 1), (1, 2) and (2, 1); free ends in the band."""
    count, width = cost.shape
    big = np.float32(1e30)
    total = np.full((count, width), big, np.float32)
    parents = np.zeros((count, width), np.int8)
    total[0] = cost[0]
    for n in range(1, count):
        one = lows[n] - lows[n - 1]
        two = lows[n] - lows[n - 2] if n > 1 else 0
        for j in range(width):
            value, parent = big, 0
            k = j + one - 1
            if 0 <= k < width and total[n - 1, k] + cost[n, j] < value:
                value, parent = total[n - 1, k] + cost[n, j], 1
            k -= 1
            if 0 <= k < width and total[n - 1, k] + cost[n, j] + UNEVEN < value:
                value, parent = total[n - 1, k] + cost[n, j] + UNEVEN, 2
            k = j + two - 1
            if n > 1 and 0 <= k < width:
                between = j + one
                passed = cost[n - 1, between] if 0 <= between < width else cost[n, j]
                if total[n - 2, k] + passed + cost[n, j] + UNEVEN < value:
                    value, parent = total[n - 2, k] + passed + cost[n, j] + UNEVEN, 3
            total[n, j] = value
            parents[n, j] = parent
    places = np.zeros(count, np.int64)
    n, j = count - 1, int(np.argmin(total[count - 1]))
    while True:
        places[n] = j
        parent = parents[n, j]
        if n == 0 or parent == 0:
            places[:n] = j
            break
        if parent == 3:
            places[n - 1] = min(max(j + lows[n] - lows[n - 1], 0), width - 1)
            j = j + lows[n] - lows[n - 2] - 1
            n -= 2
        else:
            j = j + lows[n] - lows[n - 1] - parent
            n -= 1
    return places


def _scores(heard: Heard, onsets: Reals, weight: Reals, profiles: Reals, reach: float, blur: float
            ) -> tuple[Reals, Reals]:
    """Return how well each note fits the recording when it is moved: the moves [s], and scores (notes, moves)."""
    steps = np.arange(-round(reach * ONSET_RATE), round(reach * ONSET_RATE) + 1)
    rises, whole = heard.blurred(blur)
    at = np.clip(np.rint(onsets * ONSET_RATE).astype(int)[:, None] + steps, 0, len(whole) - 1)
    exact = np.rint(onsets * ONSET_RATE) / ONSET_RATE - onsets  # by how much rounding has moved each note
    fits = whole[at] + np.einsum("ce,ced->ed", profiles, rises[:, at])
    fits *= weight[:, None]
    moves = steps / ONSET_RATE
    return moves, np.stack([np.interp(moves - late, moves, row) for late, row in zip(exact, fits, strict=True)])


def _peaks(scores: Reals, moves: Reals) -> tuple[Reals, Reals]:
    """Return where each row of scores has its peak, between the steps too, and how clear it is, 0 to 1."""
    rows = np.arange(len(scores))
    places = np.clip(scores.argmax(axis=1), 1, scores.shape[1] - 2)
    low, mid, high = (scores[rows, places + d] for d in (-1, 0, 1))
    curved = np.minimum(low - 2 * mid + high, -1e-12)
    best = moves[places] + np.clip(0.5 * (low - high) / curved, -0.5, 0.5) * (moves[1] - moves[0])
    spread = scores.std(axis=1)
    clear = (mid - scores.mean(axis=1)) / np.maximum(spread, 1e-9)
    at_edge = (scores.argmax(axis=1) == 0) | (scores.argmax(axis=1) == scores.shape[1] - 1)
    trust = np.clip((clear - 1) / 2, 0.0, 1.0) * (spread > 0) * np.where(at_edge, 0.1, 1.0)
    return np.where(trust > 0, best, 0.0), np.maximum(trust, 1e-3)


def rising(curves: Sequence[Curve]) -> NDArray[np.bool_]:
    """Whether each curve rises everywhere, as time does."""
    return np.array([bool((np.diff(curve.theirs) > 0).all()) for curve in curves])
