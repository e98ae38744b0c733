"""Chunks of a WAV file beside its sound: what broadcast stations and editors read of it.

References
----------
EBU Tech 3285 (2011), "Specification of the Broadcast Wave Format", version 2: ``bext``.
Microsoft/IBM (1991), "Multimedia Programming Interface": ``cue ``, ``LIST adtl``, ``labl``.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

ORIGINATOR = "softmax-renderer"
# Value of a loudness field that is not known.
UNKNOWN = 0x7FFF
# Lengths of the text fields of bext [bytes].
DESCRIPTION, NAME, REFERENCE, DATE, TIME = 256, 32, 32, 10, 8


@dataclass(frozen=True)
class Notes:
    """What a WAV file says about its sound.

    Attributes
    ----------
    description
        What it is, such as the song and the part.
    cues
        Frame and name of each mark.
    lufs, true_peak_db
        Loudness [LUFS] and true peak [dBTP]; NaN or −inf where they are not known.
    """

    description: str = ""
    cues: Sequence[tuple[int, str]] = field(default=())
    lufs: float = math.nan
    true_peak_db: float = math.nan

    def before(self) -> bytes:
        """Return the chunk that precedes the sound: ``bext``, whose time reference is 0 and whose date is empty."""
        body = b"".join(_field(text, size) for text, size in (
            (self.description, DESCRIPTION), (ORIGINATOR, NAME), ("", REFERENCE), ("", DATE), ("", TIME)))
        body += struct.pack("<QH", 0, 2) + bytes(64)  # time reference, version, UMID
        body += struct.pack("<5h", _hundredths(self.lufs), UNKNOWN, _hundredths(self.true_peak_db), UNKNOWN, UNKNOWN)
        return _chunk(b"bext", body + bytes(180))

    def after(self) -> bytes:
        """Return the chunks that follow the sound: the marks and their names; nothing where there are none."""
        if not self.cues:
            return b""
        points = b"".join(struct.pack("<II4sIII", number, frame, b"data", 0, 0, frame)
                          for number, (frame, _) in enumerate(self.cues, 1))
        labels = b"".join(_chunk(b"labl", struct.pack("<I", number) + name.encode("utf-8") + b"\0")
                          for number, (_, name) in enumerate(self.cues, 1))
        return _chunk(b"cue ", struct.pack("<I", len(self.cues)) + points) + _chunk(b"LIST", b"adtl" + labels)


def _chunk(name: bytes, body: bytes) -> bytes:
    """Return a chunk; one of an odd length is padded."""
    return struct.pack("<4sI", name, len(body)) + body + bytes(len(body) % 2)


def _field(text: str, size: int) -> bytes:
    """Return a text field of a fixed size, cut between characters."""
    return text.encode("utf-8")[:size].decode("utf-8", "ignore").encode("utf-8").ljust(size, b"\0")


def _hundredths(value: float) -> int:
    return round(100 * value) if math.isfinite(value) and abs(value) < 300 else UNKNOWN
