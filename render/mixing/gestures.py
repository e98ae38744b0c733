"""The glitch plan made sound: gestures are laid over a stretch of a part or of a send.

The same gesture has the same seed on every stem, so stems that are broken together stay so when they are mixed anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from effects import Context
from scores.performance import Gesture, Performance

# Crossfade at both ends of a gesture [s].
FADE_SECONDS = 0.004


def lay_gestures(audio: np.ndarray, gestures: Sequence[Gesture], performance: Performance, start: int,
                 rate: int) -> None:
    """Lay gestures over the stretch that begins at frame ``start`` of the song, in place.

    audio
        shape (2, frames), float32. A gesture that began before it is left out, one that lasts longer is cut off.
    """
    for gesture in gestures:
        first = round(gesture.onset_seconds * rate) - start
        last = min(round(gesture.end_seconds * rate) - start, audio.shape[1])
        if first < 0 or first >= last:
            continue
        context = replace(context_of(performance, start + first, start + last, rate, gesture.seed),
                          beat_seconds=gesture.beat_seconds)  # a step of the tempo may lie less than a frame away
        gesture.effect.lay(audio, first, last, context, round(FADE_SECONDS * rate))


def context_of(performance: Performance, start: int, stop: int, rate: int, seed: int) -> Context:
    """What an effect is told of a stretch of frames of the song."""
    tempo, origin = performance.tempo, start / rate
    curve = performance.temperature.between(tempo.beat(origin), tempo.beat(stop / rate))
    temperature = tuple((tempo.seconds(beat) - origin, value) for beat, value in curve)
    is_steady = len({value for _, value in curve}) == 1
    return Context(rate, tempo.beat_seconds(tempo.beat(origin)), seed, curve[0][1] if is_steady else temperature)
