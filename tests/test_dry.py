"""``--dry``: the stems once more without glitches, and nothing else about them is different."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tiny import tiny, tiny_job

from render import pipeline
from render.cli import main
from render.console.report import Quiet
from render.meters.glitch_changes import SectionChanges, compare
from render.part import render_part
from render.pipeline import Job
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


def played(job: Job, part: str, glitched: bool) -> np.ndarray:
    """A part before the balance."""
    performance = job.performance if glitched else replace(job.performance, gestures={}, send_gestures={})
    return render_part(job.score, performance, part, job.rate, job.frames)


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


def test_dry_is_what_the_score_would_give_without_glitches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the balance off, which would measure the glitches."""
    monkeypatch.setattr(pipeline, "writers_for", lambda targets: ())
    job = tiny_job(tmp_path, *GLITCHED, ("mix:\n", "mix:\n  balance: off\n"), dry=True)
    made = pipeline.render(job, tmp_path, 2, Quiet())
    assert [stem.part for stem in made.stems_dry] == ["bells", "piano", "last"]
    for stem in made.stems_dry:
        assert np.abs(samples(stem.path) / 2**31 - played(job, stem.part, glitched=False)).max() <= 2**-24


def test_wet_and_dry_pass_the_same_fader_so_that_one_may_stand_for_the_other(folder: Path) -> None:
    """The balance multiplies both by the same at every sample, inside gestures as well."""
    job = tiny_job(folder, *GLITCHED)
    told = read_manifest(folder)
    for wet, dry in zip(told.stems, told.stems_dry, strict=True):
        one, other = (samples(folder / entry.file) / 2**31 for entry in (wet, dry))
        before, without = (played(job, wet.part, glitched) for glitched in (True, False))
        assert np.abs(one * without - other * before).max() <= 2**-23
        assert abs(20 * np.log10(np.std(other) / np.std(without))) > 0.2


def test_without_the_option_there_are_no_dry_stems(tmp_path: Path) -> None:
    assert main([str(tiny(tmp_path)), "--out", str(tmp_path), "--jobs", "1"]) == 0
    assert not (tmp_path / "tiny" / "stems_dry").exists()
    told = read_manifest(tmp_path / "tiny")
    assert told.stems_dry == [] and all(section.against_dry is None for section in told.sections)


def test_with_the_option_the_manifest_tells_how_much_the_glitches_changed(folder: Path) -> None:
    """What is told is found again in the files: steps of 0.1 s in which the stems' sum is not what it would be."""
    told = read_manifest(folder)
    wet, dry = (np.sum([samples(folder / stem.file) / 2**31 for stem in stems], axis=0)
                for stems in (told.stems, told.stems_dry))
    shares = []
    for section in told.sections:
        steps = [slice(at, at + 4800) for at in range(round(section.start_s * 48000),
                                                      round(section.end_s * 48000) - 4799, 4800)]
        change, sound = (np.array([np.sum(part[:, step] ** 2) for step in steps]) for part in (wet - dry, dry))
        assert section.against_dry is not None and section.against_dry.changed is not None
        heard = sound > 1e-6 * sound.max()
        assert section.against_dry.changed == pytest.approx(np.mean(change[heard] > 0.01 * sound[heard]), abs=0.03)
        shares.append(section.against_dry.changed)
    assert max(shares) > 0.1 and min(shares) < 0.05


def test_a_sound_too_short_to_have_a_loudness_is_unchanged_as_well(tmp_path: Path) -> None:
    (tmp_path / "blip.yaml").write_text(
        "title: Blip\ntempo: 240\nkey: A minor\nparts:\n  x: {instrument: data_noise, level: -30}\n"
        "mix: {balance: off}\nsections:\n"
        "  - {name: A, bars: 2, tails: cut, play: {x: {notes: '| r:1/1 | A4:1/32 r r:1/16 r:1/8 r:1/4 r:1/2 |'}}}\n")
    assert main([str(tmp_path / "blip.yaml"), "--out", str(tmp_path), "--dry"]) == 0
    told = read_manifest(tmp_path / "blip")
    assert told.stems_dry[0].lufs is None and told.stems_dry[0].peak_db is not None
    assert told.sections[0].against_dry is not None and told.sections[0].against_dry.changed == 0


def test_a_change_is_told_from_none_and_the_entropy_s_by_its_size() -> None:
    t = np.arange(96000) / 48000
    tone = 0.3 * np.repeat(np.sin(2 * np.pi * 440 * t)[None], 2, axis=0).astype(np.float32)
    noise = 0.3 * np.random.default_rng(1).standard_normal((1, 96000)).astype(np.float32).repeat(2, axis=0)
    half = np.concatenate([tone[:, :48000], noise[:, 48000:]], axis=1)
    assert compare(tone, tone, 48000) == SectionChanges(0.0, 0.0)
    assert compare(1.05 * tone, tone, 48000).changed == 0
    assert compare(1.15 * tone, tone, 48000).changed == 1
    found = compare(half, tone, 48000)
    assert found.changed == 0.5 and found.entropy_change is not None and 0.35 < found.entropy_change < 0.5
    assert compare(0 * tone, 0 * tone, 48000) == SectionChanges(None, None)
