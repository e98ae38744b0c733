"""The laws of what is struck: the felt piano and the glass bells."""

from __future__ import annotations

import math

import numpy as np
import pytest
from spectra import (
    centroid_hz,
    cents,
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

from instruments.felt_piano import FeltPiano, contact_seconds, decays_per_second, inharmonicity
from instruments.glass import MODES, Glass

QUIET_HAMMER = {"hammer_noise_db": -80.0}


def partial_hz(audio: np.ndarray, near_hz: float) -> float:
    return float(np.median(partial(audio, near_hz, window_seconds=0.25)[1][:20]))


@pytest.mark.parametrize("pitch", [36, 48, 60, 72])
def test_partials_are_stretched_by_the_stiffness_of_the_string(pitch: int) -> None:
    """B fitted to the measured partials 2 … 6 is the B of the curve, within 3 %."""
    audio = mono(FeltPiano(unison_cents=0, **QUIET_HAMMER), [note(pitch, onset=0.0, duration=1.5)])
    stiffness = inharmonicity(pitch)
    fitted = []
    for n in (2, 3, 4, 6):
        stretched = n * hertz(pitch) * math.sqrt((1 + stiffness * n * n) / (1 + stiffness))
        measured = partial_hz(audio, stretched) / hertz(pitch) / n
        fitted.append((measured**2 - 1) / (n * n - measured**2))
    assert np.array(fitted) == pytest.approx(stiffness, rel=0.03)


def test_without_stiffness_the_partials_are_harmonic() -> None:
    audio = mono(FeltPiano(inharmonicity=0, unison_cents=0, **QUIET_HAMMER), [note(48, onset=0.0)])
    for n in (2, 4, 6):
        assert abs(cents(np.array(partial_hz(audio, n * hertz(48))), n * hertz(48))) < 0.05


def test_stiffness_has_its_minimum_in_the_bass_and_doubles_every_eight_semitones_in_the_treble() -> None:
    curve = np.array([inharmonicity(pitch) for pitch in range(21, 109)])
    assert 30 <= 21 + int(np.argmin(curve)) <= 50
    assert 7 <= 12 / math.log2(inharmonicity(96) / inharmonicity(84)) <= 8.5


@pytest.mark.parametrize("pitch", [48, 60, 67])
def test_a_note_decays_first_fast_and_then_slowly(pitch: int) -> None:
    """The prompt sound loses what the bridge takes; the aftersound less than half as much, as the wire alone does."""
    audio = mono(FeltPiano(unison_cents=0, **QUIET_HAMMER), [note(pitch, onset=0.0, duration=15.0)], seconds=14.0)
    amplitude, _ = partial(audio, hertz(pitch))
    bridge, own = decays_per_second(pitch, np.array([hertz(pitch)]))
    neper_db = 20 / math.log(10)
    early, late = decay_db_per_second(amplitude[2:20]), decay_db_per_second(amplitude[-100:])
    assert late == pytest.approx(neper_db * own[0], rel=0.1)
    assert 0.75 * neper_db * (bridge + own[0]) < early < 1.02 * neper_db * (bridge + own[0])
    assert early > 2 * late


def test_mistuned_strings_beat() -> None:
    """The prompt sound of a unison 10 cents wide swells and fades; of a perfect one it only fades."""

    def depth_db(unison_cents: float) -> float:
        audio = mono(FeltPiano(unison_cents=unison_cents, **QUIET_HAMMER), [note(72, onset=0.0)], seconds=1.0)
        level = 20 * np.log10(partial(audio, 2 * hertz(72))[0])
        return float(np.max(level - np.minimum.accumulate(level)))

    assert depth_db(0.0) < 0.1
    assert depth_db(10.0) > 3


def test_the_damper_silences_in_its_time() -> None:
    """Middle C falls by 60 dB in ``damper_seconds`` once the note has ended, its own decay included."""
    for seconds in (0.1, 0.4):
        audio = mono(FeltPiano(damper_seconds=seconds, **QUIET_HAMMER), [note(60, onset=0.0, duration=1.0)])
        amplitude, _ = partial(span(audio, 1.0, 1.0 + seconds), hertz(60), 0.02, 0.002)
        assert 60 / seconds < decay_db_per_second(amplitude, 0.002) < 60 / seconds + 12


def test_a_harder_blow_is_brighter_and_shorter() -> None:
    """Contact time follows the power law of the felt, and the spectrum follows the contact time."""
    assert contact_seconds(60, 30) / contact_seconds(60, 120) == pytest.approx(4 ** (1.5 * 1.5 / 3.5), rel=1e-6)
    tilt_db = []
    for velocity in (30, 60, 90, 120):
        audio = span(mono(FeltPiano(**QUIET_HAMMER), [note(60, onset=0.0, velocity=velocity)]), 0.02, 0.5)
        fourth, first = (partial(audio, n * hertz(60))[0][0] for n in (4, 1))
        tilt_db.append(20 * np.log10(fourth / first))
    assert np.all(np.diff(tilt_db) > 1)


def test_felt_muffles() -> None:
    bare, felted = (span(mono(FeltPiano(felt=felt), [note(60)]), 0.12, 0.6) for felt in (0, 1))
    assert centroid_hz(bare) > 1.3 * centroid_hz(felted)
    assert level_db(bare) == pytest.approx(level_db(felted), abs=2)


def test_a_partial_with_a_node_under_the_hammer_is_missing() -> None:
    audio = mono(FeltPiano(strike_position=0.25, felt=0, **QUIET_HAMMER), [note(48, onset=0.0)])
    third, fourth, fifth = (partial(audio, n * hertz(48) * math.sqrt(1 + inharmonicity(48) * n * n))[0][5]
                            for n in (3, 4, 5))
    assert fourth < 0.01 * min(third, fifth)


def test_the_hammer_knocks_differently_each_time_and_only_at_the_start() -> None:
    loud, again = (mono(FeltPiano(hammer_noise_db=-6), [note(60, seed=seed)]) for seed in (1, 2))
    none = mono(FeltPiano(**QUIET_HAMMER), [note(60, seed=1)])
    assert level_db(span(loud - none, 0.1, 0.12)) > level_db(span(none, 0.1, 0.12)) - 15
    assert level_db(span(loud - none, 0.6, 0.7)) < level_db(span(none, 0.6, 0.7)) - 40
    assert level_db(span(loud - again, 0.1, 0.12)) > level_db(span(loud, 0.1, 0.12)) - 15


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
