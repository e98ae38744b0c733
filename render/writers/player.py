"""``index.html``: the song as a page that plays the mix from its WAV file, with words, chords, curves and parts."""

from __future__ import annotations

from render.rendering import Rendering
from render.writers.page.document import NAME, Sound, as_html

ORDER = 10
TARGET = "player"


def write(rendering: Rendering) -> None:
    """Write the page, which has no sound of its own."""
    sound = Sound([rendering.mix_path.relative_to(rendering.folder).as_posix()])
    (rendering.folder / NAME).write_text(as_html(rendering, sound), encoding="utf-8", newline="\n")
