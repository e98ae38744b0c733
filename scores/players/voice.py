"""The voice: sung, whispered, spoken, or hardly more than breath. One note a syllable, never two at once.

An in-breath is a note whose utterance has an empty syllable and the manner ``breath``: air to be heard, and no note of
the melody to be written down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from scores.composing.singing.melody import chord_at, ladder, sounding_pitch
from scores.composing.singing.prosody import Sung, set_line
from scores.composing.singing.speech import speak_line
from scores.composing.singing.tune import Phrase, compose_tune, is_hooked
from scores.composing.stage import Draft, PlacedLine, Player, Stage
from scores.performance import Delivery, Utterance
from scores.theory import parse_note

NotePitch = Annotated[int, BeforeValidator(lambda value: parse_note(value) if isinstance(value, str) else value),
                      WithJsonSchema({"type": "string", "examples": ["A3", "E5"]})]
Share = Annotated[float, Field(ge=0, le=1)]

_CENTRES = {"low": 64.0, "mid": 66.5, "high": 70.0}  # MIDI number about which a melody lies
_BREATH_SECONDS, _SHORTEST_BREATH_SECONDS, _BEFORE_PHRASE_SECONDS = 0.36, 0.24, 0.04
_WHISPER_SEMITONES = 6  # A3–D#4 for the usual singer
_LEGATO = 0.97  # share of its length that a sung note fills


@dataclass(frozen=True, slots=True)
class _Voiced:
    """A syllable with pitch and accent (−1 … 1)."""

    sung: Sung
    pitch: float
    accent: float
    share: float = 1.0  # of its length that sounds


_Lines = list[tuple[PlacedLine, list[_Voiced]]]


class Voice(Player):
    """What all ways of using the voice share."""

    sings: ClassVar[bool] = True
    manner: ClassVar[str]
    softer: ClassVar[float] = 0.0  # how far below the section's dynamics this manner lies, in accents

    breaths: bool = Field(True, description="audible in-breaths before phrases, where there is room")
    effort: Share = Field(0.45, description="how hard the voice is driven, 0 limp to 1 belted")
    breathiness: Share = Field(0.4, description="air in the tone, 0 none to 1 nothing else")
    distance: Share = Field(0.2, description="from the microphone, 0 at the lips to 1 across the room")

    def lines(self, stage: Stage) -> _Lines:
        """The section's lines as syllables with pitch and accent."""
        raise NotImplementedError

    def play(self, stage: Stage) -> list[Draft]:
        delivery = Delivery(self.manner, self.effort, self.breathiness, self.distance)
        drafts: list[Draft] = []
        free_from = stage.bars[0].start_beats if stage.bars else stage.span.start_beats
        for placed, voiced in self.lines(stage):
            if self.breaths and voiced:
                drafts += self._in_breath(stage, placed, voiced[0], free_from, delivery)
            for i, entry in enumerate(voiced):
                sung = entry.sung
                utterance = Utterance(
                    syllable=sung.syllable.spelling, word=sung.word.text, line=placed.number,
                    word_index=sung.word_index, stress=sung.syllable.stress, is_word_end=sung.is_word_end,
                    is_line_end=i == len(voiced) - 1, delivery=delivery, phones=sung.syllable.phones)
                accent = min(max(entry.accent - self.softer, -1.0), 1.0)
                length = sung.duration_beats * entry.share
                drafts.append(Draft(sung.onset_beats, length, entry.pitch, stage.velocity(sung.onset_beats, accent),
                                    utterance=utterance))
                free_from = sung.onset_beats + length
        return drafts

    def _in_breath(self, stage: Stage, placed: PlacedLine, first: _Voiced, free_from: float,
                   delivery: Delivery) -> list[Draft]:
        end = stage.tempo.seconds(first.sung.onset_beats) - _BEFORE_PHRASE_SECONDS
        start = max(end - _BREATH_SECONDS, stage.tempo.seconds(free_from) + _BEFORE_PHRASE_SECONDS)
        if end - start < _SHORTEST_BREATH_SECONDS:
            return []
        onset = stage.tempo.beat(start)
        utterance = Utterance("", "", placed.number, 0, 0, True, False,
                              Delivery("breath", delivery.effort, 1.0, delivery.distance))
        velocity = stage.velocity(onset, -0.6 - 0.4 * self.softer)
        return [Draft(onset, stage.tempo.beat(end) - onset, first.pitch, velocity, utterance=utterance)]


class Tuneful(Voice):
    """A voice that has a melody, whether it is heard as one or only as a contour."""

    lowest: NotePitch = Field(57, ge=36, le=84, description="lowest note of the singer, as A3")
    highest: NotePitch = Field(76, ge=43, le=96, description="highest note of the singer, as E5")
    tessitura: Literal["low", "mid", "high"] | None = Field(
        None, description="where the melody lies; default high in a chorus, low elsewhere")

    @model_validator(mode="after")
    def _has_an_octave(self) -> Tuneful:
        if self.highest - self.lowest < 12:
            raise ValueError("highest lies at least an octave above lowest")
        return self

    def tune(self, stage: Stage) -> list[Phrase]:
        centre = _CENTRES[self.tessitura or ("high" if is_hooked(stage) else "low")]
        centre += 0.5 * (self.lowest + self.highest) - 66.5  # the same place in another singer's range
        return compose_tune(stage, ladder(stage.bars[0].key, self.lowest, self.highest, centre))


def _arch_accents(phrase: Phrase) -> list[float]:
    """The phrase swells to its high point and falls; stressed syllables stand out of it."""
    count = len(phrase.notes)
    corners = [-0.15, 0.3, -0.3] if 0 < phrase.peak_index < count - 1 else [0.0, 0.1, -0.2]
    peak = min(max(phrase.peak_index, 1), max(count - 2, 1))
    swell = np.interp(np.arange(count), [0, peak, max(count - 1, peak + 1)], corners)
    return [float(base) + {0: -0.12, 1: 0.14, 2: 0.04}[note.syllable.stress]
            for base, note in zip(swell, phrase.notes, strict=True)]


class Sing(Tuneful):
    """Sings the lyrics to a melody of its own."""

    style: ClassVar[str] = "sung"
    manner: ClassVar[str] = "sung"

    def lines(self, stage: Stage) -> _Lines:
        if not stage.lines:
            return []
        key = stage.bars[0].key
        return [(phrase.placed, [
            _Voiced(note, float(sounding_pitch(key, degree, chord_at(stage, note.onset_beats))), accent, _LEGATO)
            for note, degree, accent in zip(phrase.notes, phrase.degrees, _arch_accents(phrase), strict=True)])
            for phrase in self.tune(stage)]


class Whisper(Tuneful):
    """Whispers the lyrics in the rhythm of a song; the melody shrinks to the rise and fall of a low voice.

    The melody itself is kept: a later section that is ``like`` this one sings it out.
    """

    style: ClassVar[str] = "whispered"
    manner: ClassVar[str] = "whispered"
    softer: ClassVar[float] = 0.3

    effort: Share = Field(0.15, description="how hard the voice is driven, 0 limp to 1 belted")
    breathiness: Share = Field(1.0, description="air in the tone, 0 none to 1 nothing else")
    distance: Share = Field(0.05, description="from the microphone, 0 at the lips to 1 across the room")

    def lines(self, stage: Stage) -> _Lines:
        if not stage.lines:
            return []
        phrases = self.tune(stage)
        scale = (stage.bars[0].key.pitch(degree, 4) for degree in range(-28, 36))
        narrow = [float(pitch) for pitch in scale if self.lowest <= pitch <= self.lowest + _WHISPER_SEMITONES]
        degrees = [degree for phrase in phrases for degree in phrase.degrees]
        corners = [min(degrees, default=0), max(degrees, default=0) + 1e-9]
        return [(phrase.placed, [
            _Voiced(note, narrow[round(float(np.interp(degree, corners, [0, len(narrow) - 1])))], 0.7 * accent, 0.85)
            for note, degree, accent in zip(phrase.notes, phrase.degrees, _arch_accents(phrase), strict=True)])
            for phrase in phrases]


class Speak(Voice):
    """Speaks the lyrics in the time of speech, from about where each line's room begins."""

    style: ClassVar[str] = "spoken"
    manner: ClassVar[str] = "spoken"
    softer: ClassVar[float] = 0.1

    effort: Share = Field(0.3, description="how hard the voice is driven, 0 limp to 1 belted")
    breathiness: Share = Field(0.35, description="air in the tone, 0 none to 1 nothing else")
    distance: Share = Field(0.1, description="from the microphone, 0 at the lips to 1 across the room")
    pitch: NotePitch = Field(57, ge=36, le=84, description="middle of the speaking voice, as A3")

    def lines(self, stage: Stage) -> _Lines:
        return [(placed, self._spoken(placed, speak_line(stage, placed, self._lead(stage, placed))))
                for placed in stage.lines]

    def _lead(self, stage: Stage, placed: PlacedLine) -> float:
        """Seconds that the line lets pass: a speaker comes in a little after the bar, less or more."""
        leads = (0.1, 0.2, 0.35, 0.5)
        pick = stage.choose(f"spoken, line {placed.number}, lead", placed.start_beats,
                            [f"{lead:g} s" for lead in leads], [0.5, 0.8, 0.3, -0.4])
        return leads[pick]

    def _spoken(self, placed: PlacedLine, sung: Sequence[Sung]) -> list[_Voiced]:
        """Pitch declines over the line ('t Hart, Collier & Cohen, 1990), rises on stresses, and falls or asks."""
        asks = placed.line.spoken.rstrip("\"'”’) ").endswith("?")
        out = []
        for i, note in enumerate(sung):
            place = i / max(len(sung) - 1, 1)
            accent = {0: 0.0, 1: 1.0, 2: 0.5}[note.syllable.stress]
            pitch = self.pitch + 1.5 - 3.0 * place + (2.2 - 1.2 * place) * accent
            if i == len(sung) - 1:
                pitch += 4.0 if asks else -1.5
            out.append(_Voiced(note, round(pitch, 2), 0.25 * accent - 0.2 * place))
        return out


class Breathe(Voice):
    """Barely there: the words on the breath, in the rhythm they would be sung; without lyrics, slow breathing."""

    style: ClassVar[str] = "breath"
    manner: ClassVar[str] = "breath"
    softer: ClassVar[float] = 0.5

    effort: Share = Field(0.05, description="how hard the voice is driven, 0 limp to 1 belted")
    breathiness: Share = Field(1.0, description="air in the tone, 0 none to 1 nothing else")
    distance: Share = Field(0.1, description="from the microphone, 0 at the lips to 1 across the room")
    pitch: NotePitch = Field(57, ge=36, le=84, description="pitch that the breath is tuned about, as A3")

    def lines(self, stage: Stage) -> _Lines:
        out = []
        motif: tuple[float, ...] = ()
        for placed in stage.lines:
            notes = set_line(stage, placed, motif)
            motif = motif or tuple(note.onset_beats - placed.start_beats for note in notes)
            out.append((placed, [_Voiced(note, float(self.pitch), 0.1 * (note.syllable.stress == 1), 0.7)
                                 for note in notes]))
        return out

    def play(self, stage: Stage) -> list[Draft]:
        return super().play(stage) if stage.lines else self._breathing(stage)

    def _breathing(self, stage: Stage) -> list[Draft]:
        """One breath in two bars: in for a quarter of it, out for longer, and a rest before the next."""
        drafts: list[Draft] = []
        for bar in stage.bars[::2]:
            cycle = 2 * bar.beats
            for share, length, accent in ((0.1, 0.25, -0.5), (0.45, 0.4, -0.8)):
                onset = bar.start_beats + share * cycle
                if onset + length * cycle <= stage.bars[-1].end_beats:
                    utterance = Utterance("", "", 0, 0, 0, True, False,
                                          Delivery("breath", self.effort, self.breathiness, self.distance))
                    drafts.append(Draft(onset, length * cycle, float(self.pitch), stage.velocity(onset, accent),
                                        utterance=utterance))
        return drafts


