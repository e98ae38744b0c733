"""The master hits its targets on any material, leaves silence silent, and does not depend on how work is shared."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyloudnorm
import pytest
from pedalboard import BrickwallLimiter
from scipy.signal import resample_poly
from test_loudness import phrases

from render import master as mastering
from render.master import master
from render.samples import FULL_SCALE
from render.wav import quantise
from scores.model import Master


def bursts(rate: int) -> np.ndarray:
    """Loud noise for 150 ms every half second: the worst case for a limiter."""
    generator = np.random.default_rng(8)
    audio = generator.standard_normal((2, 10 * rate)) * 0.2
    return np.ascontiguousarray(audio * (np.arange(10 * rate) % (rate // 2) < 0.15 * rate), np.float32)


def noise(rate: int) -> np.ndarray:
    return np.ascontiguousarray(np.random.default_rng(9).standard_normal((2, 8 * rate)) * 0.08, np.float32)


SIGNALS = {"phrases": phrases, "bursts": bursts, "noise": noise, "quiet": lambda rate: phrases(rate) * 0.01,
           "short": lambda rate: np.ascontiguousarray(noise(rate)[:, :rate])}


@pytest.mark.parametrize("rate", [44100, 48000])
@pytest.mark.parametrize("kind", SIGNALS)
def test_the_mix_has_the_loudness_and_true_peak_that_were_asked_for(kind: str, rate: int) -> None:
    """Measured by independent meters: −14 ± 0.1 LUFS, at most −1 dBTP at 4 and at 8 times oversampling."""
    result = master(quantise(SIGNALS[kind](rate)), rate, Master())
    audio = result.samples / FULL_SCALE
    meter = pyloudnorm.Meter(rate, filter_class="DeMan")
    assert result.notices == () or kind == "quiet"
    assert meter.integrated_loudness(audio.T) == pytest.approx(-14, abs=0.1)
    for factor in (4, 8):
        assert 20 * np.log10(np.abs(resample_poly(audio, factor, 1, axis=1)).max()) <= -1.0


def test_other_targets_are_met_too() -> None:
    result = master(quantise(phrases(48000)), 48000, Master(loudness=-16, true_peak=-5))
    assert result.lufs == pytest.approx(-16, abs=0.1)
    assert -6 < result.true_peak_db <= -5


def test_a_song_that_cannot_be_that_loud_is_told_of() -> None:
    click = np.zeros((2, 48000 * 5), np.float32)
    click[:, 1000::48000] = 0.3
    result = master(quantise(click), 48000, Master())
    assert result.true_peak_db <= -1
    assert any("LUFS" in notice for notice in result.notices)


@pytest.mark.parametrize("frames", [1, 300, 4800, 48000 * 2])
def test_silence_comes_out_as_silence_with_a_word(frames: int) -> None:
    result = master(np.zeros((2, frames), np.int32), 48000, Master())
    assert not result.samples.any()
    assert result.samples.shape == (2, frames)
    assert any("silent" in notice for notice in result.notices)


def test_digital_silence_inside_a_song_stays_digital_silence() -> None:
    audio = noise(48000) * 3
    audio[:, 3 * 48000:5 * 48000] = 0
    result = master(quantise(audio.copy()), 48000, Master(loudness=-8))
    gained = audio * 10 ** (result.gain_db / 20)
    assert (np.abs(gained - result.samples / FULL_SCALE).max(axis=0) > 0.001).mean() > 0.1  # the limiter was at work
    assert not result.samples[:, 3 * 48000:5 * 48000].any()
    assert result.samples[:, 3 * 48000 - 100:3 * 48000].any()


def test_the_seams_between_segments_cannot_be_told_from_one_run_over_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loud all through, so that the limiter is at work at every seam."""
    samples = quantise(np.ascontiguousarray(np.tile(bursts(48000) + noise(48000)[:, :1].repeat(480000, 1), 3)))
    whole = BrickwallLimiter(ceiling_db=-1.4, release_ms=mastering.RELEASE_MS, lookahead_ms=mastering.LOOKAHEAD_MS,
                             true_peak=True)(samples * np.float32(4 / FULL_SCALE), 48000)
    monkeypatch.setattr(mastering, "SEGMENT_SECONDS", 5.0)
    peaks = mastering.block_peaks(samples, 48000, 48, 0.01)
    cut = np.empty_like(samples)
    mastering._limit(samples, cut, 48000, 20 * np.log10(4), -1.4, peaks, 48, map)
    assert np.abs(whole - samples * np.float32(4 / FULL_SCALE)).max() > 0.3
    assert np.abs(cut / FULL_SCALE - whole).max() < 1e-6


def test_where_the_limiter_is_left_out_it_would_have_changed_nothing_to_be_heard() -> None:
    """After it has worked, its gain stays 0.0012 dB short of 1: that is all."""
    audio = phrases(48000)
    samples = quantise(audio)
    gain_db, ceiling_db = 6.0, -8.0
    peaks = mastering.block_peaks(samples, 48000, 48, 0.01)
    cut = np.empty_like(samples)
    mastering._limit(samples, cut, 48000, gain_db, ceiling_db, peaks, 48, map)
    gained = samples * np.float32(10 ** (gain_db / 20) / FULL_SCALE)
    whole = BrickwallLimiter(ceiling_db=ceiling_db, true_peak=True)(gained, 48000)
    limited = [stretch for stretch in mastering._stretches(
        peaks * 10 ** (gain_db / 20) > mastering.NEAR * 10 ** (ceiling_db / 20), 48, samples.shape[1], 48000)
        if not stretch.limited]
    assert limited
    assert np.abs(whole - gained).max() > 0.05
    assert np.abs(cut / FULL_SCALE - whole).max() < 3e-4


def test_the_result_is_the_same_with_any_number_of_threads() -> None:
    samples = quantise(np.ascontiguousarray(np.tile(phrases(48000), 4)))
    alone = master(samples, 48000, Master())
    with ThreadPoolExecutor(3) as executor:
        shared = master(samples, 48000, Master(), executor.map)
    assert np.array_equal(alone.samples, shared.samples)
    assert alone.lufs == shared.lufs
