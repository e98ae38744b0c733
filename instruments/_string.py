"""A plucked string as a digital waveguide: the design of its loop, and the compiled loop itself.

One string is two loops, one for each plane it swings in. The plane at right angles to the top drives it hard and dies
soon, the plane along the top drives it weakly and lasts: together the two-stage decay of a real string. Each loop is

    delay line → one-pole loss → all-pass cascade (stiffness) → first-order all-pass (fraction of a sample) → back

and rings at the pitch where all of these delays add up to one period.

Sources: D. A. Jaffe and J. O. Smith, "Extensions of the Karplus-Strong Plucked-String Algorithm", Computer Music
Journal 7(2), 1983; M. Karjalainen, V. Välimäki and T. Tolonen, "Plucked-String Models: From the Karplus-Strong
Algorithm to Digital Waveguides and Beyond", Computer Music Journal 22(3), 1998; S. A. Van Duyne and J. O. Smith,
"A Simplified Approach to Modeling Dispersion Caused by Stiffness in Strings and Plates", ICMC 1994.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

SHORTEST_LOOP = 6  # samples: the filters of a loop are staggered over four of them
DISPERSION_STAGES = 3  # as written out in _run
REFERENCE_HZ = 4000.0  # where the decay of the high partials is stated
FADE_SECONDS = 0.006  # over which a change of length or of loss is brought in, so that it makes no step
WAITS = 4  # samples that the filters of a loop wait for each other, as written out in _run
CHUNK = 256  # samples the loop runs at a stretch, at most
LINE_SAMPLES = 16384  # that a line is written on before it is moved back to its beginning
SETTLE_TIMES = 14.0  # a pluck's corner exp(−t/τ)(1 + t/τ) is below −100 dB after this many τ


class Loop(NamedTuple):
    """The filters of loops, one entry a note: ``delay`` whole samples, the rest filter coefficients."""

    delay: np.ndarray
    fraction: np.ndarray
    dispersion: np.ndarray
    gain: np.ndarray
    pole: np.ndarray


def inharmonicity(frequency_hz: np.ndarray, open_hz: np.ndarray, length_metres: float, core_millimetres: np.ndarray,
                  tension_newtons: np.ndarray, youngs_modulus_gpa: np.ndarray) -> np.ndarray:
    """Coefficient B in f_k = k f_0 √(1 + B k²) of a string stopped so that it sounds ``frequency_hz``.

    B = π³ E d⁴ / (64 T L²), H. Fletcher, "Normal Vibration Frequencies of a Stiff Piano String", JASA 36(1), 1964.
    All arguments broadcast; of a wound string ``core_millimetres`` is the diameter of the core.
    """
    sounding_metres = length_metres * np.minimum(open_hz / frequency_hz, 1.0)
    return np.asarray(np.pi**3 * youngs_modulus_gpa * 1e9 * (core_millimetres * 1e-3) ** 4
                      / (64 * tension_newtons * sounding_metres**2))


def loss(frequency_hz: np.ndarray, t60_seconds: np.ndarray, t60_reference_seconds: np.ndarray,
         rate: int) -> tuple[np.ndarray, np.ndarray]:
    """One-pole loss ``gain / (1 + pole z⁻¹)`` that gives a loop the stated decay times.

    ``t60_seconds`` holds toward 0 Hz and ``t60_reference_seconds``, the shorter, at 4 kHz. Between them the decay
    rate grows with the square of frequency as it does in strings (A. Chaigne and A. Askenfelt, JASA 95(2), 1994,
    eq. 5). A round trip of 1 / f_0 seconds must lose 60 dB / (T60 f_0); the pole follows from the two losses.
    """
    low = 10.0 ** (-3.0 / (frequency_hz * t60_seconds))
    high = 10.0 ** (-3.0 / (frequency_hz * t60_reference_seconds))
    # |H|² = gain² / (1 + 2 pole cos ω + pole²); H(0) = low, |H(ω_ref)| = high, solved for the stable pole.
    power = (high / low) ** 2
    middle = (1 - power * np.cos(2 * np.pi * REFERENCE_HZ / rate)) / (1 - power)
    pole = -middle + np.sqrt(middle**2 - 1)
    return low * (1 + pole), pole


def design(frequency_hz: np.ndarray, stiffness: np.ndarray, t60_seconds: np.ndarray,
           t60_reference_seconds: np.ndarray, rate: int) -> Loop:
    """Loops that ring at ``frequency_hz`` exactly. All arguments have one entry a note; ``stiffness`` is B."""
    gain, pole = loss(frequency_hz, t60_seconds, t60_reference_seconds, rate)
    omega = 2 * np.pi * frequency_hz / rate
    period = rate / frequency_hz
    # A stiff string's period for partial k falls by P B k² / 2 at first; M first-order all-passes of phase delay D at
    # 0 Hz fall by M D (D² − 1) ω² / 12. With ω = 2πk / P: D³ − D = 3 P³ B / (2 π² M), solved by Newton's method.
    target = 1.5 * period**3 * stiffness / (np.pi**2 * DISPERSION_STAGES)
    # The cascade must leave the line most of the period, so a very stiff short string is less stiff than it should be.
    widest = 0.3 * period / DISPERSION_STAGES
    spread = 1.0 + np.cbrt(target)
    for _ in range(30):
        spread -= (spread**3 - spread - target) / (3 * spread**2 - 1)
    spread = np.clip(spread, 1.0, np.maximum(widest, 1.0))
    dispersion = (1 - spread) / (1 + spread)
    loss_delay = -np.arctan2(pole * np.sin(omega), 1 + pole * np.cos(omega)) / omega
    # Phase delay of (a + z⁻¹) / (1 + a z⁻¹) at ω, Jaffe and Smith 1983, eq. 14.
    stage_delay = 1 - 2 * np.arctan2(dispersion * np.sin(omega), 1 + dispersion * np.cos(omega)) / omega
    rest = period - loss_delay - DISPERSION_STAGES * stage_delay
    whole = np.floor(rest - 1.0)
    if whole.size and whole.min() < SHORTEST_LOOP:
        raise ValueError(f"{frequency_hz[whole.argmin()]:.0f} Hz is too high for a string at {rate} Hz")
    short = rest - whole  # 1 … 2 samples, where the all-pass rings least
    fraction = np.sin((1 - short) * omega / 2) / np.sin((1 + short) * omega / 2)  # exact at ω, ibid. eq. 15
    return Loop(whole.astype(np.int64), fraction, dispersion, gain, pole)


class Hand(NamedTuple):
    """What the hand does, one entry a note: times in samples, filters of a damped loop, and the pluck's shape."""

    touch: np.ndarray  # when a finger comes to rest on the string for the next pluck
    onset: np.ndarray  # when it lets go; not whole; does not fall
    release: np.ndarray  # when the note ends and the string is damped
    touch_gain: np.ndarray
    touch_pole: np.ndarray
    release_gain: np.ndarray
    release_pole: np.ndarray
    period: np.ndarray
    amplitude: np.ndarray
    position: np.ndarray  # share of the string between bridge and finger
    corner: np.ndarray  # τ of the corner of the pluck: how soft what leaves the string is
    noise: np.ndarray  # level of the rub of skin, nail or pick, to the pluck as 1
    noise_decay: np.ndarray  # its 1/e time
    noise_pole: np.ndarray  # of the one-pole lowpass that colours it


# Columns of the table in which the kernels find all of a note: Loop of both planes, Hand, and the pluck's samples.
LOOP = len(Loop._fields)
UP_DELAY, UP_FRACTION, UP_DISPERSION, UP_GAIN, UP_POLE, ALONG_DELAY = range(LOOP + 1)
(TOUCH, ONSET, RELEASE, TOUCH_GAIN, TOUCH_POLE, RELEASE_GAIN, RELEASE_POLE, PERIOD, AMPLITUDE, POSITION, CORNER, NOISE,
 NOISE_DECAY, NOISE_POLE, PLUCK_SAMPLES) = range(2 * LOOP, 2 * LOOP + len(Hand._fields) + 1)

# Columns of a plane's filters while they run: coefficients, their steps and targets, and the last outputs of each.
GAIN, POLE, DISPERSION, FRACTION, GAIN_STEP, POLE_STEP, GAIN_TARGET, POLE_TARGET, OUTPUTS = range(9)
PLANE_COLUMNS = OUTPUTS + 9


def sound_string(out: np.ndarray, up: Loop, along: Loop, hand: Hand, seeds: np.ndarray, slant: float, weak: float,
                 silence: float, fade: int) -> np.ndarray:
    """Play all notes of one string and add the force on the bridge to ``out``.

    out
        float32 (frames,).
    up, along
        The string's two planes.
    seeds
        uint64 (notes,): of each pluck's noise.
    slant
        What the pluck gives the plane along the top, to the other as 1; ``weak``: how much of it the bridge feels.
    silence
        A string that stays below this for a period is stopped and is exactly zero from there.
    fade
        Samples over which length and loss change.

    Returns int64 (notes,): the sample at which each note's sound gives way to silence or to the next note.
    """
    pluck = np.floor(hand.period + np.maximum(SETTLE_TIMES * hand.corner, 9.0 * hand.noise_decay)) + 2
    notes = np.column_stack([*up, *along, *hand, pluck])
    longest = int(max(up.delay.max(), along.delay.max()))
    capacity = longest + LINE_SAMPLES
    work = np.zeros(2 * capacity + 2 * CHUNK + int(pluck.max()))
    ends = np.zeros(len(notes), dtype=np.int64)
    _play(out, notes, seeds, work, longest, capacity, np.zeros((2, PLANE_COLUMNS)), slant, weak, silence, fade, ends)
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
def _run(work: np.ndarray, read: int, write: int, count: int, planes: np.ndarray, p: int) -> None:
    """Advance plane ``p`` by ``count`` samples from the line's end at ``read`` to its beginning at ``write``.

    Each filter takes what the one before it gave a sample ago, so that none has to wait for another and the
    processor works at all of them at once. The line is shorter by as many samples, and the loop the same.
    """
    gain, pole, a, d = planes[p, GAIN], planes[p, POLE], planes[p, DISPERSION], planes[p, FRACTION]
    gain_step, pole_step = planes[p, GAIN_STEP], planes[p, POLE_STEP]
    w0, w1, w2, w3 = planes[p, OUTPUTS], planes[p, OUTPUTS + 1], planes[p, OUTPUTS + 2], planes[p, OUTPUTS + 3]
    x0, x1, x2, x3 = planes[p, OUTPUTS + 4], planes[p, OUTPUTS + 5], planes[p, OUTPUTS + 6], planes[p, OUTPUTS + 7]
    x4 = planes[p, OUTPUTS + 8]
    for i in range(count):
        gain += gain_step
        pole += pole_step
        # y = a x + x₁ − a y₁ with what does not depend on y₁ first; w is the output before x
        x4 = (d * x3 + w3) - d * x4
        w3, x3 = x3, (a * x2 + w2) - a * x3
        w2, x2 = x2, (a * x1 + w1) - a * x2
        w1, x1 = x1, (a * x0 + w0) - a * x1
        w0, x0 = x0, gain * work[read + i] - pole * x0
        work[write + i] = x4
    planes[p, GAIN], planes[p, POLE] = gain, pole
    planes[p, OUTPUTS], planes[p, OUTPUTS + 1], planes[p, OUTPUTS + 2], planes[p, OUTPUTS + 3] = w0, w1, w2, w3
    planes[p, OUTPUTS + 4], planes[p, OUTPUTS + 5], planes[p, OUTPUTS + 6], planes[p, OUTPUTS + 7] = x0, x1, x2, x3
    planes[p, OUTPUTS + 8] = x4


@njit(cache=True, nogil=True)
def _play(
    out: np.ndarray, notes: np.ndarray, seeds: np.ndarray, work: np.ndarray, longest: int, capacity: int,
    planes: np.ndarray, slant: float, weak: float, silence: float, fade: int, ends: np.ndarray,
) -> None:
    """The loop of ``sound_string``.

    ``work`` holds the line of either plane, ``capacity`` samples each, then ``CHUNK`` samples for either to read
    from while its length changes, then the pluck. ``planes`` (2, PLANE_COLUMNS) starts as zeros.
    """
    frames, count_notes = out.shape[0], notes.shape[0]
    taps, pluck = 2 * capacity, 2 * capacity + 2 * CHUNK
    write = longest
    ringing = False
    old_up, old_along = 0, 0

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
        pluck_samples, spent = int(notes[i, PLUCK_SAMPLES]), 0

        new_up, new_along = int(notes[i, UP_DELAY]) - WAITS, int(notes[i, ALONG_DELAY]) - WAITS
        for p in range(2):
            first = p * LOOP
            planes[p, DISPERSION], planes[p, FRACTION] = notes[i, first + UP_DISPERSION], notes[i, first + UP_FRACTION]
            planes[p, GAIN_TARGET], planes[p, POLE_TARGET] = notes[i, first + UP_GAIN], notes[i, first + UP_POLE]
            if not ringing:  # what is silent needs no soft change
                planes[p, GAIN], planes[p, POLE] = notes[i, first + UP_GAIN], notes[i, first + UP_POLE]
        moving = fade if ringing else 0
        crossing = fade if ringing and (new_up != old_up or new_along != old_along) else 0
        shortest = new_up if new_up < new_along else new_along
        if crossing > 0:
            shortest = old_up if old_up < shortest else shortest
            shortest = old_along if old_along < shortest else shortest
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
            if crossing > 0:
                count = crossing if crossing < count else count
                for k in range(count):
                    share = (crossing - k) / fade  # of the length before
                    work[taps + k] = share * work[write - old_up + k] + (1.0 - share) * work[read_up + k]
                    work[taps + CHUNK + k] = (share * work[capacity + write - old_along + k]
                                              + (1.0 - share) * work[read_along + k])
                read_up, read_along = taps, taps + CHUNK
                crossing -= count
            for p in range(2):
                _run(work, read_along if p else read_up, p * capacity + write, count, planes, p)
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
        ends[i] = now
        old_up, old_along = new_up, new_along
        if not ringing:
            for k in range(longest):
                work[write - longest + k] = 0.0
                work[capacity + write - longest + k] = 0.0
            for p in range(2):
                for column in range(GAIN_STEP, PLANE_COLUMNS):
                    planes[p, column] = 0.0
