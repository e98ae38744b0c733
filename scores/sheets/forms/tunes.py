"""A tune with words, from ABC, MusicXML or MIDI, into sections: bars of written notes, chords and lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from scores.sheets.forms.playing_order import Turns, playing_order
from scores.sheets.sheet import Sheet, SheetLine, SheetSection

# Most bars of a tune that is one section, where the page marks none.
SECTION_BARS = 16
# Most bars of a tune: 30 minutes of it.
MOST_BARS = 1200
_NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_SHARP_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_VALUES = ((Fraction(6), "1."), (Fraction(4), "1"), (Fraction(3), "1/2."), (Fraction(2), "1/2"),
           (Fraction(3, 2), "1/4."), (Fraction(1), "1/4"), (Fraction(3, 4), "1/8."), (Fraction(2, 3), "1/4T"),
           (Fraction(1, 2), "1/8"), (Fraction(3, 8), "1/16."), (Fraction(1, 3), "1/8T"), (Fraction(1, 4), "1/16"),
           (Fraction(1, 6), "1/16T"), (Fraction(1, 8), "1/32"), (Fraction(1, 12), "1/32T"), (Fraction(1, 16), "1/64"))
_LENGTHS = dict(_VALUES)
_BEATS = {value: length for length, value in _VALUES}
# Places of a quarter note to which a bar is rounded that no note values make up.
_ROUNDED = 8


@dataclass
class TuneNote:
    """A note or rest: MIDI number (None for a rest), length in quarter notes, and the syllable that is sung on it.

    ``verses`` are the syllables of the further verses.
    """

    pitch: int | None
    beats: Fraction
    tied: bool = False
    syllable: str = ""
    verses: tuple[str, ...] = ()


@dataclass
class TuneBar:
    """A bar: its notes and chords. ``section`` is the heading that begins with it.

    ``turns`` says in which order bars are played.
    """

    notes: list[TuneNote] = field(default_factory=list)
    chords: list[str] = field(default_factory=list)
    section: str = ""
    line_ends: bool = False
    turns: Turns = field(default_factory=Turns)

    @property
    def beats(self) -> Fraction:
        """Its length in quarter notes as its notes have it."""
        return sum((note.beats for note in self.notes), Fraction(0))


def unrolled(bars: Sequence[TuneBar]) -> list[TuneBar]:
    """Return bars as they are played: what is played again is written out, each time with its verse of the words."""
    order = playing_order([bar.turns for bar in bars], MOST_BARS + 1)
    times, played = Counter[int](), list[TuneBar]()
    for place, following in zip(order, [*order[1:], len(bars)], strict=False):
        bar = bars[place]
        times[place] += 1
        played.append(replace(bar, notes=[_in_turn(note, times[place]) for note in bar.notes],
                              chords=list(bar.chords), line_ends=bar.line_ends or following <= place))
    return played


def _in_turn(note: TuneNote, turn: int) -> TuneNote:
    verses = (note.syllable, *note.verses)
    return replace(note, syllable=verses[min(turn, len(verses)) - 1])


def sections_of(sheet: Sheet, bars: Sequence[TuneBar], bar_beats: Fraction, flats: bool) -> list[SheetSection]:
    """Return the sections of a tune: as it marks them, else of sixteen bars.

    A first bar that is too short is a pickup: it becomes a bar that begins with rests. Others are filled up, or cut.
    """
    if len(bars) > MOST_BARS:
        sheet.remarks.append(f"all after bar {MOST_BARS}")
        bars = bars[:MOST_BARS]
    sections: list[SheetSection] = []
    words: list[str] = []
    mended = 0
    before = ""
    for n, bar in enumerate(bars):
        fresh = bar.section or not sections or (not any(b.section for b in bars)
                                                and len(sections[-1].notes) >= SECTION_BARS)
        if fresh:
            _close(sections, words)
            sections.append(SheetSection("verse", bar.section or f"Part {len(sections) + 1}"))
        mended += bar.beats != bar_beats and n > 0
        sections[-1].notes.append(_written(_filled(bar, bar_beats, n == 0), flats))
        before = bar.chords[-1] if bar.chords else before
        sections[-1].rows.append(bar.chords[:4] or ([before] if before else []))
        words += [note.syllable for note in bar.notes if note.syllable]
        if bar.line_ends:
            _end_line(sections[-1], words)
    _close(sections, words)
    for section in sections:
        if not any(section.rows):
            section.rows = []
        else:
            first = next(row for row in section.rows if row)
            section.rows = [row or first for row in section.rows]
    if mended:
        sheet.remarks.append(f"{mended} bars were not full: rests were added or notes cut")
    return sections


def _close(sections: Sequence[SheetSection], words: list[str]) -> None:
    if sections:
        _end_line(sections[-1], words)


def _end_line(section: SheetSection, words: list[str]) -> None:
    """Make a line of the syllables so far: a syllable that ends in a hyphen is joined to the next."""
    text = " ".join(words).replace("- ", "").rstrip("-").strip()
    words.clear()
    pieces = text.split()
    for start in range(0, len(pieces), 10):
        section.lines.append(SheetLine(" ".join(pieces[start:start + 10])))


def _filled(bar: TuneBar, bar_beats: Fraction, is_pickup: bool) -> list[TuneNote]:
    notes, missing = list(bar.notes), bar_beats - bar.beats
    if missing > 0:
        rest = TuneNote(None, missing)
        return [rest, *notes] if is_pickup else [*notes, rest]
    while missing < 0 and notes:
        last = notes.pop()
        missing += last.beats
        if missing > 0:
            notes.append(TuneNote(last.pitch, missing, False, last.syllable))
    return notes


def _on_grid(notes: Sequence[TuneNote]) -> list[TuneNote]:
    """Return notes whose onsets are rounded to thirty-seconds, where they have lengths that no note value has."""
    if all(sum(_BEATS[value] for value in values_of(note.beats)) == note.beats for note in notes):
        return list(notes)
    rounded, now, before = [], Fraction(0), Fraction(0)
    for note in notes:
        now += note.beats
        place = Fraction(round(now * _ROUNDED), _ROUNDED)
        if place > before:
            rounded.append(TuneNote(note.pitch, place - before, note.tied, note.syllable))
        before = place
    return rounded


def _written(notes: Sequence[TuneNote], flats: bool) -> str:
    """Return a bar in the notation of the score."""
    notes = _on_grid(notes)
    names = _NAMES if flats else _SHARP_NAMES
    tokens = []
    for note in notes:
        name = "r" if note.pitch is None else f"{names[note.pitch % 12]}{note.pitch // 12 - 1}"
        values = values_of(note.beats)
        for n, value in enumerate(values):
            tie = "~" if note.pitch is not None and (n < len(values) - 1 or note.tied) else ""
            tokens.append(f"{name}:{value}{tie}")
    return " ".join(tokens)


def values_of(beats: Fraction) -> list[str]:
    """Return the note values of a length, the longest first; what no value has is left out."""
    if beats in _LENGTHS:
        return [_LENGTHS[beats]]
    found = []
    plain = [(length, value) for length, value in _VALUES if "T" not in value or beats.denominator % 3 == 0]
    for length, value in plain:
        while beats >= length:
            found.append(value)
            beats -= length
    return found
