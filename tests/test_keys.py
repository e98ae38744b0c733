"""The laws of the bells, and of keys that lie from left to right."""

from __future__ import annotations

import math

import numpy as np
import pytest
from spectra import (
    decay_db_per_second,
    hertz,
    level_db,
    mono,
    note,
    partial,
    play,
    power_share,
    span,
)

from instruments.felt_piano import FeltPiano
from instruments.glass import MODES, Glass


@pytest.mark.parametrize("cls", [FeltPiano, Glass])
def test_low_keys_are_left_and_high_keys_right(cls: type[FeltPiano] | type[Glass]) -> None:
    def lean_db(pitch: int, width: float) -> float:
        left, right = span(play(cls(width=width), [note(pitch)]), 0.1, 0.5)
        return level_db(left) - level_db(right)

    low, high = cls.range
    assert lean_db(low, 0.6) > 3
    assert lean_db(high, 0.6) < -3
    assert abs(lean_db(low, 0.0)) < 0.5


@pytest.mark.parametrize("bell", sorted(MODES))
def test_a_bell_rings_in_its_own_modes(bell: str) -> None:
    """Each mode stands where the table says, within a thousandth, and between them there is nothing."""
    audio = span(mono(Glass(bell=bell, hardness=1, shimmer_hz=0), [note(72, onset=0.0)]), 0.05, 0.55)
    for ratio, _ in MODES[bell]:
        frequency = partial(audio, ratio * hertz(72))[1]
        assert float(np.median(frequency[:10])) == pytest.approx(ratio * hertz(72), rel=1e-3)
        assert power_share(audio, ratio * hertz(72) - 20, ratio * hertz(72) + 20) > 1e-7
    between_hz = math.sqrt(MODES[bell][0][0] * MODES[bell][1][0]) * hertz(72)
    assert power_share(audio, between_hz - 20, between_hz + 20) < 1e-7


def test_bells_decay_and_are_damped_in_the_times_given() -> None:
    """The fundamental of C5 falls by 60 dB in ``decay_seconds``; after the note's end ``damping_seconds`` are added."""
    for decay, damping in ((1.0, 2.0), (3.0, 0.3)):
        audio = mono(Glass(decay_seconds=decay, damping_seconds=damping), [note(72, onset=0.0)], seconds=2.0)
        ringing = partial(span(audio, 0.05, 0.95), hertz(72), 0.05)[0]
        damped = partial(span(audio, 1.0, 1.3), hertz(72), 0.05)[0]
        assert decay_db_per_second(ringing) == pytest.approx(60 / decay, rel=0.02)
        assert decay_db_per_second(damped) == pytest.approx(60 / decay + 60 / damping, rel=0.02)


def test_upper_modes_of_a_bell_die_first() -> None:
    audio = mono(Glass(shimmer_hz=0, hardness=1), [note(72, onset=0.0)])
    rates = [decay_db_per_second(partial(span(audio, 0.05, 0.4), ratio * hertz(72), 0.05)[0][:20])
             for ratio, _ in MODES["glass"][:3]]
    assert rates[0] * 1.5 < rates[1] < rates[2] / 1.2


def test_hard_mallets_and_hard_blows_are_brighter() -> None:
    def second_mode_db(hardness: float, velocity: int) -> float:
        audio = span(mono(Glass(hardness=hardness, shimmer_hz=0), [note(72, onset=0.0, velocity=velocity)]), 0.03, 0.2)
        first, second = (partial(audio, ratio * hertz(72))[0][0] for ratio in (1.0, 2.32))
        return float(20 * np.log10(second / first))

    assert second_mode_db(0.8, 100) > second_mode_db(0.2, 100) + 3
    assert second_mode_db(0.2, 120) > second_mode_db(0.2, 30) + 1
