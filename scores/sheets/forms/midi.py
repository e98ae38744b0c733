"""A MIDI lead sheet: the tune of the track with words, or of the first with notes; tempo, key, meter, lyrics."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import Any

from scores.faults import InputError
from scores.notation import NotationError
from scores.sheets.forms.tunes import MOST_BARS, TuneBar, TuneNote, sections_of
from scores.sheets.sheet import Said, Sheet
from scores.theory import parse_key, parse_meter

# Places of a quarter note that onsets and ends are rounded to: sixteenths.
_GRID = 4
# Most events of a file that is read as a lead sheet.
_MOST_EVENTS = 100_000


def is_midi(data: bytes) -> bool:
    """Whether the bytes are a standard MIDI file."""
    return data[:4] == b"MThd"


def read(data: bytes) -> Sheet:
    """Return the sheet of a MIDI file: the highest note at each moment is the tune, rounded to sixteenths.

    Raises
    ------
    InputError
        Where it is damaged or has no notes.
    """
    import mido  # here, because its import takes 0.1 s and few pages are MIDI files

    try:
        file = mido.MidiFile(file=io.BytesIO(data))
    except (OSError, EOFError, ValueError, KeyError, IndexError, TypeError) as error:
        raise InputError(f"this MIDI file is damaged: {error or 'it ends too early'}",
                         allowed="a standard MIDI file") from error
    if sum(map(len, file.tracks)) > _MOST_EVENTS or file.ticks_per_beat <= 0:
        raise InputError("this MIDI file is no lead sheet", allowed=f"at most {_MOST_EVENTS:,} events")
    sheet = Sheet("MIDI")
    words: dict[int, str] = {}
    tunes: list[list[tuple[int, int, int]]] = []
    for track in file.tracks:
        notes, said = _track(sheet, track, file.ticks_per_beat)
        words |= said
        if notes:
            tunes.append(notes)
    if not tunes:
        raise InputError("this MIDI file has no notes", allowed="a lead sheet: a tune, best with its words")
    tune = max(tunes, key=lambda notes: (sum(onset in words for onset, _, _ in notes), -tunes.index(notes)))
    meter = sheet.meter.value if sheet.meter else parse_meter("4/4")
    bars = _bars(tune, words, meter.bar_beats)
    if sheet.key is None:
        sheet.key = Said(_key_of([pitch for _, _, pitch in tune]), "the notes", False)
    sheet.sections = sections_of(sheet, bars, meter.bar_beats, sheet.key.value.fifths < 0)
    return sheet


def _track(sheet: Sheet, track: Any, ticks_per_beat: int) -> tuple[list[tuple[int, int, int]], dict[int, str]]:
    """Return the notes of a track as (onset, end, pitch) in places of the grid, and the words by their places."""
    now, open_notes, notes, said = 0, dict[int, int](), list[tuple[int, int, int]](), dict[int, str]()
    for message in track:
        now += message.time
        place = round(now * _GRID / ticks_per_beat)
        if message.type == "set_tempo" and sheet.tempo is None and message.tempo > 0:
            bpm = round(60e6 / message.tempo, 1)
            sheet.tempo = Said(bpm, f"{bpm:g} BPM") if 20 <= bpm <= 300 else None
        elif message.type == "time_signature" and sheet.meter is None:
            try:
                sheet.meter = Said(parse_meter(f"{message.numerator}/{message.denominator}"), "time signature")
            except NotationError:
                sheet.remarks.append(f"the meter {message.numerator}/{message.denominator}")
        elif message.type == "key_signature" and sheet.key is None:
            name = message.key
            sheet.key = Said(parse_key(f"{name.removesuffix('m')} {'minor' if name.endswith('m') else 'major'}"), name)
        elif message.type == "lyrics":
            said[place] = message.text.strip()
        elif message.type == "track_name" and not sheet.title and now == 0:
            sheet.title = message.name.strip()[:100]
        elif message.type == "note_on" and message.velocity and message.channel != 9:
            open_notes.setdefault(message.note, place)
        elif message.type in ("note_off", "note_on") and message.note in open_notes:
            onset = open_notes.pop(message.note)
            notes.append((onset, max(place, onset + 1), message.note))
    return sorted(notes), said


def _bars(tune: list[tuple[int, int, int]], words: dict[int, str], bar_beats: Fraction) -> list[TuneBar]:
    """Return the tune in bars: of notes that begin together the highest, each until the next begins."""
    top: dict[int, tuple[int, int]] = {}
    for onset, end, pitch in tune:
        if onset not in top or pitch > top[onset][1]:
            top[onset] = (end, pitch)
    places = round(bar_beats * _GRID)
    onsets = sorted(top)
    count = min(-(-max(top[onsets[-1]][0], 1) // places), MOST_BARS)
    cells: list[tuple[int, int, int | None, str]] = []  # start, end, pitch or None for a rest, syllable
    now = 0
    for n, onset in enumerate(onsets):
        following = onsets[n + 1] if n + 1 < len(onsets) else 10**9
        end = min(top[onset][0], following)
        if onset > now:
            cells.append((now, onset, None, ""))
        cells.append((onset, end, top[onset][1], words.get(onset, "")))
        now = end
    if now < count * places:
        cells.append((now, count * places, None, ""))
    bars = [TuneBar() for _ in range(count)]
    for start, end, sounding, word in cells:
        while start < end and start // places < count:
            bar = start // places
            stop = min(end, (bar + 1) * places)
            tied = sounding is not None and stop < end
            bars[bar].notes.append(TuneNote(sounding, Fraction(stop - start, _GRID), tied, word))
            start, word = stop, ""
    for bar_notes in bars:
        bar_notes.line_ends = any(note.syllable.endswith((",", ".", "!", "?")) for note in bar_notes.notes)
    return bars


def _key_of(pitches: list[int]) -> Any:
    """Return the key whose scale holds most of the notes; of several the one whose tonic ends the tune."""
    best, most = parse_key("C major"), -1.0
    for tonic in ("C", "G", "D", "A", "E", "B", "F#", "F", "Bb", "Eb", "Ab", "Db"):
        for mode in ("major", "minor"):
            try:
                key = parse_key(f"{tonic} {mode}")
            except NotationError:
                continue
            fit = sum(pitch % 12 in key.scale for pitch in pitches) / len(pitches)
            fit += 0.2 * (pitches[-1] % 12 == key.pitch_class) + 0.05 * (pitches[0] % 12 == key.pitch_class)
            if fit > most:
                best, most = key, fit
    return best
