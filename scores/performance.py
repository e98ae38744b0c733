"""The performance of a song, made by composing: notes, gestures and curves in beats and seconds, and all choices."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple, Protocol, Self

from scores.arrays import Sound
from scores.choose import Choice
from scores.lyrics.line import Delivery as Delivery
from scores.lyrics.line import SungLine as SungLine
from scores.lyrics.line import Utterance as Utterance
from scores.theory import Chord, Key, Meter
from scores.theory.tempo import TempoMap


@dataclass(frozen=True, slots=True)
class Fingering:
    """Where a note is played on a fretted instrument.

    Parameters
    ----------
    string
        From 0, the lowest.
    fret
        Counted from the capo; 0 is the open string.
    finger
        One of p i m a, D or U for a down or up stroke, or empty.
    """

    string: int
    fret: int
    finger: str = ""


# How a hand sounds a note of a string. A hammer-on, pull-off or slide comes from the note before it on its string and
# ends that note; the other articulations are plucked.
Articulation = Literal["plain", "hammer_on", "pull_off", "slide", "palm_mute", "harmonic"]
LEGATO: tuple[Articulation, ...] = ("hammer_on", "pull_off", "slide")
# Pitch curve of a note: pairs of seconds from its onset and cents from its pitch, straight lines between.
Bend = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Note:
    """One note of one part, as written (beats) and as heard (seconds, humanised).

    Parameters
    ----------
    onset_beats, duration_beats
        In quarter notes, from the start of the song, pickup included.
    onset_seconds, duration_seconds
        As heard.
    pitch
        MIDI number, 60 = C4; fractions are allowed.
    velocity
        1–127.
    seed
        Seed of the noise in the sound of this note.
    fingering
        String and fret of a note on a fretted instrument.
    utterance
        The syllable of a sung or spoken note.
    articulation
        How the hand sounds it.
    bend
        How its pitch moves; instruments that cannot bend ignore it.
    pedalled
        Whether the sustain pedal holds it, so that all strings of a piano resonate.
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
        """Whether the note is a breath: a sound of the voice that is not written in a singer's part."""
        return self.utterance is not None and self.utterance.is_breath


class SungPhrase(NamedTuple):
    """The notes of a part that carry one line, in order: all of its syllables, or some of them."""

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


@dataclass(frozen=True, slots=True)
class Take:
    """A recording on a part. It starts at ``skip_seconds`` of its file; ``level_db`` is relative to the file.

    ``is_cut`` says that the file goes on where the recording ends, so that it needs a fade-out.
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
    """What scores ask of an effect: a process on sound with parameters. Its class is a pydantic model."""

    name: ClassVar[str]

    @classmethod
    def at_depth(cls, depth: float) -> Self:
        """Return the setting for a gesture of depth 0 to 1; only for effects that can be a gesture."""

    def fitted(self, beats: float) -> Self:
        """Return the setting for a gesture that lasts ``beats`` quarter notes."""

    @classmethod
    def model_validate(cls, obj: Any) -> Self:
        """Return the effect with parameters from a mapping."""

    @classmethod
    def model_json_schema(cls) -> dict[str, Any]:
        """Return the JSON Schema of the parameters."""

    def model_dump(self, *, exclude_defaults: bool = False) -> dict[str, Any]:
        """Return the parameters in the order of their declaration."""

    def tail_seconds(self, context: Any) -> float:
        """Return the longest time for which this setting sounds after its input has ended."""

    def process(self, audio: Sound, context: Any) -> Sound:
        """Process a piece of sound, shape (channels, frames)."""

    def run(self, audio: Sound, context: Any) -> None:
        """Process a whole stem, shape (channels, frames), in place."""

    def lay(self, audio: Sound, start: int, stop: int, context: Any, fade_samples: int) -> None:
        """Process the frames from ``start`` to ``stop`` in place, with crossfades inside both ends."""


@dataclass(frozen=True, slots=True)
class Gesture:
    """A glitch: an effect on a span of one part or send.

    Parameters
    ----------
    part
        Name of the part or send.
    effect
        The effect, set for the depth, the length and the score.
    onset_beats, duration_beats, onset_seconds, duration_seconds
        The span.
    beat_seconds
        Length of a quarter note at the onset.
    depth
        Strength, 0–1.
    seed
        Seed of the effect's random numbers.
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
    """One bar of the song.

    Parameters
    ----------
    index
        From 1 at the first full bar; a pickup is 0.
    section
        Index into ``Performance.sections``.
    number_in_section
        From 1; a pickup is 0.
    start_beats, start_seconds
        Where it starts.
    beats
        Its length in quarter notes; a pickup is shorter than its meter.
    meter, key
        As they are here.
    chords
        Its chords, each with its start in quarter notes from the bar line; None is N.C. (no chord).
    """

    index: int
    section: int
    number_in_section: int
    start_beats: float
    start_seconds: float
    beats: float
    meter: Meter
    key: Key
    chords: tuple[tuple[Fraction, Chord | None], ...]

    @property
    def end_beats(self) -> float:
        return self.start_beats + self.beats

    def chord_at(self, beat_in_bar: float) -> Chord | None:
        """Return the chord at a place in the bar, given in quarter notes from the bar line."""
        return [chord for start, chord in self.chords if start <= beat_in_bar + 1e-9][-1]


@dataclass(frozen=True)
class SectionSpan:
    """Where a section lies in the song: its first bar, its length, its start and its end."""

    name: str
    start_bar: int
    bars: int
    start_beats: float
    end_beats: float
    start_seconds: float
    end_seconds: float


@dataclass(frozen=True)
class BreakpointCurve:
    """Straight lines between breakpoints over the whole song; two breakpoints on one beat are a step."""

    beats: tuple[float, ...]
    values: tuple[float, ...]

    def at(self, beat: float) -> float:
        """Return the value at a beat: after a step on that beat, and constant beyond the outer breakpoints."""
        after = bisect_right(self.beats, beat)
        if after == 0:
            return self.values[0]
        if after == len(self.beats):
            return self.values[-1]
        left, right = self.beats[after - 1], self.beats[after]
        share = (beat - left) / (right - left)
        return self.values[after - 1] + share * (self.values[after] - self.values[after - 1])

    def between(self, start: float, end: float) -> list[tuple[float, float]]:
        """Return the breakpoints from one beat to another, both ends included, as pairs of beat and value."""
        inside = [(beat, value) for beat, value in zip(self.beats, self.values, strict=True) if start < beat < end]
        before_the_end = max(end - 1e-9, start)  # so that a step at the end is left out
        return [(start, self.at(start)), *inside, (end, self.at(before_the_end))]


@dataclass(frozen=True)
class Performance:
    """The whole song as it will be played.

    Parameters
    ----------
    tempo, bars, sections
        The time line.
    notes, gestures
        Those of each part, in the score's order of parts, sorted by heard onset.
    temperature, glitch
        Curves over the whole song.
    tails_end_seconds
        Times at which the score cuts every sound that still rings.
    duration_seconds
        Length of the song.
    choices
        Every choice that was made, in its order.
    takes
        The recordings of the parts that have any.
    send_gestures
        The gestures of each send.
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
