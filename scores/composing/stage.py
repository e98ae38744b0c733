"""What a player sees when it plays a section, and what it hands back."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from scores.choose import Address, Chooser
from scores.format.model import Dynamics, LyricLine, Part, Score, Section, Strict
from scores.performance import Articulation, Bar, Bend, BreakpointCurve, Fingering, SectionSpan, Take, Utterance
from scores.theory.tempo import TempoMap

SOFTEST, LOUDEST = 20, 118  # velocities of loudness 0 and 1, with room on both sides for accents


@dataclass(frozen=True, slots=True)
class Draft:
    """A note as a player writes it: on the grid. Composing adds the looseness of time and touch.

    ``delay_seconds`` is meant, not loose: the spread of a strum or a roll, and it survives at T = 0.
    ``velocity`` may be fractional. A draft that is ``exact`` is not humanised at all (written-out machines). One that
    is ``pedalled`` is held by the foot and not by the finger.
    """

    onset_beats: float  # quarter notes from the start of the song
    duration_beats: float
    pitch: float
    velocity: float
    delay_seconds: float = 0.0
    exact: bool = False
    fingering: Fingering | None = None
    utterance: Utterance | None = None
    articulation: Articulation = "plain"
    bend: Bend = ()  # in seconds, for a hand takes its time at any tempo
    pedalled: bool = False


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A lyric line with its room: the voice sings inside ``start_beats`` … ``end_beats`` and leaves a breath."""

    number: int  # from 1
    line: LyricLine
    start_beats: float
    end_beats: float


@dataclass
class Stage:
    """One part in one section: number ``index`` of the song's, played by ``player``.

    ``memory`` belongs to the part and lasts for the song: a player keeps there, under the section's name, what a
    later section may take up again (``section.like`` names it). ``drafts`` holds what the parts before this one,
    in the order of the score, play in this section.
    """

    score: Score
    index: int
    section: Section
    span: SectionSpan
    bars: Sequence[Bar]
    part_name: str
    part: Part
    player: Player
    tempo: TempoMap
    temperature: BreakpointCurve
    glitch: BreakpointCurve
    dynamics: BreakpointCurve
    lines: Sequence[PlacedLine]
    chooser: Chooser
    memory: dict[str, Any]
    drafts: Mapping[str, Sequence[Draft]] = field(default_factory=dict)
    song_end_seconds: float = float("inf")

    def bar_at(self, beat: float) -> Bar:
        """The bar of this section in which a beat lies; the first or last where it lies outside."""
        after = bisect_right(self.bars, beat + 1e-9, key=lambda bar: bar.start_beats)
        return self.bars[max(after - 1, 0)]

    def velocity(self, beat: float, accent: float = 0.0) -> float:
        """Velocity that the section's dynamics ask for at a beat; ``accent`` −1 … 1 moves it by up to 24."""
        return min(max(SOFTEST + (LOUDEST - SOFTEST) * self.dynamics.at(beat) + 24 * accent, 1.0), 127.0)

    def choose(self, purpose: str, beat: float, options: Sequence[str], logits: Sequence[float] | np.ndarray,
               temperature: float | None = None) -> int:
        """Index of the option that softmax picks at the temperature of ``beat``; logged under this part and bar."""
        heat = self.temperature.at(beat) if temperature is None else temperature
        return self.chooser.choose(options, logits, heat, self.address(purpose, beat))

    def address(self, purpose: str, beat: float) -> Address:
        """Where a draw for this part belongs: the bar in which ``beat`` lies, and what it is for."""
        return Address(self.score.seed, self.section.name, self.part_name, self.bar_at(beat).number_in_section, purpose)


class Player(Strict):
    """A way of playing, one file each in ``scores/players/``: its fields are its settings in the score.

    ``style`` is the name the score calls it by. A player that sings takes the section's lyrics; one that brings words
    has them in it already. One that holds shapes of chords needs a fretted instrument to have ``string_count`` strings.
    """

    style: ClassVar[str]
    string_count: ClassVar[int] = 0
    sings: ClassVar[bool] = False
    brings_words: ClassVar[bool] = False
    dynamics: Dynamics | None = Field(None, description="loudness of this part; default the section's")
    enters: int = Field(1, ge=1, description="bar of the section in which the part comes in")
    leaves: int | None = Field(None, ge=2, description="bar of the section from which the part is silent again")

    def play(self, stage: Stage) -> list[Draft]:
        """Write the section's notes. Every choice is made through ``stage.choose``. Raises ScoreFault on a fault
        that only composing can find (a word with no syllables, a chord no hand can play)."""
        raise NotImplementedError

    def takes(self, stage: Stage) -> list[Take]:
        """The recordings that sound in the section beside its notes. Raises ScoreFault where one finds no room."""
        return []
