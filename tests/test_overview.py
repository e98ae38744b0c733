"""The picture shows what sounds, where it sounds, and repeats to the byte."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import pytest
from renderings import performance, rendering, song

from render.writers import overview

RATE = 16000


def tone(hz: float, seconds: float, rate: int = RATE) -> np.ndarray:
    wave = 0.5 * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)
    return np.stack([wave, wave]).astype(np.float32)


def picture(tmp_path: Path, **changes: Any) -> np.ndarray:
    overview.write(rendering(tmp_path, song(**changes), rate=8000))
    pixels: np.ndarray = matplotlib.image.imread(tmp_path / "overview.png")
    return pixels


@pytest.mark.parametrize("hz", [65.4, 440.0, 3000.0])
@pytest.mark.parametrize("rate", [16000, 44100, 96000])
def test_a_tone_stands_at_its_height_in_the_spectrogram(hz: float, rate: int) -> None:
    levels = overview.spectrogram_db(tone(hz, 6, rate), rate)
    row = np.argmax(levels.mean(axis=1))
    shown_hz = overview.LOWEST_HZ * (overview.HIGHEST_HZ / overview.LOWEST_HZ) ** ((row + 0.5) / overview.ROWS)
    assert abs(12 * math.log2(shown_hz / hz)) < 12 * 4 / hz + 0.4  # half a row, and half a bin of the transform


def test_a_tone_stands_at_its_time_and_silence_is_dark() -> None:
    audio = tone(440, 9)
    audio[:, :3 * RATE] = 0
    audio[:, 6 * RATE:] = 0
    loudest = overview.spectrogram_db(audio, RATE).max(axis=0)
    seconds = (np.arange(loudest.size) + 0.5) * 9 / loudest.size
    assert loudest[(seconds > 3.2) & (seconds < 5.8)].min() > -1
    assert loudest[(seconds < 2.8) | (seconds > 6.2)].max() < -overview.RANGE_DB


def test_tones_are_as_far_apart_in_level_as_they_are_in_the_sound_at_any_height() -> None:
    audio = tone(70, 12) + 0.1 * tone(4000, 12) + 0.01 * tone(900, 12)
    levels = overview.spectrogram_db(audio, RATE).mean(axis=1)
    octaves = math.log2(overview.HIGHEST_HZ / overview.LOWEST_HZ)

    def level(hz: float) -> float:
        row = int(overview.ROWS * math.log2(hz / overview.LOWEST_HZ) / octaves)
        return float(levels[row - 3:row + 4].max())

    scallop_db = 1.5  # what a Hann window loses of a tone between two bins (Harris, 1978, table 1)
    assert level(70) - level(4000) == pytest.approx(20, abs=scallop_db)
    assert level(70) - level(900) == pytest.approx(40, abs=scallop_db)


def test_memory_does_not_grow_with_the_song() -> None:
    long = np.broadcast_to(np.zeros((2, 1), np.float32), (2, 3600 * 48000))  # an hour that takes no memory
    assert overview.spectrogram_db(long, 48000).shape == (overview.ROWS, overview.COLUMNS)


def test_a_curve_s_corners_are_its_breakpoints_in_seconds_held_to_the_end() -> None:
    played = performance(song(tempo=60))
    seconds, values = overview.corners(played.glitch, played.tempo, 24)
    assert list(zip(seconds, values, strict=True))[1:] == [
        (0, 0), (8, 0), (8, 0.1), (16, 0.3), (16, 0.05), (24, 0.05), (24, 0.05)]


def test_the_same_rendering_gives_the_same_picture_and_another_another(tmp_path: Path) -> None:
    first = picture(tmp_path / "a")
    second = picture(tmp_path / "b")
    assert (tmp_path / "a/overview.png").read_bytes() == (tmp_path / "b/overview.png").read_bytes()
    assert 1600 <= first.shape[1] <= 2000 and np.array_equal(first, second)
    louder = song().sections[1].model_copy(update={"glitch": song().sections[2].glitch})
    changed = rendering(tmp_path / "c", song().model_copy(update={"sections": (song().sections[0], louder,
                                                                               song().sections[2])}), rate=8000)
    overview.write(changed)
    assert (tmp_path / "c/overview.png").read_bytes() != (tmp_path / "a/overview.png").read_bytes()


def test_a_section_is_written_with_its_name_if_only_upright(tmp_path: Path) -> None:
    sections = [{"name": "Verse 1", "bars": 60}, {"name": "Final line", "bars": 2}, {"name": "Coda", "bars": 30}]
    whole = rendering(tmp_path, song(sections=sections), rate=8000)
    texts = [text for panel in overview.draw(whole).axes for text in panel.texts]
    words = {text.get_text().replace("\n", " "): text.get_rotation() for text in texts}
    assert words["Verse 1"] == 0 and words["Coda"] == 0 and words["Final line"] == 90


def test_titles_are_words_and_never_formulas(tmp_path: Path) -> None:
    whole = rendering(tmp_path, song(title="$\\frac{1 $ & _^"), rate=8000)
    overview.write(whole)
    figure = overview.draw(whole)
    assert figure.texts[0].get_text() == "$\\frac{1 $ & _^"


def test_a_silent_song_can_be_drawn(tmp_path: Path) -> None:
    whole = rendering(tmp_path, rate=8000)
    silent = replace(whole, master=np.zeros_like(whole.master), master_energy=np.zeros_like(whole.master_energy),
                     master_lufs=-math.inf, stems=[replace(s, envelope=np.zeros((2, 2000))) for s in whole.stems])
    overview.write(silent)
    lit = matplotlib.image.imread(tmp_path / "overview.png")[..., :3].mean()
    overview.write(whole)
    assert matplotlib.image.imread(tmp_path / "overview.png")[..., :3].mean() > lit * 1.2
