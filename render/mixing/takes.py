"""Recordings in a stem: resampled to its rate and added at their onsets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import soundfile
import soxr

from effects.dsp import raised_cosine
from render.audio.samples import Stereo
from scores.format.sounds import lead_frames
from scores.performance import Take

# Fade at a cut of a recording [s]: prevents clicks.
EDGE_SECONDS = 0.005
# Length of a block that is read where a file cannot be sought [frames].
SKIPPED_FRAMES = 1 << 16


def add_takes(audio: Stereo, takes: Sequence[Take], start: int, rate: int) -> None:
    """Add recordings to a stretch of a stem, in place.

    Parameters
    ----------
    audio
        The stretch: shape (2, frames), float32. A recording that lasts longer is truncated.
    takes
        Recordings that begin in the stretch.
    start
        First frame of the stretch in the song.
    rate
        Sample rate [Hz].
    """
    for take in takes:
        first = round(take.onset_seconds * rate) - start
        wave = _read(take, rate)[:, :audio.shape[1] - first]
        edge = min(round(EDGE_SECONDS * rate), wave.shape[1])
        wave *= np.float32(10 ** (take.level_db / 20))
        if take.skip_seconds > 0:
            wave[:, :edge] *= raised_cosine(edge)
        if take.is_cut:
            wave[:, wave.shape[1] - edge:] *= raised_cosine(edge)[::-1]
        audio[:, first:first + wave.shape[1]] += wave


def _read(take: Take, rate: int) -> Stereo:
    """Read the part of a recording that is heard: shape (1 or 2, frames), float32, at ``rate`` Hz."""
    with soundfile.SoundFile(str(take.file)) as stream:
        own = stream.samplerate
        _skip(stream, lead_frames(take.file) + round(take.skip_seconds * own))
        wave = np.ascontiguousarray(stream.read(round(take.duration_seconds * own), np.float32, always_2d=True).T)
    if own != rate:
        wave = np.stack([soxr.resample(channel, own, rate, quality="VHQ") for channel in wave])
    return np.ascontiguousarray(wave, dtype=np.float32)


def _skip(stream: soundfile.SoundFile, frames: int) -> None:
    """Go on by so many frames: in a file that cannot be sought, as GSM, by reading them."""
    if stream.seekable():
        stream.seek(frames)
        return
    while frames > 0:
        read = len(stream.read(min(frames, SKIPPED_FRAMES), np.float32))
        if not read:
            return
        frames -= read
