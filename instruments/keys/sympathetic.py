"""The strings that nobody struck: what sounds along while the sustain pedal holds all dampers up."""

from __future__ import annotations

from functools import cache

import numpy as np

from instruments.dsp.notes import pan_gains
from instruments.keys.piano_strings import (
    HIGHEST,
    LOWEST,
    damping_per_second,
    decays_per_second,
    partials_hz,
)

COUPLING = 0.08  # share of the force on the bridge that reaches another string's end, for all strings alike
HIGHEST_HZ = 4200.0
PARTIALS = 10  # of each string
STRONGEST = 5  # as many of the strings' partials are heard with each note
RISE_SECONDS = 0.03


@cache
def _free_strings(stiffness: float, stretch: float, damper_seconds: float) -> tuple[np.ndarray, ...]:
    """Each partial of each string: its pitch, Hz, loss through the bridge and by itself, and that by the damper."""
    columns: list[list[np.ndarray]] = [[], [], [], [], []]
    for pitch in range(LOWEST, HIGHEST + 1):
        hz = partials_hz(pitch, HIGHEST_HZ, stiffness, stretch)[:PARTIALS]
        bridge, own = decays_per_second(pitch, hz)
        damping = damping_per_second(pitch, len(hz), damper_seconds)
        for column, values in zip(columns, (np.full(len(hz), float(pitch)), hz, bridge, own, damping),
                                  strict=True):
            column.append(values)
    return tuple(np.concatenate(column) for column in columns)


def along_with(pitch: float, partial_hz: np.ndarray, stiffness: float, stretch: float, decay: float,
               damper_seconds: float, width: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The partials of free strings that a note moves most.

    A string's mode m that a partial p drives through the bridge has the amplitude g / (s[p] − s[m]) of it, s being
    their complex frequencies; so those that nearly coincide answer. Le Carrou, Gautier and Badeau (Acta Acustica 95,
    2009) for the harp; Lehtonen et al. (JASA 122, 2007) measured what the pedal does.

    partial_hz
        float64 (partials,): those of the struck note.

    Returns for the ``STRONGEST`` the index of the partial that drives it; rows as ``add_partials`` takes them without
    their amplitudes, float64 (n, 3); and complex (2, n): the amplitude left and right for one of 1 of that partial.
    """
    string, hz, bridge, own, damping = _free_strings(stiffness, stretch, damper_seconds)
    drive_hz = partial_hz[:PARTIALS]
    drive_bridge, drive_own = decays_per_second(pitch, drive_hz)
    g = COUPLING * np.sqrt(np.outer(bridge, drive_bridge))
    apart = 2j * np.pi * (drive_hz - hz[:, None]) - (drive_bridge + drive_own) - (bridge + own)[:, None]
    answer = np.where(np.abs(string - pitch)[:, None] < 0.5, 0.0, g / apart / decay)
    # a low partial is stronger than a high one, whatever the blow
    strength = (np.abs(answer) / np.arange(1, len(drive_hz) + 1)).ravel()
    order = np.sort(np.argpartition(strength, -STRONGEST)[-STRONGEST:])
    mode, by = np.unravel_index(order, answer.shape)
    loss = (0.5 * bridge + own)[mode] / decay
    gains = np.array([pan_gains(float(np.clip((p - 60) / 44, -1, 1)) * width) for p in string[mode]]).T
    rows = np.column_stack([hz[mode], loss, loss + damping[mode]])
    return by, rows, gains * answer[mode, by]


def whoosh(draw: np.random.Generator, amplitude: float) -> np.ndarray:
    """Rows of what dampers that leave wound strings set humming: one low partial of a few strings."""
    pitches = draw.choice(np.arange(LOWEST + 7, 60), 10, replace=False)
    hz = np.array([partials_hz(float(p), HIGHEST_HZ)[draw.integers(0, 4)] for p in pitches])
    loss = 1.5 + np.array([decays_per_second(float(p), np.array([f]))[0][0] for p, f in zip(pitches, hz, strict=True)])
    rows = np.empty((len(hz), 7))
    rows[:, 0], rows[:, 1], rows[:, 2] = hz, loss, loss + 20.0
    rows[:, 3:] = draw.standard_normal((len(hz), 4)) * amplitude / np.sqrt(2 * len(hz))
    return rows
