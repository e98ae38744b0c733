"""Test signals for effects and meters, and the context that effects are tested in."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from effects import Context

CONTEXT = Context(48000, 60 / 68, 11)


def music(rate: int, seconds: float, channels: int = 2, seed: int = 1) -> np.ndarray:
    """Plucked chords over a little noise: shape (channels, frames), float32, peaks near −6 dBFS."""
    return _music(rate, seconds, channels, seed).copy()


@lru_cache(maxsize=64)
def _music(rate: int, seconds: float, channels: int, seed: int) -> np.ndarray:
    t = np.arange(round(rate * seconds)) / rate
    generator = np.random.default_rng(seed)
    decay = np.exp(-4 * (t % 0.4))
    rows = [decay * sum(np.sin(2 * np.pi * hz * h * t) / h for hz in (130.8, 196, 311.1) for h in (1, 2, 3, 5)) / 6
            + 0.003 * generator.standard_normal(t.size) for _ in range(channels)]
    if channels == 2:
        rows[1] = 0.7 * rows[1] + 0.1 * np.sin(2 * np.pi * 440 * t) * decay
    return np.array(rows, dtype=np.float32)


def phrases(rate: int, seconds: int = 12, seed: int = 3) -> np.ndarray:
    """Music-like: decaying tones over a quiet half and a loud half, with a rest between."""
    generator = np.random.default_rng(seed)
    audio = np.zeros((2, seconds * rate), np.float32)
    for onset in np.arange(0, seconds - 1.5, 0.25):
        if seconds * 0.45 < onset < seconds * 0.55:
            continue
        level = 0.02 if onset < seconds / 2 else 0.25
        at, time = round(onset * rate), np.arange(rate) / rate
        hertz = 110 * 2 ** (generator.integers(0, 30) / 12)
        tone = sum(np.sin(2 * np.pi * hertz * h * time) * np.exp(-time * 4 * h) / h for h in range(1, 6))
        audio[:, at:at + rate] += (level * np.array([[1.0], [generator.random()]]) * tone).astype(np.float32)
    return audio
