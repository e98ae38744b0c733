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

from typing import NamedTuple

import numpy as np
from numba import njit

DISPERSION_STAGES = 3  # as written out in _run
REFERENCE_HZ = 4000.0  # where the decay of the high partials is stated
FADE_SECONDS = 0.006  # over which a change of length or of loss is brought in, so that it makes no step
CHUNK = 256  # samples the loop runs at a stretch
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
    short = rest - whole  # 1 … 2 samples, where the all-pass rings least
    fraction = np.sin((1 - short) * omega / 2) / np.sin((1 + short) * omega / 2)  # exact at ω, ibid. eq. 15
    return Loop(whole.astype(np.int64), fraction, dispersion, gain, pole)


class Hand(NamedTuple):
    """What the hand does, one entry a note: times in samples, filters of a damped loop, and the pluck's shape."""

    touch: np.ndarray  # when a finger comes to rest on the string for the next pluck
    onset: np.ndarray  # when it lets go; not whole
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


@njit(cache=True, nogil=True)
def _corner(time: float, tau: float) -> float:
    """Step from 0 to 1 with a soft start and no overshoot: two equal one-pole lowpasses of time constant ``tau``."""
    return 0.0 if time <= 0.0 else 1.0 - np.exp(-time / tau) * (1.0 + time / tau)


@njit(cache=True, nogil=True)
def _excite(pluck, late, period, amplitude, position, tau, noise, noise_decay, noise_pole, seed):
    """Fill ``pluck`` with what one pluck adds to the line; ``late`` is the first sample's time after the onset.

    A string let go at a share β of its length pulls the bridge in a rectangle that is up for β of each period: its
    partials have the 1/k and the comb |sin(πkβ)| of the plucked string. One period of it, without its mean, is what
    goes into the loop; the loop makes the rest.
    """
    state = np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(0xD1B54A32D192ED03)
    smooth, smoother = 0.0, 0.0
    fade = np.exp(-1.0 / noise_decay)
    level = noise
    for i in range(pluck.shape[0]):
        time = i + late
        up = _corner(time, tau)
        pull = up - _corner(time - position * period, tau) - position * (up - _corner(time - period, tau))
        state = state * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)  # Knuth's MMIX generator
        white = (state >> np.uint64(33)) * (1.0 / 2**30) - 1.0
        smooth += (1.0 - noise_pole) * (white - smooth)
        smoother += (1.0 - noise_pole) * (smooth - smoother)
        level *= fade
        pluck[i] = amplitude * (pull + level * (1.0 - fade ** (time + 1.0)) * (smooth - smoother))


@njit(cache=True, nogil=True)
def _run(out, tap_up, tap_along, line_up, line_along, write, pluck, filters, steps, state, slant, weak):
    """Advance both planes of one string over ``out`` and return the loudest sample it added.

    ``filters`` is (2, 4): gain, pole, dispersion, fraction; ``steps`` (2, 2) moves gain and pole each sample;
    ``state`` (2, 5) holds the last output of the loss filter and of each all-pass.
    """
    gain, pole, a, d = filters[0, 0], filters[0, 1], filters[0, 2], filters[0, 3]
    gain2, pole2, a2, d2 = filters[1, 0], filters[1, 1], filters[1, 2], filters[1, 3]
    gain_step, pole_step, gain_step2, pole_step2 = steps[0, 0], steps[0, 1], steps[1, 0], steps[1, 1]
    s0, s1, s2, s3, s4 = state[0, 0], state[0, 1], state[0, 2], state[0, 3], state[0, 4]
    t0, t1, t2, t3, t4 = state[1, 0], state[1, 1], state[1, 2], state[1, 3], state[1, 4]
    loudest = 0.0
    for i in range(out.shape[0]):
        gain += gain_step
        pole += pole_step
        x0 = gain * tap_up[i] - pole * s0
        x1 = a * (x0 - s1) + s0
        x2 = a * (x1 - s2) + s1
        x3 = a * (x2 - s3) + s2
        x4 = d * (x3 - s4) + s3
        s0, s1, s2, s3, s4 = x0, x1, x2, x3, x4
        gain2 += gain_step2
        pole2 += pole_step2
        y0 = gain2 * tap_along[i] - pole2 * t0
        y1 = a2 * (y0 - t1) + t0
        y2 = a2 * (y1 - t2) + t1
        y3 = a2 * (y2 - t3) + t2
        y4 = d2 * (y3 - t4) + t3
        t0, t1, t2, t3, t4 = y0, y1, y2, y3, y4
        up = x4 + pluck[i]
        along = y4 + slant * pluck[i]
        line_up[write + i] = up
        line_along[write + i] = along
        force = up + weak * along
        out[i] += force
        loudest = max(loudest, abs(force))
    filters[0, 0], filters[0, 1], filters[1, 0], filters[1, 1] = gain, pole, gain2, pole2
    state[0, 0], state[0, 1], state[0, 2], state[0, 3], state[0, 4] = s0, s1, s2, s3, s4
    state[1, 0], state[1, 1], state[1, 2], state[1, 3], state[1, 4] = t0, t1, t2, t3, t4
    return loudest


@njit(cache=True, nogil=True)
def _both(planes, gain, pole):
    """Set gain and pole of both planes."""
    for k in range(2):
        planes[k, 0], planes[k, 1] = gain, pole


@njit(cache=True, nogil=True)
def _settle(filters, target):
    """Bring gain and pole of both planes to their target."""
    for k in range(2):
        filters[k, 0], filters[k, 1] = target[k, 0], target[k, 1]


@njit(cache=True, nogil=True)
def sound_string(out, up, along, hand, seeds, slant, weak, silence, fade, ends):
    """Play all notes of one string and add the force on the bridge to ``out``.

    out
        float32 (frames,).
    up, along
        Loop: the string's two planes.
    hand
        Hand; ``onset`` does not fall.
    seeds
        uint64 (notes,): of each pluck's noise.
    slant
        What the pluck gives the plane along the top, to the other as 1; ``weak``: how much of it the bridge feels.
    silence
        A string that stays below this for a period is stopped and is exactly zero from there.
    fade
        Samples over which length and loss change.
    ends
        int64 (notes,), filled: the sample at which each note's sound gives way to silence or to the next note.
    """
    notes = hand.onset.shape[0]
    longest = 1
    for i in range(notes):
        longest = max(longest, up.delay[i], along.delay[i])
    capacity = longest + 16384
    line_up = np.zeros(capacity)
    line_along = np.zeros(capacity)
    tap_up = np.zeros(CHUNK)
    tap_along = np.zeros(CHUNK)
    nothing = np.zeros(CHUNK)
    state = np.zeros((2, 5))
    filters = np.zeros((2, 4))
    target = np.zeros((2, 2))
    steps = np.zeros((2, 2))
    write = longest
    ringing = False
    old_up, old_along = 0, 0

    for i in range(notes):
        now = int(np.ceil(hand.onset[i]))
        stop, touch = out.shape[0], out.shape[0]
        if i + 1 < notes:
            stop = min(stop, int(np.ceil(hand.onset[i + 1])))
            touch = int(hand.touch[i + 1])
        release = int(hand.release[i])
        ends[i] = min(now, out.shape[0])
        if now >= stop:
            continue  # the next pluck of this string falls on the same sample

        pluck = np.empty(int(hand.period[i] + max(SETTLE_TIMES * hand.corner[i], 9.0 * hand.noise_decay[i])) + 2)
        _excite(pluck, now - hand.onset[i], hand.period[i], hand.amplitude[i], hand.position[i], hand.corner[i],
                hand.noise[i], hand.noise_decay[i], hand.noise_pole[i], seeds[i])
        spent = 0

        new_up, new_along = up.delay[i], along.delay[i]
        filters[0, 2], filters[0, 3] = up.dispersion[i], up.fraction[i]
        filters[1, 2], filters[1, 3] = along.dispersion[i], along.fraction[i]
        target[0, 0], target[0, 1] = up.gain[i], up.pole[i]
        target[1, 0], target[1, 1] = along.gain[i], along.pole[i]
        moving = fade if ringing else 0  # what is silent needs no soft change
        crossing = fade if ringing and (new_up != old_up or new_along != old_along) else 0
        if not ringing:
            _settle(filters, target)
        quiet = 0
        ringing = True

        while now < stop:
            count = min(CHUNK, stop - now)
            if now < touch < now + count:
                count = touch - now
            if now < release < now + count:
                count = release - now
            if now == touch:
                _both(target, hand.touch_gain[i], hand.touch_pole[i])
                moving = fade
            elif now == release:
                _both(target, hand.release_gain[i], hand.release_pole[i])
                moving = fade
            if moving > 0:
                count = min(count, moving)
                for k in range(2):
                    steps[k, 0] = (target[k, 0] - filters[k, 0]) / moving
                    steps[k, 1] = (target[k, 1] - filters[k, 1]) / moving
            if spent < pluck.shape[0]:
                count = min(count, pluck.shape[0] - spent)
                force_in = pluck[spent:spent + count]
            else:
                force_in = nothing[:count]
            if write + count > capacity:
                for k in range(longest):
                    line_up[k] = line_up[write - longest + k]
                    line_along[k] = line_along[write - longest + k]
                write = longest
            if crossing > 0:
                count = min(count, crossing, old_up, old_along, new_up, new_along)
                for k in range(count):
                    share = (crossing - k) / fade  # of the length before
                    tap_up[k] = (share * line_up[write + k - old_up] + (1.0 - share) * line_up[write + k - new_up])
                    tap_along[k] = (share * line_along[write + k - old_along]
                                    + (1.0 - share) * line_along[write + k - new_along])
                crossing -= count
                loudest = _run(out[now:now + count], tap_up, tap_along, line_up, line_along, write, force_in, filters,
                               steps, state, slant, weak)
            else:
                loudest = _run(out[now:now + count], line_up[write - new_up:], line_along[write - new_along:], line_up,
                               line_along, write, force_in, filters, steps, state, slant, weak)
            if moving > 0:
                moving -= count
                if moving == 0:
                    _settle(filters, target)
                    _both(steps, 0.0, 0.0)
            now += count
            write += count
            spent += count
            quiet = quiet + count if loudest < silence else 0
            if quiet > hand.period[i] + CHUNK and spent >= pluck.shape[0]:
                ringing = False
                break
        ends[i] = now
        old_up, old_along = new_up, new_along
        if not ringing:
            line_up[:] = 0.0
            line_along[:] = 0.0
            state[:] = 0.0
            _both(steps, 0.0, 0.0)
