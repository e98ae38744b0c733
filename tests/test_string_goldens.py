"""What the strings measure, as text: python tests/test_string_goldens.py writes it anew, git diff shows the change.

A change of sound that was not meant is seen here, note by note; one that was meant is a line in the changelog.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from instruments import instruments
from scores.format.articulation import bend_of, parse_marks
from scores.performance import Note

GOLDEN = Path(__file__).parent / "goldens" / "strings.txt"
RATE = 48000
NAMES = ("finger_bass", "nylon_guitar", "steel_guitar", "upright_bass")
PITCHES = {"finger_bass": (28, 38, 50), "upright_bass": (28, 38, 50)}
HANDS = ("h", "p", "/", "pm", "harm", "b1")
COLUMNS = ("level dB", "peak dB", "centroid Hz", "fall dB/s", "left-right")
TOLERANCE = (0.3, 0.5, 0.03, 0.05, 0.03)  # dB, dB, share, share, correlation


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


def table() -> Iterator[tuple[str, tuple[float, ...]]]:
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


def text() -> str:
    lines = ["note".ljust(24) + "".join(column.rjust(13) for column in COLUMNS)]
    lines += [name.ljust(24) + "".join(f"{value:13.2f}" for value in row) for name, row in table()]
    return "\n".join(lines) + "\n"


def test_the_strings_measure_what_they_measured() -> None:
    kept = {line[:24].strip(): [float(value) for value in line[24:].split()]
            for line in GOLDEN.read_text(encoding="utf-8").splitlines()[1:]}
    now = dict(table())
    assert list(now) == list(kept)
    for name, row in now.items():
        for column, value, was, tolerance in zip(COLUMNS, row, kept[name], TOLERANCE, strict=True):
            allowed = tolerance * abs(was) + 0.1 if column in ("centroid Hz", "fall dB/s") else tolerance
            assert abs(value - was) <= allowed, f"{name}: {column} was {was}, is {value:.2f}"


if __name__ == "__main__":
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_text(text(), encoding="utf-8")
    print(GOLDEN)
