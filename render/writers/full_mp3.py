"""``suno/full.mp3``: the whole song to upload. A writer of its own, so that a core encodes it while another does the
rest: of all that is written it takes longest, so it is as well that its name comes first in its order.

One encoder has to do it from start to end: even at 320 kb/s LAME lets a frame borrow bits from those before it (its
``main_data_begin`` is seldom 0 at 48 kHz), so pieces made at the same time could not be joined at a frame.
"""

from __future__ import annotations

from render.mp3 import write_mp3
from render.rendering import Rendering

ORDER = 10


def write(rendering: Rendering) -> None:
    """Write ``suno/full.mp3``; its place among Suno's limits is checked with the others in ``suno``."""
    folder = rendering.folder / "suno"
    folder.mkdir(exist_ok=True)
    write_mp3(folder / "full.mp3", rendering.master, rendering.rate)
