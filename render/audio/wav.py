"""24-bit stereo WAV files: the samples that are written are the integers that were summed and measured."""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock

import numpy as np
from numba import njit

from render.audio.samples import FULL_SCALE, Span, touched

LARGEST = FULL_SCALE - 1
_BLOCK = 1 << 15  # frames converted at a time: they stay in the cache
_BYTES = 3
_CHANNELS = 2
_BLOCK_BYTES = _BLOCK * _CHANNELS * _BYTES
_SILENCE = bytes(_BLOCK_BYTES)
_BEGINNING = Lock()


def quantise(audio: np.ndarray, spans: Sequence[Span] | None = None) -> np.ndarray:
    """Round float samples to 24-bit integers, in their own memory.

    audio
        shape (2, frames), float32, C-contiguous. It is overwritten: the result is a view of the same memory.
    spans
        the stretches outside which all is zero, in rising order; None where nothing is known.

    Returns shape (2, frames), int32. Values beyond full scale are kept, up to 40 dB above it; a file would not hold
    them. No dither: rounding to 24 bits errs at −144 dBFS, below the noise of any converter.
    """
    samples, done = audio.view(np.int32), 0
    frames = audio.shape[1]
    for first, last in [*([(0, frames)] if spans is None else spans), (frames, frames)]:
        if samples[:, done:first].min(initial=0):
            samples[:, done:first] = 0  # the zeros there had a sign
        for channel in range(audio.shape[0]):
            for start in range(first, last, _BLOCK):
                stop = min(start + _BLOCK, last)
                scaled = audio[channel, start:stop] * np.float32(FULL_SCALE)
                np.rint(scaled, out=scaled)
                np.clip(scaled, -100 * FULL_SCALE, 100 * FULL_SCALE, out=scaled)
                samples[channel, start:stop] = scaled
        done = last
    return samples


def to_float(samples: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """The float32 values of 24-bit integers, exactly: the inverse of :func:`quantise`.

    out
        where they go, of the same shape, float32; None for the memory of ``samples``.
    """
    audio = samples.view(np.float32) if out is None else out
    for channel in range(samples.shape[0]):
        for start in range(0, samples.shape[1], _BLOCK):
            block = samples[channel, start:start + _BLOCK].astype(np.float32)
            audio[channel, start:start + _BLOCK] = block * np.float32(1 / FULL_SCALE)
    return audio


@njit(cache=True, nogil=True)
def _pack(samples: np.ndarray, start: int, stop: int, packed: np.ndarray) -> None:
    """Interleave frames ``start`` … ``stop`` of a stereo signal as little-endian 24-bit integers.

    ``packed`` is uint32: two frames are four samples are three words, and of an odd last frame half of them count.
    """
    for pair in range((stop - start + 1) // 2):
        i = start + 2 * pair
        j = min(i + 1, stop - 1)
        a, b = samples[0, i] & 0xFFFFFF, samples[1, i] & 0xFFFFFF
        c, d = samples[0, j] & 0xFFFFFF, samples[1, j] & 0xFFFFFF
        packed[3 * pair] = a | (b << 24)
        packed[3 * pair + 1] = (b >> 8) | (c << 16)
        packed[3 * pair + 2] = (c >> 16) | (d << 8)


def _header(frames: int, rate: int) -> bytes:
    """RIFF, ``fmt `` (PCM) and the start of ``data`` (Microsoft/IBM, 1991, "Multimedia Programming Interface")."""
    frame = _CHANNELS * _BYTES
    size = frames * frame
    return b"".join([
        struct.pack("<4sI4s", b"RIFF", 36 + size, b"WAVE"),
        struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, _CHANNELS, rate, rate * frame, frame, 24),
        struct.pack("<4sI", b"data", size)])


@lru_cache(maxsize=1)
def _silent_starts(header: bytes) -> list[hashlib._Hash]:
    """Digests of a file of silence: of its header, of that and a block, of that and two … as far as asked for yet."""
    return [hashlib.sha256(header)]


def _begun(header: bytes, silent: int) -> hashlib._Hash:
    """The digest of a header and so many silent blocks: the stems of a song that enter late all begin like that."""
    with _BEGINNING:
        starts = _silent_starts(header)
        while len(starts) <= silent:
            longer = starts[-1].copy()
            longer.update(_SILENCE)
            starts.append(longer)
        return starts[silent].copy()


def write_wav(path: Path, samples: np.ndarray, rate: int, spans: Sequence[Span] | None = None) -> str:
    """Write a 24-bit WAV and return the SHA-256 of the file, in hex.

    samples
        shape (2, frames), int32, C-contiguous, within −2²³ … 2²³ − 1.
    spans
        the stretches outside which all is zero; None where nothing is known. Between them the file is passed over,
        which reads as zeros everywhere and takes no room where the file system knows holes.
    """
    frames = samples.shape[1]
    sounds = touched([(0, frames)] if spans is None else spans, _BLOCK, frames)
    silent = min([*np.flatnonzero(sounds)[:1].tolist(), frames // _BLOCK])
    header = _header(frames, rate)
    digest = _begun(header, silent)
    packed = np.empty(_BLOCK_BYTES // 4, np.uint32)
    with path.open("wb", buffering=0) as file:
        file.write(header)
        file.seek(silent * _BLOCK_BYTES, os.SEEK_CUR)
        for sound, start in zip(sounds[silent:].tolist(), range(silent * _BLOCK, frames, _BLOCK), strict=True):
            stop = min(start + _BLOCK, frames)
            size = (stop - start) * _CHANNELS * _BYTES
            if sound:
                _pack(samples, start, stop, packed)
                stretch = packed.view(np.uint8)[:size].data
                file.write(stretch)
            else:
                stretch = memoryview(_SILENCE)[:size]
                file.seek(size, os.SEEK_CUR)
            digest.update(stretch)
        file.truncate()
    return digest.hexdigest()


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
