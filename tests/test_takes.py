"""A recording on a part: on its frame, at any rate, cut where the score says so, or refused with its place."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from render.catalogue import catalogue
from render.cli import main
from render.part import render_part
from scores.compose import compose
from scores.faults import ScoreError, ScoreFault
from scores.performance import Performance
from scores.reading.read import read_score

SCORE = """\
title: Taken
tempo: 120
key: A minor
parts:
  voice: {instrument: hum, level: 0}
  piano: {instrument: felt_piano}
mix: {level: 0}
sections:
  - name: A
    bars: 2
    play: {voice: {audio: takes/vocal.wav, bar: 2}, piano: {notes: "| A3:1/1 |"}}
    lyrics: a line to sing
  - name: B
    bars: 2
    play: {voice: sung}
    lyrics: a line to sing
"""
START = 2.0  # seconds: bar 2 at 120
HERE = "{audio: takes/vocal.wav, bar: 2}"


def record(folder: Path, rate: int = 48000, seconds: float = 1.0, channels: int = 1) -> np.ndarray:
    """A tone of 1 kHz that begins and ends softly, as ``takes/vocal.wav``: returns what it is, shape (channels, n)."""
    time = np.arange(round(seconds * rate)) / rate
    tone = 0.25 * np.sin(2 * np.pi * 1000 * time) * np.sin(np.pi * time / seconds) ** 2
    wave = np.stack([tone * (1 - 0.5 * i) for i in range(channels)])
    (folder / "takes").mkdir(exist_ok=True)
    soundfile.write(folder / "takes" / "vocal.wav", wave.T, rate, subtype="FLOAT")
    return wave


def stem(folder: Path, text: str = SCORE, part: str = "voice", rate: int = 48000) -> tuple[Performance, np.ndarray]:
    path = folder / "song.yaml"
    path.write_text(text)
    score = read_score(path, catalogue()).score
    performance = compose(score)
    return performance, render_part(score, performance, part, rate, round(performance.duration_seconds * rate))


def test_the_stem_is_the_recording_where_it_stands_and_the_guide_fills_the_rest(tmp_path: Path) -> None:
    wave = record(tmp_path, channels=2)
    performance, audio = stem(tmp_path)
    first = round(START * 48000)
    assert not audio[:, :first].any()
    np.testing.assert_allclose(audio[:, first:first + wave.shape[1]], wave, atol=1e-6)
    assert not performance.notes["voice"] or min(n.onset_beats for n in performance.notes["voice"]) >= 8 - 1e-9
    assert audio[:, round(4.0 * 48000):].any()


@pytest.mark.parametrize(("own", "rate"), [(44100, 48000), (96000, 48000), (48000, 44100), (22050, 96000)])
def test_another_rate_is_resampled_with_its_pitch_its_place_and_its_level(own: int, rate: int, tmp_path: Path) -> None:
    """Against the same tone written at the song's rate: the difference is below −80 dB of it."""
    record(tmp_path, own)
    audio = stem(tmp_path, rate=rate)[1]
    wanted = record(tmp_path, rate)
    first = round(START * rate)
    heard = audio[0, first:first + wanted.shape[1]]
    assert np.sqrt(np.mean((heard - wanted[0]) ** 2)) < 1e-4 * np.sqrt(np.mean(wanted**2))


def test_level_beat_skip_and_bars_are_what_they_say(tmp_path: Path) -> None:
    wave = record(tmp_path)
    more = "{audio: takes/vocal.wav, bar: 1, beat: 2.5, level: -6, skip_seconds: 0.25, bars: 0.25}"
    audio = stem(tmp_path, SCORE.replace(HERE, more))[1]
    first, length, skipped = round(0.75 * 48000), 24000, 12000
    assert not audio[:, :first].any() and not audio[:, first + length:round(3.9 * 48000)].any()
    edge = round(0.005 * 48000)
    inside = slice(first + edge, first + length - edge)
    np.testing.assert_allclose(audio[0, inside], 10 ** (-6 / 20) * wave[0, skipped + edge:skipped + length - edge],
                               atol=1e-6)
    steps = np.abs(np.diff(audio[0, first - 10:first + length + 10])).max()
    assert steps <= np.abs(np.diff(wave[0])).max()  # and no click where it is cut


def test_a_recording_goes_on_into_the_next_section_unless_the_part_leaves(tmp_path: Path) -> None:
    record(tmp_path, seconds=3.0)
    audio = stem(tmp_path, SCORE.replace("play: {voice: sung}", "play: {piano: {notes: '| A3:1/1 |'}}").replace(
        "    lyrics: a line to sing\n  - name: B", "  - name: B").replace("    lyrics: a line to sing\n", ""))[1]
    assert audio[:, round(4.5 * 48000):round(4.9 * 48000)].any()
    audio = stem(tmp_path, SCORE.replace(HERE, "{audio: takes/vocal.wav, leaves: 2}"))[1]
    assert audio[:, round(1.9 * 48000)].any() and not audio[:, round(2.0 * 48000):round(3.9 * 48000)].any()


def test_effects_pan_and_glitches_apply_to_it(tmp_path: Path) -> None:
    record(tmp_path)
    plain = stem(tmp_path)[1]
    left = stem(tmp_path, SCORE.replace("hum, level: 0", "hum, pan: -1, effects: [{gain: {gain_db: -20}}]"))[1]
    first, last = round(START * 48000), round((START + 1) * 48000)
    assert not left[1, first:last].any()
    assert np.abs(left[0]).max() < 0.2 * np.abs(plain[0]).max()
    performance, broken = stem(tmp_path, SCORE.replace("    lyrics", "    glitch: 1\n    lyrics", 1))
    assert performance.gestures["voice"]
    assert not np.array_equal(broken[:, first:last], plain[:, first:last])


@pytest.mark.parametrize(("value", "message", "column", "nearest"), [
    ("{audio: takes/vocl.wav}", "there is no such file: takes/vocl.wav", 27, "takes/vocal.wav"),
    ("{audio: tokes/vocal.wav}", "there is no such file: tokes/vocal.wav", 27, None),
    ("{audio: takes/text.wav}", "this recording cannot be read", 27, None),
    ("{audio: takes/empty.wav}", "this recording is empty", 27, None),
    ("{audio: takes/many.wav}", "this recording has 3 channels", 27, None),
    ("{audio: takes}", "this is a folder, not a file", 27, None),
    ("{audio: takes/vocal.txt}", "there is no such file", 27, "takes/vocal.wav"),
    ("{audio: takes/notes.txt}", "this is the wrong kind of file", 27, None),
    ("{audio: takes/vocal.wav, bar: 9}", '"A" has no bar 9', 49, "2"),
    ("{audio: takes/vocal.wav, skip_seconds: 5}", "the recording ends after 1.000 seconds", 58, None),
    ("{audio: takes/vocal.wav, dynamics: p}", '"dynamics" cannot be read', 54, None),
    ("{audio: takes/vocal.wav, levl: 3}", 'unknown key "levl"', 44, "level"),
])
def test_what_is_wrong_is_told_at_its_place(value: str, message: str, column: int, nearest: str | None,
                                            tmp_path: Path) -> None:
    record(tmp_path)
    takes = tmp_path / "takes"
    (takes / "text.wav").write_text("hello")
    (takes / "notes.txt").write_text("hello")
    soundfile.write(takes / "empty.wav", np.zeros(0), 48000)
    soundfile.write(takes / "many.wav", np.zeros((4800, 3)), 48000)
    with pytest.raises(ScoreError) as caught:
        stem(tmp_path, SCORE.replace(HERE, value))
    (fault,) = caught.value.faults
    assert fault.message.startswith(message) and fault.allowed
    assert (fault.line, fault.column, fault.nearest) == (11, column, nearest)


def test_a_recording_longer_than_the_song_or_on_no_beat_is_refused_by_composing(tmp_path: Path) -> None:
    record(tmp_path, seconds=9.0)
    with pytest.raises(ScoreFault, match=r"goes on 3\.00 seconds after the song's end"):
        stem(tmp_path)
    record(tmp_path)
    with pytest.raises(ScoreFault, match=r"no beat 5"):
        stem(tmp_path, SCORE.replace("bar: 2}", "beat: 5}"))


def test_the_manifest_names_the_file_as_the_score_does_with_its_fingerprint(tmp_path: Path) -> None:
    record(tmp_path)
    (tmp_path / "song.yaml").write_text(SCORE)
    assert main([str(tmp_path / "song.yaml"), "--out", str(tmp_path / "out")]) == 0
    manifest = (tmp_path / "out" / "song" / "manifest.json").read_text()
    wanted = hashlib.sha256((tmp_path / "takes" / "vocal.wav").read_bytes()).hexdigest()
    assert json.loads(manifest)["inputs"] == [{"file": "takes/vocal.wav", "sha256": wanted}]
    assert str(tmp_path) not in manifest
