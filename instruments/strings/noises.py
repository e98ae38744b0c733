"""Events of both hands: the fretting one squeaks along a string and leaves it, the plucking one comes to rest on it.

``instruments.strings.handling`` makes the sound of these events. The noise of the pluck itself is in ``plucked``
(``NOISE_LEVEL``) and ``pluck`` (``CONTACTS``).
"""

from __future__ import annotations

import numpy as np

from instruments.dsp.arrays import Booleans, Reals, Records, Seeds
from instruments.dsp.random import uniform_of
from instruments.strings.handling import NOISE

SQUEAK_DB = -30.0  # loudest squeak of a shift [dB], relative to the note that follows
SLIDE_SQUEAK_DB = -22.0  # squeak of a slide [dB], relative to its note
SQUEAK_RANGE_DB = 8.0  # a shift squeaks up to this much softer, at random
TICK_DB = -36.0  # loudest tick of a finger that comes to rest before its pluck [dB], relative to that note
LIFT_DB = -38.0  # loudest noise of a finger that leaves [dB], relative to the note that ends
TOUCH_RANGE_DB = 10.0  # ticks and leaving fingers are up to this much softer, at random
SQUEAKS = 0.6  # share of the shifts along a wound string that squeak; otherwise the finger is lifted clear
SHIFT_SECONDS = 0.055  # shortest time of a shift [s]
SHIFT_SECONDS_A_FRET = 0.012  # additional time of a shift per fret [s]
TICK_SECONDS = 0.012  # length of a tick [s]
LIFT_SECONDS = 0.02  # length of the noise of a finger that leaves [s]
LOUDEST_SPEED = 1.5  # speed of the finger from which on a squeak has its full level [m/s]
SQUEAK_BAND_HZ = 1400.0  # longitudinal mode of a guitar's low E string [Hz]; Pakarinen, Penttinen and Bank 2007
TICK_HZ = 1500.0  # mean cut-off of a tick [Hz]
LIFT_HZ = 500.0  # mean cut-off of the noise of a finger that leaves [Hz]
SQUEAK_SALT = np.uint64(0x5175EA)  # makes the draws for squeaks independent of the others of a note
TOUCH_SALT = np.uint64(0x11F7ED)  # makes the draws for landings independent of the others of a note


def squeaks(frets: Reals, onset: Reals, touch: Reals, joins: Booleans, slide_seconds: Reals, amplitude: Reals,
            seeds: Seeds, length_metres: float, winding_metres: float, share: float, rate: int,
            ) -> tuple[Records, Seeds]:
    """Find the squeaks on one wound string.

    Parameters
    ----------
    frets
        Shape (notes,), as all arrays here: fret of each note, 0 for the open string.
    onset, touch
        Sample at which the note is plucked, and at which a finger comes to rest on the string before it.
    joins
        Whether the note takes over the ringing string.
    slide_seconds
        Time of the slide into the note, 0 where there is none.
    amplitude
        Amplitude of the note.
    seeds
        Seed of the note, uint64.
    length_metres
        Length of the open string.
    winding_metres
        Distance of the turns of the winding.
    share
        Level of the squeaks, 0–1.
    rate
        Sample rate in Hz.

    Returns
    -------
    Records
        Shape (n,): ``handling.NOISE``.
    Seeds
        Shape (n,).
    """
    drawn = 0.5 + 0.5 * uniform_of(seeds ^ SQUEAK_SALT)
    place = length_metres * (1 - 2.0 ** (-frets / 12))  # distance of the finger from the nut
    far = np.abs(np.diff(place, prepend=place[0]))
    steps = np.abs(np.diff(frets, prepend=frets[0]))
    before = np.roll(frets, 1)
    slides = joins & (slide_seconds > 0)
    shifts = ~joins & (frets >= 0.5) & (before >= 0.5) & (steps >= 0.5) & (drawn < SQUEAKS)
    shifts[:1] = False
    seconds = np.where(slides, slide_seconds, SHIFT_SECONDS + SHIFT_SECONDS_A_FRET * steps)
    room = np.where(slides, np.inf, (touch - np.roll(onset, 1)) / rate)  # time since the note before was plucked
    heard = (slides | shifts) & (far > 0) & (room > seconds) & (share > 0)
    if not heard.any():
        return np.zeros(0, NOISE), seeds[:0]
    peak = 2 * far / seconds  # a hand that starts and stops at rest reaches twice its mean speed
    level_db = np.where(slides, SLIDE_SQUEAK_DB, SQUEAK_DB - SQUEAK_RANGE_DB * drawn)
    samples = seconds * rate
    noises = np.zeros(len(frets), NOISE)
    noises["start"] = np.where(slides, np.ceil(onset), np.maximum(touch - samples, 0.0))
    noises["samples"] = samples
    noises["level"] = share * amplitude * 10 ** (level_db / 20) * np.minimum(peak / LOUDEST_SPEED, 1.0)
    noises["tone_hz"] = peak / winding_metres
    noises["band_hz"] = SQUEAK_BAND_HZ
    return noises[heard], seeds[heard]


def landings(frets: Reals, touch: Reals, release: Reals, joins: Booleans, amplitude: Reals, seeds: Seeds, share: float,
             rate: int) -> tuple[Records, Seeds]:
    """Find the fingers that come to rest on a string before they pluck it, and those that leave it as a note ends.

    Parameters and results as for ``squeaks``; ``release`` is the sample at which a note ends, infinite where another
    takes over the ringing string.
    """
    if share <= 0:
        return np.zeros(0, NOISE), seeds[:0]
    drawn = 0.5 + 0.5 * uniform_of(seeds ^ TOUCH_SALT)
    ticks, lifts = np.zeros(len(frets), NOISE), np.zeros(len(frets), NOISE)
    for noises, start, seconds, level_db, hz in ((ticks, touch, TICK_SECONDS, TICK_DB, TICK_HZ),
                                                 (lifts, release, LIFT_SECONDS, LIFT_DB, LIFT_HZ)):
        noises["start"], noises["samples"] = start, seconds * rate
        noises["level"] = share * amplitude * 10 ** ((level_db - TOUCH_RANGE_DB * drawn) / 20)
        noises["band_hz"] = hz * (0.7 + 0.8 * drawn)
    plucked_again = ~joins
    plucked_again[:1] = False  # the first pluck finds the string at rest, and a part begins in silence
    lifted = (frets >= 0.5) & np.isfinite(release)
    return np.concatenate([ticks[plucked_again], lifts[lifted]]), np.concatenate([seeds[plucked_again], seeds[lifted]])
