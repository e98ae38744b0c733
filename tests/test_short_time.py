"""What the short-time frames owe: the sound back, in all of its samples, and gains that do what they say."""

from __future__ import annotations

import numpy as np
import pytest

from effects.dsp.short_time import OVERLAP, hann, hop_energies, reweigh, spectrum_power, window_samples


@pytest.mark.parametrize(("rate", "samples"), [(44100, 2048), (48000, 2048), (96000, 4096)])
def test_a_window_lasts_the_same_at_each_rate(rate: int, samples: int) -> None:
    assert window_samples(rate) == samples


@pytest.mark.parametrize("frames", [1, 300, 2048, 12345, 60001])
def test_frames_that_are_not_touched_give_the_sound_back_from_its_first_sample_to_its_last(frames: int) -> None:
    audio = np.random.default_rng(1).uniform(-1, 1, (2, frames)).astype(np.float32)
    out = reweigh(audio, hann(2048), lambda power, middle: np.ones_like(power))
    assert np.abs(out - audio).max() < 1e-6
    halved = reweigh(audio, hann(2048), lambda power, middle: np.full_like(power, 0.5))
    assert np.abs(halved - audio / 2).max() < 1e-6


def test_the_power_of_a_frame_is_the_energy_of_its_windowed_samples_in_all_channels() -> None:
    frames = np.random.default_rng(2).normal(0, 0.3, (2, 3, 512)).astype(np.float32) * hann(512)
    power = spectrum_power(np.fft.rfft(frames, norm="ortho"))
    assert np.allclose(power.sum(axis=1), np.square(frames).sum(axis=(0, 2)), rtol=1e-5)


def test_each_frame_is_told_where_its_middle_is() -> None:
    """A click that only the frame in whose middle it stands lets through comes out as that frame's two windows."""
    audio = np.zeros((1, 20000), np.float32)
    audio[0, 10240] = 1
    window = hann(2048)

    def only_the_middle(power: np.ndarray, middle: int) -> np.ndarray:
        places = middle + 2048 // OVERLAP * np.arange(len(power))
        return np.where(places == 10240, 1, 0).astype(np.float32)[:, None] * np.ones_like(power)

    assert reweigh(audio, window, only_the_middle)[0, 10240] == pytest.approx(1 / 1.5, abs=1e-6)


def test_the_energies_of_hops_add_up() -> None:
    audio = np.random.default_rng(3).normal(0, 0.2, (2, 5000)).astype(np.float32)
    energies = hop_energies(audio, 512)
    assert energies.shape == (10,)
    assert energies.sum() == pytest.approx(np.square(audio.astype(float)).sum(), rel=1e-6)
    assert energies[3] == pytest.approx(np.square(audio[:, 1536:2048].astype(float)).sum(), rel=1e-6)
