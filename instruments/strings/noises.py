"""When fingers are heard: which noises of ``instruments.strings.handling`` fall between the notes of a string."""

from __future__ import annotations

import numpy as np

from instruments.strings.pluck import spot

SQUEAK_DB, SLIDE_SQUEAK_DB, TICK_DB, LIFT_DB = -30.0, -22.0, -36.0, -38.0  # below the note that follows, or that ends
SQUEAKS = 0.6  # of the shifts along a wound string; in the others the finger is lifted clear
SHIFT_SECONDS, SHIFT_SECONDS_A_FRET = 0.055, 0.012
TICK_SECONDS, LIFT_SECONDS = 0.012, 0.02
LOUDEST_SPEED = 1.5  # metres a second at which a squeak has its whole level
STATIC_HZ = 1400.0  # of the low E string of a guitar, see instruments.strings.handling
TICK_HZ, LIFT_HZ = 1500.0, 500.0


def squeaks(frets: np.ndarray, onset: np.ndarray, touch: np.ndarray, joins: np.ndarray, slide_seconds: np.ndarray,
            amplitude: np.ndarray, seeds: np.ndarray, length_metres: float, winding_metres: float, share: float,
            rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Squeaks on one wound string: rows for ``handle`` and their seeds.

    All arrays have an entry a note; ``onset`` and ``touch`` are in samples, ``slide_seconds`` is 0 where the finger
    does not slide while the string sounds. ``share`` 0–1 is how much of it is left.
    """
    drawn = 0.5 + 0.5 * spot(seeds ^ np.uint64(0x5175EA))
    place = length_metres * (1 - 2.0 ** (-frets / 12))  # of the finger, from the nut
    far = np.abs(np.diff(place, prepend=place[0]))
    steps = np.abs(np.diff(frets, prepend=frets[0]))
    before = np.roll(frets, 1)
    slides = joins & (slide_seconds > 0)
    shifts = ~joins & (frets >= 0.5) & (before >= 0.5) & (steps >= 0.5) & (drawn < SQUEAKS)
    shifts[:1] = False
    seconds = np.where(slides, slide_seconds, SHIFT_SECONDS + SHIFT_SECONDS_A_FRET * steps)
    room = np.where(slides, np.inf, (touch - np.roll(onset, 1)) / rate)  # since the note before was plucked
    heard = (slides | shifts) & (far > 0) & (room > seconds) & (share > 0)
    if not heard.any():
        return np.zeros((0, 5)), seeds[:0]
    peak = 2 * far / seconds  # a hand that starts and stops at rest is twice as fast in between
    level_db = np.where(slides, SLIDE_SQUEAK_DB, SQUEAK_DB - 8.0 * drawn)
    level = share * amplitude * 10 ** (level_db / 20) * np.minimum(peak / LOUDEST_SPEED, 1.0)
    samples = seconds * rate
    start = np.where(slides, np.ceil(onset), np.maximum(touch - samples, 0.0))
    rows = np.column_stack([start, samples, level, peak / winding_metres, np.full(len(frets), STATIC_HZ)])
    return rows[heard], seeds[heard]


def landings(frets: np.ndarray, touch: np.ndarray, release: np.ndarray, joins: np.ndarray, amplitude: np.ndarray,
             seeds: np.ndarray, share: float, rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Fingers that come to rest on a string before they pluck it, and fingers that leave it when a note ends.

    ``touch`` and ``release`` in samples, ``release`` infinite where the note is not let go. As ``squeaks``.
    """
    if share <= 0:
        return np.zeros((0, 5)), seeds[:0]
    drawn = 0.5 + 0.5 * spot(seeds ^ np.uint64(0x11F7ED))
    ticks = np.column_stack([touch, np.full_like(touch, TICK_SECONDS * rate),
                             share * amplitude * 10 ** ((TICK_DB - 10.0 * drawn) / 20), np.zeros_like(touch),
                             TICK_HZ * (0.7 + 0.8 * drawn)])
    lifts = np.column_stack([release, np.full_like(touch, LIFT_SECONDS * rate),
                             share * amplitude * 10 ** ((LIFT_DB - 10.0 * drawn) / 20), np.zeros_like(touch),
                             LIFT_HZ * (0.7 + 0.8 * drawn)])
    plucked_again = ~joins
    plucked_again[:1] = False  # the first finds the string at rest, and silence before a part begins is silence
    lifted = (frets >= 0.5) & np.isfinite(release)
    return np.concatenate([ticks[plucked_again], lifts[lifted]]), np.concatenate([seeds[plucked_again], seeds[lifted]])
