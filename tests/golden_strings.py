"""What is plucked: notes at two velocities, and each mark of the hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from golden import Column, Golden
from spectra import RATE

from instruments import instruments
from scores.format.articulation import bend_of, parse_marks
from scores.performance import Note

NAMES = ("finger_bass", "nylon_guitar", "steel_guitar", "upright_bass")
PITCHES = {"finger_bass": (28, 38, 50), "upright_bass": (28, 38, 50)}
HANDS = ("h", "p", "/", "pm", "harm", "b1")
COLUMNS = (Column("level dB", 0.3), Column("peak dB", 0.5), Column("centroid Hz", 0.1, 0.03),
           Column("fall dB/s", 0.1, 0.05), Column("left-right", 0.03))  # the last a correlation


def measured(name: str, notes: list[Note], start: float) -> tuple[float, ...]:
    """Level and peak of the first 0.2 s from ``start``, their centroid, fall over the second after, and correlation."""
    audio = instruments()[name]().play(notes, RATE, 2 * RATE).astype(np.float64)
    first = audio[:, round(start * RATE):round((start + 0.2) * RATE)]
    power = np.abs(np.fft.rfft(first.mean(axis=0) * np.hanning(first.shape[1]))) ** 2
    levels = [10 * np.log10(np.mean(audio[:, round(t * RATE):round((t + 0.2) * RATE)] ** 2) + 1e-30)
              for t in (start, start + 0.6)]
    return (levels[0], 20 * np.log10(np.abs(first).max()),
            float(power @ np.fft.rfftfreq(first.shape[1], 1 / RATE) / power.sum()), (levels[0] - levels[1]) / 0.6,
            float(np.corrcoef(first)[0, 1]))


def rows() -> Iterator[tuple[str, tuple[float, ...]]]:
    """A row a note: instrument, pitch, velocity or mark, and what it measures."""
    for name in NAMES:
        for pitch in PITCHES.get(name, (40, 57, 76)):
            for velocity in (40, 100):
                note = Note(0, 1, 0.1, 1.5, pitch, velocity, 7)
                yield f"{name} {pitch} v{velocity}", measured(name, [note], 0.1)
        middle = 45 if "bass" in name else 57
        for mark in HANDS:
            marks = parse_marks(mark)
            harmonic = round(float(instruments()[name].strings.open_pitch[1])) + 12  # type: ignore[attr-defined]
            pitch = harmonic if mark == "harm" else middle - 2 if mark == "p" else middle + 2
            first = Note(0, 1, 0.1, 0.4, middle, 80, 3)
            second = replace(first, onset_seconds=0.5, duration_seconds=1.2, pitch=pitch, seed=4,
                             articulation=marks.articulation, bend=bend_of(marks, 1.2, -2.0))
            yield f"{name} {pitch} {mark}", measured(name, [first, second], 0.5)


GOLDENS = (Golden("strings", COLUMNS, rows),)
