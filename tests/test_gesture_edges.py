"""A gesture from silence to silence over a tone: no step at its ends, no click on its way."""

from __future__ import annotations

import numpy as np
import pytest

from effects import Context, effects, is_gesture

GESTURES = [name for name, kind in effects().items() if is_gesture(kind)]
STEPPED = ("bit_crush", "rate_hold")  # whose sound is steps
SMOOTH = [name for name in GESTURES if name not in STEPPED]
RATE = 48000
STEP = 1e-4  # −80 dBFS


def tone(swells: bool) -> np.ndarray:
    """Two seconds of 100 and 300 Hz at half of full scale, out of silence and into it again if it swells."""
    t = np.arange(2 * RATE) / RATE
    level = 0.5 - 0.5 * np.cos(np.pi * np.clip(np.minimum(t - 0.02, 1.9 - t) / 0.1, 0, 1)) if swells else 1
    wave = (0.4 * np.sin(2 * np.pi * 100 * t) + 0.1 * np.sin(2 * np.pi * 300 * t)) * level
    return np.repeat(wave[None], 2, axis=0).astype(np.float32)


def highest_db(audio: np.ndarray) -> float:
    """Peak of what lies above 6 kHz, where such low tones have nothing and a click has much."""
    spectrum = np.fft.rfft(audio * np.hanning(audio.size))
    spectrum[np.fft.rfftfreq(audio.size, 1 / RATE) < 6000] = 0
    return float(20 * np.log10(np.abs(np.fft.irfft(spectrum)).max() + 1e-12))


@pytest.mark.parametrize("depth", [0, 0.5, 1])
@pytest.mark.parametrize("name", GESTURES)
def test_from_silence_to_silence_there_is_no_step_over_minus_80_dbfs(name: str, depth: float) -> None:
    audio = tone(swells=True)
    effects()[name].at_depth(depth).lay(audio, 0, audio.shape[1], Context(RATE, 60 / 68, 3), 192)
    assert np.abs(audio[:, [0, -1]]).max() < STEP
    assert np.abs(audio).max() > 0.01


@pytest.mark.parametrize("depth", [0, 0.5, 1])
@pytest.mark.parametrize("name", SMOOTH)
def test_no_click_is_heard_above_a_tone_at_a_gesture_s_ends_or_inside_it(name: str, depth: float) -> None:
    audio = tone(swells=False)
    hard = audio[0].copy()
    hard[50000:] = np.roll(hard, 120)[50000:]
    assert highest_db(hard) > -40
    effects()[name].at_depth(depth).lay(audio, 9000, 80000, Context(RATE, 60 / 68, 3), 192)
    assert highest_db(audio[0]) < -75
