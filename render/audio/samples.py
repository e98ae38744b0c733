"""Samples on their way from the stems to the files: 24-bit integers, their envelope, and the spans that hold sound."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

# Shape (2, frames), float32: sound, full scale ±1.
Stereo: TypeAlias = NDArray[np.float32]
# Shape (frames,), float32.
Mono: TypeAlias = NDArray[np.float32]
# Shape (2, frames), int32: sound in the steps of a 24-bit file, full scale ±2²³.
Integers: TypeAlias = NDArray[np.int32]
# Shape (2, POINTS), float32 or int32: lowest and highest sample of each of POINTS equal stretches.
Envelope: TypeAlias = NDArray[np.float32]
# Shape (points,), float64: a measure over time.
Curve: TypeAlias = NDArray[np.float64]
# Shape (points,), bool.
Mask: TypeAlias = NDArray[np.bool_]

Number = TypeVar("Number", np.float32, np.int32)

# Full scale [steps of a 24-bit file].
FULL_SCALE = 2**23
# Resolution of an envelope [points over the whole song]: more than a picture is wide.
POINTS = 2000


class Span(NamedTuple):
    """Frames ``start`` … ``stop``, the second not included."""

    start: int
    stop: int


def merged(spans: Iterable[tuple[int, int]]) -> list[Span]:
    """Join spans that touch or overlap; ``spans`` and the result are in ascending order of their starts."""
    joined: list[Span] = []
    for start, stop in spans:
        if joined and start <= joined[-1].stop:
            joined[-1] = Span(joined[-1].start, max(joined[-1].stop, stop))
        else:
            joined.append(Span(start, stop))
    return joined


def _edges(frames: int) -> NDArray[np.int64]:
    return np.linspace(0, frames, POINTS + 1).astype(int)


def envelope(audio: NDArray[Number]) -> NDArray[Number]:
    """Lowest and highest value in each of ``POINTS`` equal stretches, both channels taken together.

    Parameters
    ----------
    audio
        Shape (2, frames), frames ≥ 1, float32 or int32.

    Returns
    -------
    NDArray
        Shape (2, POINTS), of the same dtype: lowest values, highest values.
    """
    edges = _edges(audio.shape[1])[:-1]
    return np.stack([np.minimum.reduceat(audio, edges, axis=1).min(axis=0),
                     np.maximum.reduceat(audio, edges, axis=1).max(axis=0)])


def in_steps(swing: Envelope) -> Envelope:
    """Round an envelope to the steps of a 24-bit file, as ``render.audio.wav.quantise`` rounds its sound."""
    return np.asarray(np.rint(swing * np.float32(FULL_SCALE)) / np.float32(FULL_SCALE))


def sounding(swing: Envelope, frames: int) -> list[Span]:
    """Find the non-silent spans of a sound of so many frames by its envelope, in ascending order."""
    edges = _edges(frames)
    loud = np.diff(np.concatenate([[False], swing.any(axis=0), [False]]).astype(np.int8))
    starts, stops = np.flatnonzero(loud == 1), np.flatnonzero(loud == -1)
    return [Span(int(edges[start]), int(edges[stop])) for start, stop in zip(starts, stops, strict=True)
            if edges[start] < edges[stop]]


def touched(spans: Sequence[Span], block: int, frames: int) -> Mask:
    """Find the blocks of ``block`` frames that some span reaches into; the last block may be shorter.

    Returns
    -------
    Mask
        Shape (⌈frames / block⌉,), bool.
    """
    blocks = np.zeros(-(-frames // block), np.bool_)
    for start, stop in spans:
        blocks[start // block:-(-stop // block)] = True
    return blocks
