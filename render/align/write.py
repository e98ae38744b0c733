"""The files of an alignment: tables, MIDI and a DAWproject that follow the recording."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile as sf

from render.align.place import Placed
from render.align.recording import Recording
from render.align.report import HEADINGS, bars_csv, rows, summary
from render.align.timeline import in_their_order, on_their_time
from render.align.warp import ours_on_theirs, theirs_on_ours
from render.audio.samples import envelope, in_steps
from render.audio.wav import quantise, write_wav
from render.meters import loudness
from render.rendering import Rendering, StemFile
from render.writers import dawproject, midi
from scores.faults import InputError
from scores.performance import Performance
from scores.score import Score

# Folder of the recording as WAV files, for DAWs.
AUDIO = "audio"
# Folders of what is warped.
OURS_ON_THEIRS, THEIRS_ON_OURS = "ours_on_theirs", "theirs_on_ours"
NAME = "aligned"


@dataclass(frozen=True)
class Aligned:
    """A song that was found in a recording: the score, what was composed for it, and where it is.

    ``performance`` is without rubato, as ``placed`` has its bars; ``heard`` is as the demo sounds.
    """

    name: str
    score: Score
    performance: Performance
    heard: Performance
    recording: Recording
    placed: Placed


def write(aligned: Aligned, folder: Path) -> list[str]:
    """Write all files of an alignment into a folder that exists; return notices."""
    placed, performance = aligned.placed, aligned.performance
    table = [[heading.lstrip(">") for heading in HEADINGS], *([*row.cells] for row in rows(placed, performance))]
    widths = [max(len(row[n]) for row in table) for n in range(len(HEADINGS))]
    lines = ["  ".join(cell.rjust(width) if heading.startswith(">") else cell.ljust(width)
                       for cell, width, heading in zip(row, widths, HEADINGS, strict=True)).rstrip() for row in table]
    text = "\n".join([*summary(placed, performance), "", *lines]) + "\n"
    (folder / "alignment.txt").write_text(text, encoding="utf-8", newline="\n")
    (folder / "bars.csv").write_text(bars_csv(placed, performance), encoding="utf-8", newline="\n")
    rendering = _rendering(aligned, folder)
    midi.write(rendering)
    dawproject.write(rendering)
    return rendering.notices


def write_warped(aligned: Aligned, folder: Path, *, theirs: bool, demo: Path) -> Path:
    """Write sounds on the other time line, into a folder of their own; return it.

    Parameters
    ----------
    aligned
        The song in the recording.
    folder
        Folder of the alignment.
    theirs
        Whether the recording is laid on our grid; else the stems of our demo are laid on the recording.
    demo
        Folder of the demo.

    Raises
    ------
    InputError
        If the demo has no stems.
    """
    tempo, placed, recording = aligned.heard.tempo, _as_heard(aligned), aligned.recording
    ends = [tempo.seconds(stretch.bars[-1].bar.end_beats) for stretch in placed.stretches]
    there = folder / (THEIRS_ON_OURS if theirs else OURS_ON_THEIRS)
    if theirs:
        there.mkdir(exist_ok=True)
        frames = round(aligned.heard.duration_seconds * recording.rate)
        for name, sound in recording.sounds():
            moved = theirs_on_ours(sound, recording.rate, placed, ends, frames)
            write_wav(there / f"{name}.wav", quantise(moved), recording.rate)
        return there
    stems = sorted((demo / "stems").glob("*.wav"))
    if not stems:
        raise InputError(f"{demo}: there are no stems to be warped",
                         allowed="a demo: render the score first, or --demo DIR")
    there.mkdir(exist_ok=True)
    for file in stems:
        sound, rate = sf.read(file, dtype="float32", always_2d=True)
        moved = ours_on_theirs(np.ascontiguousarray(sound.T), rate, placed, ends, round(recording.seconds * rate))
        write_wav(there / file.name, quantise(moved), rate)
    return there


def _as_heard(aligned: Aligned) -> Placed:
    """Return where our bars are in the recording, with their own times as the demo has them."""
    heard = {bar.index: bar for bar in aligned.heard.bars}
    return replace(aligned.placed, stretches=tuple(
        replace(stretch, bars=tuple(replace(placed, bar=heard[placed.bar.index]) for placed in stretch.bars))
        for stretch in aligned.placed.stretches))


def _rendering(aligned: Aligned, folder: Path) -> Rendering:
    """Return the recording with our notes as a rendering, as the writers of sessions take it."""
    recording = aligned.recording
    (folder / AUDIO).mkdir(exist_ok=True)
    stems = [_stem(name, sound, recording.rate, folder / AUDIO / f"{name}.wav") for name, sound in recording.sounds()]
    nothing = np.zeros((2, 0), np.float32)
    theirs = on_their_time(aligned.performance, aligned.placed)
    return Rendering(
        name=aligned.name, basename=NAME, folder=folder, score=in_their_order(aligned.score, aligned.placed, theirs),
        performance=theirs, rate=recording.rate, frames=recording.frames,
        stems=stems, premaster_path=folder, mix_path=folder, master=nothing, master_energy=np.zeros(0),
        master_lufs=-np.inf, master_true_peak_db=-np.inf, mix_sha256="", section_lufs=(), measured=(), notices=[])


def _stem(name: str, sound: np.ndarray, rate: int, path: Path) -> StemFile:
    swing = in_steps(envelope(sound))
    samples = quantise(np.ascontiguousarray(sound, np.float32))
    energy = loudness.block_energy(samples, rate)
    peak = float(abs(swing).max())
    return StemFile(name, path, loudness.integrated(energy), 20 * float(np.log10(peak)) if peak else -np.inf,
                    write_wav(path, samples, rate), energy, swing)
