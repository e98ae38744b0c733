"""A Standard MIDI File of any program as tracks of notes: paired, timed in beats, with wheel, pedal and lyrics."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scores.faults import Fault, ScoreError
from scores.midi_in import smf
from scores.notation import nearest

# Steps of the pitch wheel to either side.
BEND_STEPS = 8192
# Range of the pitch wheel where the file does not set it [semitones].
BEND_SEMITONES = 2.0
DATA_ENTRY, DATA_ENTRY_FINE, SUSTAIN = 6, 38, 64
NRPN_FINE, NRPN, RPN_FINE, RPN = 98, 99, 100, 101
ALL_SOUND_OFF, RESET_CONTROLLERS, ALL_NOTES_OFF = 120, 121, 123
# Last mode message; those after "all notes off" end all notes too (MIDI 1.0).
LAST_MODE = 127
# Lowest value at which the pedal is down.
DOWN = 64


@dataclass(frozen=True)
class Struck:
    """A note of a track.

    Parameters
    ----------
    onset_beats, end_beats
        When the key goes down and up, in quarter notes from the start of the song.
    key
        MIDI number.
    wheel
        Beats and semitones of the pitch wheel: its position at the onset, and its moves while the note sounds.
    velocity
        1 to 127.
    pedal_beats
        Where the pedal is lifted that holds the note beyond its key.
    """

    onset_beats: float
    end_beats: float
    key: int
    wheel: tuple[tuple[float, float], ...]
    velocity: int
    pedal_beats: float | None = None


@dataclass
class Track:
    """A track of a file.

    Parameters
    ----------
    number
        Its place in the file, from 1.
    name
        As the file has it.
    notes
        In order of onset.
    lyrics
        Beats and texts, in order.
    channels
        Channels on which it has notes, from 0.
    """

    number: int
    name: str = ""
    notes: list[Struck] = field(default_factory=list)
    lyrics: list[tuple[float, str]] = field(default_factory=list)
    channels: frozenset[int] = frozenset()


@dataclass(frozen=True)
class MidiIn:
    """A file as it was read.

    Parameters
    ----------
    tracks
        In the order of the file; of a file of type 0 one for each channel, in the order of the channels.
    tempi
        Beats and quarter notes per minute.
    division
        Ticks per quarter note: the resolution of the times.
    kind
        0 for a file of one track, 1 for one of many.
    mended
        Each kind of departure from the standard, in words.
    """

    tracks: list[Track]
    tempi: list[tuple[float, float]]
    division: int
    kind: int
    mended: tuple[str, ...] = ()


def read_tracks(path: Path) -> MidiIn:
    """Read the tracks of a file.

    Raises
    ------
    ScoreError
        If there is no such file, or it is not MIDI or damaged.
    """
    def refuse(message: str, allowed: str = "a MIDI file (.mid) with a track for each part") -> ScoreError:
        return ScoreError(str(path), [Fault(0, 0, message, allowed=allowed)])

    try:
        if path.exists() and not path.is_file():
            raise refuse("this is no file but a folder" if path.is_dir() else "this is no file")
        with path.open("rb") as stream:
            data = stream.read(smf.MAX_BYTES + 1)
    except FileNotFoundError:
        beside = sorted(other.name for other in path.parent.glob("*.mid")) if path.parent.is_dir() else []
        like = nearest(path.name, beside)
        raise ScoreError(str(path), [Fault(0, 0, "there is no such file", allowed="a MIDI file (.mid) that exists",
                                           nearest=str(path.parent / like) if like else None)]) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL byte in the path
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise refuse(f"the file cannot be read: {reason}") from None
    if len(data) > smf.MAX_BYTES:
        raise refuse("this MIDI file is too large", f"at most {smf.MAX_BYTES // 1_000_000} MB")
    try:
        file = smf.parse(data)
    except smf.MidiError as error:
        raise refuse(str(error)) from None
    tempi = sorted((event.tick / file.division, 60e6 / max(int.from_bytes(event.data[:3], "big"), 1))
                   for events in file.tracks for event in events if event.kind == smf.TEMPO)
    tracks = _by_channel(file.tracks[0]) if file.kind == 0 and len(file.tracks) == 1 else list(file.tracks)
    mended = tuple(f"{what} ({count} times)" if count > 1 else what for what, count in file.mended.items())
    return MidiIn([_track(number, events, file.division) for number, events in enumerate(tracks, 1)], tempi,
                  file.division, file.kind, mended)


def _by_channel(events: Sequence[smf.Event]) -> list[list[smf.Event]]:
    """Return the track of a type 0 file as one for each channel that has notes; each gets all meta events."""
    channels = sorted({event.channel for event in events if event.kind == smf.NOTE_ON})
    if len(channels) < 2:
        return [list(events)]
    return [[event for event in events if event.kind >= smf.META or event.channel == channel] for channel in channels]


class _Channel:
    """The controllers of a channel by tick: the wheel in semitones, and where the pedal goes down or up."""

    def __init__(self) -> None:
        self.bends: list[tuple[int, float]] = []
        self.pedals: list[tuple[int, bool]] = []
        self._spread = BEND_SEMITONES
        self._chosen: dict[int, int] = {}
        self._is_registered = False  # data entry is for a registered parameter (RPN), not a manufacturer's own

    def wheel(self, tick: int, data: bytes) -> None:
        steps = (data[1] << 7 | data[0]) - BEND_STEPS
        self.bends.append((tick, steps / BEND_STEPS * self._spread))

    def control(self, tick: int, number: int, value: int) -> None:
        self._chosen[number] = value
        if number in (NRPN, NRPN_FINE, RPN, RPN_FINE):
            self._is_registered = number in (RPN, RPN_FINE)
        elif number == SUSTAIN:
            self._pedal(tick, value >= DOWN)
        elif number in (ALL_SOUND_OFF, RESET_CONTROLLERS):
            self._pedal(tick, False)
            if number == RESET_CONTROLLERS and self.bends:
                self.bends.append((tick, 0.0))
        elif number in (DATA_ENTRY, DATA_ENTRY_FINE) and self._is_registered and (
                self._chosen.get(RPN), self._chosen.get(RPN_FINE)) == (0, 0):
            self._spread = self._chosen.get(DATA_ENTRY, 2) + self._chosen.get(DATA_ENTRY_FINE, 0) / 100

    def _pedal(self, tick: int, is_down: bool) -> None:
        if is_down != (bool(self.pedals) and self.pedals[-1][1]):
            self.pedals.append((tick, is_down))


def _track(number: int, events: Iterable[smf.Event], division: int) -> Track:
    """Pair the note-ons of a track with their note-offs: of one key, the first with the first."""
    track = Track(number)
    channels = [_Channel() for _ in range(16)]
    open_: list[dict[int, deque[tuple[int, int]]]] = [{} for _ in range(16)]
    ended: list[tuple[int, int, int, int, int]] = []  # onset and end in ticks, channel, key, velocity
    now = 0
    for now, kind, channel, data in events:
        if kind == smf.NOTE_ON and data[1]:
            open_[channel].setdefault(data[0], deque()).append((now, data[1]))
        elif kind in (smf.NOTE_ON, smf.NOTE_OFF):
            if struck := open_[channel].get(data[0]):
                onset, velocity = struck.popleft()
                ended.append((onset, now, channel, data[0], velocity))
        elif kind == smf.WHEEL:
            channels[channel].wheel(now, data)
        elif kind == smf.CONTROL:
            channels[channel].control(now, *data)
            if data[0] == ALL_SOUND_OFF or ALL_NOTES_OFF <= data[0] <= LAST_MODE:
                ended += _let_go(open_[channel], channel, now)
                open_[channel].clear()
        elif kind == smf.TRACK_NAME and not track.name:
            track.name = _unicode(data).strip()
        elif kind == smf.LYRIC:
            track.lyrics.append((now / division, _unicode(data)))
    for channel, held in enumerate(open_):
        ended += _let_go(held, channel, now)
    track.channels = frozenset(channel for _, _, channel, _, _ in ended)
    onsets = sorted({onset for onset, *_ in ended})
    for onset, end, channel, key, velocity in sorted(ended):
        stop = max(end, onset + 1)
        following = bisect_right(onsets, onset)  # from there on the wheel is the next note's
        until = min(stop, onsets[following]) if following < len(onsets) else stop
        wheel = _wheel(channels[channel].bends, onset, until)
        lifted = _lifted(channels[channel].pedals, stop, now)
        track.notes.append(Struck(onset / division, stop / division, key,
                                  tuple((tick / division, semitones) for tick, semitones in wheel), velocity,
                                  None if lifted is None else lifted / division))
    return track


def _let_go(held: Mapping[int, Iterable[tuple[int, int]]], channel: int, now: int
            ) -> Iterator[tuple[int, int, int, int, int]]:
    """All keys that are still down on a channel, ended now."""
    return ((onset, now, channel, key, velocity) for key, struck in held.items() for onset, velocity in struck)


def _lifted(pedals: Sequence[tuple[int, bool]], tick: int, end: int) -> int | None:
    """Where the pedal is lifted that is down when a key is released, at the latest at the track's end; else None."""
    after = bisect_right(pedals, tick, key=lambda pedal: pedal[0])
    if not after or not pedals[after - 1][1]:
        return None
    return pedals[after][0] if after < len(pedals) else max(end, tick + 1)  # ups and downs alternate


def _wheel(bends: Sequence[tuple[int, float]], onset: int, end: int) -> Iterator[tuple[int, float]]:
    """Return the position of the pitch wheel at a tick, and its moves from there to another."""
    after = bisect_right(bends, onset, key=lambda bend: bend[0])
    yield onset, bends[after - 1][1] if after else 0.0
    while after < len(bends) and bends[after][0] < end:
        yield bends[after]
        after += 1


def _unicode(text: bytes) -> str:
    """Return a text in UTF-8 or Latin-1: MIDI files do not state their encoding."""
    try:
        return text.decode("utf-8")
    except UnicodeError:
        return text.decode("latin-1")
