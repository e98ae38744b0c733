"""Golden measurements of what is struck and bowed: ``python tests/golden_keys.py`` shows what changed and writes it.

One small text a voice in ``tests/goldens``: for a few notes and velocities what an ear would say of them.
"""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT.parent), str(ROOT)]

from spectra import centroid_hz, decay_db_per_second, hertz, level_db, note, partial, play, span  # noqa: E402

from instruments import instruments  # noqa: E402

FOLDER = ROOT / "goldens"
NOTES = {
    "felt_piano": (36, 48, 60, 72, 84), "upright_piano": (36, 48, 60, 72, 84), "string_pad": (48, 60, 72, 84),
    "glass": (60, 72, 84), "celesta": (60, 72, 84, 96), "heartbeat": (36, 43),
}
VELOCITIES = (40, 80, 110)
HEADING = ("note", "velocity", "peak dBFS", "r.m.s. dBFS", "centroid Hz 0.0-0.1 s", "centroid Hz 0.5-0.7 s",
           "cents", "dB/s 0.2-0.7 s", "left-right dB")
TOLERANCES = (0, 0, 0.3, 0.3, 0.03, 0.03, 0.3, 0.5, 0.3)  # of each column; of the centroids as a share


def measured(name: str) -> list[tuple[float, ...]]:
    """A row of numbers for each note and velocity, in the order of ``HEADING``."""
    instrument = instruments()[name]()
    rows = []
    for pitch in NOTES[name]:
        for velocity in VELOCITIES:
            stereo = play(instrument, [note(pitch, 0.1, 1.0, velocity, seed=1)], 1.5)
            audio = stereo.mean(axis=0)
            amplitude, frequency = partial(span(audio, 0.2, 0.95), hertz(pitch), 0.1)
            cents = float(1200 * np.log2(np.median(frequency) / hertz(pitch))) if instrument.pitched else 0.0
            falling = decay_db_per_second(amplitude[10:60] + 1e-9)
            late = span(audio, 0.6, 0.8)
            rows.append((pitch, velocity, 20 * np.log10(np.abs(stereo).max()), level_db(span(stereo, 0.1, 1.1)),
                         centroid_hz(span(audio, 0.1, 0.2)), centroid_hz(late) if late.any() else 0.0, cents, falling,
                         level_db(stereo[0]) - level_db(stereo[1])))
    return rows


def text(rows: list[tuple[float, ...]]) -> str:
    lines = ["  ".join(HEADING)]
    for row in rows:
        pitch, velocity, peak, mean, bright, later, cents, falling, lean = row
        lines.append(f"{pitch:4.0f} {velocity:4.0f} {peak:7.2f} {mean:7.2f} {bright:7.0f} {later:7.0f} {cents:7.2f} "
                     f"{falling:7.2f} {lean:6.2f}")
    return "\n".join(lines) + "\n"


def read(name: str) -> list[tuple[float, ...]]:
    lines = (FOLDER / f"{name}.txt").read_text("utf-8").splitlines()[1:]
    return [tuple(float(number) for number in line.split()) for line in lines]


def main() -> None:
    for name in NOTES:
        path, now = FOLDER / f"{name}.txt", text(measured(name))
        before = path.read_text("utf-8") if path.exists() else ""
        sys.stdout.writelines(difflib.unified_diff(before.splitlines(True), now.splitlines(True), name, f"{name} now"))
        path.write_text(now, "utf-8")


if __name__ == "__main__":
    main()
