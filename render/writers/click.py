"""``<basename>_click.wav``: a metronome from bar 1 to the end, as long as the stems. It is no part of the mix.

The first beat of a bar is highest and loudest, then the beginnings of its groups (2+2+3), then the other beats.
"""

from __future__ import annotations

import numpy as np

from render.audio.chunks import Notes
from render.audio.samples import FULL_SCALE, Mono, Span, merged
from render.audio.wav import write_wav
from render.rendering import Rendering
from scores.performance import Performance

ORDER = 10
TARGET = "click"

# Frequency [Hz] and peak (full scale 1) of each accent: bar, group, beat.
ACCENTS = ((1760.0, 0.5), (1320.0, 0.35), (880.0, 0.25))
BAR, GROUP, BEAT = range(3)
# Length of a click and time in which it falls by 60 dB [s].
LENGTH_SECONDS, DECAY_SECONDS = 0.05, 0.04


def write(rendering: Rendering) -> None:
    """Write the click track."""
    rate, frames = rendering.rate, rendering.frames
    sounds = [np.rint(_click(rate, *accent) * FULL_SCALE).astype(np.int32) for accent in ACCENTS]
    samples = np.zeros((2, frames), np.int32)
    spans = []
    for seconds, accent in clicks(rendering.performance):
        start = round(seconds * rate)
        stop = min(start + sounds[accent].size, frames)
        if start < stop:
            samples[:, start:stop] = sounds[accent][:stop - start]
            spans.append((start, stop))
    write_wav(rendering.folder / f"{rendering.basename}_click.wav", samples, rate, [Span(*span) for span in
              merged(spans)], Notes(f"{' '.join(rendering.score.title.split())}: click"))


def clicks(performance: Performance) -> list[tuple[float, int]]:
    """Return time [s] and accent of each click: one on each felt beat, also in an upbeat."""
    found = []
    for bar in performance.bars:
        # An upbeat is the end of a bar: its beats are counted from the bar line that is missing.
        missing = float(bar.meter.bar_beats) - bar.beats if bar.index == 0 else 0.0
        # Beats of even meters are not grouped: each is a group of its own.
        groups = bar.meter.group_starts if bar.meter.groups or bar.meter.is_uneven else ()
        for start in bar.meter.pulse_starts:
            place = float(start) - missing
            if -1e-9 <= place < bar.beats - 1e-9:
                accent = BAR if start == 0 else GROUP if start in groups else BEAT
                found.append((performance.tempo.seconds(bar.start_beats + place), accent))
    return found


def _click(rate: int, frequency: float, peak: float) -> Mono:
    """Return a decaying sine that begins at its peak's zero crossing: its first sample is the onset."""
    seconds = np.arange(round(LENGTH_SECONDS * rate)) / rate
    decay = 10 ** (-3 * seconds / DECAY_SECONDS)
    fade = np.clip((LENGTH_SECONDS - seconds) / 0.005, 0, 1)
    wave = np.cos(2 * np.pi * frequency * seconds) * decay * fade
    return (peak * wave).astype(np.float32)
