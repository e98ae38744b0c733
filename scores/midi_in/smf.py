"""A Standard MIDI File as events, read as tolerantly as by players of MIDI files, with a list of what was mended.

Programs write files that depart from the standard in places that no note depends on: a key signature that does not
exist, a header that counts too few tracks, a track length that is some bytes off. Such a file is read, and its faults
are reported. A file from which notes are missing is refused. The time of reading is linear in the size of the file.

References
----------
MIDI Manufacturers Association, "Standard MIDI Files 1.0", RP-001 (1996).
MIDI Manufacturers Association, "RMID File Format", RP-029 (1999).
"""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from scores.faults import InputError

# Largest size of a file [bytes]; an hour of piano has a tenth of it.
MAX_BYTES = 4_000_000

NOTE_OFF, NOTE_ON, CONTROL, PROGRAM, WHEEL = 0x80, 0x90, 0xB0, 0xC0, 0xE0
# Added to the type of a meta event to make its kind.
META = 0xFF00
TRACK_NAME, LYRIC, END_OF_TRACK, TEMPO = META | 0x03, META | 0x05, META | 0x2F, META | 0x51
SMPTE_OFFSET, KEY_SIGNATURE = META | 0x54, META | 0x59

# Data bytes after a status byte [bytes]: channel messages by their upper four bits, system messages by the whole byte.
# F4 and F5 are undefined and F8 to FE are real-time messages: none of them has data.
CHANNEL_LENGTHS = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}
SYSTEM_LENGTHS = {0xF1: 1, 0xF2: 2, 0xF3: 1}
# Lengths of meta events of a fixed length [bytes], with their names. A shorter one is ignored.
META_LENGTHS = {META | 0x20: (1, "channel prefix"), META | 0x21: (1, "port"), TEMPO: (3, "tempo"),
                SMPTE_OFFSET: (5, "SMPTE offset"), META | 0x58: (4, "time signature"),
                KEY_SIGNATURE: (2, "key signature")}
# Limits that minutes, seconds, frames and hundredths of a frame stay below.
SMPTE_LIMITS = (60, 60, 30, 100)


class MidiError(InputError):
    """A file from which not all notes can be read; the text says why."""


class Event(NamedTuple):
    """An event of a track.

    Parameters
    ----------
    tick
        Ticks from the start of the track.
    kind
        The status byte without its channel, or ``META`` with the type of a meta event.
    channel
        From 0.
    data
        The bytes that follow.
    """

    tick: int
    kind: int
    channel: int
    data: bytes


@dataclass
class MidiFile:
    """The events of a file.

    Parameters
    ----------
    kind
        0 for a file of one track, 1 for one of many.
    division
        Ticks per quarter note.
    tracks
        In order.
    mended
        How often each departure from the standard occurs.
    """

    kind: int
    division: int
    tracks: list[list[Event]] = field(default_factory=list)
    mended: Counter[str] = field(default_factory=Counter)


def parse(data: bytes) -> MidiFile:
    """Parse the bytes of a file.

    Raises
    ------
    MidiError
        If it is not a MIDI file, counts in frames of film, is of type 2, or is damaged.
    """
    start = _unwrapped(data)
    if data[start:start + 4] != b"MThd" or len(data) < start + 14:
        raise MidiError("this is no MIDI file")
    size, kind, count, division = struct.unpack_from(">IHHH", data, start + 4)
    if size < 6:
        raise MidiError("this is no MIDI file")
    if division & 0x8000 or not division:
        raise MidiError("the file counts in frames of film, not in beats")
    if kind > 1:
        raise MidiError(f"the file is of type {kind}: patterns without an order")
    file = MidiFile(kind, division)
    at = start + 8 + size
    while (at := _next_track(data, at, file.mended)) >= 0:
        at = _read_track(data, at, file)
    if not file.tracks:
        raise MidiError("this MIDI file is damaged: it has no tracks")
    if len(file.tracks) != count:
        file.mended[f"a header that counts {count} track{'s' * (count != 1)} where there are {len(file.tracks)}"] += 1
    return file


def _unwrapped(data: bytes) -> int:
    """Where the MIDI file begins: after the RIFF header of an RMID file, else at the start."""
    if data[:4] != b"RIFF" or data[8:12] != b"RMID":
        return 0
    at = 12
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        if name == b"data":
            return at + 8
        at += 8 + size + size % 2
    return 0


def _is_chunk(data: bytes, at: int) -> bool:
    """Whether a whole chunk begins here, or the file ends."""
    if at == len(data):
        return True
    name = data[at:at + 4]
    if name == b"MTrk":
        return True
    return (len(data) >= at + 8 and name.isascii() and name.decode("ascii").isprintable()
            and at + 8 + int.from_bytes(data[at + 4:at + 8], "big") <= len(data))


def _next_track(data: bytes, at: int, mended: Counter[str]) -> int:
    """Return the position of the next track chunk from ``at`` on, or −1."""
    while at + 8 <= len(data) and data[at:at + 4] != b"MTrk":
        if not _is_chunk(data, at):
            at = data.find(b"MTrk", at)
            mended["bytes that belong to no track (skipped)"] += 1
            return at
        at += 8 + int.from_bytes(data[at + 4:at + 8], "big")
        mended["a chunk that is no track (skipped)"] += 1
    return at if at + 8 <= len(data) else -1


def _read_track(data: bytes, at: int, file: MidiFile) -> int:
    """Read the track chunk at a position into the file; returns where the next chunk begins."""
    stated = at + 8 + int.from_bytes(data[at + 4:at + 8], "big")
    end = stated
    if not _is_chunk(data, stated):  # the length is wrong: the next track, or the end of the file, ends this one
        following = data.find(b"MTrk", at + 8)
        end = following if following >= 0 else len(data)
    events, stop = _events(data, at + 8, end, file.mended)
    is_ended = bool(events) and events[-1].kind == END_OF_TRACK
    if not is_ended and stated > len(data):
        raise MidiError("this MIDI file is damaged: it ends too soon")
    if end != stated and stop != stated:
        file.mended["a wrong track length"] += 1
    elif stop < end:
        file.mended["bytes after the end of a track (ignored)"] += 1
    if not is_ended:
        file.mended["a track without an end"] += 1
    file.tracks.append(events)
    return end


def _events(data: bytes, at: int, end: int, mended: Counter[str]) -> tuple[list[Event], int]:
    """Return the events of a track's bytes up to its end of track, and the position after them."""
    events: list[Event] = []
    tick, running = 0, 0
    while at < end:
        wait, at = _number(data, at, end)
        tick += wait
        if at >= end:
            raise _damaged(at, len(data))
        status = data[at]
        if status < 0x80:
            if not running:
                raise _damaged(at, len(data))
            status = running  # kept after system exclusive and meta events too, as by other readers: files rely on it
        else:
            at += 1
        if status < 0xF0:
            running = status
            length = CHANNEL_LENGTHS[status & 0xF0]
            values = data[at:at + length]
            if at + length > end:
                raise _damaged(at, len(data) - length)
            if max(values) > 127:
                values = bytes(min(value, 127) for value in values)
                mended["a value above 127 (taken for 127)"] += 1
            events.append(Event(tick, status & 0xF0, status & 0x0F, values))
            at += length
        elif status == 0xFF:
            if at >= end:
                raise _damaged(at, len(data))
            kind = META | data[at]
            length, begin = _number(data, at + 1, end)
            at = begin + length
            if at > end:
                raise _damaged(begin, len(data) - length)
            if wrong := _wrong_meta(kind, data[begin:at]):
                mended[f"{wrong} (ignored)"] += 1
                continue
            events.append(Event(tick, kind, 0, data[begin:at]))
            if kind == END_OF_TRACK:
                break
        elif status in (0xF0, 0xF7):
            length, at = _number(data, at, end)
            at += length
            if at > end:
                raise _damaged(at - length, len(data) - length)
        else:
            at += SYSTEM_LENGTHS.get(status, 0)
            mended["a byte that no MIDI file may have (skipped)"] += 1
    return events, at


def _wrong_meta(kind: int, data: bytes) -> str:
    """Return what is wrong with a meta event that is to be ignored; empty if it is right."""
    least, name = META_LENGTHS.get(kind, (0, ""))
    if len(data) < least:
        return f"a {name} of {len(data)} byte{'s' * (len(data) != 1)}"
    if kind == KEY_SIGNATURE and (not -7 <= (data[0] ^ 0x80) - 0x80 <= 7 or data[1] > 1):
        return "a key signature that does not exist"
    if kind == SMPTE_OFFSET and any(value >= limit for value, limit in zip(data[1:], SMPTE_LIMITS, strict=False)):
        return "an SMPTE offset that does not exist"
    return ""


def _number(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Return a number of variable length, at most four bytes of seven bits, and the position after it."""
    value = 0
    for place in range(at, min(at + 4, end)):
        value = value << 7 | data[place] & 0x7F
        if data[place] < 0x80:
            return value, place + 1
    raise _damaged(at, len(data) - 4)


def _damaged(at: int, last: int) -> MidiError:
    """Return the error for an event at a position; from ``last`` on the file is too short to hold it."""
    if at >= last:
        return MidiError("this MIDI file is damaged: it ends too soon")
    return MidiError(f"this MIDI file is damaged: what stands at byte {at} is no event")
