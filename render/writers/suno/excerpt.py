"""An excerpt of a song: where it starts, and its sound."""

from __future__ import annotations

import numpy as np

from render.audio.samples import Stereo
from render.rendering import Rendering
from scores.format.model import Section

# Length [s]: the MP3 file, with the codec's padding, stays under a minute.
EXCERPT_SECONDS = 59.9
# Linear fade at a start inside the song [s]: long enough to prevent a click.
FADE_IN_SECONDS = 0.01
# Squared-cosine fade at an end inside the song [s].
FADE_OUT_SECONDS = 2.0
# Kinds of section, in lower case, that the excerpt starts with where the score names none.
CHORUS_TAGS = ("chorus", "refrain", "hook")


def excerpt_span(rendering: Rendering) -> tuple[int, int]:
    """Return the first frame of the excerpt and its end.

    It starts with the section that the score names, else with the first chorus, else with the song, and lasts
    ``EXCERPT_SECONDS`` or to the end of the song. The excerpt of a song no longer than that is the whole song.
    """
    most = round(EXCERPT_SECONDS * rendering.rate)
    if rendering.frames <= most:
        return 0, rendering.frames
    start = round(_start_seconds(rendering) * rendering.rate)
    return start, min(start + most, rendering.frames)


def cut_excerpt(rendering: Rendering) -> Stereo:
    """Copy the excerpt out of the mix, shape (2, frames), float32; an end inside the song is faded."""
    start, stop = excerpt_span(rendering)
    audio = rendering.master[:, start:stop].copy()
    fade_in = round(FADE_IN_SECONDS * rendering.rate) if start > 0 else 0
    fade_out = round(FADE_OUT_SECONDS * rendering.rate) if stop < rendering.frames else 0
    audio[:, :fade_in] *= np.linspace(0, 1, fade_in, dtype=np.float32)
    audio[:, audio.shape[1] - fade_out:] *= np.cos(np.linspace(0, np.pi / 2, fade_out, dtype=np.float32)) ** 2
    return audio


def kind_of(section: Section) -> str:
    """Return the name of a section without its number: ``Verse`` for Verse 1."""
    return (section.tag or section.name).rstrip("0123456789").strip()


def _start_seconds(rendering: Rendering) -> float:
    named = rendering.score.suno.excerpt
    for section, span in zip(rendering.score.sections, rendering.performance.sections, strict=True):
        wanted = section.name == named if named else kind_of(section).lower() in CHORUS_TAGS
        if wanted:
            return span.start_seconds
    return 0.0
