"""Chords that stand among the words: the beat on which each begins, so that its syllable can be sung there.

A line's chords take the path of least cost through the beats of its bars: they change on strong beats, as they do in
songs, and leave the syllables between them about the time that the others have. The voice then sings each of their
syllables on its beat.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from scores.format.lyric_chords import LineChord
from scores.format.lyrics import LyricLine
from scores.lyrics.line import Word
from scores.lyrics.pronunciation import Lexicon
from scores.lyrics.syllables import words
from scores.theory import Chord, Meter

# Usual length of a syllable [s], from and to; the least that is planned for.
_USUAL_SECONDS, _SLOWEST_SECONDS, _LEAST_SECONDS = 0.4, 1.1, 0.2
# Share of its room that a line fills.
_FILLED = 0.75
# Silence at the end of a line [s].
_BREATH_SECONDS = 0.4
# Metrical strength of a beat → cost of a chord there.
_PLACE_COST = {1.0: 0.0, 0.75: 0.5, 0.5: 1.2, 0.25: 2.6}
# Cost of syllables that have other than their usual time, for each factor of e, squared.
_OFF_RATE = 2.0
# Cost of syllables that have more time than they need at the end of a line.
_HELD = 0.3
# Cost of less than the least time.
_HURRIED = 25.0
# Cost of each syllable before the line's bar line, and what more each costs behind the third.
_PICKUP, _LONG_PICKUP = 0.2, 0.4
# Cost of a first chord after the bar line, of each beat that it comes later, and of each on which nobody sings.
_AFTER, _LATER, _LATE = 1.0, 0.5, 0.8
# Syllables that may come before the bar line.
LONGEST_PICKUP = 6
# Cost of two chords on one syllable closer than a pulse.
_CROWDED = 1.5


@dataclass(frozen=True, slots=True)
class Span:
    """Where a line lies in its section, in quarter notes from the section's first bar line."""

    start: float
    end: float


def has_chords(lines: Sequence[LyricLine]) -> bool:
    """Return whether any of the lines has chords among its words."""
    return any(line.chords for line in lines)


def on_syllables(line: LyricLine, lexicon: Lexicon) -> tuple[LineChord, ...]:
    """Return the chords of a line with the syllable that each stands before, or whose letters it stands in."""
    sung = line.words(lexicon)
    count = sum(len(word.syllables) for word in sung)
    written = words(line.text, lexicon, line.tongue) if line.say is not None else sung
    total = max(sum(len(word.syllables) for word in written), 1)
    found = []
    for chord in line.chords:
        place = _syllable_at(line, chord.at, lexicon)
        found.append(replace(chord, syllable=min(round(place * count / total), count)))
    return tuple(found)


def syllable_start(text: str, at: int, lexicon: Lexicon, language: str) -> int:
    """Return the character at which the syllable begins that a chord over, or before, a character belongs to."""
    start, end = _word_around(text, at)
    if start == end:
        return min(at + len(text[at:]) - len(text[at:].lstrip()), len(text))
    starts = _starts(words(text[start:end], lexicon, language))
    return start + (starts[_nearest(starts, at - start)] if starts[-1] == end - start else 0)


def _syllable_at(line: LyricLine, at: int, lexicon: Lexicon) -> int:
    """Return the number of the syllable at a character of the text, counted as it is written."""
    start, end = _word_around(line.text, at)
    before = sum(len(word.syllables) for word in words(line.text[:start], lexicon, line.tongue))
    if start == end:
        return before
    return before + _nearest(_starts(words(line.text[start:end], lexicon, line.tongue)), at - start)


def _word_around(text: str, at: int) -> tuple[int, int]:
    """Return the first and the last but one character of the word at a character; twice the same where none is."""
    def is_letter(place: int) -> bool:
        return 0 <= place < len(text) and (text[place].isalnum() or text[place] in "'’")

    start = end = at
    while is_letter(at) and is_letter(start - 1):
        start -= 1
    while is_letter(end):
        end += 1
    return start, end


def _starts(said: Sequence[Word]) -> list[int]:
    """Return the letter at which each syllable of a word begins, and behind them the number of its letters."""
    starts = [0]
    for word in said:
        for syllable in word.syllables:
            starts.append(starts[-1] + len(syllable.spelling))
    return starts


def _nearest(starts: Sequence[int], offset: int) -> int:
    """Return the number of the syllable that begins nearest to a letter."""
    return min(range(max(len(starts) - 1, 1)), key=lambda i: (abs(starts[i] - offset), i))


def place_chords(lines: Sequence[LyricLine], spans: Sequence[Span], meter: Meter, beat_seconds: float,
                 lexicon: Lexicon, room_before: float) -> list[LyricLine]:
    """Return lines whose chords have their beats.

    Parameters
    ----------
    lines, spans
        The lines of a section and where they lie.
    meter
        Of the section.
    beat_seconds
        Length of a quarter note.
    lexicon
        Words that the song says in its own way.
    room_before
        Quarter notes before the section in which its first line may begin.
    """
    chorded = [on_syllables(line, lexicon) for line in lines]
    counts = [sum(len(word.syllables) for word in line.words(lexicon)) for line in lines]
    pickups = [chords[0].syllable if chords else 0 for chords in chorded]
    placed = []
    for n, (line, span, chords) in enumerate(zip(lines, spans, chorded, strict=True)):
        if not chords:
            placed.append(line)
            continue
        usual = _usual_beats(counts[n], span, beat_seconds)
        follows = n + 1 < len(lines) and spans[n + 1].start - span.end < 1e-6
        taken = pickups[n + 1] * usual if follows and pickups[n + 1] <= LONGEST_PICKUP else 0.0
        end = span.end - min(_BREATH_SECONDS / beat_seconds, 0.25 * (span.end - span.start)) - taken
        room = room_before if n == 0 else math.inf
        sung = Span(span.start, max(end, 0.5 * (span.start + span.end)))
        path = _path(chords, counts[n], sung, span.end, meter, usual, _LEAST_SECONDS / beat_seconds, room)
        placed.append(line.with_chords(tuple(replace(chord, beats=beat - span.start)
                                             for chord, beat in zip(chords, path, strict=True))))
    return placed


def _usual_beats(count: int, span: Span, beat_seconds: float) -> float:
    """Return the usual length of a syllable of a line [quarter notes]."""
    seconds = _FILLED * (span.end - span.start) * beat_seconds / (count + 1)
    return min(max(seconds, _USUAL_SECONDS), _SLOWEST_SECONDS) / beat_seconds


def _path(chords: Sequence[LineChord], count: int, span: Span, last: float, meter: Meter, usual: float, least: float,
          room: float) -> list[float]:
    """Return the beats of a line's chords: the path of least cost."""
    division = float(meter.pulse_beats) / (3 if meter.pulse_beats == Fraction(3, 2) else 2)
    first = math.ceil(span.start / division - 1e-6)
    beats = [division * place for place in range(first, max(math.ceil(last / division - 1e-6), first + len(chords)))]
    bar = float(meter.bar_beats)
    standing = [_PLACE_COST.get(meter.strength(beat % bar), 6.0) for beat in beats]

    def between(syllables: int, length: float) -> float:
        if not syllables:
            return 0.0 if length >= float(meter.pulse_beats) - 1e-6 else _CROWDED
        hurried = _HURRIED * max(least * syllables / length - 1.0, 0.0) if length > 0 else 100.0
        return hurried + _OFF_RATE * math.log(max(length, 1e-3) / (syllables * usual)) ** 2

    def opening(beat: float) -> float:
        syllables, late = chords[0].syllable, beat - span.start
        if not syllables:
            return _LATE * late
        before = max(syllables * usual - late, 0.0)
        allowed = syllables <= LONGEST_PICKUP and before <= room + 1e-6
        leading = _PICKUP * syllables + _LONG_PICKUP * max(syllables - 3, 0) if allowed else 100.0
        if late < 1e-6:
            return leading
        return _AFTER + _LATER * late + min(between(syllables, late), leading)

    def closing(beat: float) -> float:
        syllables = count - chords[-1].syllable
        if syllables <= 0:
            return 0.0
        length = max(span.end - beat, 1e-3)
        off = math.log(length / (syllables * usual))
        hurried = _HURRIED * max(least * syllables / length - 1.0, 0.0)
        return hurried + (_OFF_RATE if off < 0 else _HELD) * off**2

    costs = [opening(beat) + at for beat, at in zip(beats, standing, strict=True)]
    ways: list[list[int]] = []
    for one, other in pairwise(chords):
        following, way = [], []
        for place, beat in enumerate(beats):
            reached = [(costs[from_] + between(other.syllable - one.syllable, beat - beats[from_]), from_)
                       for from_ in range(place)]
            cost, from_ = min(reached, default=(math.inf, 0))
            following.append(cost + standing[place])
            way.append(from_)
        costs = following
        ways.append(way)
    place = min(range(len(beats)), key=lambda p: (costs[p] + closing(beats[p]), p))
    path = [place]
    for way in reversed(ways):
        path.append(way[path[-1]])
    return [beats[place] for place in reversed(path)]


def in_bars(lines: Sequence[LyricLine], spans: Sequence[Span], bars: int, meter: Meter,
            before: Chord | None) -> tuple[tuple[Chord | None, ...], ...]:
    """Return the chords of each bar of a section, which share it equally: a chord that goes on is there again.

    ``before`` is the chord that sounds as the section begins.
    """
    changes = [(Fraction(span.start + chord.beats).limit_denominator(48), chord.chord)
               for line, span in zip(lines, spans, strict=True) for chord in line.chords]
    rows = []
    for number in range(bars):
        start = number * meter.bar_beats
        inside = [(beat - start, chord) for beat, chord in changes if start <= beat < start + meter.bar_beats]
        onsets = [Fraction(0), *(beat for beat, _ in inside)]
        unit = meter.bar_beats
        for onset in onsets:
            unit = _common(unit, onset)
        row = []
        for share in range(int(meter.bar_beats / unit)):
            if inside and inside[0][0] <= share * unit:
                before = inside.pop(0)[1]
            row.append(before)
        rows.append(tuple(row))
    return tuple(rows)


def _common(one: Fraction, other: Fraction) -> Fraction:
    """Return the greatest length of which both are multiples."""
    while other:
        one, other = other, one % other
    return one
