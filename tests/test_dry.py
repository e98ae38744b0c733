"""``--dry``: the stems once more without glitches, and nothing else about them is different."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tiny import tiny, tiny_job

from render.cli import main
from render.part import render_part
from render.writers.manifest import read_manifest

GLITCHED = (("    bars: 2\n", "    bars: 2\n    glitch: 0.9\n"),
            ("pan: -0.6, sends: {room: -6}", "pan: -0.6"), ("effects: [{eq: {low_cut_hz: 90}}]", "pan: 0"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("dry")
    assert main([str(tiny(made, *GLITCHED)), "--out", str(made), "--dry", "--jobs", "2"]) == 0
    return made / "tiny"


def samples(path: Path) -> np.ndarray:
    return soundfile.read(path, dtype="int32", always_2d=True)[0].T


def test_a_dry_stem_lies_beside_each_stem_and_differs_from_it_inside_gestures_alone(folder: Path) -> None:
    told = read_manifest(folder)
    assert [entry.file for entry in told.stems_dry] == [
        entry.file.replace("stems/", "stems_dry/") for entry in told.stems]
    assert {entry.file for entry in told.stems_dry} < set(told.files)
    gestures = tiny_job(folder, *GLITCHED).performance.gestures
    broken = 0
    for wet, dry in zip(told.stems, told.stems_dry, strict=True):
        one, other = samples(folder / wet.file), samples(folder / dry.file)
        assert one.shape == other.shape and other.any()
        inside = np.zeros(one.shape[1], bool)
        for gesture in gestures[wet.part]:
            inside[round(gesture.onset_seconds * 48000):round(gesture.end_seconds * 48000)] = True
        changed = (one != other).any(axis=0)
        assert not changed[~inside].any()
        broken += int(changed.sum())
    assert broken > 4800


def test_dry_is_what_the_score_would_give_without_glitches(folder: Path) -> None:
    job = tiny_job(folder, *GLITCHED)
    bare = replace(job.performance, gestures={})
    audio = render_part(job.score, bare, "bells", 48000, job.frames)
    assert np.abs(samples(folder / "stems_dry" / "01_bells.wav") / 2**31 - audio).max() <= 2**-24


def test_without_the_option_there_are_no_dry_stems(tmp_path: Path) -> None:
    assert main([str(tiny(tmp_path)), "--out", str(tmp_path), "--jobs", "1"]) == 0
    assert not (tmp_path / "tiny" / "stems_dry").exists()
    assert read_manifest(tmp_path / "tiny").stems_dry == []
