"""The laws of what is held or breathed: the hum, the strings, the heart, and the noise of data."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from spectra import (
    RATE,
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
    said,
    span,
)

from instruments.data_noise import HELD_LEVELS, KINDS, SPACE_TO_MARK, DataNoise
from instruments.heartbeat import Heartbeat
from instruments.hum import Hum
from instruments.string_pad import StringPad

MELODY = (60, 62, 63, 67, 65, 63, 60)


def sung(*pitches: int, each: float = 0.45, gap: float = 0.03, **delivery: float) -> list:
    return [note(pitch, 0.1 + i * each, each - gap, seed=i, utterance=said("sung", **delivery))
            for i, pitch in enumerate(pitches)]


def envelope_db(audio: np.ndarray, window_seconds: float = 0.02) -> np.ndarray:
    block = round(window_seconds * RATE)
    blocks = audio[: audio.size // block * block].reshape(-1, block)
    return 10 * np.log10(np.mean(blocks**2, axis=1) + 1e-30)


# --- the hum -------------------------------------------------------------------------------------------------------


def test_each_sung_note_is_in_tune_at_its_core() -> None:
    """Median pitch between the glide in and the glide out within 2 cents of each note of a phrase."""
    audio = mono(Hum(), sung(*MELODY), seconds=4.0)
    for i, pitch in enumerate(MELODY):
        core = span(audio, 0.1 + 0.45 * i + 0.12, 0.1 + 0.45 * i + 0.40)
        amplitude, frequency = partial(core, hertz(pitch), 0.05)
        assert amplitude.min() > 0.02
        assert abs(np.median(cents(frequency, hertz(pitch)))) < 2


def test_syllables_are_joined_by_a_glide_and_no_gap() -> None:
    """Between two adjacent syllables the pitch passes the middle, the level dips by a few dB, and nothing clicks."""
    audio = mono(Hum(), sung(60, 67), seconds=1.6)
    joint = 0.55
    before, after = (np.abs(np.diff(span(audio, *where), 3)).max()
                     for where in ((joint - 0.3, joint - 0.1), (joint - 0.1, joint + 0.1)))
    assert after < 2 * before
    level = envelope_db(span(audio, 0.3, 0.85))
    assert 1 < np.median(level) - level.min() < 9
    low, high = (partial(span(audio, joint - 0.2, joint + 0.25), hertz(pitch), 0.04)[0] for pitch in (60, 67))
    assert low[0] > 10 * high[0]
    assert high[-1] > 10 * low[-1]
    apart = mono(Hum(), sung(60, 67, gap=0.3), seconds=1.6)
    assert not span(apart, 0.45, 0.545).any()


def test_long_notes_have_vibrato_and_short_ones_none() -> None:
    hum = Hum(vibrato_cents=28, vibrato_hz=5.3, scoop_cents=0)
    long = mono(hum, [note(64, duration=3.0, utterance=said("sung", breathiness=0))], seconds=3.2)
    swing = cents(partial(span(long, 1.0, 3.0), hertz(64), 0.04, 0.005)[1], hertz(64))
    assert 0.8 * 28 < np.percentile(np.abs(swing), 95) < 1.05 * 28
    spectrum = np.abs(np.fft.rfft((swing - swing.mean()) * np.hanning(swing.size), 8192))
    assert np.argmax(spectrum) / 8192 / 0.005 == pytest.approx(5.3, abs=0.15)
    short = mono(hum, [note(64, duration=0.4, utterance=said("sung", breathiness=0))], seconds=1.0)
    assert np.abs(cents(partial(span(short, 0.2, 0.45), hertz(64), 0.04)[1], hertz(64))).max() < 2


def harmonic_share(audio: np.ndarray, pitch: float) -> float:
    return sum(power_share(audio, n * hertz(pitch) - 8, n * hertz(pitch) + 8) for n in range(1, 12))


def test_breathiness_puts_noise_between_the_harmonics() -> None:
    hum = Hum(vibrato_cents=0)
    noise = [1 - harmonic_share(span(mono(hum, sung(60, each=1.0, breathiness=b)), 0.3, 0.9), 60)
             for b in (0.0, 0.5, 1.0)]
    assert noise[1] > 3 * noise[0]
    assert noise[2] > 3 * noise[1]


def test_effort_opens_the_spectrum_and_distance_takes_the_bass_and_the_level() -> None:
    def voice(**delivery: float) -> np.ndarray:
        return span(mono(Hum(vibrato_cents=0), sung(48, each=1.0, breathiness=0.0, **delivery)), 0.3, 0.9)

    easy, pressed = voice(effort=0.1), voice(effort=0.9)
    assert power_share(pressed, 1500, 6000) > 4 * power_share(easy, 1500, 6000)
    near, far = voice(distance=0.0), voice(distance=1.0)
    assert level_db(near) > level_db(far) + 8
    assert power_share(near, 0, 200) / power_share(near, 200, 4000) > 2 * (
        power_share(far, 0, 200) / power_share(far, 200, 4000))


def test_whispers_and_speech_have_rhythm_but_no_pitch() -> None:
    """The breath of whispered syllables is no more periodic than noise, and falls silent between them."""
    for manner in ("whispered", "spoken"):
        notes = [note(60, 0.1 + 0.4 * i, 0.25, seed=i, utterance=said(manner, "a")) for i in range(4)]
        audio = mono(Hum(), notes, seconds=2.0)
        assert harmonic_share(span(audio, 0.15, 0.3), 60) < 0.45
        for i in range(4):
            assert level_db(span(audio, 0.15 + 0.4 * i, 0.3 + 0.4 * i)) > -45
            assert level_db(span(audio, 0.44 + 0.4 * i, 0.49 + 0.4 * i)) < -80
    assert harmonic_share(span(mono(Hum(vibrato_cents=0), sung(60)), 0.2, 0.45), 60) > 0.9


def test_vowels_consonants_and_stress_shape_a_whisper() -> None:
    def whisper(syllable: str, stress: int = 1, manner: str = "whispered") -> np.ndarray:
        return mono(Hum(), [note(60, duration=0.5, utterance=said(manner, syllable, stress))], seconds=0.8)

    high, low = (span(whisper(vowel), 0.25, 0.55) for vowel in ("ee", "oo"))
    assert centroid_hz(high) > 1.5 * centroid_hz(low)
    assert power_share(span(whisper("soo"), 0.12, 0.16), 5000, 12000) > 0.35 > 100 * power_share(low, 5000, 12000)
    assert level_db(whisper("a", stress=1)) == pytest.approx(level_db(whisper("a", stress=0)) + 5, abs=0.5)
    spoken = whisper("ee", manner="spoken")
    assert centroid_hz(span(spoken, 0.1, 0.2)) < 0.9 * centroid_hz(span(spoken, 0.28, 0.42))


def test_a_breath_is_a_band_that_swells() -> None:
    audio = mono(Hum(), [note(60, duration=0.8, utterance=said("breath", ""))])
    assert power_share(span(audio, 0.1, 0.9), 900, 7000) > 0.7
    level = envelope_db(span(audio, 0.1, 0.9), 0.05)
    assert 7 < np.argmax(level) < 14
    assert level.max() > level[1] + 12


# --- the strings ---------------------------------------------------------------------------------------------------


def test_strings_enter_in_their_attack_time_and_softer_ones_later() -> None:
    def half_way(velocity: int, attack: float) -> float:
        pad = StringPad(players=1, breath=0, vibrato_cents=0, attack_seconds=attack)
        level = envelope_db(mono(pad, [note(60, 0.0, 4.0, velocity)], seconds=4.0))
        return float(np.argmax(level > level[-50:].mean() - 6)) * 0.02

    assert half_way(100, 1.0) == pytest.approx(2 * half_way(100, 0.5), rel=0.15)
    assert half_way(40, 1.0) > 1.3 * half_way(100, 1.0)


def test_strings_breathe() -> None:
    """Level and brightness move for as long as a chord is held, and hold still when told to."""

    def movement(breath: float) -> tuple[float, float]:
        pad = StringPad(players=1, breath=breath, vibrato_cents=0, bow_noise_db=-80)
        audio = mono(pad, [note(60, 0.0, 12.0)], seconds=12.0)
        pieces = [span(audio, t, t + 0.25) for t in np.arange(1.5, 11.5, 0.25)]
        return float(np.std([level_db(piece) for piece in pieces])), float(np.std([centroid_hz(p) for p in pieces]))

    still, moving = movement(0.0), movement(0.8)
    assert still[0] < 0.05
    assert still[1] < 1
    assert moving[0] > 1
    assert moving[1] > 10


def test_an_ensemble_is_wide_and_mistuned_about_the_note() -> None:
    notes = [note(60, 0.0, 6.0)]
    left, right = span(play(StringPad(width=0), notes, 6.0), 1, 5)
    np.testing.assert_array_equal(left, right)
    left, right = span(play(StringPad(width=1), notes, 6.0), 1, 5)
    assert np.corrcoef(left, right)[0, 1] < 0.85

    def spread_hz(detune: float) -> float:
        pad = StringPad(detune_cents=detune, vibrato_cents=0, breath=0)
        audio = span(mono(pad, [note(60, 0.0, 14.0)], 14.0), 2, 14)
        power = np.abs(np.fft.rfft(audio * np.hanning(audio.size))) ** 2
        hz = np.fft.rfftfreq(audio.size, 1 / RATE)
        near = np.abs(hz - 4 * hertz(60)) < 25
        mean = np.average(hz[near], weights=power[near])
        assert cents(mean, 4 * hertz(60)) == pytest.approx(0, abs=1.0)
        return math.sqrt(np.average((hz[near] - mean) ** 2, weights=power[near]))

    assert spread_hz(30) > 2 * spread_hz(4)


def test_all_notes_of_a_section_breathe_as_one() -> None:
    """The swells of two notes that begin at different times and with different seeds rise and fall together."""

    def swell(pitch: int, onset: float, seed: int) -> np.ndarray:
        pad = StringPad(breath=0.8, vibrato_cents=0, drift_cents=0, detune_cents=0)
        audio = mono(pad, [note(pitch, onset, 30.0, seed=seed)], 26.0)
        return np.array([level_db(span(audio, t, t + 0.5)) for t in np.arange(4.0, 25.0, 0.25)])

    assert np.corrcoef(swell(60, 0.0, 1), swell(67, 2.7, 2))[0, 1] > 0.6


def test_each_player_wanders_and_finds_the_note() -> None:
    """A lone player's pitch drifts by the cents of the setting and is flat as the finger lands; set to 0, it stands."""

    def track(drift: float, seed: int = 5) -> np.ndarray:
        pad = StringPad(players=1, vibrato_cents=0, breath=0, detune_cents=0, drift_cents=drift, attack_seconds=0.02)
        return cents(partial(mono(pad, [note(72, 0.0, 8.0, seed=seed)], 8.0), hertz(72), 0.05, 0.02)[1], hertz(72))

    still, moving = track(0.0), track(8.0)
    assert np.abs(still[10:]).max() < 0.4
    assert 2 < np.std(moving[15:]) < 8
    landings = [track(8.0, seed) for seed in range(8)]
    assert np.mean([landing[0] - landing[12] for landing in landings]) < -2


def test_a_bow_scratches_as_it_catches_the_string_and_where_it_turns() -> None:
    def hiss_db(noise: float) -> np.ndarray:
        audio = mono(StringPad(players=1, bow_noise_db=noise, attack_seconds=0.05), [note(76, 0.1, 6.0)], 6.0)
        return np.array([10 * np.log10(power_share(span(audio, t, t + 0.05), 11000, 24000) + 1e-12)
                         for t in (0.12, 1.5, 1.6, 1.7, 1.8)])

    noisy = hiss_db(-12.0)
    assert noisy[0] > np.median(noisy[1:]) + 3
    assert np.all(noisy > hiss_db(-40.0) + 10)


def test_the_section_comes_in_after_its_leader() -> None:
    """By up to 60 ms: the mean of all is half there later than the leader alone, whose attack is the same."""
    def half_way(players: int) -> float:
        pad = StringPad(players=players, breath=0, vibrato_cents=0, detune_cents=0, drift_cents=0, width=0)
        times = []
        for seed in range(6):
            level = envelope_db(mono(pad, [note(60, 0.0, 3.0, seed=seed)], seconds=3.0), 0.01)
            times.append(float(np.argmax(level > level[-50:].mean() - 6)) * 0.01)
        return float(np.mean(times))

    assert 0.004 < half_way(5) - half_way(1) < 0.06


def test_strings_do_not_fold_over() -> None:
    """Above the last partial there is only the bow's noise: without it, less than −75 dB of the power."""
    pad = StringPad(bow_noise_db=-80, brightness=1)
    audio = span(mono(pad, [note(79, 0.0, 2.0)]), 0.8, 1.9)
    assert power_share(audio, 10_000, 24_000) < 10 ** -7.5
    noisy = span(mono(pad.model_copy(update={"bow_noise_db": -12.0}), [note(79, 0.0, 2.0)]), 0.8, 1.9)
    assert power_share(noisy, 10_000, 24_000) > 10 * power_share(audio, 10_000, 24_000)


# --- the heart -----------------------------------------------------------------------------------------------------


def test_a_heartbeat_is_low_and_sinks() -> None:
    heart = Heartbeat(sink=0.4, sink_seconds=0.03, thump_db=-60, decay_seconds=1.0)
    audio = mono(heart, [note(36, 0.0, 1.0)])
    _, frequency = partial(audio, 0.6 * hertz(36), 0.1)
    assert np.median(frequency[20:40]) == pytest.approx(0.6 * hertz(36), rel=0.01)
    crossings = np.flatnonzero(np.diff(np.sign(span(audio, 0.0, 0.5)))) / RATE
    assert crossings[2] - crossings[1] < 0.75 * (crossings[12] - crossings[11])
    assert power_share(span(mono(Heartbeat(), [note(36, 0.0, 0.14)]), 0, 0.4), 20, 160) > 0.9


def test_a_short_beat_is_over_sooner_and_a_long_one_is_not_held() -> None:
    heart = Heartbeat(thump_db=-60, decay_seconds=0.4)
    rates = [decay_db_per_second(partial(mono(heart, [note(36, 0.0, length)]), 0.75 * hertz(36), 0.05)[0][3:16])
             for length in (0.1, 0.14, 2.0)]
    assert rates[0] > 1.3 * rates[1] > 1.2 * rates[2] / 1.2
    assert rates[2] == pytest.approx(60 / 0.4, rel=0.05)


def test_the_chest_thumps_above_the_body() -> None:
    loud, none = (mono(Heartbeat(thump_db=db), [note(36, 0.0, 0.14)]) for db in (0, -60))
    assert power_share(span(loud, 0, 0.2), 110, 400) > 5 * power_share(span(none, 0, 0.2), 110, 400)


def test_the_right_heart_closes_after_the_left_and_later_when_the_chest_is_full() -> None:
    """What the thump of the second valve adds begins when it closes: after half of the time given, or the whole."""
    for onset, due in ((0.0, 0.02), (2.1, 0.04)):
        split, late = (mono(Heartbeat(split_seconds=s), [note(36, onset, 0.14)], 3.0) for s in (0.04, 0.06))
        first = float(np.flatnonzero(np.abs(split - late) > 1e-6)[0]) / RATE
        assert first - onset == pytest.approx(due, abs=0.004)


def test_a_heart_has_no_gap_between_samples() -> None:
    """An onset between two samples is heard there, by the phase of the body."""
    early, late = (Heartbeat(thump_db=-60).play([note(36, onset=(4800 + part) / RATE, duration=0.14)], RATE, 32768)[0]
                   for part in (0.0, 0.37))
    across = np.fft.rfft(late) * np.fft.rfft(early).conj()
    strongest = int(np.argmax(np.abs(across)))
    assert -np.angle(across[strongest]) / (2 * np.pi * strongest / 32768) == pytest.approx(0.37, abs=0.05)


# --- the noise of data ---------------------------------------------------------------------------------------------


def only(kind: str, **patch: float) -> DataNoise:
    return DataNoise(**{other: float(other == kind) for other in KINDS}, **patch)


@pytest.mark.parametrize("kind", KINDS)
def test_a_grain_lasts_as_long_as_its_note_and_has_soft_edges(kind: str) -> None:
    audio = play(only(kind), [note(60, 0.1, 0.08)], 0.5)
    sounding = np.flatnonzero(audio.any(axis=0))
    assert 0.1 * RATE <= sounding[0] <= 0.1005 * RATE
    assert sounding[-1] < 0.18 * RATE
    assert np.abs(audio[:, [sounding[0], sounding[-1]]]).max() < 0.01 * np.abs(audio).max()


def test_bits_have_few_levels_held_for_a_cycle_of_the_colour() -> None:
    audio = span(play(only("bits", transpose_octaves=0.0), [note(72, 0.1, 0.5)], 1.0)[0], 0.15, 0.55)
    levels, counts = np.unique(audio, return_counts=True)
    assert 4 < levels.size <= HELD_LEVELS
    steps = np.diff(np.flatnonzero(np.diff(audio)))
    held = RATE / hertz(72)
    assert np.abs(steps / held - np.round(steps / held)).max() < 1.5 / held
    assert counts.sum() == audio.size


def test_a_burst_lies_at_its_colour_and_a_modem_speaks_in_two_tones() -> None:
    for pitch in (60, 72, 84):
        colour = 4 * hertz(pitch)
        burst = span(mono(only("burst", resonance=10), [note(pitch, 0.1, 1.0)]), 0.15, 1.05)
        below, at, above = (power_share(burst, colour * 2 ** (step - 0.5), colour * 2 ** (step + 0.5))
                            for step in (-1, 0, 1))
        assert at > 0.6
        assert at > 5 * max(below, above)
        modem = span(mono(only("modem"), [note(pitch, 0.1, 1.0)]), 0.15, 1.05)
        space, mark = (power_share(modem, tone * 0.93, tone * 1.07) for tone in (colour, SPACE_TO_MARK * colour))
        assert min(space, mark) > 0.25
        assert space + mark > 0.85


def test_clicks_come_at_their_rate_and_blips_glide() -> None:
    """One click to 64 cycles of the colour, and a blip's middle moves by more than a third."""
    audio = np.abs(span(mono(only("clicks", transpose_octaves=0.0), [note(84, 0.1, 1.0)]), 0.1, 1.1))
    level = np.array([block.max() for block in np.array_split(audio, 400)])
    onsets = np.count_nonzero((level[1:] > 0.3 * level.max()) & (level[:-1] < 0.1 * level.max()))
    assert onsets == pytest.approx(hertz(84) / 64, abs=3)
    blips = [mono(only("blip"), [note(72, 0.1, 0.4, seed=seed)]) for seed in range(6)]
    moves = [abs(math.log(centroid_hz(span(b, 0.42, 0.49)) / centroid_hz(span(b, 0.11, 0.18)))) for b in blips]
    assert np.median(moves) > 0.3


def test_the_weights_and_the_seed_choose_kind_and_side() -> None:
    """With all weights alike grains differ from seed to seed; each is thrown to one side; no weight, no sound."""
    notes = [note(60, 0.1 * i, 0.05, seed=i) for i in range(40)]
    left, right = (np.array([level_db(span(ear, 0.1 * i, 0.1 * i + 0.05)) for i in range(40)])
                   for ear in play(DataNoise(width=1), notes, 4.0))
    assert all(8 < np.count_nonzero(side * (left - right) > 2) < 32 for side in (1, -1))
    same = [replace(n, onset_seconds=0.1, seed=i) for i, n in enumerate(notes[:12])]
    assert len({play(DataNoise(), [n], 0.2).tobytes() for n in same}) == 12
    assert not play(DataNoise(**dict.fromkeys(KINDS, 0.0)), notes, 1.0).any()
