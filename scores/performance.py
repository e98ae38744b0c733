"""What composing makes and playing reads: notes, gestures and curves in beats and in seconds, and the choice log."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple, Protocol, Self

import numpy as np

from scores.choose import Choice
from scores.lyrics.line import Delivery as Delivery
from scores.lyrics.line import SungLine as SungLine
from scores.lyrics.line import Utterance as Utterance
from scores.theory import Chord, Key, Meter
from scores.theory.tempo import TempoMap


@dataclass(frozen=True, slots=True)
class Fingering:
    """Where on a fretted instrument a note is played: string 0 is the lowest.

    ``finger`` is one of p i m a, D or U for a stroke down or up over the strings, or empty.
    """

    string: int
    fret: int
    finger: str = ""


# How a hand sounds a note of a string. Hammer-on, pull-off and slide come out of the note before it on its string,
# which they end; the others are plucked.
Articulation = Literal["plain", "hammer_on", "pull_off", "slide", "palm_mute", "harmonic"]
LEGATO: tuple[Articulation, ...] = ("hammer_on", "pull_off", "slide")
# Pitch over a note: (seconds from its onset, cents from its pitch), straight lines between, held before and after.
Bend = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Note:
    """One note of one part, as written (beats) and as heard (seconds, humanised).

    A beat is a quarter note, counted from the start of the song (pickup included). ``pitch`` is a MIDI number,
    60 = C4, fractions allowed; ``velocity`` 1–127. ``seed`` is the note's own, for the small noise in its sound.
    ``bend`` moves the pitch while it sounds; a voice that cannot bend plays the pitch.
    A note that is ``pedalled`` is held by the sustain pedal, so all strings are free while it sounds.
    """

    onset_beats: float
    duration_beats: float
    onset_seconds: float
    duration_seconds: float
    pitch: float
    velocity: int
    seed: int
    fingering: Fingering | None = None
    utterance: Utterance | None = None
    articulation: Articulation = "plain"
    bend: Bend = ()
    pedalled: bool = False

    @property
    def end_seconds(self) -> float:
        return self.onset_seconds + self.duration_seconds

    @property
    def is_breath(self) -> bool:
        """Whether it is air and no syllable: a sound of the voice, but nothing a singer would find in her part."""
        return self.utterance is not None and self.utterance.is_breath


class SungPhrase(NamedTuple):
    """The notes of a part that carry one line, in order: all of its syllables, or those that are left of it."""

    line: SungLine
    notes: tuple[Note, ...]

    @property
    def utterances(self) -> tuple[Utterance, ...]:
        """The syllable of each note."""
        return tuple(note.utterance for note in self.notes if note.utterance)


def sung_phrases(notes: Iterable[Note]) -> list[SungPhrase]:
    """Group the notes of a part by the lines they carry.

    Parameters
    ----------
    notes
        Notes of one part in order of onset. Breaths and notes without words are left out.

    Returns
    -------
    list of SungPhrase
        In order; a line that is sung twice is there twice.
    """
    phrases: list[list[Note]] = []
    before: Utterance | None = None
    for note in notes:
        sung = note.utterance
        if sung is None or sung.place is None:
            continue
        if before is None or before.place is None or before.line != sung.line \
                or (sung.word_index, sung.place) <= (before.word_index, before.place):
            phrases.append([])
        phrases[-1].append(note)
        before = sung
    return [SungPhrase(phrase[0].utterance.line, tuple(phrase)) for phrase in phrases if phrase[0].utterance]


PEDAL_LAG_SECONDS = 0.06  # the foot goes down after the chord it is to hold: legato pedalling
PEDAL_UP_SECONDS = 0.02  # and is up for at least so long in between


class Pedal(NamedTuple):
    """The sustain pedal, once down and up, and the notes it holds."""

    down_seconds: float
    up_seconds: float
    notes: tuple[Note, ...]


def pedals(notes: Sequence[Note]) -> list[Pedal]:
    """What the foot does in a part, read off its pedalled notes (sorted by onset): it holds what is written to overlap.

    A player ends the notes of one harmony where the next begins, so the pedal changes there: up when the last of the
    old notes has ended, down again just after the new ones were struck.
    """
    held: list[list[Note]] = []
    until = -math.inf
    for note in notes:
        if not note.pedalled:
            continue
        if note.onset_beats >= until - 1e-6:
            held.append([])
        held[-1].append(note)
        until = max(until, note.onset_beats + note.duration_beats)
    spans: list[Pedal] = []
    up = -math.inf
    for group in held:
        down = max(group[0].onset_seconds + PEDAL_LAG_SECONDS, up + PEDAL_UP_SECONDS)
        if (end := max(note.end_seconds for note in group)) > down:
            spans.append(Pedal(down, end, tuple(group)))
            up = end
    return spans


@dataclass(frozen=True, slots=True)
class Take:
    """A recording on a part: from ``skip_seconds`` of its file on, heard for its duration.

    ``is_cut`` tells that it goes on in the file and is faded where it ends here.
    """

    file: Path
    onset_beats: float
    onset_seconds: float
    duration_seconds: float
    skip_seconds: float
    level_db: float
    is_cut: bool

    @property
    def end_seconds(self) -> float:
        return self.onset_seconds + self.duration_seconds


class Effect(Protocol):
    """A process on sound with its parameters, as far as scores know it. Its class is a pydantic model."""

    name: ClassVar[str]

    @classmethod
    def at_depth(cls, depth: float) -> Self:
        """The setting for a gesture of depth 0 to 1; only for effects that can be a gesture."""

    def fitted(self, beats: float) -> Self:
        """The setting for a gesture that lasts so many quarter notes."""

    @classmethod
    def model_validate(cls, obj: Any) -> Self:
        """The effect with parameters from a mapping."""

    @classmethod
    def model_json_schema(cls) -> dict[str, Any]:
        """What the parameters are declared to be."""

    def model_dump(self, *, exclude_defaults: bool = False) -> dict[str, Any]:
        """The parameters, in the order of their declaration."""

    def tail_seconds(self, context: Any) -> float:
        """How long this setting sounds on after its input has ended, at most."""

    def process(self, audio: np.ndarray, context: Any) -> np.ndarray:
        """Process a stretch of sound, shape (channels, frames)."""

    def run(self, audio: np.ndarray, context: Any) -> None:
        """Process a whole stem, shape (channels, frames), in place."""

    def lay(self, audio: np.ndarray, start: int, stop: int, context: Any, fade_samples: int) -> None:
        """Process the frames ``start`` … ``stop`` of a sound in place, with crossfades inside both ends."""


@dataclass(frozen=True, slots=True)
class Gesture:
    """A glitch: an effect laid over a span of one part, or of a send, which ``part`` then names.

    ``effect`` is set as the depth, the length and the score want it; ``depth`` 0–1 is how far it goes.
    ``beat_seconds`` is the length of a quarter note there.
    """

    part: str
    effect: Effect
    onset_beats: float
    duration_beats: float
    onset_seconds: float
    duration_seconds: float
    beat_seconds: float
    depth: float
    seed: int

    @property
    def end_seconds(self) -> float:
        return self.onset_seconds + self.duration_seconds


@dataclass(frozen=True)
class Bar:
    """One bar of the song. ``index`` counts from 1 at the first full bar; a pickup bar is 0."""

    index: int
    section: int  # index into Performance.sections
    number_in_section: int  # from 1
    start_beats: float
    start_seconds: float
    beats: float  # quarter notes in this bar (a pickup has fewer than its meter)
    meter: Meter
    key: Key
    chords: tuple[tuple[Fraction, Chord | None], ...]  # (quarter notes from the bar line, chord); None is N.C.

    @property
    def end_beats(self) -> float:
        return self.start_beats + self.beats

    def chord_at(self, beat_in_bar: float) -> Chord | None:
        """The chord that sounds at a place in the bar, in quarter notes from the bar line."""
        return [chord for start, chord in self.chords if start <= beat_in_bar + 1e-9][-1]


@dataclass(frozen=True)
class SectionSpan:
    """Where a section lies."""

    name: str
    start_bar: int
    bars: int
    start_beats: float
    end_beats: float
    start_seconds: float
    end_seconds: float


@dataclass(frozen=True)
class BreakpointCurve:
    """Straight lines between breakpoints over the whole song; a step where two breakpoints share a beat."""

    beats: tuple[float, ...]
    values: tuple[float, ...]

    def at(self, beat: float) -> float:
        """Value at a beat; at a step, the value after it. Held before the first and after the last breakpoint."""
        after = bisect_right(self.beats, beat)
        if after == 0:
            return self.values[0]
        if after == len(self.beats):
            return self.values[-1]
        left, right = self.beats[after - 1], self.beats[after]
        share = (beat - left) / (right - left)
        return self.values[after - 1] + share * (self.values[after] - self.values[after - 1])

    def between(self, start: float, end: float) -> list[tuple[float, float]]:
        """What is left of the curve from one beat to another: pairs of beat and value, the two ends among them."""
        inside = [(beat, value) for beat, value in zip(self.beats, self.values, strict=True) if start < beat < end]
        return [(start, self.at(start)), *inside, (end, self.at(max(end - 1e-9, start)))]  # before a step at its end


@dataclass(frozen=True)
class Performance:
    """The whole song as it will be played.

    ``notes`` and ``gestures`` hold an entry for every part of the score, in the score's order, sorted by heard
    onset; ``takes`` the recordings of those parts that have any, ``send_gestures`` what breaks the sends of the mix.
    ``tails_end_seconds`` are the places where the
    score cuts every tail that is still sounding.
    """

    tempo: TempoMap
    bars: tuple[Bar, ...]
    sections: tuple[SectionSpan, ...]
    notes: Mapping[str, Sequence[Note]]
    gestures: Mapping[str, Sequence[Gesture]]
    temperature: BreakpointCurve
    glitch: BreakpointCurve
    tails_end_seconds: tuple[float, ...]
    duration_seconds: float
    choices: Sequence[Choice]
    takes: Mapping[str, Sequence[Take]] = field(default_factory=dict)
    send_gestures: Mapping[str, Sequence[Gesture]] = field(default_factory=dict)
