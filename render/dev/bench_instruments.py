"""The speed of each instrument with a fingerpicked part on one core, and its memory besides the sound."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Sequence

from rich.table import Table

from instruments import Instrument, instruments
from scores.performance import Note

# Sample rate [Hz].
RATE = 48000
# Lengths of the part [s].
SECONDS = (60, 240)
# Length of an eighth note [s]: at 68 BPM.
EIGHTH_SECONDS = 60 / 68 / 2
# Fingerpicking pattern, p i m a m i a m [semitones above the bass].
PATTERN = (0, 7, 12, 16, 12, 7, 19, 12)
# Unit of the table [bytes].
MEGABYTE = 1024**2


def picked(instrument: type[Instrument], seconds: float) -> list[Note]:
    """Return fingerpicked eighth notes in the middle of an instrument's range, each a half note long."""
    low, high = instrument.range
    bass = max(low, (low + high) // 2 - 12)
    return [Note(0, 1, at * EIGHTH_SECONDS, 4 * EIGHTH_SECONDS, min(bass + PATTERN[at % 8] + (at // 8 % 4), high),
                 60 + 8 * (at % 4), at) for at in range(int(seconds / EIGHTH_SECONDS) - 8)]


def processor_seconds(instrument: Instrument, notes: Sequence[Note], frames: int) -> float:
    """Return the CPU time [s] of playing a part: the lowest of three runs."""
    times = []
    for _ in range(3):
        began = time.thread_time()
        instrument.play(notes, RATE, frames)
        times.append(time.thread_time() - began)
    return min(times)


def instruments_table() -> Table:
    """Measure the multiple of real time, and the memory besides the sound, for parts of one and of four minutes."""
    table = Table(title="instruments, a fingerpicked part at their defaults, 48 kHz")
    for heading in ("", *(f"{seconds} s: × real time" for seconds in SECONDS), *(f"{s} s: MB beside" for s in SECONDS)):
        table.add_column(heading, justify="right" if heading else "left")
    for name, kind in instruments().items():
        if any(field.is_required() for field in kind.model_fields.values()):  # a sound font or plug-in of one's own
            continue
        speeds, beside = [], []
        for seconds in SECONDS:
            notes, frames = picked(kind, seconds), seconds * RATE
            kind().play(notes, RATE, frames)
            speeds.append(f"{seconds / processor_seconds(kind(), notes, frames):.0f}")
            tracemalloc.start()
            kind().play(notes, RATE, frames)
            beside.append(f"{(tracemalloc.get_traced_memory()[1] - 8 * frames) / MEGABYTE:.1f}")
            tracemalloc.stop()
        table.add_row(name, *speeds, *beside)
    return table
