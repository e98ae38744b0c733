"""What a stopping tape owes: speed, pitch and level along one curve, and the sound untouched before."""

from __future__ import annotations

import numpy as np
import pytest
from signals import music

from effects import Context
from effects.tape_stop import TapeStop

RATE = 48000
CONTEXT = Context(RATE)


@pytest.mark.parametrize("curve", [0.5, 1, 2])
def test_the_pitch_of_a_tone_follows_the_speed(curve: float) -> None:
    frames = 4 * RATE
    audio = (0.5 * np.sin(2 * np.pi * 1000 * np.arange(frames) / RATE)).astype(np.float32)[None]
    out = TapeStop(curve=curve).process(audio, CONTEXT)[0]
    for share in (0.1, 0.3, 0.5, 0.7):
        place = round(share * frames)
        part = out[place - 1200:place + 1200] * np.hanning(2400)
        peak_hz = np.abs(np.fft.rfft(part, 2**17)).argmax() * RATE / 2**17
        assert peak_hz == pytest.approx(1000 * (1 - share) ** curve, rel=0.01)


@pytest.mark.parametrize("curve", [0.25, 1, 4])
def test_the_tape_travels_as_far_as_its_speed_takes_it(curve: float) -> None:
    """The place is the integral of the speed, here summed by the trapezium rule."""
    frames = 20000
    places, level = TapeStop(curve=curve).run_down(np.arange(frames), frames)
    speed = (1 - np.arange(frames) / frames) ** curve
    assert np.allclose(np.diff(places), (speed[1:] + speed[:-1]) / 2, atol=2e-3)
    assert np.sum(np.diff(places)) == pytest.approx(frames / (curve + 1), rel=1e-3)
    assert level[0] == 1 and (np.diff(level) <= 0).all() and level[-1] < 1e-5 and (level[:18000 - 10] == 1).any()


@pytest.mark.parametrize("share", [0.25, 0.5])
def test_before_the_stop_and_after_the_start_the_sound_keeps_its_bytes(share: float) -> None:
    audio = music(RATE, 1)
    stopped = TapeStop(share=share).process(audio, CONTEXT)
    started = TapeStop(share=share, direction="spin_up").process(audio, CONTEXT)
    turn = round(share * RATE)
    assert np.array_equal(stopped[:, :RATE - turn], audio[:, :RATE - turn])
    assert np.array_equal(started[:, turn:], audio[:, turn:])
    assert np.abs(stopped[:, -10:]).max() < 1e-4 and np.abs(started[:, :10]).max() < 1e-4


def test_running_up_is_stopping_backwards_in_time() -> None:
    audio = music(RATE, 0.6)
    started = TapeStop(direction="spin_up", curve=2).process(audio, CONTEXT)
    stopped = TapeStop(curve=2).process(np.ascontiguousarray(audio[:, ::-1]), CONTEXT)[:, ::-1]
    assert np.abs(started - stopped).max() < 1e-6


def test_a_tape_that_stands_leaves_no_held_sample() -> None:
    constant = np.full((1, RATE), 0.5, np.float32)
    out = TapeStop().process(constant, CONTEXT)
    assert out[0, 0] == 0.5 and abs(out[0, -1]) < 1e-6
    assert np.abs(np.diff(out)).max() < 0.5 * 1.6 / (0.1 * RATE)
