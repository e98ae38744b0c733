"""A plucked string as a digital waveguide: the design of its loop. ``instruments.strings.waveguide`` runs it.

One string is two loops, one for each plane it swings in. The plane at right angles to the top drives it hard and dies
soon, the plane along the top drives it weakly and lasts: together the two-stage decay of a real string. Each loop is

    delay line → one-pole loss → all-pass cascade (stiffness) → first-order all-pass (fraction of a sample) → back

and rings at the pitch where all of these delays add up to one period.

References
----------
D. A. Jaffe and J. O. Smith, "Extensions of the Karplus-Strong Plucked-String Algorithm", Computer Music Journal 7(2),
1983.
M. Karjalainen, V. Välimäki and T. Tolonen, "Plucked-String Models: From the Karplus-Strong Algorithm to Digital
Waveguides and Beyond", Computer Music Journal 22(3), 1998.
S. A. Van Duyne and J. O. Smith, "A Simplified Approach to Modeling Dispersion Caused by Stiffness in Strings and
Plates", ICMC 1994.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from instruments.dsp.arrays import Integers, Reals
from instruments.strings.dispersion import (
    DISPERSION_STAGES,
    FITTED_PARTIALS,
    HIGHEST_OMEGA,
    dispersion,
    fitted_partials,
)

SHORTEST_LOOP = 6  # shortest delay line [samples]; the filters of a loop are staggered over four of them
LOSS_STEPS = 5  # Gauss-Newton steps of the fitted loss
REFERENCE_HZ = 4000.0  # frequency at which the decay of the high partials is stated [Hz]
FADE_SECONDS = 0.006  # time over which a change of length or of loss is faded in, so that it makes no step [s]


class Loop(NamedTuple):
    """The loops of one plane, one entry a note."""

    delay: Integers  # length of the delay line [samples]
    fraction: Reals  # coefficient of the all-pass for the fraction of a sample
    dispersion: Reals  # coefficient of all stages of the cascade but the last
    dispersion_last: Reals  # coefficient of the last stage of the cascade
    gain: Reals  # numerator of the loss gain / (1 + pole z⁻¹)
    pole: Reals  # denominator of the loss


def inharmonicity(frequency_hz: Reals, open_hz: Reals, length_metres: float, core_millimetres: Reals,
                  tension_newtons: Reals, youngs_modulus_gpa: Reals) -> Reals:
    """Compute the coefficient B in f_k = k f_0 √(1 + B k²) of a stopped string.

    Parameters
    ----------
    frequency_hz
        Frequency that the stopped string sounds. All arrays broadcast.
    open_hz
        Frequency of the open string.
    length_metres
        Length of the open string.
    core_millimetres
        Diameter of the string; of a wound string that of its core.
    tension_newtons
        Tension.
    youngs_modulus_gpa
        Young's modulus of the core.

    Returns
    -------
    Reals
        B = π³ E d⁴ / (64 T L²), dimensionless.

    References
    ----------
    H. Fletcher, "Normal Vibration Frequencies of a Stiff Piano String", JASA 36(1), 1964.
    """
    sounding_metres = length_metres * np.minimum(open_hz / frequency_hz, 1.0)
    return np.asarray(np.pi**3 * youngs_modulus_gpa * 1e9 * (core_millimetres * 1e-3) ** 4
                      / (64 * tension_newtons * sounding_metres**2))


def loss(frequency_hz: Reals, t60_seconds: Reals, t60_reference_seconds: Reals, rate: int) -> tuple[Reals, Reals]:
    """Design the one-pole loss ``gain / (1 + pole z⁻¹)`` that gives a loop the stated decay times.

    Between 0 Hz and 4 kHz the decay rate grows with the square of frequency, as it does in strings. A round trip of
    1 / f_0 seconds must lose 60 dB / (T60 f_0). The pole follows from the losses toward 0 Hz and at the 12th partial or
    at 4 kHz, whichever is lower, so that the most audible partials follow the curve best.

    Parameters
    ----------
    frequency_hz
        Shape (notes,), as all arrays here: frequency of the loop.
    t60_seconds
        Time in which the sound falls by 60 dB, toward 0 Hz.
    t60_reference_seconds
        The same at 4 kHz, shorter.
    rate
        Sample rate in Hz.

    Returns
    -------
    gain, pole : Reals
        Shape (notes,).

    References
    ----------
    A. Chaigne and A. Askenfelt, "Numerical simulations of piano strings", JASA 95(2), 1994, eq. 5.
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


def design(frequency_hz: Reals, stiffness: Reals, t60_seconds: Reals, t60_reference_seconds: Reals,
           rate: int) -> Loop:
    """Design loops that ring at ``frequency_hz`` exactly.

    Parameters
    ----------
    frequency_hz
        Shape (notes,), as all arrays here: frequency of the first partial.
    stiffness
        Coefficient B of ``inharmonicity``.
    t60_seconds, t60_reference_seconds
        Decay times toward 0 Hz and at 4 kHz, as for ``loss``.
    rate
        Sample rate in Hz.

    Returns
    -------
    Loop
        One entry a note.

    Raises
    ------
    ValueError
        If a note is so high that its loop would be shorter than ``SHORTEST_LOOP``.
    """
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
    each = which.ravel()
    fraction = _fraction(rest - whole, omega)
    return Loop(whole.astype(np.int64)[each], fraction[each], stages[each], last[each], gain[each], pole[each])


def _fitted_loss(frequency_hz: Reals, stiffness: Reals, t60_seconds: Reals, t60_reference_seconds: Reals,
                 rate: int) -> tuple[Reals, Reals]:
    """Fit ``loss`` to the stated decay of each partial, by least squares of the relative errors.

    A partial goes round once in its group delay. In a stiff string the group delay falls with frequency, so that high
    partials would decay faster than stated. Gauss-Newton method on the logarithms of the loss toward 0 Hz and of the
    pole.
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
        power = 1 + 2 * p * np.cos(omega) + p**2  # reciprocal of the pole's power gain
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


def _cascade_delay(stages: Reals, last: Reals, omega: Reals) -> Reals:
    """Return the phase delay of the all-passes for stiffness at ω, in samples."""
    return np.asarray((DISPERSION_STAGES - 1) * _allpass_delay(stages, omega) + _allpass_delay(last, omega))


def _fraction(short: Reals, omega: Reals) -> Reals:
    """Return the coefficient of an all-pass with a phase delay of ``short`` samples at ω: Jaffe and Smith 1983, eq. 15.

    It disperses least for a delay near 1.
    """
    return np.asarray(np.sin((1 - short) * omega / 2) / np.sin((1 + short) * omega / 2))


def lengthening(loop: Loop, note: int, frequency_hz: Reals, rate: int) -> Reals:
    """Compute how much longer the line of a note must be for its loop to ring at other frequencies.

    Parameters
    ----------
    loop
        Loops of a plane.
    note
        Index of the note.
    frequency_hz
        Frequencies, any shape.
    rate
        Sample rate in Hz.

    Returns
    -------
    Reals
        Samples to add to the line, negative where it must be shorter; shape as ``frequency_hz``.
    """
    omega = 2 * np.pi * frequency_hz / rate
    filters = (_loss_delay(loop.pole[note], omega) + _allpass_delay(loop.fraction[note], omega)
               + _cascade_delay(loop.dispersion[note], loop.dispersion_last[note], omega))
    return np.asarray(rate / frequency_hz - filters - loop.delay[note])


def _loss_delay(pole: Reals, omega: Reals) -> Reals:
    """Return the phase delay of gain / (1 + pole z⁻¹) at ω, in samples."""
    return np.asarray(-np.arctan2(pole * np.sin(omega), 1 + pole * np.cos(omega)) / omega)


def _allpass_delay(a: Reals, omega: Reals) -> Reals:
    """Return the phase delay of (a + z⁻¹) / (1 + a z⁻¹) at ω, in samples: Jaffe and Smith 1983, eq. 14."""
    return np.asarray(1 - 2 * np.arctan2(a * np.sin(omega), 1 + a * np.cos(omega)) / omega)


class Hand(NamedTuple):
    """What the hand does with a string, one entry a note. Times are in samples."""

    touch: Reals  # time at which a finger comes to rest on the string for the next pluck
    onset: Reals  # time at which the finger releases the string; fractional, does not fall
    release: Reals  # time at which the note ends and is damped; later than any song if the next note takes over
    touch_gain: Reals  # loss under the resting finger: numerator
    touch_pole: Reals  # loss under the resting finger: denominator
    release_gain: Reals  # loss after the end of the note: numerator
    release_pole: Reals  # loss after the end of the note: denominator
    period: Reals  # period of the note
    amplitude: Reals  # force of the pluck on the bridge, signed
    slant: Reals  # amplitude of the pluck parallel to the top, relative to the amplitude normal to it
    position: Reals  # distance of the finger from the bridge, as a share of the sounding string
    corner: Reals  # time constant of the pluck's corner: the longer, the softer
    noise: Reals  # level of the noise of skin, nail or pick, relative to the pluck
    noise_decay: Reals  # time constant of that noise
    noise_pole: Reals  # pole of the one-pole low-pass that colours it
    knock: Reals  # static load on the bridge that ends as the finger releases the string
    knock_decay: Reals  # time constant of the body's return
    bend_first: Integers  # first row of the note's bend
    bend_last: Integers  # row after the last of the note's bend
