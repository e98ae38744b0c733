"""What a delay owes: echoes on the beat, each at its level."""

from __future__ import annotations

import numpy as np
import pytest

from effects import Context
from effects.delay import Delay


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
@pytest.mark.parametrize(("bpm", "time_beats"), [(68, 0.75), (120, 1 / 3), (90, 2), (300, 1 / 32)])
def test_echoes_fall_on_the_grid_each_softer_by_the_feedback(bpm: int, time_beats: float, rate: int) -> None:
    """The first echo is taken as the shape; the n-th is that shape n − 1 delays later, at feedback^(n−1)."""
    context = Context(rate, 60 / bpm)
    late = round(time_beats * 60 / bpm * rate)
    audio = np.zeros((1, 5 * late), np.float32)
    burst = min(late // 2, 400)
    audio[0, :burst] = np.hanning(burst) * np.sin(np.arange(burst))
    effect = Delay(time_beats=time_beats, feedback=0.5, mix=1, low_cut_hz=2000, high_cut_hz=20000)
    out = effect.process(audio, context)[0]
    assert not out[:late].any() and np.abs(out[late:late + burst]).max() > 0.1
    for echo in (2, 3):
        wanted = 0.5 ** (echo - 1) * out[late:late + burst].astype(float)
        found = out[echo * late:echo * late + burst]
        rest = 2 * np.abs(out[2 * late - late // 8:2 * late]).max()  # the filters ring into the next echo
        assert np.abs(found - wanted).max() < 1e-6 + rest


def test_without_feedback_there_is_one_echo() -> None:
    audio = np.zeros((2, 48000), np.float32)
    audio[:, :200] = np.hanning(200)
    out = Delay(time_beats=0.25, feedback=0, mix=0.5).process(audio, Context(48000, 0.5))
    assert np.array_equal(out[:, :6000], 0.5 * audio[:, :6000])
    assert np.abs(out[:, 6000:8000]).max() > 0.1 and np.abs(out[:, 11000:]).max() < 1e-4


def test_echoes_are_darker_and_thinner_than_the_sound() -> None:
    audio = np.zeros((1, 48000), np.float32)
    audio[0, 0] = 1
    spectrum = np.abs(np.fft.rfft(Delay(time_beats=0.5, feedback=0, mix=1, low_cut_hz=300, high_cut_hz=3000)
                                  .process(audio, Context(48000, 0.5))[0]))
    assert spectrum[1000] > 0.85
    assert spectrum[300] == pytest.approx(np.sqrt(0.5), abs=0.02)
    assert spectrum[3000] == pytest.approx(np.sqrt(0.5), abs=0.02)
