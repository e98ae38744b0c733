"""Stems of a drum kit's pieces: together they are the part, sample by sample, and each is its piece."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from reading import faults

from render.catalogue import catalogue
from render.console.report import Quiet
from render.pipeline import Job, render
from render.rendering import Rendering
from scores.compose import compose
from scores.reading.read import read_score

RATE = 44100
KIT = """\
title: Kit
tempo: 140
key: C minor
seed: 4
parts:
  kit: {instrument: drum_kit, stems: each, effects: [{compressor: {threshold_db: -30, ratio: 4}}], sends: {room: -10}}
  low: {instrument: finger_bass, level: -6}
mix: {sends: {room: {effects: [{reverb: {room_size: 0.4}}]}}}
sections:
  - name: A
    bars: 2
    play:
      kit: {style: drums, groove: rock, fills: 1}
      low: {notes: "| C2:1 |"}
"""


def made(folder: Path, text: str) -> Rendering:
    folder.mkdir()
    path = folder / "kit.yaml"
    path.write_text(text, encoding="utf-8")
    score = read_score(path, catalogue()).score
    return render(Job("kit", score, compose(score), RATE), folder, 2, Quiet())


@pytest.fixture(scope="module")
def each(tmp_path_factory: pytest.TempPathFactory) -> Rendering:
    return made(tmp_path_factory.mktemp("pieces") / "each", KIT)


def integers(path: Path) -> np.ndarray:
    return soundfile.read(path, dtype="int32")[0].astype(np.int64)


def test_the_stems_sum_to_the_premaster_exactly_and_the_mix_is_as_with_one(each: Rendering, tmp_path: Path) -> None:
    whole = made(tmp_path / "one", KIT.replace(", stems: each", ""))
    total = sum(integers(stem.path) for stem in each.stems)
    assert np.array_equal(total, integers(each.premaster_path))
    assert each.premaster_path.read_bytes() == whole.premaster_path.read_bytes()
    assert [stem.name for stem in whole.stems] == ["kit", "low"]


def test_each_piece_has_a_stem_and_the_rest_is_the_room(each: Rendering) -> None:
    names = [stem.path.name for stem in each.stems]
    assert {"01_kit_kick.wav", "01_kit_snare.wav", "01_kit_hats.wav"} <= set(names)
    assert names[-2:] == ["01_kit_room.wav", "02_low.wav"]
    notes = each.performance.notes["kit"]
    kick = integers(next(stem.path for stem in each.stems if stem.piece == "kick")).mean(axis=1)
    beats = [n.onset_seconds for n in notes if n.pitch == 36]
    snares = [n.onset_seconds for n in notes if n.pitch == 38 and min(abs(n.onset_seconds - b) for b in beats) > 0.1]
    assert not kick[:round(beats[0] * RATE)].any()

    def energy(at: float) -> float:
        return float((kick[round(at * RATE):round((at + 0.02) * RATE)] ** 2).mean())

    assert min(map(energy, beats)) > 30 * max(map(energy, snares))


def test_an_instrument_without_pieces_is_told(tmp_path: Path) -> None:
    found = faults(tmp_path, KIT.replace("instrument: finger_bass", "instrument: finger_bass, stems: each"))
    assert "finger_bass has no pieces" in found[0].message
