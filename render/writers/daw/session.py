"""A song as a session of a digital audio workstation: time line, stems, notes, busses, markers and a curve.

The stems hold level, pan and effects already, so their tracks stand at 0 dB in the middle and sum to the premaster.
The notes' tracks have the score's level, pan and sends instead, for an instrument of the user's own, and are muted.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from render.rendering import Rendering
from render.writers.lyrics import timed_lines
from render.writers.midi import (
    PITCHED_CHANNELS,
    TICKS_PER_BEAT,
    PlayedNote,
    heard,
    meter_changes,
    played_notes,
    tick_at,
)
from render.writers.overview import GLITCH_COLOUR as GLITCH_COLOUR
from render.writers.overview import QUIET_INK, SECTION_COLOURS, STEM_COLOURS
from scores.performance import Performance

# Colour of busses.
BUS_COLOUR = QUIET_INK
# Channel of the notes of a part that is no drum kit, counted from 0: each track has its own.
CHANNEL = PITCHED_CHANNELS[0]


@dataclass(frozen=True, slots=True)
class PlacedNote:
    """A note as heard, in quarter notes from the start of the song.

    Attributes
    ----------
    start_beats, beats
        Onset and length [quarter notes], on the MIDI file's grid of ticks.
    key
        MIDI key.
    velocity
        1–127.
    lyric
        Spelling of its syllable, with a hyphen where the word goes on; empty without words.
    """

    start_beats: float
    beats: float
    key: int
    velocity: int
    lyric: str


@dataclass(frozen=True, slots=True)
class SessionStem:
    """A stem: its name, its file and its colour."""

    name: str
    path: Path
    colour: str


@dataclass(frozen=True, slots=True)
class SessionPart:
    """A part's notes with what an instrument of the user's own needs.

    Attributes
    ----------
    name, colour
        As in the mixer.
    notes
        In order of their onsets.
    level_db, pan, sends_db
        The score's: level [dB], pan −1 … 1, and level to each bus by its name [dB].
    """

    name: str
    colour: str
    notes: tuple[PlacedNote, ...]
    level_db: float
    pan: float
    sends_db: dict[str, float]


@dataclass(frozen=True, slots=True)
class Moment:
    """Something at a place of the time line: a section's name, a chord, a line of the lyrics."""

    beat: float
    seconds: float
    text: str
    colour: str = ""


@dataclass(frozen=True)
class Session:
    """Everything that a session holds. Beats are quarter notes from the start of the song.

    Attributes
    ----------
    title
        Of the song.
    rate, frames
        Of all audio files.
    end_beats, end_seconds
        Where the song ends.
    tempi
        Beat, time [s] and tempo [quarter notes per minute] of each step.
    meters
        Beat, time [s], numerator and denominator of each time signature.
    sections, chords, lines
        Marks on the time line.
    stems, parts, busses
        Tracks; busses are the names of the score's sends.
    glitch
        Beat and intensity, 0–1, of each breakpoint.
    """

    title: str
    rate: int
    frames: int
    end_beats: float
    end_seconds: float
    tempi: tuple[tuple[float, float, float], ...]
    meters: tuple[tuple[float, float, int, int], ...]
    sections: tuple[Moment, ...]
    chords: tuple[Moment, ...]
    lines: tuple[Moment, ...]
    stems: tuple[SessionStem, ...]
    parts: tuple[SessionPart, ...]
    busses: tuple[str, ...]
    glitch: tuple[tuple[float, float], ...]


def session_of(rendering: Rendering) -> Session:
    """Return the session of a rendered song."""
    performance, score = rendering.performance, rendering.score
    tempo = performance.tempo
    colours = {name: STEM_COLOURS[row * len(STEM_COLOURS) // len(score.parts)]
               for row, name in enumerate(score.parts)}
    end = tick_at(tempo, performance.duration_seconds)
    parts = []
    for name, part in score.parts.items():
        notes = played_notes(heard(rendering, name), tempo, end)
        parts.append(SessionPart(name, colours[name], tuple(_placed(note) for note in notes), part.level, part.pan,
                                 dict(part.sends)))
    return Session(
        title=score.title, rate=rendering.rate, frames=rendering.frames,
        end_beats=tempo.beat(rendering.frames / rendering.rate), end_seconds=rendering.frames / rendering.rate,
        tempi=tuple((beat, tempo.seconds(beat), quarters)
                    for beat, quarters in zip(tempo.beats, tempo.quarters_per_minute, strict=True)),
        meters=tuple((beat, tempo.seconds(beat), top, bottom) for beat, top, bottom in meter_changes(performance.bars)),
        sections=_sections(performance), chords=_chords(performance), lines=_lines(performance),
        stems=tuple(SessionStem(stem.path.stem, stem.path, colours.get(stem.part, STEM_COLOURS[0]))
                    for stem in rendering.stems),
        parts=tuple(parts), busses=tuple(score.mix.sends),
        glitch=tuple(zip(performance.glitch.beats, performance.glitch.values, strict=True)))


def _placed(played: PlayedNote) -> PlacedNote:
    utterance = played.note.utterance
    lyric = utterance.syllable + ("" if utterance.is_word_end else "-") if utterance else ""
    return PlacedNote(played.start / TICKS_PER_BEAT, (played.end - played.start) / TICKS_PER_BEAT, played.key,
                      played.note.velocity, lyric)


def _sections(performance: Performance) -> tuple[Moment, ...]:
    """Return the sections; those of one kind have one colour, as in the overview."""
    kinds: dict[str, str] = {}
    moments = []
    for span in performance.sections:
        kind = span.name.rstrip(" 0123456789")
        colour = kinds.setdefault(kind, SECTION_COLOURS[len(kinds) % len(SECTION_COLOURS)])
        moments.append(Moment(span.start_beats, span.start_seconds, span.name, colour))
    return tuple(moments)


def _chords(performance: Performance) -> tuple[Moment, ...]:
    """Return the chord symbols where the chord changes; N.C. for none."""
    moments: list[Moment] = []
    for bar in performance.bars:
        for start, chord in bar.chords:
            symbol = chord.symbol if chord else "N.C."
            beat = bar.start_beats + float(start)
            if not moments or moments[-1].text != symbol:
                moments.append(Moment(beat, performance.tempo.seconds(beat), symbol))
    return tuple(moments)


def _lines(performance: Performance) -> tuple[Moment, ...]:
    return tuple(Moment(performance.tempo.beat(line.start_seconds), line.start_seconds, line.text)
                 for line in timed_lines(performance))
