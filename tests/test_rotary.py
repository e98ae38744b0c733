"""The laws of the rotary speaker: Doppler of the radius and the speed, tremolo at the rotors' rates, acceleration."""

from __future__ import annotations

import numpy as np
import pytest

from effects import Context
from effects.dsp.rotary import DRUM, HORN, angle
from effects.rotary import Rotary

RATE = 48000


def tone(hz: float, seconds: float = 3.0) -> np.ndarray:
    mono = 0.25 * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)
    return mono.astype(np.float32)[None].repeat(2, 0)


def followed(audio: np.ndarray, hz: float) -> tuple[np.ndarray, np.ndarray]:
    """Amplitude and frequency every 2 ms, from half a second on, through a window so short that it takes all sways."""
    window = np.hanning(round(RATE * min(20 / hz, 0.02)))
    baseband = audio * np.exp(-2j * np.pi * hz * np.arange(audio.size) / RATE)
    track = np.array([baseband[s:s + window.size] @ window for s in range(RATE // 2, audio.size - 960, 96)])
    return np.abs(track), hz + np.angle(track[1:] * track[:-1].conj()) / (2 * np.pi * 0.002)


def rate_hz(track: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft((track - track.mean()) * np.hanning(track.size), 1 << 16))
    return float(np.argmax(spectrum) / (1 << 16) * 500)


@pytest.mark.parametrize(("speed", "turns"), [("slow", 0.8), ("fast", 20 / 3)])
def test_the_pitch_sways_by_the_speed_of_the_horn_over_that_of_sound(speed: str, turns: float) -> None:
    """2π · turns · radius / c to either side, within 4 %, at the rate of the turns; left and right not at once."""
    out = Rotary.model_validate({"speed": speed, "starts": speed}).process(tone(6000, 4.0), Context(RATE))
    (_, left), (_, right) = (followed(side, 6000) for side in out)
    swing = 2 * np.pi * turns * HORN.radius_metres / 343
    assert np.ptp(left) / 2 / 6000 == pytest.approx(swing, rel=0.04)
    assert rate_hz(left) == pytest.approx(turns, abs=0.1)
    assert abs(np.corrcoef(left, right)[0, 1]) < 0.98


@pytest.mark.parametrize(("hz", "turns"), [(150.0, 5.7), (4000.0, 20 / 3)])
def test_bass_trembles_with_the_drum_and_treble_with_the_horn(hz: float, turns: float) -> None:
    level, _ = followed(Rotary(speed="fast", starts="fast").process(tone(hz), Context(RATE))[0], hz)
    assert rate_hz(level) == pytest.approx(turns, abs=0.15)
    assert 20 * np.log10(level.max() / level.min()) > 4


def test_a_rotor_nears_its_speed_exponentially_and_the_drum_takes_longer() -> None:
    time = np.linspace(0, 10, 10001)
    for rotor in (HORN, DRUM):
        turns = np.diff(angle(rotor, [(-1.0, "slow"), (1.0, "fast"), (8.0, "slow")], time)) / 2e-3 / np.pi * rotor.turns
        slow, fast = rotor.hertz["slow"], rotor.hertz["fast"]
        assert turns[500] == pytest.approx(slow, rel=1e-3)
        assert turns[round(1000 * (1 + rotor.rise_seconds))] == pytest.approx(fast - (fast - slow) / np.e, rel=2e-3)
        assert turns[7990] == pytest.approx(fast, rel=0.01)
        slower = turns[round(1000 * (8 + rotor.fall_seconds))]
        assert slower == pytest.approx(slow + (turns[7990] - slow) / np.e, rel=3e-3)
    assert DRUM.rise_seconds > 3 * HORN.rise_seconds


def test_without_depth_all_frequencies_pass_alike() -> None:
    """Crossover and horn add up to what came in, its phase turned: within 0.05 dB."""
    click = np.zeros((2, 8192), np.float32)
    click[:, 100] = 1
    for side in Rotary(depth=0).process(click, Context(RATE)):
        spectrum = np.abs(np.fft.rfft(side.astype(float)))[20:3000]
        assert np.abs(20 * np.log10(spectrum)).max() < 0.05


@pytest.mark.parametrize("rate", [44100, 48000])
def test_reading_between_samples_adds_nothing_of_its_own(rate: int) -> None:
    """A tone as high as the highest wheel, 5.9 kHz: what is no sideband of it lies 60 dB below."""
    time = np.arange(2 * rate) / rate
    out = Rotary(speed="fast", starts="fast").process(np.sin(2 * np.pi * 5900 * time).astype(np.float32)[None],
                                                      Context(rate))[0].astype(float)[rate // 2:]
    level = np.abs(np.fft.rfft(out * np.kaiser(out.size, 16)))
    hz = np.fft.rfftfreq(out.size, 1 / rate)
    assert level[np.abs(hz - 5900) > 500].max() < 1e-3 * level.max()
