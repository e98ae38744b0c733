"""The MIDI file is the performance: the same notes at the same times, in the shape that DAWs open."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import mido
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from midi_files import absolute, seconds_at
from renderings import note, performance, rendering, song, utterance

from render.writers import midi
from render.writers.midi.bend import FINEST_CENTS, STEP_SECONDS, bent
from scores.performance import Note
from scores.score import Score
from scores.theory import Key
from scores.theory.tempo import tempo_map

TURNING: dict[str, Any] = {  # an upbeat, a ritardando, and changes of meter and key
    "tempo": {"start": 68, "changes": [{"bar": 3, "to": 51, "over": 2}, {"bar": 6, "to": 97}]},
    "meter": "3/4", "key": "F# minor", "upbeat": 1,
    "sections": [{"name": "Theme", "bars": 4}, {"name": "Turn", "bars": 3, "meter": "6/8", "key": "A major"},
                 {"name": "Café ♯", "bars": 2, "meter": "5/4"}],
}


def written(tmp_path: Path, score: Score | None = None, notes: dict[str, list[Note]] | None = None) -> mido.MidiFile:
    made = rendering(tmp_path, score, notes, rate=8000)
    midi.write(made)
    return mido.MidiFile(tmp_path / f"{made.basename}.mid")


def test_every_note_is_struck_within_a_tick_of_where_it_is_heard(tmp_path: Path) -> None:
    score = song(**TURNING)
    late = [0.0, 0.013, -0.021, 0.0371, -0.004]
    notes = [note(score, 1.5 * i, 1.0, 60 + i % 7, 40 + i, late[i % 5]) for i in range(16)]
    file = written(tmp_path, score, {"guitar": notes})
    struck = [(seconds_at(file, at), e.note, e.velocity) for at, e in absolute(file.tracks[2]) if e.type == "note_on"]
    assert len(struck) == len(notes)
    tempo = performance(score).tempo
    for (heard, pitch, velocity), expected in zip(struck, notes, strict=True):
        tick_seconds = tempo.beat_seconds(expected.onset_beats) / 960
        assert abs(heard - max(expected.onset_seconds, 0)) < tick_seconds
        assert (pitch, velocity) == (expected.pitch, expected.velocity)


def test_the_file_s_clock_agrees_with_the_audio_s_at_every_bar_line(tmp_path: Path) -> None:
    score = song(**TURNING)
    file = written(tmp_path, score)
    for bar in performance(score).bars:
        assert seconds_at(file, round(bar.start_beats * 960)) == pytest.approx(bar.start_seconds, abs=1e-3)


def test_bar_lines_of_the_file_are_those_of_the_song_from_the_upbeat_on(tmp_path: Path) -> None:
    score = song(**TURNING)
    meters = [(at, e) for at, e in absolute(written(tmp_path, score).tracks[0]) if e.type == "time_signature"]
    assert [(e.numerator, e.denominator) for _, e in meters] == [(1, 4), (3, 4), (6, 8), (5, 4)]
    bars = performance(score).bars
    lines, at = [], 0
    stops = [*(start for start, _ in meters[1:]), round(bars[-1].end_beats * 960)]
    for (start, event), stop in zip(meters, stops, strict=True):
        assert at == start  # a change falls on a bar line, or a DAW would move it
        while at < stop:
            lines.append(at)
            at += 960 * 4 * event.numerator // event.denominator
    assert lines == [round(bar.start_beats * 960) for bar in bars]


@pytest.mark.parametrize(("meter", "upbeat", "short"), [("3/4", 1, (1, 4)), ("4/4", 1.5, (3, 8)), ("6/8", 1, (1, 8)),
                                                        ("4/4", 0.25, (1, 16)), ("2/2", 0.5, (1, 4))])
def test_an_upbeat_is_a_short_first_bar(tmp_path: Path, meter: str, upbeat: float, short: tuple[int, int]) -> None:
    file = written(tmp_path, song(meter=meter, upbeat=upbeat))
    first = next(e for e in file.tracks[0] if e.type == "time_signature")
    assert (first.numerator, first.denominator) == short


def test_an_upbeat_that_no_meter_can_say_is_told(tmp_path: Path) -> None:
    made = rendering(tmp_path, song(upbeat=1 / 3), rate=8000)
    midi.write(made)
    assert any("upbeat" in notice for notice in made.notices)


def test_all_tracks_end_with_the_song(tmp_path: Path) -> None:
    score = song(**TURNING)
    over = note(score, 26, 40, 50)
    file = written(tmp_path, score, {"voice": [over]})
    end = round(performance(score).bars[-1].end_beats * 960)
    assert [sum(event.time for event in track) for track in file.tracks] == [end] * 3


def test_one_pitch_sounds_once_at_a_time_and_for_at_least_a_tick(tmp_path: Path) -> None:
    score = song()
    notes = [note(score, 0, 4, 60), note(score, 2, 4, 60), note(score, 2, 1, 64), note(score, 8, 0.00001, 62),
             note(score, 9, 1, 67, 50), note(score, 9, 2, 67, 90)]
    sounding: dict[int, int] = {}
    lengths = []
    for at, event in absolute(written(tmp_path, score, {"guitar": notes}).tracks[2]):
        if event.type == "note_on":
            assert event.note not in sounding
            sounding[event.note] = at
        elif event.type == "note_off":
            lengths.append((event.note, at - sounding.pop(event.note)))
    assert not sounding
    assert sorted(lengths) == [(60, 1920), (60, 3840), (62, 1), (64, 960), (67, 1920)]


def test_two_strings_on_one_pitch_at_one_tick_are_one_note_as_hard_as_the_harder(tmp_path: Path) -> None:
    score = song()
    file = written(tmp_path, score, {"guitar": [note(score, 1, 1, 60, 90), note(score, 1, 2, 60, 50)]})
    assert [e.velocity for e in file.tracks[2] if e.type == "note_on"] == [90]


def test_a_note_heard_before_the_start_is_struck_at_the_start(tmp_path: Path) -> None:
    score = song()
    file = written(tmp_path, score, {"guitar": [note(score, 0, 1, 60, late=-0.02)]})
    assert [at for at, e in absolute(file.tracks[2]) if e.type == "note_on"] == [0]


def test_at_one_tick_old_notes_end_before_new_ones_begin_and_lyrics_and_bends_come_first(tmp_path: Path) -> None:
    score = song()
    sung = utterance("la", "la", last=True)
    notes = [note(score, 0, 1, 60, utterance=sung), note(score, 1, 1, 62.5, utterance=sung)]
    rows = absolute(written(tmp_path, score, {"voice": notes}).tracks[1])
    assert [e.type for at, e in rows if at == 960] == ["lyrics", "note_off", "pitchwheel", "note_on"]
    assert [e.type for at, e in rows if at == 0] == [
        "track_name", "key_signature", "lyrics", "program_change", *["control_change"] * 8, "note_on"]


def test_the_pedal_is_down_from_just_after_a_harmony_until_its_last_note_ends(tmp_path: Path) -> None:
    """CC64, up and down in turn, up again within what a foot needs of the next chord; none for what a finger holds."""
    score = song()
    held = [replace(note(score, beat, 2, pitch), pedalled=True) for beat in (0, 2) for pitch in (48, 60)]
    file = written(tmp_path, score, {"guitar": [*held, note(score, 6, 1, 55)]})
    foot = [(seconds_at(file, at), e.value) for at, e in absolute(file.tracks[2])
            if e.type == "control_change" and e.control == midi.SUSTAIN]
    assert [value for _, value in foot] == [127, 0, 127, 0]
    assert [at for at, _ in foot] == pytest.approx([0.06, 1.0, 1.06, 2.0], abs=0.002)
    assert not [e for e in file.tracks[1] if e.type == "control_change" and e.control == midi.SUSTAIN]


def test_a_pitch_between_the_keys_is_the_nearest_key_bent(tmp_path: Path) -> None:
    score = song()
    file = written(tmp_path, score, {"voice": [note(score, 0, 1, 60.25), note(score, 2, 1, 60)]})
    track = file.tracks[1]
    range_sent = [e.value for e in track if e.type == "control_change" and e.control in (101, 100, 6, 38)]
    assert range_sent == [0, 0, 2, 0, 127, 127]  # RPN 0 is two semitones, then closed
    assert [e.pitch / 8192 * 2 for e in track if e.type == "pitchwheel"] == [pytest.approx(0.25, abs=1e-3), 0]


@given(st.lists(st.tuples(st.floats(0.001, 0.3), st.floats(-200, 200)), min_size=1, max_size=12))
def test_the_wheel_stands_within_a_step_of_its_curve_and_comes_to_rest_on_it(moves: list[tuple[float, float]]) -> None:
    times = np.cumsum([0.0, *(length for length, _ in moves)])
    cents = np.array([0.0, *(there for _, there in moves)])
    bend = tuple(zip(times.tolist(), cents.tolist(), strict=True))
    events = list(bent(replace(note(song(), 0, 4, 60), bend=bend), 60, 2))
    sent, values = (np.array(column) for column in zip(*events, strict=True))
    sent -= events[0][0]
    moments = np.linspace(0, times[-1], 400)
    stands = values[np.searchsorted(sent, moments + 1e-9, side="right") - 1] / 8192 * 200
    steepest = np.abs(np.diff(cents) / np.diff(times)).max()
    assert np.abs(stands - np.interp(moments, times, cents)).max() < FINEST_CENTS + STEP_SECONDS * steepest + 0.1
    assert values[-1] / 8192 * 200 == pytest.approx(cents[-1], abs=0.05)
    assert (np.diff(values) != 0).all()


def test_an_in_breath_is_no_note_and_shortens_none(tmp_path: Path) -> None:
    score = song()
    sung, breath = utterance("la", "la", last=True), utterance("", "", last=True, manner="breath")
    words = [note(score, 0, 2, 60, utterance=sung), note(score, 4, 1, 62, utterance=sung)]
    airs = [note(score, 1, 0.5, 60, utterance=breath), note(score, 3.5, 0.5, 60.5, utterance=breath)]
    bare = written(tmp_path / "bare", score, {"voice": words}).tracks[1]
    breathing = written(tmp_path / "breathing", score, {"voice": [*words, *airs]}).tracks[1]
    assert absolute(breathing) == absolute(bare) and sum(e.type == "note_on" for e in bare) == 2


def test_lyrics_joined_are_the_words(tmp_path: Path) -> None:
    score = song()
    syllables = [("ev", "everything", False), ("ery", "everything", False), ("thing", "everything", True),
                 ("", "", True), ("naï", "naïve,", False), ("ve,", "naïve,", True), ("close-", "close-miked", False),
                 ("miked", "close-miked", True), ("—", "—", True)]
    notes = [note(score, beat, 1, 60, utterance=utterance(syllable, word, last=last))
             for beat, (syllable, word, last) in enumerate(syllables)]
    rows = absolute(written(tmp_path, score, {"voice": notes}).tracks[1])
    lyrics = [(at, e.text) for at, e in rows if e.type == "lyrics"]
    text = "".join(text for _, text in lyrics)
    assert text == "ev-ery-thing nai-ve, close-miked - "
    struck = {at for at, e in rows if e.type == "note_on"}
    assert all(at in struck for at, _ in lyrics) and len(lyrics) == len(syllables) - 1  # a breath has no lyric


def test_the_file_holds_ascii_and_neither_text_events_nor_instrument_names(tmp_path: Path) -> None:
    file = written(tmp_path, song(title="Ça ira — “déjà”", **TURNING))
    data = (tmp_path / "small_68bpm_F#m.mid").read_bytes()
    assert b"\xff\x01" not in data and b"\xff\x04" not in data
    assert file.tracks[0].name == 'Ca ira - "deja"'
    assert [e.text for e in file.tracks[0] if e.type == "marker"] == ["Theme", "Turn", "Cafe #"]


def test_letters_without_an_ascii_like_are_told(tmp_path: Path) -> None:
    made = rendering(tmp_path, song(title="心"), rate=8000)
    midi.write(made)
    assert any("'?'" in notice for notice in made.notices)


def test_each_part_has_its_own_channel_program_key_and_place(tmp_path: Path) -> None:
    file = written(tmp_path, song(**TURNING))
    assert (file.type, file.ticks_per_beat, len(file.tracks)) == (1, 960, 3)
    for track, channel, program in zip(file.tracks[1:], (0, 1), (53, 24), strict=True):
        assert {e.channel for e in track if not e.is_meta} == {channel}
        assert [e.program for e in track if e.type == "program_change"] == [program]
        keys = [(at, e.key) for at, e in absolute(track) if e.type == "key_signature"]
        assert keys == [(0, "F#m"), (960 * 13, "A")]
    controls = {e.control: e.value for e in file.tracks[2] if e.type == "control_change"}
    assert 40 * math.log10(controls[7] / 100) == pytest.approx(-3, abs=0.1)
    assert controls[10] == round(64 - 0.4 * 63)


def test_more_than_fifteen_parts_go_on_at_a_second_port_and_never_on_the_drum_channel(tmp_path: Path) -> None:
    names = [f"part {i}" for i in range(17)]
    score = song(parts={name: {"instrument": "hum", "program": 1} for name in names},
                 sections=[{"name": "All", "bars": 1}])
    file = written(tmp_path, score, {name: [note(score, 0, 1, 60)] for name in names})
    seen = set()
    for track in file.tracks[1:]:
        (channel,) = {e.channel for e in track if not e.is_meta}
        port = next(e.port for e in track if e.type == "midi_port")
        assert channel != 9
        seen.add((port, channel))
    assert len(seen) == 17


@given(st.lists(st.floats(-60, 12), min_size=1, max_size=12))
def test_volumes_keep_the_relations_of_the_levels(levels: list[float]) -> None:
    volumes = midi.part_volumes(levels)
    assert all(1 <= volume <= 127 for volume in volumes)
    loudest = max(volumes)
    for level, volume in zip(levels, volumes, strict=True):
        if volume > 1:  # each is rounded by half a step at most
            least, most = 40 * math.log10((loudest - 0.51) / (volume + 0.51)), 40 * math.log10(
                (loudest + 0.51) / (volume - 0.51))
            assert least <= max(levels) - level <= most


@given(st.lists(st.tuples(st.floats(0, 30), st.floats(0.001, 5), st.integers(55, 60)), max_size=40))
def test_spans_never_overlap_on_a_pitch_and_lose_no_onset(rows: list[tuple[float, float, int]]) -> None:
    tempo, end = tempo_map([], 60), 30 * 960
    notes = [Note(at, length, at, length, pitch, 80, 1) for at, length, pitch in sorted(rows)]
    spans = midi.played_notes(notes, tempo, end)
    assert {(s.start, s.key) for s in spans} == {(min(round(at * 960), end - 1), pitch) for at, _, pitch in rows}
    for pitch in range(55, 61):
        own = [s for s in spans if s.key == pitch]
        assert all(0 <= s.start < s.end <= end for s in own)
        assert all(a.end <= b.start for a, b in pairwise(own))


@pytest.mark.parametrize(("key", "name"), [
    (Key("C", "minor"), "Cm"), (Key("D", "dorian"), "Am"), (Key("A", "major"), "A"), (Key("G", "mixolydian"), "C"),
    (Key("A#", "minor"), "A#m")])
def test_a_signature_has_the_accidentals_of_the_key(key: Key, name: str) -> None:
    assert midi.signature(key) == name


def test_the_same_rendering_gives_the_same_bytes(tmp_path: Path) -> None:
    made = rendering(tmp_path, song(**TURNING), rate=8000)
    midi.write(made)
    first = (tmp_path / f"{made.basename}.mid").read_bytes()
    midi.write(replace(made, basename="again"))
    assert (tmp_path / "again.mid").read_bytes() == first


def test_a_bend_moves_the_wheel_along_its_line_and_the_next_note_finds_it_at_rest(tmp_path: Path) -> None:
    """Up a whole tone in a tenth of a second, by steps of no more than 10 ms, each on the line within a cent."""
    score = song()
    bending = replace(note(score, 0, 1, 60), bend=((0.05, 0.0), (0.15, 200.0)))
    file = written(tmp_path, score, {"guitar": [bending, note(score, 2, 1, 62)]})
    wheel = [(seconds_at(file, at), e.pitch / 8192 * 200) for at, e in absolute(file.tracks[2])
             if e.type == "pitchwheel"]
    assert wheel[-1][1] == 0
    rising = wheel[:-1]
    assert rising[-1][1] == pytest.approx(200, abs=0.1)
    for seconds, cents in rising:
        assert cents == pytest.approx(2000 * (seconds - 0.05), abs=1.5)  # a tick is 1.8 cents wide here
    assert max(later - earlier for (earlier, _), (later, _) in pairwise(rising)) <= 0.010


def test_a_slide_of_five_frets_widens_the_wheel_of_its_part_alone(tmp_path: Path) -> None:
    score = song()
    slid = replace(note(score, 1, 1, 65), bend=((0.0, -500.0), (0.12, 0.0)))
    file = written(tmp_path, score, {"guitar": [note(score, 0, 1, 60), slid], "voice": [note(score, 0, 1, 60)]})
    reach = {event.value for track in file.tracks[1:] for event in track
             if event.type == "control_change" and event.control == 6}
    assert reach == {2, 5}
    wheel = [event.pitch for event in file.tracks[2] if event.type == "pitchwheel"]
    assert (wheel[0], wheel[-1]) == (-8192, 0)


@given(st.lists(st.tuples(st.integers(0, 300_000), st.integers(0, 127), st.integers(0, 15)), max_size=30))
def test_a_track_has_the_bytes_that_mido_writes(rows: list[tuple[int, int, int]]) -> None:
    events = [midi.Timed(0, mido.MetaMessage("track_name", name="a")), *midi.in_order(
        [midi.Timed(tick, mido.Message("note_on", note=key, channel=channel)) for tick, key, channel in rows]
        + [midi.Timed(tick, mido.MetaMessage("lyrics", text="la")) for tick, key, _ in rows if key % 5 == 0])]
    file = mido.MidiFile(type=1, ticks_per_beat=960)
    track = file.add_track()
    for (tick, event), before in zip(events, [0, *(tick for tick, _ in events)], strict=False):
        track.append(event.copy(time=tick - before))
    track.append(mido.MetaMessage("end_of_track", time=400_000 - events[-1].tick))
    stream = io.BytesIO()
    file.save(file=stream)
    assert stream.getvalue().endswith(midi.chunk(events, 400_000))
