"""The picture shows what sounds, where it sounds, and repeats to the byte."""

from __future__ import annotations

import math
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import librosa
import matplotlib.image
import numpy as np
import pytest
from renderings import performance, rendering, song

from render.writers import overview
from render.writers.overview.canvas import Canvas, line_height, text_width
from render.writers.overview.spectrogram import LogFrequency, spectrogram_db

RATE = 16000
AXIS, COLUMNS = LogFrequency(40.0, 16000.0, 320), 1700


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
    levels = spectrogram_db(tone(hz, 6, rate), rate, AXIS, COLUMNS).mean(axis=1)
    row = np.flatnonzero(levels > levels.max() - 0.1).mean()  # in the bass a bin of the transform is several rows
    shown_hz = AXIS.lowest_hz * (AXIS.highest_hz / AXIS.lowest_hz) ** ((row + 0.5) / AXIS.rows)
    assert abs(12 * math.log2(shown_hz / hz)) < 12 * 4 / hz + 0.4  # half a row, and half a bin of the transform


def test_a_label_of_the_frequencies_says_its_own_with_its_unit_and_has_room() -> None:
    for hz, label in overview.FREQUENCIES_HZ.items():
        number, unit = label.split()
        assert float(number) * {"Hz": 1, "kHz": 1000}[unit] == hz
        assert text_width(label, overview.SMALL) < overview.LEFT - 2 * overview.INSET
        assert AXIS.lowest_hz < hz < AXIS.highest_hz


def test_a_tone_stands_at_its_time_and_silence_is_dark() -> None:
    audio = tone(440, 9)
    audio[:, :3 * RATE] = 0
    audio[:, 6 * RATE:] = 0
    loudest = spectrogram_db(audio, RATE, AXIS, COLUMNS).max(axis=0)
    seconds = (np.arange(loudest.size) + 0.5) * 9 / loudest.size
    assert loudest[(seconds > 3.2) & (seconds < 5.8)].min() > -1
    assert loudest[(seconds < 2.8) | (seconds > 6.2)].max() < -overview.RANGE_DB


def test_tones_are_as_far_apart_in_level_as_they_are_in_the_sound_at_any_height() -> None:
    audio = tone(70, 12) + 0.1 * tone(4000, 12) + 0.01 * tone(900, 12)
    levels = spectrogram_db(audio, RATE, AXIS, COLUMNS).mean(axis=1)

    def level(hz: float) -> float:
        row = int(AXIS.row(hz))
        return float(levels[row - 3:row + 4].max())

    scallop_db = 1.5  # what a Hann window loses of a tone between two bins (Harris, 1978, table 1)
    assert level(70) - level(4000) == pytest.approx(20, abs=scallop_db)
    assert level(70) - level(900) == pytest.approx(40, abs=scallop_db)


def test_memory_does_not_grow_with_the_song() -> None:
    def peak_bytes(seconds: int) -> int:
        audio = np.broadcast_to(np.zeros((2, 1), np.float32), (2, seconds * 48000))  # takes no memory itself
        tracemalloc.start()
        spectrogram_db(audio, 48000, AXIS, COLUMNS)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    peak_bytes(240)  # once, so that what is loaded and kept is not counted
    assert peak_bytes(3600) < 1.1 * peak_bytes(240)


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


def test_a_spectrum_is_that_of_librosa_row_by_row() -> None:
    audio = np.random.default_rng(2).standard_normal((2, 4 * RATE)).astype(np.float32)
    levels = spectrogram_db(audio, RATE, AXIS, COLUMNS)
    size = 2048  # 2 ** round(log2(0.17 s))
    spectrum = librosa.stft(audio.sum(axis=0), n_fft=size, hop_length=size // 8, center=False)
    bins = librosa.fft_frequencies(sr=RATE, n_fft=size)
    for low, high in ((20, 60), (100, 140), (200, 240)):
        inside = (bins >= AXIS.edges_hz[low]) & (bins < AXIS.edges_hz[high])
        rows_power = 10 ** (levels[low:high].astype(float) / 10)
        widths = np.diff(AXIS.edges_hz)[low:high] / bins[1]
        shown = (rows_power.mean(axis=1) * np.minimum(widths, 1.5)).sum()
        heard = (np.abs(spectrum[inside]) ** 2).sum(axis=0).mean()
        if low == 20:
            unit = shown / heard
        assert 10 * math.log10(shown / heard / unit) == pytest.approx(0, abs=1.5)


def test_a_section_is_written_with_its_name_if_only_upright_and_it_fits_its_band() -> None:
    for name, width, upright in (("Verse 1", 250, False), ("Coda", 40, False), ("Final line", 24, True)):
        found = overview.fit(name, width, 56)
        assert found and found[1] is upright and " ".join(found[0]) == name
        lines, _, size = found
        along, across = max(text_width(line, size) for line in lines), line_height(size) * len(lines)
        wide, high = (across, along) if upright else (along, across)
        assert wide <= width + 1.5 and high <= 56 + 1.5  # letters are set to whole pixels
    assert overview.fit("Final line", 4, 56) is None


def test_a_waveform_is_as_high_as_it_is_loud_in_decibels() -> None:
    halves = overview.reach(np.array([1.0, 0.5, 0.25, -0.5, 0.0]))
    assert halves[0] == 1 and halves[3] == -halves[1] and halves[4] == 0
    assert halves[0] - halves[1] == pytest.approx(halves[1] - halves[2]) == pytest.approx(6.02 / 42, abs=1e-4)


def test_titles_are_words_and_never_formulas(tmp_path: Path) -> None:
    plain = picture(tmp_path / "plain", title="1")
    titled = picture(tmp_path / "titled", title="$\\frac{1 $ & _^")
    assert text_width("$\\frac{1 $ & _^", 17) > 3 * text_width("1", 17)
    lit = [int((pixels[20:56, 144:800, 0] > 0.5).any(axis=0).sum()) for pixels in (plain, titled)]
    assert lit[1] > 5 * lit[0]


def test_a_silent_song_can_be_drawn(tmp_path: Path) -> None:
    whole = rendering(tmp_path, rate=8000)
    silent = replace(whole, master=np.zeros_like(whole.master), master_energy=np.zeros_like(whole.master_energy),
                     master_lufs=-math.inf, stems=[replace(s, envelope=np.zeros((2, 2000))) for s in whole.stems])
    overview.write(silent)
    lit = matplotlib.image.imread(tmp_path / "overview.png")[..., :3].mean()
    overview.write(whole)
    assert matplotlib.image.imread(tmp_path / "overview.png")[..., :3].mean() > lit * 1.2


def lit(canvas: Canvas) -> tuple[float, float, float, float]:
    """Left, right, top and bottom of what is drawn on black."""
    rows, columns = np.nonzero(canvas.pixels[..., :3].max(axis=2) > 40)
    return columns.min(), columns.max() + 1, rows.min(), rows.max() + 1


@pytest.mark.parametrize("align", [0, 0.5, 1])
def test_text_stands_where_it_is_told_and_upright_is_the_same_turned(align: float) -> None:
    level, upright = Canvas(300, 300, "#000000"), Canvas(300, 300, "#000000")
    level.text(150, 140, "HOHO", "#ffffff", 20, align=align)
    upright.text(150, 140, "HOHO", "#ffffff", 20, align=align, upright=True)
    width = text_width("HOHO", 20)
    left, right, top, bottom = lit(level)
    assert abs(left - (150 - align * width)) < 5 and abs(right - (150 + (1 - align) * width)) < 5
    assert abs((top + bottom) / 2 - 140) < 1.5
    left, right, top, bottom = lit(upright)
    assert abs(bottom - (140 + align * width)) < 5 and abs(top - (140 - (1 - align) * width)) < 5
    assert abs((left + right) / 2 - 150) < 1.5


def test_areas_lines_and_rectangles_cover_the_pixels_between_their_edges() -> None:
    x = np.array([50.0, 150.0])
    for draw in (lambda c: c.area(x, np.array([20.0, 20.0]), np.array([60.0, 60.0]), "#ffffff"),
                 lambda c: c.line(x, [40, 40], "#ffffff", 40), lambda c: c.fill(50, 20, 150, 60, "#ffffff")):
        canvas = Canvas(200, 100, "#000000")
        draw(canvas)
        left, right, top, bottom = lit(canvas)
        assert (top, bottom) == (20, 60) and abs(left - 50) <= 20 and abs(right - 150) <= 20
        assert (canvas.pixels[20:60, 55:145, :3] > 250).all()
