"""A score or lead sheet that comes back, as a file of notes as they are heard.

The file holds notes as written: quantised, without velocity. So it is compared with what we write ourselves for the
same song, read by the same reader: a note that is in both is the composed one, with its moment, velocity and string.
What else is in the file is new, at its place on the grid; what is missing is gone. The result is what a DAW would send
back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median_low

from scores.midi_in.names import part_of
from scores.midi_in.notes import MOVED_SEMITONES, place_of, written_ends
from scores.midi_in.tracks import MidiIn, Struck, Track
from scores.notation_in.written import TICKS, Written, WrittenNote, WrittenPart
from scores.performance import Note, Performance
from scores.theory.tempo import TempoMap

# Farthest that a note as written may be from its beat as composed [ticks]: half of it, since short ones are moved.
NEAR_TICKS = TICKS // 2
# Velocity of a new note in a part that has no other.
VELOCITY = 80
# The syllable of a note that holds the one before.
HELD = "_"


def as_played(file: Written, ours: Written, performance: Performance, lead: Sequence[tuple[str, Note]]) -> MidiIn:
    """Return a file's notes as tracks of a MIDI file, in heard time.

    Parameters
    ----------
    file
        What came back.
    ours
        What we write for the song: the same kind of file.
    performance
        The song as composed.
    lead
        The notes of the words with the names of their parts, for a lead sheet; empty for a score of all parts.
    """
    tracks: list[Track] = []
    if lead:
        notes = [note for part in file.parts for note in part.notes]
        tracks = _lead_tracks(notes, [note for part in ours.parts for note in part.notes], lead, performance)
    else:
        written = {part_of(part.name, performance.notes): part for part in ours.parts}
        for number, part in enumerate(file.parts, 1):
            name = part_of(part.name, performance.notes)
            known = written.get(name) or WrittenPart("")
            composed = [note for note in performance.notes[name] if not note.is_breath] if name else []
            tracks.append(_track(number, part.name, part.notes, known.notes, composed, composed, performance.tempo))
    return MidiIn(tracks, [] if _same(file.tempi, ours.tempi) else file.tempi, TICKS, 1)


def _same(one: Sequence[tuple[float, float]], other: Sequence[tuple[float, float]]) -> bool:
    """Whether a file has no tempo that ours has not: programs move the steps of a ritardando, or drop them."""
    return {round(tempo, 1) for _, tempo in one} <= {round(tempo, 1) for _, tempo in other}


def _lead_tracks(notes: Sequence[WrittenNote], ours: Sequence[WrittenNote], lead: Sequence[tuple[str, Note]],
                 performance: Performance) -> list[Track]:
    """Return a track for each part that gives lines of the lead sheet: new notes go to the part of the nearest line."""
    onsets = [(round(note.onset_beats * TICKS), part) for part, note in lead]
    of_part: dict[str, list[WrittenNote]] = {part: [] for part, _ in lead}
    for note in notes:
        of_part[min(onsets, key=lambda row: abs(row[0] - note.tick))[1]].append(note)
    tracks = []
    for number, (name, mine) in enumerate(of_part.items(), 1):
        composed = [note for note in performance.notes[name] if not note.is_breath]
        shown = [note for part, note in lead if part == name]
        known = [note for note in ours if min(onsets, key=lambda row: abs(row[0] - note.tick))[1] == name]
        tracks.append(_track(number, name, mine, known, shown, composed, performance.tempo))
    return tracks


def _track(number: int, name: str, notes: Sequence[WrittenNote], ours: Sequence[WrittenNote], shown: Sequence[Note],
           composed: Sequence[Note], tempo: TempoMap) -> Track:
    """Return the track of a part.

    Parameters
    ----------
    number, name
        Of the track.
    notes, ours
        As the file has them, and as we write them.
    shown, composed
        The notes that we write, and all of the part.
    tempo
        The song's tempo map.
    """
    ends = dict(zip(map(id, composed), written_ends(composed, [place_of(note, tempo) for note in composed], tempo),
                    strict=True))
    stand_for = _stand_for(ours, shown)
    there: dict[tuple[int, int], list[tuple[WrittenNote, list[Note]]]] = {}
    for n, note in enumerate(ours):  # a flam is two notes at one place
        there.setdefault((note.tick, note.key), []).append((note, stand_for.get(n, [])))
    usual = median_low([note.velocity for note in composed]) if composed else VELOCITY
    track = Track(number, name)
    has_words = any(note.utterance is not None for note in composed)
    found = {id(note): standing.pop(0) for note in notes if (standing := there.get((note.tick, note.key)))}
    free: dict[int, list[tuple[WrittenNote, list[Note]]]] = {}
    for rows in there.values():
        for row in rows:
            free.setdefault(row[0].tick, []).append(row)
    for note in notes:
        known, same = found.get(id(note), (None, []))
        if known is not None and not same:
            continue  # as we write it: what it stands for stays
        if known is None and (other := _of_another_pitch(note, free)):
            known, same = other
        for before in same:
            onset = tempo.beat(before.onset_seconds)
            is_as_long = known is not None and known.ticks == note.ticks
            end = ends[id(before)] / TICKS if is_as_long else onset + note.ticks / TICKS
            wheel = _wheel(before, note.key, tempo) if abs(before.pitch - note.key) <= 0.5 else ((onset, 0.0),)
            track.notes.append(Struck(onset, end, note.key, wheel, before.velocity))
        first = tempo.beat(same[0].onset_seconds) if same else note.tick / TICKS
        if not same:
            track.notes.append(Struck(first, (note.tick + note.ticks) / TICKS, note.key, ((first, 0.0),), usual))
        if has_words and known is not None and known.syllable == note.syllable:
            track.lyrics += [(tempo.beat(before.onset_seconds), _lyric(before)) for before in same]
        elif has_words:
            track.lyrics.append((first, _text(note.syllable)))
    written = {id(note) for found in stand_for.values() for note in found}
    for before in composed:  # what no program was shown stays
        if id(before) not in written:
            onset = tempo.beat(before.onset_seconds)
            key = round(before.pitch)
            wheel = _wheel(before, key, tempo)
            track.notes.append(Struck(onset, ends[id(before)] / TICKS, key, wheel, before.velocity))
            if has_words:
                track.lyrics.append((onset, _lyric(before)))
    track.notes.sort(key=lambda struck: (struck.onset_beats, struck.key))
    track.lyrics = sorted((row for row in track.lyrics if row[1]), key=lambda row: row[0])
    return track


def _of_another_pitch(note: WrittenNote, free: dict[int, list[tuple[WrittenNote, list[Note]]]]
                      ) -> tuple[WrittenNote, list[Note]] | None:
    """Take the note of ours at the same place that was moved to this pitch, the nearest one; None if there is none."""
    rows = [row for row in free.get(note.tick, []) if abs(row[0].key - note.key) <= MOVED_SEMITONES and row[1]]
    nearest = min(rows, key=lambda row: abs(row[0].key - note.key), default=None)
    if nearest is not None:
        free[note.tick].remove(nearest)
    return nearest


def _stand_for(ours: Sequence[WrittenNote], shown: Sequence[Note]) -> Mapping[int, list[Note]]:
    """Return which composed notes each note that we write stands for: of its key, the nearest in time."""
    by_key: dict[int, list[tuple[int, int]]] = {}
    for n, note in enumerate(ours):
        by_key.setdefault(note.key, []).append((note.tick, n))
    found: dict[int, list[Note]] = {}
    for composed in shown:
        places = by_key.get(round(composed.pitch), [])
        tick = round(composed.onset_beats * TICKS)
        near = min(places, key=lambda row: abs(row[0] - tick), default=None)
        if near is not None and abs(near[0] - tick) <= NEAR_TICKS:
            found.setdefault(near[1], []).append(composed)
    return found


def _wheel(note: Note, key: int, tempo: TempoMap) -> tuple[tuple[float, float], ...]:
    """Return a note's bend as moves of a pitch wheel."""
    onset = tempo.beat(note.onset_seconds)
    moves = ((tempo.beat(note.onset_seconds + later), note.pitch - key + cents / 100) for later, cents in note.bend)
    return ((onset, note.pitch - key + (note.bend[0][1] / 100 if note.bend and not note.bend[0][0] else 0.0)),
            *(move for move in moves if move[0] > onset))


def _lyric(note: Note) -> str:
    """Return the syllable of a composed note as a lyric event."""
    sung = note.utterance
    if sung is None or not sung.syllable:
        return ""
    return sung.syllable.strip() + (" " if sung.is_word_end else "-" if sung.syllable != HELD else "")


def _text(syllable: str) -> str:
    return HELD if not syllable else syllable if syllable.endswith("-") else syllable + " "


def lead_of(notes: Iterable[Note], performance: Performance) -> list[tuple[str, Note]]:
    """Return notes with the names of the parts that have them."""
    owners = {id(note): name for name, found in performance.notes.items() for note in found}
    return [(owners[id(note)], note) for note in notes if id(note) in owners]
