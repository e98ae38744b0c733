"""The laws of the solo instruments: in tune and even over their range at any loudness; they bend, swell and join."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from spectra import RATE, centroid_hz, cents_off, hertz, level_db, mono, note, partial, play, power_share, span

from instruments import instruments
from instruments.choir import Choir
from instruments.clarinet import Clarinet
from instruments.dsp.loudness import half_k
from instruments.flute import Flute
from instruments.harmonica import Harmonica
from instruments.saxophone import Saxophone
from instruments.solo import Solo
from instruments.trumpet import Trumpet
from instruments.violin import Violin

SOLO = [name for name, cls in instruments().items() if issubclass(cls, Solo)]
solo = pytest.mark.parametrize("name", SOLO)


def still(name: str, **patch: Any) -> Solo:
    """The instrument without what moves its pitch or its level."""
    cls = instruments()[name]
    moved = [field for field in cls.model_fields if field.endswith("_cents")]
    made = cls(**dict.fromkeys(moved, 0.0), scatter=0, swell_db=0, **patch)
    assert isinstance(made, Solo)
    return made


@solo
def test_tuned_within_three_tenths_of_a_cent_and_even_within_2_db_at_any_loudness(name: str) -> None:
    """At both ends and in the middle of the range, softest to loudest: none squeals, none falls silent."""
    low, high = instruments()[name].range
    for velocity in (20, 70, 127):
        levels = []
        for pitch in np.linspace(low, high, 4).round():
            audio = mono(still(name, **({"singers": 1} if name == "choir" else {})),
                         [note(pitch, 0.0, 1.2, velocity)], 1.0)[round(0.25 * RATE):]
            assert abs(cents_off(audio, RATE, hertz(pitch))) < 0.3, (pitch, velocity)
            levels.append(level_db(audio))
        assert max(levels) - min(levels) < 4.0, (velocity, levels)


@solo
def test_louder_is_brighter(name: str) -> None:
    soft, loud = (mono(still(name), [note(instruments()[name].range[0] + 12, 0.0, 1.0, velocity)], 0.8)
                  for velocity in (25, 120))
    assert centroid_hz(loud) > 1.04 * centroid_hz(soft)


@solo
def test_a_bend_is_followed(name: str) -> None:
    pitch = instruments()[name].range[0] + 12
    bent = replace(note(pitch, 0.0, 1.5), bend=((0.0, 0.0), (0.5, 0.0), (0.7, 200.0)))
    audio = span(mono(still(name, **({"singers": 1} if name == "choir" else {})), [bent], 1.5), 0.9, 1.4)
    assert abs(cents_off(audio, RATE, hertz(pitch + 2))) < 0.5


@solo
def test_a_phrase_is_one_line_and_a_pause_is_silence(name: str) -> None:
    """Notes that follow at once are joined: the sound never falls away between them; after the last it ends."""
    cls = instruments()[name]
    pitch = sum(cls.range) // 2
    audio = mono(cls(), [note(pitch, 0.1, 0.4, seed=1), note(pitch + 4, 0.5, 0.4, seed=2)], 3.0)
    track = [level_db(span(audio, t, t + 0.02)) for t in np.arange(0.3, 0.8, 0.01)]
    assert min(track) > max(track) - 18
    assert not span(audio, 2.0, 3.0).any()


@solo
def test_a_long_note_swells(name: str) -> None:
    """By its setting: the middle is louder than beginning and end by about as much; a short note hardly moves."""
    patch = {"singers": 1} if name == "choir" else {}
    pitch = instruments()[name].range[0] + 12
    plain, swollen = (mono(still(name, **patch).model_copy(update={"swell_db": db}), [note(pitch, 0.0, 3.0)], 3.0)
                      for db in (0.0, 6.0))
    late, middle, early = ([level_db(span(audio, at, at + 0.1)) for audio in (plain, swollen)]
                           for at in (2.8, 1.3, 0.3))
    gained = [two - one for one, two in (late, middle, early)]
    assert 3.5 < gained[1] - gained[0] < 9.0
    assert gained[1] > gained[2]


@pytest.mark.parametrize("name", ["violin", "trumpet", "clarinet"])
def test_an_onset_between_two_samples_is_heard_there(name: str) -> None:
    """Against the same note on a sample, by the phase between their spectra, to a tenth of a sample."""
    pitch = instruments()[name].range[0] + 14
    early, late = (still(name, breath_noise_db=-80).play([note(pitch, (4800 + part) / RATE, 3.0)], RATE, 32768)[0]
                   for part in (0.0, 0.37))
    across = np.fft.rfft(late * np.hanning(32768)) * np.fft.rfft(early * np.hanning(32768)).conj()
    angle = 2 * np.pi * np.arange(across.size) / 32768
    loud = np.abs(across) > 1e-3 * np.abs(across).max()
    delay = -np.angle(across[loud]) / angle[loud]
    assert np.average(delay, weights=np.abs(across[loud])) == pytest.approx(0.37, abs=0.1)


@solo
def test_nothing_folds_back(name: str) -> None:
    """The highest note, loud: between its partials there is only breath, 60 dB down without it."""
    cls = instruments()[name]
    pitch = cls.range[1]
    audio = mono(still(name, breath_noise_db=-80, **({"singers": 1} if name == "choir" else {})),
                 [note(pitch, 0.0, 2.0, 127)], 1.8)
    audio = span(audio, 0.5, 1.7)
    power = np.abs(np.fft.rfft(audio * np.blackman(audio.size))) ** 2
    hz = np.fft.rfftfreq(audio.size, 1 / RATE)
    between = np.abs(hz / hertz(pitch) - np.round(hz / hertz(pitch))) > 0.1
    assert 10 * np.log10(power[between & (hz > 200)].max() / power.max()) < -60


def test_brass_steepens() -> None:
    """A loud trumpet has a wave near the shock: partials 5 to 10 rise by 20 dB more than the first."""
    def above(velocity: int) -> float:
        audio = span(mono(still("trumpet"), [note(58, 0.0, 1.0, velocity)], 1.0), 0.3, 0.9)
        high, first = (power_share(audio, low * hertz(58), top * hertz(58)) for low, top in ((4.5, 10.5), (0.5, 1.5)))
        return 10 * np.log10(high / first)

    assert above(120) > above(30) + 20


def test_a_mute_takes_the_lows_of_a_trumpet() -> None:
    first = [power_share(mono(Trumpet(mute=mute), [note(60)], 1.0), 200, 400) for mute in ("open", "harmon")]
    assert first[1] < 0.5 * first[0]


def test_a_cylinder_leaves_out_the_even_harmonics_and_a_cone_does_not() -> None:
    def even_db(cls: type[Solo]) -> float:
        audio = span(mono(cls(), [note(52, 0.0, 1.0)], 1.0), 0.3, 0.9)
        first, second = (partial(audio, k * hertz(52), 0.2)[0].mean() for k in (1, 2))
        return float(20 * np.log10(second / first))

    assert even_db(Clarinet) < -20 < -15 < even_db(Saxophone)


def test_breath_sounds_in_the_pitch_of_the_tube() -> None:
    """The noise alone, heard by what it adds, is stronger at the partials of the flute than between them."""
    loud, none = (mono(Flute(breath_noise_db=db, vibrato_cents=0, drift_cents=0, scoop_cents=0),
                       [note(72, 0.0, 2.0)], 2.0) for db in (-10, -80))
    power = np.abs(np.fft.rfft(span(loud - none, 0.5, 1.9))) ** 2
    order = np.fft.rfftfreq(round(1.4 * RATE), 1 / RATE) / hertz(72)
    near, far = (power[(order > 1.5) & (order < 4.5) & (np.abs(order % 1 - at) < 0.1)].mean() for at in (0.5, 0.0))
    at_partials = power[(order > 1.5) & (order < 4.5) & (np.abs((order + 0.5) % 1 - 0.5) < 0.05)].mean()
    assert 10 * np.log10(at_partials / near) > 6
    assert far > near


@solo
def test_breath_is_as_strong_as_the_setting_says(name: str) -> None:
    """Noise of bow or breath, by what it adds, lies as far below a middling tone as is asked, halfway to loudness."""
    patch = {"singers": 1} if name == "choir" else {}
    pitch = instruments()[name].range[0] + 14
    breathy, dry = (span(mono(still(name, breath_noise_db=db, **patch), [note(pitch, 0.0, 2.0, 50)], 2.0), 0.6, 1.9)
                    for db in (-20, -80))
    hz = np.fft.rfftfreq(dry.size, 1 / RATE)
    tone, hiss = (np.sum(np.abs(np.fft.rfft(audio * np.hanning(audio.size))) ** 2 * half_k(hz))
                  for audio in (dry, breathy - dry))
    assert 10 * np.log10(hiss / tone) == pytest.approx(-20, abs=1.5)


def test_a_violin_vibrates_as_it_is_asked_to_and_only_in_long_notes() -> None:
    def width_cents(duration: float) -> float:
        instrument = Violin(vibrato_cents=20, vibrato_hz=5, drift_cents=0, scoop_cents=0)
        audio = mono(instrument, [note(69, 0.0, duration)], duration)
        moved = 1200 * np.log2(partial(span(audio, 0.1, duration - 0.05), 440.0, 0.05)[1] / 440)
        return float(np.ptp(moved[-40:]) / 2)

    assert 14 < width_cents(2.0) < 22
    assert width_cents(0.45) < 3


def test_hands_around_a_harmonica_take_its_highs() -> None:
    closed, open_ = (centroid_hz(mono(Harmonica(hands=hands), [note(60)], 1.0)) for hands in (1.0, 0.0))
    assert closed < 0.85 * open_


def test_a_choir_is_many_and_its_vowel_is_heard() -> None:
    """Eight singers beat, one does not; ooh lies below 1 kHz, aah has its second formant; hum has closed lips."""
    def beats_db(singers: int) -> float:
        audio = mono(Choir(singers=singers, vibrato_cents=0, swell_db=0, drift_cents=0), [note(57, 0.0, 3.0)], 3.0)
        return float(np.std(20 * np.log10(partial(span(audio, 0.6, 2.8), hertz(57), 0.1)[0])))

    assert beats_db(8) > beats_db(1) + 0.5
    high = {vowel: power_share(mono(Choir(vowel=vowel), [note(53)], 1.0), 1000, 3500)
            for vowel in ("ooh", "aah", "hum")}
    assert high["aah"] > 4 * high["ooh"]
    assert high["hum"] < high["aah"]


def test_singers_divide_among_the_notes_of_a_chord() -> None:
    """A chord of four is about as loud as two notes, not four times eight singers; and it is wide."""
    chord = play(Choir(), [note(pitch, 0.0, 1.5, seed=pitch) for pitch in (48, 55, 60, 64)], 1.5)
    assert len(Choir().voices([note(60)], [[note(p)] for p in (48, 55, 60, 64)])) == 2
    assert len(Choir().voices([note(60)], [[note(60)]])) == 8
    assert np.corrcoef(chord)[0, 1] < 0.9
