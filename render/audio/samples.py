"""Samples as they travel from the stems on: integers of 24 bits, how far they swing, and where there are any."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

FULL_SCALE = 2**23  # samples travel as the integers that a 24-bit file holds
POINTS = 2000

Span = tuple[int, int]  # frames, the second not included


def _edges(frames: int) -> np.ndarray:
    return np.linspace(0, frames, POINTS + 1).astype(int)


def envelope(audio: np.ndarray) -> np.ndarray:
    """Lowest and highest value in each of 2,000 equal stretches, both channels taken together.

    audio
        shape (2, frames), frames ≥ 1. Returns shape (2, 2000), of the same type.
    """
    edges = _edges(audio.shape[1])[:-1]
    return np.stack([np.minimum.reduceat(audio, edges, axis=1).min(axis=0),
                     np.maximum.reduceat(audio, edges, axis=1).max(axis=0)])


def in_steps(swing: np.ndarray) -> np.ndarray:
    """The envelope of what ``render.audio.wav.quantise`` makes of a sound with this envelope, full scale again 1."""
    return np.rint(swing * np.float32(FULL_SCALE)) / np.float32(FULL_SCALE)


def sounding(swing: np.ndarray, frames: int) -> list[Span]:
    """The stretches of an envelope in which anything differs from zero, those that touch joined, in rising order."""
    edges = _edges(frames)
    loud = np.diff(np.concatenate([[False], swing.any(axis=0), [False]]).astype(np.int8))
    starts, stops = np.flatnonzero(loud == 1), np.flatnonzero(loud == -1)
    return [(int(edges[start]), int(edges[stop])) for start, stop in zip(starts, stops, strict=True)
            if edges[start] < edges[stop]]


def touched(spans: Sequence[Span], block: int, frames: int) -> np.ndarray:
    """Which blocks of ``block`` frames, the last perhaps shorter, some span reaches into: bool, one a block."""
    blocks = np.zeros(-(-frames // block), np.bool_)
    for start, stop in spans:
        blocks[start // block:-(-stop // block)] = True
    return blocks
