"""A MIDI file read as a DAW reads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mido


def absolute(track: mido.MidiTrack) -> list[tuple[int, Any]]:
    """The events of a track, each with its tick from the beginning."""
    now, rows = 0, []
    for event in track:
        now += event.time
        rows.append((now, event))
    return rows


def seconds_at(file: mido.MidiFile, tick: int) -> float:
    """Time of a tick by the file's own tempo events, as a DAW reckons."""
    seconds, last, tempo = 0.0, 0, 500000
    for at, event in absolute(file.tracks[0]):
        if event.type == "set_tempo" and at < tick:
            seconds, last, tempo = seconds + mido.tick2second(at - last, 960, tempo), at, event.tempo
    return seconds + mido.tick2second(tick - last, 960, tempo)


def rescaled(file: mido.MidiFile, division: int, to_tick: Callable[[float], int]) -> mido.MidiFile:
    """The file as a program of another resolution writes it."""
    other = mido.MidiFile(type=1, ticks_per_beat=division)
    for messages in file.tracks:
        now = last = 0
        other.tracks.append(mido.MidiTrack())
        for message in messages:
            now += message.time
            tick = to_tick(now * division / file.ticks_per_beat)
            other.tracks[-1].append(message.copy(time=tick - last))
            last = tick
    return other
