"""Convolution with a file of one's own: the room itself, as loud as the sound, at any rate, or refused at its place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from bad_scores import GOOD
from reading import faults
from signals import CONTEXT, music

from effects import Context
from effects.convolution import Convolution


def room(folder: Path, rate: int = 48000, channels: int = 2) -> str:
    """Noise that dies away by 60 dB in 0.3 s; its energy is not 1."""
    time = np.arange(round(0.3 * rate)) / rate
    noise = np.random.default_rng(5).standard_normal((channels, time.size)) * 10 ** (-3 * time / 0.3)
    soundfile.write(folder / "room.wav", 0.2 * noise.T, rate, subtype="FLOAT")
    return str(folder / "room.wav")


def test_a_click_gives_the_room_back_scaled_to_unit_energy(tmp_path: Path) -> None:
    file = room(tmp_path)
    click = np.zeros((2, 24000), np.float32)
    click[:, 100] = 1
    wet = Convolution(file=file, mix=1).process(click, CONTEXT)
    assert not np.abs(wet[:, :100]).max() > 1e-6
    response = soundfile.read(file)[0].T
    wanted = response / np.sqrt((response**2).sum(axis=1).max())
    np.testing.assert_allclose(wet[:, 100:100 + wanted.shape[1]], wanted, atol=1e-6)
    half = Convolution(file=file, mix=0.5, gain_db=-6.0206).process(click, CONTEXT)
    np.testing.assert_allclose(half, 0.5 * click + 0.25 * wet, atol=1e-6)


def test_neutral_is_the_input_silence_is_silent_and_the_tail_is_told(tmp_path: Path) -> None:
    effect, audio = Convolution(file=room(tmp_path)), music(48000, 0.5)
    assert np.array_equal(Convolution.neutral().process(audio, CONTEXT), audio)
    assert not effect.process(np.zeros_like(audio), CONTEXT).any()
    assert effect.tail_seconds(CONTEXT) == pytest.approx(0.3, abs=1e-3)
    assert effect.process(audio, CONTEXT).tobytes() == effect.process(audio, CONTEXT).tobytes()


@pytest.mark.parametrize("rate", [44100, 96000])
def test_at_another_rate_it_is_the_same_room(rate: int, tmp_path: Path) -> None:
    """As long and as loud, channel by channel; mono sound hears the mean of both."""
    effect = Convolution(file=room(tmp_path), mix=1)
    click = np.zeros((2, rate), np.float32)
    click[:, 0] = 1
    wet = effect.process(click, Context(rate))
    heard = np.flatnonzero(np.abs(wet).max(axis=0) > 1e-6)[-1] / rate
    assert heard == pytest.approx(0.3, abs=0.01)
    assert np.sqrt((wet**2).sum(axis=1)).max() == pytest.approx(1, abs=1e-3)
    np.testing.assert_allclose(effect.process(click[:1], Context(rate))[0], wet.mean(axis=0), atol=1e-6)


def test_what_is_no_room_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("hello")
    soundfile.write(tmp_path / "silent.wav", np.zeros(100), 48000)
    soundfile.write(tmp_path / "many.wav", np.ones((100, 4)), 48000)
    for name, message in (("text.wav", "this impulse response cannot be read"), ("none.wav", "there is no such file"),
                          ("silent.wav", "this impulse response is silent"),
                          ("many.wav", "this impulse response has 4 channels")):
        (fault,) = faults(tmp_path, GOOD.replace("instrument: hum}", "instrument: hum, effects: [{convolution: {file: "
                                                                     f"{name}}}}}]}}"))
        assert fault.message.startswith(message) and fault.allowed
        assert (fault.line, fault.column) == (6, 59)
