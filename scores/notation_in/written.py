"""What is written in MusicXML or ABC: the notes of each part, its words, its chords and the tempo."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import zip_longest
from pathlib import Path
from xml.etree import ElementTree as Xml

from scores.faults import Fault, InputError, ScoreError
from scores.sheets.forms import abc
from scores.sheets.forms.musicxml import parsed, symbol_of, text_at, unpacked, whole
from scores.sheets.forms.playing_order import Turns, playing_order, turns_of
from scores.sheets.page import text_of

# Resolution in which places are compared [ticks per quarter note].
TICKS = 960
STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
# Most bars that are played.
MOST_BARS = 5000
# Largest file [bytes].
MAX_BYTES = 40_000_000


@dataclass
class WrittenNote:
    """A note: onset and length [ticks of 960], key, and its syllable; a hyphen at its end continues the word."""

    tick: int
    ticks: int
    key: int
    syllable: str = ""


@dataclass
class WrittenPart:
    """A part: its name and its notes in order of onset."""

    name: str
    notes: list[WrittenNote] = field(default_factory=list)


@dataclass
class Written:
    """A file: its parts, the chords of each bar, and its tempi as beats and quarter notes per minute."""

    parts: list[WrittenPart] = field(default_factory=list)
    chords: list[list[str]] = field(default_factory=list)
    tempi: list[tuple[float, float]] = field(default_factory=list)


def read_written(path: Path) -> Written:
    """Read a file that a notation program wrote.

    Raises
    ------
    ScoreError
        If there is no such file, or it is damaged.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise InputError("this file is too large", allowed=f"at most {MAX_BYTES // 1_000_000} MB")
        return written_in(data, is_abc=path.suffix.lower() == ".abc")
    except InputError as error:
        if isinstance(error, ScoreError):
            raise
        raise ScoreError(str(path), [Fault(0, 0, error.message, allowed=error.allowed)]) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ScoreError(str(path), [Fault(0, 0, f"the file cannot be read: {reason}",
                                           allowed="MusicXML (.musicxml, .mxl, .xml) or ABC (.abc)")]) from error


def written_in(data: bytes, *, is_abc: bool) -> Written:
    """Return what is written in the bytes of a file.

    Raises
    ------
    InputError
        If they are damaged.
    """
    return _tune(text_of(data)) if is_abc else _score(parsed(unpacked(data)))


def _tune(text: str) -> Written:
    _, bars = abc.tune(text)
    part, now, is_held = WrittenPart(""), Fraction(0), False
    for bar in bars:
        for note in bar.notes:
            if note.pitch is not None and is_held and part.notes and part.notes[-1].key == note.pitch:
                part.notes[-1].ticks += _ticks(note.beats)
            elif note.pitch is not None:
                part.notes.append(WrittenNote(_ticks(now), _ticks(note.beats), note.pitch, note.syllable))
            is_held = note.tied
            now += note.beats
    return Written([part], [bar.chords for bar in bars])


def _ticks(beats: Fraction) -> int:
    return round(beats * TICKS)


def _score(root: Xml.Element) -> Written:
    names = {part.get("id"): (text_at(part, "part-name") or "").strip() for part in root.iter("score-part")}
    kits = {instrument.get("id"): whole(text_at(instrument, "midi-unpitched"), 0) - 1
            for instrument in root.iter("midi-instrument") if instrument.find("midi-unpitched") is not None}
    found = Written()
    order = _order(root)
    for number, part in enumerate(root.findall("part")):
        reader = _Part(WrittenPart(names.get(part.get("id"), "")), kits)
        reader.play(part.findall("measure"), order)
        reader.part.notes.sort(key=lambda note: (note.tick, note.key))
        found.parts.append(reader.part)
        if not number:
            found.chords, found.tempi = reader.chords, list(dict(reader.tempi).items())  # one at a beat, the last
    return found


def _order(root: Xml.Element) -> list[int]:
    """Return the measures as they are played. What stands in one part only, such as D.S., holds for all."""
    rows = [[turns_of(measure) for measure in part.findall("measure")] for part in root.findall("part")]
    return playing_order([Turns(
        any(bar.opens for bar in same), max(bar.closes for bar in same),
        frozenset().union(*(bar.endings for bar in same)), any(bar.stops for bar in same),
        frozenset().union(*(bar.marks for bar in same))) for same in zip_longest(*rows, fillvalue=Turns())], MOST_BARS)


@dataclass(frozen=True)
class _State:
    """What holds at the beginning of a measure."""

    divisions: int
    higher: int
    tablature: frozenset[int]
    tempo: float


class _Part:
    """Reads the measures of a part in the order in which they are played."""

    def __init__(self, part: WrittenPart, kits: dict[str | None, int]) -> None:
        self.part = part
        self.chords: list[list[str]] = []
        self.tempi: list[tuple[float, float]] = []
        self._kits = kits
        self._state = _State(1, 0, frozenset(), 0.0)
        self._tied: dict[tuple[int, int], WrittenNote] = {}
        self._start = Fraction(0)

    def play(self, measures: Sequence[Xml.Element], order: Sequence[int]) -> None:
        """Read measures; each time that one comes, its words are those of the next verse."""
        states = list(self._states(measures))
        times = Counter[int]()
        before = -1
        for place in order:
            if place >= len(measures):
                continue
            times[place] += 1
            tempo, self._state = self._state.tempo, states[place]
            if place != before + 1 and tempo and self._state.tempo and tempo != self._state.tempo:
                self.tempi.append((float(self._start), self._state.tempo))
            self._measure(measures[place], times[place])
            before = place

    def _states(self, measures: Sequence[Xml.Element]) -> Iterator[_State]:
        """Yield what holds at the beginning of each measure, in the order in which they are written."""
        for measure in measures:
            yield self._state
            for element in measure:
                if element.tag == "attributes":
                    self._attributes(element)
                elif element.tag in ("direction", "sound"):
                    self._tempo(element)
        self._state = replace(self._state, tempo=0.0)

    def _tempo(self, element: Xml.Element) -> float:
        """Return the tempo that begins with an element, and hold it; 0 for none."""
        sound = element if element.tag == "sound" else element.find("sound")
        tempo = _positive(sound.get("tempo")) if sound is not None else 0.0
        self._state = replace(self._state, tempo=tempo or self._state.tempo)
        return tempo

    def _measure(self, measure: Xml.Element, time: int) -> None:
        now = longest = onset = self._start
        verses = sorted({whole(lyric.get("number"), 1) for lyric in measure.iter("lyric")}) or [1]
        verse = verses[min(time, len(verses)) - 1]
        self.chords.append([])
        for element in measure:
            if element.tag == "attributes":
                self._attributes(element)
            elif element.tag == "harmony" and (symbol := symbol_of(element)):
                self.chords[-1].append(symbol)
            elif element.tag in ("direction", "sound"):
                if tempo := self._tempo(element):
                    later = Fraction(whole(text_at(element, "offset"), 0), self._state.divisions)
                    self.tempi.append((float(now + later), tempo))
            elif element.tag in ("backup", "forward"):
                length = self._length(element)
                now += -length if element.tag == "backup" else length
            elif element.tag == "note" and element.find("grace") is None:
                length = self._length(element)
                if element.find("chord") is None:
                    onset, now = now, now + length
                self._note(element, onset, length, verse)
            longest = max(longest, now)
        self._start = longest

    def _length(self, element: Xml.Element) -> Fraction:
        return Fraction(max(whole(text_at(element, "duration"), 0), 0), self._state.divisions)

    def _attributes(self, element: Xml.Element) -> None:
        divisions = max(whole(text_at(element, "divisions"), self._state.divisions), 1)
        higher, tablature = self._state.higher, self._state.tablature
        if (transpose := element.find("transpose")) is not None:
            octaves = whole(text_at(transpose, "octave-change"), 0)
            higher = whole(text_at(transpose, "chromatic"), 0) + 12 * octaves
        for clef in element.findall("clef"):
            staff = frozenset((whole(clef.get("number"), 1),))
            tablature = tablature | staff if text_at(clef, "sign") == "TAB" else tablature - staff
        self._state = replace(self._state, divisions=divisions, higher=higher, tablature=tablature)

    def _note(self, element: Xml.Element, onset: Fraction, length: Fraction, verse: int) -> None:
        staff = whole(text_at(element, "staff"), 1)
        key = self._key(element)
        if key is None or staff in self._state.tablature or length <= 0:
            return
        kinds = {tie.get("type") for tie in element.findall("tie")}
        before = self._tied.pop((staff, key), None) if "stop" in kinds else None
        if before is not None:
            before.ticks += _ticks(length)
            note = before
        else:
            note = WrittenNote(_ticks(onset), _ticks(length), key, _syllable(element, verse))
            self.part.notes.append(note)
        if "start" in kinds:
            self._tied[staff, key] = note

    def _key(self, element: Xml.Element) -> int | None:
        if element.find("unpitched") is not None:
            instrument = element.find("instrument")
            return self._kits.get(instrument.get("id")) if instrument is not None else None
        step, octave = text_at(element, "pitch/step"), text_at(element, "pitch/octave")
        if step not in STEPS or octave is None:
            return None
        key = 12 * (whole(octave, 4) + 1) + STEPS[step] + whole(text_at(element, "pitch/alter"), 0)
        key += self._state.higher
        return key if 0 <= key < 128 else None


def _positive(text: str | None) -> float:
    """Return a text as a number above 0; 0 for another text."""
    try:
        number = float(text or 0)
    except ValueError:
        return 0.0
    return number if 0 < number < math.inf else 0.0


def _syllable(element: Xml.Element, verse: int) -> str:
    """Return the syllable of a note in a verse."""
    for lyric in element.findall("lyric"):
        if whole(lyric.get("number"), 1) != verse:
            continue
        text = "".join(part.text or "" for part in lyric.findall("text")).strip()
        if text:
            return text + ("-" if text_at(lyric, "syllabic") in ("begin", "middle") else "")
    return ""


def changed_chords(before: Written, after: Written) -> Iterator[tuple[int, str, str]]:
    """Yield bar, from 1, old chords and new ones where they differ; both files have the same bars."""
    for number, (old, new) in enumerate(zip(before.chords, after.chords, strict=False), 1):
        if old != new:
            yield number, " ".join(old) or "none", " ".join(new) or "none"
