"""The master hits its targets on any material, leaves silence silent, and does not depend on how work is shared."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyloudnorm
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import resample_poly
from signals import phrases

from render.audio.samples import FULL_SCALE
from render.audio.wav import quantise
from render.meters.true_peak import block_peaks, true_peak
from render.mixing import master as mastering
from render.mixing.master import master
from render.mixing.smooth_limiter import LOOKAHEAD_MS, RELEASE_MS, SmoothLimiter
from scores.format.model import Master


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


def gain_db(before: np.ndarray, after: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The gain in dB at samples large enough to tell it (to 0.0002 dB), and its steps in dB a sample."""
    place = np.flatnonzero(np.abs(before[0]) > 40000)
    gains = 20 * np.log10(after[0, place] / before[0, place])
    return gains, np.diff(gains) / np.diff(place)


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
@pytest.mark.parametrize("kind", ["phrases", "bursts"])
def test_the_gain_never_steps(kind: str, rate: int) -> None:
    """At most 0.02 dB a sample at 48 kHz, that is 0.96 dB a millisecond, where it goes down by more than 2.5 dB."""
    samples = quantise(SIGNALS[kind](rate) * np.float32(0.8))
    result = master(samples, rate, Master(loudness=-11))
    gains, steps = gain_db(samples, result.samples)
    assert gains.min() < result.gain_db - 2.5
    assert np.abs(steps).max() * rate / 48000 < 0.02


def test_the_gain_is_down_when_the_peak_arrives_and_back_in_some_tenths_of_a_second() -> None:
    """One loud cycle in a quiet tone: the gain at its top is what brings it to the ceiling."""
    rate, peaks = 48000, np.full(2500, 0.1)
    peaks[500] = 0.8
    limiter = SmoothLimiter(peaks, 1.0)
    gains = 20 * np.log10(limiter.solve(1.0, 0.2))
    assert gains[[500, 501]] == pytest.approx(20 * np.log10(0.25), abs=0.01)
    assert not gains[:500 - round(LOOKAHEAD_MS) - 3].any()
    assert np.abs(np.diff(gains[:501])).max() / (rate / 1000) < 0.06  # 12 dB down in 10 ms
    assert (np.diff(gains[505:]) >= -1e-9).all()
    assert -3 < gains[500 + 6 + round(2 * RELEASE_MS)] < -0.5
    assert not gains[-1]


@given(st.lists(st.tuples(st.integers(0, 199), st.floats(0.2, 5)), max_size=30))
def test_no_block_keeps_a_peak_above_the_ceiling(loud: list[tuple[int, float]]) -> None:
    peaks = np.full(200, 0.1)
    for place, peak in loud:
        peaks[place] = peak
    gains = SmoothLimiter(peaks, 1.0).solve(2.0, 0.5)
    assert (np.maximum(gains[:-1], gains[1:]) * peaks * 2.0 <= 0.5 * (1 + 1e-9)).all()
    assert (gains <= 1 + 1e-12).all()


def test_what_exceeds_the_permitted_peak_all_the_same_is_caught_and_the_rest_stays_as_it_is() -> None:
    samples = quantise(np.ascontiguousarray(np.tile(phrases(48000), 2)) * np.float32(0.5))
    block, permitted_db = 48, 20 * np.log10(true_peak(samples, 48000)) - 0.05
    over = block_peaks(samples, 48000, block, 10 ** (permitted_db / 20)) > 10 ** (permitted_db / 20)
    zones = mastering._zones(over, block, samples.shape[1], 48000)
    caught = samples.copy()
    mastering._catch(caught, 48000, block, permitted_db, permitted_db - 0.05, map)
    assert 20 * np.log10(true_peak(caught, 48000)) <= permitted_db
    changed = np.flatnonzero((caught != samples).any(axis=0))
    inside = np.zeros(samples.shape[1], bool)
    for start, stop in zones:
        inside[start:stop] = True
    assert changed.size > 100
    assert inside[changed].all()
    assert inside.mean() < 0.5
    gains, _ = gain_db(samples, caught)
    assert gains.min() > -0.2


def test_the_result_is_the_same_with_any_number_of_threads() -> None:
    samples = quantise(np.ascontiguousarray(np.tile(phrases(48000), 4)))
    alone = master(samples, 48000, Master())
    with ThreadPoolExecutor(3) as executor:
        shared = master(samples, 48000, Master(), executor.map)
    assert np.array_equal(alone.samples, shared.samples)
    assert alone.lufs == shared.lufs
