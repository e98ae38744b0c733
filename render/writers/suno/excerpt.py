"""A minute of a song: where it starts, and the sound of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from render.audio.mp3 import FRAME, RATES
from render.rendering import Rendering
from scores.format.model import Section

EXCERPT_SECONDS = 59.9  # an MP3 of it, with the codec's padding, stays under a minute
FADE_IN_SECONDS = 0.01
FADE_OUT_SECONDS = 2.0
CHORUS_TAGS = ("chorus", "refrain", "hook")


@dataclass(frozen=True)
class Excerpt:
    """At most a minute of the mix: ``audio`` shape (2, frames), float32, from frame ``start`` of the song on, with so
    many frames faded in at its start and out at its end."""

    audio: np.ndarray
    start: int
    fade_in: int
    fade_out: int


def excerpt_span(rendering: Rendering) -> tuple[int, int]:
    """The frames of the excerpt: a minute from the section that the score names, or from the first chorus; of a song
    that is no longer than that, all. It starts with the section, or with the frame of the song's MP3 that the section
    starts in, 26 ms before at most."""
    most = round(EXCERPT_SECONDS * rendering.rate)
    if rendering.frames <= most:
        return 0, rendering.frames
    start = round(_start_seconds(rendering) * rendering.rate)
    if rendering.rate in RATES:
        start = start // FRAME * FRAME
    return start, min(start + most, rendering.frames)


def cut_excerpt(rendering: Rendering) -> Excerpt:
    """The excerpt's sound; a cut start is faded in, a cut end faded out."""
    start, stop = excerpt_span(rendering)
    audio = rendering.master[:, start:stop].copy()
    fade_in = round(FADE_IN_SECONDS * rendering.rate) if start > 0 else 0
    fade_out = round(FADE_OUT_SECONDS * rendering.rate) if stop < rendering.frames else 0
    audio[:, :fade_in] *= np.linspace(0, 1, fade_in, dtype=np.float32)
    audio[:, audio.shape[1] - fade_out:] *= np.cos(np.linspace(0, np.pi / 2, fade_out, dtype=np.float32)) ** 2
    return Excerpt(audio, start, fade_in, fade_out)


def kind_of(section: Section) -> str:
    """``Verse`` of Verse 1."""
    return (section.tag or section.name).rstrip("0123456789").strip()


def _start_seconds(rendering: Rendering) -> float:
    named = rendering.score.suno.excerpt
    for section, span in zip(rendering.score.sections, rendering.performance.sections, strict=True):
        wanted = section.name == named if named else kind_of(section).lower() in CHORUS_TAGS
        if wanted:
            return span.start_seconds
    return 0.0
