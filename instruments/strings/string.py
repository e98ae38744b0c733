"""A plucked string as a digital waveguide: the design of its loop. ``instruments.strings.waveguide`` runs it.

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

from instruments.strings.dispersion import (
    DISPERSION_STAGES,
    FITTED_PARTIALS,
    HIGHEST_OMEGA,
    dispersion,
    fitted_partials,
)

SHORTEST_LOOP = 6  # samples: the filters of a loop are staggered over four of them
LOSS_STEPS = 5
REFERENCE_HZ = 4000.0  # where the decay of the high partials is stated
FADE_SECONDS = 0.006  # over which a change of length or of loss is brought in, so that it makes no step


class Loop(NamedTuple):
    """The filters of loops, one entry a note: ``delay`` whole samples, the rest filter coefficients."""

    delay: np.ndarray
    fraction: np.ndarray
    dispersion: np.ndarray  # of all its stages but the last
    dispersion_last: np.ndarray
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
    # A part plays few different notes many times: each is designed once.
    rows, which = np.unique(np.stack([frequency_hz, stiffness, t60_seconds, t60_reference_seconds]), axis=1,
                            return_inverse=True)
    frequency_hz, stiffness, t60_seconds, t60_reference_seconds = rows
    gain, pole = _fitted_loss(frequency_hz, stiffness, t60_seconds, t60_reference_seconds, rate)
    omega = 2 * np.pi * frequency_hz / rate
    stages, last, whole = dispersion(frequency_hz, stiffness, pole, rate)
    if whole.size and whole.min() < SHORTEST_LOOP:
        raise ValueError(f"{frequency_hz[whole.argmin()]:.0f} Hz is too high for a string at {rate} Hz")
    rest = 2 * np.pi / omega - _loss_delay(pole, omega) - _cascade_delay(stages, last, omega)
    loop = Loop(whole.astype(np.int64), _fraction(rest - whole, omega), stages, last, gain, pole)
    return Loop(*(column[which.ravel()] for column in loop))


def _fitted_loss(frequency_hz: np.ndarray, stiffness: np.ndarray, t60_seconds: np.ndarray,
                 t60_reference_seconds: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
    """``loss`` brought nearer to the stated decay of each partial, by least squares of the shares it is off.

    A partial goes round once in its group delay, which in a stiff string is less the higher it is: so it would lose
    more in a second than is stated. The Gauss-Newton method on the logarithms of the loss toward 0 Hz and of the pole.
    """
    gain, pole = loss(frequency_hz, t60_seconds, t60_reference_seconds, rate)
    partial = np.arange(1, FITTED_PARTIALS + 1)
    fitted = partial <= fitted_partials(frequency_hz)[:, None]
    bent = 1 + stiffness[:, None] * partial**2
    hz = frequency_hz[:, None] * partial * np.sqrt(bent / (1 + stiffness[:, None]))
    omega = np.minimum(2 * np.pi * hz / rate, HIGHEST_OMEGA)
    round_trip = np.sqrt(bent * (1 + stiffness[:, None])) / (2 * bent - 1) / frequency_hz[:, None]
    due = (1 / t60_seconds + ((hz / REFERENCE_HZ) ** 2).T * (1 / t60_reference_seconds - 1 / t60_seconds)).T
    due *= 3 * np.log(10) * round_trip
    all_of_it, sharp = np.log(-np.log(gain / (1 + pole))), np.log(-pole)
    for _ in range(LOSS_STEPS):
        low, p = np.exp(all_of_it)[:, None], -np.exp(sharp)[:, None]
        power = 1 + 2 * p * np.cos(omega) + p**2  # of the pole's own gain, upside down
        lost = low + 0.5 * np.log(power) - np.log(1 + p)
        error = np.log(lost / due)
        by_low = np.where(fitted, low / lost, 0.0)
        by_pole = np.where(fitted, p * ((np.cos(omega) + p) / power - 1 / (1 + p)) / lost, 0.0)
        ll, lp, pp, le, pe = (np.sum(one * other, axis=1) for one, other in (
            (by_low, by_low), (by_low, by_pole), (by_pole, by_pole), (by_low, error), (by_pole, error)))
        determinant = ll * pp - lp**2 + 1e-12
        all_of_it -= np.clip((pp * le - lp * pe) / determinant, -0.3, 0.3)
        sharp = np.minimum(sharp - np.clip((ll * pe - lp * le) / determinant, -0.3, 0.3), -1e-3)
    pole = -np.exp(sharp)
    return np.exp(-np.exp(all_of_it)) * (1 + pole), pole


def _cascade_delay(stages: np.ndarray, last: np.ndarray, omega: np.ndarray) -> np.ndarray:
    """Phase delay of the all-passes for stiffness at ω, in samples."""
    return np.asarray((DISPERSION_STAGES - 1) * _allpass_delay(stages, omega) + _allpass_delay(last, omega))


def _fraction(short: np.ndarray, omega: np.ndarray) -> np.ndarray:
    """Coefficient of the all-pass that is ``short`` samples long at ω: ibid. eq. 15. Near 1 it disperses least."""
    return np.asarray(np.sin((1 - short) * omega / 2) / np.sin((1 + short) * omega / 2))


def lengthening(loop: Loop, note: int, frequency_hz: np.ndarray, rate: int) -> np.ndarray:
    """Samples by which the line of one note has to be longer so that its loop rings at other frequencies.

    ``frequency_hz`` has any shape, and the result the same.
    """
    omega = 2 * np.pi * frequency_hz / rate
    filters = (_loss_delay(loop.pole[note], omega) + _allpass_delay(loop.fraction[note], omega)
               + _cascade_delay(loop.dispersion[note], loop.dispersion_last[note], omega))
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
