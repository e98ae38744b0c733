"""The interface of players: the stage that a player receives for a section, and the drafts that it returns."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple, TypeVar

from pydantic import Field

from scores.arrays import Logits
from scores.choose import Address, Chooser
from scores.format.fields import Dynamics
from scores.format.model import LyricLine, Part, Score, Section, Strict
from scores.performance import Articulation, Bar, Bend, BreakpointCurve, Fingering, SectionSpan, Take, Utterance
from scores.theory.tempo import TempoMap

# Velocities of loudness 0 and 1, with room on both sides for accents.
SOFTEST = 20
LOUDEST = 118
# Change of velocity of an accent of 1.
ACCENT_VELOCITY = 24


@dataclass(frozen=True, slots=True)
class Draft:
    """A note as a player writes it, on the grid. Composing humanises it.

    Parameters
    ----------
    onset_beats, duration_beats
        In quarter notes, from the start of the song.
    pitch
        MIDI number.
    velocity
        1–127, fractions allowed.
    delay_seconds
        Intended delay, such as the spread of a strum or a rolled chord; it stays at any temperature.
    exact
        Whether the note is not humanised at all.
    fingering, utterance, articulation, bend, pedalled
        As in ``Note``.
    """

    onset_beats: float
    duration_beats: float
    pitch: float
    velocity: float
    delay_seconds: float = 0.0
    exact: bool = False
    fingering: Fingering | None = None
    utterance: Utterance | None = None
    articulation: Articulation = "plain"
    bend: Bend = ()
    pedalled: bool = False


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A lyric line and the time that it has. ``number`` counts from 1 in its section."""

    number: int
    line: LyricLine
    start_beats: float
    end_beats: float


T = TypeVar("T")


class Memory:
    """What a part remembers over the song: values of types that the players declare, each under a key.

    The type is part of the address, so that two players, and a section of any name, never meet in it.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[type, Hashable], Any] = {}

    def keep(self, value: object, key: Hashable = None) -> None:
        """Remember a value by its type and a key, such as the section it belongs to."""
        self._kept[type(value), key] = value

    def recall(self, kind: type[T], key: Hashable = None) -> T | None:
        """Return what is remembered of a type under a key, or None."""
        found: T | None = self._kept.get((kind, key))
        return found

    def all(self, kind: type[T]) -> dict[Any, T]:
        """Return all that is remembered of a type by its key, in the order in which it was first kept."""
        return {key: value for (each, key), value in self._kept.items() if each is kind}


class Heard(NamedTuple):
    """What all parts played in an earlier section."""

    section: Section
    bars: Sequence[Bar]
    drafts: Mapping[str, Sequence[Draft]]


@dataclass
class Stage:
    """Everything that a player needs to play one part in one section.

    Parameters
    ----------
    score, section, index
        The song, the section, and its index.
    span, bars, lines
        Where the section lies, and the bars and lyric lines in which the part plays.
    part_name, part, player
        The part, and the player that plays it.
    tempo, temperature, glitch, dynamics
        Curves over time.
    chooser
        Makes the choices; ``choose`` adds the address.
    memory
        Memory of the part for the whole song. A player keeps patterns under the name of a section, so that a later
        section can repeat them (``section.like``).
    drafts
        What the earlier parts of the score play in this section.
    song_end_seconds
        End of the song.
    energy
        How much everybody gives, 0–1; None where neither the section nor a style says so.
    heard
        What all parts played in the sections before this one.
    roll
        How often the part was rolled again in this section.
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
    memory: Memory
    drafts: Mapping[str, Sequence[Draft]] = field(default_factory=dict)
    song_end_seconds: float = float("inf")
    energy: BreakpointCurve | None = None
    heard: Sequence[Heard] = ()
    roll: int = 0

    def lift(self, beat: float) -> float:
        """Return how far the section's energy lies above the middle, −0.5 … 0.5; 0 where it has none."""
        return 0.0 if self.energy is None else min(max(self.energy.at(beat), 0.0), 1.0) - 0.5

    def bar_at(self, beat: float) -> Bar:
        """Return the bar of this section in which a beat lies; the first or last where it lies outside."""
        after = bisect_right(self.bars, beat + 1e-9, key=lambda bar: bar.start_beats)
        return self.bars[max(after - 1, 0)]

    def velocity(self, beat: float, accent: float = 0.0) -> float:
        """Return the velocity of the section's dynamics at a beat, changed by an ``accent`` from −1 to 1."""
        return min(max(SOFTEST + (LOUDEST - SOFTEST) * self.dynamics.at(beat) + ACCENT_VELOCITY * accent, 1.0), 127.0)

    def choose(self, purpose: str, beat: float, options: Sequence[str], logits: Logits,
               temperature: float | None = None) -> int:
        """Choose an option by softmax and log the choice under this part and bar.

        Parameters
        ----------
        purpose
            What is chosen; two choices of one bar need different purposes.
        beat
            Where the choice belongs.
        options, logits
            Labels of the options, and their weights.
        temperature
            Default: the section's temperature at ``beat``.

        Returns
        -------
        int
            Index of the option.
        """
        heat = self.temperature.at(beat) if temperature is None else temperature
        return self.chooser.choose(options, logits, heat, self.address(purpose, beat))

    def choose_many(self, purpose: str, beat: float, options: Sequence[str], logits: Logits,
                    temperatures: Sequence[float]) -> list[int]:
        """Return one pick for each temperature, from logits of its own, shape (len(temperatures), len(options))."""
        return self.chooser.choose_many(options, logits, temperatures, self.address(purpose, beat))

    def address(self, purpose: str, beat: float) -> Address:
        """Return the address of a random draw for this part in the bar of ``beat``."""
        return Address(self.score.seed, self.section.name, self.part_name, self.bar_at(beat).number_in_section, purpose,
                       self.roll)


class Player(Strict):
    """A style of playing. Its fields are its settings in the score.

    Attributes
    ----------
    style
        Its name in the score.
    string_count
        Strings that its chord shapes need on a fretted instrument; 0 where it suits any number.
    sings
        Whether it sings the lyrics of the section.
    brings_words
        Whether its sound contains words already, as a recording does.
    goes_on
        Whether it plays on where the others stop together: who sings, or has a line of its own.
    answers
        Whether it sings what others leave to it: words in brackets, or every second line.
    keeps_time
        Whether its exact notes hold their deviations already, and move with the common pulse all the same.
    is_given
        Whether its pitches are the user's, so that one which the instrument lacks is refused and never moved.
    """

    style: ClassVar[str]
    string_count: ClassVar[int] = 0
    sings: ClassVar[bool] = False
    brings_words: ClassVar[bool] = False
    answers: ClassVar[bool] = False
    goes_on: ClassVar[bool] = False
    keeps_time: ClassVar[bool] = False
    is_given: ClassVar[bool] = False
    dynamics: Dynamics | None = Field(None, description="loudness of this part; default the section's")
    enters: int = Field(1, ge=1, description="bar of the section in which the part comes in")
    leaves: int | None = Field(None, ge=2, description="bar of the section from which the part is silent again")
    from_energy: float = Field(0, ge=0, le=1, description="energy of the section from which the part plays, where the "
                                                          "section has energy")

    def play(self, stage: Stage) -> list[Draft]:
        """Write the notes of a section. Every choice is made by ``stage.choose``.

        Raises
        ------
        ScoreFault
            For a fault that only composing can find, such as a chord that no hand can play.
        """
        raise NotImplementedError

    @property
    def copies(self) -> str | None:
        """Part of which it has its notes; None where they are its own."""
        return None

    def follows(self, stage: Stage) -> bool:
        """Whether its notes are those of another part, which swing and stop already."""
        return False

    def takes(self, stage: Stage) -> list[Take]:
        """Return the recordings of the section. Raises ScoreFault for one that does not fit."""
        return []
