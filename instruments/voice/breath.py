"""Breaths before lines and sighs after them: shaped noise."""

from __future__ import annotations

import math

import numpy as np

from instruments.dsp.arrays import Floats, Stereo
from instruments.dsp.notes import velocity_gain
from scores.performance import Note

# Level of a breath at its height [r.m.s.], at velocity 100 and near the microphone.
LEVEL = 0.012
# Resonances of an open mouth through which air is drawn: frequency [Hz], bandwidth [Hz], level [dB].
RESONANCES = ((1250.0, 500.0, -4.0), (2150.0, 700.0, 0.0), (3600.0, 1200.0, -4.0), (5800.0, 2600.0, -9.0))
# Band outside which the noise falls off [Hz].
LOWEST_HZ = 750.0
HIGHEST_HZ = 8500.0
# Factor by which the resonances rise while the mouth opens; what it was while it closes, in a sigh.
OPENS = 1.12
CLOSES = 0.82
# Level of a sigh [dB], relative to a breath: it is let go.
SIGH_DB = -1.5


def add_breath(out: Stereo, note: Note, rate: int) -> None:
    """Add one breath: it swells, stops short, and brightens as the mouth opens; a sigh dies away and darkens.

    Parameters
    ----------
    out
        Added to; float32, shape (2, frames).
    note
        When it sounds, how loud, and the seed of its noise.
    rate
        Sample rate [Hz].
    """
    start = math.ceil(note.onset_seconds * rate)
    size = round(note.duration_seconds * rate)
    fitting = min(size, out.shape[1] - start)
    if fitting <= 0:
        return
    distance = note.utterance.delivery.distance if note.utterance else 0.0
    spectrum = np.fft.rfft(np.random.Generator(np.random.PCG64(note.seed)).standard_normal(size))
    hz = np.fft.rfftfreq(size, 1 / rate)
    share = np.arange(size) / size
    is_sigh = note.utterance is not None and note.utterance.is_sigh
    mouths = (1.0, CLOSES) if is_sigh else (1.0, OPENS)
    shut, open_ = (np.fft.irfft(spectrum * _mouth(hz / rise), size) for rise in mouths)
    swell = np.sin(np.pi * share ** (0.45 if is_sigh else 1.6)) ** 2
    swell *= 10 ** (SIGH_DB / 20) if is_sigh else 1.0
    level = LEVEL * velocity_gain(note.velocity) * 10 ** (-10 * distance / 20) * math.sqrt(rate / 48000)
    breath = level * swell * ((1 - share) * shut + share * open_)
    out[:, start:start + fitting] += breath[:fitting].astype(np.float32)


def _mouth(hz: Floats) -> Floats:
    """Gain of the mouth at frequencies [Hz]."""
    power = np.zeros(len(hz))
    for middle, width, level_db in RESONANCES:
        power += 10 ** (level_db / 10) / (1 + ((hz - middle) / (width / 2)) ** 2)
    low = (hz / LOWEST_HZ) ** 6 / (1 + (hz / LOWEST_HZ) ** 6)
    gain: Floats = np.sqrt(power * low / (1 + (hz / HIGHEST_HZ) ** 6))
    return gain
