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


@pytest.mark.parametrize(("rate", "hold_hz", "hz"), [(44100, 3100, 700), (44100, 16007, 6007), (48000, 1210, 220),
                                                    (48000, 7300, 1500), (96000, 5003, 3001), (96000, 20011, 6007)])
def test_band_limited_foldings_lie_96_db_under_the_tone_and_the_images_keep_their_height(rate: int, hold_hz: float,
                                                                                         hz: float) -> None:
    t = np.arange(rate) / rate
    audio = (0.5 * np.sin(2 * np.pi * hz * t)).astype(np.float32)[None]
    window = np.kaiser(rate, 18)
    plain, limited = (2 * np.abs(np.fft.rfft(RateHold(hold_hz=hold_hz, band_limited=on).process(
        audio, Context(rate))[0] * window)) / window.sum() for on in (False, True))
    images = [abs(k * hold_hz + sign * hz) for k in range(80) for sign in (-1, 1)]
    folded = np.arange(40, 16000)
    for image in images:
        folded = folded[np.abs(folded - image) > 10]
    assert limited[folded].max() < 0.5 * 10 ** (-96 / 20) < 1e-2 * plain[folded].max()
    for image in images:
        if image < 0.4 * rate:  # where the band ends gently
            assert limited[round(image)] == pytest.approx(0.5 * abs(np.sinc(image / hold_hz)), rel=2e-3, abs=1e-6)


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


@pytest.mark.parametrize("band_limited", [False, True])
def test_a_band_limited_hold_of_silence_and_of_a_constant_is_that(band_limited: bool) -> None:
    audio = np.full((2, 5000), 0.25, np.float32)
    assert np.abs(hold(audio, hold_hz=3100, jitter=0.5, band_limited=band_limited) - 0.25).max() < 1e-6


def test_blocks_of_whole_holds_are_the_sound_in_one_piece() -> None:
    audio = np.random.default_rng(2).uniform(-1, 1, (2, 24000)).astype(np.float32)
    parts = [hold(part, hold_hz=6000) for part in np.split(audio, [800, 8000, 16080], axis=1)]
    assert np.array_equal(np.concatenate(parts, axis=1), hold(audio, hold_hz=6000))
