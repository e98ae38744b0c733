"""A MIDI file that comes back from a DAW: its tracks are played in place of what was composed for the parts they name.

Time counts in beats, at the score's tempo or the file's. A note at the place of a composed note is that note, with its
string, its syllable and its onset to the sample, so that unedited notes sound as before. Any other note takes onset,
length, pitch, bend and velocity from the file and, in a part that sings, its syllable.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from scores.composing.humanise import settle
from scores.faults import Fault, ScoreError
from scores.midi_in.names import DRUM_CHANNEL, drum_part, is_glitches, part_of, part_on
from scores.midi_in.notes import returned
from scores.midi_in.tracks import MidiIn, Struck, Track, read_tracks
from scores.notation import nearest
from scores.performance import Performance
from scores.retime import retimed
from scores.score import Score
from scores.theory import note_name
from scores.theory.tempo import TempoMap
from scores.visible import visible

# Greatest difference of two tempi that count as equal, as a fraction.
TEMPO_TOLERANCE = 1e-3
# Velocity of the notes of the plan of glitches, which the score composes.
GLITCH_VELOCITY = 1
# Keys of that plan, below what any instrument plays.
GLITCH_KEYS = range(21)
# Most faults that are reported.
MAX_FAULTS = 20
# Tempo of a file that states none [quarter notes per minute] (Standard MIDI Files 1.0).
UNSTATED = 120.0
# Whose tempo is played.
Whose = Literal["score", "file"]


def play_edited(path: Path, score: Score, performance: Performance,
                reach: Mapping[str, tuple[int, int]], whose_tempo: Whose = "score") -> tuple[Performance, list[str]]:
    """Play the notes of a file in place of the composed ones.

    Parameters
    ----------
    path
        The MIDI file.
    score, performance
        The score, and what was composed for it.
    reach
        Lowest and highest MIDI number that the instrument of each part can play.
    whose_tempo
        Whether the score's tempo is kept, or that of the file taken.

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
    return play_tracks(read_tracks(path), path, score, performance, reach, whose_tempo)


def play_tracks(file: MidiIn, path: Path, score: Score, performance: Performance,
                reach: Mapping[str, tuple[int, int]], whose_tempo: Whose = "score", *, is_whole: bool = True
                ) -> tuple[Performance, list[str]]:
    """Play the tracks of a file that was read, as :func:`play_edited` does.

    ``path`` names it in messages; ``is_whole`` says that a part without a track is worth a notice.
    """
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
    untouched: list[str] = []
    lines: list[str] = []
    for name, track in by_part.items():
        back = returned(score, name, track, performance, file.division)
        notes[name] = settle(back.notes, performance.duration_seconds)
        if how := back.told():
            lines.append(f"{path.name}, {name}: {how}.")
        elif back.notes:
            untouched.append(name)
        if back.divided:
            told.append(f"{path.name}: {name} has more than one syllable on {back.divided} "
                        f"note{'s' * (back.divided > 1)}: they are sung one after the other within the note.")
    played = replace(performance, notes=notes)
    if (differs := _other_tempo(file.tempi, performance)) is not None:
        own, ours = differs
        if whose_tempo == "file":
            played = retimed(played, _tempo_map(file.tempi))
            told.append(f"{path.name} has {own:.4g} quarter notes a minute where the score has {ours:.4g}: the file's "
                        "tempo is taken.")
        else:
            told.append(f"{path.name} has {own:.4g} quarter notes a minute where the score has {ours:.4g}: its beats "
                        "are played at the score's tempo; --midi-tempo file takes the other.")
    told += lines
    if lines and untouched:
        told.append(f"{path.name}, as composed: {', '.join(untouched)}.")
    composed = [name for name in score.parts if name not in by_part and performance.notes[name]]
    if composed and is_whole:
        told.append(f"{path.name} has no track for {', '.join(composed)}: played as composed.")
    return played, told


def _by_part(file: MidiIn, parts: Mapping[str, str]) -> tuple[dict[str, Track], list[Fault], list[str]]:
    """Return the track of each part, faults, and notices. ``parts`` has the instrument of each part.

    Tracks that name one part are joined. A track without notes may be called anything. One on channel 10 is the drums,
    whatever its name. One that names no part and resembles none is new and left out. In a file of type 0, which has one
    track only, and in one whose tracks have no names, such as MuseScore's, the channels say what is which.
    """
    by_part: dict[str, list[Track]] = {}
    faults: list[Fault] = []
    told: list[str] = []
    added: list[str] = []
    of_one = file.kind == 0 and len(file.tracks) > 1
    by_channel = of_one or _is_nameless(file)
    for track in file.tracks:
        name = part_on(track.channels, parts) if by_channel else part_of(track.name, parts)
        if name is None and track.channels == {DRUM_CHANNEL}:
            name = drum_part(parts)
        if by_channel:
            track.notes = [note for note in track.notes
                           if note.velocity != GLITCH_VELOCITY or note.key not in GLITCH_KEYS]
        if name is not None:
            by_part.setdefault(name, []).append(track)
        elif track.notes and not is_glitches(track.name):
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
        told.append(("The file is of type 0, one track for all" if of_one else "No track of the file has a name")
                    + ": its channels are taken for "
                    + ", ".join(name for name in parts if name in by_part) + ".")
    if added and by_part:
        told.append(f"{'Tracks' if len(added) > 1 else 'A track'} of no part, left out: {', '.join(added)}. To hear "
                    f"{'one' if len(added) > 1 else 'it'}, add a part of that name to the score, such as "
                    f"{_part_name(added[0])}: {{instrument: felt_piano}}; it needs no play.")
    elif added:
        faults += [Fault(0, 0, f'unknown track "{name}"', found=name,
                         allowed="a part of the score: " + ", ".join(parts)) for name in added]
    for name, tracks in by_part.items():
        others = [visible(track.name) for track in tracks if not by_channel and track.notes]
        if len(others) > 1:
            told.append(f"{name} is played from {len(others)} tracks: " + ", ".join(dict.fromkeys(others)) + ".")
    return {name: _joined(tracks, name) for name, tracks in by_part.items()}, faults, told


def _is_nameless(file: MidiIn) -> bool:
    """Whether no track has a name, and channels tell them apart."""
    sounding = [track for track in file.tracks if track.notes]
    return not any(track.name.strip() for track in sounding) and all(
        len(track.channels) == 1 for track in sounding) and len({*(track.channels for track in sounding)}) > 1


def _part_name(track: str) -> str:
    """Return a name that a part may have, which a track's name means."""
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in track.casefold()).split()
    return "_".join(words) or "a_part"


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


def _other_tempo(tempi: Sequence[tuple[float, float]], performance: Performance) -> tuple[float, float] | None:
    """Return the file's tempo and the score's where they first differ [quarter notes per minute]; None if nowhere."""
    for beat, own in tempi:
        ours = 60 / performance.tempo.beat_seconds(beat + 1e-6)
        if abs(own - ours) > TEMPO_TOLERANCE * ours and beat < performance.sections[-1].end_beats - 1e-6:
            return own, ours
    return None


def _tempo_map(tempi: Sequence[tuple[float, float]]) -> TempoMap:
    """Return the file's tempo; of several at one beat the last holds."""
    steps = {0.0: UNSTATED} | dict(tempi)
    return TempoMap(tuple(steps), tuple(steps.values()))
