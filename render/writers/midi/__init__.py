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
from dataclasses import replace
from fractions import Fraction
from itertools import zip_longest
from typing import NamedTuple

from mido import Message, MetaMessage, MidiFile, MidiTrack, bpm2tempo

from render.mixing.drive import Driven
from render.rendering import Rendering
from render.writers.midi.bend import bend_range, bent
from render.writers.midi.glitch import TRACK, Event, driven_events, gesture_events, intensity_events
from render.writers.midi.letters import fold as fold
from render.writers.midi.letters import lyric as lyric
from scores.pedal import pedals
from scores.performance import Bar, Note
from scores.score import Part
from scores.theory import Key
from scores.theory.tempo import TempoMap

ORDER = 10  # rank among the writers; events are ranked by PRECEDENCE

# Resolution [ticks per quarter note]: a multiple of 3 and of 64, so that triplets and dots fall on ticks.
TICKS_PER_BEAT = 960
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

# Order of event types at one tick; meta events, not listed, are 0.
PRECEDENCE = {"note_off": 1, "program_change": 2, "control_change": 3, "pitchwheel": 4, "note_on": 5}

# Major keys from 7 flats to 7 sharps, as mido names them.
MAJOR_KEYS = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#")
# Minor keys from 7 flats to 7 sharps.
MINOR_KEYS = ("Abm", "Ebm", "Bbm", "Fm", "Cm", "Gm", "Dm", "Am", "Em", "Bm", "F#m", "C#m", "G#m", "D#m", "A#m")


class Timed(NamedTuple):
    """An event and its tick."""

    tick: int
    event: Message | MetaMessage


class PlayedNote(NamedTuple):
    """A note with its ticks, ``start`` < ``end``, and the key that is written for it."""

    start: int
    end: int
    key: int
    note: Note


def write(rendering: Rendering) -> None:
    """Write ``<basename>.mid``: a conductor track, a track for each part in the order of the score, the glitches."""
    performance, score = rendering.performance, rendering.score
    end = tick_at(performance.tempo, performance.duration_seconds)
    file = MidiFile(type=1, ticks_per_beat=TICKS_PER_BEAT)
    file.tracks.append(_track(_conductor(rendering), end))
    driven = {name: Driven.of(part.drive, performance) for name, part in score.parts.items()}
    volumes = part_volumes([part.level + (moved.level_db.max() if (moved := driven[name]) else 0)
                            for name, part in score.parts.items()])
    kits = [part.voice.drum_program() for part in score.parts.values()]
    seats = _seats([program is not None for program in kits])
    for index, (name, part) in enumerate(score.parts.items()):
        port, channel = seats[index]
        timed = [Timed(0, MetaMessage("track_name", name=fold(name)))]
        if max(seats)[0]:  # more parts than channels need a second port
            timed.append(Timed(0, MetaMessage("midi_port", port=port)))
        timed += _keys(performance.bars)
        notes = part.voice.heard(performance.notes[name])
        reach = bend_range(notes)
        program = part.program or kits[index] or part.voice.midi_program()
        timed += _set_up(part, program, channel, volumes[index], reach)
        timed += _played(played_notes(notes, performance.tempo, end), channel, performance.tempo, reach)
        timed += _pedalled(notes, performance.tempo, channel, end)
        if moved := driven[name]:
            timed += _timed(driven_events(moved, part.width, channel, performance), performance.tempo, end)
        file.tracks.append(_track(timed, end))
    file.tracks += [_track(timed, end) for timed in _glitch_tracks(rendering, end)]
    file.save(rendering.folder / f"{rendering.basename}.mid")
    _report_lost_letters(rendering)


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


def tick_at(tempo: TempoMap, seconds: float) -> int:
    """Return the tick nearest to a time [s], 0 for times before the start of the song."""
    return max(round(tempo.beat(seconds) * TICKS_PER_BEAT), 0)


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


def played_notes(notes: Sequence[Note], tempo: TempoMap, end: int) -> list[PlayedNote]:
    """Return the notes of one channel in ticks, without in-breaths.

    MIDI cannot play a key twice at a time. A note therefore ends where its key is struck again. Two notes of one key
    at one tick become one, with the higher velocity, the later end, and the syllable of the one that has any.

    Parameters
    ----------
    notes
        In the order of their onsets.
    tempo
        Tempo map of the song.
    end
        Last tick of the file.

    Returns
    -------
    list of PlayedNote
        In the order of their onsets.
    """
    sounding: dict[int, int] = {}
    result: list[PlayedNote] = []
    for note in notes:
        if note.is_breath:
            continue
        start = min(tick_at(tempo, note.onset_seconds), end - 1)
        stop = min(max(tick_at(tempo, note.end_seconds), start + 1), end)
        key = round(note.pitch)
        before = sounding.get(key)
        if before is not None and result[before].start == start:
            twin = result[before]
            sung = twin.note if twin.note.utterance else note
            louder = max(twin.note.velocity, note.velocity)
            result[before] = twin._replace(end=max(twin.end, stop), note=replace(sung, velocity=louder))
            continue
        if before is not None and result[before].end > start:
            result[before] = result[before]._replace(end=start)
        sounding[key] = len(result)
        result.append(PlayedNote(start, stop, key, note))
    return result


def _conductor(rendering: Rendering) -> list[Timed]:
    performance = rendering.performance
    timed = [Timed(0, MetaMessage("track_name", name=fold(rendering.score.title)))]
    too_slow = False
    for beat, quarters_per_minute in zip(performance.tempo.beats, performance.tempo.quarters_per_minute, strict=True):
        microseconds = bpm2tempo(quarters_per_minute)
        too_slow = too_slow or microseconds > LONGEST_QUARTER_MICROSECONDS
        timed.append(Timed(round(beat * TICKS_PER_BEAT),
                           MetaMessage("set_tempo", tempo=min(microseconds, LONGEST_QUARTER_MICROSECONDS))))
    if too_slow:
        rendering.notices.append("MIDI: a quarter note of more than 16.8 seconds cannot be written; "
                                 "the file runs faster than the audio there.")
    timed += _meters(rendering)
    timed += _keys(performance.bars)
    for section in performance.sections:
        timed.append(Timed(round(section.start_beats * TICKS_PER_BEAT), MetaMessage("marker", text=fold(section.name))))
    return timed


def _meters(rendering: Rendering) -> Iterator[Timed]:
    """Yield a time signature wherever the meter changes; an upbeat is a short bar with its own meter."""
    before: tuple[int, int] | None = None
    for bar in rendering.performance.bars:
        meter = (bar.meter.numerator, bar.meter.denominator)
        if bar.index == 0:
            meter = _short_meter(bar) or meter
            if Fraction(4 * meter[0], meter[1]) != Fraction(bar.beats).limit_denominator(64):
                rendering.notices.append(f"MIDI: an upbeat of {bar.beats:g} quarter notes is no meter; the bar lines "
                                         "of the file do not fall on those of the song.")
        if meter != before:
            yield Timed(round(bar.start_beats * TICKS_PER_BEAT), MetaMessage(
                "time_signature", numerator=meter[0], denominator=meter[1],
                clocks_per_click=int(24 * bar.meter.pulse_beats)))
        before = meter


def _short_meter(bar: Bar) -> tuple[int, int] | None:
    """Return a meter as long as an upbeat, with the song's unit where possible: 3/8 rather than 6/16."""
    units = Fraction(bar.beats).limit_denominator(64) * bar.meter.denominator / 4
    for finer in (1, 2, 4, 8):
        if (units * finer).denominator == 1 and bar.meter.denominator * finer <= 64:
            return int(units * finer), bar.meter.denominator * finer
    return None


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
                yield Timed(tick, Message("pitchwheel", channel=channel, pitch=bend))
        yield Timed(start, Message("note_on", channel=channel, note=key, velocity=note.velocity))
        yield Timed(end, Message("note_off", channel=channel, note=key, velocity=64, skip_checks=True))


def _pedalled(notes: Sequence[Note], tempo: TempoMap, channel: int, end: int) -> Iterator[Timed]:
    for pedal in pedals(notes):
        for seconds, value in ((pedal.down_seconds, 127), (pedal.up_seconds, 0)):
            yield Timed(min(tick_at(tempo, seconds), end),
                        Message("control_change", channel=channel, control=SUSTAIN, value=value))


def _track(timed: Sequence[Timed], end: int) -> MidiTrack:
    """Return a track that ends at tick ``end``, its events sorted by tick and then by precedence."""
    track, now = MidiTrack(), 0
    for tick, event in sorted(timed, key=lambda t: (t.tick, PRECEDENCE.get(t.event.type, 0))):
        event.time = tick - now
        track.append(event)
        now = tick
    track.append(MetaMessage("end_of_track", time=end - now))
    return track


def _report_lost_letters(rendering: Rendering) -> None:
    texts = [rendering.score.title, *rendering.score.parts, *(section.name for section in rendering.score.sections)]
    texts += [note.utterance.syllable for notes in rendering.performance.notes.values() for note in notes
              if note.utterance]
    lost = sum(fold(text).count("?") - text.count("?") for text in texts)
    if lost:
        rendering.notices.append(f"MIDI: the file's text is ASCII; {lost} letter(s) without an ASCII "
                                 "equivalent are written as '?'.")
