"""A MIDI file that comes back from a DAW: its tracks are played in place of what was composed for the parts they name.

Time is counted in beats, by the score's own tempo. A note that stands where the composed one stood is that note, with
its string, its syllable and its place to the sample, so what nobody touched sounds as before; of others the file says
onset, length, pitch with its bend, velocity and, in a part that sings, the syllable.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np

from scores.choose import Address
from scores.composing.humanise import settle
from scores.faults import Fault, ScoreError
from scores.format.model import Score
from scores.lyrics.line import Syllable, Utterance, Word, part_of_word
from scores.lyrics.pronunciation import Lexicon
from scores.lyrics.syllables import words
from scores.midi_in.tracks import Struck, Track, read_tracks
from scores.notation import nearest
from scores.performance import Bend, Note, Performance
from scores.theory import note_name
from scores.theory.tempo import TempoMap

OUR_TICKS = 960  # of a quarter note, in the files that are written here
NEAR_TICKS = 2  # of those: what another resolution rounds away
NEAR_PITCH = 0.06  # semitones: what the steps of a wheel round away
WHEEL_SECONDS = 0.02  # a wheel that moves less often than that was at rest before
TEMPO_TOLERANCE = 1e-3  # share by which two tempi may differ and be one
GLITCHES = "glitch"  # tracks of this name are the plan of glitches, which the score composes
MAX_FAULTS = 20
LYRIC_BEATS = 0.25  # how far a syllable may lie from its note


def play_edited(path: Path, score: Score, performance: Performance,
                reach: Mapping[str, tuple[int, int]]) -> tuple[Performance, list[str]]:
    """The performance with the file's notes in it, and what the person should be told.

    reach
        lowest and highest MIDI number that the instrument of each part can play.

    Raises ScoreError with what is wrong with the file: not MIDI, a track that names no part, notes out of reach.
    """
    tracks, tempi = read_tracks(path)
    by_part, faults = _by_part(tracks, list(score.parts))
    end = performance.sections[-1].end_beats
    for name, track in by_part.items():
        faults += _unplayable(name, score.parts[name].instrument, track, performance, reach[name], end)
    if not by_part and not faults:
        faults = [Fault(0, 0, "no track of the file names a part", allowed=", ".join(score.parts))]
    if faults:
        raise ScoreError(str(path), faults[:MAX_FAULTS])
    notes = dict(performance.notes)
    for name, track in by_part.items():
        notes[name] = settle(_notes(score, name, track, performance), performance.duration_seconds)
    told = [_told_of_tempo(path, tempi, performance)]
    composed = [name for name in score.parts if name not in by_part and performance.notes[name]]
    if composed:
        told.append(f"{path.name} has no track for {', '.join(composed)}: played as composed.")
    return replace(performance, notes=notes), [line for line in told if line]


def _by_part(tracks: Sequence[Track], parts: Sequence[str]) -> tuple[dict[str, Track], list[Fault]]:
    """The track of each part; tracks of one name are one. A track without notes may be called anything."""
    by_part: dict[str, Track] = {}
    faults = []
    for track in tracks:
        name = "_".join("".join(c if c.isalnum() else " " for c in track.name.lower()).split())
        if name in parts:
            whole = by_part.setdefault(name, Track(track.number, name))
            whole.notes = sorted([*whole.notes, *track.notes], key=lambda note: (note.onset_beats, note.key))
            whole.lyrics = sorted([*whole.lyrics, *track.lyrics])
        elif track.notes and not name.startswith(GLITCHES):
            allowed = "a part of the score: " + ", ".join(parts)
            if len(tracks) == 1:
                allowed += "; a file of type 1, one track a part"
            called = f'unknown track "{track.name}"' if track.name else f"track {track.number} has notes and no name"
            faults.append(Fault(0, 0, called, found=track.name, allowed=allowed, nearest=nearest(name, parts)))
    return by_part, faults


def _unplayable(name: str, instrument: str, track: Track, performance: Performance, reach: tuple[int, int],
                end: float) -> list[Fault]:
    """Faults of a track: what lies after the song, and what its instrument does not have."""
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
    """A place for people: bar and quarter note; bars after the end go on as the last one."""
    bars = performance.bars
    bar = bars[max(bisect_right(bars, struck.onset_beats + 1e-6, key=lambda bar: bar.start_beats) - 1, 0)]
    more, beat = divmod(struck.onset_beats - bar.start_beats, bar.beats)
    return f"bar {bar.index + int(more)}, quarter {beat + 1:.2f}"


def _notes(score: Score, name: str, track: Track, performance: Performance) -> list[Note]:
    """The notes of a part as the track has them, sorted by onset; in-breaths of the voice stay where they have room."""
    tempo = performance.tempo
    composed = [note for note in performance.notes[name] if not note.is_breath]
    ticks = [(max(round(tempo.beat(note.onset_seconds) * OUR_TICKS), 0), round(note.pitch)) for note in composed]
    ends = _written_ends(composed, ticks, tempo)
    there: dict[tuple[int, int], list[int]] = {}
    for index, place in enumerate(ticks):
        there.setdefault(place, []).append(index)
    seeds = Address(score.seed, "", name, 0, "midi").generator().integers(0, 2**62, len(track.notes) + 1)
    sung = _utterances(track, composed, performance, score.lexicon)
    sings = any(note.utterance is not None for note in composed)  # and so bends by herself
    notes = []
    for number, struck in enumerate(track.notes):
        tick = round(struck.onset_beats * OUR_TICKS)
        near = sorted(range(-NEAR_TICKS, NEAR_TICKS + 1), key=abs)
        same = next((there.pop((tick + d, struck.key)) for d in near if (tick + d, struck.key) in there), ())
        end_beats = struck.end_beats if struck.pedal_beats is None else struck.pedal_beats
        onset, stop = tempo.seconds(struck.onset_beats), tempo.seconds(end_beats)
        pitch, bend = (float(struck.key), ()) if sings else (struck.key + struck.wheel[0][1], _bend(struck, tempo))
        if not same:
            notes.append(Note(struck.onset_beats, end_beats - struck.onset_beats, onset, stop - onset, pitch,
                              struck.velocity, int(seeds[number]), None, sung[number], bend=bend,
                              pedalled=struck.pedal_beats is not None))
            continue
        kept = abs(max(ends[index] for index in same) - struck.end_beats * OUR_TICKS) <= NEAR_TICKS
        as_hard = max(composed[index].velocity for index in same) == struck.velocity
        for before in (composed[index] for index in same):  # a key struck on two strings at once is one in the file
            if not sings and not _is_bent_as(struck, before, tempo):
                before = replace(before, pitch=pitch, bend=bend)
            notes.append(replace(
                before, velocity=before.velocity if as_hard else struck.velocity,
                duration_seconds=before.duration_seconds if kept else max(stop - before.onset_seconds, 1e-3),
                duration_beats=before.duration_beats if kept else end_beats - struck.onset_beats,
                pedalled=before.pedalled if kept else struck.pedal_beats is not None, utterance=sung[number]))
    starts = [note.onset_seconds for note in notes]
    breaths = [note for note in performance.notes[name] if note.is_breath
               and not any(a.onset_seconds <= note.onset_seconds < a.end_seconds
                           for a in notes[max(bisect_right(starts, note.onset_seconds) - 1, 0):][:1])]
    return sorted([*notes, *breaths], key=lambda note: (note.onset_seconds, note.pitch))


def _written_ends(notes: Sequence[Note], ticks: Sequence[tuple[int, int]], tempo: TempoMap) -> list[int]:
    """The tick at which a file ends each note: its own, or the one at which its key is struck again.

    A guitar has a pitch on more than one string and lets both ring; a MIDI channel has one key for it.
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
    """The wheel as a note's bend, in cents from where it stood at the onset; it holds until it is moved."""
    onset, (_, start) = tempo.seconds(struck.onset_beats), struck.wheel[0]
    points: list[tuple[float, float]] = []
    for beat, semitones in struck.wheel[1:]:
        now = tempo.seconds(beat) - onset
        last = points[-1] if points else (0.0, 0.0)
        if now - last[0] > WHEEL_SECONDS:
            points.append((now - WHEEL_SECONDS, last[1]))
        points.append((now, 100 * (semitones - start)))
    return tuple(points)


def _is_bent_as(struck: Struck, before: Note, tempo: TempoMap) -> bool:
    """Whether the wheel goes through a note as the composed one is bent."""
    onset = tempo.seconds(struck.onset_beats)
    moments, cents = zip(*before.bend, strict=True) if before.bend else ((0.0,), (0.0,))
    if before.bend and len(struck.wheel) == 1 and max(cents) - min(cents) > 100 * NEAR_PITCH:
        return False
    return all(abs(before.pitch - struck.key + float(np.interp(tempo.seconds(beat) - onset, moments, cents)) / 100
                   - semitones) < NEAR_PITCH for beat, semitones in struck.wheel)


def _utterances(track: Track, composed: Sequence[Note], performance: Performance,
                lexicon: Lexicon) -> list[Utterance | None]:
    """The syllable of each note of a track. Only a part that was composed with words has any.

    By the file's lyrics where it has them: those which are the composed ones, in order, are given as those were. Else
    the notes of a section take its composed syllables one after the other; what is left over is sung without.
    """
    sung = [note for note in composed if note.utterance is not None]
    given: list[Utterance | None] = [None] * len(track.notes)
    if not sung:
        return given
    if not track.lyrics:
        for span in performance.sections:
            syllables = [note.utterance for note in sung
                         if span.start_beats <= note.onset_beats < span.end_beats - 1e-6]
            places = [n for n, struck in enumerate(track.notes)
                      if span.start_beats - 1e-3 <= struck.onset_beats < span.end_beats - 1e-3]
            for place, syllable in zip(places, syllables, strict=False):
                given[place] = syllable
        return given
    onsets = [struck.onset_beats for struck in track.notes]
    free = 0  # the first note without a syllable
    for (beat, _), utterance in zip(track.lyrics, _given(track.lyrics, sung, lexicon), strict=True):
        near = [n for n in range(free, len(onsets)) if abs(onsets[n] - beat) <= LYRIC_BEATS]
        if near:
            place = min(near, key=lambda n: abs(onsets[n] - beat))
            given[place] = utterance
            free = place + 1
    return given


def _given(lyrics: Sequence[tuple[float, str]], sung: Sequence[Note], lexicon: Lexicon) -> list[Utterance]:
    """An utterance for each lyric of the file: the composed one where it is the same syllable, in order."""
    given: list[Utterance | None] = [None] * len(lyrics)
    old = [_bare(note.utterance.syllable) for note in sung if note.utterance]
    new = [_bare(text) for _, text in lyrics]
    for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        for k in range(block.size):
            given[block.b + k] = sung[block.a + k].utterance
    word: list[int] = []
    for n, (beat, text) in enumerate(lyrics):
        word.append(n)
        if text.rstrip().endswith("-") and n + 1 < len(lyrics):
            continue
        spelled = [lyrics[k][1].strip().rstrip("-") for k in word]
        if near := min(sung, key=lambda note: abs(note.onset_beats - beat)).utterance:
            whole = _spelled_so(spelled, lexicon, near.line.language)
            alone = replace(near.line, words=(whole,))  # a line of the one word, until the lines are joined
            for place, k in enumerate(word):
                given[k] = given[k] or Utterance(alone, 0, place)
        word = []
    return _rejoined([utterance for utterance in given if utterance is not None], sung)


def _spelled_so(pieces: Sequence[str], lexicon: Lexicon, language: str) -> Word:
    """A word on as many notes as it has pieces: what is too much is said on the last note, which is else held on."""
    text = "".join(pieces)
    said = [syllable for word in words(text, lexicon, language) for syllable in word.syllables]
    last = len(pieces) - 1
    rest = tuple(phone for syllable in said[last:] for phone in syllable.phones)
    phones = [*(syllable.phones for syllable in said[:last]), *([rest] if rest else [])]
    syllables = [Syllable(piece, phones[n] if n < len(phones) else (), said[n].stress if n < len(said) else 0)
                 for n, piece in enumerate(pieces)]
    return Word(text, text, tuple(syllables))


def _rejoined(given: Sequence[Utterance], sung: Sequence[Note]) -> list[Utterance]:
    """Utterances in whole lines: a line in which words are that were not composed is made anew of what is sung."""
    composed = {note.utterance for note in sung}
    lines: list[list[Utterance]] = []
    for utterance in given:
        before = lines[-1][-1] if lines else None
        if before is None or (before.is_line_end and before in composed) or _place_of(before) != _place_of(utterance):
            lines.append([])
        lines[-1].append(utterance)
    joined: list[Utterance] = []
    for line in lines:
        joined += line if composed.issuperset(line) else _remade(line)
    return joined


def _place_of(utterance: Utterance) -> tuple[str, int]:
    return utterance.line.section, utterance.line.number


def _remade(line: Sequence[Utterance]) -> Sequence[Utterance]:
    """One line of the syllables of several, each word as far as it is there."""
    parts: list[list[Utterance]] = []
    for utterance in line:
        if not parts or parts[-1][-1].is_word_end or not utterance.place:
            parts.append([])
        parts[-1].append(utterance)
    return replace(line[0].line, words=tuple(part_of_word(word) for word in parts)).utterances


def _bare(syllable: str) -> str:
    decomposed = unicodedata.normalize("NFKD", syllable.casefold())  # a file may have lost the accents
    return "".join(letter for letter in decomposed if letter.isascii() and letter.isalnum())


def _told_of_tempo(path: Path, tempi: Sequence[tuple[float, float]], performance: Performance) -> str:
    """What is said where the file runs at another tempo than the score."""
    for beat, own in tempi:
        ours = 60 / performance.tempo.beat_seconds(beat + 1e-6)
        if abs(own - ours) > TEMPO_TOLERANCE * ours and beat < performance.sections[-1].end_beats - 1e-6:
            return (f"{path.name} has {own:.4g} quarter notes a minute where the score has {ours:.4g}: "
                    "its beats are played at the score's tempo.")
    return ""
