"""``suno/full.mp3``: the whole song to upload. A writer of its own, and as well that its name comes first in its order:
of all that is written it takes longest, in pieces that the threads share.
"""

from __future__ import annotations

from render.mp3 import write_mp3
from render.rendering import Rendering

ORDER = 10


def write(rendering: Rendering) -> None:
    """Write ``suno/full.mp3``; its place among Suno's limits is checked with the others in ``suno``."""
    folder = rendering.folder / "suno"
    folder.mkdir(exist_ok=True)
    write_mp3(folder / "full.mp3", rendering.master, rendering.rate, rendering.run)
