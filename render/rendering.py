"""The result of a render, as every writer receives it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from instruments.voice.source import VocalSource
from render.audio.samples import Curve, Envelope, Stereo
from render.inputs import InputFile
from render.meters.glitch_measures import SectionMeasures
from render.mixing.balance import Balance
from render.run import Once, Run
from render.store.folder import Store
from scores.performance import Performance
from scores.score import Score


@dataclass(frozen=True)
class StemFile:
    """A finished stem on disk, a 24-bit stereo WAV file, with its measurements.

    Attributes
    ----------
    part
        Name of the part.
    piece
        Name of the piece of a kit; empty for a whole part.
    path
        File, in the demo's folder.
    lufs
        Integrated loudness [LUFS]; −inf for a silent stem.
    peak_db
        Sample peak [dBFS]; −inf for a silent stem.
    sha256
        Of the file.
    block_energy
        K-weighted energy of each 100 ms, see ``render.meters.loudness``.
    envelope
        Lowest and highest sample in each of 2000 equal stretches, for pictures: shape (2, 2000), full scale ±1.
    """

    part: str
    path: Path
    lufs: float
    peak_db: float
    sha256: str
    block_energy: Curve
    envelope: Envelope
    piece: str = ""

    @property
    def name(self) -> str:
        """Name of the part, with that of the piece."""
        return f"{self.part} {self.piece}".strip()


@dataclass(frozen=True)
class Rendering:
    """A score, its performance and everything that was made from it.

    Attributes
    ----------
    name
        Name of the demo: the score's file name without its suffix (``softmax``).
    basename
        Beginning of the names of its audio and MIDI files (``softmax_68bpm_Cm``).
    folder
        Folder that writers write into; it is published when all have finished.
    score, performance
        What was rendered.
    rate
        Sample rate [Hz].
    frames
        Length of the song [samples].
    stems
        The parts in the order of the score; in place of a part with ``stems: each`` its pieces and its room.
    premaster_path, mix_path
        Files of the bus before and after the master.
    master
        The mastered mix as in its file: shape (2, frames), float32, full scale ±1.
    master_energy
        K-weighted energy of each 100 ms of it, see ``render.meters.loudness``.
    master_lufs
        Its integrated loudness [LUFS]; −inf for silence.
    master_true_peak_db
        Its true peak [dBTP]; −inf for silence.
    mix_sha256
        Of the mix's file.
    section_lufs
        Gated loudness of each section of the mix [LUFS]; −inf for silence.
    measured
        How broken each section sounds.
    notices
        Notices for the user, shown at the end: a limit that is exceeded, headroom that was needed.
    stems_dry
        The parts without glitches, if the user asked for them.
    inputs
        Files beside the score that affect the sound.
    voice
        The speech engine whose words are sung; None if no words are sung.
    balance
        What the parts were given so that they are balanced.
    run
        Shares a writer's work among idle threads.
    store
        What is kept between renders; None where nothing is.
    stem_keys
        Key of each part's stems, see ``render.finished``.
    once
        What several writers need, made once.
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
    master: Stereo
    master_energy: Curve
    master_lufs: float
    master_true_peak_db: float
    mix_sha256: str
    section_lufs: Sequence[float]
    measured: Sequence[SectionMeasures]
    notices: list[str]
    stems_dry: Sequence[StemFile] = ()
    inputs: Sequence[InputFile] = ()
    voice: VocalSource | None = None
    balance: Balance = field(default_factory=Balance)
    run: Run = map
    store: Store | None = None
    stem_keys: Mapping[str, str | None] = field(default_factory=dict)
    once: Once = field(default_factory=Once, compare=False, repr=False)

    def published(self, folder: Path) -> Rendering:
        """Return the rendering with the paths of its published folder; its work is no longer shared."""
        def there(path: Path) -> Path:
            return folder / path.relative_to(self.folder)

        return replace(
            self, folder=folder, premaster_path=there(self.premaster_path), mix_path=there(self.mix_path), run=map,
            once=Once(),
            stems=[replace(stem, path=there(stem.path)) for stem in self.stems],
            stems_dry=[replace(stem, path=there(stem.path)) for stem in self.stems_dry])
