"""Laws of plucked strings: pitch, decay, stiffness, pluck, the hand, the wood."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plucking import centroid_hz, mono, peak_near, pluck, t60_of
from spectra import RATE, hertz, level_db

from instruments.bass import FingerBass
from instruments.nylon_guitar import NylonGuitar
from instruments.steel_guitar import SteelGuitar
from instruments.strings.dispersion import DISPERSION_STAGES
from instruments.strings.neck import allocate
from instruments.strings.plucked import PluckedString
from instruments.strings.string import design, inharmonicity
from instruments.upright_bass import UprightBass

FAMILY = pytest.mark.parametrize("cls", (SteelGuitar, NylonGuitar, FingerBass, UprightBass))


@settings(max_examples=200, deadline=None)
@given(pitch=st.floats(24, 88), stiffness=st.floats(0, 4e-4), t60=st.floats(0.5, 20), share=st.floats(0.05, 0.9),
       rate=st.sampled_from((44100, 48000, 96000)))
def test_the_delays_of_a_loop_add_up_to_one_period(pitch: float, stiffness: float, t60: float, share: float,
                                                   rate: int) -> None:
    """The complex gain once round the loop at f0 has no phase, and about the loss that the decay time asks for:
    what is most exact is the decay of all partials together."""
    frequency = np.array([hertz(pitch)])
    loop = design(frequency, np.array([stiffness]), np.array([t60]), np.array([share * t60]), rate)
    z = np.exp(-2j * np.pi * frequency / rate)  # one sample of delay
    round_trip = loop.gain / (1 + loop.pole * z) * z**loop.delay
    for coefficient in (*(DISPERSION_STAGES - 1) * [loop.dispersion], loop.dispersion_last, loop.fraction):
        round_trip *= (coefficient + z) / (1 + coefficient * z)
    assert abs(1200 / np.log(2) * np.angle(round_trip[0]) / (2 * np.pi)) < 1e-6
    decay = -60 / (20 * np.log10(abs(round_trip[0])) * frequency[0])
    assert share * t60 <= decay <= 1.03 * t60
    assert loop.gain[0] < 1 + loop.pole[0]  # and at 0 Hz it loses as well
    assert loop.delay[0] >= 1
    assert abs(loop.fraction[0]) < 0.6  # else the loop rings by itself near half the rate
    assert max(abs(loop.dispersion[0]), abs(loop.dispersion_last[0])) < 1


@FAMILY
@pytest.mark.parametrize("patch", ({"string_age": 1.0}, {"string_age": 0.0, "hardness": 1.0}, {"sustain": 0.5}))
def test_pitch_does_not_depend_on_the_state_of_the_strings(cls: type[PluckedString], patch: dict) -> None:
    """Half a cent, whatever the loss; the spectral peak of the whole steady note, over the range."""
    instrument = cls(detune_cents=0, **patch)
    for pitch in range(max(cls.range[0], 36), min(cls.range[1], 84), 7):
        steady = mono(instrument, pluck(pitch), seconds=1.3)[round(0.3 * RATE):]
        found, _ = peak_near(steady, hertz(pitch))
        assert abs(1200 * np.log2(found / hertz(pitch))) < 0.5, pitch


def test_partials_of_a_wound_string_are_stretched_as_stiffness_says() -> None:
    """f_k = k f_1 √((1 + B k²) / (1 + B)) within 2 cents to the 12th partial, 10 cents sharp of 12 f_1."""
    table = SteelGuitar.strings
    frequency = hertz(40)
    stiffness = float(inharmonicity(np.array(frequency), np.array(frequency), SteelGuitar.length_metres,
                                    table.core_millimetres[0], table.tension_newtons[0], table.youngs_modulus_gpa[0]))
    audio = mono(SteelGuitar(detune_cents=0, string_age=0, hardness=1, body=0), pluck(40), seconds=2.2)[9600:]
    sharp = []
    for k in range(2, 13):
        stretch = np.sqrt((1 + stiffness * k**2) / (1 + stiffness))
        found, _ = peak_near(audio, k * frequency * stretch, share=0.012)
        assert abs(1200 * np.log2(found / (k * frequency * stretch))) < 2.0, k
        sharp.append(1200 * np.log2(found / (k * frequency)))
    assert sharp[-1] > 8.0


def test_a_pluck_at_a_quarter_of_the_string_leaves_out_the_fourth_partial() -> None:
    """|sin(πkβ)|: what is plucked at its node does not sound."""
    def fourth(position: float) -> float:
        audio = mono(SteelGuitar(pluck_position=position, pluck_noise=0, body=0), pluck(45), seconds=0.6)
        return peak_near(audio, 4 * hertz(45))[1] - peak_near(audio, hertz(45))[1]
    assert fourth(0.25) < fourth(0.375) - 9


@FAMILY
def test_harder_is_louder_and_brighter(cls: type[PluckedString]) -> None:
    """From velocity 30 to 110: 15 to 25 dB, and the centroid of the first 100 ms goes up by an octave at least."""
    for pitch in (40, 52, 61, 69, 80) if "guitar" in cls.name else (31, 38, 45):
        soft, hard = (mono(cls(), pluck(pitch, velocity=velocity), seconds=0.1) for velocity in (30, 110))
        assert 15 <= level_db(hard) - level_db(soft) <= 25
        assert centroid_hz(hard) > 2.0 * centroid_hz(soft), pitch


@FAMILY
def test_the_range_is_even(cls: type[PluckedString]) -> None:
    """The first 200 ms of every semitone at one velocity within ±1.5 dB as heard by two ears, ±3 dB when summed."""
    heard = [cls(scatter=0).play([pluck(pitch)], RATE, RATE // 5).astype(np.float64)
             for pitch in range(28 if "bass" in cls.name else 40, 67 if "bass" in cls.name else 85)]
    stereo, summed = ([level_db(part) for part in parts] for parts in (heard, [audio.mean(axis=0) for audio in heard]))
    assert max(stereo) - min(stereo) <= 3.0
    assert max(summed) - min(summed) <= 6.0


@FAMILY
def test_plucks_and_frets_differ_as_those_of_recorded_guitars_do(cls: type[PluckedString]) -> None:
    """One pluck after the other on one fret by 0.7 to 1.2 dB (standard deviation), and the same seed always alike."""
    levels = [level_db(mono(cls(), pluck(45, seed=seed), seconds=0.3)) for seed in range(24)]
    assert 0.7 < np.std(levels) < 1.2
    assert level_db(mono(cls(), pluck(45, seed=3), seconds=0.3)) == levels[3]


@FAMILY
def test_sustain_scales_decay_and_a_note_that_ends_falls_in_the_release_time(cls: type[PluckedString]) -> None:
    pitch = cls.range[0] + 17
    alone = {"detune_cents": 0.0, "sympathy": 0.0}  # other strings go on ringing, and a plane may outlast the other
    plain, double = (t60_of(mono(cls(sustain=sustain, **alone), pluck(pitch)), hertz(pitch), 0.3, 1.5)
                     for sustain in (1.0, 2.0))
    assert double == pytest.approx(2 * plain, rel=0.12)
    ended = mono(cls(release_seconds=0.4, **alone), pluck(pitch, duration=0.5))
    assert t60_of(ended, hertz(pitch), 0.52, 0.85) == pytest.approx(0.4, rel=0.15)


def test_two_planes_decay_in_two_stages() -> None:
    """A string falls fast first and slowly later, as the plane that drives the body gives way to the other."""
    audio = mono(SteelGuitar(detune_cents=0, sympathy=0), pluck(76, duration=9.0), seconds=9.0)
    assert t60_of(audio, hertz(76), 3.5, 4.5) > 1.15 * t60_of(audio, hertz(76), 0.1, 0.5)


def test_detuned_planes_beat() -> None:
    """Where both planes are as strong their beat dips: partials 1-8 stray from a straight decay only when detuned."""
    def stray(cents: float) -> float:
        audio = mono(SteelGuitar(detune_cents=cents, body=0), pluck(57), seconds=3.0)
        window = np.hanning(4800)
        levels = np.array([20 * np.log10(np.abs(audio[s:s + 4800] * np.exp(-2j * np.pi * 4 * hertz(57)
                           * np.arange(4800) / RATE) @ window)) for s in range(4800, 130000, 1200)])
        curve = np.polyval(np.polyfit(np.arange(levels.size), levels, 3), np.arange(levels.size))
        return float(np.std(levels - curve))
    assert stray(6.0) > 4 * stray(0.0)


def test_old_strings_lose_their_highs_sooner() -> None:
    fade = np.hanning(48000)
    new, old = (mono(SteelGuitar(string_age=age), pluck(40), seconds=1.5)[RATE // 2:] * fade for age in (0.0, 1.0))
    assert centroid_hz(new) > 1.5 * centroid_hz(old)


def test_hardness_and_what_plucks_are_brightness_of_the_pluck() -> None:
    """Each step is a brighter attack: a soft, a usual and a hard finger, and thumb, finger, nail and pick."""
    def attack(**patch: object) -> float:
        return centroid_hz(mono(NylonGuitar(**patch), pluck(50, velocity=70), seconds=0.1))  # type: ignore[arg-type]
    soft, usual, hard = (attack(hardness=hardness) for hardness in (0.0, 0.5, 1.0))
    assert soft * 1.2 < usual
    assert usual * 1.2 < hard
    brightness = [attack(pluck=what) for what in ("thumb", "finger", "nail", "pick")]
    assert np.all(np.diff(np.log(brightness)) > np.log(1.1)), brightness


def test_pluck_noise_is_drawn_from_the_seed() -> None:
    """Without it two plucks of one place are one; with it each is its own, and there is more above 6 kHz."""
    def above(noise: float, seed: int) -> float:
        audio = mono(SteelGuitar(pluck_noise=noise, scatter=0), pluck(45, seed=seed), seconds=0.1)
        return float(np.sum(np.abs(np.fft.rfft(audio))[600:] ** 2))
    quiet, loud = above(0.0, 3), above(1.0, 3)
    assert loud > 1.5 * quiet
    assert abs(above(1.0, 4) / loud - 1) > 0.02


def test_the_body_makes_the_wood_and_the_two_sides() -> None:
    """The string alone is the same on both sides; the body lifts its top resonance and tells the sides apart."""
    bare, wooden = (SteelGuitar(body=share).play([pluck(47)], RATE, RATE) for share in (0.0, 1.0))
    np.testing.assert_array_equal(bare[0], bare[1])
    assert 0.2 < np.corrcoef(wooden)[0, 1] < 0.98
    pop = [np.abs(np.fft.rfft(audio[0, :4800].astype(float), 48000)) for audio in (bare, wooden)]
    at_top, beside = slice(183, 194), slice(150, 162)
    gain = [np.sum(spectrum[at_top] ** 2) / np.sum(spectrum[beside] ** 2) for spectrum in pop]
    assert gain[1] > 4 * gain[0]


def test_an_onset_falls_between_samples() -> None:
    """Half a sample later is half a sample later, to a hundredth, by the phase of a partial."""
    def phase(samples: float) -> float:
        audio = mono(SteelGuitar(body=0), pluck(57, onset=samples / RATE), seconds=0.5)
        return float(np.angle(audio[4800:19200] @ (np.exp(-2j * np.pi * hertz(57) * np.arange(14400) / RATE)
                                                   * np.hanning(14400))))
    for shift in (0.25, 0.5, 0.9):
        lag = (phase(1000.0) - phase(1000.0 + shift)) / (2 * np.pi * hertz(57) / RATE)
        assert lag == pytest.approx(shift, abs=0.01)


def test_a_string_that_is_plucked_again_takes_over_from_itself() -> None:
    """The old pitch is gone where the new note is stopped on its string, and stays where that is another string."""
    def old_pitch(string: int) -> float:
        audio = mono(SteelGuitar(), pluck(45, string=1), pluck(51, onset=1.0, string=string), seconds=1.8)
        before, after = (peak_near(audio[round(t * RATE):round((t + 0.5) * RATE)], hertz(45))[1] for t in (0.45, 1.2))
        return after - before
    assert old_pitch(1) < -30
    assert old_pitch(2) > -12


@pytest.mark.parametrize("fret", (0, 1, 7))
def test_touching_and_plucking_a_ringing_string_makes_no_step(fret: int) -> None:
    """Before the finger lets go the third difference stays below what the ringing string had, and after it below
    what the same pluck has on a string at rest."""
    first, second = pluck(45, string=1), pluck(45 + fret, onset=0.6, velocity=60, string=1)
    both, ringing, alone = (np.abs(np.diff(mono(SteelGuitar(), *notes, seconds=1.0), 3))
                            for notes in ((first, second), (first,), (second,)))
    touch, go, end = round(0.58 * RATE), round(0.6 * RATE) - 3, round(0.63 * RATE)
    assert both[touch:go].max() <= 1.5 * ringing[round(0.5 * RATE):touch].max()
    assert both[go:end].max() <= 1.2 * (alone[go:end].max() + ringing[go:end].max())


def test_without_fingering_a_chord_takes_a_string_for_each_note() -> None:
    chord = [pluck(pitch, onset=0.01 * i) for i, pitch in enumerate((40, 47, 52, 55, 59, 64))]
    taken = allocate(chord, SteelGuitar.strings.open_pitch)
    assert sorted(taken) == [0, 1, 2, 3, 4, 5]


def test_a_string_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match=r"string 6 .* there are 6, counted from 0"):
        SteelGuitar().play([pluck(64, string=6)], RATE, RATE)


def test_a_string_falls_silent_below_minus_100_dbfs_and_not_sooner() -> None:
    """It rings out: its last 50 ms lie between −120 and −90 dBFS, then there is nothing."""
    audio = SteelGuitar().play([pluck(76, duration=20.0)], RATE, 14 * RATE)
    last = int(np.flatnonzero(audio.any(axis=0))[-1])
    assert last < 12 * RATE
    ring = 20 * np.log10(np.abs(audio[:, last - 16800:last - 14400]).max())
    assert -120 < ring < -90


def test_a_note_that_no_string_is_short_enough_for_is_refused_at_once() -> None:
    high = np.array([8372.0, 10548.0])
    with pytest.raises(ValueError, match="too high for a string"):
        design(high, np.full(2, 1e-5), np.full(2, 1.0), np.full(2, 0.5), 48000)


@FAMILY
def test_the_steady_part_is_in_tune_to_a_third_of_a_cent(cls: type[PluckedString]) -> None:
    """Each fourth semitone from MIDI 36 to 84, as it is played by default: 0.3 cents by the phase of partial 1."""
    for pitch in range(max(cls.range[0], 36), min(cls.range[1], 84) + 1, 4):
        steady = mono(cls(), pluck(pitch, duration=2.0), seconds=1.4)[round(0.3 * RATE):]
        window = np.hanning(int(8 * RATE / hertz(pitch)) | 1)
        baseband = steady * np.exp(-2j * np.pi * hertz(pitch) * np.arange(steady.size) / RATE)
        starts = np.arange(0, steady.size - window.size, round(RATE / hertz(pitch)))
        track = np.array([baseband[s:s + window.size] @ window for s in starts])
        turn = np.polyfit(starts / RATE, np.unwrap(np.angle(track)), 1, w=np.abs(track))[0] / (2 * np.pi)
        assert abs(1200 * np.log2(1 + turn / hertz(pitch))) <= 0.3, pitch


def test_memory_for_a_long_part_is_the_sound_itself_and_little_more() -> None:
    """What is allocated beside the result does not grow: ten times as long takes no more than 8 MB more."""
    def beside(seconds: float) -> int:
        notes = [pluck(40 + i % 24, 0.5 * i, 0.6, seed=i) for i in range(int(2 * seconds))]
        tracemalloc.start()
        SteelGuitar().play(notes, RATE, round(seconds * RATE))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak - 8 * round(seconds * RATE)
    beside(1.0)
    assert beside(60.0) < beside(6.0) + 8e6
