"""``singer/``: the voice for programs that sing: ``voice.ustx`` for OpenUtau, ``voice.mid`` for Synthesizer V.

Notes stand where they are heard, so that the new voice fits the stems. A word is written whole on its first note;
``+`` is its next syllable, ``+~`` (in the MIDI file ``-``) holds the vowel on another note. Phones stand in brackets
after the word, in ARPAbet, as OpenUtau's English phonemizers take them. Glides and vibrato are the pitch of each note.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mido import Message, MetaMessage

from render.rendering import Rendering
from render.writers.midi import (
    TICKS_PER_BEAT,
    Timed,
    chunk,
    conductor,
    end_tick,
    heard,
    in_order,
    meter_changes,
    save,
    tick_at,
)
from scores.lyrics.line import HELD
from scores.performance import Note, Performance

ORDER = 10
TARGET = "singer"

# Resolution of OpenUtau [ticks per quarter note].
RESOLUTION = 480
# Glide into a note that has no pitch curve of its own: from before its onset to after it [ms].
GLIDE_MS = (-40, 40)
# Cents in a unit of OpenUtau's pitch points.
CENTS = 10
NEXT_SYLLABLE, HOLD, MIDI_HOLD = "+", "+~", "-"


class Sung(NamedTuple):
    """A note of a singer: start and end [ticks of the MIDI file], key, lyric and phones."""

    start: int
    end: int
    key: int
    lyric: str
    phones: str
    note: Note


def write(rendering: Rendering) -> None:
    """Write both files; a song without words has none."""
    performance = rendering.performance
    voices = {name: sung for name in rendering.score.parts
              if (sung := sung_notes(performance, heard(rendering, name)))}
    if not voices:
        return
    folder = rendering.folder / "singer"
    folder.mkdir(exist_ok=True)
    text = "\n".join(ustx(rendering.score.title, performance, voices)) + "\n"
    (folder / "voice.ustx").write_text(text, encoding="utf-8", newline="\n")
    end = end_tick(rendering)
    save(folder / "voice.mid", [conductor(rendering), *(chunk(in_order(_events(name, sung)), end)
                                                        for name, sung in voices.items())])


def sung_notes(performance: Performance, notes: Sequence[Note]) -> list[Sung]:
    """Return the notes of a voice, one at a time: each ends where the next begins at the latest."""
    words = [note for note in notes if note.utterance and note.utterance.place is not None]
    made = []
    starts = [tick_at(performance.tempo, note.onset_seconds) for note in words]
    for index, (note, start) in enumerate(zip(words, starts, strict=True), 1):
        end = tick_at(performance.tempo, note.end_seconds)
        if index < len(words):
            end = min(end, starts[index])
        if end > start:
            made.append(Sung(start, end, round(note.pitch), *_lyric(note), note))
    return made


def _lyric(note: Note) -> tuple[str, str]:
    """Return what is written on a note, and its word's phones where the word begins."""
    utterance = note.utterance
    assert utterance is not None and utterance.place is not None  # ``sung_notes`` passes no others
    if utterance.syllable == HELD:
        return HOLD, ""
    word = utterance.line.words[utterance.word_index]
    if any(syllable.spelling != HELD for syllable in word.syllables[:utterance.place]):
        return NEXT_SYLLABLE, ""
    phones = " ".join(phone.rstrip("012").lower() for syllable in word.syllables for phone in syllable.phones)
    return word.text, phones if utterance.line.language == "en" else ""


def _events(name: str, sung: Sequence[Sung]) -> Iterator[Timed]:
    yield Timed(0, MetaMessage("track_name", name=_utf8(name)))
    for each in sung:
        yield Timed(each.start, MetaMessage("lyrics", text=MIDI_HOLD if each.lyric == HOLD else _utf8(each.lyric)))
        yield Timed(each.start, Message("note_on", note=each.key, velocity=each.note.velocity))
        yield Timed(each.end, Message("note_off", note=each.key, velocity=64))


def _utf8(text: str) -> str:
    """Return a text that mido, which writes Latin-1, writes as UTF-8."""
    return text.encode().decode("latin-1")


def ustx(title: str, performance: Performance, voices: dict[str, list[Sung]]) -> Iterator[str]:
    """Yield the lines of a project of OpenUtau 0.1 (format 0.6), YAML."""
    tempo = performance.tempo
    yield f"name: {_quoted(title)}"
    yield 'comment: ""\noutput_dir: Vocal\ncache_dir: UCache\nustx_version: "0.6"'
    yield f"resolution: {RESOLUTION}\nbpm: {tempo.quarters_per_minute[0]:.10g}"
    meters = list(_bar_meters(performance))
    yield f"beat_per_bar: {meters[0][1]}\nbeat_unit: {meters[0][2]}"
    yield "expressions: {}\ntime_signatures:"
    for bar, numerator, denominator in meters:
        yield f"- {{bar_position: {bar}, beat_per_bar: {numerator}, beat_unit: {denominator}}}"
    yield "tempos:"
    for beat, quarters in zip(tempo.beats, tempo.quarters_per_minute, strict=True):
        yield f"- {{position: {round(beat * RESOLUTION)}, bpm: {quarters:.10g}}}"
    yield "tracks:"
    for name in voices:
        yield (f"- {{phonemizer: OpenUtau.Core.DefaultPhonemizer, track_name: {_quoted(name)}, mute: false, "
               "solo: false, volume: 0, pan: 0}")
    yield "voice_parts:"
    for number, (name, sung) in enumerate(voices.items()):
        yield f"- name: {_quoted(name)}\n  comment: \"\"\n  track_no: {number}\n  position: 0"
        yield f"  duration: {_ticks(sung[-1].end)}\n  notes:"
        for each, before in zip(sung, [None, *sung], strict=False):
            yield from _note(each, before)
        yield "  curves: []"
    yield "wave_parts: []"


def _bar_meters(performance: Performance) -> Iterator[tuple[int, int, int]]:
    """Yield the number of the bar, from 0, and the meter wherever it changes."""
    starts = [bar.start_beats for bar in performance.bars]
    for beat, numerator, denominator in meter_changes(performance.bars):
        yield starts.index(beat), numerator, denominator


def _note(sung: Sung, before: Sung | None) -> Iterator[str]:
    start = _ticks(sung.start)
    yield f"  - position: {start}\n    duration: {max(_ticks(sung.end) - start, 1)}\n    tone: {sung.key}"
    yield f"    lyric: {_quoted(sung.lyric + (f'[{sung.phones}]' if sung.phones else ''))}"
    yield "    pitch:\n      data:"
    for milliseconds, units in _points(sung, before):
        yield f"      - {{x: {milliseconds:.6g}, y: {units:.6g}, shape: io}}"
    is_joined = before is not None and before.end == sung.start
    yield f"      snap_first: {str(is_joined and not sung.note.bend).lower()}"
    yield "    vibrato: {length: 0, period: 175, depth: 25, in: 10, out: 10, shift: 0, drift: 0}"
    yield "    phoneme_expressions: []\n    phoneme_overrides: []"


def _points(sung: Sung, before: Sung | None) -> list[tuple[float, float]]:
    """Return the pitch of a note: time from its onset [ms], and distance from its key [10 cents]."""
    if sung.note.bend:
        offset = 100 * (sung.note.pitch - sung.key)
        return [(1000 * seconds, (offset + cents) / CENTS) for seconds, cents in sung.note.bend]
    is_joined = before is not None and before.end == sung.start
    from_key = 100 * (before.key - sung.key) / CENTS if before is not None and is_joined else 0.0
    return [(GLIDE_MS[0], from_key), (GLIDE_MS[1], 0.0)]


def _ticks(tick: int) -> int:
    return round(tick * RESOLUTION / TICKS_PER_BEAT)


def _quoted(text: str) -> str:
    """Return a YAML scalar; JSON's strings are YAML's double-quoted ones."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False)
