"""The laws of the electric piano: what a pickup makes of a swing, decay, bark, dampers, tremolo."""

from __future__ import annotations

import numpy as np
import pytest
from spectra import RATE, decay_db_per_second, hertz, level_db, mono, note, partial, play, span

from instruments.electric.tines import ACTIONS, induced, over_keys, spectrum
from instruments.electric_piano import ElectricPiano

PLAIN = {"tremolo": 0.0, "noise_db": -80.0, "bell": 0.0}


def plain(**patch: object) -> ElectricPiano:
    return ElectricPiano.model_validate({**PLAIN, **patch})


def strengths_db(audio: np.ndarray, frequency_hz: float, count: int) -> np.ndarray:
    level = np.abs(np.fft.rfft(audio * np.kaiser(audio.size, 12)))
    hz = np.fft.rfftfreq(audio.size, 1 / RATE)
    return np.array([20 * np.log10(level[np.abs(hz - k * frequency_hz) < 0.1 * frequency_hz].max())
                     for k in range(1, count + 1)])


@pytest.mark.parametrize("slope", [1.5, 0.5])
def test_a_tine_in_the_middle_of_the_field_sounds_an_octave_higher(slope: float) -> None:
    """Aside of it the first partial comes back; its spectrum is the one that keys are made even by."""
    swing = (0.5 * np.sin(2 * np.pi * 100 * np.arange(RATE) / RATE)).astype(np.float32)
    middle, aside = (strengths_db(induced(swing, offset, slope).astype(float), 100.0, 6) for offset in (0.0, 0.5))
    assert middle[0] < middle[1] - 60 and middle[2] < middle[1] - 60
    assert aside[0] > aside[1]
    due = 20 * np.log10(spectrum(0.5, 0.5, slope, 6))
    np.testing.assert_allclose(aside - aside[0], due - due[0], atol=0.1)


def test_a_swing_small_to_the_field_is_heard_as_it_is() -> None:
    swing = (0.01 * np.sin(2 * np.pi * 100 * np.arange(RATE) / RATE)).astype(np.float32)
    found = strengths_db(induced(swing, 0.5, 1.5).astype(float), 100.0, 3)
    assert found[1] < found[0] - 35 and found[2] < found[0] - 60


@pytest.mark.parametrize("model", ["rhodes", "wurlitzer"])
def test_a_soft_note_falls_by_sixty_decibels_in_the_time_of_its_key(model: str) -> None:
    for pitch in (52, 76):
        audio = mono(plain(model=model, bark=0.3), [note(pitch, 0.0, 3.0, velocity=20)], 3.0)
        level = partial(span(audio, 0.2, 1.2), hertz(pitch))[0]
        action = ACTIONS[model]
        first = 1 - action.aftersound[0]
        rate = 60 / over_keys(action.t60_seconds, pitch)
        due = rate * (first + action.aftersound[0] / action.aftersound[1])  # of both modes together, as they begin
        assert decay_db_per_second(level) == pytest.approx(due, rel=0.06)


def test_hit_harder_it_barks() -> None:
    """Partials 2 to 5 come up against the first by more than 8 dB from velocity 40 to 115, in the bass."""
    soft, hard = (strengths_db(span(mono(plain(), [note(43, 0.0, velocity=velocity)]), 0.1, 0.4), hertz(43), 5)
                  for velocity in (40, 115))
    assert np.mean((hard - hard[0])[1:] - (soft - soft[0])[1:]) > 8


def test_the_ping_is_the_overtone_of_the_tine_and_gone_before_it() -> None:
    ratio, _, share = ACTIONS["rhodes"].overtones[0]
    rung, plainly = (mono(plain(bell=bell, bark=0.3), [note(60, 0.0, 2.0, velocity=80)]) for bell in (2.0, 0.0))
    ping = partial(rung - plainly, ratio * hertz(60), 0.05)[0]
    assert ping[0] > 0.02 * partial(plainly, hertz(60), 0.05)[0][0]
    due = 60 / (share * over_keys(ACTIONS["rhodes"].t60_seconds, 60))
    assert decay_db_per_second(ping[:15]) == pytest.approx(due, rel=0.1)


@pytest.mark.parametrize("model", ["rhodes", "wurlitzer"])
def test_the_damper_takes_sixty_decibels_in_its_time(model: str) -> None:
    audio = mono(plain(model=model, bark=0.3), [note(72, 0.0, 0.5, velocity=60)])
    level = partial(span(audio, 0.55, 0.65), hertz(72), 0.02)[0]
    ringing = 60 / over_keys(ACTIONS[model].t60_seconds, 72)
    assert decay_db_per_second(level) == pytest.approx(60 / ACTIONS[model].damper_seconds + ringing, rel=0.08)


def test_a_rhodes_sways_from_side_to_side_and_a_wurlitzer_in_loudness() -> None:
    ways = {}
    for model in ("rhodes", "wurlitzer"):
        left, right = play(plain(model=model, tremolo=0.8, tremolo_hz=5.0), [note(72, 0.0, 2.0)])
        level = [20 * np.log10(partial(span(side, 0.2, 1.8), hertz(72), 0.04)[0]) for side in (left, right)]
        time = np.arange(level[0].size)
        flat = [track - np.polyval(np.polyfit(time, track, 1), time) for track in level]
        ways[model] = float(np.corrcoef(*flat)[0, 1])
        peak = np.argmax(np.abs(np.fft.rfft(flat[0] * np.hanning(flat[0].size), 4096))) / 4096 * 100
        assert peak == pytest.approx(5.0, abs=0.3)
    assert ways["rhodes"] < -0.7 and ways["wurlitzer"] > 0.99


def test_keys_differ_as_pickups_do_and_blows_as_hands_do() -> None:
    keys = [level_db(span(mono(plain(), [note(pitch, 0.0)], 0.5), 0.05, 0.4)) for pitch in range(50, 80)]
    smooth = np.polyval(np.polyfit(np.arange(30), keys, 2), np.arange(30))
    assert 0.6 < np.std(keys - smooth) < 2.5
    blows = [level_db(span(mono(plain(), [note(60, 0.0, seed=seed)], 0.5), 0.05, 0.4)) for seed in range(20)]
    assert 0.25 < np.std(blows) < 0.8
