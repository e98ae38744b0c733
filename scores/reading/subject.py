"""A score under examination, and which of its values are valid."""

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
# Names with a meaning of their own: every part in a cue, and the track of the glitches in the MIDI file.
OUR_NAMES = {"all", "glitch"}
# Names that Windows gives to devices; a file cannot have them.
RESERVED_NAMES = {"con", "prn", "aux", "nul", *(f"{device}{n}" for device in ("com", "lpt") for n in range(1, 10))}


@dataclass(frozen=True)
class Subject:
    """A score under examination.

    Parameters
    ----------
    score
        The score; values that were refused are replaced by placeholders.
    broken
        The paths of the placeholders, whose faults are reported already.
    catalogue
        The instruments and effects that it may name.
    folder
        The folder of its file.
    """

    score: Score
    broken: frozenset[ScorePath]
    catalogue: Catalogue
    folder: Path

    def knows(self, *path: str | int) -> bool:
        """Whether the value at ``path``, and all in it, is the score's own and not a placeholder."""
        return not any(wrong[:len(path)] == path[:len(wrong)] for wrong in self.broken)

    def sections(self) -> Iterator[tuple[int, Section]]:
        """Return the sections that can be examined, with their indices."""
        return ((i, section) for i, section in enumerate(self.score.sections) if self.knows_item("sections", i))

    def knows_item(self, *path: str | int) -> bool:
        """Whether the thing at ``path`` exists, even if something in it is a placeholder."""
        return not any(path[:len(wrong)] == wrong for wrong in self.broken)

    def part_names(self) -> list[str]:
        """Return the parts whose names are valid."""
        taken = RESERVED_NAMES | OUR_NAMES
        return [name for name in self.score.parts if PART_NAME.fullmatch(name) and name not in taken]
