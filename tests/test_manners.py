"""What everybody does in a section: swing, half-time and double-time, stop-time, fades; and keys of every mode."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from reading import faults, read
from tiny import tiny_job

from render.part import render_part
from scores.compose import compose
from scores.performance import Note, Performance
from scores.progressions import progression
from scores.theory import parse_chord, parse_key

HEAD = """\
title: Manners
tempo: 120
key: %s
temperature: 0
parts:
  drums: {instrument: drum_kit}
  bass: {instrument: finger_bass}
  piano: {instrument: upright_piano}
  guitar: {instrument: steel_guitar}
  voice: {instrument: guide_vocal}
sections:
  - name: A
    bars: 4
    harmony: "| C | F | G | C |"
    play:
      drums: {style: drums, groove: rock, fills: 0, crash: false, hand: hat}
      bass: {style: bass, rhythm: pulse}
      piano: {notes: "| C4:1/8 E4 G4 C5 E5 C5 G4 E4 |"}
      guitar: {style: fingerpick, grid: 1/8}
      voice: sung
    lyrics: [carry me over the river tonight]
"""


def played(folder: Path, more: str = "", key: str = "C major") -> Performance:
    return compose(read(folder, HEAD % key + "".join(f"    {line}\n" for line in more.split("; ") if line)).score)


def places(notes: Sequence[Note], low: float = 0, high: float = 127) -> list[float]:
    """Where in its beat each note begins."""
    return sorted({round(round(note.onset_beats, 3) % 1, 3) for note in notes if low <= note.pitch <= high})


@pytest.mark.parametrize(("swing", "share"), [("0.62", 0.62), ("shuffle", 0.667), ("straight", 0.5), ("0,6", 0.6)])
def test_who_plays_eighths_swings_together_as_the_section_asks(tmp_path: Path, swing: str, share: float) -> None:
    """The second eighth of drums, written piano, picked guitar and voice falls at one place; quarters stay."""
    song = played(tmp_path, f"swing: {swing!r}" if "," in swing else f"swing: {swing}")
    for part in ("drums", "piano", "guitar"):
        assert places(song.notes[part]) == pytest.approx([0, share], abs=2e-3), part
    assert set(places(song.notes["voice"])) <= {0, round(share, 3)}
    assert places(song.notes["bass"]) == [0]


def test_sixteenths_swing_where_the_score_says_so_and_triplets_lie_where_they_are(tmp_path: Path) -> None:
    text = (HEAD % "C major").replace("| C4:1/8 E4 G4 C5 E5 C5 G4 E4 |",
                                      "| C4:1/16 E4 G4 C5 E5:1/8T C5 G4 C4:1/2 |")
    song = compose(read(tmp_path, text + "    swing: 0.6 sixteenths\n").score)
    assert places(song.notes["piano"]) == pytest.approx([0, 0.3, 0.333, 0.5, 0.667, 0.8], abs=2e-3)


def test_a_song_swings_where_its_sections_do_not_say_otherwise(tmp_path: Path) -> None:
    whole = (HEAD % "C major").replace("temperature: 0\n", "temperature: 0\nswing: 0.6\n")
    assert places(compose(read(tmp_path, whole).score).notes["piano"]) == [0, 0.6]
    assert places(compose(read(tmp_path, whole + "    swing: straight\n").score).notes["piano"]) == [0, 0.5]


def test_half_time_and_double_time_move_the_backbeat_and_not_the_tempo(tmp_path: Path) -> None:
    """The snare falls on three alone, or between all beats; the hand keeps its eighths and the song its length."""
    songs = {feel: played(tmp_path, f"feel: {feel}" if feel else "") for feel in ("", "half-time", "double time")}
    snares = {feel: sorted({round(note.onset_beats % 4, 3) for note in song.notes["drums"] if note.pitch == 38})
              for feel, song in songs.items()}
    assert snares == {"": [1, 3], "half-time": [2], "double time": [0.5, 1.5, 2.5, 3.5]}
    for song in songs.values():
        hand = [note for note in song.notes["drums"] if note.pitch == 42]
        assert len(hand) == 32 and song.duration_seconds == songs[""].duration_seconds


def test_in_stop_time_all_strike_together_and_the_voice_goes_on(tmp_path: Path) -> None:
    """Bass, guitar and drums sound on the first beat of each bar alone, briefly; voice and written notes go on."""
    song, free = played(tmp_path, "stop_time: 1"), played(tmp_path)
    for part in ("drums", "bass", "guitar"):
        assert {note.onset_beats % 4 for note in song.notes[part]} == {0}, part
        assert len({note.onset_beats for note in song.notes[part]}) == 4
        assert all(note.duration_beats <= 0.5 for note in song.notes[part])
    for part in ("voice", "piano"):
        assert [note.onset_beats for note in song.notes[part]] == [note.onset_beats for note in free.notes[part]]
    assert {note.onset_beats % 4 for note in played(tmp_path, "stop_time: [1, 2.5]").notes["guitar"]} == {0, 1.5}


def test_a_fade_is_twelve_decibels_down_in_its_middle_and_ends_in_silence(tmp_path: Path) -> None:
    """A stem is faded after everything else, so that stems still sum to the mix; before the fade no bit moves."""
    plain = tiny_job(tmp_path)
    faded = tiny_job(tmp_path, ("    tails: cut\n", "    fade: out\n"),
                     ("    bars: 2\n", "    bars: 2\n    fade: in 1\n"))
    rate, end = 8000, 48000
    one, other = (render_part(job.score, job.performance, "bells", rate, end) for job in (plain, faded))
    assert not other[:, 0].any()
    for second, gain in ((0.5, 1 / 16), (1.0, 1 / 4), (1.5, 9 / 16)):
        at = slice(round(second * rate), round(second * rate) + 4)
        assert other[:, at] == pytest.approx(gain * one[:, at], abs=float(1e-3 * np.abs(one).max()))
    assert np.array_equal(one[:, 2 * rate:29000], other[:, 2 * rate:29000])
    last = render_part(faded.score, faded.performance, "last", rate, end)
    sounding = render_part(plain.score, plain.performance, "last", rate, end)
    assert np.abs(last[:, -80:]).max() < 1e-3 * np.abs(sounding[:, -8000:]).max()
    middle = slice(5 * rate, 5 * rate + 800)
    assert np.std(last[:, middle]) / np.std(sounding[:, middle]) == pytest.approx(0.475 ** 2, abs=0.02)


@pytest.mark.parametrize(("key", "steps"), [
    ("F lydian", {5, 7, 9, 11, 0, 2, 4}), ("E phrygian", {4, 5, 7, 9, 11, 0, 2}),
    ("A harmonic minor", {9, 11, 0, 2, 4, 5, 8}), ("A melodic minor", {9, 11, 0, 2, 4, 6, 8}),
    ("A blues", {9, 0, 2, 3, 4, 6, 7})])
def test_a_tune_lies_in_the_scale_of_its_key(tmp_path: Path, key: str, steps: set[int]) -> None:
    """The scale is the mode's, and over the tonic chord the tune has none but its notes and the chord's."""
    assert set(parse_key(key).scale) == steps
    text = (HEAD % key).replace('    harmony: "| C | F | G | C |"\n', "").replace("| C4:1/8", "| C4:1/8")
    sung = compose(read(tmp_path, text).score).notes["voice"]
    chord = parse_chord(parse_key(key).tonic_chord)
    pitches = {round(note.pitch) % 12 for note in sung if note.utterance and not note.is_breath}
    assert len(pitches) >= 4 and pitches <= steps | set(chord.pitch_classes)


def test_the_blues_composes_its_twelve_bars_in_sevenths() -> None:
    chords = progression(parse_key("A blues"), "verse", 12, 1, 0.7)
    assert chords == ["A7", "A7", "A7", "A7", "D7", "D7", "A7", "A7", "E7", "D7", "A7", "E7"]
    assert set(progression(parse_key("F lydian"), "verse", 8, 1, 0.0)) <= {"F", "G", "C", "Dm", "Am"}


@pytest.mark.parametrize(("line", "message", "allowed"), [
    ("swing: 0.9", "is out of range: 0.9", "from 0.5 to 0.8"), ("swing: bouncy", '"swing" cannot be read', "shuffle"),
    ("feel: slow", '"feel" cannot be read: "slow"', "half-time"),
    ("stop_time: 5", "a bar of 4/4 has no beat 5", "1 to less than 5"),
    ("fade: away", '"fade" cannot be read: "away"', "out"), ("fade: out 9", '"A" has 4 bars', "at most 4")])
def test_what_nobody_can_do_is_refused_at_its_place(tmp_path: Path, line: str, message: str, allowed: str) -> None:
    found = faults(tmp_path, HEAD % "C major" + f"    {line}\n")
    assert [each.line for each in found] == [22]
    assert message in found[0].message and allowed in (found[0].allowed or "")


def test_a_feel_without_drums_is_told(tmp_path: Path) -> None:
    rows = (HEAD % "C major").splitlines(keepends=True)
    text = "".join(row for row in rows if "style: drums" not in row)
    told = read(tmp_path, text + "    feel: half-time\n").warnings
    assert [each.message for each in told] == ['nobody plays drums in "A": half-time changes nothing']
