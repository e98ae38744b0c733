"""What a room owes: its decay, its level, its predelay."""

from __future__ import annotations

import numpy as np
import pytest

from effects import Context
from effects.reverb import Reverb


def answer(rate: int, seconds: float, **settings: object) -> np.ndarray:
    impulse = np.zeros((2, round(rate * seconds)), np.float32)
    impulse[:, 0] = 1
    return Reverb.model_validate({"mix": 1, "low_cut_hz": 20, **settings}).process(impulse, Context(rate))


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
@pytest.mark.parametrize("room_size", [0.0, 0.5, 0.9])
def test_the_room_dies_away_by_60_db_in_the_time_its_combs_say(room_size: float, rate: int) -> None:
    """Schroeder's backward integral (1965), its slope from −5 to −35 dB, twice over."""
    wanted = Reverb(room_size=room_size).decay_seconds
    energy = np.cumsum(np.sum(answer(rate, 2.2 * wanted, room_size=room_size, damping=0) ** 2.0, axis=0)[::-1])[::-1]
    decay_db = 10 * np.log10(energy / energy[0] + 1e-30)
    measured = 2 * (np.argmax(decay_db < -35) - np.argmax(decay_db < -5)) / rate
    assert measured == pytest.approx(wanted, rel=0.15)


def test_damping_lets_the_high_frequencies_die_sooner() -> None:
    late = [np.abs(np.fft.rfft(answer(48000, 1.2, damping=damping)[0, 24000:])) ** 2 for damping in (0.0, 1.0)]
    low, high = slice(100, 500), slice(4000, 10000)
    assert late[1][high].sum() / late[1][low].sum() < 0.05 * late[0][high].sum() / late[0][low].sum()


@pytest.mark.parametrize("room_size", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("width", [0.0, 1.0])
def test_the_room_is_as_loud_as_a_sound_in_its_middle(room_size: float, width: float) -> None:
    noise = np.repeat(np.random.default_rng(1).normal(0, 0.1, (1, 48000 * 8)), 2, axis=0).astype(np.float32)
    effect = Reverb(mix=1, room_size=room_size, width=width, low_cut_hz=20)
    wet = effect.process(noise, Context(48000))[:, 48000 * 5:]
    assert 20 * np.log10(np.std(wet) / np.std(noise)) == pytest.approx(0, abs=0.6)


def test_the_predelay_comes_first_to_the_sample() -> None:
    at_once, later = (answer(48000, 0.5, predelay_ms=predelay) for predelay in (0, 40))
    assert np.abs(later[:, 1920:] - at_once[:, :-1920]).max() < 1e-7
    assert not later[:, :1920].any()


def test_the_mix_is_a_share_of_dry_and_room() -> None:
    audio = np.random.default_rng(1).normal(0, 0.1, (2, 20000)).astype(np.float32)
    room, some = (Reverb(mix=mix).process(audio, Context(48000)) for mix in (1, 0.3))
    assert np.abs(some - (0.7 * audio + 0.3 * room)).max() < 1e-6


def test_width_is_the_difference_between_the_sides() -> None:
    narrow, wide = (answer(48000, 0.5, width=width) for width in (0, 1))
    assert np.array_equal(narrow[0], narrow[1])
    assert abs(np.corrcoef(wide)[0, 1]) < 0.2
