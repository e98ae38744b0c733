"""MP3 at a constant bit rate, with the Info tag from which a decoder restores exactly the samples that went in.

LAME is called through ``lameenc`` (LGPL), which releases the interpreter lock while it works. ``lameenc`` leaves out
the Info tag, so this module writes it: without the tag a decoder does not remove the encoder's delay and padding, and
every file would begin 1105 samples late.

Weighed and left, each for a song of 357 s that renders in 21 s of CPU: ``pedalboard``, which writes the tag itself, but
takes 4.9 s of CPU to encode the song where ``lameenc`` takes 2.4 s; ``soundfile``, nine times slower than ``lameenc``
at its only setting; copying the excerpt's frames out of the song's stream, which saves 0.37 s.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import lameenc
import numpy as np
from numpy.typing import NDArray

from render.audio.samples import Stereo

# Bit rates of MPEG-1 layer III [kb/s], by the index in a frame's header; 0 stands for any other.
BITRATES_KBPS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
# Bit rate of what is not said otherwise: the highest.
BITRATE_KBPS = BITRATES_KBPS[-1]
# LAME's algorithm, 0 (slowest) to 9: at 320 kb/s, 7 has 3 dB less error than 5 and takes half the time.
QUALITY = 7
# Sample rates [Hz] of MPEG-1 layer III.
RATES = (32000, 44100, 48000)
# Length of a frame [samples of one channel].
FRAME = 1152
# Encoder delay [samples of one channel]: silence that LAME puts before the sound.
DELAY = 576
# Block given to LAME at a time [samples of one channel]: its 16-bit copy stays in the cache.
BLOCK = FRAME * 64
# Side information of a stereo frame [bytes], after its four bytes of header.
SIDE_INFORMATION = 32


def encode(audio: Stereo, rate: int, kbps: int = BITRATE_KBPS) -> bytes:
    """Encode a sound as an MP3 file.

    Parameters
    ----------
    audio
        Shape (2, frames), float32, within ±1; values beyond are clipped. It is rounded to 16 bits without dither: the
        rounding error lies below that of the codec, and digital silence stays silent.
    rate
        Sample rate [Hz]. LAME converts a rate that MP3 does not have to 48 kHz.
    kbps
        Bit rate [kb/s], one of ``BITRATES_KBPS``.

    Returns
    -------
    bytes
        The file. A decoder that reads the Info tag returns exactly ``frames`` samples without delay, where the rate is
        kept. The same sound gives the same bytes.
    """
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_channels(2)
    encoder.set_in_sample_rate(rate)
    encoder.set_out_sample_rate(rate if rate in RATES else 48000)
    encoder.set_bit_rate(kbps)
    encoder.set_quality(QUALITY)
    stream = b"".join([*(bytes(encoder.encode(samples)) for samples in sixteen_bit(audio)), bytes(encoder.flush())])
    frames = audio.shape[1]
    return info_frame(stream, frames if rate in RATES else round(frames * 48000 / rate)) + stream


def sixteen_bit(audio: Stereo) -> Iterator[NDArray[np.int16]]:
    """Convert a sound to 16 bits, block by block.

    Parameters
    ----------
    audio
        Shape (2, frames), float32; 1.0 becomes 32767.

    Yields
    ------
    NDArray[int16]
        Shape (frames of the block, 2), little-endian. The next block reuses its memory.
    """
    scaled = np.empty(BLOCK, np.float32)
    samples = np.empty((BLOCK, 2), "<i2")
    for start in range(0, audio.shape[1], BLOCK):
        length = min(BLOCK, audio.shape[1] - start)
        for channel, out in zip(audio, samples.T, strict=True):
            block = np.multiply(channel[start:start + length], np.float32(32767), out=scaled[:length])
            np.clip(np.rint(block, out=block), -32768, 32767, out=block)
            out[:length] = block
        yield samples[:length]


def info_frame(stream: bytes, samples: int) -> bytes:
    """Make the frame that precedes a stream: it holds no sound but the stream's length, delay and padding.

    Parameters
    ----------
    stream
        Whole frames of MPEG-1 layer III, stereo, of one bit rate.
    samples
        Number of samples of one channel that went into the encoder.

    Returns
    -------
    bytes
        Xing's header (``Info`` for a constant bit rate: its seek table is a straight line) and LAME's extension. The
        checksum of the music is left at 0, which means "not computed".

    References
    ----------
    Gabriel Bouvigne (2004), "Mp3 Info Tag rev 1 specifications".
    """
    frames = _frame_count(stream)
    padding = frames * FRAME - DELAY - samples
    length = _frame_length(stream, 0) - (stream[2] >> 1 & 1)
    frame = bytearray([stream[0], stream[1], stream[2] & ~0b10, stream[3]]) + bytes(SIDE_INFORMATION)
    frame += struct.pack(">4sIII", b"Info", 0b1111, frames, length + len(stream))
    frame += bytes(place * 256 // 100 for place in range(100)) + bytes(4)  # seek table; quality, which nobody reads
    # constant bit rate; 255 stands for 255 kb/s or more
    frame += struct.pack(">9sB10xB", b"LAME3.100", 0x01, min(_kbps(stream, 0), 255))
    frame += (DELAY << 12 | padding).to_bytes(3, "big")
    frame += struct.pack(">4xIH", length + len(stream), 0)
    frame += _crc16(frame).to_bytes(2, "big")
    return bytes(frame.ljust(length, b"\0"))


def _frame_count(stream: bytes) -> int:
    count, at = 0, 0
    while at < len(stream):
        at += _frame_length(stream, at)
        count += 1
    return count


def _frame_length(stream: bytes, at: int) -> int:
    """Return the length [bytes] of the frame whose header is at ``at`` (ISO/IEC 11172-3, 2.4.3.1)."""
    rate = (44100, 48000, 32000)[stream[at + 2] >> 2 & 3]
    return FRAME // 8 * _kbps(stream, at) * 1000 // rate + (stream[at + 2] >> 1 & 1)


def _kbps(stream: bytes, at: int) -> int:
    """Return the bit rate [kb/s] of the frame whose header is at ``at`` (ISO/IEC 11172-3, 2.4.2.3)."""
    return BITRATES_KBPS[stream[at + 2] >> 4]


def _crc16(data: bytes | bytearray) -> int:
    """Return the checksum of the Info tag: CRC-16, polynomial x¹⁶ + x¹⁵ + x² + 1, lowest bit first, initial value 0."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return value
