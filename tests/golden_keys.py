"""What is struck and bowed: for a few notes and velocities what an ear would say of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial as given

import numpy as np
from golden import Column, Golden
from spectra import centroid_hz, decay_db_per_second, hertz, level_db, note, partial, play, span

from instruments import instruments

NOTES = {
    "felt_piano": (36, 48, 60, 72, 84), "upright_piano": (36, 48, 60, 72, 84), "string_pad": (48, 60, 72, 84),
    "glass": (60, 72, 84), "celesta": (60, 72, 84, 96), "heartbeat": (36, 43),
}
VELOCITIES = (40, 80, 110)
COLUMNS = (Column("peak dBFS", 0.31), Column("r.m.s. dBFS", 0.31), Column("centroid Hz 0.0-0.1 s", 1.0, 0.03),
           Column("centroid Hz 0.5-0.7 s", 1.0, 0.03), Column("cents", 0.31), Column("dB/s 0.2-0.7 s", 0.51),
           Column("left-right dB", 0.31))


def rows(name: str) -> Iterator[tuple[str, tuple[float, ...]]]:
    """A row for each note and velocity."""
    instrument = instruments()[name]()
    for pitch in NOTES[name]:
        for velocity in VELOCITIES:
            stereo = play(instrument, [note(pitch, 0.1, 1.0, velocity, seed=1)], 1.5)
            audio = stereo.mean(axis=0)
            amplitude, frequency = partial(span(audio, 0.2, 0.95), hertz(pitch), 0.1)
            cents = float(1200 * np.log2(np.median(frequency) / hertz(pitch))) if instrument.pitched else 0.0
            late = span(audio, 0.6, 0.8)
            yield f"{pitch} v{velocity}", (
                float(20 * np.log10(np.abs(stereo).max())), level_db(span(stereo, 0.1, 1.1)),
                centroid_hz(span(audio, 0.1, 0.2)), centroid_hz(late) if late.any() else 0.0, cents,
                decay_db_per_second(amplitude[10:60] + 1e-9), level_db(stereo[0]) - level_db(stereo[1]))


GOLDENS = tuple(Golden(name, COLUMNS, given(rows, name)) for name in NOTES)
