"""A MIDI file that comes back from a DAW: what nobody touched stays, what was changed is played, all else is told."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
import pytest
from edited_songs import SUNG, Song, note, others, write
from midi_files import rescaled
from reading import SHIPPED
from tiny import files, tiny

from render.catalogue import reaches
from render.cli import main
from scores.faults import ScoreError, explain
from scores.midi_in.edited import play_edited
from scores.performance import Fingering, Note


@pytest.fixture
def sung(tmp_path: Path) -> Song:
    (tmp_path / "sung.yaml").write_text(SUNG)
    return Song(tmp_path / "sung.yaml", tmp_path)


def keys(notes: list[Note]) -> list[tuple[float, float, int]]:
    return [(note.onset_seconds, note.pitch, note.velocity) for note in notes if not note.is_breath]


@pytest.mark.parametrize("song", SHIPPED, ids=lambda path: path.stem)
def test_a_file_as_it_was_written_changes_nothing(song: Path, tmp_path: Path) -> None:
    """Every note of every song comes back equal, string, syllable and fraction of a tick: also where a key is struck
    again that still rings on another string, which a MIDI file has to end there."""
    whole = Song(song, tmp_path)
    back, told = whole.back()
    assert told == []
    for name, composed in whole.performance.notes.items():
        assert list(back.notes[name]) == list(composed), name


def test_a_key_that_rings_on_two_strings_is_one_in_the_file_and_two_when_it_comes_back(sung: Song) -> None:
    """And a person who lets go of the first sooner is heard."""
    first, *rest = sung.performance.notes["guitar"]
    again = replace(first, onset_seconds=first.onset_seconds + 0.5, seed=first.seed + 1,
                    onset_beats=first.onset_beats + 0.75, fingering=Fingering(5, 0))
    sung.performance.notes["guitar"] = (replace(first, duration_seconds=0.6, duration_beats=0.9), again, *rest[7:])
    sung.write()
    assert [note.duration_seconds for note in sung.back()[0].notes["guitar"]][:1] == [0.6]
    off = next(m for m in sung.track("guitar") if m.type == "note_off")
    later = sung.track("guitar")[sung.track("guitar").index(off) + 1]
    off.time, later.time = off.time - 240, later.time + 240
    assert sung.back()[0].notes["guitar"][0].duration_seconds == pytest.approx(0.5 - 240 / 960 / 1.5, abs=1e-3)


def test_a_key_struck_on_two_strings_at_once_is_one_in_the_file_and_two_when_it_comes_back(sung: Song) -> None:
    """Each as hard and as long as it was, until a person strikes it otherwise."""
    first, *rest = sung.performance.notes["guitar"]
    twin = replace(first, velocity=first.velocity - 9, duration_seconds=first.duration_seconds / 2,
                   duration_beats=first.duration_beats / 2, seed=first.seed + 1, fingering=Fingering(5, 0))
    sung.performance.notes["guitar"] = (first, twin, *rest)
    sung.write()
    assert list(sung.back()[0].notes["guitar"]) == [first, twin, *rest]
    next(m for m in sung.track("guitar") if m.type == "note_on").velocity = 127
    assert [note.velocity for note in sung.back()[0].notes["guitar"][:2]] == [127, 127]


def test_a_render_with_its_own_midi_is_the_same_bytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    score = tiny(tmp_path)
    assert main([str(score), "--out", str(tmp_path / "one")]) == 0
    edited = tmp_path / "one" / "tiny" / "tiny_120bpm_Am.mid"
    assert main([str(score), "--out", str(tmp_path / "two"), "--midi", str(edited)]) == 0
    one, two = files(tmp_path / "one" / "tiny"), files(tmp_path / "two" / "tiny")
    assert '"file": "tiny_120bpm_Am.mid",\n      "sha256"' in two.pop("manifest.json").decode()
    del one["manifest.json"]
    assert one == two
    assert capsys.readouterr().err == ""


def test_what_was_changed_is_played_and_what_was_not_stays(sung: Song) -> None:
    """One note a third higher and louder: it loses its string, the others keep theirs, and their samples."""
    before = list(sung.performance.notes["guitar"])
    track = sung.track("guitar")
    timed = sorted((sum(m.time for m in track[:i + 1]), i) for i in range(len(track)))
    ons = [i for _, i in timed if track[i].type == "note_on"]
    first = track[ons[0]]
    offs = [m for m in track[ons[0]:] if m.type == "note_off" and m.note == first.note]
    offs[0].note = first.note = first.note + 3
    first.velocity = 99
    back, told = sung.back()
    assert told == [f"song.mid, guitar: {others(sung)} as composed, 1 moved.", "song.mid, as composed: voice."]
    after = list(back.notes["guitar"])
    assert (after[0].pitch, after[0].velocity) == (before[0].pitch + 3, 99)
    assert after[0].fingering is None and after[1].fingering == before[1].fingering is not None
    assert after[1:] == before[1:]
    assert back.notes["voice"] == sung.performance.notes["voice"]
    assert back.gestures == sung.performance.gestures


def test_a_file_of_another_program_is_played_by_beats(sung: Song, tmp_path: Path) -> None:
    """Its names in capitals and with spaces, its own ticks, its tempo told; a part it does not have stays composed."""
    path = write(tmp_path, ("", [mido.MetaMessage("set_tempo", tempo=500000)]),
                 (" Guitar ", [*note(52, 0, 240), *note(55, 240, 480)]))
    back, told = play_edited(path, sung.score, sung.performance, reaches(sung.score))
    beat = 60 / 90
    assert [(n.onset_beats, n.pitch) for n in back.notes["guitar"]] == [(0, 52), (1, 55)]
    assert np.allclose([n.onset_seconds for n in back.notes["guitar"]], [0, beat])
    assert np.allclose([n.duration_seconds for n in back.notes["guitar"]], [beat / 2, beat])
    assert back.notes["voice"] == sung.performance.notes["voice"]
    assert told == ["other.mid has 120 quarter notes a minute where the score has 90: its beats are played at the "
                    "score's tempo; --midi-tempo file takes the other.",
                    f"other.mid, guitar: 1 moved, 1 new, {others(sung)} gone.",
                    "other.mid has no track for voice: played as composed."]


def test_a_file_that_pretty_midi_writes_is_played(sung: Song, tmp_path: Path) -> None:
    pretty_midi = pytest.importorskip("pretty_midi", reason="pretty_midi, another program's writer, is not installed")
    song = pretty_midi.PrettyMIDI(initial_tempo=90)
    guitar = pretty_midi.Instrument(25, name="guitar")
    guitar.notes = [pretty_midi.Note(70, 45 + i, i * 60 / 90, (i + 0.5) * 60 / 90) for i in range(8)]
    song.instruments.append(guitar)
    song.write(str(tmp_path / "pretty.mid"))
    back, told = play_edited(tmp_path / "pretty.mid", sung.score, sung.performance, reaches(sung.score))
    assert [n.pitch for n in back.notes["guitar"]] == list(range(45, 53))
    assert np.allclose([n.onset_seconds for n in back.notes["guitar"]], np.arange(8) * 60 / 90, atol=0.005)
    assert told[1:] == ["pretty.mid has no track for voice: played as composed."]


def test_bends_are_taken_with_the_range_the_file_sets(sung: Song, tmp_path: Path) -> None:
    """A quarter tone at the onset is the note's pitch; a rise by a tone under the note is its bend; RPN 0 widens."""
    wide = [mido.Message("control_change", control=c, value=v) for c, v in ((101, 0), (100, 0), (6, 12), (38, 0))]
    path = write(tmp_path, ("guitar", [
        mido.Message("pitchwheel", pitch=2048), *note(52, 0, 480), mido.Message("pitchwheel", pitch=0),
        mido.Message("note_on", note=55, velocity=80), mido.Message("pitchwheel", pitch=4096, time=240),
        mido.Message("note_off", note=55, time=240), *wide, mido.Message("pitchwheel", pitch=4096), *note(57, 0, 480)]))
    back, _ = play_edited(path, sung.score, sung.performance, reaches(sung.score))
    quarter, bent, wide_bent = back.notes["guitar"]
    assert (quarter.pitch, quarter.bend) == (52.5, ())
    assert bent.pitch == 55 and bent.bend[-1] == pytest.approx((30 / 90, 100.0))
    assert wide_bent.pitch == 63


def test_the_pedal_holds_what_it_was_down_for(sung: Song, tmp_path: Path) -> None:
    """A key let go with the pedal down sounds until the pedal is up; one let go before it is down does not."""
    down, up = (mido.Message("control_change", control=64, value=value) for value in (127, 0))
    path = write(tmp_path, ("guitar", [*note(52, 0, 240), down.copy(time=1), *note(55, 239, 240), up.copy(time=720),
                                       *note(57, 0, 240)]))
    back, _ = play_edited(path, sung.score, sung.performance, reaches(sung.score))
    assert [n.duration_beats for n in back.notes["guitar"]] == [0.5, 2.0, 0.5]
    assert [n.pedalled for n in back.notes["guitar"]] == [False, True, False]


def test_syllables_come_from_the_lyrics_or_in_order(sung: Song, tmp_path: Path) -> None:
    composed = [n.utterance for n in sung.performance.notes["voice"] if n.utterance and n.utterance.syllable]
    assert len(composed) == 5  # ev-ery-thing at once
    melody = [m for i in range(5) for m in note(60 + i, 240 * (i > 0), 240)]
    path = write(tmp_path, ("voice", melody))
    back, _ = play_edited(path, sung.score, sung.performance, reaches(sung.score))
    assert [n.utterance for n in back.notes["voice"] if not n.is_breath] == composed
    texts = ["ev-", "ery-", "thing", "new-", "ly"]
    words = [m for i, text in enumerate(texts)
             for m in (mido.MetaMessage("lyrics", text=text, time=240 * (i > 0)), *note(60 + i, 0, 240))]
    path = write(tmp_path, ("voice", words))
    back, _ = play_edited(path, sung.score, sung.performance, reaches(sung.score))
    given = [n.utterance for n in back.notes["voice"] if not n.is_breath and n.utterance]
    assert [(u.syllable, u.word, u.phones) for u in given[:3]] == [(u.syllable, u.word, u.phones) for u in composed[:3]]
    assert len({u.line for u in given}) == 1 and given[-1].is_line_end
    assert [(u.syllable, u.word, u.is_word_end) for u in given[3:]] == [("new", "newly", False), ("ly", "newly", True)]
    assert given[3].delivery == composed[3].delivery
    assert [u.word_index for u in given] == [0, 0, 0, 1, 1]


def test_a_part_that_was_transposed_as_a_whole_keeps_its_strings(sung: Song) -> None:
    """As with a capo: each note on its string and its fret, to the sample, and that is told."""
    for message in sung.track("guitar"):
        if message.type in ("note_on", "note_off"):
            message.note += 2
    back, told = sung.back()
    assert told == ["song.mid, guitar: all of it transposed by +2 semitones.", "song.mid, as composed: voice."]
    assert [(n.onset_seconds, n.pitch, n.fingering, n.seed) for n in back.notes["guitar"]] == [
        (n.onset_seconds, n.pitch + 2, n.fingering, n.seed) for n in sung.performance.notes["guitar"]]


@pytest.mark.parametrize("division", [960, 96])
def test_a_part_that_was_moved_as_a_whole_keeps_its_syllables_and_one_more_change_is_told(
        sung: Song, division: int) -> None:
    sung.file = sung.file if division == 960 else rescaled(sung.file, division, round)
    voice = sung.track("voice")
    next(m for m in voice if m.type in ("lyrics", "note_on")).time += division
    next(m for m in voice if m.type == "note_on").velocity = 127
    back, told = sung.back()
    assert told[0] == "song.mid, voice: all of it moved by +1 quarter notes, 4 as composed, 1 changed."
    heard = [[n for n in performance.notes["voice"] if not n.is_breath] for performance in (sung.performance, back)]
    assert [n.utterance for n in heard[1]] == [n.utterance for n in heard[0]]
    assert [n.onset_seconds for n in heard[1]] == pytest.approx([n.onset_seconds + 60 / 90 for n in heard[0]])


def test_a_note_that_was_moved_in_time_keeps_its_string(sung: Song) -> None:
    track = sung.track("guitar")
    place = next(n for n, m in enumerate(track) if m.type == "note_on" and track[n + 1].time > 100)
    key, tick = track[place].note, sum(m.time for m in track[:place + 1])
    track[place].time += 100
    track[place + 1].time -= 100
    back, told = sung.back()
    assert told[0] == f"song.mid, guitar: {others(sung)} as composed, 1 moved."
    tempo = sung.performance.tempo
    (was,) = [n for n in sung.performance.notes["guitar"]
              if (round(tempo.beat(n.onset_seconds) * 960), n.pitch) == (tick, key)]
    (now,) = [n for n in back.notes["guitar"] if n.seed == was.seed]
    assert now.onset_beats == pytest.approx((tick + 100) / 960)
    assert now.fingering == was.fingering is not None


def test_the_tempo_of_the_daw_is_taken_where_it_is_asked_for(sung: Song) -> None:
    """Every note keeps its beat, and what surrounds the notes goes with them."""
    tempi = [m for m in sung.file.tracks[0] if m.type == "set_tempo"]
    tempi[0].tempo = mido.bpm2tempo(120)
    kept, told = sung.back()
    assert kept == sung.performance and "--midi-tempo file" in told[0]
    sung.file.save(sung.path)
    taken, told = play_edited(sung.path, sung.score, sung.performance, reaches(sung.score), "file")
    assert told == ["song.mid has 120 quarter notes a minute where the score has 90: the file's tempo is taken."]
    for name, notes in sung.performance.notes.items():
        assert [n.onset_seconds for n in taken.notes[name]] == pytest.approx([n.onset_seconds * 0.75 for n in notes])
        assert [n.fingering for n in taken.notes[name]] == [n.fingering for n in notes]
    assert taken.duration_seconds == pytest.approx(sung.performance.duration_seconds * 0.75)
    assert taken.bars[-1].start_seconds == pytest.approx(sung.performance.bars[-1].start_seconds * 0.75)


def test_an_unchanged_tempo_is_the_scores_own_to_the_last_digit(sung: Song) -> None:
    """A file holds whole microseconds, so that 68 BPM would come back as 67.99998."""
    sung.file.save(sung.path)
    taken, told = play_edited(sung.path, sung.score, sung.performance, reaches(sung.score), "file")
    assert (taken.tempo, told) == (sung.performance.tempo, [])


def test_tracks_of_glitches_and_tracks_without_notes_may_be_called_anything(sung: Song, tmp_path: Path) -> None:
    path = write(tmp_path, ("Anything", []), ("glitch", note(36, 0, 10)), ("guitar", note(52, 0, 480)))
    back, _ = play_edited(path, sung.score, sung.performance, reaches(sung.score))
    assert len(back.notes["guitar"]) == 1


@pytest.mark.parametrize(("tracks", "told"), [
    ([("", []), ("Gitar", note(52, 0, 480))], 'unknown track "Gitar"\n  allowed: a part of the score: voice, guitar\n'
                                    "  did you mean guitar?\n"),
    ([("guitar", []), ("", note(52, 0, 480))], "track 2 has notes and no name"),
    ([("guitar", note(20, 960, 480))], "guitar would play Ab0 at bar 1, quarter 3.00, a note that a steel_guitar does"),
    ([("guitar", note(52, 16 * 480, 480))], "guitar plays after the end of the song, at bar 5, quarter 1.00"),
    ([("x", [])], "no track of the file names a part"),
])
def test_what_cannot_be_played_is_told(sung: Song, tmp_path: Path, tracks: list[tuple[str, list[mido.Message]]],
                                       told: str) -> None:
    path = write(tmp_path, *tracks)
    with pytest.raises(ScoreError) as caught:
        play_edited(path, sung.score, sung.performance, reaches(sung.score))
    assert explain(caught.value).startswith(f"{path}: {told}")


def test_a_file_that_is_no_midi_is_refused_by_the_command_and_nothing_is_written(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    score = tiny(tmp_path)
    good = write(tmp_path, ("bells", note(69, 0, 480))).read_bytes()
    (tmp_path / "text.mid").write_text("hello")
    (tmp_path / "half.mid").write_bytes(good[:-12])
    (tmp_path / "film.mid").write_bytes(good[:12] + b"\xe7\x28" + good[14:])
    (tmp_path / "two.mid").write_bytes(good[:9] + b"\x02" + good[10:])
    before = files(tmp_path)
    for name, told in (("text.mid", "this is no MIDI file"), ("half.mid", "this MIDI file is damaged"),
                       ("", "a folder"), ("film.mid", "frames of film"), ("two.mid", "type 2"),
                       ("halb.mid", "did you mean")):
        assert main([str(score), "--out", str(tmp_path / "out"), "--midi", str(tmp_path / name)]) == 2
        assert told in capsys.readouterr().err, name
    assert files(tmp_path) == before


def test_any_damage_to_a_file_is_told_or_played(sung: Song) -> None:
    good = sung.path.read_bytes()
    draw = random.Random(7)
    for _ in range(150):
        data = bytearray(good)
        for _ in range(draw.randint(1, 6)):
            data[draw.randrange(14, len(data))] = draw.randrange(256)
        sung.path.write_bytes(data[:draw.randrange(14, len(data) + 1)] if draw.random() < 0.3 else data)
        try:
            play_edited(sung.path, sung.score, sung.performance, reaches(sung.score))
        except ScoreError as error:
            assert explain(error)
