"""What an effect knows of the song around it: its tempo, and its temperature as it goes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from effects import Context
from render.catalogue import catalogue
from render.part import context_of
from scores.compose import compose
from scores.performance import BreakpointCurve
from scores.reading.read import read_score

RATE = 1000
SCORE = """
title: Warmer
tempo: 60
key: A minor
temperature: 0.5
parts: {piano: {instrument: felt_piano}}
sections:
  - {name: A, bars: 2, play: {piano: piano}}
  - {name: B, bars: 2, temperature: 0 -> 2, play: {piano: piano}}
"""


def test_a_curve_between_two_beats_has_their_values_and_what_lies_inside() -> None:
    curve = BreakpointCurve((0, 4, 4, 8), (0.5, 0.5, 0.0, 2.0))
    wanted = [(2, 0.5), (4, 0.5), (4, 0.0), (6, 1.0)]
    assert np.allclose(curve.between(2, 6), wanted, atol=1e-8)
    assert curve.between(4, 8)[0] == (4, 0.0)
    assert curve.between(2, 4) == [(2, 0.5), (4, 0.5)], "a step at its end does not reach into a stretch"


def test_an_effect_is_told_the_temperature_of_its_stretch_of_the_song(tmp_path: Path) -> None:
    (tmp_path / "warmer.yaml").write_text(SCORE)
    performance = compose(read_score(tmp_path / "warmer.yaml", catalogue()).score)
    assert context_of(performance, 0, 8 * RATE, RATE, 3) == Context(RATE, 1.0, 3, 0.5)
    later = context_of(performance, 6 * RATE, 12 * RATE, RATE, 3)
    assert later.temperature_at(np.array([0, 1.9, 2.1, 4, 6])) == pytest.approx([0.5, 0.5, 0.025, 0.5, 1.0])
