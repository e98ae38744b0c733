"""What a player does with one note: glide, bend, vibrato, swell, and how it begins, parts and ends."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from instruments.dsp.arrays import Reals
from scores.performance import Note

SWELLS_SECONDS = 0.5  # length at which a note has room for half of its swell [s]
VIBRATO_SWELL_SECONDS = 0.5  # time in which vibrato grows to its full depth [s]
FEWEST_CYCLES = 2  # cycles that a note must have room for; a shorter one has no vibrato
JOIN_SECONDS = 0.012  # time in which the level of the note before gives way [s]
LEAVE_SECONDS = 0.02  # time for which a player leaves a note before the next of a phrase [s]
RELEASE_SECONDS = 0.07  # fall after the end of a phrase [s]


def bend(note: Note, seconds: Reals) -> Reals:
    """Return the bend of a note in octaves; ``seconds`` are counted from its onset, here and below."""
    if not note.bend:
        return np.zeros(seconds.size)
    at, cents = np.array(note.bend).T
    return np.asarray(np.interp(seconds, at, cents) / 1200)


def vibrato(note: Note, seconds: Reals, cents: float, rate_hz: float, delay_seconds: float) -> Reals:
    """Return the vibrato of a note in octaves: none in a short one."""
    if note.duration_seconds - delay_seconds < FEWEST_CYCLES / rate_hz:
        return np.zeros(seconds.size)
    since = seconds - delay_seconds
    return np.asarray(cents / 1200 * np.clip(since / VIBRATO_SWELL_SECONDS, 0, 1) * np.sin(2 * np.pi * rate_hz * since))


def glide(seconds: Reals, octaves: float, glide_seconds: float) -> Reals:
    """Return the way from a note that lay ``octaves`` away to this one, in octaves."""
    return np.asarray(octaves * (0.5 + 0.5 * np.cos(np.pi * np.clip(seconds / glide_seconds, 0, 1))))


def swell_db(note: Note, seconds: Reals, depth_db: float) -> Reals:
    """Return how a note swells toward its middle and fades, in dB, with mean 0: hardly in a short one."""
    room = note.duration_seconds / SWELLS_SECONDS
    share = np.clip(seconds / note.duration_seconds, 0, 1)
    return np.asarray(depth_db * room**2 / (1 + room**2) * (np.sin(np.pi * share**0.8) ** 2 - 0.5))


class Join(NamedTuple):
    """How a note lies in its phrase."""

    level: float  # shape that the note before ended at, 0–1; 0 at the beginning of a phrase
    is_first: bool
    is_last: bool
    parting: float  # share of its level to which the sound dips between two notes


def shape(note: Note, seconds: Reals, rise_seconds: float, join: Join) -> Reals:
    """Return the envelope of a note, 0–1, over its rows until the next note of the phrase or the end."""
    rises = 0.5 - 0.5 * np.cos(np.pi * np.clip(seconds / rise_seconds, 0, 1))
    if not join.is_first:
        crossing = np.clip(seconds / JOIN_SECONDS, 0, 1)
        rises = join.level * (1 - crossing) + (join.parting + (1 - join.parting) * rises) * crossing
    if join.is_last:
        past = np.clip((seconds - note.duration_seconds) / RELEASE_SECONDS, 0, 1)
        return np.asarray(rises * (0.5 + 0.5 * np.cos(np.pi * past)))
    leaves = np.clip((seconds[-1] - seconds) / LEAVE_SECONDS, 0, 1) if seconds.size else seconds
    return np.asarray(rises * (join.parting + (1 - join.parting) * leaves))
