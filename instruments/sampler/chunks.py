"""The chunks of a SoundFont file: a RIFF file with tables of records.

After "SoundFont Technical Specification" 2.04, sections 3, 4 and 7.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from scores.faults import InputError

RECORDS = {
    b"phdr": np.dtype([("name", "S20"), ("program", "<u2"), ("bank", "<u2"), ("bag", "<u2"), ("unused", "V12")]),
    b"pbag": np.dtype([("gen", "<u2"), ("mod", "<u2")]),
    b"pmod": np.dtype([("source", "<u2"), ("to", "<u2"), ("amount", "<i2"), ("by", "<u2"), ("transform", "<u2")]),
    b"pgen": np.dtype([("which", "<u2"), ("amount", "<i2")]),
    b"inst": np.dtype([("name", "S20"), ("bag", "<u2")]),
    b"shdr": np.dtype([("name", "S20"), ("start", "<u4"), ("end", "<u4"), ("loop_start", "<u4"), ("loop_end", "<u4"),
                       ("rate", "<u4"), ("key", "u1"), ("cents", "i1"), ("link", "<u2"), ("type", "<u2")]),
}
RECORDS |= {b"ibag": RECORDS[b"pbag"], b"imod": RECORDS[b"pmod"], b"igen": RECORDS[b"pgen"]}
_OTHER_CHUNKS = {b"LIST", b"smpl", b"sm24", b"ifil", b"isng", b"INAM", b"irom", b"iver", b"ICRD", b"IENG", b"IPRD",
                 b"ICOP", b"ICMT", b"ISFT"}


class BankError(InputError, ValueError):
    """A file that is not a usable SoundFont bank.

    Parameters
    ----------
    message
        What is wrong.
    file
        Which file, where the error is found only while a note is played.
    """

    ALLOWED = "a SoundFont bank (.sf2 or .sf3)"

    def __init__(self, message: str, file: Path = Path()) -> None:
        self.file = file
        super().__init__(message, allowed=self.ALLOWED)


def find_chunks(path: Path) -> dict[bytes, tuple[int, int]]:
    """Offset and size in bytes of each chunk of a RIFF file, those inside lists too.

    A chunk of odd size is followed by a pad byte; where a program forgot it, the next chunk follows directly.
    """
    found: dict[bytes, tuple[int, int]] = {}
    with path.open("rb") as stream:
        whole = stream.seek(0, 2)
        stream.seek(0)
        head = stream.read(12)
        if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"sfbk":
            raise BankError("it is no SoundFont 2 file")
        at = 12
        while at + 8 <= whole:
            stream.seek(at)
            name, size = struct.unpack("<4sI", stream.read(8))
            if name == b"LIST":
                at += 12
                continue
            after = at + 8 + size
            if after > whole:
                raise BankError("it is cut short")
            found[name] = (at + 8, size)
            at = after
            if size % 2:
                stream.seek(after)
                following = stream.read(5)
                at += _begins_chunk(following[1:]) or not _begins_chunk(following[:4])
    return found


def _begins_chunk(name: bytes) -> bool:
    """Whether four bytes are the name of a chunk of a SoundFont."""
    return name in RECORDS or name in _OTHER_CHUNKS
