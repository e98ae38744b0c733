"""How fast each instrument plays a fingerpicked part on one core, and what it holds in memory beside the sound."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Sequence

from rich.table import Table

from instruments import Instrument, instruments
from scores.performance import Note

RATE = 48000
SECONDS = (60, 240)
EIGHTH_SECONDS = 60 / 68 / 2
PATTERN = (0, 7, 12, 16, 12, 7, 19, 12)  # semitones above the bass: p i m a m i a m
MEGABYTE = 1024**2


def picked(instrument: type[Instrument], seconds: float) -> list[Note]:
    """Eighths at 68 a minute over two octaves in the middle of the range, each ringing for a bar at most."""
    low, high = instrument.range
    bass = max(low, (low + high) // 2 - 12)
    return [Note(0, 1, at * EIGHTH_SECONDS, 4 * EIGHTH_SECONDS, min(bass + PATTERN[at % 8] + (at // 8 % 4), high),
                 60 + 8 * (at % 4), at) for at in range(int(seconds / EIGHTH_SECONDS) - 8)]


def processor_seconds(instrument: Instrument, notes: Sequence[Note], frames: int) -> float:
    """The least of three."""
    times = []
    for _ in range(3):
        began = time.thread_time()
        instrument.play(notes, RATE, frames)
        times.append(time.thread_time() - began)
    return min(times)


def instruments_table() -> Table:
    """× real time and megabytes beside the sound itself, for a part of one and of four minutes."""
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
