"""The zones of presets and instruments of a SoundFont: generators and modulators for a range of notes.

After "SoundFont Technical Specification" 2.04, section 7.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from instruments.sampler import modulators
from instruments.sampler.chunks import BankError
from instruments.sampler.generators import GENERATORS, HIGHEST, KEYS, LOWEST, SAMPLE, VELOCITIES, stated
from instruments.sampler.modulators import Modulator


@dataclass(frozen=True)
class Zone:
    """A zone of a preset or an instrument.

    Parameters
    ----------
    generators
        The amounts that are set, by number.
    keys, velocities
        Lowest and highest of the notes for which it holds.
    modulators
        Their amounts.
    linked
        Index of the instrument or the sample; None for a global zone.
    """

    generators: Mapping[int, float]
    keys: tuple[int, int]
    velocities: tuple[int, int]
    modulators: Mapping[Modulator, float]
    linked: int | None

    def holds(self, key: int, velocity: int) -> bool:
        return self.keys[0] <= key <= self.keys[1] and self.velocities[0] <= velocity <= self.velocities[1]


def owners_of(tables: Mapping[bytes, np.ndarray], head: bytes, bag: bytes, gen: bytes, mod: bytes,
            link: int) -> list[list[Zone]]:
    """Read the zones of each preset or instrument; the last record of each table only ends it.

    Parameters
    ----------
    tables
        The records of each table, by the name of its chunk.
    head, bag, gen, mod
        Names of the chunks of owners, zones, generators and modulators.
    link
        The generator that names what a zone leads to: ``INSTRUMENT`` or ``SAMPLE``.

    Raises
    ------
    BankError
        If an index leads out of its table.
    """
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
        elif which < GENERATORS:  # a preset states a difference, at most as wide as the range
            widest = HIGHEST[which] - LOWEST[which]
            amounts[which] = float(min(max(amount, -widest), widest))
    modulating = {Modulator(int(m["source"]), int(m["to"]), int(m["by"]), int(m["transform"])): float(m["amount"])
                  for m in moving
                  if m["to"] < GENERATORS and modulators.LINK not in (m["source"] & 0xFF, m["by"] & 0xFF)}
    return Zone(amounts, ranges[KEYS], ranges[VELOCITIES], modulating, linked)


def matching(zones: list[Zone], key: int, velocity: int) -> Iterator[tuple[Zone, Zone | None]]:
    """Yield the zones that hold a key and a velocity, each with the global zone of its owner."""
    common = zones[0] if zones and zones[0].linked is None else None
    return ((zone, common) for zone in zones if zone.linked is not None and zone.holds(key, velocity))
