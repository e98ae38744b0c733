"""Sound files that a score names, checked before they are used: their rate, and values that are not sound."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile

SUFFIXES = frozenset({".wav", ".flac", ".aif", ".aiff", ".ogg", ".mp3"})
# Endings of sound, and of video with sound, for which libsndfile has no decoder: AAC and others.
UNDECODED = frozenset({".m4a", ".aac", ".mp4", ".mov", ".webm", ".wma", ".amr", ".3gp", ".mka"})
# Lowest and highest sample rate [Hz]; converters work at 8 to 768 kHz, some toys lower.
LOWEST_HZ, HIGHEST_HZ = 1000, 768_000
# Highest peak [dB re full scale]. Floating-point recordings exceed full scale by some decibels; 40 dB above it a file
# is scaled otherwise, and the other stems would lose their lowest bits beside it.
LOUDEST_DB = 40.0
# Length of a block that is read at a time [frames].
BLOCK_FRAMES = 1 << 16
# Delay of an MP3 that states none [frames]: the filter banks of the decoder and the encoder (LAME's FAQ).
MP3_DELAY = 529 + 576
# Beginnings of the header from which a decoder knows the delay and removes it.
MP3_TAGS = (b"Xing", b"Info", b"VBRI")
# Part of the first frame in which such a header begins [bytes].
TAG_WITHIN = 200
# Subtypes of integers, which can hold nothing but sound.
WHOLE_NUMBERS = ("PCM_S8", "PCM_U8", "PCM_16", "PCM_24", "PCM_32")


class Unsound(NamedTuple):
    """What is wrong with a sound file, and what is allowed."""

    message: str
    allowed: str


def conversion(name: str) -> str:
    """Return how a file of ``UNDECODED`` becomes one that can be read, in words; empty for any other."""
    path = Path(name)
    if path.suffix.lower() not in UNDECODED:
        return ""
    return f'convert it first: ffmpeg -i "{name}" "{path.with_suffix(".wav").as_posix()}"'


def unsound(path: Path) -> Unsound | None:
    """Find what is wrong with a sound file that can be opened.

    Of files of integers only the header is read; all others are read once, in blocks.

    Returns
    -------
    Unsound or None
        None where nothing is wrong, and for what cannot be opened as sound.
    """
    try:
        stamp = path.stat()
        return _unsound(path, stamp.st_mtime_ns, stamp.st_size)
    except OSError:
        return None


@lru_cache(maxsize=256)
def _unsound(path: Path, changed_ns: int, size: int) -> Unsound | None:
    try:
        stream = soundfile.SoundFile(str(path))
    except (soundfile.SoundFileError, OSError):
        return None
    with stream:
        rate = stream.samplerate
        if not LOWEST_HZ <= rate <= HIGHEST_HZ:
            return Unsound(f"this sound has a sample rate of {rate} Hz", f"{LOWEST_HZ} to {HIGHEST_HZ} Hz")
        if stream.format in ("WAV", "WAVEX", "AIFF") and stream.subtype in WHOLE_NUMBERS:
            return None
        return _values(stream)


def _values(stream: soundfile.SoundFile) -> Unsound | None:
    most = 10 ** (LOUDEST_DB / 20)
    done = 0
    try:
        while True:
            block = stream.read(BLOCK_FRAMES, "float64", always_2d=True)
            if not len(block):
                return None
            heard = np.abs(block).max(axis=1)
            wrong = np.flatnonzero(~(heard <= most))
            if wrong.size:
                at = (done + int(wrong[0])) / stream.samplerate
                if not np.isfinite(heard[wrong[0]]):
                    return Unsound(f"this sound has a value that is no number, at {at:.3f} seconds", "finite values")
                loud = 20 * float(np.log10(heard[wrong[0]]))
                return Unsound(f"this sound is {loud:.0f} dB above full scale, at {at:.3f} seconds",
                               f"at most {LOUDEST_DB:g} dB above full scale, which is 1 in floating point")
            done += len(block)
    except (soundfile.SoundFileError, OSError):
        return Unsound(f"this sound cannot be read after {done / stream.samplerate:.3f} seconds", "a whole sound file")


def lead_frames(path: Path) -> int:
    """Return the frames before the sound in an MP3 that does not state its delay; 0 for all other files."""
    if path.suffix.lower() != ".mp3":
        return 0
    with path.open("rb") as stream:
        head = stream.read(10)
        start = 0
        if head[:3] == b"ID3" and len(head) == 10:  # its size is in four bytes of seven bits
            start = 10 + sum(byte << 7 * (3 - place) for place, byte in enumerate(head[6:]))
        stream.seek(start)
        data = stream.read(BLOCK_FRAMES)
    frame = next((at for at in range(len(data) - 1) if data[at] == 0xFF and data[at + 1] & 0xE0 == 0xE0), 0)
    return 0 if any(tag in data[frame:frame + TAG_WITHIN] for tag in MP3_TAGS) else MP3_DELAY


def duration_seconds(path: Path) -> float:
    """Return the duration of a sound file, without the delay of an MP3 that does not state it."""
    info = soundfile.info(str(path))
    return max(float(info.frames) - lead_frames(path), 0.0) / float(info.samplerate)
