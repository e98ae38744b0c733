"""Ticks and time signatures of a MIDI file, and the notes of one channel in ticks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from scores.performance import Bar, Note
from scores.theory.tempo import TempoMap

# Resolution [ticks per quarter note]: a multiple of 3 and of 64, so that triplets and dots fall on ticks.
TICKS_PER_BEAT = 960


class PlayedNote(NamedTuple):
    """A note with its ticks, ``start`` < ``end``, and the key that is written for it."""

    start: int
    end: int
    key: int
    note: Note


def tick_at(tempo: TempoMap, seconds: float) -> int:
    """Return the tick nearest to a time [s], 0 for times before the start of the song."""
    return max(round(tempo.beat(seconds) * TICKS_PER_BEAT), 0)


def meter_changes(bars: Sequence[Bar]) -> Iterator[tuple[float, int, int]]:
    """Yield beat, numerator and denominator wherever the meter changes; an upbeat is a short bar of its own meter."""
    before: tuple[int, int] | None = None
    for bar in bars:
        meter = (bar.meter.numerator, bar.meter.denominator)
        if bar.index <= 0:
            meter = short_meter(bar) or meter
        if meter != before:
            yield bar.start_beats, *meter
        before = meter


def short_meter(bar: Bar) -> tuple[int, int] | None:
    """Return a meter as long as an upbeat, with the song's unit where possible: 3/8 rather than 6/16."""
    units = Fraction(bar.beats).limit_denominator(64) * bar.meter.denominator / 4
    for finer in (1, 2, 4, 8):
        if (units * finer).denominator == 1 and bar.meter.denominator * finer <= 64:
            return int(units * finer), bar.meter.denominator * finer
    return None


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
