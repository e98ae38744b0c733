"""Feedback: a loud amplifier's sound drives the strings that it comes from, and one partial of a held note takes over.

The loop of string, pickup, amplifier and air gains energy where the loudspeaker's sound meets the string's motion in
phase, and loses it to the string's own damping; the amplifier's compression limits it. Averaged over a period the
partial's amplitude A then follows the equation of a self-sustained oscillator, A' = σA(1 − A²/L²) (B. van der Pol,
Phil. Mag. 2, 1926), whose solution is A² = L² / (1 + (L²/A₀² − 1)e^(−2σt)).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from instruments.dsp.arrays import Mono
from instruments.dsp.notes import hertz
from scores.performance import Note

AIR_SECONDS = 1.6 / 343  # the way from the loudspeaker to the strings
HIGHEST = 6  # highest partial that can take over
GROWTH = 6.0  # growth rate at full feedback, without the string's damping [1/s]
DAMPING = 0.6  # what the string loses [1/s]
LIMIT = 0.09  # amplitude at the pickups at which the amplifier compresses as much as the loop gains
BEGINS = 0.01  # share of the limit from which it grows
SHORTEST_SECONDS = 0.5  # note that is held long enough to be heard feeding back
RISE_SECONDS = 0.15  # time in which the sound of the note reaches the loop
POWER = 1.0  # how much less the higher partials of a note are driven, as an exponent of their number


def partial_of(pitch: float, place: float) -> int:
    """Return the number of the partial that takes over: driven in phase, and well heard by a pickup at ``place``.

    ``place`` is the distance of the pickup from the bridge as a share of the string.
    """
    f0 = hertz(pitch)

    def gain(n: int) -> float:
        phase = 2 * math.pi * n * f0 * AIR_SECONDS
        return (1 + math.cos(phase)) * abs(math.sin(math.pi * n * place)) / math.pow(n, POWER)

    return max(range(2, HIGHEST + 1), key=gain)


def feed_back(out: Mono, notes: Sequence[Note], amount: float, place: float, release_seconds: float, rate: int) -> None:
    """Add to the signal of the pickups what feedback makes of the held notes.

    Parameters
    ----------
    out
        Shape (frames,), float32; added to.
    notes
        Notes of the guitar, with their bends.
    amount
        Gain of the loop, 0–1.
    place
        Of the pickup, see ``partial_of``.
    release_seconds
        Time in which a released string falls silent.
    rate
        Sample rate [Hz].
    """
    growth = GROWTH * amount - DAMPING
    if growth <= 0:
        return
    for note in notes:
        if note.duration_seconds < SHORTEST_SECONDS or note.articulation == "palm_mute":
            continue
        start = math.ceil(note.onset_seconds * rate)
        end = min(math.ceil((note.end_seconds + release_seconds) * rate), out.size)
        if end <= start:
            continue
        t = np.arange(start, end) / rate - note.onset_seconds
        together = sum(other.onset_seconds < note.end_seconds and other.end_seconds > note.onset_seconds
                       for other in notes)
        limit = LIMIT / together  # one loudspeaker drives them all
        level = limit / np.sqrt(1 + (BEGINS**-2 - 1) * np.exp(-2 * growth * t))
        level *= 0.5 - 0.5 * np.cos(np.pi * np.minimum(t / RISE_SECONDS, 1.0))
        over = np.clip((t - note.duration_seconds) / release_seconds, 0.0, 1.0)
        level *= 0.5 + 0.5 * np.cos(np.pi * over)
        n = partial_of(note.pitch, place)
        phase = 2 * np.pi * n * hertz(note.pitch) * t
        if note.bend:
            seconds, cents = zip(*note.bend, strict=True)
            phase = 2 * np.pi * n * hertz(note.pitch) / rate * np.cumsum(np.exp2(np.interp(t, seconds, cents) / 1200))
        out[start:end] += (level * np.sin(phase)).astype(np.float32)
