"""Loudness and true peak, against the standard's own figures and against independent meters."""

from __future__ import annotations

import math

import numpy as np
import pyloudnorm
import pytest
from scipy.signal import resample_poly
from signals import phrases

from render.audio.samples import FULL_SCALE
from render.audio.wav import quantise
from render.meters import loudness
from render.meters.loudness import between, block_energy, curve, integrated
from render.meters.true_peak import block_peaks, true_peak


def sine(hertz: float, decibels: float, seconds: float, rate: int, right: float = 1.0) -> np.ndarray:
    wave = 10 ** (decibels / 20) * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
    return np.ascontiguousarray(np.stack([wave, right * wave]), np.float32)


def lufs(audio: np.ndarray, rate: int) -> float:
    return integrated(block_energy(quantise(audio.copy()), rate))


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
def test_a_997_hz_sine_at_full_scale_in_one_channel_reads_minus_3_01_lufs(rate: int) -> None:
    """BS.1770-4, annex 1: the calibration of the scale."""
    assert lufs(sine(997, 0, 5, rate, right=0.0) * (1 - 2**-20), rate) == pytest.approx(-3.01, abs=0.02)


@pytest.mark.parametrize(("levels", "expected"), [
    (((-23, 20),), -23.0),
    (((-33, 20),), -33.0),
    (((-36, 10), (-23, 60), (-36, 10)), -23.0),
    (((-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)), -23.0),
    (((-26, 20), (-20, 20.1), (-26, 20)), -23.0),
])
def test_the_gating_cases_of_ebu_tech_3341_read_as_they_should(
        levels: tuple[tuple[float, float], ...], expected: float) -> None:
    """EBU Tech 3341, table 1, cases 1-5: a stereo 1 kHz sine at these levels and lengths, tolerance 0.1 LU."""
    audio = np.concatenate([sine(1000, level, seconds, 48000) for level, seconds in levels], axis=1)
    assert lufs(audio, 48000) == pytest.approx(expected, abs=0.1)


def test_the_weighting_at_48_khz_is_the_table_of_the_standard() -> None:
    """BS.1770-4, tables 1 and 2."""
    shelf, high_pass = loudness.k_weighting(48000)
    assert shelf == pytest.approx([1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241,
                                   0.73248077421585], abs=1e-8)
    assert high_pass == pytest.approx([1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621], abs=1e-8)


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
def test_music_reads_as_an_independent_meter_reads_it(rate: int) -> None:
    audio = phrases(rate)
    meter = pyloudnorm.Meter(rate, filter_class="DeMan")
    assert lufs(audio, rate) == pytest.approx(meter.integrated_loudness(audio.T.astype(np.float64)), abs=0.02)


def test_silence_and_what_is_too_quiet_have_no_loudness() -> None:
    assert lufs(np.zeros((2, 48000), np.float32), 48000) == -math.inf
    assert lufs(sine(1000, -80, 2, 48000), 48000) == -math.inf
    assert lufs(np.zeros((2, 10), np.float32), 48000) == -math.inf


def test_a_section_reads_as_if_it_stood_alone() -> None:
    audio = np.concatenate([sine(1000, -40, 3, 48000), sine(1000, -20, 3, 48000), sine(1000, -30, 3, 48000)], axis=1)
    energy = block_energy(quantise(audio), 48000)
    assert [between(energy, start, start + 3) for start in (0, 3, 6)] == pytest.approx([-40, -20, -30], abs=0.1)


def test_the_short_term_curve_reaches_a_step_after_three_seconds() -> None:
    """EBU Tech 3341: the window is 3 s."""
    audio = np.concatenate([sine(1000, -40, 4, 48000), sine(1000, -20, 4, 48000)], axis=1)
    values = curve(block_energy(quantise(audio), 48000))
    assert values[39] == pytest.approx(-40, abs=0.1)
    assert values[69] == pytest.approx(-20, abs=0.1)
    assert values[60] < -20.2
    assert np.isneginf(values[:29]).all()


@pytest.mark.parametrize("factor", [4, 8])
@pytest.mark.parametrize("kind", ["phrases", "noise", "bursts", "between samples", "at the edges"])
def test_true_peak_is_the_peak_of_the_signal_resampled_by_scipy(factor: int, kind: str) -> None:
    generator = np.random.default_rng(5)
    audio = {
        "phrases": lambda: phrases(48000, 4),
        "noise": lambda: generator.standard_normal((2, 30000)) * 0.1,
        "bursts": lambda: generator.standard_normal((2, 30000)) * 0.1 * (np.arange(30000) % 9000 < 700),
        "between samples": lambda: 0.5 * np.sin(np.pi / 4 + np.arange(9600) * np.pi / 2) * np.ones((2, 1)),
        "at the edges": lambda: np.r_[0.4, -0.4, np.zeros(700), 0.3, 0.5][None] * np.ones((2, 1)),
    }[kind]()
    samples = quantise(np.ascontiguousarray(audio, np.float32))
    expected = np.abs(resample_poly(samples / FULL_SCALE, factor, 1, axis=1)).max()
    measured = true_peak(samples, 48000, factor)
    assert 20 * np.log10(measured / expected) == pytest.approx(0, abs=0.02)
    if kind == "between samples":
        assert 20 * np.log10(measured / (np.abs(samples).max() / FULL_SCALE)) > 2.5


def test_block_peaks_are_the_true_peaks_of_the_blocks_wherever_these_exceed_the_floor() -> None:
    audio = phrases(48000, 6)
    samples = quantise(audio)
    fine = np.abs(resample_poly(samples / FULL_SCALE, 8, 1, axis=1)).max(axis=0).reshape(-1, 48 * 8).max(axis=1)
    floor = 0.5 * fine.max()
    peaks = block_peaks(samples, 48000, 48, floor)
    above = fine > floor
    assert above.sum() > 20
    assert peaks[above] == pytest.approx(fine[above], rel=2e-3)
    assert (peaks <= fine * 1.002 + 1e-7).all()
