"""What a render has made, as every writer receives it: whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from instruments.voice.source import VocalSource
from render.inputs import InputFile
from render.meters.glitch_measures import SectionMeasures
from render.run import Run
from scores.performance import Performance
from scores.score import Score


@dataclass(frozen=True)
class StemFile:
    """A finished stem on disk: 24-bit stereo WAV, with what was measured while it was made.

    ``lufs`` and ``peak_db`` (of the samples, in dBFS) are −inf for a stem that is silent. ``block_energy`` is the
    K-weighted energy of each 100 ms of the stem (see ``render.meters.loudness``); ``envelope`` its lowest and highest
    sample in each of 2,000 equal stretches, both channels taken together, shape (2, 2000), for pictures.
    """

    part: str
    path: Path  # inside the demo folder being written
    lufs: float
    peak_db: float
    sha256: str
    block_energy: np.ndarray
    envelope: np.ndarray


@dataclass(frozen=True)
class Rendering:
    """A score, its performance and all that was made of it.

    ``folder`` is the unpublished folder that writers write into. ``name`` is the file's stem (``softmax``),
    ``basename`` that of its files (``softmax_68bpm_Cm``). ``master`` is the mastered mix as it stands in its file,
    shape (2, frames), float32; ``master_energy`` its K-weighted energy by 100 ms. Loudnesses are −inf where silent.
    """

    name: str
    basename: str
    folder: Path
    score: Score
    performance: Performance
    rate: int
    frames: int
    stems: Sequence[StemFile]
    premaster_path: Path
    mix_path: Path
    master: np.ndarray
    master_energy: np.ndarray
    master_lufs: float
    master_true_peak_db: float
    mix_sha256: str
    section_lufs: Sequence[float]
    measured: Sequence[SectionMeasures]  # how broken each section is found to be
    notices: list[str]  # what the person should be told at the end (a limit exceeded, headroom taken)
    stems_dry: Sequence[StemFile] = ()  # without glitches, of each part, where they were asked for
    inputs: Sequence[InputFile] = ()  # files beside the score that it was made of
    voice: VocalSource | None = None  # the speech engine whose words are sung; None where nobody has words
    run: Run = map  # shares a writer's work with whoever is free

    def published(self, folder: Path) -> Rendering:
        """The rendering once its folder has been moved to its place, when nobody shares work any more."""
        def there(path: Path) -> Path:
            return folder / path.relative_to(self.folder)

        return replace(
            self, folder=folder, premaster_path=there(self.premaster_path), mix_path=there(self.mix_path), run=map,
            stems=[replace(stem, path=there(stem.path)) for stem in self.stems],
            stems_dry=[replace(stem, path=there(stem.path)) for stem in self.stems_dry])
