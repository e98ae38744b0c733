"""Laws of the hands on strings: hammer-on, pull-off, slide, bend, palm mute, harmonic, squeak, thump, sympathy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from plucking import centroid_hz, mono, peak_near, pluck, t60_of
from scipy.signal import butter, sosfiltfilt
from spectra import RATE, hertz, level_db, power_share

from instruments.bass import FingerBass
from instruments.nylon_guitar import NylonGuitar
from instruments.steel_guitar import SteelGuitar
from instruments.strings.neck import allocate, stepped
from instruments.strings.plucked import PluckedString
from instruments.upright_bass import UprightBass
from scores.format.articulation import bend_of, parse_marks
from scores.performance import Articulation, Bend, Fingering, Note

CLEAN = {"sympathy": 0.0, "squeak": 0.0, "handling": 0.0, "detune_cents": 0.0}


def played(articulation: Articulation, pitch: float, onset: float, duration: float, bend: Bend = ()) -> Note:
    return replace(pluck(pitch, onset, duration), articulation=articulation, bend=bend)


def part(audio: np.ndarray, start: float, end: float) -> np.ndarray:
    return audio[..., round(start * RATE):round(end * RATE)]


def third(audio: np.ndarray) -> float:
    """Largest third difference: what a click is made of."""
    return float(np.abs(np.diff(audio, 3)).max())


@pytest.mark.parametrize(("articulation", "start", "end"), [("hammer_on", 57, 59), ("pull_off", 59, 57)])
def test_the_left_hand_sounds_a_note_out_of_the_one_before_it(articulation: Articulation, start: int, end: int) -> None:
    """It has its own pitch within a cent, is 0.5 to 9 dB softer than a pluck and no brighter, on the same string, and
    the first note is not damped before it although it ends 100 ms earlier."""
    first, second = pluck(start, 0.1, 0.4), played(articulation, end, 0.6, 0.8)
    assert len(set(allocate([first, second], SteelGuitar.strings.open_pitch))) == 1
    audio, plain = (mono(SteelGuitar(**CLEAN), first, note, seconds=1.4)
                    for note in (second, replace(second, articulation="plain")))
    assert abs(1200 * np.log2(peak_near(part(audio, 0.65, 1.4), hertz(end))[0] / hertz(end))) < 1
    assert -9 < level_db(part(audio, 0.6, 0.8)) - level_db(part(plain, 0.6, 0.8)) < -0.5
    assert centroid_hz(part(audio, 0.6, 0.7)) < 1.02 * centroid_hz(part(plain, 0.6, 0.7))
    assert level_db(part(audio, 0.55, 0.6)) > level_db(part(audio, 0.45, 0.5)) - 3
    assert level_db(part(plain, 0.55, 0.6)) < level_db(part(plain, 0.45, 0.5)) - 10


def test_a_pull_off_below_the_open_string_is_played_on_a_lower_one_from_the_start() -> None:
    notes = [pluck(65, 0.0, 0.5), played("pull_off", 62, 0.5, 0.5), pluck(65, 1.0, 0.5)]
    assert list(allocate(notes, SteelGuitar.strings.open_pitch)) == [4, 4, 5]


@pytest.mark.parametrize("cls", [SteelGuitar, UprightBass])
def test_a_bend_is_where_its_line_says(cls: type[PluckedString]) -> None:
    """A whole tone up over half a second: the fundamental's phase follows the line within 4 cents on the way and
    within half a cent where it stays."""
    pitch = cls.range[0] + 24
    bent = played("plain", pitch, 0.1, 3.0, ((0.2, 0.0), (0.7, 200.0)))
    audio = mono(cls(**CLEAN, body=0), bent, seconds=2.0)  # a body rings on for 40 ms at the pitch before
    window = np.hanning(2400)

    def cents_at(seconds: float, guess: float) -> float:
        frequency = hertz(pitch) * 2 ** (guess / 1200)
        at = round(seconds * RATE)
        phases = [np.angle(audio[s:s + 2400] * np.exp(-2j * np.pi * frequency * np.arange(s, s + 2400) / RATE) @ window)
                  for s in (at - 1320, at - 1080)]
        turn = (phases[1] - phases[0] + np.pi) % (2 * np.pi) - np.pi
        return float(1200 * np.log2(1 + turn / (2 * np.pi * 240) * RATE / frequency)) + guess
    for share in (0.25, 0.5, 0.75):
        assert cents_at(0.3 + 0.5 * share, 200 * share) == pytest.approx(200 * share, abs=4)
    held = peak_near(part(audio, 0.9, 2.0), hertz(pitch + 2))[0]
    assert abs(1200 * np.log2(held / hertz(pitch + 2))) < 0.5


def test_a_slide_goes_fret_by_fret_where_there_are_frets() -> None:
    """Its steps stand on semitones; without frets the pitch glides. Neither plucks again: 4 dB softer at least."""
    slide = bend_of(parse_marks("/"), 1.0, -4)
    steps = np.array(stepped(slide))
    stays = np.diff(steps[:, 0])[0::2]
    assert np.all(stays > 0.01) and set(np.round(steps[:, 1])) == {-400, -300, -200, -100, 0}
    for cls in (FingerBass, UprightBass):
        first, second = pluck(33 + 12, 0.1, 0.5), played("slide", 37 + 12, 0.6, 1.0, slide)
        audio, again = (mono(cls(**CLEAN), first, note, seconds=1.6)
                        for note in (second, replace(second, articulation="plain", bend=())))
        assert abs(1200 * np.log2(peak_near(part(audio, 0.8, 1.5), hertz(49))[0] / hertz(49))) < 1
        assert level_db(part(audio, 0.6, 0.8)) < level_db(part(again, 0.6, 0.8)) - 4


def test_bending_and_sliding_make_no_click() -> None:
    """The third difference stays what the plucked string had: no more than 1.2 times its own first 100 ms."""
    slide = played("slide", 57, 0.6, 1.0, bend_of(parse_marks("/,v"), 1.0, -5))
    audio = mono(SteelGuitar(**CLEAN), pluck(52, 0.1, 0.5), slide, seconds=1.5)
    assert third(part(audio, 0.57, 1.5)) < 1.2 * third(part(audio, 0.1, 0.2))
    bent = mono(SteelGuitar(**CLEAN), played("plain", 60, 0.1, 1.2, bend_of(parse_marks("b1r,v"), 1.2)), seconds=1.2)
    assert third(part(bent, 0.2, 1.2)) < third(part(bent, 0.1, 0.2))


def test_a_palm_mute_is_short_and_dark() -> None:
    open_, muted = (mono(SteelGuitar(**CLEAN), played(how, 45, 0.0, 2.0), seconds=1.0)
                    for how in ("plain", "palm_mute"))
    assert t60_of(muted, hertz(45), 0.05, 0.4) < 0.2 * t60_of(open_, hertz(45), 0.05, 0.4)
    assert power_share(part(muted, 0.05, 0.25), 500, 8000) < 0.1 * power_share(part(open_, 0.05, 0.25), 500, 8000)


@pytest.mark.parametrize(("pitch", "parts"), [(52, 2), (59, 3), (64, 4)])
def test_a_harmonic_is_the_open_string_without_the_partials_that_do_not_go_through_its_node(pitch: int,
                                                                                            parts: int) -> None:
    """Over fret 12, 7 and 5 of the low E string: n times its frequency, stretched as its own partials, and 40 dB less
    between."""
    note = played("harmonic", pitch, 0.0, 2.0)
    audio = mono(SteelGuitar(**CLEAN, body=0), replace(note, fingering=Fingering(0, {2: 12, 3: 7, 4: 5}[parts])))[9600:]
    wanted = parts * hertz(40)
    found, level = peak_near(audio, wanted)
    assert abs(1200 * np.log2(found / wanted)) < 0.5
    for k in range(1, parts):
        assert peak_near(audio, k * hertz(40), share=0.01)[1] < level - 40


def test_a_harmonic_that_no_open_string_has_is_refused() -> None:
    with pytest.raises(ValueError, match="no open string has a natural harmonic at MIDI 61"):
        SteelGuitar().play([played("harmonic", 61, 0.0, 1.0)], RATE, RATE)
    with pytest.raises(ValueError, match="no natural harmonic over fret 6"):
        SteelGuitar().play([replace(played("harmonic", 61, 0.0, 1.0), fingering=Fingering(0, 6))], RATE, RATE)


def shift(string: int) -> list[Note]:
    """From the second to the seventh fret, eight times."""
    frets = (2, 7) * 8
    return [replace(pluck(SteelGuitar.strings.open_pitch[string] + fret, 0.1 + 0.4 * i, 0.3, velocity=70, seed=i),
                    fingering=Fingering(string, fret)) for i, fret in enumerate(frets)]


def test_fingers_squeak_along_wound_strings_alone() -> None:
    """A shift adds sound between 1 and 8 kHz before the note on the A string, 20 to 60 dB below it; on the plain high
    E string it adds nothing, nor does a patch without squeak."""
    for string, squeaks in ((1, True), (5, False)):
        with_it, without = (SteelGuitar(squeak=level, handling=0).play(shift(string), RATE, 7 * RATE)
                            for level in (1.0, 0.0))
        difference = with_it.astype(np.float64) - without
        if squeaks:
            assert 20 < level_db(without) - level_db(difference) < 60
            power = np.abs(np.fft.rfft(difference[0])) ** 2
            hz = np.fft.rfftfreq(difference.shape[1], 1 / RATE)
            assert power[(hz > 1000) & (hz < 8000)].sum() > 0.6 * power.sum()
        else:
            assert not difference.any()


def test_fingers_that_land_and_leave_are_heard_at_the_level_of_a_quiet_take() -> None:
    with_it, without = (SteelGuitar(squeak=0, handling=level).play(shift(2), RATE, 7 * RATE) for level in (1.0, 0.0))
    assert 30 < level_db(without) - level_db(with_it.astype(np.float64) - without) < 65


def test_the_body_thumps_when_a_high_string_is_let_go() -> None:
    """Under E5, three octaves above the air of the box, the knock adds 6 dB below 150 Hz, and leaves the note."""
    def low(knock: float) -> tuple[float, float]:
        audio = part(mono(SteelGuitar(**CLEAN, knock=knock), pluck(76, 0.05)), 0.04, 0.14)
        power = np.abs(np.fft.rfft(audio * np.hanning(audio.size))) ** 2
        hz = np.fft.rfftfreq(audio.size, 1 / RATE)
        return tuple(float(10 * np.log10(power[band].sum())) for band in ((hz > 60) & (hz < 150), hz > 600))
    without, with_it = low(0.0), low(0.35)
    assert with_it[0] > without[0] + 6
    assert with_it[1] == pytest.approx(without[1], abs=1)


def test_free_strings_ring_along_with_what_they_have_in_common() -> None:
    """E4 on the B string moves the open high E: when the note has been stopped it rings on, and A#4 leaves nothing that
    is as loud."""
    def after(pitch: int) -> float:
        note = replace(pluck(pitch, 0.1, 0.8), fingering=Fingering(4, pitch - 59))
        audio = mono(SteelGuitar(sympathy=1.0, handling=0), note, seconds=2.0)
        return level_db(part(audio, 1.3, 1.8)) - level_db(part(audio, 0.2, 0.8))
    assert -45 < after(64) < -15
    assert after(70) < after(64) - 6
    silent = mono(SteelGuitar(sympathy=0, handling=0), pluck(64, 0.1, 0.8), seconds=2.0)
    assert level_db(part(silent, 1.5, 1.8)) < -100


def test_wood_is_what_the_body_sounds_of() -> None:
    dark, natural, bright = (centroid_hz(mono(SteelGuitar(wood=wood), pluck(52), seconds=0.3))
                             for wood in ("dark", "natural", "bright"))
    assert dark * 1.08 < natural
    assert natural * 1.04 < bright


def test_near_microphones_hear_more_bass_and_less_alike() -> None:
    def heard(metres: float) -> tuple[float, float]:
        audio = NylonGuitar(mic_distance_metres=metres, handling=0).play([pluck(43)], RATE, RATE).astype(np.float64)
        power = np.abs(np.fft.rfft(audio.mean(axis=0))) ** 2
        hz = np.fft.rfftfreq(RATE, 1 / RATE)
        high = [np.fft.irfft(np.where(hz > 1500, np.fft.rfft(ear), 0)) for ear in audio]
        return float(power[hz < 120].sum() / power[hz > 300].sum()), float(np.corrcoef(high)[0, 1])
    (near_bass, near_alike), (far_bass, far_alike) = heard(0.12), heard(1.5)
    assert near_bass > 1.5 * far_bass
    assert near_alike < far_alike - 0.1


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
def test_an_onset_is_right_to_a_tenth_of_a_sample_at_any_rate(rate: int) -> None:
    """Read from the phases of partials 1-6: a note that starts a fraction later is heard that much later."""
    def phases(samples: float) -> np.ndarray:
        note = pluck(57, samples / rate)
        audio = NylonGuitar(**CLEAN, pluck_noise=0).play([note], rate, rate // 2)[0].astype(np.float64)
        cut = audio[round(0.1 * rate):round(0.4 * rate)] * np.hanning(round(0.4 * rate) - round(0.1 * rate))
        time = np.arange(cut.size) / rate
        return np.array([np.angle(cut @ np.exp(-2j * np.pi * k * hertz(57) * time)) for k in range(1, 7)])
    start = phases(1000.0)
    for shift_samples in (0.3, 0.5, 0.85):
        turned = (start - phases(1000.0 + shift_samples) + np.pi) % (2 * np.pi) - np.pi
        lag = turned / (2 * np.pi * np.arange(1, 7) * hertz(57) / rate)
        np.testing.assert_allclose(lag, shift_samples, atol=0.1)


def test_up_strokes_and_down_strokes_pull_the_other_way() -> None:
    """The first swing of the bridge has the sign of the stroke."""
    down, up = (mono(SteelGuitar(**CLEAN, body=0, knock=0, pluck_noise=0),
                     replace(pluck(52), fingering=Fingering(2, 2, stroke)), seconds=0.05) for stroke in "DU")
    first = np.flatnonzero(np.abs(down) > 0.2 * np.abs(down).max())[0]
    assert np.sign(down[first]) == -np.sign(up[first])


@pytest.mark.parametrize("cls", [SteelGuitar, NylonGuitar, FingerBass, UprightBass])
def test_touch_damping_and_the_end_of_a_voice_make_no_step(cls: type[PluckedString]) -> None:
    """Above 15 kHz, where a step is heard and a string that has rung for 0.3 s has nothing left, all of it stays below
    −90 dBFS; a step of −80 dBFS itself would stand out by 10 dB."""
    low = 33 if "bass" in cls.name else 45
    notes = [replace(pluck(low + up, at, long, velocity, string=1)) for up, at, long, velocity in
             ((0, 0.1, 0.5, 100), (2, 0.6, 0.4, 60), (0, 1.0, 0.5, 100))]
    audio = cls(squeak=0, handling=0).play(notes, RATE, 12 * RATE).astype(np.float64)  # free strings last 10 s
    over = np.abs(sosfiltfilt(butter(6, 15000, "high", fs=RATE, output="sos"), audio)).max(axis=0)
    last = int(np.flatnonzero(audio.any(axis=0))[-1]) / RATE
    assert last < 11.9
    for start, end in ((0.4, 0.5985), (1.4, 1.7), (last - 0.05, last + 0.05)):
        assert part(over, start, end).max() < 10 ** (-90 / 20), start
