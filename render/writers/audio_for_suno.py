"""``suno/full.mp3`` and ``suno/excerpt_60s.mp3``: the whole song and one minute of it, for upload."""

from __future__ import annotations

from render.audio.mp3 import encode
from render.rendering import Rendering
from render.writers.suno.excerpt import cut_excerpt

ORDER = 10
TARGET = "suno"

WHOLE = "full.mp3"


def write(rendering: Rendering) -> None:
    """Write both files; the writer ``suno`` checks their lengths against Suno's limits."""
    folder = rendering.folder / "suno"
    folder.mkdir(exist_ok=True)

    def write_mp3(name: str) -> None:
        (folder / name).write_bytes(whole_song(rendering) if name == WHOLE else
                                    encode(cut_excerpt(rendering), rendering.rate))

    # The caller takes the last one: the whole, which takes longest, waits for no other writer.
    list(rendering.run(write_mp3, ["excerpt_60s.mp3", WHOLE]))


def whole_song(rendering: Rendering) -> bytes:
    """Return the mix as an MP3 without tags; it takes seconds, so it is made once."""
    return rendering.once(whole_song, lambda: encode(rendering.master, rendering.rate))
