"""What a turned slice owes: the very samples, backwards, in its own place."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from effects import Context
from effects.reverse import Reverse

RATE = 48000
BEAT = 60 / 68
NOISE = np.random.default_rng(4).uniform(-1, 1, (2, round(8 * BEAT * RATE))).astype(np.float32)


def test_the_whole_stretch_is_the_sound_backwards_sample_for_sample() -> None:
    out = Reverse(edge_ms=1).process(NOISE, Context(RATE, BEAT))
    assert np.array_equal(out[:, 48:-48], NOISE[:, ::-1][:, 48:-48])


@pytest.mark.parametrize("slice_beats", [1.0, 0.5, 1 / 3, 0.125])
def test_each_slice_is_turned_on_the_grid(slice_beats: float) -> None:
    context = Context(RATE, BEAT)
    setting = Reverse(slice_beats=slice_beats, edge_ms=1)
    out = setting.process(NOISE, context)
    edges = [round(number * slice_beats * BEAT * RATE) for number in range(round(8 / slice_beats))] + [NOISE.shape[1]]
    assert setting.slices(NOISE.shape[1], context) == list(itertools.pairwise(edges))
    for start, stop in itertools.pairwise(edges):
        assert np.array_equal(out[:, start + 48:stop - 48], NOISE[:, start:stop][:, ::-1][:, 48:-48])


def test_a_slice_that_is_not_turned_keeps_its_bytes_and_a_higher_share_turns_the_same_and_more() -> None:
    context = Context(RATE, BEAT, 7)
    few, many = (Reverse(slice_beats=0.125, share=share) for share in (0.25, 0.75))
    spans = [set(setting.slices(NOISE.shape[1], context)) for setting in (few, many)]
    assert spans[0] < spans[1] and [len(turned) for turned in spans] == [16, 48]
    other = set(few.slices(NOISE.shape[1], Context(RATE, BEAT, 8)))
    assert len(other) == 16 and other != spans[0], "which they are is drawn from the seed"
    assert len(Reverse(slice_beats=4, share=0.01).slices(NOISE.shape[1], context)) == 1
    kept = np.ones(NOISE.shape[1], bool)
    for start, stop in spans[0]:
        kept[start:stop] = False
    out = few.process(NOISE, context)
    assert np.array_equal(out[:, kept], NOISE[:, kept])
    assert not np.array_equal(out[:, ~kept], NOISE[:, ~kept])


def test_the_seams_of_a_slow_tone_do_not_click() -> None:
    t = np.arange(round(4 * BEAT * RATE)) / RATE
    audio = (0.5 * np.sin(2 * np.pi * 50 * t)).astype(np.float32)[None]
    hard = np.concatenate([part[::-1] for part in np.split(audio[0], [5000, 9000, 13000])])
    assert np.abs(np.diff(hard)).max() > 0.1
    out = Reverse(slice_beats=0.13, edge_ms=20).process(audio, Context(RATE, BEAT))
    assert np.abs(np.diff(out)).max() < 3 * np.abs(np.diff(audio)).max()
