"""A lyric sheet as it was understood: what its readers make, and what the decisions start from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from scores.theory import Key, Meter

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Said(Generic[T]):
    """A fact of the page, the words that say it, and whether they are sure of it ("maybe 100?" is not)."""

    value: T
    words: str
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class PlacedChord:
    """A chord symbol over a line. ``at`` is the index of the character that it stands over."""

    symbol: str
    at: int


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A line of the words. ``is_quote``: it stood behind ``>``, as greentext and dialogue do.

    ``singer`` is who has it, where the page says.
    """

    text: str
    chords: tuple[PlacedChord, ...] = ()
    stanza: int = 0
    is_quote: bool = False
    singer: str = ""


@dataclass
class SheetSection:
    """A section of the page.

    Parameters
    ----------
    kind
        A kind of ``tables/headings.yaml``.
    name
        Its heading without the cue.
    number
        The number in its heading, or 0.
    cue
        What the page says of how it is played.
    lines, bars, rows
        Its words; its length in bars where the page gives one; its chords where they stand between bar lines.
    directions
        Stage directions after the words, such as "silence".
    repeats
        How often it is sung.
    same_as
        Heading of the earlier section whose words it has; "" for the last one of its kind.
    notes
        Written notes of its tune, a text for each bar, where the page has one.
    """

    kind: str
    name: str
    number: int = 0
    cue: str = ""
    lines: list[SheetLine] = field(default_factory=list)
    bars: int | None = None
    rows: list[list[str]] = field(default_factory=list)
    directions: list[str] = field(default_factory=list)
    repeats: int = 1
    same_as: str | None = None
    notes: list[str] = field(default_factory=list)


@dataclass
class Sheet:
    """A page as it was understood.

    ``style`` is what it calls so, ``talk`` what it says freely. ``left_out`` are the lines that are no part of the
    song, shortened; ``remarks`` what else is; ``assumptions`` what its reader took for granted. ``chords_alone``: some
    chords have no section. ``order``: kind and number of each section where the page says in what order they come.
    ``plan``: kind, number, bars and cue of sections from a table of the form.
    """

    form: str
    title: str = ""
    style: str = ""
    talk: str = ""
    tempo: Said[float] | None = None
    key: Said[Key] | None = None
    meter: Said[Meter] | None = None
    capo: int = 0
    temperature: float | None = None
    seed: int | None = None
    language: str | None = None
    sections: list[SheetSection] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)
    chords_alone: bool = False
    order: list[tuple[str, int]] = field(default_factory=list)
    plan: list[tuple[str, int, int | None, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All words of the song."""
        return "\n".join(line.text for section in self.sections for line in section.lines)
