"""The pitch of a line: how a singer goes from note to note, holds one, and leaves it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise, zip_longest

import numpy as np

from instruments.dsp.arrays import Floats
from instruments.dsp.notes import hertz
from instruments.voice.delivery import SUNG
from instruments.voice.patch import Worded
from instruments.voice.rows import drift
from instruments.voice.source import HOP_SECONDS
from scores.performance import Note

# Time for which the melody is computed before and after its line [s].
BEFORE_SECONDS = 0.5
AFTER_SECONDS = 0.6
# Glides. Factor on the patch's glide, which is that of a whole tone: for an interval of none, and more a semitone.
GLIDE_LEAST, GLIDE_A_SEMITONE, GLIDE_MOST = 0.85, 0.08, 1.7
# Spread of their length, as of a lognormal variable; longest one, relative to the shorter of its two notes.
GLIDE_SPREAD = 0.28
GLIDE_SHARE = 0.7
# Length of a raised cosine, relative to that between a tenth and nine tenths of it; part of it before the onset.
WHOLE_GLIDE = 1.7
GLIDE_BEFORE = 0.55
# How far a glide goes past its goal [cents a semitone], the most of it [cents], and how fast it comes back [s].
OVERSHOOT_CENTS, OVERSHOOT_MOST_CENTS, OVERSHOOT_SECONDS = 3.5, 22.0, 0.05
# Ways into a phrase and out of it: logits, to which effort adds, and the factor on the scoop's depth.
WAYS_IN = {"scoop": (1.2, 0.6, 1.0), "deep scoop": (-0.6, 1.6, 2.4), "straight": (0.3, 0.0, 0.0),
           "from above": (-1.2, 0.0, -0.7)}
WAYS_OUT = {"held": (1.2, 0.6, 0.0), "fall": (-0.4, 0.6, -2.2), "sigh": (0.2, -1.4, -1.0), "lift": (-1.8, 0.0, 0.7)}
# Time constant of the way into a phrase [s], to either side of its middle; time of the way out [s].
SCOOP_SECONDS = (0.035, 0.075)
LEAVING_SECONDS = 0.16
# Time in which vibrato dies away at the end of its note [s].
VIBRATO_RELEASE_SECONDS = 0.12
# Depth of vibrato at no effort and what full effort adds, relative to the patch's; spread of depth, rate and delay.
VIBRATO_CALM, VIBRATO_DRIVEN = 0.7, 0.75
DEPTH_SPREAD, RATE_SPREAD, DELAY_SPREAD = 0.18, 0.06, 0.3
# How much faster vibrato is at the end of a second [1/s]: it quickens as a note is held.
VIBRATO_QUICKENS = 0.05
# Time between two points of a written bend [s].
BEND_SECONDS = 0.02
# Range of a pitch wheel to either side [cents]: the default of General MIDI.
WHEEL_CENTS = 200.0


def sung_octaves(notes: Sequence[Note], patch: Worded) -> tuple[Floats, Floats]:
    """Return the sung pitch of a line. It does not depend on the engine that has the words.

    A voice glides from note to note, longer over a wider interval, and a little past its goal; it finds its way into a
    phrase and out of it; on long notes it swings, later, deeper and faster as it happens; and it strays. Figures are
    chosen by softmax, as all choices are; each note's own draws follow from its seed.

    Parameters
    ----------
    notes
        Notes of one line.
    patch
        The voice.

    Returns
    -------
    seconds : ndarray
        Times [s]; float64, shape (n,).
    octaves : ndarray
        Binary logarithm of the pitch in Hz; float64, shape (n,).

    References
    ----------
    .. [1] Sundberg, J. (1987). The Science of the Singing Voice. Northern Illinois University Press, chapter 8.
    .. [2] Saitou, T., Unoki, M. and Akagi, M. (2005). Development of an F0 control model based on F0 dynamic
       characteristics for singing-voice synthesis. Speech Communication 46, 405-417.
    """
    first = notes[0].onset_seconds - BEFORE_SECONDS
    seconds = first + HOP_SECONDS * np.arange(math.ceil((notes[-1].end_seconds + AFTER_SECONDS - first) / HOP_SECONDS))
    octaves = np.full(len(seconds), math.log2(hertz(notes[0].pitch)))
    for before, note in pairwise(notes):
        octaves += _glide(before, note, patch, seconds)
    for note in notes:
        octaves += _vibrato(note, patch, seconds)
    generator = np.random.Generator(np.random.PCG64([notes[0].seed, 1]))
    octaves += patch.drift_cents / 1200 * drift(len(seconds), HOP_SECONDS, generator)
    octaves += _way_in(notes[0], patch, seconds) + _way_out(notes[-1], patch, seconds)
    return seconds, octaves


def _draws(note: Note, purpose: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64([note.seed, 2, purpose]))


def _effort(note: Note) -> float:
    return note.utterance.delivery.effort if note.utterance else SUNG.effort


def _glide(before: Note, note: Note, patch: Worded, seconds: Floats) -> Floats:
    """From the pitch of one note to that of the next, as what is added to the first [2]_."""
    semitones = note.pitch - before.pitch
    if not semitones:
        return np.zeros(len(seconds))
    draws = _draws(note, 0)
    usual = min(GLIDE_LEAST + GLIDE_A_SEMITONE * abs(semitones), GLIDE_MOST)
    length = patch.portamento_seconds * usual * math.exp(GLIDE_SPREAD * draws.standard_normal())
    whole = WHOLE_GLIDE * min(length, GLIDE_SHARE / WHOLE_GLIDE * min(before.duration_seconds, note.duration_seconds))
    done = np.clip((seconds - note.onset_seconds) / whole + GLIDE_BEFORE, 0, 1)
    path = 0.5 - 0.5 * np.cos(np.pi * done)
    past_cents = min(OVERSHOOT_CENTS * abs(semitones), OVERSHOOT_MOST_CENTS) * draws.uniform(0.4, 1.2)
    past = math.copysign(past_cents, semitones) / 1200
    after = np.clip(seconds - note.onset_seconds - (1 - GLIDE_BEFORE) * whole, 0, None)
    moved: Floats = path * (semitones / 12 + past * np.exp(-after / OVERSHOOT_SECONDS))
    return moved


def _vibrato(note: Note, patch: Worded, seconds: Floats) -> Floats:
    if not patch.has_vibrato(note.duration_seconds):
        return np.zeros(len(seconds))
    draws = _draws(note, 1)
    depth = (VIBRATO_CALM + VIBRATO_DRIVEN * _effort(note)) * math.exp(DEPTH_SPREAD * draws.standard_normal())
    rate_hz = patch.vibrato_hz * math.exp(RATE_SPREAD * draws.standard_normal())
    delay = patch.vibrato_delay_seconds * math.exp(DELAY_SPREAD * draws.standard_normal())
    since = seconds - note.onset_seconds - min(delay, 0.4 * note.duration_seconds)
    fade = depth * np.clip((note.end_seconds - seconds) / VIBRATO_RELEASE_SECONDS, 0, 1)
    return patch.vibrato_octaves(since * (1 + VIBRATO_QUICKENS * np.clip(since, 0, 3)), rate_hz, fade)


def _way_in(note: Note, patch: Worded, seconds: Floats) -> Floats:
    draws = _draws(note, 2)
    depth = _chosen(WAYS_IN, _effort(note), draws) * patch.scoop_cents / 1200 * draws.uniform(0.6, 1.2)
    fall: Floats = -depth * np.exp(-np.clip(seconds - note.onset_seconds, 0, None) / draws.uniform(*SCOOP_SECONDS))
    return fall


def _way_out(note: Note, patch: Worded, seconds: Floats) -> Floats:
    draws = _draws(note, 3)
    depth = _chosen(WAYS_OUT, _effort(note), draws) * patch.scoop_cents / 1200 * draws.uniform(0.6, 1.2)
    length = min(LEAVING_SECONDS * draws.uniform(0.7, 1.3), 0.4 * note.duration_seconds)
    gone: Floats = depth * np.clip((seconds - note.end_seconds) / length + 1, 0, 1.5) ** 2
    return gone


def _chosen(ways: Mapping[str, tuple[float, float, float]], effort: float, draws: np.random.Generator) -> float:
    """Choose a way by softmax at temperature 1; returns its depth."""
    logits = np.array([logit + rise * (effort - SUNG.effort) for logit, rise, _ in ways.values()])
    weights = np.exp(logits - logits.max())
    at = int(np.searchsorted(np.cumsum(weights) / weights.sum(), draws.uniform()))
    return list(ways.values())[at][2]


def bends(notes: Sequence[Note], patch: Worded) -> list[Note]:
    """Return the notes of a sung line with the difference between written and sung pitch as their bends.

    Bends stay within the range of a pitch wheel: the ends of wide glides, which lie on consonants, are clipped.

    Parameters
    ----------
    notes
        Notes of one line.
    patch
        The voice.
    """
    seconds, octaves = sung_octaves(notes, patch)
    bent = []
    for note, following in zip_longest(notes, notes[1:]):
        end = min(note.end_seconds, following.onset_seconds) if following else note.end_seconds
        points = np.linspace(0, end - note.onset_seconds, max(round((end - note.onset_seconds) / BEND_SECONDS), 1) + 1)
        cents = 1200 * (np.interp(note.onset_seconds + points, seconds, octaves) - math.log2(hertz(note.pitch)))
        cents = np.clip(cents, -WHEEL_CENTS, WHEEL_CENTS)
        curve = tuple((round(float(at), 4), round(float(away), 1)) for at, away in zip(points, cents, strict=True))
        bent.append(replace(note, bend=curve))
    return bent
