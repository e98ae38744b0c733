"""From a performance to files: what sums, what is silent, what stays the same."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import tiny_job

from effects.bit_crush import BitCrush
from render import pipeline
from render.audio.samples import envelope, in_steps, sounding
from render.audio.wav import LARGEST, quantise, sha256, to_float, write_wav
from render.console.report import Quiet
from render.meters.loudness import block_energy
from render.mixing.mix import Mix
from render.part import pan_matrix, render_part
from render.pipeline import Job
from render.rendering import Rendering
from scores.format import model
from scores.performance import Gesture


@pytest.fixture(autouse=True)
def without_writers(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other files are made of a rendering is tested with those."""
    monkeypatch.setattr(pipeline, "writers_for", lambda targets: ())


def rendered(folder: Path, *changes: tuple[str, str], jobs: int = 2, rate: int = 48000) -> Rendering:
    folder.mkdir(exist_ok=True)
    out = folder / f"demo{len(list(folder.iterdir()))}"
    out.mkdir()
    return pipeline.render(tiny_job(folder, *changes, rate=rate), out, jobs, Quiet())


def samples_of(path: Path) -> np.ndarray:
    """A 24-bit file's integers, as libsndfile reads them: shape (2, frames)."""
    return soundfile.read(path, dtype="int32", always_2d=True)[0].T >> 8


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
def test_the_stems_sum_to_the_premaster_exactly(tmp_path: Path, rate: int) -> None:
    rendering = rendered(tmp_path, rate=rate)
    stems = [samples_of(stem.path) for stem in rendering.stems]
    assert all(stem.any() for stem in stems)
    assert np.array_equal(sum(stems), samples_of(rendering.premaster_path))
    assert rendering.frames == 6 * rate
    assert {stem.shape for stem in stems} == {(2, 6 * rate)}


def test_files_are_24_bit_and_their_sums_are_those_of_the_bytes(tmp_path: Path) -> None:
    rendering = rendered(tmp_path)
    sums = {stem.path: stem.sha256 for stem in rendering.stems} | {rendering.mix_path: rendering.mix_sha256}
    for path, told in sums.items():
        assert soundfile.info(path).subtype == "PCM_24"
        assert sha256(path) == told
    assert np.array_equal(samples_of(rendering.mix_path) / 2**23, rendering.master.astype(np.float64))


def test_an_overloaded_sum_is_lowered_by_whole_halvings_and_told_of(tmp_path: Path) -> None:
    level = ("mix:\n", "mix:\n  level: 12\n"), ("level: -3", "level: 12")
    quiet, loud = rendered(tmp_path), rendered(tmp_path, *level)
    assert np.abs(samples_of(loud.premaster_path)).max() <= LARGEST
    assert np.array_equal(sum(samples_of(stem.path) for stem in loud.stems), samples_of(loud.premaster_path))
    gained = np.abs(samples_of(loud.stems[0].path)).max() / np.abs(samples_of(quiet.stems[0].path)).max()
    asked_db = 12 - model.Mix().level  # the quiet song has the headroom that a score has by itself
    halvings = np.log2(10 ** (asked_db / 20) / gained)
    assert halvings == pytest.approx(round(halvings), abs=1e-4)
    assert round(halvings) >= 1
    assert any(f"{6.02 * round(halvings):.0f} dB lower" in notice for notice in loud.notices)
    assert not quiet.notices


def test_tails_end_in_exact_zero_where_the_score_cuts_them(tmp_path: Path) -> None:
    """The reverb would ring on for seconds, as it does without the cut."""
    bells = samples_of(rendered(tmp_path).stems[0].path)
    cut = 4 * 48000
    assert bells[:, cut - 12000:cut - 2400].any(axis=1).all()
    assert not bells[:, cut:].any()
    steps = np.abs(np.diff(bells[:, cut - 9600:cut + 1].astype(np.int64), axis=1)).max()
    assert steps <= np.abs(np.diff(bells[:, :cut - 9600].astype(np.int64), axis=1)).max()
    ringing = samples_of(rendered(tmp_path, ("    tails: cut\n", "")).stems[0].path)
    assert ringing[:, cut + 24000:cut + 48000].any()


def test_a_stem_is_exactly_zero_before_its_part_plays_and_the_last_sample_of_a_song_is_zero(tmp_path: Path) -> None:
    rendering = rendered(tmp_path)
    job_notes = rendering.performance.notes["last"]
    onset = int(job_notes[0].onset_seconds * 48000)
    last = samples_of(rendering.stems[2].path)
    assert not last[:, :onset - 1].any()
    assert last[:, onset:onset + 2400].any()
    assert all(not samples_of(stem.path)[:, -1].any() for stem in rendering.stems)


def test_the_bytes_do_not_depend_on_the_number_of_jobs(tmp_path: Path) -> None:
    one, two = rendered(tmp_path, jobs=1), rendered(tmp_path, jobs=3)
    assert [stem.sha256 for stem in one.stems] == [stem.sha256 for stem in two.stems]
    assert one.mix_sha256 == two.mix_sha256
    assert sha256(one.premaster_path) == sha256(two.premaster_path)


def test_changing_one_parts_patch_leaves_every_other_stem_as_it_was(tmp_path: Path) -> None:
    before = rendered(tmp_path)
    after = rendered(tmp_path, ("instrument: felt_piano", "instrument: felt_piano, patch: {felt: 0.1}"))
    changed = [a.part for a, b in zip(before.stems, after.stems, strict=True) if a.sha256 != b.sha256]
    assert changed == ["piano"]


def test_what_was_measured_of_a_stem_is_what_stands_in_its_file(tmp_path: Path) -> None:
    for stem in rendered(tmp_path).stems:
        samples = samples_of(stem.path) / 2**23
        assert 20 * np.log10(np.abs(samples).max()) == pytest.approx(stem.peak_db, abs=1e-6)
        assert stem.envelope.shape == (2, 2000)
        assert stem.envelope.min() == pytest.approx(samples.min())
        assert stem.envelope[1, 300] == pytest.approx(samples[:, 300 * 144:301 * 144].max())


def test_a_part_is_the_same_whatever_headroom_all_need(tmp_path: Path) -> None:
    job = tiny_job(tmp_path)
    whole = render_part(job.score, job.performance, "bells", 48000, job.frames)
    half = render_part(job.score, job.performance, "bells", 48000, job.frames, 0.5)
    assert np.abs(whole).max() > 0.01
    assert np.abs(whole * 0.5 - half).max() < 2e-6


def test_a_gesture_changes_its_own_span_and_nothing_else(tmp_path: Path) -> None:
    job = tiny_job(tmp_path)
    gesture = Gesture("piano", BitCrush.at_depth(1), 1.0, 1.0, 0.5, 0.5, 0.5, 1.0, 7)
    dry = replace(job.performance, gestures={**job.performance.gestures, "piano": ()})
    score = job.score.model_copy(update={"parts": {**job.score.parts, "piano": job.score.parts["piano"].model_copy(
        update={"chain": ()})}})
    before = render_part(score, dry, "piano", 48000, job.frames)
    after = render_part(score, replace(dry, gestures={"piano": (gesture,)}), "piano", 48000, job.frames)
    changed = np.flatnonzero((before != after).any(axis=0))
    assert changed.size > 10000
    assert 24000 <= changed[0] < changed[-1] < 48000


@given(st.floats(-1, 1), st.floats(0, 2))
def test_panning_keeps_the_power_of_the_middle_and_its_sum_with_the_other_edge(pan: float, width: float) -> None:
    """Constant power: g_left² + g_right² = 2 for a mono signal, whatever the place and the width."""
    left, right = pan_matrix(pan, width).sum(axis=1)
    assert left**2 + right**2 == pytest.approx(2)
    mirrored = pan_matrix(-pan, width).sum(axis=1)
    assert (left, right) == pytest.approx((mirrored[1], mirrored[0]))


def test_a_part_in_the_middle_at_width_one_is_left_as_it_was_played() -> None:
    assert pan_matrix(0, 1) == pytest.approx(np.eye(2))
    assert pan_matrix(1, 1) == pytest.approx(np.array([[0, 0], [np.sqrt(0.5), np.sqrt(0.5)]]), abs=1e-12)
    assert pan_matrix(0, 0) == pytest.approx(np.full((2, 2), 0.5))


@given(st.lists(st.lists(st.integers(-LARGEST - 1, LARGEST), min_size=3, max_size=3), min_size=1, max_size=40))
def test_the_sum_of_any_stems_is_exact_and_the_halvings_just_enough(rows: Sequence[Sequence[int]]) -> None:
    mix = Mix(3)
    for row in rows:
        mix.add(np.array([row, row], np.int32), max(map(abs, row)), [(0, 3)])
    total = np.sum(rows, axis=0, dtype=np.int64)
    assert np.array_equal(mix.total, [total, total])
    highest = max(np.abs(total).max(), np.abs(rows).max())
    halvings = mix.halvings()
    assert highest / 2**halvings <= LARGEST
    assert halvings == 0 or highest / 2 ** (halvings - 1) > LARGEST


@pytest.mark.parametrize("frames", [1, 2, 3333, 2**17, 2**17 + 1, 2**18 + 7])
def test_quantising_rounds_to_the_nearest_step_and_back_without_loss(tmp_path: Path, frames: int) -> None:
    audio = np.random.default_rng(1).uniform(-0.99, 0.99, (2, frames)).astype(np.float32)
    samples = quantise(audio.copy())
    assert np.abs(samples - audio.astype(np.float64) * 2**23).max() <= 0.5
    write_wav(tmp_path / "x.wav", samples, 44100)
    assert np.array_equal(samples_of(tmp_path / "x.wav"), samples)
    assert np.array_equal(quantise(to_float(samples.copy())), samples)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 99), max_size=6), st.integers(0, 30000))
def test_passing_over_silence_changes_no_byte(loud: list[int], odd: int) -> None:
    """Silence that is −0 in places, sound in some stretches: the same samples, file, energies and sum as without."""
    frames = 240000 + odd
    audio = np.zeros((2, frames), np.float32)
    audio[:, frames // 3:frames // 2] = -0.0
    for place in loud:
        start = place * frames // 100
        stretch = audio[:, start:start + 3000]
        stretch[:] = np.random.default_rng(place).uniform(-0.9, 0.9, stretch.shape)
    plain = quantise(audio.copy())
    swing = envelope(audio)
    spans = sounding(swing, frames)
    samples = quantise(audio, spans)
    assert np.array_equal(samples, plain)
    assert sum(stop - start for start, stop in spans) <= len(set(loud)) * (3000 + 2 * frames / 2000 + 2)
    assert np.array_equal(in_steps(swing) * 2**23, envelope(plain))
    assert block_energy(samples, 48000, spans=spans) == pytest.approx(block_energy(plain, 48000), abs=1e-18)
    mix = Mix(frames)
    mix.add(samples, 0, spans)
    assert np.array_equal(mix.total, plain)
    with tempfile.TemporaryDirectory() as folder:
        with_holes, without = Path(folder) / "a.wav", Path(folder) / "b.wav"
        told = write_wav(with_holes, samples, 48000, spans)
        assert told == write_wav(without, plain, 48000) == sha256(with_holes)
        assert with_holes.read_bytes() == without.read_bytes()


def test_a_song_without_a_note_renders_to_silence_with_a_word(tmp_path: Path) -> None:
    job = tiny_job(tmp_path)
    empty = Job(job.name, job.score, replace(job.performance, notes=dict.fromkeys(job.score.parts, ())))
    (tmp_path / "out").mkdir()
    rendering = pipeline.render(empty, tmp_path / "out", 1, Quiet())
    assert not rendering.master.any()
    assert any("silent" in notice for notice in rendering.notices)
    assert json.dumps([stem.lufs for stem in rendering.stems]) == "[-Infinity, -Infinity, -Infinity]"
