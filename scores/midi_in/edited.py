"""A MIDI file that comes back from a DAW: its tracks are played in place of what was composed for the parts they name.

Time counts in beats, at the score's tempo. A note at the place of a composed note is that note, with its string, its
syllable and its onset to the sample, so that unedited notes sound as before. Any other note takes onset, length, pitch,
bend and velocity from the file and, in a part that sings, its syllable.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import ceil
from pathlib import Path

import numpy as np

from scores.choose import Address
from scores.composing.humanise import settle
from scores.faults import Fault, ScoreError
from scores.format.model import Score
from scores.midi_in.names import DRUM_CHANNEL, drum_part, part_of, part_on
from scores.midi_in.tracks import MidiIn, Struck, Track, read_tracks
from scores.midi_in.words import sung
from scores.notation import nearest
from scores.performance import Bend, Note, Performance
from scores.theory import note_name
from scores.theory.tempo import TempoMap
from scores.visible import visible

# Resolution of the files that are written here [ticks per quarter note].
OUR_TICKS = 960
# Greatest distance of a note from the composed one that it is taken for, at our own resolution [ticks].
NEAR_TICKS = 2
# Tolerance of pitch [semitones]: the steps of a pitch wheel round by less.
NEAR_PITCH = 0.06
# Longest time between two moves of a wheel that is moving [s]; after a longer one it was at rest.
WHEEL_SECONDS = 0.02
# Greatest difference of two tempi that count as equal, as a fraction.
TEMPO_TOLERANCE = 1e-3
# Tracks whose name begins so are the plan of glitches, which the score composes.
GLITCHES = "glitch"
# Velocity of the notes of that plan.
GLITCH_VELOCITY = 1
# Keys of that plan, below what any instrument plays.
GLITCH_KEYS = range(21)
# Most faults that are reported.
MAX_FAULTS = 20
# Fewest notes of a part that can count as moved as a whole.
FEWEST_MOVED = 4
# Share of the notes that are moved alike, above which the part counts as moved as a whole.
MOST_MOVED = 0.9
# Greatest difference of shifts that count as alike [quarter notes].
SAME_BEATS = 1 / 32


def play_edited(path: Path, score: Score, performance: Performance,
                reach: Mapping[str, tuple[int, int]]) -> tuple[Performance, list[str]]:
    """Play the notes of a file in place of the composed ones.

    Parameters
    ----------
    path
        The MIDI file.
    score, performance
        The score, and what was composed for it.
    reach
        Lowest and highest MIDI number that the instrument of each part can play.

    Returns
    -------
    Performance
        The performance with the file's notes.
    list of str
        Notices: what was mended in the file, and what came back of each part.

    Raises
    ------
    ScoreError
        If the file is not MIDI, a track seems to misspell a part, or a note is out of reach.
    """
    file = read_tracks(path)
    by_part, faults, told = _by_part(file, {name: part.instrument for name, part in score.parts.items()})
    if file.mended:
        told.insert(0, f"{path.name} departs from the standard and is read all the same: {'; '.join(file.mended)}.")
    end = performance.sections[-1].end_beats
    for name, track in by_part.items():
        faults += _unplayable(name, score.parts[name].instrument, track, performance, reach[name], end)
    if not by_part and not faults:
        faults = [Fault(0, 0, "no track of the file names a part", allowed=", ".join(score.parts))]
    if faults:
        raise ScoreError(str(path), faults[:MAX_FAULTS])
    notes = dict(performance.notes)
    returned: dict[str, str] = {}
    for name, track in by_part.items():
        played, divided = _notes(score, name, track, performance, file.division)
        notes[name] = settle(played, performance.duration_seconds)
        returned[name] = _returned(performance.notes[name], played, performance.tempo)
        if divided:
            told.append(f"{path.name}: {name} has more than one syllable on {divided} note{'s' * (divided > 1)}: "
                        "they are sung one after the other within the note.")
    told += _told_of_tempo(path, file.tempi, performance)
    if any(returned.values()):
        told.append(f"{path.name}: " + "; ".join(f"{name} {what or 'as composed'}" for name, what in returned.items())
                    + ".")
    composed = [name for name in score.parts if name not in by_part and performance.notes[name]]
    if composed:
        told.append(f"{path.name} has no track for {', '.join(composed)}: played as composed.")
    return replace(performance, notes=notes), told


def _returned(composed: Sequence[Note], played: Sequence[Note], tempo: TempoMap) -> str:
    """How the notes of a part came back, in words; empty if all are as composed. Its seed identifies a note."""
    old = {note.seed: note for note in composed if not note.is_breath}
    back = [note for note in played if not note.is_breath]
    known = {note.seed for note in back} & old.keys()
    same = sum(note == old.get(note.seed) for note in back)
    counts = {"as composed": same, "changed": sum(note.seed in known for note in back) - same,
              "new": sum(note.seed not in known for note in back), "gone": len(old) - len(known)}
    if same == len(old) == len(back):
        return ""
    told = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    return told + _as_a_whole(list(old.values()), back, tempo)


def _as_a_whole(composed: Sequence[Note], back: Sequence[Note], tempo: TempoMap) -> str:
    """How a part as a whole was transposed or moved, in words; empty if it was not."""
    if len(composed) != len(back) or len(back) < FEWEST_MOVED:
        return ""
    onsets, pitches = (np.array([[tempo.beat(note.onset_seconds) for note in notes] for notes in (composed, back)]),
                       np.array([[round(note.pitch) for note in notes] for notes in (composed, back)]))
    beats, semitones = float(np.median(onsets[1] - onsets[0])), int(np.median(pitches[1] - pitches[0]))
    alike = (abs(onsets[1] - onsets[0] - beats) < SAME_BEATS) & (pitches[1] - pitches[0] == semitones)
    told = [f"{semitones:+d} semitones"] if semitones else []
    told += [f"{round(beats, 2):+g} quarter notes"] if abs(beats) > SAME_BEATS else []
    return f" (all of it moved by {' and '.join(told)})" if told and alike.mean() > MOST_MOVED else ""


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


def _by_part(file: MidiIn, parts: Mapping[str, str]) -> tuple[dict[str, Track], list[Fault], list[str]]:
    """Return the track of each part, faults, and notices. ``parts`` has the instrument of each part.

    Tracks that name one part are joined. A track without notes may be called anything. One on channel 10 is the drums,
    whatever its name. One that names no part and resembles none is new and left out. In a file of type 0, which has one
    track only, the channels take the place of tracks.
    """
    by_part: dict[str, list[Track]] = {}
    faults: list[Fault] = []
    told: list[str] = []
    added: list[str] = []
    by_channel = file.kind == 0 and len(file.tracks) > 1
    for track in file.tracks:
        name = part_on(track.channels, parts) if by_channel else part_of(track.name, parts)
        if name is None and track.channels == {DRUM_CHANNEL}:
            name = drum_part(parts)
        if by_channel:
            track.notes = [note for note in track.notes
                           if note.velocity != GLITCH_VELOCITY or note.key not in GLITCH_KEYS]
        if name is not None:
            by_part.setdefault(name, []).append(track)
        elif track.notes and not track.name.casefold().startswith(GLITCHES):
            allowed = "a part of the score: " + ", ".join(parts)
            shown, meant = visible(track.name), nearest(visible(track.name)[:80], parts)
            if shown and meant is None and not by_channel:
                added.append(shown)
                continue
            called = f'unknown track "{shown}"' if shown else f"track {track.number} has notes and no name"
            if by_channel:
                called = f"channel {min(track.channels) + 1} has notes and belongs to no part"
            if by_channel or len(file.tracks) == 1:
                allowed += "; a file of type 1, one track a part"
            faults.append(Fault(0, 0, called, found=shown, allowed=allowed, nearest=meant))
    if by_channel and by_part:
        told.append("The file is of type 0, one track for all: its channels are taken for "
                    + ", ".join(name for name in parts if name in by_part) + ".")
    if added and by_part:
        told.append(f"{'Tracks' if len(added) > 1 else 'A track'} of no part, left out: {', '.join(added)}. To hear "
                    f"{'one' if len(added) > 1 else 'it'}, add a part of that name to the score.")
    elif added:
        faults += [Fault(0, 0, f'unknown track "{name}"', found=name,
                         allowed="a part of the score: " + ", ".join(parts)) for name in added]
    for name, tracks in by_part.items():
        others = [visible(track.name) for track in tracks if not by_channel and track.notes]
        if len(others) > 1:
            told.append(f"{name} is played from {len(others)} tracks: " + ", ".join(dict.fromkeys(others)) + ".")
    return {name: _joined(tracks, name) for name, tracks in by_part.items()}, faults, told


def _joined(tracks: Sequence[Track], name: str) -> Track:
    """Tracks of one part as one."""
    return Track(tracks[0].number, name,
                 sorted((note for track in tracks for note in track.notes),
                        key=lambda note: (note.onset_beats, note.key)),
                 sorted(lyric for track in tracks for lyric in track.lyrics) if len(tracks) > 1 else tracks[0].lyrics)


def _unplayable(name: str, instrument: str, track: Track, performance: Performance, reach: tuple[int, int],
                end: float) -> list[Fault]:
    """Faults of a track: notes after the end of the song, and notes that its instrument does not have."""
    faults = []
    for struck in track.notes:
        pitch = round(struck.key + struck.wheel[0][1])
        if struck.onset_beats >= end - 1e-6:
            faults.append(Fault(0, 0, f"{name} plays after the end of the song, at {_place(struck, performance)}",
                                allowed=f"notes before bar {performance.bars[-1].index + 1}"))
            break
        if not reach[0] <= pitch <= reach[1]:
            faults.append(Fault(0, 0, f"{name} would play {note_name(pitch)} at {_place(struck, performance)}, a note "
                                f"that a {instrument} does not have", found=note_name(pitch),
                                allowed=f"{note_name(reach[0])} to {note_name(reach[1])}"))
            break
    return faults


def _place(struck: Struck, performance: Performance) -> str:
    """Return a place in words: bar and quarter note; bars after the end are as long as the last one."""
    bars = performance.bars
    bar = bars[max(bisect_right(bars, struck.onset_beats + 1e-6, key=lambda bar: bar.start_beats) - 1, 0)]
    more, beat = divmod(struck.onset_beats - bar.start_beats, bar.beats)
    return f"bar {bar.index + int(more)}, quarter {beat + 1:.2f}"


def _notes(score: Score, name: str, track: Track, performance: Performance, division: int) -> tuple[list[Note], int]:
    """Return the notes of a part as the track has them, sorted by onset, and how many were divided between syllables.

    In-breaths of the voice stay where there is room. ``division`` is the resolution of the file.
    """
    tempo = performance.tempo
    composed = [note for note in performance.notes[name] if not note.is_breath]
    ticks = [(max(round(tempo.beat(note.onset_seconds) * OUR_TICKS), 0), round(note.pitch)) for note in composed]
    ends = _written_ends(composed, ticks, tempo)
    there: dict[tuple[int, int], list[int]] = {}
    for index, place in enumerate(ticks):
        there.setdefault(place, []).append(index)
    struck_words, divided = sung(track, composed, performance, score.lexicon)
    sings = any(note.utterance is not None for note in composed)  # a singer bends by herself
    seeds = Address(score.seed, "", name, 0, "midi").generator().integers(0, 2**62, len(struck_words) + 1)
    notes = []
    window = max(windows(division), key=lambda window: sum(
        any((round(struck.onset_beats * OUR_TICKS) + d, struck.key) in there for d in window)
        for struck, _ in struck_words))  # where both fit, the first: programs that round
    near = sorted(window, key=abs)
    for number, (struck, utterance) in enumerate(struck_words):
        tick = round(struck.onset_beats * OUR_TICKS)
        same = next((there.pop((tick + d, struck.key)) for d in near if (tick + d, struck.key) in there), ())
        end_beats = struck.end_beats if struck.pedal_beats is None else struck.pedal_beats
        onset, stop = tempo.seconds(struck.onset_beats), tempo.seconds(end_beats)
        pitch, bend = (float(struck.key), ()) if sings else (struck.key + struck.wheel[0][1], _bend(struck, tempo))
        if not same:
            notes.append(Note(struck.onset_beats, end_beats - struck.onset_beats, onset, stop - onset, pitch,
                              struck.velocity, int(seeds[number]), None, utterance, bend=bend,
                              pedalled=struck.pedal_beats is not None))
            continue
        kept = max(ends[index] for index in same) - round(struck.end_beats * OUR_TICKS) in window
        as_hard = max(composed[index].velocity for index in same) == struck.velocity
        for before in (composed[index] for index in same):  # a key struck on two strings at once is one in the file
            if not sings and not _is_bent_as(struck, before, tempo, window.stop / OUR_TICKS):
                before = replace(before, pitch=pitch, bend=bend)
            notes.append(replace(
                before, velocity=before.velocity if as_hard else struck.velocity,
                duration_seconds=before.duration_seconds if kept else max(stop - before.onset_seconds, 1e-3),
                duration_beats=before.duration_beats if kept else end_beats - struck.onset_beats,
                pedalled=before.pedalled if kept else struck.pedal_beats is not None, utterance=utterance))
    starts = [note.onset_seconds for note in notes]
    breaths = [note for note in performance.notes[name] if note.is_breath
               and not any(a.onset_seconds <= note.onset_seconds < a.end_seconds
                           for a in notes[max(bisect_right(starts, note.onset_seconds) - 1, 0):][:1])]
    return sorted([*notes, *breaths], key=lambda note: (note.onset_seconds, note.pitch)), divided


def _written_ends(notes: Sequence[Note], ticks: Sequence[tuple[int, int]], tempo: TempoMap) -> list[int]:
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


def _told_of_tempo(path: Path, tempi: Sequence[tuple[float, float]], performance: Performance) -> Iterator[str]:
    """Return the notice where the file has another tempo than the score."""
    for beat, own in tempi:
        ours = 60 / performance.tempo.beat_seconds(beat + 1e-6)
        if abs(own - ours) > TEMPO_TOLERANCE * ours and beat < performance.sections[-1].end_beats - 1e-6:
            yield (f"{path.name} has {own:.4g} quarter notes a minute where the score has {ours:.4g}: "
                   "its beats are played at the score's tempo.")
            return
