"""A score under examination, and what of it is known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scores.catalogue import Catalogue
from scores.faults import ScorePath
from scores.format.model import Score, Section

# A part's name becomes a file name on every system, a MIDI track's name and a key of the manifest.
PART_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
OUR_NAMES = {"all", "glitch"}  # every part in a cue, and the track of the glitches in the MIDI file
RESERVED_NAMES = {"con", "prn", "aux", "nul", *(f"{device}{n}" for device in ("com", "lpt") for n in range(1, 10))}


@dataclass(frozen=True)
class Subject:
    """A score under examination, which lies in ``folder``. What lies at ``broken`` was refused already and holds a
    stand-in."""

    score: Score
    broken: frozenset[ScorePath]
    catalogue: Catalogue
    folder: Path

    def knows(self, *path: str | int) -> bool:
        """Whether the score really says what stands at ``path``."""
        return not any(wrong[:len(path)] == path[:len(wrong)] for wrong in self.broken)

    def sections(self) -> Iterator[tuple[int, Section]]:
        """The sections that can be examined, with their indices."""
        return ((i, section) for i, section in enumerate(self.score.sections) if self.knows_item("sections", i))

    def knows_item(self, *path: str | int) -> bool:
        """Whether there is such a thing at all, be one of its keys wrong or not."""
        return not any(path[:len(wrong)] == wrong for wrong in self.broken)

    def part_names(self) -> list[str]:
        """The parts whose names may stand."""
        taken = RESERVED_NAMES | OUR_NAMES
        return [name for name in self.score.parts if PART_NAME.fullmatch(name) and name not in taken]
