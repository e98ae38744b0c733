"""The notes of a part as a file has them: those that were composed come back as they were, the others as written.

A part that was moved or transposed as a whole is compared where it now stands, so that it keeps strings and syllables.
A single note that was moved in time keeps its string, one that was moved in pitch its noise.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil

import numpy as np

from scores.choose import Address
from scores.midi_in.shift import STILL, Shift, shift_of
from scores.midi_in.tracks import Struck, Track
from scores.midi_in.words import sung
from scores.performance import LEGATO, Bend, Note, Performance
from scores.score import Score
from scores.theory.tempo import TempoMap

# Resolution of the files that are written here [ticks per quarter note].
OUR_TICKS = 960
# Greatest distance of a note from the composed one that it is taken for, at our own resolution [ticks].
NEAR_TICKS = 2
# Tolerance of pitch [semitones]: the steps of a pitch wheel round by less.
NEAR_PITCH = 0.06
# Longest time between two moves of a wheel that is moving [s]; after a longer one it was at rest.
WHEEL_SECONDS = 0.02
# Farthest that a single note may have been moved to be the same one: in time [ticks], or in pitch [semitones].
MOVED_TICKS, MOVED_SEMITONES = OUR_TICKS, 12

Place = tuple[int, int]


@dataclass(frozen=True)
class Returned:
    """The notes of a part as they came back.

    Parameters
    ----------
    notes
        Sorted by onset, breaths included.
    composed
        What they are compared with: the composed notes, moved as the whole part was.
    shift
        How the whole part was moved.
    divided
        How many notes were divided between syllables.
    """

    notes: list[Note]
    composed: Sequence[Note] = field(default_factory=list)
    shift: Shift = STILL
    divided: int = 0

    def told(self) -> str:
        """Return how the part came back, in words; empty if all is as composed. Its seed identifies a note."""
        old = {note.seed: note for note in self.composed}
        back = [note for note in self.notes if not note.is_breath]
        known = {note.seed for note in back} & old.keys()
        same = sum(note == old.get(note.seed) for note in back)
        moved = sum(note.seed in known and (note.onset_seconds, note.pitch)
                    != (old[note.seed].onset_seconds, old[note.seed].pitch) for note in back)
        counts = {"as composed": same, "moved": moved,
                  "changed": sum(note.seed in known for note in back) - same - moved,
                  "new": sum(note.seed not in known for note in back), "gone": len(old) - len(known)}
        words = [f"{count} {what}" for what, count in counts.items() if count]
        if whole := self.shift.told():
            return ", ".join([f"all of it {whole}", *(words if same < len(old) or same < len(back) else [])])
        return "" if same == len(old) == len(back) else ", ".join(words)


def windows(division: int) -> tuple[range, range]:
    """Return how far a composed note may lie from where a file has it: for programs that round, and that truncate.

    Parameters
    ----------
    division
        Resolution of the file [ticks per quarter note]. Its notes are up to half a tick off where its program rounds,
        and up to a tick early where it truncates.

    Returns
    -------
    tuple of range
        In ticks of ours; each one wider than the error of the file, for our own rounding.
    """
    half, whole = ceil(OUR_TICKS / (2 * division)) + 1, ceil(OUR_TICKS / division) + 1
    return range(-max(NEAR_TICKS, half), max(NEAR_TICKS, half) + 1), range(-1, whole + 1)


def returned(score: Score, name: str, track: Track, performance: Performance, division: int) -> Returned:
    """Return the notes of a part as its track has them.

    In-breaths of the voice stay where there is room.

    Parameters
    ----------
    score, performance
        The score, and what was composed for it.
    name
        The part.
    track
        Its track of the file.
    division
        Resolution of the file [ticks per quarter note].
    """
    tempo = performance.tempo
    written = [note for note in performance.notes[name] if not note.is_breath]
    places = [place_of(note, tempo) for note in written]
    struck_places = [(round(struck.onset_beats * OUR_TICKS), struck.key) for struck in track.notes]
    around = windows(division)
    shift = shift_of(places, struck_places, around[1].stop - 1, OUR_TICKS / division)
    composed = [_shifted(note, shift, tempo) for note in written] if shift != STILL else written
    places = [place_of(note, tempo) for note in composed]
    ends = written_ends(composed, places, tempo)
    there: dict[Place, list[int]] = {}
    for index, place in enumerate(places):
        there.setdefault(place, []).append(index)
    struck_words, divided = sung(track, composed, performance, score.lexicon)
    window = max(around, key=lambda window: _fit(window, track.notes, there, ends))  # where both fit: who rounds
    sings = any(note.utterance is not None for note in composed)  # a singer bends by herself
    seeds = Address(score.seed, "", name, 0, "midi").generator().integers(0, 2**62, len(struck_words) + 1)
    near = sorted(window, key=abs)
    same: dict[int, Sequence[int]] = {}
    for number, (struck, _) in enumerate(struck_words):
        tick = round(struck.onset_beats * OUR_TICKS)
        if found := next((there.pop((tick + d, struck.key)) for d in near if (tick + d, struck.key) in there), None):
            same[number] = found
    moved = _moved({number: (round(struck.onset_beats * OUR_TICKS), struck.key)
                    for number, (struck, _) in enumerate(struck_words) if number not in same}, there)
    notes = []
    for number, (struck, utterance) in enumerate(struck_words):
        end_beats = struck.end_beats if struck.pedal_beats is None else struck.pedal_beats
        onset, stop = tempo.seconds(struck.onset_beats), tempo.seconds(end_beats)
        pitch, bend = (float(struck.key), ()) if sings else (struck.key + struck.wheel[0][1], _bend(struck, tempo))
        if number not in same:
            new = Note(struck.onset_beats, end_beats - struck.onset_beats, onset, stop - onset, pitch,
                       struck.velocity, int(seeds[number]), None, utterance, bend=bend,
                       pedalled=struck.pedal_beats is not None)
            notes.append(_as_before(new, composed[moved[number]]) if number in moved else new)
            continue
        longest = max(same[number], key=lambda index: ends[index])
        kept = ends[longest] - round(struck.end_beats * OUR_TICKS) in window or (
            # no program has a note that is shorter than its tick
            (struck.end_beats - struck.onset_beats) * division < 1.5
            and ends[longest] - places[longest][0] <= OUR_TICKS / division + 1)
        as_hard = max(composed[index].velocity for index in same[number]) == struck.velocity
        for before in (composed[index] for index in same[number]):  # a key struck on two strings is one in the file
            if not sings and not _is_bent_as(struck, before, tempo, window.stop / OUR_TICKS):
                before = replace(before, pitch=pitch, bend=bend)
            notes.append(replace(
                before, velocity=before.velocity if as_hard else struck.velocity,
                duration_seconds=before.duration_seconds if kept else max(stop - before.onset_seconds, 1e-3),
                duration_beats=before.duration_beats if kept else end_beats - struck.onset_beats,
                pedalled=before.pedalled if kept else struck.pedal_beats is not None, utterance=utterance))
    notes.sort(key=lambda note: (note.onset_seconds, note.pitch))
    starts = [note.onset_seconds for note in notes]
    breaths = [note for note in (_shifted(note, shift, tempo) for note in performance.notes[name] if note.is_breath)
               if note.onset_beats >= 0
               and not any(a.onset_seconds <= note.onset_seconds < a.end_seconds
                           for a in notes[max(bisect_right(starts, note.onset_seconds) - 1, 0):][:1])]
    return Returned(sorted([*notes, *breaths], key=lambda note: (note.onset_seconds, note.pitch)), composed, shift,
                    divided)


def _fit(window: range, notes: Sequence[Struck], there: Mapping[Place, Sequence[int]], ends: Sequence[int]
         ) -> tuple[int, int]:
    """Return how many notes begin where a composed one does, within a window, and how many of them end there too."""
    begun = ended = 0
    for struck in notes:
        tick, stop = round(struck.onset_beats * OUR_TICKS), round(struck.end_beats * OUR_TICKS)
        found = [there[tick + d, struck.key] for d in window if (tick + d, struck.key) in there]
        begun += bool(found)
        ended += any(ends[index] - stop in window for same in found for index in same)
    return begun, ended


def place_of(note: Note, tempo: TempoMap) -> Place:
    """Return where our own file has a note: its tick and its key."""
    return max(round(tempo.beat(note.onset_seconds) * OUR_TICKS), 0), round(note.pitch)


def _shifted(note: Note, shift: Shift, tempo: TempoMap) -> Note:
    """Return a note moved as the whole part was. Its frets stay: all of them are moved, as by a capo."""
    note = replace(note, pitch=note.pitch + shift.semitones)
    if not shift.ticks:
        return note
    beats = shift.ticks / OUR_TICKS
    onset, end = (tempo.seconds(tempo.beat(seconds) + beats) for seconds in (note.onset_seconds, note.end_seconds))
    return replace(note, onset_beats=note.onset_beats + beats, onset_seconds=onset, duration_seconds=end - onset)


def _moved(free: dict[int, Place], there: dict[Place, list[int]]) -> dict[int, int]:
    """Return which composed note each free note of the file was, where one of its key or of its onset is near.

    The nearest in time come first, then those that only changed their pitch.
    """
    by_key: dict[int, list[int]] = {}
    by_tick: dict[int, list[int]] = {}
    for tick, key in sorted(there):
        by_key.setdefault(key, []).append(tick)
        by_tick.setdefault(tick, []).append(key)
    ticks = sorted(by_tick)
    pairs: list[tuple[bool, int, int, Place]] = []
    for number, (tick, key) in free.items():
        in_time = by_key.get(key, [])
        after = bisect_left(in_time, tick)
        pairs += [(False, abs(other - tick), number, (other, key)) for other in in_time[max(after - 1, 0):after + 1]
                  if abs(other - tick) <= MOVED_TICKS]
        start, stop = bisect_left(ticks, tick - NEAR_TICKS), bisect_right(ticks, tick + NEAR_TICKS)
        pairs += [(True, abs(other - key), number, (at, other)) for at in ticks[start:stop] for other in by_tick[at]
                  if abs(other - key) <= MOVED_SEMITONES]
    found: dict[int, int] = {}
    for _, _, number, place in sorted(pairs):
        if number not in found and place in there:
            found[number] = there.pop(place)[0]
    return found


def _as_before(new: Note, before: Note) -> Note:
    """Return a moved note with what it keeps: its noise, and where its pitch stays its string and how it is played."""
    if new.pitch != before.pitch:
        return replace(new, seed=before.seed)
    legato = before.articulation in LEGATO  # comes from the note before it, which is another one now
    return replace(new, seed=before.seed, fingering=before.fingering,
                   articulation="plain" if legato else before.articulation)


def written_ends(notes: Sequence[Note], ticks: Sequence[Place], tempo: TempoMap) -> list[int]:
    """Return the tick at which a file ends each note: its own end, or the next onset of its key.

    A guitar has a pitch on several strings and lets them ring together; a MIDI channel has one key for it.
    """
    struck: dict[int, list[int]] = {}
    for tick, key in dict.fromkeys(ticks):
        struck.setdefault(key, []).append(tick)
    ends = []
    for note, (tick, key) in zip(notes, ticks, strict=True):
        end = max(round(tempo.beat(note.end_seconds) * OUR_TICKS), tick + 1)
        after = bisect_right(struck[key], tick)
        ends.append(min([end, *struck[key][after:after + 1]]))
    return ends


def _bend(struck: Struck, tempo: TempoMap) -> Bend:
    """Return the wheel as a note's bend, in cents from its position at the onset; it stays until it is moved."""
    onset, (_, start) = tempo.seconds(struck.onset_beats), struck.wheel[0]
    points: list[tuple[float, float]] = []
    for beat, semitones in struck.wheel[1:]:
        now = tempo.seconds(beat) - onset
        last = points[-1] if points else (0.0, 0.0)
        if now - last[0] > WHEEL_SECONDS:
            points.append((now - WHEEL_SECONDS, last[1]))
        points.append((now, 100 * (semitones - start)))
    return tuple(points)


def _is_bent_as(struck: Struck, before: Note, tempo: TempoMap, near_beats: float) -> bool:
    """Whether the wheel moves as the composed note is bent, within ``near_beats`` of time."""
    onset = tempo.seconds(struck.onset_beats)
    moments, cents = zip(*before.bend, strict=True) if before.bend else ((0.0,), (0.0,))
    if before.bend and len(struck.wheel) == 1 and max(cents) - min(cents) > 100 * NEAR_PITCH:
        return False
    for beat, semitones in struck.wheel:
        around = [tempo.seconds(beat + moved) - onset for moved in (-near_beats, 0, near_beats)]
        pitches = before.pitch - struck.key + np.interp(around, moments, cents) / 100
        if not pitches.min() - NEAR_PITCH < semitones < pitches.max() + NEAR_PITCH:
            return False
    return True


