"""The glitch plan as sound: gestures are applied to a stretch of a part or of a send.

A gesture has the same seed on every stem, so stems that break together still do when they are mixed again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from effects import Context
from render.audio.samples import Stereo
from scores.performance import Gesture, Performance

# Crossfade at both ends of a gesture [s]: prevents clicks.
FADE_SECONDS = 0.004


def lay_gestures(audio: Stereo, gestures: Sequence[Gesture], performance: Performance, start: int,
                 rate: int) -> None:
    """Apply gestures to a stretch of the song, in place.

    Parameters
    ----------
    audio
        The stretch: shape (2, frames), float32.
    gestures
        Gestures; one that begins before the stretch is skipped, one that ends after it is truncated.
    performance
        The song.
    start
        First frame of the stretch in the song.
    rate
        Sample rate [Hz].
    """
    for gesture in gestures:
        first = round(gesture.onset_seconds * rate) - start
        last = min(round(gesture.end_seconds * rate) - start, audio.shape[1])
        if first < 0 or first >= last:
            continue
        context = replace(context_of(performance, start + first, start + last, rate, gesture.seed),
                          beat_seconds=gesture.beat_seconds)  # rounding to frames could cross a step of the tempo
        gesture.effect.lay(audio, first, last, context, round(FADE_SECONDS * rate))


def context_of(performance: Performance, start: int, stop: int, rate: int, seed: int) -> Context:
    """Return the context of an effect for the frames ``start`` … ``stop`` of the song."""
    tempo, origin = performance.tempo, start / rate
    curve = performance.temperature.between(tempo.beat(origin), tempo.beat(stop / rate))
    temperature = tuple((tempo.seconds(beat) - origin, value) for beat, value in curve)
    is_steady = len({value for _, value in curve}) == 1
    return Context(rate, tempo.beat_seconds(tempo.beat(origin)), seed, curve[0][1] if is_steady else temperature)
