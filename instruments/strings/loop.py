"""The two loops of a string, sample by sample: delay lines, filters, cross-fades. Compiled.

Both lines lie in one workspace. A line is written forward and read ``delay`` samples behind; when it has come to the
end of its room, its last samples are moved back to the beginning.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from instruments.dsp.arrays import Reals, Record, Records
from instruments.dsp.interpolation import cubic_weights

STAGGER = 4  # samples by which the filters of a loop follow each other in ``run``
CHUNK = 256  # samples that the loops run between two decisions, at most
REACH = 4  # samples around a place in the line that an interpolation may read


@njit(cache=True, nogil=True)
def read_line(work: Reals, write: int, delay: float, slope: float, count: int, to: int) -> None:
    """Copy ``count`` samples from ``delay`` samples behind ``write`` to ``to``; ``delay`` grows by ``slope`` a sample.

    Between the samples it is interpolated by a cubic.
    """
    if slope == 0.0 and delay == int(delay):  # no bend: the cubic would return the samples themselves, more slowly
        for k in range(count):
            work[to + k] = work[write - int(delay) + k]
        return
    for k in range(count):
        whole = int(delay)
        at = write + k - whole
        newer, here, older, oldest = cubic_weights(delay - whole)
        work[to + k] = newer * work[at + 1] + here * work[at] + older * work[at - 1] + oldest * work[at - 2]
        delay += slope


@njit(cache=True, nogil=True)
def cross_fade(work: Reals, to: int, old: int, count: int, left: int, length: int) -> None:
    """Fade ``count`` samples at ``to`` in over those at ``old``, with ``left`` of ``length`` samples to go."""
    for k in range(count):
        share = (left - k) / length
        work[to + k] = share * work[old + k] + (1.0 - share) * work[to + k]


@njit(cache=True, nogil=True)
def rewind(work: Reals, planes: Records, string: Record) -> None:
    """Move the last samples of both lines back to the beginning of their room."""
    for p in range(2):
        line = planes[p].line
        for k in range(string.longest):
            work[line + k] = work[line + string.write - string.longest + k]
    string.write = string.longest


@njit(cache=True, nogil=True)
def come_to_rest(work: Reals, planes: Records, string: Record) -> None:
    """Clear both lines and the memory of their filters."""
    for p in range(2):
        plane = planes[p]
        for k in range(string.longest):
            work[plane.line + string.write - string.longest + k] = 0.0
        plane.gain_step, plane.pole_step = 0.0, 0.0
        plane.y0, plane.y1, plane.y2, plane.y3, plane.y4 = 0.0, 0.0, 0.0, 0.0, 0.0
        plane.x1, plane.x2, plane.x3, plane.x4 = 0.0, 0.0, 0.0, 0.0
    string.damping = 0


@njit(cache=True, nogil=True, fastmath={"contract"})
def run(work: Reals, read_up: int, read_along: int, write_up: int, write_along: int, count: int, up: Record,
        along: Record) -> None:
    """Advance both loops by ``count`` samples, from the lines' ends at ``read`` to their beginnings at ``write``.

    Loss, three all-passes for stiffness and one for the fraction of a sample. Each filter takes the output that the one
    before it had a sample ago, so that none has to wait for another, and both planes are computed side by side. The
    lines are shorter by as many samples (``STAGGER``), so that the loops have the same length.
    """
    gain, pole, a, b, d = up.gain, up.pole, up.dispersion, up.dispersion_last, up.fraction
    gain_, pole_, a_, b_, d_ = along.gain, along.pole, along.dispersion, along.dispersion_last, along.fraction
    gain_step, pole_step, gain_step_, pole_step_ = up.gain_step, up.pole_step, along.gain_step, along.pole_step
    y0, y1, y2, y3, y4, x1, x2, x3, x4 = up.y0, up.y1, up.y2, up.y3, up.y4, up.x1, up.x2, up.x3, up.x4
    v0, v1, v2, v3, v4, u1, u2, u3, u4 = (along.y0, along.y1, along.y2, along.y3, along.y4,
                                          along.x1, along.x2, along.x3, along.x4)
    from_up, from_along = np.uint64(read_up), np.uint64(read_along)  # unsigned: no place is counted from the end
    to_up, to_along = np.uint64(write_up), np.uint64(write_along)
    for i in range(np.uint64(count)):
        gain += gain_step
        pole += pole_step
        gain_ += gain_step_
        pole_ += pole_step_
        # All-pass y = (a x + x₁) − a y₁, from the last filter to the first; what does not depend on y₁ comes first.
        y4 = (d * y3 + x4) - d * y4
        v4 = (d_ * v3 + u4) - d_ * v4
        x4, y3 = y3, (b * y2 + x3) - b * y3
        u4, v3 = v3, (b_ * v2 + u3) - b_ * v3
        x3, y2 = y2, (a * y1 + x2) - a * y2
        u3, v2 = v2, (a_ * v1 + u2) - a_ * v2
        x2, y1 = y1, (a * y0 + x1) - a * y1
        u2, v1 = v1, (a_ * v0 + u1) - a_ * v1
        x1, y0 = y0, gain * work[from_up + i] - pole * y0
        u1, v0 = v0, gain_ * work[from_along + i] - pole_ * v0
        work[to_up + i] = y4
        work[to_along + i] = v4
    up.gain, up.pole, along.gain, along.pole = gain, pole, gain_, pole_
    up.y0, up.y1, up.y2, up.y3, up.y4, up.x1, up.x2, up.x3, up.x4 = y0, y1, y2, y3, y4, x1, x2, x3, x4
    along.y0, along.y1, along.y2, along.y3, along.y4 = v0, v1, v2, v3, v4
    along.x1, along.x2, along.x3, along.x4 = u1, u2, u3, u4
