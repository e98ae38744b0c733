"""The laws of the synthesiser: oscillators without aliases, a ladder's curve, envelopes in the times given, glides."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from spectra import RATE, decay_db_per_second, hertz, level_db, mono, note, partial, span

from instruments.electric.filters import magnitude, stages
from instruments.electric.presets import PRESETS
from instruments.synth import Synth
from scores.performance import Note

BARE = {"second_wave": "none", "spread": 0.0, "drift_cents": 0.0, "scatter": 0.0, "sustain": 1.0, "filter": "lowpass",
        "cutoff_hz": 16000.0, "resonance": 0.0, "filter_octaves": 0.0, "velocity_octaves": 0.0, "key_tracking": 0.0}


def bare(**patch: object) -> Synth:
    return Synth.model_validate({**BARE, **patch})


def spectrum(audio: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
    return np.fft.rfftfreq(audio.size, 1 / rate), np.abs(np.fft.rfft(audio * np.kaiser(audio.size, 16)))


def harmonics(audio: np.ndarray, frequency_hz: float, count: int) -> np.ndarray:
    hz, level = spectrum(audio, RATE)
    return np.array([level[np.abs(hz - n * frequency_hz) < 20].max() for n in range(1, count + 1)])


@pytest.mark.parametrize("wave", ["saw", "pulse", "triangle", "sine"])
@pytest.mark.parametrize("rate", [44100, 48000])
def test_between_the_partials_of_the_top_octave_there_is_nothing(wave: str, rate: int) -> None:
    """Aliases are at least 80 dB below the strongest partial."""
    for pitch in (96.0, 101.3, 104.6, 108.0):
        audio = bare(wave=wave).play([Note(0, 2, 0.0, 2.0, pitch, 100, 3)], rate, rate)[0].astype(float)[rate // 4:]
        hz, level = spectrum(audio, rate)
        away = np.abs(hz - hertz(pitch) * np.round(hz / hertz(pitch)))
        assert level[(away > 60) & (hz > 60)].max() < 1e-4 * level.max(), pitch


def test_waveforms_have_the_partials_of_their_shapes() -> None:
    """Sawtooth 1/n, triangle 1/n² of the odd ones, a pulse of a quarter without each fourth: within 0.1 dB."""
    n = np.arange(1, 16)
    due = {"saw": 1 / n, "triangle": n % 2 / n**2, "pulse": np.sqrt(2) * np.abs(np.sin(np.pi * n / 4)) / n}
    for wave, strength in due.items():
        audio = mono(bare(wave=wave, pulse_width=0.25), [note(45, onset=0.0)], 0.9)[4800:]
        found = harmonics(audio, hertz(45), 15) / magnitude(stages("lowpass", 0.0), n * hertz(45) / 16000)
        found /= found[0]
        heard = strength > 1e-6
        np.testing.assert_allclose(20 * np.log10(found[heard] / strength[heard]), 0, atol=0.1)
        assert found[~heard].max(initial=0.0) < 1e-4


@pytest.mark.parametrize("resonance", [0.0, 0.5, 0.9])
def test_the_ladder_is_one_over_one_plus_s_to_the_fourth_plus_feedback(resonance: float) -> None:
    """Measured partial by partial against the open filter, with the warp of the bilinear transform: within 0.1 dB."""
    n = np.arange(1, 40)
    open_one, closed = (harmonics(mono(bare(**patch), [note(45, onset=0.0, duration=2.0)], 1.2)[14400:], hertz(45), 39)
                        for patch in ({}, {"filter": "ladder", "resonance": resonance, "cutoff_hz": 900.0}))
    s = 1j * np.tan(np.pi * n * hertz(45) / RATE) / np.tan(np.pi * 900 / RATE)
    lost = np.tan(np.pi * n * hertz(45) / RATE) / np.tan(np.pi * 16000 / RATE)
    due = 1 / np.abs((1 + s) ** 4 + 3.8 * resonance) / magnitude(stages("lowpass", 0.0), lost)
    ratio_db = 20 * np.log10(closed / open_one / due)
    np.testing.assert_allclose(ratio_db - ratio_db[0], 0, atol=0.1)


def test_decay_and_release_take_their_sixty_decibels_in_the_times_given() -> None:
    audio = mono(bare(sustain=0.0, decay_seconds=2.0, release_seconds=0.4, wave="sine"), [note(69, onset=0.0)], 2.0)
    assert decay_db_per_second(partial(span(audio, 0.1, 0.9), 440.0)[0]) == pytest.approx(30, rel=0.01)
    held = mono(bare(release_seconds=0.4, wave="sine"), [note(69, onset=0.0)], 2.0)
    assert decay_db_per_second(partial(span(held, 1.02, 1.35), 440.0, 0.05)[0]) == pytest.approx(150, rel=0.01)


def test_a_slow_attack_is_a_straight_line() -> None:
    level = partial(mono(bare(attack_seconds=0.8, wave="sine"), [note(69, onset=0.0)], 1.2), 440.0, 0.02)[0]
    assert level[40] / level[20] == pytest.approx(2, rel=0.04)  # frames are 10 ms long and their middles 10 ms late
    assert level[85] == pytest.approx(level[95], rel=0.01)


def test_unison_voices_lie_apart_by_the_detuning_and_evenly_about_the_pitch() -> None:
    audio = mono(bare(unison=3, detune_cents=40.0, wave="sine"), [note(81, onset=0.0, duration=4.0)], 4.0)[4800:]
    hz, level = spectrum(audio, RATE)
    found = [880 * 2 ** (cents / 1200) for cents in (-20, 0, 20)]
    for due in found:
        near = np.abs(hz - due) < 3
        assert hz[near][np.argmax(level[near])] == pytest.approx(due, abs=0.3)
        assert level[near].max() > 0.8 * level.max()


def test_tied_notes_glide_and_keep_their_envelope_and_others_begin_anew() -> None:
    """The pitch goes in a straight line of semitones over the time given; an octave takes it halfway in half of it."""
    lead = bare(voices="mono", glide_seconds=0.4, wave="sine", release_seconds=0.1, sustain=0.5, decay_seconds=0.3)
    tied = mono(lead, [note(60, 0.0, 1.0), note(72, 0.9, 1.0)], 2.0)
    level, frequency = partial(tied, hertz(66), 0.02)
    assert frequency[round((1.1 - 0.01) / 0.01)] == pytest.approx(hertz(66), rel=0.01)
    assert level[109] < 1.1 * partial(tied, hertz(60), 0.02)[0][70]
    apart = mono(lead, [note(60, 0.0, 0.7), note(72, 0.9, 1.0)], 2.0)
    assert partial(apart, hertz(72), 0.02)[1][94] == pytest.approx(hertz(72), rel=0.002)
    assert level_db(span(apart, 0.92, 0.95)) > level_db(span(apart, 0.6, 0.65)) + 3


def test_one_voice_at_a_time_cuts_what_went_before() -> None:
    notes = [note(60, 0.0, 1.5), note(67, 0.5, 1.0)]
    both, single = (mono(bare(voices=voices, wave="sine"), notes, 1.2) for voices in ("poly", "mono"))
    low = [partial(span(audio, 0.7, 1.0), hertz(60))[0].max() for audio in (both, single)]
    assert low[1] < 0.01 * low[0]


def test_a_bend_is_followed() -> None:
    bent = Note(0, 2, 0.0, 2.0, 69, 100, 3, bend=((0.5, 0.0), (1.0, 200.0)))
    frequency = partial(mono(bare(wave="sine"), [bent], 1.8), 460.0, 0.05)[1]
    assert frequency[20] == pytest.approx(440.0, rel=3e-4)
    assert frequency[130] == pytest.approx(hertz(71), rel=3e-4)


def test_each_preset_has_its_own_program() -> None:
    programs = [Synth.model_validate({"preset": preset}).midi_program() for preset in PRESETS]
    assert programs == [91, 82, 39, 90, 46]


def test_a_setting_given_stands_over_the_preset_s_and_presets_differ() -> None:
    assert Synth(preset="bass").cutoff_hz == PRESETS["bass"]["cutoff_hz"]
    assert Synth(preset="bass", cutoff_hz=5000).cutoff_hz == 5000
    sounds = [mono(Synth.model_validate({"preset": preset}), [note(60)]) for preset in PRESETS]
    for i, one in enumerate(sounds):
        for other in sounds[:i]:
            assert level_db(one - other) > level_db(one) - 12


FRESH = """
import hashlib
from spectra import sounding
from instruments.synth import Synth
print(hashlib.sha1(Synth().play([sounding(57 + 3 * i, 0.2 * i, 0.4) for i in range(6)], 48000, 96000)).hexdigest())
"""


@pytest.mark.whole_song
def test_kernels_compiled_now_and_those_kept_from_before_give_the_same_bytes(tmp_path: Path) -> None:
    """A contracted sum is rounded as the compiler inlines, which differs from the first run to the second."""
    tests = Path(__file__).parent
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": f"{tests.parent}{os.pathsep}{tests}"}
    made = [subprocess.run([sys.executable, "-c", FRESH], env=environment, check=True, capture_output=True).stdout
            for _ in range(2)]
    assert made[0] == made[1]
