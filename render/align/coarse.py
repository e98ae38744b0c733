"""Which of our bars is heard when: dynamic time warping with jumps between bars, and with stretches that are not ours.

Each frame of the recording is one of our song or none of it. From one frame to the next our song goes on, at half to
twice its speed; or it jumps, from the end of any bar to the beginning of any other, which costs least between sections
and forwards. What is not ours (an introduction, a solo) has a price of its own.

References
----------
C. Fremerey, M. Müller and M. Clausen, "Handling Repeats and Jumps in Score-Performance Synchronization", ISMIR 2010.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from render.align.features import Reals

# Prices of a jump, in frames of 0.1 s in which nothing fits: leaving and entering at a section's edge or inside of it,
# going back, and beginning a stretch that is not ours.
AT_SECTION, INSIDE, BACKWARDS, TO_FOREIGN = 8.0, 20.0, 10.0, 8.0
# Price of a step that is not one frame for one frame.
UNEVEN = 0.12
# Parents of a cell: along the diagonal, two of ours, two of theirs, a jump, out of what is not ours, the beginning.
DIAGONAL, OURS_TWICE, THEIRS_TWICE, JUMP, RETURN, BEGIN = range(6)


@dataclass(frozen=True)
class Run:
    """A stretch of the recording in which our song goes on without a jump.

    Parameters
    ----------
    theirs, ours
        Frames of the recording and of our song, rising, of one length.
    costs
        Cost of each pair, 0 to 1.
    """

    theirs: NDArray[np.int64]
    ours: NDArray[np.int64]
    costs: Reals


def follow(cost: NDArray[np.float32], starts: NDArray[np.int64], is_section: NDArray[np.bool_],
           frames_per_second: float, foreign: float) -> tuple[list[Run], float]:
    """Find the best way of a recording through our song.

    Parameters
    ----------
    cost
        Shape (their frames, our frames), 0 (alike) to 1.
    starts
        Our frame at which each bar begins, rising; the last one is the end of the song.
    is_section
        Whether a section begins at each of them; the last one is True.
    frames_per_second
        Of both.
    foreign
        Price of a frame that is none of ours: between the cost of what fits and of what does not.

    Returns
    -------
    list of Run
        In the order of the recording.
    float
        Cost of the whole way, per frame of the recording.
    """
    prices = np.array([AT_SECTION, INSIDE, BACKWARDS, TO_FOREIGN]) * frames_per_second / 10
    total, parents, out, jumped, left = _forward(np.ascontiguousarray(cost, np.float32), starts.astype(np.int64),
                                                 is_section, prices.astype(np.float32), np.float32(foreign))
    ends = np.zeros(cost.shape[1], np.bool_)  # the end of a section, a little early or late
    for end in np.minimum(starts[1:][is_section[1:]], cost.shape[1]):
        ends[max(end - 3, 0):end] = True
    total[-1] += np.where(ends, 0, prices[1]).astype(np.float32)
    return _backward(cost, starts, total, parents, out, jumped, left), float(
        min(total[-1].min(), out[-1])) / len(cost)


@njit(cache=True)
def _forward(
    cost: NDArray[np.float32], starts: NDArray[np.int64], is_section: NDArray[np.bool_], prices: NDArray[np.float32],
    price: np.float32,
) -> tuple[NDArray[np.float32], NDArray[np.int8], NDArray[np.float32], NDArray[np.int32], NDArray[np.int32]]:
    """Fill the table of the cheapest ways; returns costs, parents, cost of what is not ours, and where jumps began.

    ``jumped[n, k]`` is the frame of ours that a jump to bar ``k`` at frame ``n`` comes from; ``left[n]`` the frame of
    ours that a foreign stretch was entered from at ``n``, −1 where it went on, −2 where it began the recording.
    """
    count, length = cost.shape
    at_section, inside, backwards, to_foreign = prices
    bars = len(starts) - 1
    big = np.float32(1e30)
    total = np.full((count, length), big, np.float32)
    parents = np.zeros((count, length), np.int8)
    foreign = np.full(count, big, np.float32)
    jumped = np.full((count, bars), -1, np.int32)
    left = np.full(count, -1, np.int32)
    bar_of = np.full(length, -1, np.int32)
    for k in range(bars):
        if starts[k] < length:
            bar_of[starts[k]] = k
    exits = np.empty(bars, np.float32)
    exit_at = np.empty(bars, np.int32)
    for n in range(count):
        best = big
        best_at = -2
        if n > 0:
            for k in range(bars):  # the cheapest way to the end of each bar, a little early or late
                exits[k] = big
                exit_at[k] = -1
                end = min(starts[k + 1], length)
                for m in range(max(starts[k], end - 3), end):
                    if total[n - 1, m] < exits[k]:
                        exits[k] = total[n - 1, m]
                        exit_at[k] = m
                exits[k] += at_section if is_section[k + 1] else inside
                if exits[k] < best:
                    best = exits[k]
                    best_at = exit_at[k]
        on = foreign[n - 1] if n > 0 else big
        begun = to_foreign if n == 0 else best + to_foreign
        if begun < on:
            foreign[n] = begun + price
            left[n] = -2 if n == 0 else best_at
        else:
            foreign[n] = on + price
        # To each bar: from the ends of the bars before it forwards, from those after it backwards.
        ahead, ahead_at = big, -1
        jump = np.full(bars, big, np.float32)
        jump_at = np.full(bars, -1, np.int32)
        if n > 0:
            for k in range(bars):
                jump[k], jump_at[k] = ahead, ahead_at
                if k > 0 and exits[k - 1] < ahead:  # bar k − 1 leads here without a jump; from k + 1 on it jumps
                    ahead, ahead_at = exits[k - 1], exit_at[k - 1]
            behind, behind_at = big, -1
            for k in range(bars - 1, -1, -1):
                if exits[k] + backwards < behind:
                    behind, behind_at = exits[k] + backwards, exit_at[k]
                if behind < jump[k]:
                    jump[k], jump_at[k] = behind, behind_at
        for m in range(length):
            here = cost[n, m]
            value, parent = big, -1
            k = bar_of[m]
            if n == 0:
                enter = np.float32(0.0) if m == 0 else (at_section if k >= 0 and is_section[k] else inside)
                value, parent = enter + here, BEGIN
            else:
                if m > 0:
                    value, parent = total[n - 1, m - 1] + here, DIAGONAL
                    if m > 1 and total[n - 1, m - 2] + here + UNEVEN < value:
                        value, parent = total[n - 1, m - 2] + here + UNEVEN, OURS_TWICE
                    if n > 1 and total[n - 2, m - 1] + here + cost[n - 1, m] + UNEVEN < value:
                        value, parent = total[n - 2, m - 1] + here + cost[n - 1, m] + UNEVEN, THEIRS_TWICE
                if k >= 0:
                    enter = np.float32(0.0) if is_section[k] else inside
                    if jump[k] + enter + here < value:
                        value, parent = jump[k] + enter + here, JUMP
                        jumped[n, k] = jump_at[k]
                    if foreign[n - 1] + enter + here < value:
                        value, parent = foreign[n - 1] + enter + here, RETURN
            total[n, m] = value
            parents[n, m] = parent
    return total, parents, foreign, jumped, left


def _backward(cost: NDArray[np.float32], starts: NDArray[np.int64], total: NDArray[np.float32],
              parents: NDArray[np.int8], foreign: NDArray[np.float32], jumped: NDArray[np.int32],
              left: NDArray[np.int32]) -> list[Run]:
    """Walk the cheapest way back."""
    bar_of = {int(start): k for k, start in enumerate(starts[:-1])}
    n = len(cost) - 1
    m = int(total[n].argmin()) if total[n].min() <= foreign[n] else -1
    runs: list[list[tuple[int, int]]] = []
    if m >= 0:
        runs.append([])
    while n >= 0:
        if m < 0:  # not ours
            came = int(left[n])
            n -= 1
            if came >= 0:
                m = came
                runs.append([])
            elif came == -2:
                break
            continue
        runs[-1].append((n, m))
        parent = int(parents[n, m])
        if parent == BEGIN:
            break
        if parent == THEIRS_TWICE:
            runs[-1].append((n - 1, m))
            n, m = n - 2, m - 1
        elif parent == JUMP:
            n, m = n - 1, int(jumped[n, bar_of[m]])
            runs.append([])
        elif parent == RETURN:
            n, m = n - 1, -1
        else:
            n, m = n - 1, m - (2 if parent == OURS_TWICE else 1)
    found = []
    for run in reversed(runs):
        if run:
            theirs, ours = (np.array(column, np.int64)[::-1] for column in zip(*run, strict=True))
            found.append(Run(theirs, ours, cost[theirs, ours].astype(np.float64)))
    return found
