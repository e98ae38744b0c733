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

from scores.faults import InputError

# Generators (8.1.2) that are read here.
START, END, LOOP_START, LOOP_END, START_COARSE, MOD_LFO_TO_PITCH = range(6)
VIB_LFO_TO_PITCH, MOD_ENV_TO_PITCH, FILTER_CENTS, FILTER_Q, MOD_LFO_TO_FILTER, MOD_ENV_TO_FILTER = range(6, 12)
END_COARSE, MOD_LFO_TO_VOLUME, PAN = 12, 13, 17
MOD_LFO_DELAY, MOD_LFO_CENTS, VIB_LFO_DELAY, VIB_LFO_CENTS = range(21, 25)
MOD_DELAY, MOD_ATTACK, MOD_HOLD, MOD_DECAY, MOD_SUSTAIN, MOD_RELEASE, KEY_TO_MOD_HOLD, KEY_TO_MOD_DECAY = range(25, 33)
DELAY, ATTACK, HOLD, DECAY, SUSTAIN, RELEASE, KEY_TO_HOLD, KEY_TO_DECAY = range(33, 41)
INSTRUMENT, KEYS, VELOCITIES, LOOP_START_COARSE, KEY, VELOCITY, ATTENUATION = 41, 43, 44, 45, 46, 47, 48
LOOP_END_COARSE, COARSE_TUNE, FINE_TUNE, SAMPLE, SAMPLE_MODES = 50, 51, 52, 53, 54
SCALE_TUNING, CLASS, ROOT = 56, 57, 58
GENERATORS = 61

DEFAULTS = np.zeros(GENERATORS)
DEFAULTS[[FILTER_CENTS, SCALE_TUNING, KEY, VELOCITY, ROOT]] = 13500, 100, -1, -1, -1
DEFAULTS[[MOD_LFO_DELAY, VIB_LFO_DELAY, *range(MOD_DELAY, MOD_DECAY + 1), MOD_RELEASE,
          *range(DELAY, DECAY + 1), RELEASE]] = -12000
# What a preset may not add to (8.5): where samples lie, what is switched, and ranges, which are intersected.
NOT_ADDED = (START, END, LOOP_START, LOOP_END, START_COARSE, END_COARSE, LOOP_START_COARSE, LOOP_END_COARSE, KEY,
             VELOCITY, SAMPLE_MODES, CLASS, ROOT, INSTRUMENT, SAMPLE, KEYS, VELOCITIES)
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
_COMPRESSED, _ROM = 0x10, 0x8000
_BY_VELOCITY, _BY_KEY = 2, 3  # controllers of a modulator (8.2.1) that a note carries


class BankError(InputError, ValueError):
    """A file that is no usable SoundFont 2 bank; the text says why, ``file`` which, if a note had to find it out."""

    ALLOWED = "a SoundFont bank (.sf2 or .sf3)"

    def __init__(self, message: str, file: Path = Path()) -> None:
        self.file = file
        super().__init__(message, allowed=self.ALLOWED)


@dataclass(frozen=True)
class Zone:
    """Generators that are set, the ranges in which they hold, and modulators: (source, to) → amount."""

    generators: Mapping[int, float]
    keys: tuple[int, int]
    velocities: tuple[int, int]
    modulators: Mapping[tuple[int, int], float]
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
        rows = tables[b"phdr"][:-1]
        self._index = {(int(row["bank"]), int(row["program"])): i for i, row in enumerate(rows)}
        self.names = {where: _text(rows[i]["name"]) for where, i in sorted(self._index.items())}
        if not self.names:
            raise BankError("it holds no presets")
        for header in self._headers[self._headers["type"] & (_COMPRESSED | _ROM) == _COMPRESSED]:
            if self._stream(header, 4) != b"OggS":
                raise BankError(f"its compressed sample {_text(header['name'])} is no Ogg Vorbis stream")

    def keys(self, where: tuple[int, int]) -> tuple[int, int]:
        """Lowest and highest key of a preset that has a sample."""
        ranges = [(max(outer.keys[0], inner.keys[0]), min(outer.keys[1], inner.keys[1]))
                  for outer in self._presets[self._index[where]] if outer.linked is not None
                  for inner in self._instruments[outer.linked] if inner.linked is not None]
        sounding = [(low, high) for low, high in ranges if low <= high]
        return (min(low for low, _ in sounding), max(high for _, high in sounding)) if sounding else (0, 127)

    def regions(self, where: tuple[int, int], key: int, velocity: int) -> Iterator[Region]:
        """Yield the regions of a key and velocity: the preset's generators are added to the instrument's (9.4)."""
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
                generators[ATTENUATION] = ATTENUATION_SHARE * max(generators[ATTENUATION], 0.0)
                sounding = velocity if generators[VELOCITY] < 0 else int(generators[VELOCITY])
                # the one default modulator (8.4.1) that is not a hand on a wheel; 8.4.2, velocity to filter, is left
                # out as by other players: hardly a bank is voiced for it
                modulators = {(0x0502, ATTENUATION): 960.0}
                for zone in (inner_global, inner):
                    modulators |= zone.modulators if zone else {}
                outers = dict(outer_global.modulators if outer_global else {}) | dict(outer.modulators)
                for (source, to), amount in [*modulators.items(), *outers.items()]:
                    generators[to] += amount * _controlled(source, key, sounding)
                region = self._region(inner.linked or 0, generators)
                if region is not None:
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
        return Region(sample, frames, start, end, loop_start, loop_end, max(int(header["rate"]), 400), float(root),
                      float(header["cents"]), generators)

    def _stream(self, header: np.void, at_most: int | None = None) -> bytes:
        """Return the bytes of a compressed sample, whose header counts in bytes."""
        return self._frames.view(np.uint8)[int(header["start"]):int(header["end"])][:at_most].tobytes()

    def _decode(self, sample: int) -> np.ndarray:
        """Decode a compressed sample.

        Raises
        ------
        BankError
            If it is damaged.
        """
        if sample not in self._decoded:
            import soundfile

            header = self._headers[sample]
            try:
                frames = soundfile.read(io.BytesIO(self._stream(header)), dtype="float32", always_2d=True)[0]
            except soundfile.LibsndfileError:
                reason = f"its compressed sample {_text(header['name'])} cannot be decoded"
                raise BankError(reason, self._path) from None
            # Vorbis overshoots a loud sample by some decibels; read as int16 that would wrap around
            self._decoded[sample] = np.clip(np.rint(32767 * frames[:, 0]), -32768, 32767).astype(np.int16)
        return self._decoded[sample]


def read_bank(path: Path) -> Bank:
    """Read a bank; the result is cached until the file changes.

    Raises
    ------
    BankError
        If the file is no usable bank.
    OSError
        If the file cannot be read.
    """
    stamp = path.stat()
    return _read(path, stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=8)
def _read(path: Path, changed_ns: int, size: int) -> Bank:
    return Bank(path)


def _chunks(path: Path) -> dict[bytes, tuple[int, int]]:
    """Where each chunk of a RIFF file lies, those inside of lists too: offset and size in bytes."""
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
            if at + 8 + size > whole:
                raise BankError("it is cut short")
            found[name] = (at + 8, size)
            at += 8 + size + size % 2
    return found


def _owners(tables: Mapping[bytes, np.ndarray], head: bytes, bag: bytes, gen: bytes, mod: bytes,
            link: int) -> list[list[Zone]]:
    """Return the zones of each preset or instrument. The last record of each table is a terminator."""
    heads, bags = tables[head]["bag"], tables[bag]
    owners = []
    try:
        for first, last in pairwise(heads):
            zones = []
            for b in range(int(first), int(last)):
                generators = tables[gen][int(bags["gen"][b]):int(bags["gen"][b + 1])]
                modulators = tables[mod][int(bags["mod"][b]):int(bags["mod"][b + 1])]
                zone = _zone(generators, modulators, link)
                if zone.linked is not None or b == int(first):  # another zone that leads nowhere is ignored (7.3)
                    zones.append(zone)
            owners.append(zones)
    except IndexError:
        raise BankError(f"its table {bag.decode()} is damaged") from None
    return owners


def _zone(generators: np.ndarray, modulators: np.ndarray, link: int) -> Zone:
    amounts: dict[int, float] = {}
    ranges = {KEYS: (0, 127), VELOCITIES: (0, 127)}
    linked = None
    for which, amount in generators.tolist():
        if which in ranges:
            ranges[which] = (amount & 0xFF, amount >> 8 & 0xFF)
        elif which == link:
            linked = amount & 0xFFFF
        elif which < GENERATORS:
            amounts[which] = float(amount)
    moving = {(int(m["source"]), int(m["to"])): float(m["amount"]) for m in modulators
              if m["by"] == 0 and m["transform"] == 0 and m["to"] < GENERATORS
              and m["source"] & 0xFF in (_BY_VELOCITY, _BY_KEY)}
    return Zone(amounts, ranges[KEYS], ranges[VELOCITIES], moving, linked)


def _matching(zones: list[Zone], key: int, velocity: int) -> Iterator[tuple[Zone, Zone | None]]:
    """Return the zones that contain a key and velocity, each with the global zone of its owner."""
    common = zones[0] if zones and zones[0].linked is None else None
    return ((zone, common) for zone in zones if zone.linked is not None and zone.holds(key, velocity))


def _controlled(source: int, key: int, velocity: int) -> float:
    """Value of a modulator's source, −1 … 1 (8.2.2–8.2.4)."""
    value = (velocity if source & 0xFF == _BY_VELOCITY else key) / 127
    if source & 0x100:
        value = 1 - value
    shape = source >> 10
    if shape == 1:  # concave: −20/96·log(1 − x)², so that 960 cB times it is 40·log of the velocity's share
        value = 1.0 if value >= 1 else min(-40 / 96 * np.log10(1 - value), 1.0)
    elif shape == 2:
        value = 0.0 if value <= 0 else max(1 + 40 / 96 * np.log10(value), 0.0)
    elif shape == 3:
        value = float(value >= 0.5)
    return float(2 * value - 1 if source & 0x200 else value)


def _text(name: bytes) -> str:
    return name.split(b"\0")[0].decode("latin-1").strip()
