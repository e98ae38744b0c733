"""The compiled loop of a plucked string: two planes, plucked, damped and bent at their times.

The filters are those of ``instruments.strings.string``. While a string is bent it is read at a place between two
samples, interpolated by a polynomial of third degree through four (T. Laakso, V. Välimäki, M. Karjalainen and U. Laine,
"Splitting the Unit Delay", IEEE Signal Processing Magazine 13(1), 1996); a string at rest has none of its loss.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from instruments.strings.string import Hand, Loop

WAITS = 4  # samples that the filters of a loop wait for each other, as written out in _run
CHUNK = 256  # samples the loop runs at a stretch, at most
LINE_SAMPLES = 16384  # that a line is written on before it is moved back to its beginning
SETTLE_TIMES = 14.0  # a pluck's corner exp(−t/τ)(1 + t/τ) is below −100 dB after this many τ
KNOCK_TIMES = 12.0  # and exp(−t/τ) after so many
INTERPOLATION_REACH = 4  # samples that are read around a place in the line

# Columns of the table in which the kernels find all of a note: Loop of both planes, Hand, and the pluck's samples.
LOOP = len(Loop._fields)
UP_DELAY, UP_FRACTION, UP_DISPERSION, UP_LAST, UP_GAIN, UP_POLE, ALONG_DELAY = range(LOOP + 1)
(TOUCH, ONSET, RELEASE, TOUCH_GAIN, TOUCH_POLE, RELEASE_GAIN, RELEASE_POLE, PERIOD, AMPLITUDE, SLANT, POSITION, CORNER,
 NOISE, NOISE_DECAY, NOISE_POLE, KNOCK, KNOCK_DECAY, BEND_FIRST, BEND_LAST, PLUCK_SAMPLES) = range(
    2 * LOOP, 2 * LOOP + len(Hand._fields) + 1)

# Columns of a plane's filters while they run: coefficients, their steps and targets, and the last outputs of each.
GAIN, POLE, DISPERSION, LAST, FRACTION, GAIN_STEP, POLE_STEP, GAIN_TARGET, POLE_TARGET, OUTPUTS = range(10)
PLANE_COLUMNS = OUTPUTS + 9


def sound_string(out: np.ndarray, up: Loop, along: Loop, hand: Hand, bends: np.ndarray, seeds: np.ndarray, weak: float,
                 silence: float, fade: int) -> np.ndarray:
    """Play all notes of one string and add the force on the bridge to ``out``.

    out
        float32 (frames,).
    up, along
        The string's two planes.
    bends
        float64 (rows, 2): sample of the song, and samples that a bent loop is longer than it was designed; each
        note's rows are those from ``hand.bend_first`` to before ``hand.bend_last``.
    seeds
        uint64 (notes,): of each pluck's noise.
    weak
        How much the bridge feels of the plane along the top.
    silence
        A string that stays below this for a period is stopped and is exactly zero from there.
    fade
        Samples over which length and loss change.

    Returns int64 (notes,): the sample at which each note's sound gives way to silence or to the next note.
    """
    pluck = np.floor(hand.period + np.maximum(SETTLE_TIMES * hand.corner, 9.0 * hand.noise_decay)) + 2
    notes = np.column_stack([*up, *along, *hand, pluck])
    longest = int(max(up.delay.max(), along.delay.max()) + max(bends[:, 1].max(initial=0.0), 0.0)) + INTERPOLATION_REACH
    capacity = longest + LINE_SAMPLES
    work = np.zeros(2 * capacity + 4 * CHUNK + int(pluck.max()))
    ends = np.zeros(len(notes), dtype=np.int64)
    _play(out, notes, bends, seeds, work, longest, capacity, np.zeros((2, PLANE_COLUMNS)), weak, silence, fade, ends)
    return ends


@njit(cache=True, nogil=True)
def _corner(time: float, tau: float, fall: float) -> float:
    """Step from 0 to 1 with a soft start and no overshoot: two equal one-pole lowpasses of time constant ``tau``.

    ``fall`` is exp(−time / tau).
    """
    return 0.0 if time <= 0.0 else 1.0 - fall * (1.0 + time / tau)


@njit(cache=True, nogil=True)
def _excite(work: np.ndarray, at: int, late: float, notes: np.ndarray, i: int, seed: np.uint64) -> None:
    """Write what pluck ``i`` adds to the line; ``late`` is the first sample's time after the onset.

    A string let go at a share β of its length pulls the bridge in a rectangle that is up for β of each period: its
    partials have the 1/k and the comb |sin(πkβ)| of the plucked string. One period of it, without its mean, is what
    goes into the loop; the loop makes the rest.
    """
    period, amplitude, position, tau = notes[i, PERIOD], notes[i, AMPLITUDE], notes[i, POSITION], notes[i, CORNER]
    level, noise_share = notes[i, NOISE], 1.0 - notes[i, NOISE_POLE]
    state = seed * np.uint64(0x9E3779B97F4A7C15) + np.uint64(0xD1B54A32D192ED03)
    smooth, smoother = 0.0, 0.0
    fade = math.exp(-1.0 / notes[i, NOISE_DECAY])
    rise = math.exp(-(late + 1.0) / notes[i, NOISE_DECAY])
    step = math.exp(-1.0 / tau)
    fall, back, again = math.exp(-late / tau), 1.0, 1.0  # exp(−time / τ) of each corner
    for k in range(int(notes[i, PLUCK_SAMPLES])):
        time = k + late
        since_back, since_again = time - position * period, time - period
        if 0.0 < since_back <= 1.0:
            back = math.exp(-since_back / tau)
        if 0.0 < since_again <= 1.0:
            again = math.exp(-since_again / tau)
        up = _corner(time, tau, fall)
        pull = up - _corner(since_back, tau, back) - position * (up - _corner(since_again, tau, again))
        fall *= step
        back *= step
        again *= step
        state = state * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)  # Knuth's MMIX generator
        white = (state >> np.uint64(33)) * (1.0 / 2**30) - 1.0
        smooth += noise_share * (white - smooth)
        smoother += noise_share * (smooth - smoother)
        level *= fade
        work[at + k] = amplitude * (pull + level * (1.0 - rise) * (smooth - smoother))
        rise *= fade


@njit(cache=True, nogil=True)
def _knock(out: np.ndarray, at: int, late: float, notes: np.ndarray, i: int) -> int:
    """Take the load of the finger off the bridge; returns the sample from which nothing of it is left.

    The string that is pulled aside pulls the bridge as well. When it is let go that pull is gone, and the body springs
    back: the thump of its low modes under a note that may lie two octaves above them (for the force that a string puts
    on the bridge see N. Fletcher and T. Rossing, The Physics of Musical Instruments, 2nd ed. 1998, chapter 9). The
    rectangle that _excite sends round has no mean, so this is what is missing from it.
    """
    tau, decay, height = notes[i, CORNER], notes[i, KNOCK_DECAY], notes[i, KNOCK]
    until: int = min(at + int(KNOCK_TIMES * decay) + 1, out.shape[0])
    step, fade = math.exp(-1.0 / tau), math.exp(-1.0 / decay)
    fall, rest = math.exp(-late / tau), math.exp(-late / decay)
    for k in range(until - at):
        out[at + k] -= height * _corner(k + late, tau, fall) * rest
        fall *= step
        rest *= fade
    return until


@njit(cache=True, nogil=True)
def _read(work: np.ndarray, base: int, write: int, count: int, delay: float, step: float, to: int) -> None:
    """Copy ``count`` samples of a line to ``to`` from ``delay`` samples ago, which grows by ``step`` a sample."""
    for k in range(count):
        whole = int(delay)
        d = delay - whole
        at = base + write + k - whole
        # Lagrange's polynomial through x[+1], x[0], x[−1], x[−2] at −d
        work[to + k] = (-d * (1.0 - d) * (2.0 - d) / 6.0 * work[at + 1]
                        + (1.0 + d) * (1.0 - d) * (2.0 - d) / 2.0 * work[at]
                        + d * (1.0 + d) * (2.0 - d) / 2.0 * work[at - 1]
                        - d * (1.0 + d) * (1.0 - d) / 6.0 * work[at - 2])
        delay += step


@njit(cache=True, nogil=True, fastmath={"contract"})
def _run(work: np.ndarray, read_up: int, read_along: int, write_up: int, write_along: int, count: int,
         planes: np.ndarray) -> None:
    """Advance both planes by ``count`` samples, from their lines' ends at ``read`` to their beginnings at ``write``.

    Each filter takes what the one before it gave a sample ago, so that none has to wait for another, and the planes
    go side by side: the processor works at all of them at once. The line is shorter by as many samples, and the loop
    the same.
    """
    up, along = planes[0], planes[1]
    gain, pole, a, b, d = up[GAIN], up[POLE], up[DISPERSION], up[LAST], up[FRACTION]
    gain_, pole_, a_, b_, d_ = along[GAIN], along[POLE], along[DISPERSION], along[LAST], along[FRACTION]
    gain_step, pole_step, gain_step_, pole_step_ = up[GAIN_STEP], up[POLE_STEP], along[GAIN_STEP], along[POLE_STEP]
    w0, w1, w2, w3, x0, x1, x2, x3, x4 = (up[OUTPUTS], up[OUTPUTS + 1], up[OUTPUTS + 2], up[OUTPUTS + 3],
                                          up[OUTPUTS + 4], up[OUTPUTS + 5], up[OUTPUTS + 6], up[OUTPUTS + 7],
                                          up[OUTPUTS + 8])
    v0, v1, v2, v3, y0, y1, y2, y3, y4 = (along[OUTPUTS], along[OUTPUTS + 1], along[OUTPUTS + 2], along[OUTPUTS + 3],
                                          along[OUTPUTS + 4], along[OUTPUTS + 5], along[OUTPUTS + 6],
                                          along[OUTPUTS + 7], along[OUTPUTS + 8])
    from_up, from_along = np.uint64(read_up), np.uint64(read_along)  # unsigned: no place is counted from the end
    to_up, to_along = np.uint64(write_up), np.uint64(write_along)
    for i in range(np.uint64(count)):
        gain += gain_step
        pole += pole_step
        gain_ += gain_step_
        pole_ += pole_step_
        # y = a x + x₁ − a y₁ with what does not depend on y₁ first; w is the output before x
        x4 = (d * x3 + w3) - d * x4
        y4 = (d_ * y3 + v3) - d_ * y4
        w3, x3 = x3, (b * x2 + w2) - b * x3
        v3, y3 = y3, (b_ * y2 + v2) - b_ * y3
        w2, x2 = x2, (a * x1 + w1) - a * x2
        v2, y2 = y2, (a_ * y1 + v1) - a_ * y2
        w1, x1 = x1, (a * x0 + w0) - a * x1
        v1, y1 = y1, (a_ * y0 + v0) - a_ * y1
        w0, x0 = x0, gain * work[from_up + i] - pole * x0
        v0, y0 = y0, gain_ * work[from_along + i] - pole_ * y0
        work[to_up + i] = x4
        work[to_along + i] = y4
    up[GAIN], up[POLE], along[GAIN], along[POLE] = gain, pole, gain_, pole_
    up[OUTPUTS], up[OUTPUTS + 1], up[OUTPUTS + 2], up[OUTPUTS + 3] = w0, w1, w2, w3
    up[OUTPUTS + 4], up[OUTPUTS + 5], up[OUTPUTS + 6], up[OUTPUTS + 7], up[OUTPUTS + 8] = x0, x1, x2, x3, x4
    along[OUTPUTS], along[OUTPUTS + 1], along[OUTPUTS + 2], along[OUTPUTS + 3] = v0, v1, v2, v3
    along[OUTPUTS + 4], along[OUTPUTS + 5], along[OUTPUTS + 6], along[OUTPUTS + 7], along[OUTPUTS + 8] = (
        y0, y1, y2, y3, y4)


@njit(cache=True, nogil=True)
def _play(
    out: np.ndarray, notes: np.ndarray, bends: np.ndarray, seeds: np.ndarray, work: np.ndarray, longest: int,
    capacity: int, planes: np.ndarray, weak: float, silence: float, fade: int, ends: np.ndarray,
) -> None:
    """The loop of ``sound_string``.

    ``work`` holds the line of either plane, ``capacity`` samples each, then ``CHUNK`` samples for either to read
    from while its length changes and as many for the length before, then the pluck. ``planes`` (2, PLANE_COLUMNS)
    starts as zeros.
    """
    frames, count_notes = out.shape[0], notes.shape[0]
    taps, pluck = 2 * capacity, 2 * capacity + 4 * CHUNK
    write = longest
    ringing = False
    old_up, old_along = 0, 0
    extra, old_extra = 0.0, 0.0  # samples by which a bend lengthens the loops

    for i in range(count_notes):
        now = math.ceil(notes[i, ONSET])
        stop, touch = frames, frames
        if i + 1 < count_notes:
            following = math.ceil(notes[i + 1, ONSET])
            stop = following if following < frames else frames
            touch = int(notes[i + 1, TOUCH])
        release = int(notes[i, RELEASE])
        ends[i] = now if now < frames else frames
        if now >= stop:
            continue  # the next pluck of this string falls on the same sample

        _excite(work, pluck, now - notes[i, ONSET], notes, i, seeds[i])
        pluck_samples, spent, slant = int(notes[i, PLUCK_SAMPLES]), 0, notes[i, SLANT]
        knocked = _knock(out, now, now - notes[i, ONSET], notes, i)
        bend, bend_last = int(notes[i, BEND_FIRST]), int(notes[i, BEND_LAST])
        bends_at_all = bend_last > bend
        old_extra, extra = extra, bends[bend, 1] if bends_at_all else 0.0

        new_up, new_along = int(notes[i, UP_DELAY]) - WAITS, int(notes[i, ALONG_DELAY]) - WAITS
        for p in range(2):
            first = p * LOOP
            planes[p, DISPERSION], planes[p, LAST] = notes[i, first + UP_DISPERSION], notes[i, first + UP_LAST]
            planes[p, FRACTION] = notes[i, first + UP_FRACTION]
            planes[p, GAIN_TARGET], planes[p, POLE_TARGET] = notes[i, first + UP_GAIN], notes[i, first + UP_POLE]
            if not ringing:  # what is silent needs no soft change
                planes[p, GAIN], planes[p, POLE] = notes[i, first + UP_GAIN], notes[i, first + UP_POLE]
        moving = fade if ringing else 0
        crossing = fade if ringing and (new_up + extra != old_up + old_extra
                                        or new_along + extra != old_along + old_extra) else 0
        shortest = new_up if new_up < new_along else new_along
        if crossing > 0:
            shortest = min(shortest, old_up, old_along)
            if old_extra != 0.0:
                shortest = min(shortest, int(min(old_up, old_along) + old_extra) - INTERPOLATION_REACH)
        quiet = 0
        ringing = True

        while now < stop:
            # As far as nothing changes; while more goes in than comes round, no further than the line is long.
            plucking = pluck_samples - spent
            count = shortest if shortest < CHUNK and (plucking > 0 or crossing > 0) else CHUNK
            until = stop
            if now < touch < until:
                until = touch
            if now < release < until:
                until = release
            slope = 0.0  # of the bend, samples a sample
            if bends_at_all:
                while bend + 1 < bend_last and bends[bend + 1, 0] <= now:
                    bend += 1
                extra = bends[bend, 1]
                if bend + 1 < bend_last and bends[bend, 0] <= now:
                    slope = (bends[bend + 1, 1] - extra) / (bends[bend + 1, 0] - bends[bend, 0])
                    extra += slope * (now - bends[bend, 0])
                turn = bend if now < bends[bend, 0] else bend + 1
                if turn < bend_last:
                    until = min(until, math.ceil(bends[turn, 0]))
                if slope != 0.0 or extra != 0.0:
                    least = min(extra, extra + slope * (until - now)) if slope != 0.0 else extra
                    count = min(count, int(min(new_up, new_along) + least) - INTERPOLATION_REACH)
            count = until - now if until - now < count else count
            damped = TOUCH_GAIN if now == touch else RELEASE_GAIN if now == release else 0
            if damped > 0:
                for p in range(2):
                    planes[p, GAIN_TARGET], planes[p, POLE_TARGET] = notes[i, damped], notes[i, damped + 1]
                moving = fade
            if moving > 0:
                count = moving if moving < count else count
                for p in range(2):
                    planes[p, GAIN_STEP] = (planes[p, GAIN_TARGET] - planes[p, GAIN]) / moving
                    planes[p, POLE_STEP] = (planes[p, POLE_TARGET] - planes[p, POLE]) / moving
            if plucking > 0:
                count = plucking if plucking < count else count
            if write + count > capacity:
                for k in range(longest):
                    work[k] = work[write - longest + k]
                    work[capacity + k] = work[capacity + write - longest + k]
                write = longest
            read_up, read_along = write - new_up, capacity + write - new_along
            if slope != 0.0 or extra != 0.0 or (crossing > 0 and old_extra != 0.0):
                count = crossing if 0 < crossing < count else count
                for p in range(2):
                    to = taps + p * CHUNK
                    _read(work, p * capacity, write, count, (new_along if p else new_up) + extra, slope, to)
                    if crossing > 0:
                        _read(work, p * capacity, write, count, (old_along if p else old_up) + old_extra, 0.0,
                              to + 2 * CHUNK)
                        for k in range(count):
                            share = (crossing - k) / fade  # of the length before
                            work[to + k] += share * (work[to + 2 * CHUNK + k] - work[to + k])
                read_up, read_along = taps, taps + CHUNK
                crossing -= count if crossing > 0 else 0
                extra += slope * count
            elif crossing > 0:
                count = crossing if crossing < count else count
                for k in range(count):
                    share = (crossing - k) / fade  # of the length before
                    work[taps + k] = share * work[write - old_up + k] + (1.0 - share) * work[read_up + k]
                    work[taps + CHUNK + k] = (share * work[capacity + write - old_along + k]
                                              + (1.0 - share) * work[read_along + k])
                read_up, read_along = taps, taps + CHUNK
                crossing -= count
            _run(work, read_up, read_along, write, capacity + write, count, planes)
            if plucking > 0:
                for k in range(count):
                    work[write + k] += work[pluck + spent + k]
                    work[capacity + write + k] += slant * work[pluck + spent + k]
                spent += count
            heard = False
            place, up, along = np.uint64(now), np.uint64(write), np.uint64(capacity + write)
            for k in range(np.uint64(count)):  # unsigned, so that it is compiled to vector instructions
                force = work[up + k] + weak * work[along + k]
                out[place + k] += force
                heard |= abs(force) >= silence
            if moving > 0:
                moving -= count
                if moving == 0:
                    for p in range(2):
                        planes[p, GAIN], planes[p, POLE] = planes[p, GAIN_TARGET], planes[p, POLE_TARGET]
                        planes[p, GAIN_STEP], planes[p, POLE_STEP] = 0.0, 0.0
            now += count
            write += count
            quiet = 0 if heard else quiet + count
            if quiet > notes[i, PERIOD] + CHUNK and spent >= pluck_samples:
                ringing = False
                break
        ends[i] = now if now > knocked else knocked
        old_up, old_along = new_up, new_along
        if not ringing:
            for k in range(longest):
                work[write - longest + k] = 0.0
                work[capacity + write - longest + k] = 0.0
            for p in range(2):
                for column in range(GAIN_STEP, PLANE_COLUMNS):
                    planes[p, column] = 0.0
