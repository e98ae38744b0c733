"""24-bit stereo WAV files: the samples that are written are the integers that were summed and measured."""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numba import njit
from numpy.typing import NDArray

from render.audio.chunks import Notes
from render.audio.samples import FULL_SCALE, Integers, Span, Stereo, touched

# Highest sample of a 24-bit file [steps].
LARGEST = FULL_SCALE - 1
# Block that is converted at a time [frames]: it stays in the cache.
_BLOCK = 1 << 15
# Size of a sample in the file [bytes].
_BYTES = 3
_CHANNELS = 2
# Size of a frame in the file [bytes].
FRAME_BYTES = _CHANNELS * _BYTES
# Size of a block in the file [bytes].
_BLOCK_BYTES = _BLOCK * FRAME_BYTES
_SILENCE = bytes(_BLOCK_BYTES)


def quantise(audio: Stereo, spans: Sequence[Span] | None = None) -> Integers:
    """Round float samples to 24-bit integers, in their own memory.

    No dither: rounding to 24 bits has an error at −144 dBFS, below the noise of any converter.

    Parameters
    ----------
    audio
        Shape (2, frames), float32, C-contiguous. It is overwritten.
    spans
        Spans outside which all samples are zero, in ascending order; None where nothing is known.

    Returns
    -------
    Integers
        Shape (2, frames), int32: a view of the same memory. Values beyond full scale are kept, up to 40 dB above it,
        although a file would not hold them.
    """
    samples, done = audio.view(np.int32), 0
    frames = audio.shape[1]
    for first, last in [*([(0, frames)] if spans is None else spans), (frames, frames)]:
        if samples[:, done:first].min(initial=0):
            samples[:, done:first] = 0  # −0.0 as an integer is −2³¹
        for channel in range(audio.shape[0]):
            for start in range(first, last, _BLOCK):
                stop = min(start + _BLOCK, last)
                scaled = audio[channel, start:stop] * np.float32(FULL_SCALE)
                np.rint(scaled, out=scaled)
                np.clip(scaled, -100 * FULL_SCALE, 100 * FULL_SCALE, out=scaled)
                samples[channel, start:stop] = scaled
        done = last
    return samples


def to_float(samples: Integers, out: Stereo | None = None) -> Stereo:
    """Convert 24-bit integers to float32 exactly: the inverse of :func:`quantise`.

    Parameters
    ----------
    samples
        Shape (2, frames), int32, full scale 2²³.
    out
        Where the result goes, of the same shape, float32; None for the memory of ``samples``.

    Returns
    -------
    Stereo
        ``out``, or a view of ``samples``.
    """
    audio = samples.view(np.float32) if out is None else out
    for channel in range(samples.shape[0]):
        for start in range(0, samples.shape[1], _BLOCK):
            block = samples[channel, start:start + _BLOCK].astype(np.float32)
            audio[channel, start:start + _BLOCK] = block * np.float32(1 / FULL_SCALE)
    return audio


@njit(cache=True, nogil=True)
def _pack(samples: Integers, start: int, stop: int, packed: NDArray[np.uint32]) -> None:
    """Interleave frames ``start`` … ``stop`` of a stereo signal as little-endian 24-bit integers.

    ``packed`` is uint32: two frames are four samples, which are three words. Of an odd last frame, half of them count.
    """
    for pair in range((stop - start + 1) // 2):
        i = start + 2 * pair
        j = min(i + 1, stop - 1)
        a, b = samples[0, i] & 0xFFFFFF, samples[1, i] & 0xFFFFFF
        c, d = samples[0, j] & 0xFFFFFF, samples[1, j] & 0xFFFFFF
        packed[3 * pair] = a | (b << 24)
        packed[3 * pair + 1] = (b >> 8) | (c << 16)
        packed[3 * pair + 2] = (c >> 16) | (d << 8)


@njit(cache=True, nogil=True)
def _unpack(data: NDArray[np.uint8], samples: Integers, start: int, stop: int) -> None:
    """Write the frames that ``data`` holds, as they stand in a file, to ``start`` … ``stop`` of a stereo signal."""
    for i in range(start, stop):
        at = 6 * (i - start)
        # the highest byte comes last, and with it the sign
        samples[0, i] = data[at] | (data[at + 1] << 8) | (np.int32(np.int8(data[at + 2])) << 16)
        samples[1, i] = data[at + 3] | (data[at + 4] << 8) | (np.int32(np.int8(data[at + 5])) << 16)


def _header(frames: int, rate: int, before: bytes, following: int) -> bytes:
    """Return RIFF, ``fmt `` (PCM), other chunks, start of ``data`` (Microsoft/IBM, 1991, see ``chunks``)."""
    frame = _CHANNELS * _BYTES
    size = frames * frame
    return b"".join([
        struct.pack("<4sI4s", b"RIFF", 36 + len(before) + size + following, b"WAVE"),
        struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, _CHANNELS, rate, rate * frame, frame, 24),
        before, struct.pack("<4sI", b"data", size)])


def header(frames: int, rate: int) -> bytes:
    """Return what stands before the samples of a file that says nothing about its sound."""
    return _header(frames, rate, b"", 0)


def packed(samples: Integers, start: int, stop: int) -> bytes:
    """Return frames ``start`` … ``stop`` of a sound, shape (2, frames), int32, as they stand in a file."""
    words = np.empty(-(-(stop - start) // 2) * 3, np.uint32)
    _pack(samples, start, stop, words)
    return words.view(np.uint8)[:(stop - start) * FRAME_BYTES].tobytes()


def write_wav(path: Path, samples: Integers, rate: int, spans: Sequence[Span] | None = None,
              notes: Notes | None = None) -> str:
    """Write a 24-bit WAV file.

    Parameters
    ----------
    path
        The file; one that exists is overwritten.
    samples
        Shape (2, frames), int32, C-contiguous, within −2²³ … 2²³ − 1.
    rate
        Sample rate [Hz].
    spans
        Spans outside which all samples are zero; None where nothing is known. Blocks outside them are not written but
        skipped: they read as zeros, and take no room where the file system supports sparse files.
    notes
        What the file says about its sound; None for the sound alone.

    Returns
    -------
    str
        SHA-256 of the file, in hexadecimal.
    """
    frames = samples.shape[1]
    before, after = (notes.before(), notes.after()) if notes else (b"", b"")
    header = _header(frames, rate, before, len(after))  # a frame has six bytes, so the sound needs no padding
    digest = hashlib.sha256(header)
    packed = np.empty(_BLOCK_BYTES // 4, np.uint32)
    with path.open("wb", buffering=0) as file:
        file.write(header)
        sounds = touched([Span(0, frames)] if spans is None else spans, _BLOCK, frames)
        for sound, start in zip(sounds.tolist(), range(0, frames, _BLOCK), strict=True):
            stop = min(start + _BLOCK, frames)
            size = (stop - start) * _CHANNELS * _BYTES
            if sound:
                _pack(samples, start, stop, packed)
                block = packed.view(np.uint8)[:size].data
                file.write(block)
            else:
                block = memoryview(_SILENCE)[:size]
                file.seek(size, os.SEEK_CUR)
            digest.update(block)
        file.truncate()
        file.write(after)
        digest.update(after)
    return digest.hexdigest()


def read_wav(path: Path, span: Span) -> Integers:
    """Read some frames of a file that :func:`write_wav` wrote: shape (2, frames), int32, full scale 2²³.

    Raises
    ------
    ValueError
        If it is no such file, or shorter.
    """
    frame = _CHANNELS * _BYTES
    with path.open("rb") as file:
        name, size = b"", 0
        file.seek(12)
        while name != b"data":
            file.seek(size, os.SEEK_CUR)
            head = file.read(8)
            if len(head) < 8:
                raise ValueError(f"{path} has no sound")
            name, size = struct.unpack("<4sI", head)
        file.seek(span.start * frame, os.SEEK_CUR)
        count = span.stop - span.start
        if span.stop * frame > size:
            raise ValueError(f"{path} is shorter")
        samples = np.empty((_CHANNELS, count), np.int32)
        block = np.empty(_BLOCK_BYTES, np.uint8)
        for start in range(0, count, _BLOCK):
            stop = min(start + _BLOCK, count)
            wanted = block[:(stop - start) * frame]
            if file.readinto(wanted.data) < wanted.size:
                raise ValueError(f"{path} is shorter")
            _unpack(block, samples, start, stop)
    return samples


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
