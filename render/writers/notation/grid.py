"""From onsets and lengths to written values: notes and rests that fill each bar, with ties and triplets.

Notes are taken as composed, not as humanised. One stave has one voice here: notes that begin together are a chord, and
a note is written until the next one begins, although the string may ring on.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from scores.performance import Bar, Note

# Places in a quarter note: 1/32 is 3 of them, a 1/16 triplet is 4.
DIVISIONS = 24
BINARY, TERNARY = 3, 4
# Written values [places] with their names and dots, the longest first.
VALUES = (
    (6 * DIVISIONS, "whole", 1), (4 * DIVISIONS, "whole", 0), (3 * DIVISIONS, "half", 1), (2 * DIVISIONS, "half", 0),
    (36, "quarter", 1), (24, "quarter", 0), (18, "eighth", 1), (12, "eighth", 0), (9, "16th", 1), (6, "16th", 0),
    (3, "32nd", 0))
# Values of triplets, three in the time of two: places that they last, and their names.
TRIPLETS = ((16, "quarter", 0), (8, "eighth", 0), (4, "16th", 0))


@dataclass(frozen=True, slots=True)
class Event:
    """Notes that begin together.

    Attributes
    ----------
    start, end
        In places from the start of the song, after rounding; ``start`` < ``end``.
    notes
        In ascending pitch, at least one.
    """

    start: int
    end: int
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A written value: a whole event, a part of one that is tied, or a rest.

    Attributes
    ----------
    start, places
        Onset from the bar line and length [places].
    value, dots
        Name of the written value, as MusicXML has it, and its dots.
    is_triplet
        Whether three of it last as long as two.
    event
        What sounds; None for a rest.
    is_begun, goes_on
        Whether a piece of the same event stands before it, and after it.
    opens, closes
        Whether it begins or ends a group of triplets, which fills one beat.
    """

    start: int
    places: int
    value: str
    dots: int
    is_triplet: bool = False
    event: Event | None = None
    is_begun: bool = False
    goes_on: bool = False
    opens: bool = False
    closes: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """A bar with the pieces that fill it."""

    bar: Bar
    start: int
    places: int
    pieces: tuple[Piece, ...]


def measures(bars: Sequence[Bar], notes: Sequence[Note], *, cuts_rests: bool = False) -> list[Measure]:
    """Return the bars of a song, filled with the written values of one stave.

    Parameters
    ----------
    bars
        Of the song, in order.
    notes
        Of one stave in any order, without breaths.
    cuts_rests
        Whether a rest is cut where the chord changes, for formats whose chord symbols stand on notes and rests.
    """
    lines = [round(bar.start_beats * DIVISIONS) for bar in bars]
    ends = [*lines[1:], round(bars[-1].end_beats * DIVISIONS)]
    ternary = _ternary_beats(bars, notes)
    events = _events(notes, ternary, ends[-1])
    made, index = [], 0
    for bar, start, end in zip(bars, lines, ends, strict=True):
        while index < len(events) and events[index].end <= start:
            index += 1
        inside = events[index:bisect_right(events, end - 1, key=lambda event: event.start)]
        made.append(Measure(bar, start, end - start, tuple(_filled(inside, bar, start, end, ternary, cuts_rests))))
    return made


def _ternary_beats(bars: Sequence[Bar], notes: Sequence[Note]) -> frozenset[int]:
    """Return the quarter notes, by number, whose onsets lie nearer to triplets than to 1/32 notes.

    In meters of eighths there are none: their threes are written as they are.
    """
    errors: dict[int, list[float]] = {}
    starts = [bar.start_beats for bar in bars]
    for note in notes:
        beat, place = divmod(note.onset_beats * DIVISIONS, DIVISIONS)
        bar = bars[max(bisect_right(starts, note.onset_beats) - 1, 0)]
        if DIVISIONS - place < 0.5 or bar.meter.denominator > 4 or bar.start_beats % 1:
            continue
        error = errors.setdefault(int(beat), [0.0, 0.0])
        for kind, step in enumerate((BINARY, TERNARY)):
            error[kind] += abs(place - step * round(place / step))
    return frozenset(beat for beat, (binary, ternary) in errors.items() if ternary < binary - 1e-6)


def _events(notes: Sequence[Note], ternary: frozenset[int], end: int) -> list[Event]:
    """Return the notes by their rounded onsets; each event ends where the next begins at the latest.

    A composed note is a little shorter than its written value, as it is sung or struck. So its end is rounded to a
    coarser grid than its onset, and a rest of an eighth or less that is no longer than the note is not written.
    """
    at: dict[int, list[Note]] = {}
    for note in notes:
        at.setdefault(min(_rounded(note.onset_beats * DIVISIONS, BINARY, TERNARY, ternary), end - BINARY),
                      []).append(note)
    events = []
    onsets = sorted(at)
    for start, following in pairwise([*onsets, end]):
        together = sorted(at[start], key=lambda note: note.pitch)
        sounding = max(note.onset_beats + note.duration_beats for note in together) * DIVISIONS
        # Long notes end on eighths, short ones on 1/16, among triplets on triplets.
        step = DIVISIONS // 2 if sounding - start > DIVISIONS / 3 else DIVISIONS // 4
        shortest = TERNARY if start // DIVISIONS in ternary else BINARY
        last = min(max(_rounded(sounding, step, 2 * TERNARY, ternary), start + shortest), following)
        if following - last <= min(DIVISIONS // 2, (following - start) / 2):
            last = following
        events.append(Event(start, last, tuple(together)))
    return events


def _rounded(place: float, binary: int, ternary: int, ternary_beats: frozenset[int]) -> int:
    """Round a place to one of two grids, by the beat that it lies in; both have the beats themselves."""
    step = ternary if int(place + 1e-6) // DIVISIONS in ternary_beats else binary
    return step * round(place / step)


def _filled(events: Sequence[Event], bar: Bar, start: int, end: int, ternary: frozenset[int],
            cuts_rests: bool) -> Iterator[Piece]:
    """Yield pieces for the events of a bar and the rests between them."""
    cuts = [round((bar.start_beats + float(place)) * DIVISIONS) for place, _ in bar.chords] if cuts_rests else []
    pulse = round(bar.meter.pulse_beats * DIVISIONS)
    at = start
    for event in [*events, None]:
        until = event.start if event else end
        for stop in [*(cut for cut in cuts if at < cut < until), until]:
            if at < stop:
                yield from _pieces(at, stop, start, pulse, ternary, None)
                at = stop
        if event:
            first, at = max(event.start, start), min(event.end, end)
            yield from _pieces(first, at, start, pulse, ternary, event)


def _pieces(first: int, last: int, start: int, pulse: int, ternary: frozenset[int],
            event: Event | None) -> Iterator[Piece]:
    """Yield the values that a span is written with, in order."""
    at = first
    while at < last:
        beat, inside = divmod(at, DIVISIONS)
        next_beat = (beat + 1) * DIVISIONS
        if beat in ternary:
            places, value, dots = _triplet(min(last, next_beat) - at)
        else:
            # A longer value may reach over beats, but not into one of triplets.
            limit = next((place for place in range(next_beat, last, DIVISIONS) if place // DIVISIONS in ternary), last)
            places, value, dots = _value(at - start, min(limit, last) - at, pulse)
        yield Piece(at - start, places, value, dots, beat in ternary and places < DIVISIONS, event,
                    event is not None and at > event.start, event is not None and at + places < event.end,
                    inside == 0, at + places == next_beat)
        at += places


def _triplet(places: int) -> tuple[int, str, int]:
    if places == DIVISIONS:
        return DIVISIONS, "quarter", 0
    return next(value for value in TRIPLETS if value[0] <= places)


def _value(at: int, places: int, pulse: int) -> tuple[int, str, int]:
    """Return the longest value that fits and that can be read: it begins on a place of its own kind.

    From a pulse on, a value may be as long as it fits, in compound meters whole pulses; between pulses, it ends with
    the pulse, or is undotted and begins in the middle of a value of its length (a syncopation).
    """
    is_compound = pulse % 9 == 0
    for length, value, dots in VALUES:
        whole = length * 2 // 3 if dots else length
        is_on_pulse = at % pulse == 0
        fits_pulse = at // pulse == (at + length - 1) // pulse
        reaches = fits_pulse or (length % pulse == 0 if is_compound else length >= pulse)
        is_syncopated = not dots and not is_compound and at % (whole // 2) == 0
        if length <= places and ((is_on_pulse and reaches) or (fits_pulse and at % (whole // 2 or 1) == 0)
                                 or is_syncopated):
            return length, value, dots
    return min(places, BINARY), "32nd", 0
