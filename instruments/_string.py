"""A plucked string as a digital waveguide: the design of its loop. ``instruments._waveguide`` runs it.

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

SHORTEST_LOOP = 6  # samples: the filters of a loop are staggered over four of them
DISPERSION_STAGES = 3  # as written out in _run
FITTED_PARTIALS = 12  # up to which decay and stretch follow the stated curves
SEARCHED = np.linspace(0.6, 1.4, 33)  # times the spread that the lowest partials ask for
SEARCHED_NEARER = np.linspace(0.975, 1.025, 9)
LAST_STEP = 0.06  # samples of each all-pass that the last steps may move it
LEAST_SPREAD = 0.6  # samples of an all-pass that has to undo what the other filters of the loop disperse
REFERENCE_HZ = 4000.0  # where the decay of the high partials is stated
FADE_SECONDS = 0.006  # over which a change of length or of loss is brought in, so that it makes no step


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
    eq. 5). A round trip of 1 / f_0 seconds must lose 60 dB / (T60 f_0); the pole follows from the losses toward 0 Hz
    and at the 12th partial or at 4 kHz, whichever is lower: what is heard most follows the curve most nearly.
    """
    match_hz = np.minimum(FITTED_PARTIALS * frequency_hz, REFERENCE_HZ)
    rate_of_match = 1 / t60_seconds + (match_hz / REFERENCE_HZ) ** 2 * (1 / t60_reference_seconds - 1 / t60_seconds)
    low = 10.0 ** (-3.0 / (frequency_hz * t60_seconds))
    high = 10.0 ** (-3.0 * rate_of_match / frequency_hz)
    # |H|² = gain² / (1 + 2 pole cos ω + pole²); H(0) = low, |H(ω_match)| = high, solved for the stable pole.
    power = (high / low) ** 2
    middle = (1 - power * np.cos(2 * np.pi * match_hz / rate)) / (1 - power)
    pole = -1 / (middle + np.sqrt(middle**2 - 1))
    return low * (1 + pole), pole


def design(frequency_hz: np.ndarray, stiffness: np.ndarray, t60_seconds: np.ndarray,
           t60_reference_seconds: np.ndarray, rate: int) -> Loop:
    """Loops that ring at ``frequency_hz`` exactly. All arguments have one entry a note; ``stiffness`` is B."""
    gain, pole = loss(frequency_hz, t60_seconds, t60_reference_seconds, rate)
    omega = 2 * np.pi * frequency_hz / rate
    dispersion, whole = _dispersion(frequency_hz, stiffness, pole, rate)
    if whole.size and whole.min() < SHORTEST_LOOP:
        raise ValueError(f"{frequency_hz[whole.argmin()]:.0f} Hz is too high for a string at {rate} Hz")
    return Loop(whole.astype(np.int64), _fraction(_rest(dispersion, pole, omega) - whole, omega), dispersion, gain,
                pole)


def _dispersion(frequency_hz: np.ndarray, stiffness: np.ndarray, pole: np.ndarray,
                rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Coefficient of the all-passes that puts the 12th partial, or the highest below 6 kHz, where B says; and the
    whole samples of the line.

    M first-order all-passes of phase delay D at 0 Hz fall by M D (D² − 1) ω² / 12, a stiff string's period for partial
    k by P B k² / 2: so D³ − D = 3 P³ B / (2 π² M) for the lowest partials. The fit to a higher one lies near; the loss
    and the fraction of a sample disperse as well, the fraction by steps, so it is first searched for and then found by
    Newton's method.
    """
    omega = 2 * np.pi * frequency_hz / rate
    period = rate / frequency_hz
    target = 1.5 * period**3 * stiffness / (np.pi**2 * DISPERSION_STAGES)
    # The cascade must leave the line most of the period, so a very stiff short string is less stiff than it should be.
    widest = np.maximum(0.3 * period / DISPERSION_STAGES, 1.0)
    spread = 1.0 + np.cbrt(target)
    for _ in range(8):
        spread -= (spread**3 - spread - target) / (3 * spread**2 - 1)
    spread = np.clip(spread, 1.0, widest)
    partial = np.clip(np.floor(6000.0 / frequency_hz), 2, FITTED_PARTIALS)
    stretch = np.sqrt((1 + stiffness * partial**2) / (1 + stiffness))
    high = partial * stretch * omega

    def late(spread: np.ndarray, whole: np.ndarray) -> np.ndarray:
        """Samples by which the loop's delay at the high partial is more than a whole number of its periods."""
        a = _coefficient(spread)
        fraction = _fraction(_rest(a, pole, omega) - whole, omega)
        return np.asarray(whole + _loss_delay(pole, high) + DISPERSION_STAGES * _allpass_delay(a, high)
                          + _allpass_delay(fraction, high) - period / stretch)
    every = np.arange(len(spread))
    for search in (SEARCHED, SEARCHED_NEARER):
        tried = np.clip(search[:, None] * spread, LEAST_SPREAD, widest)
        wholes = np.floor(_rest(_coefficient(tried), pole, omega) - 0.5)
        nearest = np.argmin(np.abs(late(tried, wholes)), axis=0)
        spread, whole = tried[nearest, every], wholes[nearest, every]
    least, most = spread - LAST_STEP, spread + LAST_STEP  # further, and the fraction would leave its place
    for _ in range(3):
        now = late(spread, whole)
        slope = (late(spread + 1e-4, whole) - now) / 1e-4
        spread = np.clip(spread - now / np.where(slope < -1e-6, slope, -np.inf), least, most)
    return _coefficient(spread), whole


def _coefficient(spread: np.ndarray) -> np.ndarray:
    """Coefficient of an all-pass of so many samples of phase delay at 0 Hz."""
    return np.asarray((1 - spread) / (1 + spread))


def _rest(dispersion: np.ndarray, pole: np.ndarray, omega: np.ndarray) -> np.ndarray:
    """Samples of the period at ω that loss and stiffness leave to the line and its fraction."""
    return np.asarray(2 * np.pi / omega - _loss_delay(pole, omega)
                      - DISPERSION_STAGES * _allpass_delay(dispersion, omega))


def _fraction(short: np.ndarray, omega: np.ndarray) -> np.ndarray:
    """Coefficient of the all-pass that is ``short`` samples long at ω: ibid. eq. 15. Near 1 it disperses least."""
    return np.asarray(np.sin((1 - short) * omega / 2) / np.sin((1 + short) * omega / 2))


def lengthening(loop: Loop, note: int, frequency_hz: np.ndarray, rate: int) -> np.ndarray:
    """Samples by which the line of one note has to be longer so that its loop rings at other frequencies.

    ``frequency_hz`` has any shape, and the result the same.
    """
    omega = 2 * np.pi * frequency_hz / rate
    filters = (_loss_delay(loop.pole[note], omega) + DISPERSION_STAGES * _allpass_delay(loop.dispersion[note], omega)
               + _allpass_delay(loop.fraction[note], omega))
    return np.asarray(rate / frequency_hz - filters - loop.delay[note])


def _loss_delay(pole: np.ndarray, omega: np.ndarray) -> np.ndarray:
    """Phase delay of gain / (1 + pole z⁻¹) at ω, in samples."""
    return np.asarray(-np.arctan2(pole * np.sin(omega), 1 + pole * np.cos(omega)) / omega)


def _allpass_delay(a: np.ndarray, omega: np.ndarray) -> np.ndarray:
    """Phase delay of (a + z⁻¹) / (1 + a z⁻¹) at ω, in samples: Jaffe and Smith 1983, eq. 14."""
    return np.asarray(1 - 2 * np.arctan2(a * np.sin(omega), 1 + a * np.cos(omega)) / omega)


class Hand(NamedTuple):
    """What the hand does, one entry a note: times in samples, filters of a damped loop, and the pluck's shape."""

    touch: np.ndarray  # when a finger comes to rest on the string for the next pluck
    onset: np.ndarray  # when it lets go; not whole; does not fall
    release: np.ndarray  # when the note ends and the string is damped; infinite where the next takes it over ringing
    touch_gain: np.ndarray
    touch_pole: np.ndarray
    release_gain: np.ndarray
    release_pole: np.ndarray
    period: np.ndarray
    amplitude: np.ndarray
    slant: np.ndarray  # what the pluck gives the plane along the top, to the other as 1
    position: np.ndarray  # share of the string between bridge and finger
    corner: np.ndarray  # τ of the corner of the pluck: how soft what leaves the string is
    noise: np.ndarray  # level of the rub of skin, nail or pick, to the pluck as 1
    noise_decay: np.ndarray  # its 1/e time
    noise_pole: np.ndarray  # of the one-pole lowpass that colours it
    knock: np.ndarray  # load on the bridge that is gone when the finger lets go
    knock_decay: np.ndarray  # 1/e time in which it is not heard any more
    bend_first: np.ndarray  # first row of its bend
    bend_last: np.ndarray  # and the row after its last
