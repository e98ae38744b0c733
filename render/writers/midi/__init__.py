"""The performance as a Standard MIDI File: type 1, 960 ticks to the quarter, heard onsets, opens right in a DAW.

What stands here was tried in Rosegarden, Ardour, LMMS, MuseScore, music21 and pretty_midi: each part has its own
channel and says its key; no text events (MuseScore sings them) and no instrument names (Rosegarden joins them to
the track's); all text in ASCII (one accent makes Rosegarden garble every name).

An upbeat is a first bar of its own short meter: MIDI knows no incomplete bar, a padded one would begin before the
stems do, and a short one keeps every bar line and every second where the audio has them. The DAW counts it as bar 1.

A lyric is one FF 05 event a syllable at the tick of its note: ``ev-``, ``ery-``, ``thing `` - a space ends a word
(MIDI Manufacturers Association RP-017, 1997) and a hyphen goes on in it, because most programs show the bare text.
"""

from __future__ import annotations

import unicodedata
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
from scores.performance import Bar, Note, pedals
from scores.score import Part
from scores.theory import Key
from scores.theory.tempo import TempoMap

ORDER = 10

TICKS_PER_BEAT = 960
DRUM_CHANNEL = 9  # channel 10 is drums in General MIDI
PITCHED_CHANNELS = tuple(channel for channel in range(16) if channel != DRUM_CHANNEL)
LONGEST_QUARTER_MICROSECONDS = 2**24 - 1  # three bytes in the tempo event

# Control changes (General MIDI level 2 names)
DATA_ENTRY, VOLUME, PAN, DATA_ENTRY_FINE, SUSTAIN, RPN_FINE, RPN = 6, 7, 10, 38, 64, 100, 101
RPN_NONE = 127

UNITY_VOLUME = 100  # CC7 of a part at 0 dB: what General MIDI instruments start with

# What goes first where several events share a tick.
PRECEDENCE = {"note_off": 1, "program_change": 2, "control_change": 3, "pitchwheel": 4, "note_on": 5}  # meta: 0

MAJOR_KEYS = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#")  # 7 flats … 7 sharps
MINOR_KEYS = ("Abm", "Ebm", "Bbm", "Fm", "Cm", "Gm", "Dm", "Am", "Em", "Bm", "F#m", "C#m", "G#m", "D#m", "A#m")

ASCII = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "…": "...", "♯": "#",
                       "♭": "b", "ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ø": "o", "Ø": "O",
                       "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "þ": "th", "ı": "i", "\u00a0": " "})


class Timed(NamedTuple):
    """An event and the tick it falls on."""

    tick: int
    event: Message | MetaMessage


class Span(NamedTuple):
    """A note in ticks: ``start`` < ``end``."""

    start: int
    end: int
    key: int
    note: Note


def write(rendering: Rendering) -> None:
    """Write ``<basename>.mid``: a conductor track, one track a part in the order of the score, the glitches."""
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
        if max(seats)[0]:
            timed.append(Timed(0, MetaMessage("midi_port", port=port)))
        timed += _keys(performance.bars)
        notes = part.voice.heard(performance.notes[name])
        reach = bend_range(notes)
        program = part.program or kits[index] or part.voice.midi_program()
        timed += _set_up(part, program, channel, volumes[index], reach)
        timed += _played(spans(notes, performance.tempo, end), channel, performance.tempo, reach)
        timed += _pedalled(notes, performance.tempo, channel, end)
        if moved := driven[name]:
            timed += _timed(driven_events(moved, part.width, channel, performance), performance.tempo, end)
        file.tracks.append(_track(timed, end))
    file.tracks += [_track(timed, end) for timed in _glitch_tracks(rendering, end)]
    file.save(rendering.folder / f"{rendering.basename}.mid")
    _tell_of_lost_letters(rendering)


def _seats(drums: Sequence[bool]) -> list[tuple[int, int]]:
    """Port and channel of each part: drums on channel 10, all others on channels of their own; a second set of
    channels is a second port."""
    seats, taken = [], {True: 0, False: 0}
    for is_kit in drums:
        channels = (DRUM_CHANNEL,) if is_kit else PITCHED_CHANNELS
        port, place = divmod(taken[is_kit], len(channels))
        seats.append((port, channels[place]))
        taken[is_kit] += 1
    return seats


def _glitch_tracks(rendering: Rendering, end: int) -> Iterator[list[Timed]]:
    """The glitch plan, if there is any: a track for the first fifteen parts and sends, another for the next."""
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
    """Events at their ticks, none after the end; a note that is on is on for a tick at least."""
    struck = -1
    for event in events:
        tick = min(tick_at(tempo, event.seconds), end)
        if event.message.type == "note_on":
            tick = struck = min(tick, end - 1)
        elif event.message.type == "note_off":
            tick = max(tick, struck + 1)
        yield Timed(tick, event.message)


def tick_at(tempo: TempoMap, seconds: float) -> int:
    """The tick nearest to a time; never before the start of the song."""
    return max(round(tempo.beat(seconds) * TICKS_PER_BEAT), 0)


def fold(text: str) -> str:
    """ASCII for a text: accents dropped, typographic marks made plain, ``?`` for what has no like."""
    decomposed = unicodedata.normalize("NFKD", text.translate(ASCII))
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return bare.encode("ascii", "replace").decode("ascii")


def part_volumes(levels_db: Sequence[float]) -> list[int]:
    """CC7 of each part: dB = 40 log10(CC7 / 100), General MIDI's curve with a part at 0 dB at 100.

    If the loudest part would pass 127 all are lowered alike, so that their relations stay.
    """
    raw = [UNITY_VOLUME * 10 ** (level / 40) for level in levels_db]
    scale = min(1.0, 127 / max(raw))
    return [max(round(value * scale), 1) for value in raw]


def pan_position(pan: float) -> int:
    """CC10 of a place from left (−1) to right (1): 1, 64 in the middle, 127 (General MIDI 2: 0 and 1 are one)."""
    return round(64 + 63 * pan)


def signature(key: Key) -> str:
    """The key of a signature event: that major or minor key which has the accidentals of ``key``."""
    return (MINOR_KEYS if key.is_minor else MAJOR_KEYS)[key.fifths + 7]


def lyric(syllable: str, is_word_end: bool) -> str:
    """The text of a syllable's event; empty if nothing of it sounds."""
    text = fold(syllable).strip()
    if not text:
        return ""
    return text + " " if is_word_end else text.rstrip("-") + "-"


def spans(notes: Sequence[Note], tempo: TempoMap, end: int) -> list[Span]:
    """The notes of one channel in ticks, in order of onset.

    A pitch sounds once at a time: where it is struck again the earlier note ends, and where two strike it at one
    tick they are one note, as hard as the harder and as long as the longer. A lyric stays with the note that has one.
    In-breaths are no notes.
    """
    sounding: dict[int, int] = {}
    result: list[Span] = []
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
        result.append(Span(start, stop, key, note))
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
    for span in performance.sections:
        timed.append(Timed(round(span.start_beats * TICKS_PER_BEAT), MetaMessage("marker", text=fold(span.name))))
    return timed


def _meters(rendering: Rendering) -> Iterator[Timed]:
    """A time signature wherever the length or the unit of the bar changes; the upbeat is a short bar of its own."""
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
    """A meter that is as long as an upbeat, in the unit of its song if that goes: 3/8 rather than 6/16."""
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
    """Program, bend range (RPN 0, then closed again so that no later data entry changes it), level and place."""
    yield Timed(0, Message("program_change", channel=channel, program=program - 1))
    for control, value in ((RPN, 0), (RPN_FINE, 0), (DATA_ENTRY, bend_semitones), (DATA_ENTRY_FINE, 0),
                           (RPN, RPN_NONE), (RPN_FINE, RPN_NONE), (VOLUME, volume), (PAN, pan_position(part.pan))):
        yield Timed(0, Message("control_change", channel=channel, control=control, value=value))


def _played(played: Sequence[Span], channel: int, tempo: TempoMap, bend_semitones: int) -> Iterator[Timed]:
    bend = 0  # of the whole channel: where notes of a chord are bent apart, the last one's holds
    for span, following in zip_longest(played, played[1:]):
        utterance = span.note.utterance
        text = lyric(utterance.syllable, utterance.is_word_end) if utterance else ""
        if text:
            yield Timed(span.start, MetaMessage("lyrics", text=text))
        until = min(span.end, following.start) if following else span.end
        for seconds, value in bent(span.note, span.key, bend_semitones):
            tick = max(tick_at(tempo, seconds), span.start)
            if value != bend and (tick == span.start or tick < until):
                bend = value
                yield Timed(tick, Message("pitchwheel", channel=channel, pitch=bend))
        yield Timed(span.start, Message("note_on", channel=channel, note=span.key, velocity=span.note.velocity))
        yield Timed(span.end, Message("note_off", channel=channel, note=span.key, velocity=64, skip_checks=True))


def _pedalled(notes: Sequence[Note], tempo: TempoMap, channel: int, end: int) -> Iterator[Timed]:
    for pedal in pedals(notes):
        for seconds, value in ((pedal.down_seconds, 127), (pedal.up_seconds, 0)):
            yield Timed(min(tick_at(tempo, seconds), end),
                        Message("control_change", channel=channel, control=SUSTAIN, value=value))


def _track(timed: Sequence[Timed], end: int) -> MidiTrack:
    """A track that ends at ``end``, its events in order of time and, at one tick, of precedence."""
    track, now = MidiTrack(), 0
    for tick, event in sorted(timed, key=lambda t: (t.tick, PRECEDENCE.get(t.event.type, 0))):
        event.time = tick - now
        track.append(event)
        now = tick
    track.append(MetaMessage("end_of_track", time=end - now))
    return track


def _tell_of_lost_letters(rendering: Rendering) -> None:
    texts = [rendering.score.title, *rendering.score.parts, *(section.name for section in rendering.score.sections)]
    texts += [note.utterance.syllable for notes in rendering.performance.notes.values() for note in notes
              if note.utterance]
    lost = sum(fold(text).count("?") - text.count("?") for text in texts)
    if lost:
        rendering.notices.append(f"MIDI: its text is ASCII; {lost} letter(s) without a like there stand as '?'.")
