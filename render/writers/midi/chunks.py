"""Events into the bytes of a Standard MIDI File: tracks as chunks, with running status."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from mido import Message, MetaMessage

from render.writers.midi.time import TICKS_PER_BEAT

# Order of event types at one tick; meta events, not listed, are 0. Events of one type keep the order in which they were
# made: of a part first its set-up, then its volume, its notes, its pedal, its fades.
PRECEDENCE = {"note_off": 1, "program_change": 2, "control_change": 3, "pitchwheel": 4, "note_on": 5}


class Timed(NamedTuple):
    """An event and its tick."""

    tick: int
    event: Message | MetaMessage


def save(path: Path, chunks: Sequence[bytes]) -> None:
    """Write a file of type 1 from the bytes of its tracks."""
    path.write_bytes(struct.pack(">4sLHHH", b"MThd", 6, 1, len(chunks), TICKS_PER_BEAT) + b"".join(chunks))


def chunk(events: Iterable[Timed], end: int) -> bytes:
    """Return the bytes of a track that ends at a tick, from its events in order.

    What mido writes, in a third of its time: it checks each number several times.
    """
    data, now, running = bytearray(), 0, 0
    for tick, event in [*events, Timed(end, MetaMessage("end_of_track"))]:
        data += _variable_length(tick - now)
        message = event.bytes()
        status = 0 if event.is_meta else message[0]
        data += bytes(message[1:] if status and status == running else message)
        now, running = tick, status
    return b"MTrk" + struct.pack(">L", len(data)) + data


def _variable_length(number: int) -> bytes:
    """Return a number as a file has it: seven bits a byte, the highest first, the top bit set but in the last."""
    if number < 128:
        return bytes((number,))  # refuses what is negative
    return bytes((*(0x80 | number >> shift & 0x7F for shift in range(number.bit_length() // 7 * 7, 0, -7)
                    if number >> shift), number & 0x7F))


def in_order(timed: Iterable[Timed]) -> list[Timed]:
    """Return events sorted by tick and then by precedence."""
    return sorted(timed, key=lambda t: (t.tick, PRECEDENCE.get(t.event.type, 0)))
