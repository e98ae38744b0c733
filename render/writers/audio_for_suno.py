"""``suno/full.mp3`` and ``suno/excerpt_60s.mp3``: the whole song and one minute of it, for upload."""

from __future__ import annotations

from render.audio.mp3 import encode
from render.audio.samples import Stereo
from render.rendering import Rendering
from render.writers.suno.excerpt import cut_excerpt

ORDER = 10
TARGET = "suno"


def write(rendering: Rendering) -> None:
    """Write both files; the writer ``suno`` checks their lengths against Suno's limits."""
    folder = rendering.folder / "suno"
    folder.mkdir(exist_ok=True)

    def write_mp3(file: tuple[str, Stereo]) -> None:
        name, audio = file
        (folder / name).write_bytes(encode(audio, rendering.rate))

    list(rendering.run(write_mp3, [("full.mp3", rendering.master), ("excerpt_60s.mp3", cut_excerpt(rendering))]))
