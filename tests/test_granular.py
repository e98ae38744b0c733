"""What a cloud of grains owes: energy, density, pitch, places, and no clicks."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from pydantic import ValidationError

from effects import Context
from effects.granular import Granular, Window, shape

RATE = 48000
WINDOWS: tuple[Window, ...] = get_args(Window)


def tone(hz: float, seconds: float = 2.0) -> np.ndarray:
    t = np.arange(round(RATE * seconds)) / RATE
    return (0.3 * np.sin(2 * np.pi * hz * t)).astype(np.float32)[None]


def cloud(audio: np.ndarray, seed: int = 1, **settings: object) -> np.ndarray:
    return Granular.model_validate(settings).process(audio, Context(RATE, 1.0, seed))


@pytest.mark.parametrize("density_hz", [8, 40, 200])
@pytest.mark.parametrize("grain_ms", [20, 120])
def test_the_cloud_has_the_energy_of_the_sound(density_hz: float, grain_ms: float) -> None:
    audio = np.random.default_rng(0).normal(0, 0.1, (2, 2 * RATE)).astype(np.float32)
    audio *= np.linspace(1, 0.2, audio.shape[1], dtype=np.float32)
    out = cloud(audio, density_hz=density_hz, grain_ms=grain_ms, pitch_spread_semitones=12, reverse=0.5)
    assert np.sum(out.astype(float) ** 2) == pytest.approx(np.sum(audio.astype(float) ** 2), rel=1e-3)


def test_as_many_grains_sound_as_the_density_says() -> None:
    """Grains shorter than the gaps between them stand apart and can be counted."""
    audio = np.full((1, 10 * RATE), 0.5, np.float32)
    out = cloud(audio, density_hz=10, grain_ms=5)[0]
    onsets = np.count_nonzero(np.diff((np.abs(out) > 1e-4).astype(int)) == 1)
    assert onsets == pytest.approx(100, abs=4)


@pytest.mark.parametrize(("density_hz", "grain_ms"), [(40, 80), (400, 150)])
def test_as_many_grains_sound_at_once_as_density_times_length(density_hz: float, grain_ms: float) -> None:
    """A click of one sample comes out once for each grain that has it inside, wherever that grain has gone."""
    audio = np.zeros((1, 8 * RATE), np.float32)
    audio[0, 4 * RATE] = 1
    found = np.mean([np.count_nonzero(cloud(audio, seed, density_hz=density_hz, grain_ms=grain_ms, spread=0.5))
                     for seed in range(24)])
    assert found == pytest.approx(density_hz * grain_ms / 1000, rel=0.2)


def test_more_grains_at_once_than_sixty_are_refused_with_their_number() -> None:
    Granular(density_hz=400, grain_ms=150)
    with pytest.raises(ValidationError, match="400 grains a second of 160 ms are 64 at once: 60 are possible"):
        Granular(density_hz=400, grain_ms=160)


def test_grains_at_another_speed_are_the_sound_between_its_samples() -> None:
    """Of a tone, transposed, is left the tone at its new pitch: all else lies 60 dB below."""
    hz = 1000
    sides = np.concatenate([tone(hz), -0.5 * tone(hz)])
    for semitones in (-7.3, 4.1):
        out = cloud(sides, density_hz=4, grain_ms=200, pitch_semitones=semitones, width=0, window="gauss")
        out = out[:, RATE // 4:-RATE // 4]  # where no grain is cut off by an end of the sound
        power = np.abs(np.fft.rfft(out * np.hanning(out.shape[1]))) ** 2
        away = np.abs(np.fft.rfftfreq(out.shape[1], 1 / RATE) - hz * 2 ** (semitones / 12)) > 60
        assert (power[:, away].sum(axis=1) < 1e-6 * power.sum(axis=1)).all()
        assert np.allclose(out[1], -0.5 * out[0], atol=1e-7)


@pytest.mark.parametrize("window", WINDOWS)
def test_each_window_opens_and_closes_at_nothing_and_reaches_one(window: Window) -> None:
    for samples in (480, 7000):
        envelope = shape(window, samples)
        assert envelope.shape == (samples,) and envelope.max() == pytest.approx(1, abs=0.02)
        assert envelope[[0, -1]].max() < 0.005 and envelope.min() >= 0


def test_windows_differ_as_their_names_say() -> None:
    centre = {window: np.average(np.arange(1000), weights=shape(window, 1000)) for window in WINDOWS}
    assert centre["expodec"] < 350 < 650 < centre["rexpodec"]
    assert all(centre[window] == pytest.approx(499.5, abs=1) for window in ("hann", "tukey", "triangle", "gauss"))
    spans = [np.count_nonzero(shape(window, 1000) > 0.9) for window in ("gauss", "hann", "tukey")]
    assert spans[0] < spans[1] < spans[2]


def test_a_frozen_cloud_is_taken_from_one_place_and_a_half_frozen_one_moves_half_as_far() -> None:
    audio = np.concatenate([tone(400), tone(1600)], axis=1)

    def share_of_high(audio: np.ndarray) -> float:
        power = np.abs(np.fft.rfft(audio[0] * np.hanning(audio.shape[1]))) ** 2
        middle = round(900 * audio.shape[1] / RATE)
        return float(power[middle:].sum() / power.sum())

    settings = {"spread": 0, "density_hz": 80}
    for position, wanted in ((0.2, 0), (0.8, 1)):
        assert share_of_high(cloud(audio, freeze=1, position=position, **settings)) == pytest.approx(wanted, abs=1e-3)
    for freeze, turns in ((0, 0.5), (0.5, 1.0)):  # from the start on, at half speed, the middle comes at the end
        parts = np.split(cloud(audio, freeze=freeze, **settings), [round(turns * audio.shape[1]) - 8000], axis=1)
        assert share_of_high(parts[0]) < 0.05
        assert freeze == 0.5 or share_of_high(parts[1][:, 16000:]) > 0.95


@pytest.mark.parametrize("semitones", [-12, 7, 24])
def test_all_grains_are_transposed_by_the_pitch_asked_for(semitones: float) -> None:
    out = cloud(tone(500), pitch_semitones=semitones, density_hz=60)[0]
    spectrum = np.abs(np.fft.rfft(out * np.hanning(out.size)))
    assert spectrum.argmax() * RATE / out.size == pytest.approx(500 * 2 ** (semitones / 12), rel=0.02)


@pytest.mark.parametrize("window", WINDOWS)
def test_the_cloud_of_a_steady_tone_has_no_clicks_and_no_other_pitch(window: Window) -> None:
    audio = tone(440)
    out = cloud(audio, density_hz=60, grain_ms=80, window=window)
    steps = np.abs(np.diff(out, n=2)[0]).max()
    assert steps < 4 * np.abs(np.diff(audio, n=2)).max()
    spectrum = np.abs(np.fft.rfft(out[0] * np.hanning(out.shape[1]))) ** 2
    hz = np.fft.rfftfreq(out.shape[1], 1 / RATE)
    reach_hz = {"hann": 40, "gauss": 40, "triangle": 40}.get(window, 200)  # short sides spread a tone further
    assert spectrum[np.abs(hz - 440) < reach_hz].sum() > 0.995 * spectrum.sum()
    above = spectrum[hz > 4000].sum() / spectrum.sum()  # where a click would be
    assert above < 1e-6


def test_grains_are_transposed_within_the_scatter_that_is_asked_for() -> None:
    spectrum = np.abs(np.fft.rfft(cloud(tone(1000, 8), density_hz=100, pitch_spread_semitones=7)[0])) ** 2
    hz = np.fft.rfftfreq(8 * RATE, 1 / RATE)
    low, high = 1000 * 2 ** (-7 / 12), 1000 * 2 ** (7 / 12)
    assert spectrum[(hz > low - 40) & (hz < high + 40)].sum() > 0.995 * spectrum.sum()
    for part in np.array_split(np.flatnonzero((hz > low) & (hz < high)), 6):
        assert spectrum[part].sum() > 0.05 * spectrum.sum()


def test_spread_says_from_how_far_a_grain_may_come() -> None:
    """A click in the middle: without spread it is heard only near its place, with spread anywhere in reach."""
    audio = np.zeros((1, 4 * RATE), np.float32)
    audio[0, 2 * RATE] = 1
    settings = {"density_hz": 200, "grain_ms": 50}
    near, far = (np.flatnonzero(cloud(audio, spread=spread, **settings)) for spread in (0, 0.5))
    assert np.abs(near - 2 * RATE).max() <= 0.05 * RATE
    assert 0.8 * RATE < np.abs(far - 2 * RATE).max() <= 1.05 * RATE


@pytest.mark.parametrize(("reverse", "wanted"), [(0, 1), (1, -1)])
def test_backward_grains_run_backwards(reverse: float, wanted: int) -> None:
    """Of a sound that only rises, each grain, freed of its window, rises; played backwards it falls."""
    settings = {"density_hz": 10, "grain_ms": 20, "spread": 0, "reverse": reverse}
    rising = np.linspace(0.1, 1, 4 * RATE, dtype=np.float32)[None]
    window = cloud(np.ones_like(rising), **settings)[0].astype(float)
    shape = cloud(rising, **settings)[0] / np.where(window > 0.1, window, np.nan)
    slopes = np.diff(shape)
    slopes = slopes[np.abs(slopes) < 1e-4]  # inside a grain, where no other one overlaps
    assert np.mean(np.sign(slopes) == wanted) > 0.8


def test_width_sets_the_grains_apart() -> None:
    audio = np.repeat(tone(440), 2, axis=0)
    sides = [np.sum((out[0] - out[1]) ** 2) / np.sum((out[0] + out[1]) ** 2)
             for out in (cloud(audio, width=width) for width in (0, 0.5, 1))]
    assert sides[0] < 1e-9 and sides[0] < sides[1] < sides[2] and sides[2] > 0.05


def test_mixing_at_equal_power_keeps_the_energy_too() -> None:
    audio = np.random.default_rng(3).normal(0, 0.1, (1, 8 * RATE)).astype(np.float32)
    out = cloud(audio, mix=0.5, spread=1, density_hz=100)
    assert np.sum(out.astype(float) ** 2) == pytest.approx(np.sum(audio.astype(float) ** 2), rel=0.05)
