"""The recording that came back: one file, or a folder of stems that begin together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile as sf
import soxr
from numpy.typing import NDArray

from render.align.features import RATE
from render.audio.samples import Stereo
from scores.faults import InputError
from scores.format.sounds import UNDECODED, conversion
from scores.notation import nearest
from scores.visible import visible

# Endings of the files that are read.
ENDINGS = (".wav", ".flac", ".mp3", ".ogg", ".opus", ".aif", ".aiff")
ALLOWED = "WAV, FLAC, MP3, OGG, Opus or AIFF, or a folder of such stems"
# Shortest and longest recording [s].
SHORTEST, LONGEST = 8.0, 1800.0
# Level below which a recording counts as silent [full scale]: −70 dB.
SILENT = 10 ** (-70 / 20)
# Frames that are read at a time.
BLOCK = 1 << 18


@dataclass(frozen=True)
class Recording:
    """A recording on disk.

    Parameters
    ----------
    files
        Its file or its stems, in alphabetical order.
    rate
        Sample rate of the first of them [Hz].
    frames
        Length of the longest, at that rate.
    heard
        Their sum, shape (frames,), float32, mono, at ``features.RATE``.
    """

    files: tuple[Path, ...]
    rate: int
    frames: int
    heard: NDArray[np.float32]

    @property
    def seconds(self) -> float:
        return self.frames / self.rate

    def sounds(self) -> Iterator[tuple[str, Stereo]]:
        """Yield the name of each file with its sound, stereo, at the recording's rate and of its length.

        The name has no ending, unless two files differ by nothing else.
        """
        stems = [file.stem.casefold() for file in self.files]
        for file in self.files:
            name = file.stem if stems.count(file.stem.casefold()) == 1 else file.name.replace(".", "_")
            sound, rate = sf.read(file, dtype="float32", always_2d=True)
            sound = sound[:, :2] if sound.shape[1] > 1 else sound.repeat(2, axis=1)
            if rate != self.rate:
                sound = soxr.resample(sound, rate, self.rate)
            whole = np.zeros((2, self.frames), np.float32)
            whole[:, :len(sound)] = sound[:self.frames].T
            yield name, whole


def read_recording(path: Path) -> Recording:
    """Read a recording.

    Raises
    ------
    InputError
        Where there is none, or it is no audio, silent, too short or too long.
    """
    files = _files(path)
    sums: list[NDArray[np.float32]] = []
    lengths, rates = [], []
    for file in files:
        sound, rate = _mono(file)
        sums.append(sound)
        lengths.append(len(sound) / RATE)
        rates.append(rate)
    heard = np.zeros(max(len(sound) for sound in sums), np.float32)
    for sound in sums:
        heard[:len(sound)] += sound
    seconds = len(heard) / RATE
    shown = visible(str(path))
    if seconds < SHORTEST:
        raise InputError(f"{shown}: {seconds:.1f} seconds are too short to find a song in them",
                         allowed=f"{SHORTEST:g} seconds or more")
    if float(abs(heard).max()) < SILENT:
        raise InputError(f"{shown}: the recording is silent", allowed="a recording of the song")
    return Recording(tuple(files), rates[0], round(max(lengths) * rates[0]), heard)


def _files(path: Path) -> list[Path]:
    shown = visible(str(path))
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix.lower() in ENDINGS and file.is_file())
        if not files:
            other = min((file.name for file in path.iterdir() if file.suffix.lower() in UNDECODED), default="")
            raise InputError(f"{shown}: no audio is in this folder",
                             allowed=f"{ALLOWED}; {conversion(other)}" if other else ALLOWED)
        return files
    if not path.is_file():
        beside = [other.name for other in path.parent.glob("*")
                  if other.suffix.lower() in ENDINGS] if path.parent.is_dir() else []
        like = nearest(path.name, beside)
        raise InputError(f"{shown}: there is no such file", allowed=ALLOWED,
                         nearest=str(path.parent / like) if like else None)
    return [path]


def _mono(file: Path) -> tuple[NDArray[np.float32], int]:
    """Read a file as mono at the rate of the features; the whole is never in memory at its own rate."""
    shown = visible(str(file))
    try:
        with sf.SoundFile(file) as stream:
            if stream.frames > LONGEST * stream.samplerate:
                raise InputError(f"{shown}: {stream.frames / stream.samplerate / 60:.0f} minutes are too long",
                                 allowed=f"{LONGEST / 60:g} minutes at most")
            resampler = soxr.ResampleStream(stream.samplerate, RATE, 1, dtype="float32")
            blocks = []
            while len(block := stream.read(BLOCK, dtype="float32", always_2d=True)):
                blocks.append(resampler.resample_chunk(np.ascontiguousarray(block.mean(axis=1))))
            blocks.append(resampler.resample_chunk(np.zeros(0, np.float32), last=True))
            sound = np.concatenate(blocks)
    except sf.SoundFileError as error:
        how = conversion(shown)
        raise InputError(f"{shown}: this is no audio file that can be read",
                         allowed=f"{ALLOWED}; {how}" if how else ALLOWED) from error
    if not np.isfinite(sound).all():
        raise InputError(f"{shown}: the file holds values that are no numbers", allowed=ALLOWED)
    return sound, stream.samplerate
