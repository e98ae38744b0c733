"""What a plate owes: its decay, its level, its predelay, and echoes so dense that none is heard by itself."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import butter, sosfilt

from effects import Context
from effects.plate import Plate


def answer(rate: int, seconds: float, **settings: object) -> np.ndarray:
    impulse = np.zeros((2, round(rate * seconds)), np.float32)
    impulse[:, 0] = 1
    return Plate.model_validate({"mix": 1, "low_cut_hz": 20, **settings}).process(impulse, Context(rate))


def decay_seconds(sound: np.ndarray, rate: int, low_hz: float, high_hz: float) -> float:
    """Schroeder's backward integral (1965) of a band, its slope from −5 to −35 dB, twice over."""
    band = sosfilt(butter(4, [low_hz, high_hz], "band", fs=rate, output="sos"), sound)
    energy = np.cumsum(np.sum(band**2, axis=0)[::-1])[::-1]
    decay_db = 10 * np.log10(energy / energy[0] + 1e-30)
    return float(2 * (np.argmax(decay_db < -35) - np.argmax(decay_db < -5)) / rate)


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
@pytest.mark.parametrize("wanted", [1.0, 1.6, 4.0])
def test_low_frequencies_die_away_by_60_db_in_the_time_it_says(wanted: float, rate: int) -> None:
    sound = answer(rate, 1.4 * wanted, decay_seconds=wanted, damping_hz=20000)
    assert decay_seconds(sound, rate, 200, 1000) == pytest.approx(wanted, rel=0.1)


def test_what_the_damping_takes_is_taken_once_in_each_half_of_the_tank() -> None:
    """At 7.4 kHz a one-pole at 2 kHz takes 11.6 dB each 0.363 s: 32 dB a second on top of the plate's own 37.5."""
    sound = answer(48000, 2.0, damping_hz=2000)
    assert decay_seconds(sound, 48000, 6500, 8500) == pytest.approx(60 / (32 + 37.5), rel=0.1)
    assert decay_seconds(sound, 48000, 150, 400) == pytest.approx(1.6, rel=0.1)


@pytest.mark.parametrize("decay", [0.8, 3.0])
@pytest.mark.parametrize("width", [0.0, 1.0])
def test_the_plate_is_as_loud_as_a_sound_in_its_middle(decay: float, width: float) -> None:
    noise = np.repeat(np.random.default_rng(1).normal(0, 0.1, (1, 48000 * 8)), 2, axis=0).astype(np.float32)
    wet = Plate(mix=1, decay_seconds=decay, width=width, low_cut_hz=20).process(noise, Context(48000))[:, 48000 * 5:]
    assert 20 * np.log10(np.std(wet) / np.std(noise)) == pytest.approx(0, abs=0.6)


def test_after_half_a_second_its_echoes_are_noise() -> None:
    """A normal distribution has kurtosis 3; separate echoes have far more."""
    early, late = (answer(48000, 0.7)[0, start:start + 4800].astype(np.float64) for start in (2400, 26400))
    assert np.mean(late**4) / np.mean(late**2) ** 2 < 3.6 < np.mean(early**4) / np.mean(early**2) ** 2


def test_the_predelay_comes_first_to_the_sample() -> None:
    at_once, later = (answer(48000, 0.5, predelay_ms=predelay, swing=0) for predelay in (0, 40))
    assert np.abs(later[:, 1920:] - at_once[:, :-1920]).max() < 1e-7
    assert not later[:, :1920].any() and np.abs(at_once[:, :1920]).max() > 1e-3


def test_a_live_plate_wanders_and_a_still_one_does_not() -> None:
    """The same click twice: a still plate answers alike, a live one stands elsewhere."""
    clicks = np.zeros((2, 48000 * 6), np.float32)
    clicks[:, [0, 48000 * 3]] = 1
    for swing, alike in ((0, True), (1, False)):
        wet = Plate(mix=1, swing=swing, decay_seconds=0.6).process(clicks, Context(48000))[0]
        first, second = wet[9600:24000], wet[48000 * 3 + 9600:48000 * 3 + 24000]
        assert (np.corrcoef(first, second)[0, 1] > 0.999) == alike


def test_width_is_the_difference_between_the_sides() -> None:
    narrow, wide = (answer(48000, 0.5, width=width) for width in (0, 1))
    assert np.abs(narrow[0] - narrow[1]).max() < 1e-7 < np.abs(narrow).max()
    assert abs(np.corrcoef(wide)[0, 1]) < 0.2
