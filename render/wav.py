"""24-bit WAV files: the samples that are written are the integers that were summed and measured."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numba import njit

from render.loudness import FULL_SCALE

LARGEST = FULL_SCALE - 1
_BLOCK = 1 << 17  # frames converted at a time: they stay in the cache
_BYTES = 3


def quantise(audio: np.ndarray) -> np.ndarray:
    """Round float samples to 24-bit integers, in their own memory.

    audio
        shape (2, frames), float32, C-contiguous. It is overwritten: the result is a view of the same memory.

    Returns shape (2, frames), int32. Values beyond full scale are kept, up to 40 dB above it; a file would not hold
    them. No dither: rounding to 24 bits errs at −144 dBFS, below the noise of any converter.
    """
    samples = audio.view(np.int32)
    for channel in range(audio.shape[0]):
        for start in range(0, audio.shape[1], _BLOCK):
            block = audio[channel, start:start + _BLOCK]
            scaled = np.rint(block * np.float32(FULL_SCALE))
            samples[channel, start:start + _BLOCK] = np.clip(scaled, -100 * FULL_SCALE, 100 * FULL_SCALE)
    return samples


def to_float(samples: np.ndarray) -> np.ndarray:
    """The float32 values of 24-bit integers, exactly and in the same memory: the inverse of :func:`quantise`."""
    audio = samples.view(np.float32)
    for channel in range(samples.shape[0]):
        for start in range(0, samples.shape[1], _BLOCK):
            block = samples[channel, start:start + _BLOCK].astype(np.float32)
            audio[channel, start:start + _BLOCK] = block * np.float32(1 / FULL_SCALE)
    return audio


@njit(cache=True, nogil=True)
def _pack(samples: np.ndarray, start: int, stop: int, packed: np.ndarray) -> None:
    """Interleave frames ``start`` … ``stop`` as little-endian 24-bit integers."""
    at = 0
    for i in range(start, stop):
        for channel in range(samples.shape[0]):
            value = samples[channel, i]
            packed[at] = value & 0xFF
            packed[at + 1] = (value >> 8) & 0xFF
            packed[at + 2] = (value >> 16) & 0xFF
            at += 3


def _header(channels: int, frames: int, rate: int) -> bytes:
    """RIFF, ``fmt `` (PCM) and the start of ``data`` (Microsoft/IBM, 1991, "Multimedia Programming Interface")."""
    size = frames * channels * _BYTES
    return b"".join([
        struct.pack("<4sI4s", b"RIFF", 36 + size + size % 2, b"WAVE"),
        struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * channels * _BYTES, channels * _BYTES, 24),
        struct.pack("<4sI", b"data", size)])


def _stretches(samples: np.ndarray, rate: int) -> Iterator[bytes | memoryview]:
    channels, frames = samples.shape
    yield _header(channels, frames, rate)
    packed = np.empty(_BLOCK * channels * _BYTES, np.uint8)
    silence = bytes(packed.size)
    for start in range(0, frames, _BLOCK):
        stop = min(start + _BLOCK, frames)
        size = (stop - start) * channels * _BYTES
        if samples[:, start:stop].any():
            _pack(samples, start, stop, packed)
            yield packed[:size].data
        else:
            yield memoryview(silence)[:size]
    if frames * channels * _BYTES % 2:
        yield b"\0"  # a RIFF chunk of odd length is followed by one byte


def write_wav(path: Path, samples: np.ndarray, rate: int) -> str:
    """Write a 24-bit WAV and return the SHA-256 of the file, in hex.

    samples
        shape (channels, frames), int32, C-contiguous, within −2²³ … 2²³ − 1.
    """
    digest = hashlib.sha256()
    with path.open("wb", buffering=0) as file:
        for stretch in _stretches(samples, rate):
            digest.update(stretch)
            file.write(stretch)
    return digest.hexdigest()


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
