"""pedalboard's processors, called so that a sound in blocks gives the same output as in one piece."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from pedalboard import Plugin

from effects import BLOCK_FRAMES, Sound


def hosted(plugins: Sequence[Plugin], rate: int) -> Callable[[Sound], Sound]:
    """Return a function that puts consecutive blocks, shape (channels, frames ≥ 1), float32, through plugins in series.

    A plugin resets its state whenever it receives a longer buffer than before, and takes the longer axis of the first
    array it receives for time. So each plugin first receives the longest buffer that it will ever get, of silence.
    """
    prepared = False

    def step(block: Sound) -> Sound:
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


def unchanged(block: Sound) -> Sound:
    """Return the block itself, as a neutral setting does."""
    return block
