"""Controls of a line, a row each few milliseconds: its level, where it sounds, and what its phones need."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from instruments.dsp.arrays import Floats
from instruments.dsp.notes import velocity_gain
from instruments.voice.delivery import WORDED, Colour
from instruments.voice.phones import is_voiced, sound
from instruments.voice.source import Phone
from instruments.voice.timing import TimeMap
from scores.performance import Note

# Level of a sung vowel [r.m.s.] at velocity 100.
LEVEL = 0.095
# Level of a hiss that is a syllable, as in "shh" [dB], relative to a vowel; chosen.
HISS_DB = -10.0
# Level [dB] by which a sound may exceed the vowels around it.
TOLERATED_DB = 1.5
# Share of the excess above that which is removed.
HELD_BACK = 0.75
# Time over which that is smoothed [s].
HOLDING_SECONDS = 0.035
# A vowel is as loud as so many per cent of it are at most: what is softer belongs to its consonants.
LOUD_PERCENT = 65.0
# Share of the level differences between vowels that is removed.
LEVELLED = 0.85
# Length of the fades at the edges of a stretch that sounds [s]; of a spoken one half the fade-out.
FADE_IN_SECONDS = 0.012
FADE_OUT_SECONDS = 0.07
# Slow variation of level [dB], beside the vocoder's own from cycle to cycle.
SHIMMER_DB = 0.5
# Decibels in one neper.
DECIBELS = 20 / math.log(10)
# Time by which a fade-out ends after the last sound [s].
RELEASE_SECONDS = 0.03


def sounds_of(phones: Sequence[Phone], spoken: Floats) -> tuple[Floats, Floats, Floats]:
    """Voicing [Hz], sharpness and air [dB] of the phones at spoken times [s]."""
    starts = np.array([phone.start_seconds for phone in phones])
    which = np.clip(np.searchsorted(starts, spoken + 1e-9, side="right") - 1, 0, None)
    table = np.array([sound(phone.symbol) for phone in phones], dtype=float)[which]
    voicing, sharpness, air = table.T
    return voicing, smooth(sharpness, 4), smooth(air, 4)


def gain_of(notes: Sequence[Note], phones: Sequence[Phone], times: TimeMap, seconds: Floats, levels: Floats,
            timbre: Colour, generator: np.random.Generator, levelled: float = LEVELLED) -> Floats:
    """Gain of each row: each vowel has the level of its note, and between vowels the gain is interpolated in decibels.

    What would exceed the level of the vowels around it (a nasal beside a vowel whose formants lie between the
    partials) is reduced.
    """
    logs = np.log(levels)
    row_seconds = float(np.median(np.diff(seconds)))
    centres, heard, wanted = [], [], []
    for index, begin, end in times.vowels:
        first, last = np.searchsorted(seconds, [begin, end])
        heard.append(float(np.percentile(logs[first : max(last, first + 1)], LOUD_PERCENT)))
        note = notes[index]
        stress_db = WORDED.stress_db[note.utterance.stress] if note.utterance else 0.0
        middle = float(times.at(np.array([0.5 * (begin + end)]))[0])
        if any(phone.start_seconds <= middle < phone.end_seconds and not is_voiced(phone.symbol) for phone in phones):
            stress_db += HISS_DB
        wanted.append(LEVEL * velocity_gain(note.velocity) * timbre.gain * 10 ** (stress_db / 20))
        centres.append(0.5 * (begin + end))
    own = np.array(heard)
    even = levelled * own + (1 - levelled) * own.mean()
    line = np.interp(seconds, centres, np.log(np.array(wanted)))
    gain = line - np.interp(seconds, centres, even)
    excess = np.clip(gain + logs - line - TOLERATED_DB / DECIBELS, 0, None)
    gain -= HELD_BACK * smooth(excess, max(round(HOLDING_SECONDS / row_seconds), 1))
    gain += SHIMMER_DB / DECIBELS * drift(len(seconds), row_seconds, generator)
    factors: Floats = np.exp(gain)
    return factors


def gate_of(sounding: Sequence[tuple[float, float]], seconds: Floats, sung: bool, early: float = 0.0,
            release: float = RELEASE_SECONDS) -> Floats:
    """1 where the line sounds, 0 where it pauses, with fades between."""
    gate = np.zeros(len(seconds))
    out = FADE_OUT_SECONDS if sung else 0.5 * FADE_OUT_SECONDS
    for begin, end in sounding:
        rise = np.clip((seconds - begin + early) / FADE_IN_SECONDS, 0, 1)
        fall = np.clip((end + release - seconds) / out, 0, 1)
        gate = np.maximum(gate, (0.5 - 0.5 * np.cos(np.pi * rise)) * (0.5 - 0.5 * np.cos(np.pi * fall)))
    return gate


def smooth(values: Floats, width: int) -> Floats:
    """Smooth with a raised cosine of ``width`` rows; the first and last value are held beyond the ends."""
    window = np.hanning(width + 2)[1:-1]
    padded = np.pad(values, (width // 2, width - 1 - width // 2), mode="edge")
    smoothed: Floats = np.convolve(padded, window / window.sum(), mode="valid").astype(values.dtype)
    return smoothed


def drift(rows: int, row_seconds: float, generator: np.random.Generator) -> Floats:
    """Return slow noise between −1 and 1: draws a quarter of a second apart, joined by raised cosines.

    Parameters
    ----------
    rows
        Number of values.
    row_seconds
        Time between two values [s].
    generator
        Source of the draws.
    """
    each = max(round(0.25 / row_seconds), 1)
    knots = generator.uniform(-1, 1, rows // each + 3)
    t = np.arange(rows) / each
    whole = t.astype(np.int64)
    ease = 0.5 - 0.5 * np.cos(np.pi * (t - whole))
    moved: Floats = knots[whole] * (1 - ease) + knots[whole + 1] * ease
    return moved
