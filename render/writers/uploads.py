"""``suno/a_cappella.mp3`` and ``suno/instrumental.mp3``: the voices alone and the band alone, for upload.

Both are sums of stems, as loud as in the premaster: the band is what the premaster has beside the voices.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import soundfile

from render.audio.mp3 import encode
from render.audio.samples import Stereo
from render.rendering import Rendering, StemFile

ORDER = 10
TARGET = "uploads"

# Block that is read at a time [frames].
BLOCK = 1 << 18


def write(rendering: Rendering) -> None:
    """Write both files; a song without a voice or without a band has neither."""
    voices, band = _divided(rendering)
    if not voices or not band:
        return
    folder = rendering.folder / "suno"
    folder.mkdir(exist_ok=True)

    sung = _sum((stem.path for stem in voices), rendering.frames)
    others = _sum((rendering.premaster_path,), rendering.frames)
    others -= sung

    def write_mp3(file: tuple[str, Stereo]) -> None:
        name, sound = file
        (folder / name).write_bytes(encode(sound, rendering.rate))

    list(rendering.run(write_mp3, [("a_cappella.mp3", sung), ("instrumental.mp3", others)]))


def _divided(rendering: Rendering) -> tuple[list[StemFile], list[StemFile]]:
    """Return the stems of parts that carry words, and all others."""
    singing = {name for name, notes in rendering.performance.notes.items()
               if any(note.utterance is not None for note in notes)}
    return ([stem for stem in rendering.stems if stem.part in singing],
            [stem for stem in rendering.stems if stem.part not in singing])


def _sum(paths: Iterable[Path], frames: int) -> Stereo:
    """Return the sum of files of one length, shape (2, frames), float32."""
    total = np.zeros((2, frames), np.float32)
    for path in paths:
        with soundfile.SoundFile(path) as file:
            at = 0
            for block in file.blocks(BLOCK, dtype="float32"):
                total[:, at:at + len(block)] += block.T
                at += len(block)
    return total
