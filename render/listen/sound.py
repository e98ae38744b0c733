"""Sounds as files that are never written: the bytes of a WAV file are made when a browser asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from render.audio.samples import Integers
from render.audio.wav import FRAME_BYTES, header, packed

# Frames that are made at a time.
BLOCK = 1 << 17


@dataclass(frozen=True)
class Sound:
    """A stereo sound.

    Attributes
    ----------
    samples
        Shape (2, frames), int32, full scale 2²³, C-contiguous.
    rate
        Sample rate [Hz].
    """

    samples: Integers
    rate: int
    kind: ClassVar[str] = "audio/wav"

    @property
    def head(self) -> bytes:
        """What stands before the samples."""
        return header(self.samples.shape[1], self.rate)

    @property
    def size(self) -> int:
        """Size of the whole file [bytes]."""
        return len(self.head) + int(self.samples.shape[1]) * FRAME_BYTES

    def part(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes ``start`` … ``stop`` of the file, the second not included."""
        head = self.head
        if start < len(head):
            yield head[start:stop]
        first, last = max(start - len(head), 0), max(stop - len(head), 0)
        while first < last:
            frame = first // FRAME_BYTES
            until = min(frame + BLOCK, self.samples.shape[1])
            skipped = first - frame * FRAME_BYTES
            block = packed(self.samples, frame, until)[skipped:last - frame * FRAME_BYTES]
            yield block
            first += len(block)


@dataclass(frozen=True)
class Encoded:
    """A sound as the bytes of an MP3 file."""

    data: bytes
    kind: ClassVar[str] = "audio/mpeg"

    @property
    def size(self) -> int:
        """Size of the whole file [bytes]."""
        return len(self.data)

    def part(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes ``start`` … ``stop`` of the file, the second not included."""
        yield self.data[start:stop]


def within(samples: Integers, start: int, stop: int) -> Integers:
    """Return some frames of a sound as a sound of their own: shape (2, stop − start), int32."""
    return np.ascontiguousarray(samples[:, start:stop])
