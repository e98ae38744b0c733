"""A score as a tree of MusicXML 4.0: parts, bars, attributes, directions, chord symbols."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from xml.etree import ElementTree as Xml

import render
from render.writers.notation.grid import DIVISIONS, Measure, measures
from render.writers.notation.notes import add_piece
from render.writers.notation.parts import Stave, StavePart
from render.writers.notation.spelling import Accidentals, kind_of, spell
from render.writers.xml_text import serialised
from scores.performance import Bar, Performance, SectionSpan
from scores.score import Score
from scores.theory import Chord, Key, Meter
from scores.visible import printable

DOCTYPE = ('<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
           '"http://www.musicxml.org/dtds/partwise.dtd">')
# Sign, line and octave change of each clef.
CLEFS = {"treble": ("G", 2, 0), "treble_8": ("G", 2, -1), "bass": ("F", 4, 0), "bass_8": ("F", 4, -1),
         "percussion": ("percussion", None, 0), "tab": ("TAB", 5, 0)}
# Written value of a felt beat [places], its dots.
BEAT_UNITS = {6: ("16th", 0), 12: ("eighth", 0), 18: ("eighth", 1), 24: ("quarter", 0), 36: ("quarter", 1),
              48: ("half", 0), 72: ("half", 1), 96: ("whole", 0)}


def document(root: Xml.Element) -> bytes:
    """Return a tree as a file, the same for the same tree."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{DOCTYPE}\n{serialised(root)}\n'.encode()


def score_tree(score: Score, performance: Performance, parts: Sequence[StavePart]) -> Xml.Element:
    """Return the score of some parts: chord symbols and section marks stand above the first of them."""
    root = Xml.Element("score-partwise", version="4.0")
    work = Xml.SubElement(root, "work")
    Xml.SubElement(work, "work-title").text = printable(score.title)
    identification = Xml.SubElement(root, "identification")
    encoding = Xml.SubElement(identification, "encoding")
    Xml.SubElement(encoding, "software").text = f"softmax-renderer {render.__version__}"
    listed = Xml.SubElement(root, "part-list")
    for number, part in enumerate(parts, 1):
        _listed(listed, f"P{number}", part, number)
    for number, part in enumerate(parts, 1):
        element = Xml.SubElement(root, "part", id=f"P{number}")
        _bars(element, part, f"P{number}", performance, is_first=number == 1)
    return root


def _listed(listed: Xml.Element, identity: str, part: StavePart, number: int) -> None:
    entry = Xml.SubElement(listed, "score-part", id=identity)
    Xml.SubElement(entry, "part-name").text = printable(part.name)
    keys = sorted({round(note.pitch) for stave in part.staves for note in stave.notes}) if part.is_kit else [0]
    for key in keys:
        instrument = Xml.SubElement(entry, "score-instrument", id=f"{identity}-I{key}")
        Xml.SubElement(instrument, "instrument-name").text = printable(f"{part.name} {key}" if key else part.name)
    for key in keys:
        midi = Xml.SubElement(entry, "midi-instrument", id=f"{identity}-I{key}")
        # Channels 1–9 and 11–16 in turn; channel 10 is the drums'.
        Xml.SubElement(midi, "midi-channel").text = str(10 if part.is_kit else [*range(1, 10), *range(11, 17)][
            (number - 1) % 15])
        Xml.SubElement(midi, "midi-program").text = str(part.program)
        if part.is_kit:
            Xml.SubElement(midi, "midi-unpitched").text = str(key + 1)


def _bars(element: Xml.Element, part: StavePart, identity: str, performance: Performance, *, is_first: bool) -> None:
    filled = [measures(performance.bars, stave.notes) for stave in part.staves]
    sections = {round(span.start_beats * DIVISIONS): span for span in performance.sections}
    tempi = {round(beat * DIVISIONS): tempo for beat, tempo in zip(
        performance.tempo.beats, performance.tempo.quarters_per_minute, strict=True)}
    printed = _printed(tempi, {row.start for row in filled[0]})
    before: Bar | None = None
    for rows in zip(*filled, strict=True):
        bar = rows[0].bar
        measure = Xml.SubElement(element, "measure", number=str(bar.index))
        if bar.index == 0:  # an upbeat
            measure.set("implicit", "yes")
        _attributes(measure, part, bar, before)
        if is_first:
            _directions(measure, rows[0], sections, tempi, printed)
        for number, (stave, row) in enumerate(zip(part.staves, rows, strict=True), 1):
            if number > 1:
                backup = Xml.SubElement(measure, "backup")
                Xml.SubElement(backup, "duration").text = str(row.places)
            chords = _chords(bar, row) if is_first and number == 1 else {}
            _stave(measure, row, stave, bar.key, chords, identity, number if len(part.staves) > 1 else 0)
        before = bar
    last = Xml.SubElement(element[-1], "barline", location="right")
    Xml.SubElement(last, "bar-style").text = "light-heavy"


def _stave(measure: Xml.Element, row: Measure, stave: Stave, key: Key, chords: Mapping[int, Chord | None],
           identity: str, number: int) -> None:
    waiting, accidentals = dict(chords), Accidentals(key)
    for piece in row.pieces:
        for place in [place for place in waiting if place < piece.start + piece.places]:
            _harmony(measure, waiting.pop(place), key, place - piece.start)
        add_piece(measure, piece, stave, key, accidentals, identity, number)


def _attributes(measure: Xml.Element, part: StavePart, bar: Bar, before: Bar | None) -> None:
    """Add what changes at a bar line; everything in the first bar."""
    has_key = before is None or before.key.fifths != bar.key.fifths or before.key.is_minor != bar.key.is_minor
    has_time = before is None or str(before.meter) != str(bar.meter)
    if not has_key and not has_time:
        return
    attributes = Xml.SubElement(measure, "attributes")
    if before is None:
        Xml.SubElement(attributes, "divisions").text = str(DIVISIONS)
    if has_key:
        element = Xml.SubElement(attributes, "key")
        Xml.SubElement(element, "fifths").text = str(bar.key.fifths)
        Xml.SubElement(element, "mode").text = "minor" if bar.key.is_minor else "major"
    if has_time:
        time = Xml.SubElement(attributes, "time")
        Xml.SubElement(time, "beats").text = str(bar.meter.numerator)
        Xml.SubElement(time, "beat-type").text = str(bar.meter.denominator)
    if before is None:
        _clefs(attributes, part)


def _clefs(attributes: Xml.Element, part: StavePart) -> None:
    if len(part.staves) > 1:
        Xml.SubElement(attributes, "staves").text = str(len(part.staves))
    for number, stave in enumerate(part.staves, 1):
        sign, line, octaves = CLEFS[stave.clef]
        clef = Xml.SubElement(attributes, "clef", number=str(number))
        Xml.SubElement(clef, "sign").text = sign
        if line is not None:
            Xml.SubElement(clef, "line").text = str(line)
        if octaves:
            Xml.SubElement(clef, "clef-octave-change").text = str(octaves)
    for number, stave in enumerate(part.staves, 1):
        if stave.strings:
            details = Xml.SubElement(attributes, "staff-details", number=str(number))
            Xml.SubElement(details, "staff-lines").text = str(len(stave.strings))
            for line, pitch in enumerate(stave.strings, 1):
                tuning = Xml.SubElement(details, "staff-tuning", line=str(line))
                letter, alter, octave = spell(pitch, Key("C", "major"))
                Xml.SubElement(tuning, "tuning-step").text = letter
                if alter:
                    Xml.SubElement(tuning, "tuning-alter").text = str(alter)
                Xml.SubElement(tuning, "tuning-octave").text = str(octave)


def _printed(tempi: Mapping[int, float], bar_starts: Collection[int]) -> set[int]:
    """Return the places of the tempi that are printed: those that begin a bar and are not the last printed one.

    A tempo that yields inside a bar, and takes up again after it, sounds and is not printed.
    """
    places, last = set(), 0.0
    for place, quarters in sorted(tempi.items()):
        if place in bar_starts and abs(quarters - last) > 1e-6:
            places.add(place)
            last = quarters
    return places


def _directions(measure: Xml.Element, row: Measure, sections: Mapping[int, SectionSpan], tempi: Mapping[int, float],
                printed: Collection[int]) -> None:
    """Add the section that begins in a bar, and its tempi: some as metronome marks, all as what sounds."""
    for place, span in sections.items():
        if row.start <= place < row.start + row.places:
            kind = _direction(measure)
            Xml.SubElement(kind, "rehearsal").text = printable(span.name)
    for place, quarters in sorted((place, tempo) for place, tempo in tempi.items()
                                  if row.start <= place < row.start + row.places):
        direction = Xml.SubElement(measure, "direction", placement="above")
        kind = Xml.SubElement(direction, "direction-type")
        if place in printed:
            _metronome(kind, row.bar.meter, quarters)
        else:
            Xml.SubElement(kind, "words").text = ""
        if place > row.start:
            Xml.SubElement(direction, "offset", sound="yes").text = str(place - row.start)
        Xml.SubElement(direction, "sound", tempo=f"{quarters:.6g}")


def _direction(measure: Xml.Element) -> Xml.Element:
    return Xml.SubElement(Xml.SubElement(measure, "direction", placement="above"), "direction-type")


def _metronome(kind: Xml.Element, meter: Meter, quarters_per_minute: float) -> None:
    """Add a metronome mark that counts the felt beat."""
    places = round(meter.pulse_beats * DIVISIONS)
    value, dots = BEAT_UNITS.get(places, ("quarter", 0))
    beat = places / DIVISIONS if places in BEAT_UNITS else 1.0
    mark = Xml.SubElement(kind, "metronome")
    Xml.SubElement(mark, "beat-unit").text = value
    for _ in range(dots):
        Xml.SubElement(mark, "beat-unit-dot")
    Xml.SubElement(mark, "per-minute").text = f"{quarters_per_minute / beat:.4g}"


def _chords(bar: Bar, row: Measure) -> dict[int, Chord | None]:
    """Return the chords of a bar by their places in it."""
    return {max(round((bar.start_beats + float(start)) * DIVISIONS) - row.start, 0): chord
            for start, chord in bar.chords}


def _harmony(measure: Xml.Element, chord: Chord | None, key: Key, offset: int) -> None:
    harmony = Xml.SubElement(measure, "harmony")
    root = Xml.SubElement(harmony, "root")
    letter, alter, _ = spell(60 + (chord.root if chord else 0), key)
    if chord and chord.symbol[:1].isupper():  # as the score spells it
        letter, alter = chord.symbol[0], {"#": 1, "♯": 1, "b": -1, "♭": -1}.get(chord.symbol[1:2], 0)
    Xml.SubElement(root, "root-step").text = letter if chord else "C"
    if chord and alter:
        Xml.SubElement(root, "root-alter").text = str(alter)
    kind = Xml.SubElement(harmony, "kind")
    kind.text = kind_of(chord) if chord else "none"
    kind.set("text", _quality(chord.symbol) if chord else "N.C.")
    if chord and chord.bass != chord.root:
        bass = Xml.SubElement(harmony, "bass")
        below = chord.symbol.rpartition("/")[2]
        Xml.SubElement(bass, "bass-step").text = below[0]
        if len(below) > 1:
            Xml.SubElement(bass, "bass-alter").text = str({"#": 1, "♯": 1, "b": -1, "♭": -1}[below[1]])
    if offset > 0:
        Xml.SubElement(harmony, "offset").text = str(offset)


def _quality(symbol: str) -> str:
    """Return what follows the root in a chord symbol, without the bass."""
    body = symbol.rpartition("/")[0] if symbol.rpartition("/")[2][:1] in tuple("ABCDEFG") and "/" in symbol else symbol
    return body[2:] if body[1:2] in ("#", "♯", "b", "♭") else body[1:]
