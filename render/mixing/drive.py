"""Level and width of a part that follow the glitch intensity, smoothly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from render.audio.samples import Curve, Mono
from scores.format.model import Drive
from scores.performance import Performance

# Resolution of a driven curve [s].
STEP_SECONDS = 0.02
# Smoothing window [steps]: 0.3 s prevents clicks and jumps, and ends before the next beat.
SMOOTH_STEPS = 15


@dataclass(frozen=True)
class Driven:
    """Changes of level and width over the song.

    Attributes
    ----------
    level_db
        Added to the level [dB]: shape (points,), at points ``STEP_SECONDS`` apart.
    width
        Added to the width, at the same points.
    """

    level_db: Curve
    width: Curve

    @classmethod
    def of(cls, drive: Drive, performance: Performance) -> Driven | None:
        """Return the curves for a part's ``drive``; None where it changes neither level nor width."""
        if drive.level.is_nothing and drive.width.is_nothing:
            return None
        intensity = smooth_intensity(performance)
        return cls(drive.level.start + intensity * (drive.level.end - drive.level.start),
                   drive.width.start + intensity * (drive.width.end - drive.width.start))

    def at(self, start: int, stop: int, rate: int) -> tuple[Mono, Mono]:
        """Return the gain factor and what is added to the width, at each of the frames ``start`` … ``stop``."""
        places = np.arange(start, stop) / (rate * STEP_SECONDS)
        moments = np.arange(self.level_db.size)
        gain = np.interp(places, moments, 10 ** (self.level_db / 20))
        return gain.astype(np.float32), np.interp(places, moments, self.width).astype(np.float32)


def smooth_intensity(performance: Performance) -> Curve:
    """Return the smoothed glitch intensity of the song: shape (points,), 0 … 1, at points ``STEP_SECONDS`` apart."""
    seconds = np.arange(int(performance.duration_seconds / STEP_SECONDS) + 2) * STEP_SECONDS
    beats = np.array([performance.tempo.beat(second) for second in seconds.tolist()])
    intensity = np.interp(beats, performance.glitch.beats, performance.glitch.values)
    window = np.hanning(SMOOTH_STEPS + 2)[1:-1]
    padded = np.pad(intensity, SMOOTH_STEPS // 2, mode="edge")
    return np.convolve(padded, window / window.sum(), mode="valid")
