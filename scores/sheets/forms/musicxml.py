"""MusicXML, plain or compressed: the first part's tune, chords, words, key, meter and tempo."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from copy import deepcopy
from fractions import Fraction
from xml.etree import ElementTree
from xml.parsers import expat

from scores.faults import InputError
from scores.sheets.chords import chord_of
from scores.sheets.forms.playing_order import turns_of
from scores.sheets.forms.tunes import TuneBar, TuneNote, sections_of, unrolled
from scores.sheets.page import MAX_BYTES
from scores.sheets.sheet import Said, Sheet
from scores.theory import Key, parse_key, parse_meter

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_MAJOR = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#")
_MINOR = ("Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#", "G#", "D#", "A#")
_KINDS = {"major": "", "minor": "m", "dominant": "7", "major-seventh": "maj7", "minor-seventh": "m7", "diminished":
          "dim", "augmented": "aug", "half-diminished": "m7b5", "diminished-seventh": "dim7", "suspended-fourth":
          "sus4",
          "suspended-second": "sus2", "major-sixth": "6", "minor-sixth": "m6", "dominant-ninth": "9", "power": "5",
          "major-ninth": "maj9", "minor-ninth": "m9", "major-minor": "mmaj7"}
# Most elements that signs for the measures before them stand for.
MOST_COPIED = 1_000_000
# What a measure plays.
MUSIC = ("note", "backup", "forward", "harmony")
_ALTERS = {-2: "bb", -1: "b", 0: "", 1: "#", 2: "##"}


def is_musicxml(data: bytes) -> bool:
    """Whether the bytes are MusicXML, plain or compressed."""
    head = data[:4000]
    return b"<score-partwise" in head or (data[:4] == b"PK\x03\x04" and b"META-INF" in data[:4000])


def read(data: bytes) -> Sheet:
    """Return the sheet of a MusicXML file.

    Raises
    ------
    InputError
        Where it is damaged, or declares entities, which no lead sheet needs.
    """
    root = parsed(unpacked(data))
    sheet = Sheet("MusicXML")
    sheet.title = (text_at(root, "work/work-title") or text_at(root, "movement-title") or "").strip()
    part = root.find("part")
    if part is None:
        raise InputError("this MusicXML has no part", allowed="a lead sheet with a part")
    bars: list[TuneBar] = []
    divisions = 1
    for measure in part.findall("measure"):
        bar = TuneBar(turns=turns_of(measure))
        for element in measure:
            if element.tag == "attributes":
                divisions = _attributes(sheet, element, divisions)
            elif element.tag == "harmony":
                if chord := symbol_of(element):
                    bar.chords.append(chord)
            elif element.tag in ("direction", "sound"):
                _direction(sheet, bar, element)
            elif element.tag == "note":
                _note(bar, element, divisions)
        if bar.notes:
            bars.append(bar)
    bars = unrolled(bars)
    meter = sheet.meter.value if sheet.meter else parse_meter("4/4")
    for bar in bars:
        bar.line_ends = any(note.syllable.endswith((",", ".", "!", "?", ";")) for note in bar.notes)
    sheet.sections = sections_of(sheet, bars, meter.bar_beats, sheet.key is not None and sheet.key.value.fifths < 0)
    return sheet


def unpacked(data: bytes) -> bytes:
    """Return the XML of a file, plain or compressed."""
    if data[:4] != b"PK\x03\x04":
        return data
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [info for info in archive.infolist() if info.filename.endswith((".xml", ".musicxml"))
                     and not info.filename.startswith("META-INF")]
            if not names or names[0].file_size > 10 * MAX_BYTES:
                raise InputError("this archive has no MusicXML in it that can be read", allowed="a .mxl file")
            return archive.read(names[0])
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
        raise InputError(f"this archive is damaged: {error}", allowed="a .mxl file") from error


def parsed(data: bytes) -> ElementTree.Element:
    """Return the root of a partwise score."""
    if b"<!ENTITY" in data:
        raise InputError("this XML declares entities", allowed="MusicXML without entities of its own")
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, expat.ExpatError, ValueError, RecursionError) as error:
        raise InputError(f"this MusicXML is damaged: {error}", allowed="MusicXML") from error
    if root.tag != "score-partwise":
        raise InputError(f"this XML is no score: <{root.tag[:30]}>", allowed="MusicXML: <score-partwise>")
    for part in root.findall("part"):
        _repeat_measures(part.findall("measure"))
    return root


def _repeat_measures(measures: Sequence[ElementTree.Element]) -> None:
    """Write out signs that stand for the measures before them; what they hold otherwise is a rest."""
    pattern = copied = 0
    for place, measure in enumerate(measures):
        for sign in measure.iterfind("attributes/measure-style/measure-repeat"):
            pattern = max(whole(sign.text, 1), 1) if sign.get("type") == "start" else 0
        if not 0 < pattern <= place:
            continue
        copied += sum(1 for _ in measures[place - pattern].iter())
        if copied > MOST_COPIED:
            raise InputError("this MusicXML repeats more measures by signs than a song has",
                             allowed=f"signs for {MOST_COPIED:,} elements")
        for element in [element for element in measure if element.tag in MUSIC]:
            measure.remove(element)
        for element in measures[place - pattern]:
            if element.tag in MUSIC:
                measure.append(deepcopy(element))


def text_at(element: ElementTree.Element, path: str) -> str | None:
    """Return the text of the element at a path."""
    found = element.find(path)
    return found.text if found is not None else None


def whole(text: str | None, default: int) -> int:
    """Return a text as a whole number."""
    try:
        return int(float(text)) if text else default
    except (ValueError, OverflowError):
        return default


def _attributes(sheet: Sheet, element: ElementTree.Element, divisions: int) -> int:
    divisions = max(whole(text_at(element, "divisions"), divisions), 1)
    fifths = text_at(element, "key/fifths")
    if fifths is not None and sheet.key is None and -7 <= whole(fifths, 0) <= 7:
        sheet.key = Said(_key(whole(fifths, 0), text_at(element, "key/mode") or "major"), "key signature")
    beats, unit = text_at(element, "time/beats"), text_at(element, "time/beat-type")
    if beats and unit and sheet.meter is None:
        try:
            sheet.meter = Said(parse_meter(f"{beats}/{unit}"), "time signature")
        except ValueError:
            sheet.remarks.append(f"the meter {beats}/{unit}")
    return divisions


def _key(fifths: int, mode: str) -> Key:
    names, word = (_MINOR, "minor") if mode == "minor" else (_MAJOR, "major")
    return parse_key(f"{names[fifths + 7]} {word}")


def symbol_of(element: ElementTree.Element) -> str | None:
    """Return the symbol of a <harmony>."""
    root, kind = text_at(element, "root/root-step"), element.find("kind")
    if not root or kind is None or (kind.text or "") == "none":
        return None
    name = root + _ALTERS.get(whole(text_at(element, "root/root-alter"), 0), "") + _KINDS.get(kind.text or "major", "")
    if bass := text_at(element, "bass/bass-step"):
        name += "/" + bass + _ALTERS.get(whole(text_at(element, "bass/bass-alter"), 0), "")
    return chord_of(name)


def _direction(sheet: Sheet, bar: TuneBar, element: ElementTree.Element) -> None:
    sound = element if element.tag == "sound" else element.find("sound")
    tempo = sound.get("tempo") if sound is not None else None
    per_minute = tempo or text_at(element, "direction-type/metronome/per-minute")
    if per_minute and sheet.tempo is None and 20 <= whole(per_minute, 0) <= 300:
        sheet.tempo = Said(float(whole(per_minute, 0)), f"{per_minute} BPM")
    mark = text_at(element, "direction-type/rehearsal")
    if mark and mark.strip():
        bar.section = mark.strip()[:40]


def _note(bar: TuneBar, element: ElementTree.Element, divisions: int) -> None:
    """Read a note of the first voice: of a chord the first one, and no grace notes."""
    is_extra = element.find("grace") is not None or element.find("chord") is not None
    if is_extra or (text_at(element, "voice") or "1") != "1":
        return
    beats = Fraction(whole(text_at(element, "duration"), 0), divisions)
    if not 0 < beats <= 64:
        return
    pitch = None
    step, octave = text_at(element, "pitch/step"), text_at(element, "pitch/octave")
    if step in _STEPS and octave:
        pitch = 12 * (whole(octave, 4) + 1) + _STEPS[step] + whole(text_at(element, "pitch/alter"), 0)
        pitch = min(max(pitch, 21), 108)
    tied = any(tie.get("type") == "start" for tie in element.findall("tie"))
    verses = [(text_at(lyric, "text") or "").strip()
              + ("-" if text_at(lyric, "syllabic") in ("begin", "middle") else "")
              for lyric in sorted(element.findall("lyric"), key=lambda lyric: whole(lyric.get("number"), 1))]
    bar.notes.append(TuneNote(pitch, beats, tied, verses[0] if verses else "", tuple(verses[1:])))
