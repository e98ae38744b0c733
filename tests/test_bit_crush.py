"""What a bit crusher owes: its levels, its error, the end of a decaying note."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from effects import Context
from effects.bit_crush import BitCrush

CONTEXT = Context(48000, 60 / 68, 3)


def ramp(frames: int, peak: float = 1.0) -> np.ndarray:
    return np.linspace(-peak, peak, frames, dtype=np.float32)[None]


def crush(audio: np.ndarray, **settings: object) -> np.ndarray:
    return BitCrush.model_validate(settings).process(audio, CONTEXT)


@pytest.mark.parametrize("dither", [False, True])
@pytest.mark.parametrize("bits", range(1, 17))
def test_b_bits_have_exactly_two_to_the_b_levels(bits: int, dither: bool) -> None:
    levels = np.unique(crush(ramp(8 * 2**bits + 1), bits=bits, dither=dither))
    assert levels.size == 2**bits
    assert np.array_equal(levels, np.arange(-(2 ** (bits - 1)), 2 ** (bits - 1)) * 2.0 ** (1 - bits))


@pytest.mark.parametrize("full_scale_db", [-60.0, -18.0, -6.0, None])
@pytest.mark.parametrize("bits", [1, 3, 8, 12])
def test_the_levels_span_the_full_scale_that_is_asked_for(bits: int, full_scale_db: float | None) -> None:
    scale = 0.037 if full_scale_db is None else 10 ** (full_scale_db / 20)
    audio = ramp(40001, scale if full_scale_db is None else 1.5 * scale)
    levels = np.unique(crush(audio, bits=bits, full_scale_db=full_scale_db))
    assert levels.size == 2**bits and 0 in levels
    assert levels[0] == pytest.approx(-scale) and levels[-1] == pytest.approx(scale * (1 - 2.0 ** (1 - bits)))


def test_each_bit_more_takes_6_02_db_from_the_error() -> None:
    noise = np.random.default_rng(2).uniform(-0.75, 0.75, (1, 200000)).astype(np.float32)
    errors = [10 * np.log10(np.mean((crush(noise, bits=bits).astype(float) - noise) ** 2)) for bits in range(4, 16)]
    assert np.allclose(np.diff(errors), -6.02, atol=0.05)
    # the error of a step Δ is uniform: Δ²/12 (Bennett 1948)
    assert errors[4] == pytest.approx(10 * np.log10((2.0**-7) ** 2 / 12), abs=0.05)


@given(st.floats(1, 23.99))
def test_a_fractional_word_length_is_the_stated_blend_of_its_neighbours(bits: float) -> None:
    audio = ramp(2001, 0.8)
    fewer, share = int(bits), bits - int(bits)
    blend = (1 - share) * crush(audio, bits=fewer).astype(float) + share * crush(audio, bits=fewer + 1)
    assert np.abs(crush(audio, bits=bits) - blend).max() < 2e-7


@pytest.mark.parametrize("bits", [1, 3, 4, 6])
def test_a_decaying_note_ends_in_its_own_last_level_and_is_then_exactly_zero(bits: int) -> None:
    t = np.arange(3 * 48000) / 48000
    note = (0.5 * np.exp(-5 * t) * np.sin(2 * np.pi * 130.8 * t)).astype(np.float32)[None]
    out = crush(note, bits=bits, full_scale_db=None)[0]
    step = np.abs(note).max() * 2.0 ** (1 - bits)
    last = np.flatnonzero(out)[-1]
    assert np.abs(out[last]) == pytest.approx(step)
    assert last < 2 * 48000 and not out[last + 1:].any() and np.abs(note[0, last + 1:]).max() > 1e-6
    assert not np.signbit(out[last + 1:]).any()


def test_a_quiet_part_is_crushed_like_a_loud_one_when_it_is_its_own_measure() -> None:
    loud = (0.8 * np.sin(np.arange(48000) * 0.03)).astype(np.float32)[None]
    quiet = loud / 32
    assert np.array_equal(crush(quiet, bits=4, full_scale_db=None) * 32, crush(loud, bits=4, full_scale_db=None))
    assert not crush(quiet, bits=4, full_scale_db=0).any()


def test_dither_makes_the_mean_error_independent_of_the_sound() -> None:
    """Triangular dither: the average over many draws is the value itself, where plain rounding is off by up to Δ/2."""
    step = 2.0**-3
    for value in np.array([0.1, 0.21, 0.33, 0.45]) * step:
        held = np.full((1, 400000), value, np.float32)
        assert np.mean(crush(held, bits=4, dither=True), dtype=float) == pytest.approx(value, abs=0.005 * step)
        assert np.mean(crush(held, bits=4), dtype=float) == 0.0
    assert np.var(crush(held, bits=4, dither=True).astype(float) - held) == pytest.approx(step**2 / 4, rel=0.02)


def test_another_seed_draws_another_dither() -> None:
    audio = ramp(5000, 0.5)
    effect = BitCrush(bits=4, dither=True)
    first, second = (effect.process(audio, Context(48000, 1, seed)) for seed in (1, 2))
    assert 0.2 < np.mean(first != second) < 0.9


def test_blocks_are_the_sound_in_one_piece_when_the_full_scale_is_given() -> None:
    audio = np.random.default_rng(5).uniform(-1, 1, (2, 20000)).astype(np.float32)
    parts = [crush(part, bits=5.3) for part in np.split(audio, [1, 777, 9000], axis=1)]
    assert np.array_equal(np.concatenate(parts, axis=1), crush(audio, bits=5.3))
