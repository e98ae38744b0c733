"""The small scores, each rendered whole by the command and read back: what the song does not have, they have."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import mido
import numpy as np
import pytest
import soundfile

from render.cli import main

SCORES = Path(__file__).parent.parent / "scores"
SHORT = (path.stem for path in SCORES.glob("*.yaml"))
SMALL = [*sorted(name for name in SHORT if name != "softmax" and not name.endswith("_tour")),
         *(pytest.param(f"songs/{path.stem}", marks=pytest.mark.whole_song)
           for path in sorted(SCORES.glob("songs/*.yaml")))]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("out")


@cache
def demo(name: str, out: Path, jobs: int = 2) -> tuple[Path, dict[str, Any]]:
    assert main([str(SCORES / f"{name}.yaml"), "--out", str(out / str(jobs)), "--jobs", str(jobs)]) == 0
    folder = out / str(jobs) / Path(name).name
    return folder, json.loads((folder / "manifest.json").read_text("utf-8"))


def midi(folder: Path) -> mido.MidiFile:
    return mido.MidiFile(next(folder.glob("*.mid")))


def first_note_seconds(folder: Path, part: str) -> float:
    file = midi(folder)
    track = next(t for t in file.tracks if t.name == part)
    tempo = next(m.tempo for m in file.tracks[0] if m.type == "set_tempo")
    tick = 0
    for message in track:
        tick += message.time
        if message.type == "note_on":
            return float(mido.tick2second(tick, file.ticks_per_beat, tempo))
    raise AssertionError(f"{part} has no notes")


@pytest.mark.parametrize("name", SMALL)
def test_the_stems_sum_to_the_premaster_to_the_bit(name: str, out: Path) -> None:
    folder, manifest = demo(name, out)
    stems = [soundfile.read(folder / stem["file"], dtype="int32")[0] >> 8 for stem in manifest["stems"]]
    premaster = soundfile.read(next(folder.glob("*_premaster.wav")), dtype="int32")[0] >> 8
    assert premaster.any()
    assert np.array_equal(np.sum(stems, axis=0), premaster)


def test_the_same_bytes_on_one_core_as_on_two(out: Path) -> None:
    one, two = demo("waltz", out, 1)[0], demo("waltz", out, 2)[0]
    files = sorted(path.relative_to(two) for path in two.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert [f for f in files if (one / f).read_bytes() != (two / f).read_bytes()] == []


@pytest.mark.parametrize("name", SMALL)
def test_the_manifest_tells_the_fingerprint_of_each_file(name: str, out: Path) -> None:
    folder, manifest = demo(name, out)
    for entry in (*manifest["stems"], manifest["mix"], manifest["midi"]):
        assert hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]


def test_the_waltz_counts_three_and_its_bar_one_comes_after_the_upbeat(out: Path) -> None:
    folder, manifest = demo("waltz", out)
    signatures = [(m.numerator, m.denominator) for m in midi(folder).tracks[0] if m.type == "time_signature"]
    assert signatures[-1] == (3, 4)
    assert 0 < manifest["sections"][0]["end_s"] - (1 + 8 * 3) * 0.5 < 0.1  # the tempo yields at its end
    assert first_note_seconds(folder, "guitar") == pytest.approx(0.5, abs=0.06)


def test_the_barcarolle_slows_down_and_changes_its_key(out: Path) -> None:
    folder, manifest = demo("barcarolle", out)
    conductor = midi(folder).tracks[0]
    second = [i for i, m in enumerate(conductor) if m.type == "marker"][1]
    tempi = [60e6 / m.tempo / 1.5 for m in conductor if m.type == "set_tempo"]
    assert tempi[0] == pytest.approx(58, abs=0.01) and tempi[-1] == pytest.approx(36, abs=0.01)
    slows = [60e6 / m.tempo / 1.5 for m in conductor[second + 6:] if m.type == "set_tempo"]
    assert len(slows) > 6 and slows == sorted(slows, reverse=True)
    steady, slowing = (section["end_s"] - section["start_s"] for section in manifest["sections"])
    assert steady == pytest.approx(6 * 2 * 60 / 58, rel=0.01) and slowing > steady + 0.5
    assert [m.key for m in midi(folder).tracks[0] if m.type == "key_signature"] == ["F#m", "A"]


def test_the_piece_in_five_has_bars_of_five_and_no_words(out: Path) -> None:
    folder, manifest = demo("five", out)
    assert manifest["duration_s"] == pytest.approx(8 * 5 * 60 / 90, rel=0.015)  # the tempo yields twice
    assert [m for track in midi(folder).tracks for m in track if m.type == "lyrics"] == []
    assert {(m.numerator, m.denominator) for m in midi(folder).tracks[0] if m.type == "time_signature"} == {(5, 4)}
