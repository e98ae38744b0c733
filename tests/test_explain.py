"""Why a bar sounds as it does: the choices of a place are told with their probabilities, and written to the demo."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from renderings import rendering

from render import cli
from render.writers import choices as writer
from scores.choose import Address, Chooser

SONG = """\
title: Tiny
tempo: 120
key: A minor
seed: 3
parts:
  guitar: {instrument: steel_guitar}
  bass: {instrument: finger_bass}
sections:
  - {name: Verse 2, harmony: "| Am | F |", play: {guitar: fingerpick, bass: bass}}
  - {name: Verse 2b, harmony: "| C |", play: {guitar: strum}}
"""


def explain(folder: Path, place: str) -> int:
    path = folder / "tiny.yaml"
    path.write_text(SONG)
    return cli.main(["explain", str(path), place])


def test_a_bar_is_told_by_its_choices_and_a_bar_of_probability_for_each_option(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(tmp_path, "verse 2:2 guitar") == 0
    told = capsys.readouterr().out
    assert told.startswith("Verse 2:2 guitar\n  ") and "bass" not in told and "Verse 2:1" not in told
    variation = re.search(r"  variation \(T 0\.7\)\n((?:    .+\n)+)", told)
    assert variation
    rows = [re.fullmatch(r"    (.+?) +([\d.]+) % (█*)(  ← picked)?", row) for row in variation[1].splitlines()]
    assert sum(float(row[2]) for row in rows if row) == pytest.approx(100, abs=0.5)
    assert all(row and abs(len(row[3]) - 0.3 * float(row[2])) <= 0.6 for row in rows)
    assert sum(bool(row and row[4]) for row in rows) == 1


@pytest.mark.parametrize(("place", "told"), [
    ("Verse 2", {"Verse 2:1 guitar", "Verse 2:2 guitar", "Verse 2:1 bass", "Verse 2:2 bass"}),
    ("Verse 2b", {"Verse 2b:1 guitar"}), ("Verse 2 bass", {"Verse 2:1 bass", "Verse 2:2 bass"})])
def test_a_place_without_bar_or_part_is_all_of_them(place: str, told: set[str], tmp_path: Path,
                                                    capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(tmp_path, place) == 0
    assert {line for line in capsys.readouterr().out.splitlines() if line.startswith("Verse")} == told


@pytest.mark.parametrize(("place", "told"), [
    ("Verse 3:1", "did you mean Verse 2?"), ("Verse 2:3", "allowed: bars from 1 to 2"),
    ("", "allowed: Verse 2, Verse 2b"),
    ("Verse 2:1 guitr", "did you mean guitar?"), ("Verse 2:x", "no section")])
def test_a_place_that_the_song_does_not_have_is_refused_with_what_it_has(
        place: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(tmp_path, place) == 2
    assert told in capsys.readouterr().err


def test_the_file_has_a_line_for_each_draw_with_all_that_could_have_been(tmp_path: Path) -> None:
    chooser, made = Chooser(), rendering(tmp_path)
    address = Address(1, "Verse 1", "guitar", 2, "variation")
    chooser.choose(["one", "two", "three"], [1.0, 0.5, -20.0], 0.7, address)
    chooser.choose_many(["soft", "loud"], [0.0, 1.0], [0.7, 0.7, 0.7], Address(1, "Verse 1", "guitar", 2, "touch"))
    object.__setattr__(made.performance, "choices", chooser.log)
    writer.write(made)
    lines = [json.loads(line) for line in (tmp_path / "choices.jsonl").read_text().splitlines()]
    assert [(line["bar"], line["part"], line["purpose"]) for line in lines] == [
        (2, "guitar", "variation"), (2, "guitar", "touch")]
    assert [option[:2] for option in lines[0]["options"]] == [["one", 1.0], ["two", 0.5]]
    assert sum(option[2] for option in lines[0]["options"]) == pytest.approx(1, abs=1e-3)
    assert lines[0]["picked"][0] in ("one", "two") and len(lines[1]["picked"]) == 3
