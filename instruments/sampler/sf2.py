"""A SoundFont 2 bank: its presets, and for a key and a velocity the regions that sound.

After "SoundFont Technical Specification", version 2.04 (E-mu Systems 2006); section numbers below are its own.
The samples stay in the file, mapped into memory: a bank of a hundred megabytes costs what is played of it. Those of an
SF3 bank are Ogg Vorbis streams (FluidSynth's page "SoundFont3Format"), each decoded when it is first played.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from instruments.sampler import modulators
from instruments.sampler.generators import (
    ATTENUATION,
    DEFAULTS,
    END,
    END_COARSE,
    GENERATORS,
    HIGHEST,
    INSTRUMENT,
    KEYS,
    LOOP_END,
    LOOP_END_COARSE,
    LOOP_START,
    LOOP_START_COARSE,
    LOWEST,
    NOT_ADDED,
    ROOT,
    SAMPLE,
    START,
    START_COARSE,
    VELOCITIES,
    VELOCITY,
    clamped,
    stated,
)
from instruments.sampler.modulators import Modulator
from scores.faults import InputError

ATTENUATION_SHARE = 0.4  # of what a bank states: E-mu's own hardware took no more, and banks are voiced on it

_RECORDS = {
    b"phdr": np.dtype([("name", "S20"), ("program", "<u2"), ("bank", "<u2"), ("bag", "<u2"), ("unused", "V12")]),
    b"pbag": np.dtype([("gen", "<u2"), ("mod", "<u2")]),
    b"pmod": np.dtype([("source", "<u2"), ("to", "<u2"), ("amount", "<i2"), ("by", "<u2"), ("transform", "<u2")]),
    b"pgen": np.dtype([("which", "<u2"), ("amount", "<i2")]),
    b"inst": np.dtype([("name", "S20"), ("bag", "<u2")]),
    b"shdr": np.dtype([("name", "S20"), ("start", "<u4"), ("end", "<u4"), ("loop_start", "<u4"), ("loop_end", "<u4"),
                       ("rate", "<u4"), ("key", "u1"), ("cents", "i1"), ("link", "<u2"), ("type", "<u2")]),
}
_RECORDS |= {b"ibag": _RECORDS[b"pbag"], b"imod": _RECORDS[b"pmod"], b"igen": _RECORDS[b"pgen"]}
_OTHER_CHUNKS = {b"LIST", b"smpl", b"sm24", b"ifil", b"isng", b"INAM", b"irom", b"iver", b"ICRD", b"IENG", b"IPRD",
                 b"ICOP", b"ICMT", b"ISFT"}
_COMPRESSED, _ROM = 0x10, 0x8000
# Limits of what is read, far beyond any bank that is played.
MAX_PAIRS = 100_000  # zones of a preset, each with every zone of its instrument
MAX_REGIONS = 256  # samples that one note sounds
MAX_DECODED = 1 << 26  # frames of a compressed sample; 25 minutes at 44.1 kHz
SLOWEST_HZ, FASTEST_HZ = 400, 192_000  # sample rates; the specification has 400 to 50,000


class BankError(InputError, ValueError):
    """A file that is no usable SoundFont 2 bank; the text says why, ``file`` which, if a note had to find it out."""

    ALLOWED = "a SoundFont bank (.sf2 or .sf3)"

    def __init__(self, message: str, file: Path = Path()) -> None:
        self.file = file
        super().__init__(message, allowed=self.ALLOWED)


@dataclass(frozen=True)
class Zone:
    """Generators that are set, the ranges in which they hold, and modulators with their amounts."""

    generators: Mapping[int, float]
    keys: tuple[int, int]
    velocities: tuple[int, int]
    modulators: Mapping[Modulator, float]
    linked: int | None  # index of the instrument or the sample; None is a global zone

    def holds(self, key: int, velocity: int) -> bool:
        return self.keys[0] <= key <= self.keys[1] and self.velocities[0] <= velocity <= self.velocities[1]


@dataclass(frozen=True)
class Region:
    """A sample as one note plays it: ``start`` … ``loop_end`` index ``frames``, int16; ``generators`` by number."""

    sample: int  # number in the bank
    frames: np.ndarray
    start: int
    end: int
    loop_start: int
    loop_end: int
    rate: int
    root: float  # MIDI number at which it sounds as recorded
    cents: float
    generators: np.ndarray


class Bank:
    """A SoundFont. ``names`` maps (bank, program from 0) to the preset's name."""

    def __init__(self, path: Path) -> None:
        self._path = path
        chunks = _chunks(path)
        tables = {}
        for name, record in _RECORDS.items():
            offset, size = chunks.get(name, (0, 0))
            if size == 0 or size % record.itemsize:
                raise BankError(f"its table {name.decode()} is {'missing' if size == 0 else 'damaged'}")
            tables[name] = np.fromfile(path, record, size // record.itemsize, offset=offset)
        if b"smpl" not in chunks or chunks[b"smpl"][1] < 2:
            raise BankError("it holds no samples")
        offset, size = chunks[b"smpl"]
        self._frames: np.ndarray = np.memmap(path, "<i2", "r", offset, (size // 2,))
        self._decoded: dict[int, np.ndarray] = {}
        self._headers = tables[b"shdr"]
        self._presets = _owners(tables, b"phdr", b"pbag", b"pgen", b"pmod", INSTRUMENT)
        self._instruments = _owners(tables, b"inst", b"ibag", b"igen", b"imod", SAMPLE)
        self._instrument_names = tables[b"inst"]["name"]
        self._checked: set[tuple[int, int]] = set()
        rows = tables[b"phdr"][:-1]
        self._index = {(int(row["bank"]), int(row["program"])): i for i, row in enumerate(rows)}
        self.names = {where: _text(rows[i]["name"]) for where, i in sorted(self._index.items())}
        if not self.names:
            raise BankError("it holds no presets")
        for header in self._headers[self._headers["type"] & (_COMPRESSED | _ROM) == _COMPRESSED]:
            if self._stream(header, 4) != b"OggS":
                raise BankError(f"its compressed sample {_text(header['name'])} is no Ogg Vorbis stream")

    def check(self, where: tuple[int, int]) -> None:
        """Raises BankError if a preset names an instrument or a sample that is not there, or has too many zones."""
        if where in self._checked:
            return
        pairs = 0
        for outer in self._presets[self._index[where]]:
            if outer.linked is None:
                continue
            if outer.linked >= len(self._instruments):
                raise BankError(f"its preset {self.names[where]} names instrument {outer.linked + 1} of "
                                f"{len(self._instruments)}", self._path)
            pairs += len(self._instruments[outer.linked])
            if pairs > MAX_PAIRS:
                raise BankError(f"its preset {self.names[where]} has more than {MAX_PAIRS} zones", self._path)
            worst = max((inner.linked for inner in self._instruments[outer.linked] if inner.linked is not None),
                        default=0)
            if worst >= len(self._headers) - 1:  # the last record only ends the table
                raise BankError(f"its instrument {_text(self._instrument_names[outer.linked])} names sample "
                                f"{worst + 1} of {len(self._headers) - 1}", self._path)
        self._checked.add(where)

    def keys(self, where: tuple[int, int]) -> tuple[int, int]:
        """Lowest and highest key of a preset that has a sample. Raises BankError as ``check`` does."""
        self.check(where)
        ranges = [(max(outer.keys[0], inner.keys[0]), min(outer.keys[1], inner.keys[1]))
                  for outer in self._presets[self._index[where]] if outer.linked is not None
                  for inner in self._instruments[outer.linked] if inner.linked is not None]
        sounding = [(low, high) for low, high in ranges if low <= high]
        return (min(low for low, _ in sounding), max(high for _, high in sounding)) if sounding else (0, 127)

    def regions(self, where: tuple[int, int], key: int, velocity: int) -> Iterator[Region]:
        """What sounds when a key is struck: generators of the instrument, and on top those of the preset (9.4).

        Raises BankError as ``check`` does, and for a note of more samples than can be meant.
        """
        self.check(where)
        count = 0
        for outer, outer_global in _matching(self._presets[self._index[where]], key, velocity):
            for inner, inner_global in _matching(self._instruments[outer.linked or 0], key, velocity):
                generators = DEFAULTS.copy()
                for zone in (inner_global, inner):
                    for which, amount in (zone.generators if zone else {}).items():
                        generators[which] = amount
                added = dict(outer_global.generators if outer_global else {}) | dict(outer.generators)
                for which, amount in added.items():
                    if which not in NOT_ADDED:
                        generators[which] += amount
                generators[ATTENUATION] *= ATTENUATION_SHARE
                sounding = velocity if generators[VELOCITY] < 0 else int(generators[VELOCITY])
                inners = dict(modulators.DEFAULTS)
                for zone in (inner_global, inner):
                    inners |= zone.modulators if zone else {}
                outers = dict(outer_global.modulators if outer_global else {}) | dict(outer.modulators)
                for modulator, amount in [*inners.items(), *outers.items()]:
                    generators[modulator.to] += modulators.added(modulator, amount, key, sounding)
                region = self._region(inner.linked or 0, clamped(generators))
                if region is not None:
                    count += 1
                    if count > MAX_REGIONS:
                        raise BankError(f"its preset {self.names[where]} sounds more than {MAX_REGIONS} samples for "
                                        "a note", self._path)
                    yield region

    def _region(self, sample: int, generators: np.ndarray) -> Region | None:
        header = self._headers[sample]
        if header["type"] & _ROM:
            return None  # lies in the chip of a sound card
        if header["type"] & _COMPRESSED:
            frames = self._decode(sample)
            header = header.copy()
            header["start"], header["end"] = 0, frames.size  # these were bytes; the loop is counted from the start
        else:
            frames = self._frames

        def at(field: str, fine: int, coarse: int) -> int:
            return int(header[field]) + int(generators[fine]) + 32768 * int(generators[coarse])

        start, end = max(at("start", START, START_COARSE), 0), at("end", END, END_COARSE)
        end = min(end, frames.size)
        if end - start < 2:
            return None
        loop_start = max(at("loop_start", LOOP_START, LOOP_START_COARSE), start)
        loop_end = min(at("loop_end", LOOP_END, LOOP_END_COARSE), end)
        own = 60 if header["key"] > 127 else int(header["key"])
        root = own if generators[ROOT] < 0 else generators[ROOT]
        rate = min(max(int(header["rate"]), SLOWEST_HZ), FASTEST_HZ)
        return Region(sample, frames, start, end, loop_start, loop_end, rate, float(root), float(header["cents"]),
                      generators)

    def _stream(self, header: np.void, at_most: int | None = None) -> bytes:
        """The bytes of a compressed sample, whose header counts in bytes."""
        return self._frames.view(np.uint8)[int(header["start"]):int(header["end"])][:at_most].tobytes()

    def _decode(self, sample: int) -> np.ndarray:
        """The frames of a compressed sample, int16. Raises BankError if it is damaged."""
        if sample not in self._decoded:
            import soundfile

            header = self._headers[sample]
            try:
                with soundfile.SoundFile(io.BytesIO(self._stream(header))) as stream:
                    frames = stream.read(min(stream.frames, MAX_DECODED), dtype="float32", always_2d=True)
            except soundfile.LibsndfileError:
                told = f"its compressed sample {_text(header['name'])} cannot be decoded"
                raise BankError(told, self._path) from None
            # Vorbis overshoots a loud sample by some decibels; read as int16 that would wrap around
            self._decoded[sample] = np.clip(np.rint(32767 * frames[:, 0]), -32768, 32767).astype(np.int16)
        return self._decoded[sample]


def read_bank(path: Path) -> Bank:
    """The bank in a file, read once for as long as the file stays as it is. Raises BankError and OSError."""
    stamp = path.stat()
    return _read(path, stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=8)
def _read(path: Path, changed_ns: int, size: int) -> Bank:
    return Bank(path)


def _chunks(path: Path) -> dict[bytes, tuple[int, int]]:
    """Where each chunk of a RIFF file lies, those inside of lists too: offset and size in bytes.

    A chunk of odd size is followed by a pad byte; where a program forgot it the next chunk begins at once.
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
    return name in _RECORDS or name in _OTHER_CHUNKS


def _owners(tables: Mapping[bytes, np.ndarray], head: bytes, bag: bytes, gen: bytes, mod: bytes,
            link: int) -> list[list[Zone]]:
    """The zones of each preset or instrument. The last record of every table only ends it."""
    heads, bags = tables[head]["bag"], tables[bag]
    for name, indices in ((head, heads), (bag, bags["gen"]), (bag, bags["mod"])):
        if np.any(indices[1:] < indices[:-1]):  # so that every record is read once
            raise BankError(f"its table {name.decode()} is damaged")
    owners = []
    try:
        for first, last in pairwise(heads):
            zones = []
            for b in range(int(first), int(last)):
                generators = tables[gen][int(bags["gen"][b]):int(bags["gen"][b + 1])]
                moving = tables[mod][int(bags["mod"][b]):int(bags["mod"][b + 1])]
                zone = _zone(generators, moving, link)
                if zone.linked is not None or b == int(first):  # another zone that leads nowhere is ignored (7.3)
                    zones.append(zone)
            owners.append(zones)
    except IndexError:
        raise BankError(f"its table {bag.decode()} is damaged") from None
    return owners


def _zone(generators: np.ndarray, moving: np.ndarray, link: int) -> Zone:
    amounts: dict[int, float] = {}
    ranges = {KEYS: (0, 127), VELOCITIES: (0, 127)}
    linked = None
    for which, amount in generators.tolist():
        if which in ranges:
            ranges[which] = (amount & 0xFF, amount >> 8 & 0xFF)
        elif which == link:
            linked = amount & 0xFFFF
        elif which < GENERATORS and link == SAMPLE:
            amounts[which] = stated(which, amount)
        elif which < GENERATORS:  # of a preset: a difference, at most as wide as the range
            widest = HIGHEST[which] - LOWEST[which]
            amounts[which] = float(min(max(amount, -widest), widest))
    modulating = {Modulator(int(m["source"]), int(m["to"]), int(m["by"]), int(m["transform"])): float(m["amount"])
                  for m in moving
                  if m["to"] < GENERATORS and modulators.LINK not in (m["source"] & 0xFF, m["by"] & 0xFF)}
    return Zone(amounts, ranges[KEYS], ranges[VELOCITIES], modulating, linked)


def _matching(zones: list[Zone], key: int, velocity: int) -> Iterator[tuple[Zone, Zone | None]]:
    """The zones that hold a key and velocity, each with the global zone of its owner."""
    common = zones[0] if zones and zones[0].linked is None else None
    return ((zone, common) for zone in zones if zone.linked is not None and zone.holds(key, velocity))


def _text(name: bytes) -> str:
    return name.split(b"\0")[0].decode("latin-1").strip()
