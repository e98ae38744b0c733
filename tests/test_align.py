"""A recording that came back: our bars, sections, tempo and key are found in it, and another song is told apart."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as Xml

import mido
import numpy as np
import pytest
import soundfile as sf
from midi_files import seconds_at
from test_daw_sessions import SCHEMA

from render.align.features import RATE, Written, listen, written
from render.align.fine import Curve
from render.align.place import Placed, PlacedBar, Stretch, in_sections, place
from render.align.recording import read_recording
from render.align.timeline import FOREIGN, on_their_time
from render.align.warp import ours_on_theirs, theirs_on_ours
from render.catalogue import catalogue
from render.cli import main
from scores.compose import compose
from scores.performance import Performance
from scores.reading.read import read_score
from scores.retime import retimed
from scores.theory.tempo import TempoMap

SONG = """\
title: Home
tempo: {tempo}
rubato: {rubato}
key: {key}
seed: {seed}
parts:
  guitar: {{instrument: steel_guitar}}
  bass: {{instrument: upright_bass}}
sections:
  - {{name: Verse, bars: 4, harmony: "{verse}", play: {{guitar: fingerpick, bass: bass}}}}
  - {{name: Chorus, bars: 4, harmony: "{chorus}", play: {{guitar: strum, bass: bass}}}}
  - {{name: Bridge, bars: 4, harmony: "{bridge}", play: {{guitar: arpeggio, bass: bass}}}}
"""
OURS = {"tempo": 138, "rubato": 0, "key": "G major", "seed": 5, "verse": "| G | Em | C | D |",
        "chorus": "| C | G | Am | D |", "bridge": "| Bm | Em | A7 | D7 |"}
ANOTHER = {"tempo": 138, "key": "F minor", "seed": 2, "verse": "| Fm | Db | Bbm | C7 |",
           "chorus": "| Ab | Eb | Fm | Db |", "bridge": "| Db | Gbmaj7 | Bbm | C7 |"}


class Song(NamedTuple):
    """A song, composed, with its notes."""

    path: Path
    performance: Performance
    notes: Written


def song(folder: Path, **changes: object) -> Song:
    path = folder / f"{len(list(folder.iterdir()))}.yaml"
    path.write_text(SONG.format(**{**OURS, **changes}))
    score = read_score(path, catalogue()).score
    performance = compose(score)
    return Song(path, performance, written(score, performance))


def played(notes: Written, higher: int = 0) -> np.ndarray:
    """The notes on an organ of three partials with a click at each onset: no voice of ours."""
    audio = np.zeros(int(RATE * (notes.seconds + 0.5)), np.float32)
    for onset, end, key, weight in zip(notes.onset, notes.end, notes.key, notes.weight, strict=True):
        start = round(onset * RATE)
        times = np.arange(round((end - onset) * RATE)) / RATE
        hertz = 440 * 2 ** ((key + higher - 69) / 12)
        tone = sum(np.sin(2 * np.pi * hertz * n * times) / n ** 2 for n in (1, 2, 3)) * np.exp(-2 * times)
        audio[start:start + len(times)] += (0.1 * weight * tone)[:len(audio) - start]
    return audio + 1e-4 * np.random.default_rng(1).standard_normal(len(audio)).astype(np.float32)


def at_tempo(ours: Song, factor: float) -> tuple[Written, Performance]:
    """The notes at a tempo that swings by 3 % around ``factor`` times our own."""
    steps = np.arange(0, ours.performance.sections[-1].end_beats)
    other = retimed(ours.performance, TempoMap(tuple(steps), tuple(
        138 * factor * (1 + 0.03 * np.sin(steps / 8)))))
    return written(read_score(ours.path, catalogue()).score, other), other


def sections(placed: Placed) -> list[int]:
    return [group[0].bar.section for stretch in placed.stretches for group in in_sections(stretch)]


def test_tempo_drift_key_and_an_introduction_are_found(tmp_path: Path) -> None:
    """Bar lines within 25 ms in the median and 60 ms in 95 %, each section, the key to the semitone."""
    ours = song(tmp_path)
    notes, truth = at_tempo(ours, 1.07)
    introduction = played(song(tmp_path, **ANOTHER).notes)[:round(9.3 * RATE)]
    placed = place(listen(np.concatenate([introduction, played(notes, 2)])), ours.notes, ours.performance)
    assert placed.is_ours and placed.key == 2
    assert sections(placed) == [0, 1, 2]
    found = np.array([bar.seconds for stretch in placed.stretches for bar in stretch.bars])
    missed = abs(found - [9.3 + bar.start_seconds for bar in truth.bars])
    assert np.median(missed) < 0.025 and np.quantile(missed, 0.95) < 0.060
    theirs = on_their_time(ours.performance, placed)
    assert [span.name for span in theirs.sections][:4] == [FOREIGN, "Verse", "Chorus", "Bridge"]
    first = theirs.notes["guitar"][0]
    assert first.pitch == ours.performance.notes["guitar"][0].pitch + 2
    assert first.onset_seconds == pytest.approx(9.3 + truth.notes["guitar"][0].onset_seconds, abs=0.03)


def test_a_section_left_out_and_one_played_twice_are_found(tmp_path: Path) -> None:
    ours = song(tmp_path)
    audio = played(ours.notes)
    verse, chorus, bridge = (audio[round(s.start_seconds * RATE):round(s.end_seconds * RATE)]
                             for s in ours.performance.sections)
    assert sections(place(listen(np.concatenate([verse, bridge])), ours.notes, ours.performance)) == [0, 2]
    again = np.concatenate([verse, chorus, verse, chorus, bridge])
    assert sections(place(listen(again), ours.notes, ours.performance)) == [0, 1, 0, 1, 2]


def test_another_song_is_told_apart_and_another_take_is_not(tmp_path: Path) -> None:
    """Another seed plays other notes on the same harmony."""
    ours = song(tmp_path)
    assert not place(listen(played(song(tmp_path, **ANOTHER).notes)), ours.notes, ours.performance).is_ours
    take = place(listen(played(song(tmp_path, seed=77).notes)), ours.notes, ours.performance)
    assert take.is_ours and sections(take) == [0, 1, 2]


def test_the_command_writes_tables_and_midi_that_follow_the_recording(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where our tempo yields at the ends of phrases and theirs does not."""
    ours = song(tmp_path, rubato=0.5)
    notes, truth = at_tempo(ours, 0.95)
    sf.write(tmp_path / "back.flac", np.concatenate([np.zeros(RATE, np.float32), played(notes, -3)]), RATE)
    assert main(["align", str(ours.path), str(tmp_path / "back.flac"), "--out", str(tmp_path / "home")]) == 0
    told = capsys.readouterr().out
    assert "-3 semitones" in told and all(name in told for name in ("Verse", "Chorus", "Bridge"))
    rows = (tmp_path / "home" / "bars.csv").read_text().splitlines()
    assert len(rows) == 1 + len(ours.performance.bars)
    file = mido.MidiFile(tmp_path / "home" / "aligned.mid")
    ticks = np.cumsum([event.time for event in file.tracks[0]])
    marks = {event.text: seconds_at(file, tick) for event, tick in zip(file.tracks[0], ticks, strict=True)
             if event.type == "marker"}
    for span in truth.sections:
        assert marks[span.name] == pytest.approx(1 + span.start_seconds, abs=0.06)
    with zipfile.ZipFile(tmp_path / "home" / "aligned.dawproject") as container:
        assert "audio/back.wav" in container.namelist()
        project = Xml.fromstring(container.read("project.xml"))
    if SCHEMA.exists():
        assert not list(pytest.importorskip("xmlschema").XMLSchema(SCHEMA).iter_errors(project))


def test_stems_are_heard_together_and_kept_apart(tmp_path: Path) -> None:
    """A folder is one recording; two files of one name do not overwrite each other, the shorter ends in silence."""
    for name, seconds in (("bass.wav", 9), ("bass.flac", 12)):
        sf.write(tmp_path / name, np.full((seconds * 48000, 2), 0.25, np.float32), 48000)
    recording = read_recording(tmp_path)
    assert (recording.frames, recording.rate) == (12 * 48000, 48000)
    assert recording.heard[5 * RATE] == pytest.approx(0.5, abs=1e-3)
    sounds = dict(recording.sounds())
    assert sorted(sounds) == ["bass_flac", "bass_wav"]
    assert all(sound.shape == (2, 12 * 48000) for sound in sounds.values())
    assert not sounds["bass_wav"][:, 9 * 48000:].any()


def test_sound_is_warped_either_way(tmp_path: Path) -> None:
    """A click at each bar line of one is heard at that bar line of the other, within 20 ms."""
    ours = song(tmp_path)
    _, truth = at_tempo(ours, 0.95)
    here, there = (np.array([bar.start_seconds for bar in each.bars]) for each in (ours.performance, truth))
    bars = tuple(PlacedBar(bar, at, 1.0, 1.0) for bar, at in zip(ours.performance.bars, there, strict=True))
    whole = Stretch(bars, truth.duration_seconds, Curve(here, there, np.ones(len(here))), 1.0)
    placed = Placed(truth.duration_seconds, 0, 0.0, (whole,), 1.0, 1.0, 0.0)
    ends = [ours.performance.duration_seconds]
    for warp, before, after, seconds in ((ours_on_theirs, here, there, truth.duration_seconds),
                                         (theirs_on_ours, there, here, ours.performance.duration_seconds)):
        clicks = np.zeros((2, round(30 * RATE)), np.float32)
        burst = np.random.default_rng(1).standard_normal(200) * np.exp(-np.arange(200) / 40)
        for at in before[1:]:
            clicks[:, round(at * RATE):round(at * RATE) + 200] += burst.astype(np.float32)
        heard = abs(warp(clicks, RATE, placed, ends, round(seconds * RATE))[0])
        for at in after[1:]:
            begin = round((at - 0.1) * RATE)
            near = heard[begin:begin + round(0.2 * RATE)]
            assert (begin + (near > 0.3 * near.max()).argmax()) / RATE == pytest.approx(at, abs=0.020)


@pytest.mark.parametrize(("content", "told"), [
    (None, "there is no such file"), ("text", "no audio file that can be read"), (0.0, "the recording is silent"),
    (3.0, "too short"), ("folder", "no audio is in this folder"), ("m4a", 'convert it first: ffmpeg -i "'),
    ("m4a folder", 'convert it first: ffmpeg -i "back.M4A" "back.wav"')])
def test_a_recording_that_cannot_be_used_is_refused(content: object, told: str, tmp_path: Path,
                                                    capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "song.yaml").write_text(SONG.format(**OURS))
    back = tmp_path / "back.wav"
    if content == "text":
        back.write_text("no sound")
    elif content in ("m4a", "m4a folder"):
        back = tmp_path / "given" / "back.M4A"
        back.parent.mkdir()
        back.write_bytes(b"\0\0\0\x1cftypM4A " + bytes(99))
        back = back if content == "m4a" else back.parent
    elif content == "folder":
        back = tmp_path / "empty"
        back.mkdir()
    elif isinstance(content, float):
        sf.write(back, np.full(round((content or 10) * RATE), content), RATE)
    assert main(["align", str(tmp_path / "song.yaml"), str(back), "--out", str(tmp_path / "home")]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "home").exists()
