"""What a softmax over the spectrum owes: its own mathematics, in numbers and in sound."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signals import music
from spectra import centroid_hz, note, play, power_share

from effects import Context
from effects.dsp.short_time import OVERLAP, hann, spectrum_power
from effects.spectral_softmax import Choice, Memory, SpectralSoftmax, pooled, softmax_gains
from instruments.steel_guitar import SteelGuitar

RATE = 48000
CONTEXT = Context(RATE)
TEMPERATURES = (0, 0.02, 0.1, 0.3, 0.6, 0.9, 1.1, 1.5, 3, 10, 100)


def heat(audio: np.ndarray, temperature: float, **fields: object) -> np.ndarray:
    return SpectralSoftmax.model_validate({"temperature": temperature, **fields}).process(audio, CONTEXT)


def spectra_of(audio: np.ndarray, length: int = 2048) -> np.ndarray:
    """Power of frames, shape (frames, bins)."""
    frames = np.lib.stride_tricks.sliding_window_view(audio, length, axis=1)[:, ::length // OVERLAP]
    return spectrum_power(np.fft.rfft(frames * hann(length), norm="ortho"))


def reweighed(power: np.ndarray, temperature: float, choice: Choice = "bins") -> np.ndarray:
    """What the power becomes: float64, of the same shape."""
    gains = softmax_gains(pooled(power, choice, RATE), power, np.full(len(power), float(temperature)))
    return power.astype(float) * np.square(gains, dtype=float)


def entropy(power: np.ndarray) -> np.ndarray:
    """In nats, of each frame's share of power, shape (frames,)."""
    share = power.astype(float) / power.sum(axis=1, keepdims=True, dtype=float)
    return -np.sum(share * np.log(np.maximum(share, 1e-300)), axis=1)


POWERS = spectra_of(music(RATE, 0.4))


@given(st.lists(st.floats(-12, 3), min_size=2, max_size=40), st.floats(0.05, 100))
@settings(max_examples=60, deadline=None)
def test_a_frame_becomes_the_softmax_of_its_levels_over_the_temperature(logits: list[float], temperature: float
                                                                        ) -> None:
    levels = np.array(logits)
    power = np.exp(levels).astype(np.float32)[None]
    wanted = np.exp((levels - levels.max()) / temperature)
    wanted /= wanted.sum()
    assert np.allclose(reweighed(power, temperature)[0] / power.sum(), wanted, rtol=2e-3, atol=1e-7)


@pytest.mark.parametrize("choice", ["bins", "partials", "third_octaves"])
@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_every_frame_keeps_its_energy_at_every_temperature(temperature: float, choice: Choice) -> None:
    assert np.allclose(reweighed(POWERS, temperature, choice).sum(axis=1), POWERS.sum(axis=1), rtol=1e-5)


def test_entropy_grows_strictly_with_temperature_from_nothing_to_log_n() -> None:
    curves = np.array([entropy(reweighed(POWERS, temperature)) for temperature in TEMPERATURES])
    assert np.abs(curves[0]).max() < 1e-6
    assert (np.diff(curves, axis=0) > 1e-3).all()
    most = np.log(POWERS.shape[1])
    assert (most - curves[-1] < 0.01).all() and (curves[-1] < most).all()


@pytest.mark.parametrize("choice", ["partials", "third_octaves"])
def test_of_whole_competitors_too_entropy_grows_strictly_from_nothing_to_log_n(choice: Choice) -> None:
    pools = pooled(POWERS, choice, RATE)
    for power, pool in zip(POWERS[::6, None], pools[::6, None], strict=True):
        number = np.cumsum(np.diff(pool[0], prepend=pool[0, 0]) != 0)
        gains = (softmax_gains(pool, power, np.array([float(temperature)])) for temperature in TEMPERATURES)
        curve = np.array([entropy(np.bincount(number, power[0] * np.square(gain[0], dtype=float))[None])[0]
                          for gain in gains])
        assert abs(curve[0]) < 1e-9 and (np.diff(curve) > 1e-9).all()
        assert curve[-1] == pytest.approx(np.log(number[-1] + 1), abs=0.02)


def test_at_zero_only_the_strongest_bin_lives_and_the_cold_comes_near_it() -> None:
    frozen = reweighed(POWERS, 0)
    assert (np.count_nonzero(frozen, axis=1) == 1).all()
    assert np.array_equal(frozen.argmax(axis=1), POWERS.argmax(axis=1))
    ordered = np.sort(POWERS, axis=1)
    clear = ordered[:, -1] > 1.05 * ordered[:, -2]
    assert clear.sum() > 5
    assert np.allclose(reweighed(POWERS, 0.002)[clear], frozen[clear], rtol=1e-5, atol=1e-9)
    tied = np.array([[1, 4, 4, 2]], np.float32)
    assert np.allclose(reweighed(tied, 0), [[0, 5.5, 5.5, 0]], rtol=1e-6)


def test_neutral_is_the_input_to_the_bit_and_its_neighbourhood_is_near_it() -> None:
    audio = music(RATE, 0.8)
    assert np.array_equal(heat(audio, 1), audio)
    assert np.array_equal(heat(audio, 1, temperature_end=1, choice="partials"), audio)
    for temperature in (1 - 1e-4, 1 + 1e-4):
        assert np.abs(heat(audio, temperature) - audio).max() < 1e-3


def test_the_sound_itself_is_purer_when_colder_and_whiter_when_warmer() -> None:
    """Measured anew on what comes out, with another window."""
    audio = music(RATE, 1.2)
    measured = [entropy(spectra_of(heat(audio, t), 4096)).mean() for t in (0, 0.3, 0.7, 1, 1.5, 3, 100)]
    assert (np.diff(measured) > 0.05).all()
    assert centroid_hz(heat(audio, 100).mean(axis=0)) > 8 * centroid_hz(audio.mean(axis=0))


@pytest.mark.parametrize("temperature", [0, 0.3, 2, 30])
def test_the_energy_stays_as_it_goes(temperature: float) -> None:
    """From chord to chord, swells and all, within 0.3 dB of the sound that came in."""
    audio = music(RATE, 2) * (0.2 + np.linspace(0, 1, 2 * RATE, dtype=np.float32))
    before, after = (np.square(sound.astype(float)).sum(axis=0).reshape(-1, 19200).sum(axis=1)
                     for sound in (audio, heat(audio, temperature)))
    assert np.abs(10 * np.log10(after / before)).max() < 0.3
    assert abs(10 * np.log10(after.sum() / before.sum())) < 0.2


@pytest.mark.parametrize(("choice", "rest_db"), [("bins", -40), ("partials", -48)])
def test_the_knife_leaves_one_tone_of_three_in_tune(choice: Choice, rest_db: float) -> None:
    t = np.arange(2 * RATE) / RATE
    tones = (0.3 * np.sin(2 * np.pi * 447 * t), 0.2 * np.sin(2 * np.pi * 1000 * t), 0.1 * np.sin(2 * np.pi * 3100 * t))
    audio = np.sum(tones, axis=0, dtype=np.float32)[None]
    out = heat(audio, 0, choice=choice)[0, RATE // 2:-RATE // 2].astype(float)
    assert 10 * np.log10(1 - power_share(out, 440, 454) + 1e-16) < rest_db
    assert np.sqrt(np.mean(out**2)) == pytest.approx(np.sqrt(np.mean(audio.astype(float) ** 2)), rel=0.02)


def test_one_choice_for_both_sides_keeps_the_image() -> None:
    """Two tones, each panned: whatever is left of them has the sides' ratio it had."""
    t = np.arange(RATE) / RATE
    low, high = 0.3 * np.sin(2 * np.pi * 440 * t), 0.2 * np.sin(2 * np.pi * 2000 * t)
    audio = np.array([0.9 * low + 0.3 * high, 0.4 * low + 0.8 * high], np.float32)
    for temperature in (0.4, 0.8, 1.5):
        out = heat(audio, temperature)[:, 8000:-8000].astype(float)
        size = np.abs(np.fft.rfft(out * np.hanning(out.shape[1])))
        for hz, ratio in ((440, 0.9 / 0.4), (2000, 0.3 / 0.8)):
            place = round(hz * out.shape[1] / RATE)
            near = size[:, place - 4:place + 5].max(axis=1)
            assert near[0] / near[1] == pytest.approx(ratio, rel=0.01)


def test_temperature_glides_evenly_in_t_over_one_plus_t_and_reaches_both_ends() -> None:
    setting = SpectralSoftmax(temperature=0, temperature_end=100)
    found = setting.temperature_at(np.linspace(0, RATE, 5), RATE, CONTEXT)
    assert found[0] == 0 and found[-1] == pytest.approx(100, rel=1e-9)
    assert np.allclose(np.diff(found / (1 + found)), 100 / 101 / 4)
    audio = music(RATE, 2.4, 1)
    measured = entropy(spectra_of(heat(audio, 0.02, temperature_end=100)))
    thirds = [part.mean() for part in np.array_split(measured, 3)]
    assert np.diff(thirds).min() > 0.3


def test_without_a_temperature_of_its_own_it_takes_the_song_s_as_it_goes() -> None:
    audio = music(RATE, 2.4, 1)
    assert np.array_equal(SpectralSoftmax().process(audio, Context(RATE, temperature=0.2)), heat(audio, 0.2))
    assert np.array_equal(SpectralSoftmax().process(audio, Context(RATE, temperature=1.0)), audio)
    course = Context(RATE, temperature=((0, 0.05), (0.8, 0.05), (0.8, 3), (1.6, 3), (2.4, 0.05)))
    measured = entropy(spectra_of(SpectralSoftmax(release_ms=0).process(audio, course)))
    hops = RATE / 512
    cold, warm, end = (measured[round(low * hops):round(high * hops)].mean()
                       for low, high in ((0, 0.75), (0.85, 1.55), (2.25, 2.4)))
    assert warm > cold + 1.5 and end < warm - 1


def test_gains_rise_and_fall_with_the_time_constants_asked_for() -> None:
    memory = Memory(20, 100, 0.01)
    gains = np.zeros((61, 1), np.float32)
    gains[1:31] = 1
    smoothed = memory.smooth(gains)[:, 0]
    assert smoothed[1:31] == pytest.approx(1 - np.exp(-0.5 * np.arange(1, 31)), abs=1e-5)
    assert smoothed[31:] == pytest.approx(smoothed[30] * np.exp(-0.1 * np.arange(1, 31)), abs=1e-5)


def test_a_lift_is_forgotten_as_soon_as_it_is_not_wanted() -> None:
    gains = np.array([[2000], [3000], [0.2], [0.2]], np.float32)
    smoothed = Memory(0, 100, 0.01).smooth(gains)[:, 0]
    assert smoothed[:2].tolist() == [2000, 3000]
    assert smoothed[2:] == pytest.approx(0.2 + 0.8 * np.exp(-0.1 * np.arange(1, 3)), abs=1e-4)


@pytest.mark.parametrize("quiet", [0, 1e-6, 1e-3])
@pytest.mark.parametrize("temperature", [0.2, 5])
def test_a_chord_after_silence_chooses_like_one_after_another(quiet: float, temperature: float) -> None:
    chord = music(RATE, 0.4, 1)
    before = (quiet * np.random.default_rng(2).standard_normal((1, 20000))).astype(np.float32)
    joined = heat(np.concatenate([before, chord], axis=1), temperature)[:, 20000:]
    alone = heat(chord, temperature)
    found, wanted = (entropy(spectra_of(sound[:, 4096:])).mean() for sound in (joined, alone))
    assert found == pytest.approx(wanted, abs=0.1)
    assert abs(wanted - entropy(spectra_of(chord[:, 4096:])).mean()) > 0.4


def test_a_partial_is_a_peak_with_all_that_leans_on_it_and_a_band_a_third_of_an_octave() -> None:
    power = np.array([[1, 3, 9, 2, 1, 5, 8, 4]], np.float32)
    assert pooled(power, "partials", RATE).tolist() == [[15, 15, 15, 15, 18, 18, 18, 18]]
    white = np.ones((2, 1025), np.float32)
    widths = pooled(white, "third_octaves", RATE)[1]
    hz = np.arange(1025) * RATE / 2048
    for centre_hz in (1000, 2000, 8000):
        band = hz[(hz >= centre_hz * 2 ** (-1 / 6)) & (hz < centre_hz * 2 ** (1 / 6))]
        assert widths[np.searchsorted(hz, centre_hz)] == band.size


def test_a_mix_is_the_share_of_both() -> None:
    audio = music(RATE, 0.5)
    assert np.allclose(heat(audio, 0.2, mix=0.25), 0.75 * audio + 0.25 * heat(audio, 0.2), atol=1e-6)


def test_the_entropy_of_a_guitar_chord_grows_strictly_in_the_sound() -> None:
    notes = [note(pitch, 0.05, 1.0) for pitch in (48, 55, 60, 63, 67)]
    audio = play(SteelGuitar(), notes, 1.0).astype(np.float32)
    measured = [entropy(spectra_of(heat(audio, t)[:, 12000:])).mean() for t in (0, 0.25, 0.5, 1, 2, 4, 10, 100)]
    assert (np.diff(measured) > 0.1).all()
    assert measured[0] < 1.1 and measured[-1] > 0.9 * np.log(1025)
