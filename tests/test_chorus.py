"""What a chorus owes: a copy that sways about its delay, at its speed, by its depth."""

from __future__ import annotations

import numpy as np
import pytest

from effects import Context
from effects.chorus import Chorus


@pytest.mark.parametrize("rate", [44100, 96000])
@pytest.mark.parametrize("depth", [0.0, 0.2, 0.5])
def test_the_copy_sways_about_its_delay_as_far_and_as_often_as_asked(depth: float, rate: int) -> None:
    clicks, interval = 200, round(0.05 * rate)
    audio = np.zeros((1, clicks * interval), np.float32)
    audio[0, ::interval] = 1
    out = Chorus(speed_hz=0.5, depth=depth, delay_ms=20, mix=1).process(audio, Context(rate))[0]
    delays_ms = np.abs(out).reshape(clicks, interval)[2:].argmax(axis=1) / rate * 1000
    assert delays_ms.mean() == pytest.approx(20, abs=1)
    assert np.ptp(delays_ms) / 2 == pytest.approx(10 * depth, rel=0.15, abs=0.05)
    if depth:
        spectrum = np.abs(np.fft.rfft(delays_ms - delays_ms.mean()))
        assert spectrum.argmax() / (len(delays_ms) * 0.05) == pytest.approx(0.5, abs=0.06)


def test_a_tone_becomes_a_band_around_itself() -> None:
    t = np.arange(4 * 48000) / 48000
    audio = (0.3 * np.sin(2 * np.pi * 1000 * t)).astype(np.float32)[None]
    lines = np.abs(np.fft.rfft(Chorus(speed_hz=2, depth=0.3, mix=1).process(audio, Context(48000))[0]))
    lines[4000 - 1:4000 + 2] = 0
    around = np.sum(lines[3700:4300] ** 2)
    assert around > 0.9 * np.sum(lines**2) and around > 1000
