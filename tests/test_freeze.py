"""What a frozen moment owes: its spectrum, its level, its image, for as long as it is held."""

from __future__ import annotations

import numpy as np
import pytest
from signals import music

from effects import Context
from effects.freeze import Freeze

RATE = 48000
CONTEXT = Context(RATE, 60 / 68, 3)


def falling_tones() -> np.ndarray:
    """A tone of 440 Hz for a second, then one of 880 Hz, both dying away."""
    t = np.arange(RATE) / RATE
    parts = [0.5 * np.exp(-3 * t) * np.sin(2 * np.pi * hz * t) for hz in (440, 880)]
    return np.concatenate(parts).astype(np.float32)[None]


def test_before_the_moment_the_sound_keeps_its_bytes() -> None:
    audio = music(RATE, 2)
    out = Freeze(moment=0.5, mix=0.7).process(audio, CONTEXT)
    assert np.array_equal(out[:, :RATE], audio[:, :RATE])
    assert np.std(out[:, RATE:] - audio[:, RATE:]) > 0.01


@pytest.mark.parametrize(("moment", "hz"), [(0.1, 440), (0.6, 880)])
def test_what_sounded_at_the_moment_sounds_on_at_its_level_and_pitch_and_nothing_else(moment: float, hz: float
                                                                                      ) -> None:
    audio = falling_tones()
    out = Freeze(moment=moment, shimmer=0).process(audio, CONTEXT)[0]
    held = out[round(2 * RATE * moment) + 8192:].astype(float)
    level = 0.5 * np.exp(-3 * ((2 * moment) % 1 + 0.0425)) / np.sqrt(2)
    parts = np.sqrt(np.mean(held[:len(held) // 4800 * 4800].reshape(-1, 4800) ** 2, axis=1))
    assert np.allclose(parts, level, rtol=0.03), "it does not decay any more, and keeps the energy of the moment"
    spectrum = np.abs(np.fft.rfft(held * np.hanning(held.size))) ** 2
    found_hz = np.fft.rfftfreq(held.size, 1 / RATE)
    assert found_hz[spectrum.argmax()] == pytest.approx(hz, abs=1)
    assert spectrum[np.abs(found_hz - hz) < 12].sum() > 0.999 * spectrum.sum()


@pytest.mark.parametrize("shimmer", [0, 0.3, 1])
def test_the_level_does_not_depend_on_how_far_phases_stray(shimmer: float) -> None:
    audio = np.random.default_rng(1).normal(0, 0.1, (2, 4 * RATE)).astype(np.float32)
    out = Freeze(shimmer=shimmer).process(audio, CONTEXT)
    window = np.hanning(4096)
    wanted = np.sum((audio[:, :4096] * window) ** 2) / np.sum(window**2) / 2
    assert np.mean(out[:, 8192:].astype(float) ** 2) == pytest.approx(wanted, rel=0.02)


def test_phases_stray_by_the_seed_and_only_where_they_may() -> None:
    audio = music(RATE, 1)

    def held(seed: int, shimmer: float) -> np.ndarray:
        return Freeze(shimmer=shimmer).process(audio, Context(RATE, 1.0, seed))

    assert np.array_equal(held(1, 0), held(2, 0))
    assert np.std(held(1, 0.5) - held(2, 0.5)) > 0.01


def test_both_sides_stray_together() -> None:
    left = music(RATE, 1, 1)
    out = Freeze(shimmer=1).process(np.concatenate([left, 0.5 * left]), CONTEXT)
    assert np.abs(out[1] - 0.5 * out[0]).max() < 1e-6 and np.std(out) > 0.01


def test_a_steady_tone_goes_on_through_its_freezing_without_a_seam() -> None:
    t = np.arange(RATE) / RATE
    audio = (0.5 * np.sin(2 * np.pi * 440 * t)).astype(np.float32)[None]
    out = Freeze(moment=0.3, shimmer=0).process(audio, CONTEXT)
    assert np.abs(np.diff(out)).max() < 1.02 * np.abs(np.diff(audio)).max()
    assert np.abs(out - audio)[:, :20000].max() < 0.01
