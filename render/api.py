"""The renderer from Python: one function, which does what the command does."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from instruments.voice.source import SpeechError
from render.catalogue import catalogue, out_of_range
from render.console.report import Quiet
from render.inputs import inputs_of
from render.pipeline import Job
from render.pipeline import render as render_song
from render.publish import check, publishing
from render.rendering import Rendering
from render.replaced import voice_changes
from render.speaker import fault_of, speaker
from scores.compose import compose
from scores.faults import ScoreFault
from scores.reading.read import read_score


def demo(score: str | Path, out: str | Path = "out", *, rate: int = 48000, jobs: int | None = None,
         dry: bool = False) -> Rendering:
    """Render a score into a folder of its name in ``out``.

    Parameters
    ----------
    score : str or Path
        The score, a YAML file.
    out : str or Path
        Where the demo's folder is made. A demo that stands there is replaced when all went well.
    rate : int
        Sample rate in Hz: 44100, 48000 or 96000.
    jobs : int, optional
        How many parts are rendered at a time; one a core by default. The bytes do not depend on it.
    dry : bool
        Whether the stems are written a second time without glitches.

    Returns
    -------
    Rendering
        Everything that was made and measured; its paths are those of the published files.

    Raises
    ------
    ScoreError
        With every mistake of the score and its place; ``scores.faults.explain`` makes a text of it.
    OutputError
        When ``out`` cannot take the demo.
    """
    path = Path(score)
    destination = Path(out) / path.stem
    source = read_score(path, catalogue())
    check(destination)
    try:
        performance = compose(source.score)
    except ScoreFault as fault:
        raise source.error([fault.fault]) from fault
    if faults := out_of_range(source.score, performance):
        raise source.error(faults)
    notices = voice_changes(destination, speaker(source.score, performance))
    job = Job(path.stem, source.score, performance, rate, inputs_of(source.score), notices, dry)
    with publishing(destination) as folder:
        try:
            rendering = render_song(job, folder, jobs or os.cpu_count() or 1, Quiet())
        except SpeechError as unspoken:
            raise source.error([fault_of(source.score, unspoken)]) from unspoken
    return _published(rendering, destination)


def _published(rendering: Rendering, destination: Path) -> Rendering:
    """The rendering with the paths that its files have once they are published."""
    def moved(path: Path) -> Path:
        return destination / path.relative_to(rendering.folder)

    return replace(rendering, folder=destination, premaster_path=moved(rendering.premaster_path),
                   mix_path=moved(rendering.mix_path),
                   stems=[replace(stem, path=moved(stem.path)) for stem in rendering.stems],
                   stems_dry=[replace(stem, path=moved(stem.path)) for stem in rendering.stems_dry])
