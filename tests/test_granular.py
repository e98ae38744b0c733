"""What a cloud of grains owes: energy, density, pitch, places, and no clicks."""

from __future__ import annotations

import numpy as np
import pytest

from effects import Context
from effects.granular import Granular

RATE = 48000


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
    out = cloud(audio, density_hz=density_hz, grain_ms=grain_ms, pitch_semitones=12, reverse=0.5)
    assert np.sum(out.astype(float) ** 2) == pytest.approx(np.sum(audio.astype(float) ** 2), rel=1e-3)


def test_as_many_grains_sound_as_the_density_says() -> None:
    """Grains shorter than the gaps between them stand apart and can be counted."""
    audio = np.full((1, 10 * RATE), 0.5, np.float32)
    out = cloud(audio, density_hz=10, grain_ms=5)[0]
    onsets = np.count_nonzero(np.diff((np.abs(out) > 1e-4).astype(int)) == 1)
    assert onsets == pytest.approx(100, abs=4)


def test_the_cloud_of_a_steady_tone_has_no_clicks_and_no_other_pitch() -> None:
    audio = tone(440)
    out = cloud(audio, density_hz=60, grain_ms=80)
    steps = np.abs(np.diff(out, n=2)[0]).max()
    assert steps < 4 * np.abs(np.diff(audio, n=2)).max()
    spectrum = np.abs(np.fft.rfft(out[0] * np.hanning(out.shape[1]))) ** 2
    hz = np.fft.rfftfreq(out.shape[1], 1 / RATE)
    assert spectrum[(hz > 400) & (hz < 480)].sum() > 0.999 * spectrum.sum()


def test_grains_are_transposed_within_the_scatter_that_is_asked_for() -> None:
    spectrum = np.abs(np.fft.rfft(cloud(tone(1000, 8), density_hz=100, pitch_semitones=7)[0])) ** 2
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
