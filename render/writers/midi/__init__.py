"""The performance as a Standard MIDI File: type 1, 960 ticks per quarter note, onsets as heard.

The file was tested in Rosegarden, Ardour, LMMS, MuseScore, music21 and pretty_midi. Therefore each part has its own
channel and a key signature; there are no text events (MuseScore shows them as lyrics) and no instrument names
(Rosegarden appends them to the track's name); all text is ASCII (one accent makes Rosegarden garble every name).

An upbeat is a first bar of its own short meter: MIDI has no incomplete bar, and a padded one would begin before the
stems do. With a short bar every bar line is where the audio has it. The DAW counts it as bar 1.

A lyric is one FF 05 event per syllable, at the tick of its note: ``ev-``, ``ery-``, ``thing ``. A space ends a word
(MIDI Manufacturers Association RP-017, 1997); a hyphen continues it, because most programs show the bare text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from mido import Message, MetaMessage, bpm2tempo

from render.mixing.drive import Driven
from render.mixing.fade import fades, with_fades
from render.rendering import Rendering
from render.writers.midi.bend import bend_range, bent
from render.writers.midi.chunks import Timed as Timed
from render.writers.midi.chunks import chunk as chunk
from render.writers.midi.chunks import in_order as in_order
from render.writers.midi.chunks import save as save
from render.writers.midi.glitch import TRACK, Event, driven_events, fade_events, gesture_events, intensity_events
from render.writers.midi.letters import fold as fold
from render.writers.midi.letters import lyric as lyric
from render.writers.midi.time import TICKS_PER_BEAT as TICKS_PER_BEAT
from render.writers.midi.time import PlayedNote as PlayedNote
from render.writers.midi.time import meter_changes as meter_changes
from render.writers.midi.time import played_notes as played_notes
from render.writers.midi.time import short_meter as short_meter
from render.writers.midi.time import tick_at as tick_at
from scores.pedal import pedals
from scores.performance import Bar, Note, Performance
from scores.score import Part
from scores.theory import Key
from scores.theory.tempo import TempoMap

ORDER = 10
TARGET = ""

# Channel of drums in General MIDI, counted from 0: channel 10.
DRUM_CHANNEL = 9
# Channels of pitched parts, counted from 0.
PITCHED_CHANNELS = tuple(channel for channel in range(16) if channel != DRUM_CHANNEL)
# Longest quarter note of a tempo event [µs]: it has three bytes.
LONGEST_QUARTER_MICROSECONDS = 2**24 - 1

# Control changes, with the names of General MIDI level 2.
DATA_ENTRY = 6
VOLUME = 7
PAN = 10
DATA_ENTRY_FINE = 38
SUSTAIN = 64
RPN_FINE = 100
RPN = 101
# Value of both RPN control changes that deselects the parameter.
RPN_NONE = 127

# CC 7 of a part at 0 dB: the initial value of General MIDI.
UNITY_VOLUME = 100

# Major keys from 7 flats to 7 sharps, as mido names them.
MAJOR_KEYS = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#")
# Minor keys from 7 flats to 7 sharps.
MINOR_KEYS = ("Abm", "Ebm", "Bbm", "Fm", "Cm", "Gm", "Dm", "Am", "Em", "Bm", "F#m", "C#m", "G#m", "D#m", "A#m")


class PartTrack(NamedTuple):
    """The track of a part: its name, its channel, counted from 0, its events in order, and their bytes in a file."""

    name: str
    channel: int
    events: Sequence[Timed]
    chunk: bytes


def write(rendering: Rendering) -> None:
    """Write ``<basename>.mid``: a conductor track, a track for each part in the order of the score, the glitches."""
    end = end_tick(rendering)
    save(rendering.folder / f"{rendering.basename}.mid",
         [conductor(rendering), *(part.chunk for part in part_tracks(rendering)),
          *(chunk(in_order(timed), end) for timed in _glitch_tracks(rendering, end))])
    rendering.notices.extend(_limits(rendering))


def end_tick(rendering: Rendering) -> int:
    """Return the tick at which all tracks end."""
    performance = rendering.performance
    return tick_at(performance.tempo, performance.duration_seconds)


def part_tracks(rendering: Rendering) -> Sequence[PartTrack]:
    """Return the track of each part in the order of the score; several writers take them, so they are made once."""
    return rendering.once(part_tracks, lambda: tuple(_part_tracks(rendering)))


def _part_tracks(rendering: Rendering) -> Iterator[PartTrack]:
    performance, score = rendering.performance, rendering.score
    end = end_tick(rendering)
    driven = {name: Driven.of(part.drive, performance) for name, part in score.parts.items()}
    volumes = _volumes(rendering, [part.level + (moved.level_db.max() if (moved := driven[name]) else 0)
                                   for name, part in score.parts.items()])
    kits = [part.voice.drum_program() for part in score.parts.values()]
    seats = _seats([program is not None for program in kits])
    for index, (name, part) in enumerate(score.parts.items()):
        port, channel = seats[index]
        timed = [Timed(0, MetaMessage("track_name", name=fold(name)))]
        if max(seats)[0]:  # more parts than channels need a second port
            timed.append(Timed(0, MetaMessage("midi_port", port=port)))
        timed += _keys(performance.bars)
        notes = heard(rendering, name)
        reach = bend_range(notes)
        program = part.program or kits[index] or part.voice.midi_program()
        timed += _set_up(part, program, channel, volumes[index][0], reach)
        timed += _moved(volumes[index], channel, performance)
        timed += _played(played_notes(notes, performance.tempo, end), channel, performance.tempo, reach)
        timed += _pedalled(notes, performance.tempo, channel, end)
        if moved := driven[name]:
            moved = with_fades(moved, fades(score, performance))
            timed += _timed(driven_events(moved, part.width, channel, performance), performance.tempo, end)
        elif found := fades(score, performance):
            timed += _timed(fade_events(found, channel, performance), performance.tempo, end)
        events = in_order(timed)
        yield PartTrack(name, channel, events, chunk(events, end))


def heard(rendering: Rendering, name: str) -> Sequence[Note]:
    """Return the notes of a part as its voice is heard: with glides and vibrato."""
    return rendering.once((heard, name), lambda: rendering.score.parts[name].voice.heard(
        rendering.performance.notes[name]))


def _volumes(rendering: Rendering, levels_db: Sequence[float]) -> list[Sequence[int]]:
    """Return CC 7 of each part in each section: its level, and what the balance does to it there."""
    count = len(rendering.performance.sections)
    moves = [rendering.balance.moves_db.get(name, (0.0,) * count) for name in rendering.score.parts]
    flat = part_volumes([level + move for level, own in zip(levels_db, moves, strict=True) for move in own])
    return [flat[start:start + count] for start in range(0, len(flat), count)]


def _moved(volumes: Sequence[int], channel: int, performance: Performance) -> Iterator[Timed]:
    """Yield CC 7 at the start of each section whose volume differs from that before."""
    for span, before, volume in zip(performance.sections[1:], volumes, volumes[1:], strict=False):
        if volume != before:
            yield Timed(round(span.start_beats * TICKS_PER_BEAT),
                        Message("control_change", channel=channel, control=VOLUME, value=volume))


def _seats(drums: Sequence[bool]) -> list[tuple[int, int]]:
    """Return port and channel of each part.

    Drums are on channel 10, all others on channels of their own; a second set of channels is a second port.
    """
    seats, taken = [], {True: 0, False: 0}
    for is_kit in drums:
        channels = (DRUM_CHANNEL,) if is_kit else PITCHED_CHANNELS
        port, place = divmod(taken[is_kit], len(channels))
        seats.append((port, channels[place]))
        taken[is_kit] += 1
    return seats


def _glitch_tracks(rendering: Rendering, end: int) -> Iterator[list[Timed]]:
    """Yield the glitch plan, if there are gestures: one track for each fifteen parts and sends."""
    performance = rendering.performance
    broken = [*((name, performance.gestures.get(name, ())) for name in rendering.score.parts),
              *((name, performance.send_gestures.get(name, ())) for name in rendering.score.mix.sends)]
    if not any(gestures for _, gestures in broken):
        return
    for port in range(-(-len(broken) // len(PITCHED_CHANNELS))):
        inside = broken[port * len(PITCHED_CHANNELS):(port + 1) * len(PITCHED_CHANNELS)]
        if port and not any(gestures for _, gestures in inside):
            continue
        timed = [Timed(0, MetaMessage("track_name", name=TRACK + (f" {port + 1}" if port else "")))]
        if port or len(rendering.score.parts) > len(PITCHED_CHANNELS):
            timed.append(Timed(0, MetaMessage("midi_port", port=port)))
        timed += _keys(performance.bars)
        if not port:
            timed += _timed(intensity_events(performance, PITCHED_CHANNELS[0]), performance.tempo, end)
        for channel, (_, gestures) in zip(PITCHED_CHANNELS, inside, strict=False):
            timed += _timed(gesture_events(gestures, channel), performance.tempo, end)
        yield timed


def _timed(events: Iterable[Event], tempo: TempoMap, end: int) -> Iterator[Timed]:
    """Yield events at their ticks, none after the end; a note lasts one tick at least."""
    struck = -1
    for event in events:
        tick = min(tick_at(tempo, event.seconds), end)
        if event.message.type == "note_on":
            tick = struck = min(tick, end - 1)
        elif event.message.type == "note_off":
            tick = max(tick, struck + 1)
        yield Timed(tick, event.message)


def part_volumes(levels_db: Sequence[float]) -> list[int]:
    """Return CC 7 of each part: dB = 40 log10(CC 7 / 100), the curve of General MIDI with 100 for 0 dB.

    If the loudest part would exceed 127, all are lowered by the same ratio.

    Parameters
    ----------
    levels_db
        Highest level of each part [dB].

    Returns
    -------
    list of int
        1 … 127.
    """
    raw = [UNITY_VOLUME * 10 ** (level / 40) for level in levels_db]
    scale = min(1.0, 127 / max(raw))
    return [max(round(value * scale), 1) for value in raw]


def pan_position(pan: float) -> int:
    """Return CC 10 of a pan from left (−1) to right (1): 1 … 127 (in General MIDI 2, 0 and 1 mean the same)."""
    return round(64 + 63 * pan)


def signature(key: Key) -> str:
    """Return the key of a signature event: the major or minor key with the accidentals of ``key``."""
    return (MINOR_KEYS if key.is_minor else MAJOR_KEYS)[key.fifths + 7]


def conductor(rendering: Rendering) -> bytes:
    """Return the bytes of the track of title, tempo map, meters, keys and a marker for each section."""
    return rendering.once(conductor, lambda: chunk(in_order(_conductor(rendering)), end_tick(rendering)))


def _conductor(rendering: Rendering) -> list[Timed]:
    performance = rendering.performance
    timed = [Timed(0, MetaMessage("track_name", name=fold(rendering.score.title)))]
    for beat, quarters_per_minute in zip(performance.tempo.beats, performance.tempo.quarters_per_minute, strict=True):
        microseconds = min(bpm2tempo(quarters_per_minute), LONGEST_QUARTER_MICROSECONDS)
        timed.append(Timed(round(beat * TICKS_PER_BEAT), MetaMessage("set_tempo", tempo=microseconds)))
    timed += _meters(performance.bars)
    timed += _keys(performance.bars)
    for section in performance.sections:
        timed.append(Timed(round(section.start_beats * TICKS_PER_BEAT), MetaMessage("marker", text=fold(section.name))))
    return timed


def _meters(bars: Sequence[Bar]) -> Iterator[Timed]:
    pulses = {bar.start_beats: bar.meter.pulse_beats for bar in bars}
    for beat, numerator, denominator in meter_changes(bars):
        yield Timed(round(beat * TICKS_PER_BEAT), MetaMessage(
            "time_signature", numerator=numerator, denominator=denominator, clocks_per_click=int(24 * pulses[beat])))


def _keys(bars: Sequence[Bar]) -> Iterator[Timed]:
    before = ""
    for bar in bars:
        key = signature(bar.key)
        if key != before:
            yield Timed(round(bar.start_beats * TICKS_PER_BEAT), MetaMessage("key_signature", key=key))
        before = key


def _set_up(part: Part, program: int, channel: int, volume: int, bend_semitones: int) -> Iterator[Timed]:
    """Yield program, bend range, volume and pan.

    The bend range is RPN 0; the parameter is deselected afterwards, so that no later data entry changes it.
    """
    yield Timed(0, Message("program_change", channel=channel, program=program - 1))
    for control, value in ((RPN, 0), (RPN_FINE, 0), (DATA_ENTRY, bend_semitones), (DATA_ENTRY_FINE, 0),
                           (RPN, RPN_NONE), (RPN_FINE, RPN_NONE), (VOLUME, volume), (PAN, pan_position(part.pan))):
        yield Timed(0, Message("control_change", channel=channel, control=control, value=value))


def _played(played: Sequence[PlayedNote], channel: int, tempo: TempoMap, bend_semitones: int) -> Iterator[Timed]:
    bend = 0  # the channel has one bend: where notes of a chord have different ones, that of the last one holds
    for sounded, following in zip_longest(played, played[1:]):
        start, end, key, note = sounded
        utterance = note.utterance
        text = lyric(utterance.syllable, utterance.is_word_end) if utterance else ""
        if text:
            yield Timed(start, MetaMessage("lyrics", text=text))
        until = min(end, following.start) if following else end
        for seconds, value in bent(note, key, bend_semitones):
            tick = max(tick_at(tempo, seconds), start)
            if value != bend and (tick == start or tick < until):
                bend = value
                # unchecked: a sung line has thousands, and wheel() keeps them within the range
                yield Timed(tick, Message("pitchwheel", channel=channel, pitch=bend, skip_checks=True))
        yield Timed(start, Message("note_on", channel=channel, note=key, velocity=note.velocity))
        yield Timed(end, Message("note_off", channel=channel, note=key, velocity=64, skip_checks=True))


def _pedalled(notes: Sequence[Note], tempo: TempoMap, channel: int, end: int) -> Iterator[Timed]:
    for pedal in pedals(notes):
        for seconds, value in ((pedal.down_seconds, 127), (pedal.up_seconds, 0)):
            yield Timed(min(tick_at(tempo, seconds), end),
                        Message("control_change", channel=channel, control=SUSTAIN, value=value))


def _limits(rendering: Rendering) -> Iterator[str]:
    """Yield what the file cannot hold: very slow tempi, some upbeats, letters outside ASCII."""
    performance = rendering.performance
    if any(bpm2tempo(tempo) > LONGEST_QUARTER_MICROSECONDS for tempo in performance.tempo.quarters_per_minute):
        yield ("MIDI: a quarter note of more than 16.8 seconds cannot be written; the file runs faster than the audio "
               "there.")
    first = performance.bars[0]
    if first.index == 0 and not short_meter(first):
        yield (f"MIDI: an upbeat of {first.beats:g} quarter notes is no meter; the bar lines of the file do not fall "
               "on those of the song.")
    texts = [rendering.score.title, *rendering.score.parts, *(section.name for section in rendering.score.sections)]
    texts += [note.utterance.syllable for notes in rendering.performance.notes.values() for note in notes
              if note.utterance]
    lost = sum(fold(text).count("?") - text.count("?") for text in texts)
    if lost:
        yield f"MIDI: the file's text is ASCII; {lost} letter(s) without an ASCII equivalent are written as '?'."
