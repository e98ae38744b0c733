"""A plucked string as a digital waveguide: its notes in order of time, plucked, damped and bent. Compiled.

``instruments.strings.string`` designs the filters, ``excitation`` gives the pluck and ``loop`` the lines and filters.
Here is the order of events: the loops run in pieces within which nothing begins or ends.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from instruments.dsp.arrays import Integers, Mono, Reals, Record, Records, Seeds
from instruments.strings.excitation import pluck, unload_bridge
from instruments.strings.loop import CHUNK, REACH, STAGGER, come_to_rest, cross_fade, read_line, rewind, run
from instruments.strings.records import PLANE, STRING, note_records
from instruments.strings.string import Hand, Loop

LINE_SAMPLES = 16384  # samples that a line is written on before it is moved back to the beginning of its room
SETTLE_TIMES = 14.0  # a pluck's corner exp(−t/τ)(1 + t/τ) is below −98 dB after this many τ
NOISE_TIMES = 9.0  # a pluck's noise exp(−t/τ) is below −78 dB after this many τ


def sound_string(out: Mono, up: Loop, along: Loop, hand: Hand, bends: Reals, seeds: Seeds, weak: float,
                 silence: float, fade: int) -> Integers:
    """Play all notes of one string and add the force on the bridge to ``out``.

    Parameters
    ----------
    out
        Shape (frames,), float32; added to.
    up, along
        Loops of the plane at right angles to the top and of the plane along it, one entry a note.
    hand
        What the hand does, one entry a note.
    bends
        Shape (rows, 2), float64: sample of the song, and samples by which a bent loop is longer than it was designed.
        Each note has the rows from ``hand.bend_first`` up to ``hand.bend_last``.
    seeds
        Shape (notes,), uint64: seed of each pluck's noise.
    weak
        Force of the plane along the top on the bridge, relative to that of the other plane, 0–1.
    silence
        Force below which a string, after one period, is stopped: from there on it is exactly zero.
    fade
        Samples over which a change of length or of loss is faded in.

    Returns
    -------
    Integers
        Shape (notes,): sample at which each note's sound gives way to silence or to the next note.
    """
    settled = np.maximum(SETTLE_TIMES * hand.corner, NOISE_TIMES * hand.noise_decay)
    notes = note_records(up, along, hand, np.floor(hand.period + settled) + 2)
    longest = int(max(up.delay.max(), along.delay.max()) + max(bends[:, 1].max(initial=0.0), 0.0)) + REACH
    planes, string = np.zeros(2, PLANE), np.zeros(1, STRING)
    room = longest + LINE_SAMPLES
    planes["line"] = 0, room
    string["longest"], string["write"], string["room"], string["taps"], string["fade"] = (
        longest, longest, room, 2 * room, fade)
    string["pluck"] = 2 * room + 4 * CHUNK
    work = np.zeros(2 * room + 4 * CHUNK + int(notes["pluck_samples"].max()))
    ends = np.zeros(len(notes), dtype=np.int64)
    _play(out, notes, bends, seeds, work, planes, string, weak, silence, ends)
    return ends


@njit(cache=True, nogil=True)
def _play(out: Mono, notes: Records, bends: Reals, seeds: Seeds, work: Reals, planes: Records, strings: Records,
          weak: float, silence: float, ends: Integers) -> None:
    """Play the notes in order; ``strings`` holds the one ``STRING``."""
    string, frames = strings[0], out.shape[0]
    for i in range(notes.shape[0]):
        note = notes[i]
        start = math.ceil(note.onset)
        stop, touch = frames, frames
        if i + 1 < notes.shape[0]:
            stop, touch = min(math.ceil(notes[i + 1].onset), frames), int(notes[i + 1].touch)
        ends[i] = min(start, frames)
        if start >= stop:
            continue  # the next pluck of this string falls on the same sample
        late = start - note.onset
        pluck(work, string.pluck, late, note, seeds[i])
        thump_end = unload_bridge(out, start, late, note)
        _begin(planes, string, note, bends, start)
        while string.now < stop and string.ringing:
            if string.now == touch:
                _damp(planes, string, note.touch_gain, note.touch_pole)
            elif string.now == int(note.release):
                _damp(planes, string, note.release_gain, note.release_pole)
            count = _steady_samples(planes, string, note, bends, touch, stop)
            _advance(work, planes, string, note, count)
            _sound(out, work, planes, string, count, weak, silence)
            if string.quiet > note.period + CHUNK and string.plucked >= note.pluck_samples:
                string.ringing = 0
                come_to_rest(work, planes, string)
        ends[i] = max(string.now, thump_end)


@njit(cache=True, nogil=True)
def _begin(planes: Records, string: Record, note: Record, bends: Reals, start: int) -> None:
    """Take over the string for a note: new loops at once if it is at rest, else faded in."""
    string.now, string.plucked, string.quiet = start, 0, 0
    string.bend, string.slope, string.old_extra = note.bend_first, 0.0, string.extra
    string.extra = bends[note.bend_first, 1] if note.bend_last > note.bend_first else 0.0
    up, along = planes[0], planes[1]
    _set_loop(up, note.up, string.ringing)
    _set_loop(along, note.along, string.ringing)
    string.shortest = min(up.delay, along.delay)
    string.damping, string.fading = 0, 0
    if string.ringing:
        string.damping = string.fade
        if (up.delay + string.extra != up.old_delay + string.old_extra
                or along.delay + string.extra != along.old_delay + string.old_extra):
            string.fading = string.fade
            old = min(up.old_delay, along.old_delay)
            string.shortest = min(string.shortest, old)
            if string.old_extra != 0.0:
                string.shortest = min(string.shortest, int(old + string.old_extra) - REACH)
    string.ringing = 1


@njit(cache=True, nogil=True)
def _set_loop(plane: Record, loop: Record, ringing: int) -> None:
    """Give a plane the loop of a new note. Delay = loop − stagger of the filters."""
    plane.old_delay, plane.delay = plane.delay, loop.delay - STAGGER
    plane.dispersion, plane.dispersion_last, plane.fraction = loop.dispersion, loop.dispersion_last, loop.fraction
    plane.gain_target, plane.pole_target = loop.gain, loop.pole
    if not ringing:
        plane.gain, plane.pole = loop.gain, loop.pole


@njit(cache=True, nogil=True)
def _damp(planes: Records, string: Record, gain: float, pole: float) -> None:
    """Begin to change the loss of both planes to that of a string under a finger."""
    for p in range(2):
        planes[p].gain_target, planes[p].pole_target = gain, pole
    string.damping = string.fade


@njit(cache=True, nogil=True)
def _steady_samples(planes: Records, string: Record, note: Record, bends: Reals, touch: int, stop: int) -> int:
    """Count the samples from now within which nothing begins or ends, at most ``CHUNK``."""
    now, release = string.now, int(note.release)
    plucking = note.pluck_samples - string.plucked
    count, until = CHUNK, stop
    if now < touch:
        until = min(until, touch)
    if now < release:
        until = min(until, release)
    if note.bend_last > note.bend_first:
        until = _follow_bend(string, note, bends, until)
    if plucking > 0:
        count = min(count, plucking, string.shortest)
    if string.fading > 0:
        count = min(count, string.fading, string.shortest)
    if string.damping > 0:
        count = min(count, string.damping)
    if string.slope != 0.0 or string.extra != 0.0:  # an interpolation cannot reach what is not written yet
        least = min(string.extra, string.extra + string.slope * (until - now))
        count = min(count, int(min(planes[0].delay, planes[1].delay) + least) - REACH)
    return int(min(count, until - now))


@njit(cache=True, nogil=True)
def _follow_bend(string: Record, note: Record, bends: Reals, until: int) -> int:
    """Set the length and slope of the bend at ``now``, and return the end of its straight piece, at most ``until``."""
    now, last = string.now, note.bend_last
    while string.bend + 1 < last and bends[string.bend + 1, 0] <= now:
        string.bend += 1
    row = string.bend
    string.extra, string.slope = bends[row, 1], 0.0
    turn = row
    if bends[row, 0] <= now:
        turn = row + 1
        if turn < last:
            string.slope = (bends[turn, 1] - bends[row, 1]) / (bends[turn, 0] - bends[row, 0])
            string.extra += string.slope * (now - bends[row, 0])
    return min(until, math.ceil(bends[turn, 0])) if turn < last else until


@njit(cache=True, nogil=True)
def _advance(work: Reals, planes: Records, string: Record, note: Record, count: int) -> None:
    """Compute the next ``count`` samples of both lines."""
    if string.damping > 0:
        for p in range(2):
            plane = planes[p]
            plane.gain_step = (plane.gain_target - plane.gain) / string.damping
            plane.pole_step = (plane.pole_target - plane.pole) / string.damping
    if string.write + count > string.room:
        rewind(work, planes, string)
    up, along = planes[0], planes[1]
    write_up, write_along = up.line + string.write, along.line + string.write
    read_up, read_along = write_up - up.delay, write_along - along.delay
    if string.fading > 0 or string.slope != 0.0 or string.extra != 0.0:
        read_up, read_along = string.taps, string.taps + CHUNK
        _read_ends(work, up, string, read_up, count)
        _read_ends(work, along, string, read_along, count)
        string.fading -= min(count, string.fading)
        string.extra += string.slope * count
    run(work, read_up, read_along, write_up, write_along, count, up, along)
    if string.plucked < note.pluck_samples:
        force, slant = string.pluck + string.plucked, note.slant
        for k in range(count):
            work[write_up + k] += work[force + k]
            work[write_along + k] += slant * work[force + k]
        string.plucked += count
    if string.damping > 0:
        string.damping -= count
        if string.damping == 0:
            for p in range(2):
                plane = planes[p]
                plane.gain, plane.pole = plane.gain_target, plane.pole_target
                plane.gain_step, plane.pole_step = 0.0, 0.0


@njit(cache=True, nogil=True)
def _read_ends(work: Reals, plane: Record, string: Record, to: int, count: int) -> None:
    """Read the end of a line whose length changes to ``to``: bent, and faded in from the length before."""
    write = plane.line + string.write
    read_line(work, write, plane.delay + string.extra, string.slope, count, to)
    if string.fading > 0:
        old = to + 2 * CHUNK
        read_line(work, write, plane.old_delay + string.old_extra, 0.0, count, old)
        cross_fade(work, to, old, count, string.fading, string.fade)


@njit(cache=True, nogil=True)
def _sound(out: Mono, work: Reals, planes: Records, string: Record, count: int, weak: float, silence: float) -> None:
    """Add the force on the bridge to ``out``, move on by ``count`` samples, and count those that are below silence."""
    heard = False
    place = np.uint64(string.now)
    up, along = np.uint64(planes[0].line + string.write), np.uint64(planes[1].line + string.write)
    for k in range(np.uint64(count)):  # unsigned, so that it is compiled to vector instructions
        force = work[up + k] + weak * work[along + k]
        out[place + k] += force
        heard |= abs(force) >= silence
    string.now += count
    string.write += count
    string.quiet = 0 if heard else string.quiet + count
