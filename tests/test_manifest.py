"""The manifest says what is there: it reads back, its sums are the files', and it repeats."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from renderings import rendering, song

import render
from render.rendering import Rendering
from render.writers import manifest, midi

CURVES: list[dict[str, Any]] = [
    {"name": "Verse 2", "bars": 4, "glitch": "0.1 -> 0.3"},
    {"name": "Verse 3", "bars": 8, "glitch": 0.5,
     "temperature": {"bar 1": 0.7, "bar 4": 0.02, "bar 5": 0.02, "end": 1.1}},
    {"name": "Coda", "bars": 1, "glitch": 1},
]


def made(tmp_path: Path, **changes: Any) -> Rendering:
    whole = rendering(tmp_path, song(**changes), rate=8000)
    midi.write(whole)
    manifest.write(whole)
    return whole


def test_every_sum_is_the_file_s_and_every_file_is_listed(tmp_path: Path) -> None:
    made(tmp_path)
    read = manifest.read_manifest(tmp_path)
    for entry in (*read.stems, read.mix, read.midi):
        assert hashlib.sha256((tmp_path / entry.file).read_bytes()).hexdigest() == entry.sha256
    present = sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file())
    assert read.files == present and "manifest.json" in present


def test_it_holds_what_was_promised_in_the_order_promised(tmp_path: Path) -> None:
    whole = made(tmp_path, title="Décor [\n3,\n4]", seed=7, temperature=0.3)
    text = (tmp_path / "manifest.json").read_text(encoding="utf-8")
    told = json.loads(text)
    assert list(told) == ["title", "tempo", "key", "seed", "temperature", "sample_rate", "duration_s", "sections",
                          "stems", "stems_dry", "mix", "midi", "inputs", "voice", "versions", "files"]
    assert list(told["sections"][0]) == [
        "name", "start_bar", "bars", "start_s", "end_s", "glitch", "temperature", "lufs", "level_db",
        "voice_over_band_db", "part_levels_db", "measured", "against_dry"]
    assert [told[k] for k in ("title", "tempo", "key", "seed", "temperature", "sample_rate", "duration_s")] == [
        "Décor [\n3,\n4]", 120, "C minor", 7, 0.3, 8000, 12.0]
    assert [(s["start_bar"], s["bars"], s["start_s"], s["end_s"]) for s in told["sections"]] == [
        (1, 2, 0, 4), (3, 2, 4, 8), (5, 2, 8, 12)]
    assert told["sections"][1]["lufs"] == pytest.approx(whole.section_lufs[1], abs=0.005)
    assert [s["part"] for s in told["stems"]] == ["voice", "guitar"]
    assert told["versions"]["renderer"] == render.__version__
    assert text.endswith("}\n") and "Décor" in text and "\r" not in text


def test_curves_are_breakpoints_in_seconds_each_section_with_its_own_side_of_a_step(tmp_path: Path) -> None:
    made(tmp_path, tempo=60, rubato=0, sections=CURVES)
    verse, third, coda = manifest.read_manifest(tmp_path).sections
    assert verse.glitch == [(0, 0.1), (16, 0.3)] and third.glitch == [(16, 0.5), (48, 0.5)]
    assert third.temperature == [(16, 0.7), (28, 0.02), (32, 0.02), (48, 1.1)]
    assert coda.temperature == [(48, 0.7), (52, 0.7)] and coda.glitch == [(48, 1), (52, 1)]


def test_silence_is_null(tmp_path: Path) -> None:
    whole = made(tmp_path)
    none = -float("inf")
    silent = replace(whole, section_lufs=[none] * 3, master_lufs=none, master_true_peak_db=none)
    manifest.write(silent)
    read = manifest.read_manifest(tmp_path / "manifest.json")
    assert [s.lufs for s in read.sections] == [None] * 3 and (read.mix.lufs, read.mix.true_peak_db) == (None, None)


def test_it_reads_back_as_it_was_made_and_repeats_to_the_byte(tmp_path: Path) -> None:
    whole = made(tmp_path)
    first = (tmp_path / "manifest.json").read_bytes()
    assert manifest.read_manifest(tmp_path) == manifest.make_manifest(whole)
    manifest.write(whole)
    assert (tmp_path / "manifest.json").read_bytes() == first


def test_a_manifest_that_lacks_or_adds_something_is_refused(tmp_path: Path) -> None:
    made(tmp_path)
    told = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    for wrong in ({**told, "clock": 1}, {k: v for k, v in told.items() if k != "mix"}):
        (tmp_path / "wrong.json").write_text(json.dumps(wrong))
        with pytest.raises(ValidationError):
            manifest.read_manifest(tmp_path / "wrong.json")
