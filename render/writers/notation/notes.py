"""Notes and rests of MusicXML 4.0, with ties, triplets, syllables, strings and frets."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

from render.writers.notation.grid import Piece
from render.writers.notation.parts import Stave
from render.writers.notation.spelling import Accidentals, spell
from scores.lyrics.line import HELD
from scores.performance import Note
from scores.theory import Key

# Head and place of drums on a percussion stave, by General MIDI key (Weinberg, 1998, "Guidelines for Drumset
# Notation"); others stand on the middle line.
DRUM_HEADS = {35: ("F", 4, ""), 36: ("F", 4, ""), 37: ("C", 5, "x"), 38: ("C", 5, ""), 39: ("C", 5, "x"),
              40: ("C", 5, ""), 41: ("A", 4, ""), 42: ("G", 5, "x"), 43: ("A", 4, ""), 44: ("D", 4, "x"),
              45: ("D", 5, ""), 46: ("G", 5, "circle-x"), 47: ("D", 5, ""), 48: ("E", 5, ""), 49: ("A", 5, "x"),
              50: ("E", 5, ""), 51: ("F", 5, "x"), 52: ("A", 5, "x"), 53: ("F", 5, "diamond"), 55: ("A", 5, "x"),
              57: ("A", 5, "x"), 59: ("F", 5, "x")}
MIDDLE_LINE = ("B", 4, "")
# Accidentals by what they alter [semitones].
ACCIDENTALS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}
# Manners that are not sung on pitch.
UNPITCHED_MANNERS = ("spoken", "whispered")


def add_piece(measure: Xml.Element, piece: Piece, stave: Stave, key: Key, accidentals: Accidentals, identity: str,
              number: int) -> None:
    """Add the notes of a piece, or its rest.

    Parameters
    ----------
    measure
        Where they are added.
    piece, stave
        What is written, and where.
    key, accidentals
        The key at this place, and the accidentals of the bar so far on this stave.
    identity
        Of the part, for the instruments of a drum kit.
    number
        Of the stave in its part, from 1; 0 where there is only one.
    """
    if piece.event is None:
        rest = Xml.SubElement(measure, "note")
        Xml.SubElement(rest, "rest")
        _length(rest, piece, number)
        return
    sounding = _on_strings(piece.event.notes, stave) if stave.strings else piece.event.notes
    for index, note in enumerate(sounding):
        element = Xml.SubElement(measure, "note")
        if index:
            Xml.SubElement(element, "chord")
        _head(element, note, stave, key)
        Xml.SubElement(element, "duration").text = str(piece.places)
        for kind, is_tied in (("stop", piece.is_begun), ("start", piece.goes_on)):
            if is_tied:
                Xml.SubElement(element, "tie", type=kind)
        if stave.clef == "percussion":
            Xml.SubElement(element, "instrument", id=f"{identity}-I{round(note.pitch)}")
        is_written = not stave.strings and stave.clef != "percussion"
        _value(element, piece, number, _accidental(note, piece, key, accidentals) if is_written else None)
        _note_head(element, note, stave)
        if number:
            Xml.SubElement(element, "staff").text = str(number)
        _notations(element, piece, note, stave, is_first=index == 0)
        if index == 0 and not stave.strings:
            _lyric(element, piece, note)


def _on_strings(notes: tuple[Note, ...], stave: Stave) -> list[Note]:
    """Return the notes that a hand holds, one on a string."""
    by_string = {note.fingering.string: note for note in notes
                 if note.fingering and note.fingering.string < len(stave.strings)}
    return list(by_string.values()) or list(notes)


def _head(element: Xml.Element, note: Note, stave: Stave, key: Key) -> None:
    if stave.clef == "percussion":
        step, octave, _ = DRUM_HEADS.get(round(note.pitch), MIDDLE_LINE)
        place = Xml.SubElement(element, "unpitched")
        Xml.SubElement(place, "display-step").text = step
        Xml.SubElement(place, "display-octave").text = str(octave)
        return
    letter, alter, octave = spell(round(note.pitch), key)
    pitch = Xml.SubElement(element, "pitch")
    Xml.SubElement(pitch, "step").text = letter
    if alter:
        Xml.SubElement(pitch, "alter").text = str(alter)
    Xml.SubElement(pitch, "octave").text = str(octave)


def _length(element: Xml.Element, piece: Piece, number: int) -> None:
    Xml.SubElement(element, "duration").text = str(piece.places)
    _value(element, piece, number)
    if number:
        Xml.SubElement(element, "staff").text = str(number)
    if piece.is_triplet and (piece.opens or piece.closes):
        _tuplet(Xml.SubElement(element, "notations"), piece)


def _accidental(note: Note, piece: Piece, key: Key, accidentals: Accidentals) -> str | None:
    """Return the accidental before a note; one that is tied to it in the bar before has none."""
    if piece.is_begun and piece.start == 0:
        return None
    alter = accidentals.written(spell(round(note.pitch), key))
    return None if alter is None else ACCIDENTALS[alter]


def _value(element: Xml.Element, piece: Piece, number: int, accidental: str | None = None) -> None:
    Xml.SubElement(element, "voice").text = str(4 * max(number - 1, 0) + 1)  # four voices a stave, as editors count
    Xml.SubElement(element, "type").text = piece.value
    for _ in range(piece.dots):
        Xml.SubElement(element, "dot")
    if accidental:
        Xml.SubElement(element, "accidental").text = accidental
    if piece.is_triplet:
        ratio = Xml.SubElement(element, "time-modification")
        Xml.SubElement(ratio, "actual-notes").text = "3"
        Xml.SubElement(ratio, "normal-notes").text = "2"


def _note_head(element: Xml.Element, note: Note, stave: Stave) -> None:
    head = DRUM_HEADS.get(round(note.pitch), MIDDLE_LINE)[2] if stave.clef == "percussion" else ""
    if note.utterance and note.utterance.delivery.manner in UNPITCHED_MANNERS:
        head = "x"
    if head:
        Xml.SubElement(element, "notehead").text = head


def _notations(element: Xml.Element, piece: Piece, note: Note, stave: Stave, *, is_first: bool) -> None:
    has_strings = bool(stave.strings) and note.fingering is not None
    has_tuplet = is_first and piece.is_triplet and (piece.opens or piece.closes)
    if not (piece.is_begun or piece.goes_on or has_tuplet or has_strings):
        return
    notations = Xml.SubElement(element, "notations")
    for kind, is_tied in (("stop", piece.is_begun), ("start", piece.goes_on)):
        if is_tied:
            Xml.SubElement(notations, "tied", type=kind)
    if has_tuplet:
        _tuplet(notations, piece)
    if has_strings and note.fingering:
        technical = Xml.SubElement(notations, "technical")
        Xml.SubElement(technical, "string").text = str(len(stave.strings) - note.fingering.string)
        Xml.SubElement(technical, "fret").text = str(note.fingering.fret)


def _tuplet(notations: Xml.Element, piece: Piece) -> None:
    for kind, is_there in (("start", piece.opens), ("stop", piece.closes)):
        if is_there:
            Xml.SubElement(notations, "tuplet", type=kind)


def _lyric(element: Xml.Element, piece: Piece, note: Note) -> None:
    """Add the syllable of a note; a note that holds the syllable before it has none, but extends it."""
    utterance = note.utterance
    if utterance is None or utterance.place is None or piece.is_begun:
        return
    syllables = utterance.line.words[utterance.word_index].syllables
    if utterance.syllable == HELD:
        lyric = Xml.SubElement(element, "lyric", number="1")
        Xml.SubElement(lyric, "extend", type="continue")
        return
    told = [place for place, syllable in enumerate(syllables) if syllable.spelling != HELD]
    is_first, is_last = utterance.place == told[0], utterance.place == told[-1]
    is_held = utterance.place + 1 < len(syllables) and syllables[utterance.place + 1].spelling == HELD
    lyric = Xml.SubElement(element, "lyric", number="1")
    Xml.SubElement(lyric, "syllabic").text = ("single" if is_first and is_last else "begin" if is_first else
                                              "end" if is_last else "middle")
    mark = utterance.line.words[utterance.word_index].mark if is_last else ""
    Xml.SubElement(lyric, "text").text = utterance.syllable + mark
    if is_held:
        Xml.SubElement(lyric, "extend", type="start")
