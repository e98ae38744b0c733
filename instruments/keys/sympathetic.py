"""Sympathetic strings of a piano: those that nobody struck, while the sustain pedal holds the dampers up.

References
----------
J.-L. Le Carrou, F. Gautier and R. Badeau, "Sympathetic string modes in the concert harp", Acta Acustica 95, 2009.
H.-M. Lehtonen et al., "Analysis and modeling of piano sustain-pedal effects", JASA 122, 2007.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from instruments.dsp.arrays import Complexes, Integers, Reals
from instruments.dsp.notes import pan_gains
from instruments.keys.piano_strings import (
    HIGHEST,
    LOWEST,
    damping_per_second,
    decays_per_second,
    partials_hz,
)

COUPLING = 0.08  # share of the force on the bridge that reaches the end of another string, the same for all
HIGHEST_HZ = 4200.0  # upper limit of the partials of free strings [Hz]
PARTIALS = 10  # lowest partials of each string that take part
STRONGEST = 5  # partials of free strings that are sounded with each note
RISE_SECONDS = 0.03  # time in which they build up [s]
WHOOSH_STRINGS = 10  # strings that hum when the dampers rise


@cache
def _free_strings(stiffness: float, stretch: float, damper_seconds: float) -> tuple[Reals, ...]:
    """Tabulate every partial of every string.

    Returns pitch (MIDI number), frequency in Hz, and decay in nepers per second through the bridge, of the string
    itself and under the damper.
    """
    columns: list[list[Reals]] = [[], [], [], [], []]
    for pitch in range(LOWEST, HIGHEST + 1):
        hz = partials_hz(pitch, HIGHEST_HZ, stiffness, stretch)[:PARTIALS]
        bridge, own = decays_per_second(pitch, hz)
        damping = damping_per_second(pitch, len(hz), damper_seconds)
        for column, values in zip(columns, (np.full(len(hz), float(pitch)), hz, bridge, own, damping),
                                  strict=True):
            column.append(values)
    return tuple(np.concatenate(column) for column in columns)


def along_with(pitch: float, partial_hz: Reals, stiffness: float, stretch: float, decay: float, damper_seconds: float,
               width: float) -> tuple[Integers, Reals, Complexes]:
    """Find the partials of free strings that a note excites most.

    Mode m of a string, driven through the bridge by partial p, has the amplitude g / (s[p] − s[m]) relative to it,
    where s are the complex frequencies: modes that nearly coincide with a partial respond.

    Parameters
    ----------
    pitch
        MIDI number of the struck note.
    partial_hz
        Shape (partials,): its frequencies.
    stiffness, stretch
        As for ``piano_strings.partials_hz``.
    decay
        Factor of all decay times.
    damper_seconds
        As for ``piano_strings.damping_per_second``.
    width
        Width of the stereo image, 0–1.

    Returns
    -------
    by : Integers
        Shape (STRONGEST,): index of the partial that drives each.
    rows : Reals
        Shape (STRONGEST, 3): frequency in Hz, decay and damped decay in nepers per second.
    answer : Complexes
        Shape (2, STRONGEST): amplitude left and right, relative to the driving partial.
    """
    string, hz, bridge, own, damping = _free_strings(stiffness, stretch, damper_seconds)
    drive_hz = partial_hz[:PARTIALS]
    drive_bridge, drive_own = decays_per_second(pitch, drive_hz)
    g = COUPLING * np.sqrt(np.outer(bridge, drive_bridge))
    apart = 2j * np.pi * (drive_hz - hz[:, None]) - (drive_bridge + drive_own) - (bridge + own)[:, None]
    answer = np.where(np.abs(string - pitch)[:, None] < 0.5, 0.0, g / apart / decay)
    # Low partials of the struck string are stronger than high ones, for any blow.
    strength = (np.abs(answer) / np.arange(1, len(drive_hz) + 1)).ravel()
    order = np.sort(np.argpartition(strength, -STRONGEST)[-STRONGEST:])
    mode, by = np.unravel_index(order, answer.shape)
    loss = (0.5 * bridge + own)[mode] / decay
    gains = np.array([pan_gains(float(np.clip((p - 60) / 44, -1, 1)) * width) for p in string[mode]]).T
    rows = np.column_stack([hz[mode], loss, loss + damping[mode]])
    return by, rows, gains * answer[mode, by]


def whoosh(draw: np.random.Generator, amplitude: float) -> Reals:
    """Return the hum of wound strings whose dampers rise, as rows for ``add_partials``: a low partial of some strings.

    Parameters
    ----------
    draw
        Random generator.
    amplitude
        R.m.s. of the sum, as the amplitude of a sinusoid.
    """
    pitches = draw.choice(np.arange(LOWEST + 7, 60), WHOOSH_STRINGS, replace=False)
    hz = np.array([partials_hz(float(p), HIGHEST_HZ)[draw.integers(0, 4)] for p in pitches])
    loss = 1.5 + np.array([decays_per_second(float(p), np.array([f]))[0][0] for p, f in zip(pitches, hz, strict=True)])
    rows = np.empty((len(hz), 7))
    rows[:, 0], rows[:, 1], rows[:, 2] = hz, loss, loss + 20.0
    rows[:, 3:] = draw.standard_normal((len(hz), 4)) * amplitude / np.sqrt(2 * len(hz))
    return rows
