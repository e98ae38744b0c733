"""The laws of the bells, and of keys that lie from left to right."""

from __future__ import annotations

import math

import numpy as np
import pyloudnorm
import pytest
from spectra import (
    RATE,
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

from instruments.celesta import Celesta
from instruments.dsp.partials import add_partials
from instruments.felt_piano import FeltPiano
from instruments.glass import Glass
from instruments.keys.bells import Bells

ALONE: dict[str, dict[str, float]] = {"celesta": {"box": 0.0, "action_noise_db": -80.0}}  # the plate by itself
bells = pytest.mark.parametrize("cls", [Glass, Celesta])


@pytest.mark.parametrize("cls", [FeltPiano, Glass, Celesta])
def test_low_keys_are_left_and_high_keys_right(cls: type[FeltPiano] | type[Glass] | type[Celesta]) -> None:
    def lean_db(pitch: int, width: float) -> float:
        left, right = span(play(cls(width=width), [note(pitch)]), 0.1, 0.5)
        return level_db(left) - level_db(right)

    low, high = cls.range
    assert lean_db(low, 0.6) > 3
    assert lean_db(high, 0.6) < -3
    assert abs(lean_db(low, 0.0)) < 0.5


@pytest.mark.parametrize("rate", [44100.0, 96000.0])
def test_partials_are_the_damped_sinusoids_they_say(rate: float) -> None:
    """Three that nearly coincide, as the modes of a unison do, and one apart, from between two samples until after
    their damper: within −70 dB of what the formula gives."""
    rows = np.array([[660.0, 3.0, 20.0, 0.1, 0.2, 0.1, -0.1], [660.4, 1.0, 18.0, -0.2, 0.1, 0.3, 0.1],
                     [659.3, 5.0, 22.0, 0.1, 0.0, 0.0, 0.2], [1321.7, 9.0, 30.0, 0.2, 0.1, -0.1, 0.1]])
    onset, hold = 100.3, round(0.5 * rate) + 7
    out = np.zeros((2, round(0.8 * rate)), np.float32)
    add_partials(out, onset, hold, rate, rows, np.ones(1, np.float32))
    time = (np.arange(101, out.shape[1]) - onset) / rate
    held = np.minimum(time, (101 + hold - onset) / rate)
    due = np.zeros_like(out, float)
    for hz, decay, damped, *(left, left_im, right, right_im) in rows:
        turning = np.exp(2j * np.pi * hz * time - decay * held - damped * (time - held))
        due[:, 101:] += np.real([(left + 1j * left_im) * turning, (right + 1j * right_im) * turning])
    assert not out[:, :101].any()
    assert level_db(out - due) < level_db(due) - 70


@bells
def test_a_bell_rings_in_its_own_modes(cls: type[Bells]) -> None:
    """Each mode stands where the table says, within a thousandth, and between them there is nothing."""
    audio = span(mono(cls(hardness=1, shimmer_hz=0, **ALONE.get(cls.name, {})), [note(72, onset=0.0)]), 0.05, 0.55)
    for ratio, _ in cls.modes:
        frequency = partial(audio, ratio * hertz(72))[1]
        assert float(np.median(frequency[:10])) == pytest.approx(ratio * hertz(72), rel=1e-3)
        assert power_share(audio, ratio * hertz(72) - 20, ratio * hertz(72) + 20) > 1e-7
    between_hz = math.sqrt(cls.modes[0][0] * cls.modes[1][0]) * hertz(72)
    assert power_share(audio, between_hz - 20, between_hz + 20) < 1e-7


@bells
def test_bells_decay_and_are_damped_in_the_times_given(cls: type[Bells]) -> None:
    """The fundamental of C5 falls by 60 dB in ``decay_seconds``; after the note's end ``damping_seconds`` are added."""
    for decay, damping in ((1.0, 2.0), (3.0, 0.3)):
        bell = cls(decay_seconds=decay, damping_seconds=damping, **ALONE.get(cls.name, {}))
        audio = mono(bell, [note(72, onset=0.0)], seconds=2.0)
        ringing = partial(span(audio, 0.05, 0.95), hertz(72), 0.05)[0]
        damped = partial(span(audio, 1.0, 1.3), hertz(72), 0.05)[0]
        assert decay_db_per_second(ringing) == pytest.approx(60 / decay, rel=0.02)
        assert decay_db_per_second(damped) == pytest.approx(60 / decay + 60 / damping, rel=0.02)


def test_upper_modes_of_a_bell_die_first() -> None:
    audio = mono(Glass(shimmer_hz=0, hardness=1), [note(72, onset=0.0)])
    rates = [decay_db_per_second(partial(span(audio, 0.05, 0.4), ratio * hertz(72), 0.05)[0][:20])
             for ratio, _ in Glass.modes[:3]]
    assert rates[0] * 1.5 < rates[1] < rates[2] / 1.2


def test_hard_mallets_and_hard_blows_are_brighter() -> None:
    def second_mode_db(hardness: float, velocity: int) -> float:
        audio = span(mono(Glass(hardness=hardness, shimmer_hz=0), [note(72, onset=0.0, velocity=velocity)]), 0.03, 0.2)
        first, second = (partial(audio, ratio * hertz(72))[0][0] for ratio in (1.0, 2.32))
        return float(20 * np.log10(second / first))

    assert second_mode_db(0.8, 100) > second_mode_db(0.2, 100) + 3
    assert second_mode_db(0.2, 120) > second_mode_db(0.2, 30) + 1


def test_the_box_of_a_celesta_rounds_the_fundamental() -> None:
    """It adds to the fundamental alone, a few cycles after the blow, and is spent before the steel."""
    plate, boxed = (mono(Celesta(box=box, action_noise_db=-80, shimmer_hz=0), [note(72, onset=0.0)]) for box in (0, 1))
    air = boxed - plate
    assert power_share(air, hertz(72) - 60, hertz(72) + 60) > 0.98
    ringing = partial(air, hertz(72), 0.02, 0.005)[0]
    assert 1 <= np.argmax(ringing) <= 8
    level = [partial(x, hertz(72), 0.05)[0] for x in (plate, boxed)]
    assert 20 * np.log10(level[1][2] / level[0][2]) > 2
    assert 20 * np.log10(level[1][60] / level[0][60]) < 1


def test_the_action_of_a_celesta_is_heard_below_its_plates() -> None:
    loud, none = (mono(Celesta(action_noise_db=db), [note(84)]) for db in (-6, -80))
    assert level_db(span(loud - none, 0.1, 0.13)) > level_db(span(none, 0.1, 0.13)) - 18
    assert power_share(span(loud - none, 0.1, 0.2), 60, 1600) > 0.95


@bells
@pytest.mark.parametrize("rate", [44100, 48000, 96000])
def test_a_bell_s_onset_lies_between_two_samples(cls: type[Bells], rate: int) -> None:
    early, late = (cls().play([note(84, onset=(4800 + part) / rate, duration=3.0)], rate, 32768)[0]
                   for part in (0.0, 0.37))
    across = np.fft.rfft(late) * np.fft.rfft(early).conj()
    strongest = int(np.argmax(np.abs(across)))
    assert -np.angle(across[strongest]) / (2 * np.pi * strongest / 32768) == pytest.approx(0.37, abs=0.05)


@bells
def test_bells_are_as_loud_as_one_another_within_2_db(cls: type[Bells]) -> None:
    meter = pyloudnorm.Meter(RATE, block_size=0.4)
    levels = [meter.integrated_loudness(play(cls(), [note(pitch, 0.0, 0.4)], 0.4).T)
              for pitch in range(max(cls.range[0], 55), cls.range[1] + 1, 4)]
    assert max(levels) - min(levels) < 4
