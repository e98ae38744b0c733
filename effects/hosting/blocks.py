"""pedalboard's processors, fed so that a sound in blocks is the sound in one piece."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from pedalboard import Plugin

from effects import BLOCK_FRAMES


def hosted(plugins: Sequence[Plugin], rate: int) -> Callable[[np.ndarray], np.ndarray]:
    """A function that puts consecutive blocks, shape (channels, frames ≥ 1), float32, through plugins in series.

    A plugin forgets its state whenever it meets a longer buffer than before, and tells channels from frames by the
    longer axis of the first array it sees. So each is first given the longest buffer it will ever get, of silence.
    """
    prepared = False

    def step(block: np.ndarray) -> np.ndarray:
        nonlocal prepared
        if not prepared:
            silence = np.zeros((block.shape[0], BLOCK_FRAMES), np.float32)
            for plugin in plugins:
                plugin.process(silence, rate, buffer_size=BLOCK_FRAMES, reset=True)
            prepared = True
        for plugin in plugins:
            block = plugin.process(block, rate, buffer_size=BLOCK_FRAMES, reset=False)
        return block

    return step


def unchanged(block: np.ndarray) -> np.ndarray:
    """What a neutral setting does to a block."""
    return block
