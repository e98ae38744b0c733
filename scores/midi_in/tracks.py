"""A Standard MIDI File of any program as tracks of notes: paired, timed in beats, with wheel, pedal and lyrics."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scores.faults import Fault, ScoreError
from scores.notation import nearest

BEND_STEPS = 8192
BEND_SEMITONES = 2.0  # where the file does not say otherwise
RPN, RPN_FINE, DATA_ENTRY, DATA_ENTRY_FINE, SUSTAIN = 101, 100, 6, 38, 64
DOWN = 64  # value of the pedal from which it holds


@dataclass(frozen=True)
class Struck:
    """A note of a track: beats from the start of the song, quarter notes."""

    onset_beats: float
    end_beats: float
    key: int
    wheel: tuple[tuple[float, float], ...]  # beat and semitones: at the onset, and wherever it is moved after that
    velocity: int
    pedal_beats: float | None = None  # where the pedal that holds it beyond its key is lifted


@dataclass
class Track:
    """What a track says: ``lyrics`` are (beat, text) in order."""

    number: int
    name: str = ""
    notes: list[Struck] = field(default_factory=list)
    lyrics: list[tuple[float, str]] = field(default_factory=list)


def read_tracks(path: Path) -> tuple[list[Track], list[tuple[float, float]]]:
    """The file's tracks, and its tempi as (beat, quarter notes a minute). Raises ScoreError where it is none."""
    def refuse(message: str, allowed: str = "a MIDI file (.mid) with a track for each part") -> ScoreError:
        return ScoreError(str(path), [Fault(0, 0, message, allowed=allowed)])

    try:
        if path.is_dir():
            raise refuse("this is no file but a folder")
        with path.open("rb") as stream:
            head = stream.read(14)
    except FileNotFoundError:
        beside = sorted(other.name for other in path.parent.glob("*.mid")) if path.parent.is_dir() else []
        like = nearest(path.name, beside)
        raise ScoreError(str(path), [Fault(0, 0, "there is no such file", allowed="a MIDI file (.mid) that exists",
                                           nearest=str(path.parent / like) if like else None)]) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL byte in the path
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise refuse(f"the file cannot be read: {reason}") from None
    if len(head) < 14 or head[:4] != b"MThd":
        raise refuse("this is no MIDI file")
    kind, _, division = struct.unpack(">HHH", head[8:])
    if division & 0x8000 or not division:
        raise refuse("the file counts in frames of film, not in beats", "a MIDI file with ticks to the quarter note")
    if kind > 1:
        raise refuse(f"the file is of type {kind}: patterns without an order", "type 1: one track a part")

    from mido import MidiFile
    from mido.midifiles.meta import KeySignatureError

    try:
        file = MidiFile(path, clip=True)
    except (OSError, EOFError, ValueError, IndexError, KeyError, TypeError, KeySignatureError) as error:
        raise refuse(f"this MIDI file is damaged: {str(error) or 'it ends too soon'}") from None
    tempi = sorted((now / division, 60e6 / message.tempo) for track in file.tracks
                   for now, message in _timed(track) if message.type == "set_tempo" and message.tempo)
    return [_track(number, messages, division) for number, messages in enumerate(file.tracks, 1)], tempi


def _timed(messages: Sequence[Any]) -> Iterator[tuple[int, Any]]:
    now = 0
    for message in messages:
        now += message.time
        yield now, message


def _track(number: int, messages: Sequence[Any], division: int) -> Track:
    """Pair the note-ons of a track with their note-offs, the first with the first."""
    track = Track(number)
    open_: dict[tuple[int, int], list[tuple[int, int]]] = {}
    ended: list[tuple[int, int, int, int, int]] = []  # onset and end in ticks, channel, key, velocity
    bends: dict[int, list[tuple[int, float]]] = {}
    spread: dict[int, float] = {}
    pedals: dict[int, list[tuple[int, bool]]] = {}
    chosen: dict[tuple[int, int], int] = {}
    now = 0
    for now, message in _timed(messages):
        if message.type == "track_name" and not track.name:
            track.name = _unicode(message.name).strip()
        elif message.type == "lyrics" and message.text.strip():
            track.lyrics.append((now / division, _unicode(message.text)))
        elif message.type == "note_on" and message.velocity > 0:
            open_.setdefault((message.channel, message.note), []).append((now, message.velocity))
        elif message.type in ("note_on", "note_off"):
            if struck := open_.get((message.channel, message.note)):
                onset, velocity = struck.pop(0)
                ended.append((onset, now, message.channel, message.note, velocity))
        elif message.type == "pitchwheel":
            semitones = message.pitch / BEND_STEPS * spread.get(message.channel, BEND_SEMITONES)
            bends.setdefault(message.channel, []).append((now, semitones))
        elif message.type == "control_change":
            chosen[message.channel, message.control] = message.value
            if message.control == SUSTAIN:
                pedals.setdefault(message.channel, []).append((now, message.value >= DOWN))
            if message.control in (DATA_ENTRY, DATA_ENTRY_FINE) and (
                    chosen.get((message.channel, RPN)), chosen.get((message.channel, RPN_FINE))) == (0, 0):
                fine = chosen.get((message.channel, DATA_ENTRY_FINE), 0)
                spread[message.channel] = chosen.get((message.channel, DATA_ENTRY), 2) + fine / 100
    ended += [(onset, now, channel, key, velocity) for (channel, key), struck in open_.items()
              for onset, velocity in struck]
    onsets = sorted({onset for onset, *_ in ended})
    for onset, end, channel, key, velocity in sorted(ended):
        stop = max(end, onset + 1)
        following = bisect_right(onsets, onset)  # from there on the wheel is the next note's
        until = min(stop, onsets[following]) if following < len(onsets) else stop
        wheel = _wheel(bends.get(channel, ()), onset, until)
        lifted = _lifted(pedals.get(channel, ()), stop, now)
        track.notes.append(Struck(onset / division, stop / division, key,
                                  tuple((tick / division, semitones) for tick, semitones in wheel), velocity,
                                  None if lifted is None else lifted / division))
    return track


def _lifted(pedals: Sequence[tuple[int, bool]], tick: int, end: int) -> int | None:
    """Where the pedal is lifted that is down when a key is let go, at the latest the track's end; None if it is up."""
    after = bisect_right(pedals, tick, key=lambda pedal: pedal[0])
    if not after or not pedals[after - 1][1]:
        return None
    return next((when for when, is_down in pedals[after:] if not is_down), max(end, tick + 1))


def _wheel(bends: Sequence[tuple[int, float]], onset: int, end: int) -> Iterator[tuple[int, float]]:
    """Where the pitch wheel stands at a tick, and its moves from there to another."""
    after = bisect_right(bends, onset, key=lambda bend: bend[0])
    yield onset, bends[after - 1][1] if after else 0.0
    yield from (bend for bend in bends[after:] if bend[0] < end)


def _unicode(text: str) -> str:
    """A text as it was meant: MIDI files do not say how their letters are coded."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
