"""``suno/full.mp3`` and ``suno/excerpt_60s.mp3``: the whole song and a minute of it, to upload.

A writer of its own, and as well that its name comes first in its order: of all that is written this takes longest, in
pieces that the threads share. Where the excerpt is the song's own sound, its MP3 is made of the frames of the song's.
"""

from __future__ import annotations

import math

from render.audio.mp3 import FRAME, RATES, Alike, encode, sound_frames
from render.rendering import Rendering
from render.writers.suno.excerpt import cut_excerpt

ORDER = 10


def write(rendering: Rendering) -> None:
    """Write both files; their lengths are checked against Suno's limits in ``suno``."""
    folder = rendering.folder / "suno"
    folder.mkdir(exist_ok=True)
    full = encode(rendering.master, rendering.rate, rendering.run)
    (folder / "full.mp3").write_bytes(full)
    excerpt, alike = cut_excerpt(rendering), None
    if rendering.rate in RATES:
        alike = Alike(sound_frames(full)[excerpt.start // FRAME:], math.ceil(excerpt.fade_in / FRAME),
                      (excerpt.audio.shape[1] - excerpt.fade_out) // FRAME)
    (folder / "excerpt_60s.mp3").write_bytes(encode(excerpt.audio, rendering.rate, rendering.run, alike))
