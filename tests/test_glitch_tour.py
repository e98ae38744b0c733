"""The tour of the glitches: every one is in it, under its name, and goes further from bar to bar."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from reading import shipped

from effects import effects, is_gesture
from render.part import render_part
from scores.performance import Performance, SectionSpan
from scores.score import Score

RATE = 44100
DEPTHS = [0.33, 0.66, 1]
DRAWN = ("shuffle",)  # where a deeper plan may once be nearer to the sound by chance

Tour = tuple[Score, Performance]


@pytest.fixture(scope="module")
def tour() -> Tour:
    return shipped("glitch_tour")


@pytest.fixture(scope="module")
def guitar(tour: Tour) -> tuple[np.ndarray, np.ndarray]:
    """The guitar with its glitches and without, and without its room, in which the bar before would sound on."""
    score, performance = tour
    alone = score.model_copy(update={"parts": {"guitar": score.parts["guitar"].model_copy(update={"sends": {}})}})
    frames = round(performance.duration_seconds * RATE)
    glitched, plain = (render_part(alone, played, "guitar", RATE, frames)
                       for played in (performance, replace(performance, gestures={})))
    return glitched, plain


def test_every_gesture_there_is_has_a_section_of_its_name_with_a_dry_bar_and_one_at_each_depth(tour: Tour) -> None:
    score, performance = tour
    sections = {section.name: section for section in score.sections}
    assert {name for name, kind in effects().items() if is_gesture(kind)} <= set(sections)
    for section in sections.values():
        assert {cue.effect for cue in section.cues} == {section.name.split(",")[0]}
        assert [cue.bar for cue in section.cues] == [2, 3, 4]
        if "," not in section.name:
            assert [cue.depth for cue in section.cues] == DEPTHS
    assert all(len(part) == 3 * len(sections) for part in performance.gestures.values())


def test_each_glitch_goes_further_from_bar_to_bar_and_leaves_the_first_as_it_is(
        tour: Tour, guitar: tuple[np.ndarray, np.ndarray]) -> None:
    """By how many decibels its bands differ from those of the same bar without glitches, on average."""
    for span in tour[1].sections:
        found = [np.mean(np.abs(np.diff([bands_db(bar) for bar in bars], axis=0)))
                 for bars in zip(*(bars_of(sound, span) for sound in guitar), strict=True)]
        assert found[0] == 0, span.name
        assert 1 < found[1] < found[3] and (span.name in DRAWN or found[1] < found[2] < found[3]), (span.name, found)


def bars_of(sound: np.ndarray, span: SectionSpan) -> list[np.ndarray]:
    start, end = (round(seconds * RATE) for seconds in (span.start_seconds, span.end_seconds))
    return np.split(sound[:, start:end], span.bars, axis=1)


def bands_db(audio: np.ndarray) -> np.ndarray:
    """Level of some fifty bands every 12 ms, with a floor 40 dB below the mean, shape (frames, bands)."""
    frames = np.lib.stride_tricks.sliding_window_view(audio.mean(axis=0), 2048)[::512] * np.hanning(2048)
    power = np.abs(np.fft.rfft(frames)) ** 2
    bands = np.add.reduceat(power, np.unique(np.geomspace(2, 1024, 60).astype(int)), axis=1)
    return np.asarray(10 * np.log10(bands + 1e-4 * power.mean()))
