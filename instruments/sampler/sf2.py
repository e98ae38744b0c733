"""A SoundFont 2 bank: its presets, and for a key and a velocity the regions that sound.

After "SoundFont Technical Specification", version 2.04 (E-mu Systems 2006); section numbers below are its own.
The samples stay in the file, mapped into memory, so that only what is played of a large bank is read. Those of an SF3
bank are Ogg Vorbis streams (FluidSynth's page "SoundFont3Format"), each decoded when it is first played.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import soundfile

from instruments.sampler import modulators
from instruments.sampler.chunks import RECORDS, BankError, find_chunks
from instruments.sampler.generators import (
    ATTENUATION,
    DEFAULTS,
    END,
    END_COARSE,
    INSTRUMENT,
    LOOP_END,
    LOOP_END_COARSE,
    LOOP_START,
    LOOP_START_COARSE,
    NOT_ADDED,
    ROOT,
    SAMPLE,
    START,
    START_COARSE,
    VELOCITY,
    clamped,
)
from instruments.sampler.zones import matching, owners_of

# Fraction of the stated attenuation that is applied: as E-mu's own hardware did, on which banks are voiced.
ATTENUATION_SHARE = 0.4

# Bits of a sample's type.
_COMPRESSED, _ROM = 0x10, 0x8000
# Most pairs of a zone of a preset and a zone of its instrument; far beyond any bank that is played, as the next two.
MAX_PAIRS = 100_000
# Most samples that one note sounds.
MAX_REGIONS = 256
# Longest compressed sample [frames]: 25 minutes at 44.1 kHz.
MAX_DECODED = 1 << 26
# Lowest and highest sample rate [Hz]; the specification has 400 to 50,000.
SLOWEST_HZ, FASTEST_HZ = 400, 192_000


@dataclass(frozen=True)
class Region:
    """A sample as one note plays it.

    Parameters
    ----------
    sample
        Its number in the bank.
    frames
        Shape (frames,), int16.
    start, end, loop_start, loop_end
        Indices in ``frames``.
    rate
        Sample rate [Hz].
    root
        MIDI number at which it sounds as recorded.
    cents
        Correction of its pitch.
    generators
        Shape (GENERATORS,): the values for this note, by number.
    """

    sample: int
    frames: np.ndarray
    start: int
    end: int
    loop_start: int
    loop_end: int
    rate: int
    root: float
    cents: float
    generators: np.ndarray


class Bank:
    """A SoundFont.

    Attributes
    ----------
    names
        The name of each preset, by its bank and its program from 0.

    Raises
    ------
    BankError
        If the file is not a bank, or its tables are damaged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        chunks = find_chunks(path)
        tables = {}
        for name, record in RECORDS.items():
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
        self._presets = owners_of(tables, b"phdr", b"pbag", b"pgen", b"pmod", INSTRUMENT)
        self._instruments = owners_of(tables, b"inst", b"ibag", b"igen", b"imod", SAMPLE)
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
        """Check the zones of a preset.

        Raises
        ------
        BankError
            If one names an instrument or a sample that is not in the bank, or if there are too many.
        """
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
        """Return the lowest and highest key of a preset that has a sample; raises as ``check`` does."""
        self.check(where)
        ranges = [(max(outer.keys[0], inner.keys[0]), min(outer.keys[1], inner.keys[1]))
                  for outer in self._presets[self._index[where]] if outer.linked is not None
                  for inner in self._instruments[outer.linked] if inner.linked is not None]
        sounding = [(low, high) for low, high in ranges if low <= high]
        return (min(low for low, _ in sounding), max(high for _, high in sounding)) if sounding else (0, 127)

    def regions(self, where: tuple[int, int], key: int, velocity: int) -> Iterator[Region]:
        """Yield the samples that a note sounds: generators of the instrument, and added to them the preset's (9.4).

        Raises
        ------
        BankError
            As ``check`` does, and for more than ``MAX_REGIONS`` samples.
        """
        self.check(where)
        count = 0
        for outer, outer_global in matching(self._presets[self._index[where]], key, velocity):
            for inner, inner_global in matching(self._instruments[outer.linked or 0], key, velocity):
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
            return None  # in the ROM of a sound card
        if header["type"] & _COMPRESSED:
            frames = self._decode(sample)
            header = header.copy()
            header["start"], header["end"] = 0, frames.size  # they were bytes; the loop counts from the start
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
        """Return the bytes of a compressed sample, whose header counts in bytes."""
        return self._frames.view(np.uint8)[int(header["start"]):int(header["end"])][:at_most].tobytes()

    def _decode(self, sample: int) -> np.ndarray:
        """Return the frames of a compressed sample, int16; raises BankError if it is damaged."""
        if sample not in self._decoded:
            header = self._headers[sample]
            try:
                with soundfile.SoundFile(io.BytesIO(self._stream(header))) as stream:
                    frames = stream.read(min(stream.frames, MAX_DECODED), dtype="float32", always_2d=True)
            except soundfile.LibsndfileError:
                told = f"its compressed sample {_text(header['name'])} cannot be decoded"
                raise BankError(told, self._path) from None
            # Vorbis exceeds the peak of a loud sample by some decibels, which would wrap around in int16
            self._decoded[sample] = np.clip(np.rint(32767 * frames[:, 0]), -32768, 32767).astype(np.int16)
        return self._decoded[sample]


def read_bank(path: Path) -> Bank:
    """Read the bank in a file, once for as long as the file is unchanged.

    Raises
    ------
    BankError
        As ``Bank`` does.
    OSError
        If the file cannot be read.
    """
    stamp = path.stat()
    return _read(path, stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=8)
def _read(path: Path, changed_ns: int, size: int) -> Bank:
    return Bank(path)


def _text(name: bytes) -> str:
    return name.split(b"\0")[0].decode("latin-1").strip()
