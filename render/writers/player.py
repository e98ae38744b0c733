"""``index.html``: the song as a page that plays the mix from its WAV file, with words, chords, curves and parts."""

from __future__ import annotations

from render.rendering import Rendering
from render.writers.page.document import NAME, Sound, document

ORDER = 10
TARGET = "player"


def write(rendering: Rendering) -> None:
    """Write the page, which has no sound of its own."""
    mix = rendering.mix_path.relative_to(rendering.folder).as_posix()
    (rendering.folder / NAME).write_text(document(rendering, Sound(mix)), encoding="utf-8", newline="\n")
