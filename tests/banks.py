"""A SoundFont of a kilobyte, written here field by field: looped sines whose every number a test knows."""

from __future__ import annotations

import io
import struct
from collections.abc import Collection
from pathlib import Path

import numpy as np
import soundfile

RATE, PERIOD = 24005, 100  # a sine that is 149.0 cents below middle C, as sampled
ROOT_HZ = RATE / PERIOD
LOOP = (1000, 1000 + 2 * PERIOD)
FRAMES = 4000

Generators = list[tuple[int, int]]
Modulators = list[tuple[int, int, int, int, int]]  # source, generator, amount, second source, transform


def chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def write_bank(path: Path, presets: list[tuple[str, int, int, list[Generators]]], *, sample_type: int = 1,
               height: float = 20000, modulators: dict[str, Modulators] | None = None, sample: int = 0) -> Path:
    """A bank of one sine, clipped where ``height`` is beyond 16 bits.

    Each preset is (name, bank, program, zones); a zone is the generators of its instrument. ``modulators`` are those of
    each zone of a preset, by its name. ``sample`` is the number of the one that all zones name.

    The sine's root key is 60 with a correction that makes it sound at middle C's own pitch in equal temperament.
    """
    wave = np.clip(np.round(height * np.sin(2 * np.pi * np.arange(FRAMES) / PERIOD)), -32768, 32767).astype("<i2")
    cents = 1200 * np.log2(440 * 2 ** (-9 / 12) / ROOT_HZ)
    correction = round(cents - 100 * round(cents / 100))
    root = 60 - round(cents / 100)
    phdr, pbag, pgen, inst, ibag, igen, imod = b"", b"", b"", b"", b"", b"", b""
    bags = generators = moving = 0
    for i, (name, bank, program, zones) in enumerate(presets):
        phdr += struct.pack("<20sHHHIII", name.encode(), program, bank, i, 0, 0, 0)
        pbag += struct.pack("<HH", i, 0)
        pgen += struct.pack("<HH", 41, i)
        inst += struct.pack("<20sH", name.encode(), bags)
        for zone in zones:
            ibag += struct.pack("<HH", generators, moving)
            bags += 1
            for modulator in (modulators or {}).get(name, []):
                imod += struct.pack("<HHhHH", *modulator)
                moving += 1
            for which, amount in [*zone, (53, sample)]:
                igen += struct.pack("<Hh", which, amount)
                generators += 1
    phdr += struct.pack("<20sHHHIII", b"EOP", 0, 0, len(presets), 0, 0, 0)
    pbag += struct.pack("<HH", len(presets), 0)
    inst += struct.pack("<20sH", b"EOI", bags)
    ibag += struct.pack("<HH", generators, moving)
    end, mod = struct.pack("<HH", 0, 0), struct.pack("<HHhHH", 0, 0, 0, 0, 0)
    shdr = struct.pack("<20sIIIIIBbHH", b"sine", 0, FRAMES, *LOOP, RATE, root, correction, 0, sample_type)
    shdr += struct.pack("<20sIIIIIBbHH", b"EOS", 0, 0, 0, 0, 0, 0, 0, 0, 0)
    body = b"sfbk" + chunk(b"LIST", b"INFO" + chunk(b"ifil", struct.pack("<HH", 2, 4)))
    body += chunk(b"LIST", b"sdta" + chunk(b"smpl", wave.tobytes() + b"\0" * 92))
    body += chunk(b"LIST", b"pdta" + b"".join(chunk(name, data) for name, data in (
        (b"phdr", phdr), (b"pbag", pbag), (b"pmod", mod), (b"pgen", pgen + end), (b"inst", inst), (b"ibag", ibag),
        (b"imod", imod + mod), (b"igen", igen + end), (b"shdr", shdr))))
    path.write_bytes(chunk(b"RIFF", body))
    return path


LOOPED = (54, 1)
"""The generator that loops a sample for as long as it sounds."""


def sine_bank(path: Path) -> Path:
    """Presets: a looped sine, one that decays by 100 dB in 2 s, one to the left, one cut at 467 Hz, drums."""
    return write_bank(path, [
        ("Sine", 0, 0, [[LOOPED]]),
        ("Decay", 0, 1, [[(36, 1200), (37, 1000), LOOPED]]),
        ("Left", 0, 2, [[(17, -500), LOOPED]]),
        ("Dark", 0, 3, [[(8, 7000), LOOPED]]),
        ("Halves", 0, 4, [[(43, 59 << 8), LOOPED], [(43, 72 << 8 | 60), (52, 50), LOOPED]]),
        ("Hats", 128, 0, [[(57, 1), LOOPED]]),
    ])


def pack(bank: Path, packed: Path, samples: Collection[int]) -> Path:
    """An SF3 of a bank with some of its samples: each an Ogg stream, its place in bytes, its loop from its start."""
    data = bank.read_bytes()

    def find(name: bytes) -> tuple[int, int]:
        at = data.index(name) if name != b"shdr" else data.rindex(name)
        return at + 8, struct.unpack_from("<I", data, at + 4)[0]

    (smpl, smpl_size), (shdr, shdr_size) = find(b"smpl"), find(b"shdr")
    headers, streams = bytearray(data[shdr:shdr + shdr_size]), b""
    for number in samples:
        start, end, loop_start, loop_end, rate = struct.unpack_from("<IIIII", headers, 46 * number + 20)
        stream = io.BytesIO()
        soundfile.write(stream, np.frombuffer(data, "<i2", end - start, smpl + 2 * start), rate, format="OGG",
                        subtype="VORBIS", compression_level=0.0)
        struct.pack_into("<IIII", headers, 46 * number + 20, len(streams), len(streams) + stream.tell(),
                         loop_start - start, loop_end - start)
        headers[46 * number + 44] |= 0x10
        streams += stream.getvalue()
    streams += b"\0" * (len(streams) % 2)
    sdta = data.rindex(b"LIST", 0, smpl)
    info = bytearray(data[8:sdta])
    struct.pack_into("<H", info, info.index(b"ifil") + 8, 3)
    rest = bytearray(data[smpl + smpl_size:])
    rest[len(rest) - (len(data) - shdr):len(rest) - (len(data) - shdr) + shdr_size] = headers
    packed.write_bytes(chunk(b"RIFF", bytes(info) + chunk(b"LIST", b"sdta" + chunk(b"smpl", streams)) + bytes(rest)))
    return packed
