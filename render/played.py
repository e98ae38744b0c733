"""A part between its playing and its stem: what it sounds like waits in a file until all parts are measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BufferedRandom
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np

from render.audio.samples import Curve, Span, Stereo, envelope, sounding
from render.meters.bands import energies


@dataclass(frozen=True)
class Played:
    """A part as it was played.

    Attributes
    ----------
    file
        Its non-silent spans, float32, one channel after the other. It is gone when it is closed.
    spans
        The spans.
    energies
        Of ``render.meters.bands``.
    """

    file: BufferedRandom
    spans: Sequence[Span]
    energies: Curve

    @classmethod
    def of(cls, audio: Stereo, rate: int, folder: Path) -> Played:
        """Measure a part, shape (2, frames), and put it aside in a folder."""
        spans = sounding(envelope(audio), audio.shape[1])
        file = TemporaryFile(dir=folder)  # noqa: SIM115 - closed when the stem is written
        for start, stop in spans:
            for channel in audio:
                file.write(channel[start:stop].data)
        file.flush()
        return cls(file, spans, energies(audio, rate, spans))

    def audio(self, frames: int) -> Stereo:
        """Return the part as it was, shape (2, frames)."""
        audio = np.zeros((2, frames), np.float32)
        self.file.seek(0)
        for start, stop in self.spans:
            for channel in audio:
                self.file.readinto(channel[start:stop].data)
        return audio
