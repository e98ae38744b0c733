"""MP3 at a constant 320 kb/s, with the Info tag that lets a decoder give back exactly the samples that went in.

LAME is called through ``lameenc`` (LGPL; it lets other threads run while it works). Weighed and left: ``soundfile``
carries a LAME too, nine times slower at its only setting; ``pedalboard`` takes twice as long. ``lameenc`` leaves the
Info tag out, so it is written here: with it a decoder drops the encoder's delay and padding, without it every file
would begin 1105 samples late.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import lameenc
import numpy as np

from render.run import Run

BITRATE_KBPS = 320
QUALITY = 7  # at 320 kb/s no slower setting errs less: 7 is 3 dB nearer to the sound than 5, in half the time
RATES = (32000, 44100, 48000)  # MPEG-1 layer III
FRAME = 1152  # samples of a channel in one frame
DELAY = 576  # samples of a channel that LAME puts before the sound
BLOCK = FRAME * 64  # samples given to LAME at a time: what is converted meanwhile stays in the cache

PIECE = 49 * 52  # frames of a piece, about a minute: after 49 the padding of 320 kb/s at 44.1 kHz begins anew
OVERLAP = 49 * 3  # frames that a piece begins early
SETTLED = 49  # after so many an encoder has forgotten that it began elsewhere

SIDE_INFORMATION = 32  # bytes after the header of a stereo frame


@dataclass(frozen=True)
class Alike:
    """Frames that have been made already: those of a file whose sound is the same from frame ``first`` of this one to
    frame ``last``. ``frames`` begin where the sound does."""

    frames: Sequence[bytes]
    first: int
    last: int


def encode(audio: np.ndarray, rate: int, run: Run = map, alike: Alike | None = None) -> bytes:
    """An MP3 file of a stretch of sound.

    audio
        shape (2, frames), float, within ±1: values beyond are clipped. Rounded to 16 bits without dither, whose error
        lies below that of the codec: so digital silence stays silent.
    rate
        in Hz; LAME brings a rate which MP3 does not have to 48 kHz.
    run
        ``map``, or that of a thread pool, which shares the pieces of a long sound. The bytes do not depend on it.
    alike
        what need not be made anew.

    Decodes, in a decoder that reads the tag, to exactly ``frames`` samples with lag 0 (where the rate is kept).
    The same sound gives the same bytes.
    """
    frames = audio.shape[1]
    pieces: Sequence[_Piece] = []
    if rate in RATES:
        pieces = _evenly(frames // FRAME) if alike is None else _around(alike)
    joined = None
    if len(pieces) > 1:
        def made(piece: _Piece) -> list[bytes]:
            stop = frames if piece.stop is None else piece.stop * FRAME
            return list(piece.known or _frames(_stream(audio[:, piece.start * FRAME:stop], rate)))

        joined = _joined(list(run(made, pieces)), [piece.start for piece in pieces])
    stream = b"".join(joined) if joined else _stream(audio, rate)
    return info_frame(stream, frames if rate in RATES else round(frames * 48000 / rate)) + stream


class _Piece(NamedTuple):
    """Frames ``start`` … ``stop`` of a sound, None its end, to be made or known. The first ``OVERLAP`` of them lie over
    the last of the piece before; somewhere there the two are joined."""

    start: int
    stop: int | None
    known: Sequence[bytes] = ()


def _evenly(whole: int) -> list[_Piece]:
    firsts = range(0, whole - PIECE // 2, PIECE)
    return [_Piece(max(first - OVERLAP, 0), None if first == firsts[-1] else first + PIECE) for first in firsts]


def _around(alike: Alike) -> list[_Piece]:
    """What is known, with what comes before and after it; nothing where that is hardly less than all."""
    if alike.last - alike.first < 3 * OVERLAP:
        return []
    known = alike.frames[alike.first:alike.last]
    return [_Piece(0, alike.first + OVERLAP), _Piece(alike.first, alike.last, known),
            _Piece(alike.last - OVERLAP, None)]


def _stream(audio: np.ndarray, rate: int) -> bytes:
    """What one encoder makes of a stretch of sound."""
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_channels(2)
    encoder.set_in_sample_rate(rate)
    encoder.set_out_sample_rate(rate if rate in RATES else 48000)
    encoder.set_bit_rate(BITRATE_KBPS)
    encoder.set_quality(QUALITY)
    blocks = [bytes(encoder.encode(samples)) for samples in sixteen_bit(audio)]
    return b"".join([*blocks, bytes(encoder.flush())])


def _joined(pieces: Sequence[list[bytes]], starts: Sequence[int]) -> list[bytes] | None:
    """The frames of one stream out of pieces that overlap; None where two of them cannot be joined.

    Even at 320 kb/s a frame may begin in room that those before it left (its ``main_data_begin``, at most 511 bytes,
    and a frame has more). So one stream may go on from a frame of the other for which it has left room enough: what
    that frame has in the one before it is put there.
    """
    out = list(pieces[0])
    for start, frames in zip(starts[1:], pieces[1:], strict=True):
        at = next((i for i in range(SETTLED, OVERLAP) if _begin(out[start + i]) >= _begin(frames[i])), None)
        if at is None:
            return None
        if borrowed := _begin(frames[at]):
            out[start + at - 1] = out[start + at - 1][:-borrowed] + frames[at - 1][-borrowed:]
        out[start + at:] = frames[at:]
    return out


def _begin(frame: bytes) -> int:
    """How many bytes before a frame its sound begins (ISO/IEC 11172-3, 2.4.1.7: nine bits after the header)."""
    return frame[4] << 1 | frame[5] >> 7


def _frames(stream: bytes) -> list[bytes]:
    """A stream cut into its frames."""
    frames, at = [], 0
    while at < len(stream):
        length = _frame_length(stream, at)
        frames.append(stream[at:at + length])
        at += length
    return frames


def sixteen_bit(audio: np.ndarray) -> Iterator[np.ndarray]:
    """Sound in 16 bits, block after block: shape (frames, 2), little-endian int16, in memory that the next one takes.

    audio
        shape (2, frames), float; a value of 1 becomes 32767.
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


def sound_frames(data: bytes) -> list[bytes]:
    """The frames of a file of :func:`encode` that hold sound: all but the first."""
    return _frames(data)[1:]


def info_frame(stream: bytes, samples: int) -> bytes:
    """The frame without sound that stands before a stream and tells its length, its delay and its padding.

    stream
        whole frames of MPEG-1 layer III, stereo.
    samples
        of a channel that went into the encoder.

    Layout: Xing's header (``Info`` for a constant bit rate: its seek table is a straight line) and LAME's extension
    (Gabriel Bouvigne, "Mp3 Info Tag rev 1 specifications", 2004). The check sum of the music is left at 0, unmade.
    """
    frames = len(_frames(stream))
    padding = frames * FRAME - DELAY - samples
    length = _frame_length(stream, 0) - (stream[2] >> 1 & 1)
    frame = bytearray([stream[0], stream[1], stream[2] & ~0b10, stream[3]]) + bytes(SIDE_INFORMATION)
    frame += struct.pack(">4sIII", b"Info", 0b1111, frames, length + len(stream))
    frame += bytes(place * 256 // 100 for place in range(100)) + bytes(4)  # seek table, then a quality nobody reads
    frame += struct.pack(">9sB10xB", b"LAME3.100", 0x01, 255)  # constant bit rate; of 320 kb/s, as far as a byte goes
    frame += (DELAY << 12 | padding).to_bytes(3, "big")
    frame += struct.pack(">4xIH", length + len(stream), 0)
    frame += _crc16(frame).to_bytes(2, "big")
    return bytes(frame.ljust(length, b"\0"))


def _frame_length(stream: bytes, at: int) -> int:
    """Bytes of the frame whose header stands at ``at`` (ISO/IEC 11172-3, 2.4.3.1)."""
    rate = (44100, 48000, 32000)[stream[at + 2] >> 2 & 3]
    return FRAME // 8 * BITRATE_KBPS * 1000 // rate + (stream[at + 2] >> 1 & 1)


def _crc16(data: bytes | bytearray) -> int:
    """CRC-16 with the polynomial x¹⁶ + x¹⁵ + x² + 1, lowest bit first, from 0: the tag's check sum."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return value
