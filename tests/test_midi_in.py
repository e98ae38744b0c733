"""MIDI files as programs really write them: what departs from the standard is read and told, loss is refused."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import mido
import pytest
from edited_songs import SUNG, Song, note, others, write
from midi_files import rescaled

import scores
from render.catalogue import reaches
from scores.faults import ScoreError, explain
from scores.midi_in import smf
from scores.midi_in.edited import play_edited
from scores.midi_in.names import drum_part, is_glitches, part_of, part_on
from scores.midi_in.notes import returned
from scores.midi_in.tracks import Struck, Track, read_tracks
from scores.visible import visible

WALTZ = Path(scores.__file__).parent / "waltz.yaml"
END = b"\x00\xff\x2f\x00"
C4, E4 = b"\x00\x90\x3c\x5a\x83\x60\x80\x3c\x40", b"\x00\x90\x40\x5a\x83\x60\x80\x40\x40"  # a quarter note each


def chunk(name: bytes, data: bytes, *, longer: int = 0) -> bytes:
    return name + struct.pack(">I", len(data) + longer) + data


def header(tracks: int, kind: int = 1, division: int = 480) -> bytes:
    return chunk(b"MThd", struct.pack(">HHH", kind, tracks, division))


def track(*events: bytes, name: bytes = b"piano", end: bytes = END) -> bytes:
    return b"\x00\xff\x03" + bytes([len(name)]) + name + b"".join(events) + end


def one(*events: bytes) -> bytes:
    return header(1) + chunk(b"MTrk", track(*events))


GUITAR = track(E4, name=b"guitar")


@pytest.mark.parametrize(("data", "keys", "mended"), [
    (one(C4, E4), [60, 64], []),
    (one(b"\x00\xff\x59\x02\xf8\x00", C4), [60], ["a key signature that does not exist (ignored)"]),
    (one(b"\x00\xff\x59\x02\x00\xff", C4), [60], ["a key signature that does not exist (ignored)"]),
    (one(b"\x00\xff\x59\x01\x00", C4), [60], ["a key signature of 1 byte (ignored)"]),
    (one(b"\x00\xff\x51\x02\x07\xa1", C4), [60], ["a tempo of 2 bytes (ignored)"]),
    (one(b"\x00\xff\x51\x00", b"\x00\xff\x58\x02\x04\x02", C4), [60],
     ["a tempo of 0 bytes (ignored)", "a time signature of 2 bytes (ignored)"]),
    (one(b"\x00\xff\x54\x05\x60\x00\x03\x00\xc8", C4), [60], ["an SMPTE offset that does not exist (ignored)"]),
    (one(b"\x00\xf4", C4, b"\x00\xf5", E4, b"\x00\xf3\x01"), [60, 64],
     ["a byte that no MIDI file may have (skipped) (3 times)"]),
    (one(b"\x00\x90\x3c\x5a\x00\xf0\x03\x7e\x09\xf7\x83\x60\x3c\x00\x00\x40\x5a\x83\x60\x40\x00"), [60, 64], []),
    (one(b"\x00\x90\x3c\x5a\x00\xff\x06\x01A\x83\x60\x3c\x00"), [60], []),
    (one(b"\x00\x90\x3c\xff\x83\x60\x80\x3c\x40"), [60], ["a value above 127 (taken for 127)"]),
    (header(1) + chunk(b"MTrk", track(C4)) + chunk(b"MTrk", GUITAR), [60, 64],
     ["a header that counts 1 track where there are 2"]),
    (header(5) + chunk(b"MTrk", track(C4)), [60], ["a header that counts 5 tracks where there are 1"]),
    (header(2) + chunk(b"MTrk", track(C4)) + chunk(b"XFKM", b"abcd") + chunk(b"MTrk", GUITAR), [60, 64],
     ["a chunk that is no track (skipped)"]),
    (header(2) + chunk(b"MTrk", track(C4)) + b"\x00\x01\x02" + chunk(b"MTrk", GUITAR), [60, 64],
     ["bytes after the end of a track (ignored)"]),
    *[(header(2) + chunk(b"MTrk", track(C4), longer=longer) + chunk(b"MTrk", GUITAR), [60, 64],
       ["a wrong track length"]) for longer in (-9, -2, 1, 3, 2**31)],
    *[(header(1) + chunk(b"MTrk", track(C4, E4), longer=longer), [60, 64], ["a wrong track length"])
      for longer in (-5, 4, 2**31)],
    (header(1) + chunk(b"MTrk", track(C4, end=b"")), [60], ["a track without an end"]),
    (header(1) + chunk(b"MTrk", track(C4) + b"\x00\x90\x40\x5a"), [60], ["bytes after the end of a track (ignored)"]),
    (chunk(b"MThd", struct.pack(">HHH", 1, 1, 480) + b"more") + chunk(b"MTrk", track(C4)), [60], []),
    (b"RIFF\x00\x00\x00\x00RMID" + b"data" + struct.pack("<I", 9) + one(C4), [60], []),
])
def test_what_departs_from_the_standard_is_read_and_told(data: bytes, keys: list[int], mended: list[str],
                                                         tmp_path: Path) -> None:
    (tmp_path / "file.mid").write_bytes(data)
    file = read_tracks(tmp_path / "file.mid")
    notes = [note for track in file.tracks for note in track.notes]
    assert [note.key for note in notes] == keys
    assert all(note.end_beats - note.onset_beats == 1 for note in notes)
    assert list(file.mended) == mended


@pytest.mark.parametrize(("data", "told"), [
    (b"", "this is no MIDI file"), (b"MThd\x00\x00\x00\x06\x00\x01", "this is no MIDI file"),
    (header(1, 2) + chunk(b"MTrk", track(C4)), "type 2"),
    (header(1, 1, 0xE728) + chunk(b"MTrk", track(C4)), "frames of film"),
    (header(1), "it has no tracks"),
    (one(C4, E4)[:-6], "it ends too soon"),
    (one(b"\x00\x3c\x5a"), "what stands at byte 32 is no event"),
    (one(b"\xff\xff\xff\xff\x7f\x90\x3c\x5a"), "what stands at byte 31 is no event"),
    (one(b"\x00\xf0\x7f\x00"), "it ends too soon"),
    (one(C4) + bytes(smf.MAX_BYTES), "too large"),
])
def test_a_file_of_which_notes_are_lost_is_refused(data: bytes, told: str, tmp_path: Path) -> None:
    (tmp_path / "file.mid").write_bytes(data)
    with pytest.raises(ScoreError) as caught:
        read_tracks(tmp_path / "file.mid")
    assert told in explain(caught.value)


def test_what_was_mended_is_one_notice(tmp_path: Path) -> None:
    (tmp_path / "sung.yaml").write_text(SUNG)
    song = Song(tmp_path / "sung.yaml", tmp_path)
    data = header(4) + chunk(b"MTrk", track(b"\x00\xff\x59\x02\xf8\x00", E4, b"\x00\xf4", name=b"Guitar"))
    (tmp_path / "file.mid").write_bytes(data)
    _, told = play_edited(tmp_path / "file.mid", song.score, song.performance, reaches(song.score))
    assert told == [
        "file.mid departs from the standard and is read all the same: a key signature that does not exist (ignored); a "
        "byte that no MIDI file may have (skipped); a header that counts 4 tracks where there are 1.",
        f"file.mid, guitar: 1 moved, {others(song)} gone.", "file.mid has no track for voice: played as composed."]


def test_any_bytes_are_read_or_refused_and_nothing_else() -> None:
    """2,000 files with a few bytes changed, taken out or put in."""
    good = (header(2) + chunk(b"MTrk", track(C4, b"\x00\xff\x59\x02\x00\x00", b"\x00\xf0\x03\x7e\x09\xf7"))
            + chunk(b"MTrk", GUITAR))
    draw = random.Random(3)
    read = 0
    for _ in range(2000):
        data = bytearray(good)
        for _ in range(draw.randint(1, 4)):
            at = draw.randrange(len(data))
            data[at:at + draw.randint(0, 2)] = bytes(draw.randrange(256) for _ in range(draw.randint(0, 2)))
        with suppress(smf.MidiError):
            read += any(smf.parse(bytes(data)).tracks)
    assert read > 500


def test_a_makers_own_parameter_is_no_bend_range(tmp_path: Path) -> None:
    """RPN 0 sets 12 semitones; the data entry after an NRPN is for that, whose number is another's."""
    path = write(tmp_path, ("guitar", [
        *(mido.Message("control_change", control=c, value=v)
          for c, v in ((101, 0), (100, 0), (6, 12), (99, 1), (98, 8), (6, 64))),
        mido.Message("pitchwheel", pitch=8191), *note(60, 0, 480)]))
    (struck,) = read_tracks(path).tracks[0].notes
    assert struck.wheel[0][1] == pytest.approx(12, abs=0.01)


@pytest.mark.parametrize("control", [120, 123, 126])
def test_all_notes_off_ends_the_keys_of_its_channel(control: int, tmp_path: Path) -> None:
    path = write(tmp_path, ("guitar", [
        mido.Message("note_on", note=60, velocity=80), mido.Message("note_on", note=64, velocity=80, channel=1),
        mido.Message("control_change", control=control, time=480), *note(62, 480, 480),
        mido.Message("note_off", note=60, time=480), mido.Message("note_off", note=64, channel=1)]))
    notes = read_tracks(path).tracks[0].notes
    assert [(struck.key, struck.onset_beats, struck.end_beats) for struck in notes] == [(60, 0, 1), (64, 0, 4),
                                                                                        (62, 2, 3)]


def test_all_sound_off_and_a_reset_lift_the_pedal(tmp_path: Path) -> None:
    for control in (120, 121):
        path = write(tmp_path, ("guitar", [
            mido.Message("control_change", control=64, value=127), *note(60, 0, 240),
            mido.Message("control_change", control=control, time=240), *note(62, 0, 240),
            mido.Message("control_change", control=64, value=0, time=960)]))
        assert [struck.pedal_beats for struck in read_tracks(path).tracks[0].notes] == [1.0, None]


@pytest.mark.parametrize("to_tick", [round, int], ids=["rounds", "truncates"])
@pytest.mark.parametrize("division", [48, 96, 480])
def test_a_coarse_file_that_nobody_touched_changes_nothing(division: int, to_tick: Callable[[float], int],
                                                          tmp_path: Path) -> None:
    """Live's 96 ticks, LMMS's 48: every note keeps its string, its syllable and its sample."""
    song = Song(WALTZ, tmp_path)
    song.file = rescaled(song.file, division, to_tick)
    back, told = song.back()
    assert told == []
    assert {name: list(notes) for name, notes in back.notes.items()} == {
        name: list(notes) for name, notes in song.performance.notes.items()}


@pytest.mark.parametrize("name", ["waltz", "glitch_tour"])
def test_a_file_of_one_track_comes_back_by_its_channels(name: str, tmp_path: Path) -> None:
    """Type 0, where the glitch plan lies on the channels of the parts and is left out."""
    song = Song(WALTZ.with_name(f"{name}.yaml"), tmp_path)
    song.file = mido.MidiFile(type=0, ticks_per_beat=song.file.ticks_per_beat,
                              tracks=[mido.merge_tracks(song.file.tracks)])
    back, told = song.back()
    parts = ", ".join(part for part in song.score.parts if song.performance.notes[part])
    assert told == [f"The file is of type 0, one track for all: its channels are taken for {parts}."]
    for part, notes in song.performance.notes.items():
        assert [(n.onset_seconds, n.pitch, n.fingering) for n in back.notes[part]] == [
            (n.onset_seconds, n.pitch, n.fingering) for n in notes]


def test_the_channel_of_no_part_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sung.yaml").write_text(SUNG)
    song = Song(tmp_path / "sung.yaml", tmp_path)
    song.file = mido.MidiFile(type=0, tracks=[mido.MidiTrack([*note(52, 0, 240), *note(52, 0, 240, channel=4)])])
    assert "channel 5 has notes and belongs to no part\n  allowed: a part of the score: voice, guitar; a file of " \
        "type 1" in song.refused()


@pytest.mark.parametrize(("name", "part"), [
    ("Piano, RH", "piano"), ("piano LH", "piano"), ("Piano (left hand)", "piano"), ("Piano - MIDI", "piano"),
    ("1-Piano", "piano"), ("GUITAR 2", "guitar_2"), ("Guitar", "guitar"), ("03 Guitar_2 MIDI", "guitar_2"),
    ("guitar 7", "guitar"), ("left hand", "left_hand"), ("Organ", None), ("", None), ("12", None), ("Pianos", None),
])
def test_the_names_that_programs_give_tracks(name: str, part: str | None) -> None:
    assert part_of(name, ["piano", "guitar", "guitar_2", "left_hand"]) == part


def test_split_hands_are_one_part_and_told(tmp_path: Path) -> None:
    (tmp_path / "sung.yaml").write_text(SUNG)
    song = Song(tmp_path / "sung.yaml", tmp_path)
    path = write(tmp_path, ("Guitar, RH", note(64, 480, 480)), ("Guitar, LH", note(52, 0, 480)),
                 ("voice", note(60, 0, 480)))
    back, told = play_edited(path, song.score, song.performance, reaches(song.score))
    assert [n.pitch for n in back.notes["guitar"]] == [52, 64]
    assert told[0] == "guitar is played from 2 tracks: Guitar, RH, Guitar, LH."


def test_tracks_without_names_come_back_by_their_channels(tmp_path: Path) -> None:
    """MuseScore writes no names; who has one channel for all is refused."""
    song = Song(WALTZ, tmp_path)
    for track in song.file.tracks:
        track[:] = [message for message in track if message.type != "track_name"]
    back, told = song.back()
    assert told == ["No track of the file has a name: its channels are taken for "
                    + ", ".join(part for part in song.score.parts if song.performance.notes[part]) + "."]
    assert {name: list(notes) for name, notes in back.notes.items()} == {
        name: list(notes) for name, notes in song.performance.notes.items()}
    path = write(tmp_path, ("", note(52, 0, 480)), ("", note(60, 0, 480)))
    with pytest.raises(ScoreError, match="2 fault"):
        play_edited(path, song.score, song.performance, reaches(song.score))


def test_our_glitches_are_known_by_any_name_a_program_gives_them() -> None:
    assert [is_glitches(name) for name in ("glitches", "13-Glitch - MIDI", "Glitch 2", "a glitch", "")] == [
        True, True, True, False, False]


def test_a_note_shorter_than_a_tick_of_the_file_is_the_composed_one(tmp_path: Path) -> None:
    """LMMS has 48 ticks and no shorter note than one: grains of 8 ms come back a tick long."""
    song = Song(WALTZ, tmp_path)
    played = [n for n in song.performance.notes["guitar"] if not n.is_breath][:4]
    short = tuple(replace(n, duration_beats=0.01, duration_seconds=0.005) for n in played)
    composed = replace(song.performance, notes={**song.performance.notes, "guitar": short})
    tick = [int(composed.tempo.beat(n.onset_seconds) * 48) for n in short]
    struck = [Struck(at / 48, (at + 1) / 48, round(n.pitch), ((at / 48, 0.0),), n.velocity)
              for at, n in zip(tick, short, strict=True)]
    back = returned(song.score, "guitar", Track(1, "guitar", struck), composed, 48)
    assert [n.duration_seconds for n in back.notes] == [0.005] * len(short)


def test_channel_10_is_the_drums_whatever_the_track_is_called(tmp_path: Path) -> None:
    """A part called drums, or whose instrument is a kit; a heartbeat is none."""
    assert drum_part({"heartbeat": "heartbeat", "Drum loop": "soundfont"}) == "Drum loop"
    assert drum_part({"rhythm": "drum_kit"}) == "rhythm"
    assert drum_part({"heartbeat": "heartbeat"}) is None
    assert part_on([2], {"a": "hum", "rhythm": "drum_kit", "b": "hum", "c": "hum"}) == "c"
    (tmp_path / "sung.yaml").write_text(SUNG.replace("guitar:", "drums:"))
    song = Song(tmp_path / "sung.yaml", tmp_path)
    path = write(tmp_path, ("Studio Rock", note(52, 480, 480, channel=9)), ("voice", note(60, 0, 480)))
    back, _ = play_edited(path, song.score, song.performance, reaches(song.score))
    assert [n.pitch for n in back.notes["drums"]] == [52]


def test_a_new_track_is_left_out_and_reported_and_a_misspelled_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sung.yaml").write_text(SUNG)
    song = Song(tmp_path / "sung.yaml", tmp_path)
    path = write(tmp_path, ("guitar", note(52, 0, 480)), ("Sitar of mine", note(52, 0, 480)),
                 ("\x1bBells", note(70, 0, 480)))
    back, told = play_edited(path, song.score, song.performance, reaches(song.score))
    assert [n.pitch for n in back.notes["guitar"]] == [52]
    assert told[0] == ("Tracks of no part, left out: Sitar of mine, ␛Bells. To hear one, add a part of that name to "
                       "the score, such as sitar_of_mine: {instrument: felt_piano}; it needs no play.")
    path = write(tmp_path, ("guitar", note(52, 0, 480)), ("voise", note(60, 0, 480)))
    with pytest.raises(ScoreError, match="fault"):
        play_edited(path, song.score, song.performance, reaches(song.score))


@pytest.mark.parametrize(("text", "shown"), [
    ("Piano", "Piano"), ("Grüße, 日本 \U0001f469\u200d\U0001f3a4", "Grüße, 日本 \U0001f469\u200d\U0001f3a4"),
    ("\x1b[31mX\x07", "␛[31mX␇"), ("a\tb\nc", "a␉b␊c"),
    ("\x7f\x9b", "␡<U+009B>"), ("ab\u202ecd\u2066", "ab<U+202E>cd<U+2066>"), ("a\u200db", "a<U+200D>b"),
    ("\ufeffx\u2028\ud800", "<U+FEFF>x<U+2028><U+D800>"),
])
def test_a_text_is_shown_without_commanding_the_terminal(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert visible(shown) == shown


def test_the_name_of_an_unknown_track_cannot_command_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "sung.yaml").write_text(SUNG)
    song = Song(tmp_path / "sung.yaml", tmp_path)
    path = write(tmp_path, ("\x1b[31mX", note(52, 0, 480)))
    with pytest.raises(ScoreError) as caught:
        play_edited(path, song.score, song.performance, reaches(song.score))
    assert 'unknown track "␛[31mX"' in explain(caught.value) and "\x1b" not in explain(caught.value)
