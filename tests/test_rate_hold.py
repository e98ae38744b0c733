"""What a sample-and-hold owes: its rate, its images, and fewer foldings when band-limited."""

from __future__ import annotations

import numpy as np
import pytest

from effects import Context
from effects.rate_hold import RateHold

RATE = 48000


def tone(hz: float, seconds: float = 1.0) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(round(RATE * seconds)) / RATE)).astype(np.float32)[None]


def hold(audio: np.ndarray, seed: int = 0, **settings: object) -> np.ndarray:
    return RateHold.model_validate(settings).process(audio, Context(RATE, 1.0, seed))


def amplitudes(audio: np.ndarray) -> np.ndarray:
    """Amplitude at each whole Hz of one second."""
    return 2 * np.abs(np.fft.rfft(audio[0].astype(float))) / audio.shape[1]


@pytest.mark.parametrize("hold_hz", [100.0, 997.0, 6000.0, 11025.0])
def test_there_are_as_many_values_a_second_as_the_rate_says(hold_hz: float) -> None:
    noise = np.random.default_rng(0).uniform(-1, 1, (1, RATE)).astype(np.float32)
    out = hold(noise, hold_hz=hold_hz)[0]
    assert np.count_nonzero(np.diff(out)) + 1 == pytest.approx(hold_hz, abs=1)
    turns = np.flatnonzero(np.diff(out, prepend=np.nan))
    assert np.array_equal(out[turns], noise[0, turns]), "a value is not that of its own instant"


def test_images_stand_where_theory_puts_them_with_the_height_it_gives_them() -> None:
    """A tone at f held at F: lines at k·F ± f, of height sinc over n-fold holding: sin(πf/F) / (n·sin(πf/R))."""
    f, held, n = 1000, 6000, 8
    found = amplitudes(hold(tone(f), hold_hz=held))
    for line in (1000, 5000, 7000, 11000, 13000, 17000, 19000, 23000):
        wanted = 0.5 * abs(np.sin(np.pi * line / held) / (n * np.sin(np.pi * line / RATE)))
        assert found[line] == pytest.approx(wanted, rel=1e-3)
        found[line] = 0
    assert found.max() < 1e-5


def test_at_or_over_the_sample_rate_nothing_is_left_to_hold() -> None:
    audio = tone(1234.5)
    assert np.array_equal(hold(audio, hold_hz=RATE), audio)
    assert np.array_equal(hold(audio, hold_hz=96000), audio)


@pytest.mark.parametrize("hold_hz", [3100.0, 7300.0])
def test_band_limited_foldings_are_far_below_the_plain_ones_and_the_images_stay(hold_hz: float) -> None:
    f = 700
    plain, limited = (amplitudes(hold(tone(f), hold_hz=hold_hz, band_limited=on)) for on in (False, True))
    images = {round(abs(k * hold_hz + sign * f)) for k in range(9) for sign in (-1, 1)}
    images = {line for line in images if line < RATE / 2}
    folded = [line for line in range(50, 12000) if all(abs(line - image) > 3 for image in images)]
    assert np.sum(limited[folded] ** 2) < 1e-3 * np.sum(plain[folded] ** 2)
    assert limited[folded].max() < 0.5 * 10 ** (-60 / 20)
    near = round(hold_hz - f)
    rounding = np.sinc(near / RATE) ** 4  # of a step by a cubic B-spline
    assert limited[near] == pytest.approx(0.5 * abs(np.sinc(near / hold_hz)) * rounding, rel=0.01)


def test_jitter_turns_the_images_into_noise_and_follows_the_seed() -> None:
    steady = amplitudes(hold(tone(1000), hold_hz=6000))
    loose = amplitudes(hold(tone(1000), hold_hz=6000, jitter=0.8))
    assert loose[17000] < 0.3 * steady[17000]
    assert np.median(loose) > 100 * np.median(steady)
    first, again, other = (hold(tone(1000), seed, hold_hz=6000, jitter=0.8) for seed in (1, 1, 2))
    assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_jitter_keeps_the_mean_rate() -> None:
    noise = np.random.default_rng(0).uniform(-1, 1, (1, RATE)).astype(np.float32)
    assert np.count_nonzero(np.diff(hold(noise, hold_hz=2000, jitter=1))) == pytest.approx(2000, abs=3)
