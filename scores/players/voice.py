"""The voice: sung, whispered, spoken, or hardly more than breath. One note a syllable, never two at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from scores.composing.grooves.swing import swung_as_asked
from scores.composing.singing.melismas import with_melismas
from scores.composing.singing.melody import chord_at, ladder, sounding_pitch
from scores.composing.singing.motif import Motif
from scores.composing.singing.phrases import Phrase, SungUntil, Tune, is_hooked
from scores.composing.singing.rooms import SetSyllable, strength_at
from scores.composing.singing.second_voice import degree_of
from scores.composing.singing.tune import compose_tune
from scores.composing.stage import Draft, Player, Stage
from scores.faults import ScoreFault
from scores.format.model import LyricLine, Section
from scores.format.text import WrittenNote
from scores.lyrics.line import Delivery, Manner, SungLine, with_phrase_stress
from scores.lyrics.mouth import MOST_SYLLABLES_PER_SECOND
from scores.lyrics.pronunciation import Lexicon
from scores.players.double import Double
from scores.players.written import NotesText, Written
from scores.theory import parse_note

NotePitch = Annotated[int, BeforeValidator(lambda value: parse_note(value) if isinstance(value, str) else value),
                      WithJsonSchema({"type": "string", "examples": ["A3", "E5"]})]
Share = Annotated[float, Field(ge=0, le=1)]

# Middle of a melody [MIDI number] by tessitura, for the usual singer.
_CENTRES = {"low": 64.0, "mid": 66.5, "high": 70.0}
_USUAL_CENTRE = 66.5
# Length of an in-breath [s] where there is time.
_BREATH_SECONDS = 0.36
# Length [s] below which an in-breath is left out.
_SHORTEST_BREATH_SECONDS = 0.24
# Silence [s] before and after an in-breath.
_BEFORE_PHRASE_SECONDS = 0.04
# Length of a sigh [s], and the least of it; logit of one after a line, and what full effort takes from it.
_SIGH_SECONDS, _SHORTEST_SIGH_SECONDS = 0.7, 0.4
_SIGH, _DRIVEN_SIGH = 0.6, 6.0
# Time before the end of a section in which the next one's first line may begin [s].
_PICKUP_SECONDS = 1.5
# Range of a whisper's contour [semitones] above the lowest note: A3 to D#4 for the usual singer.
_WHISPER_SEMITONES = 6
# Accent of a word that stands out of its line, beside its stress.
EMPHASIS_ACCENT = 0.5
# Share of its length that a note sounds.
_LEGATO = 0.97
_WHISPERED = 0.85


class Voice(Player):
    """What all ways of using the voice share."""

    sings: ClassVar[bool] = True
    goes_on: ClassVar[bool] = True
    manner: ClassVar[Manner]
    leads_in: ClassVar[bool] = False  # whether its first line may begin before the section does
    softer: ClassVar[float] = 0.0  # accent by which this manner lies below the section's dynamics
    most_per_second: ClassVar[float] = MOST_SYLLABLES_PER_SECOND

    breaths: bool = Field(True, description="audible in-breaths before phrases and, at low effort, sighs after them, "
                                            "where there is room")
    effort: Share = Field(0.45, description="how hard the voice is driven, 0 limp to 1 belted")
    breathiness: Share = Field(0.4, description="air in the tone, 0 none to 1 nothing else")
    distance: Share = Field(0.2, description="from the microphone, 0 at the lips to 1 across the room")

    @property
    def delivery(self) -> Delivery:
        """How this player gives its words."""
        return Delivery(self.manner, self.effort, self.breathiness, self.distance)

    def sung_line(self, section: Section, number: int, singer: str, lexicon: Lexicon,
                  own: LyricLine | None = None) -> SungLine:
        """Make a line of the lyrics into the line that is sung.

        Parameters
        ----------
        number
            Number of the line in the section, from 1.
        singer
            Name of the part.
        lexicon
            Words that the song says in its own way.
        own
            The line, where this singer has not all of its words.
        """
        line = own or section.lyrics[number - 1]
        return SungLine(singer, section.name, number, with_phrase_stress(line.words(lexicon)), self.delivery,
                        line.tongue)

    def set_lines(self, stage: Stage, lines: Sequence[SungLine]) -> list[list[Draft]]:
        """Give the section's lines their notes, one list a line."""
        raise NotImplementedError

    def play(self, stage: Stage) -> list[Draft]:
        lines = [self.sung_line(stage.section, placed.number, stage.part_name, stage.score.lexicon, placed.line)
                 for placed in stage.lines]
        drafts: list[Draft] = []
        busy = stage.memory.recall(SungUntil)
        start = stage.bars[0].start_beats if stage.bars else stage.span.start_beats
        sung_until = busy.beats if self.leads_in and busy and busy.section == stage.index - 1 else start
        given = [drafted for drafted in self.set_lines(stage, lines) if drafted]
        for drafted, following in zip_longest(given, given[1:]):
            drafts += [*self._in_breath(stage, drafted[0], sung_until), *drafted]
            sung_until = drafted[-1].onset_beats + drafted[-1].duration_beats
            sigh = self._sigh(stage, drafted[-1], following[0].onset_beats if following else None)
            drafts += sigh
            if sigh and following:
                sung_until = sigh[-1].onset_beats + sigh[-1].duration_beats
        stage.memory.keep(SungUntil(sung_until, stage.index))
        return drafts

    def _draft(self, stage: Stage, note: SetSyllable, pitch: float, accent: float, share: float = 1.0) -> Draft:
        """One syllable as a note; ``accent`` −1 … 1, ``share`` of its length that sounds."""
        accent += EMPHASIS_ACCENT if note.utterance.is_emphasised else 0.0
        accent = min(max(accent - self.softer, -1.0), 1.0)
        return Draft(note.onset_beats, note.duration_beats * share, pitch, stage.velocity(note.onset_beats, accent),
                     utterance=note.utterance)

    def _in_breath(self, stage: Stage, first: Draft, sung_until: float) -> list[Draft]:
        """Return the breath that is taken before the first note of a line, where there is time for it."""
        if not self.breaths or first.utterance is None:
            return []
        end = stage.tempo.seconds(first.onset_beats) - _BEFORE_PHRASE_SECONDS
        start = max(end - _BREATH_SECONDS, stage.tempo.seconds(sung_until) + _BEFORE_PHRASE_SECONDS)
        if end - start < _SHORTEST_BREATH_SECONDS:
            return []
        onset = stage.tempo.beat(start)
        velocity = stage.velocity(onset, -0.6 - 0.4 * self.softer)
        return [Draft(onset, stage.tempo.beat(end) - onset, first.pitch, velocity,
                      utterance=first.utterance.line.breath)]

    def _sigh(self, stage: Stage, last: Draft, until_beats: float | None) -> list[Draft]:
        """Return the breath that is let out after the last note of a line, where it happens and there is time."""
        if not self.breaths or self.manner == "breath" or last.utterance is None:
            return []
        start = stage.tempo.seconds(last.onset_beats + last.duration_beats) + _BEFORE_PHRASE_SECONDS
        end = stage.tempo.seconds(stage.span.end_beats if until_beats is None else until_beats)
        end -= _PICKUP_SECONDS if until_beats is None else _SHORTEST_BREATH_SECONDS + 2 * _BEFORE_PHRASE_SECONDS
        length = min(_SIGH_SECONDS, end - start)
        if length < _SHORTEST_SIGH_SECONDS:
            return []
        onset, line = stage.tempo.beat(start), last.utterance.line
        if not stage.choose(f"sigh, line {line.number}", onset, ["none", "sigh"],
                            [0.0, _SIGH - _DRIVEN_SIGH * self.effort]):
            return []
        return [Draft(onset, stage.tempo.beat(start + length) - onset, last.pitch,
                      stage.velocity(onset, -0.6 - 0.4 * self.softer), utterance=line.sigh)]


class Tuneful(Voice):
    """A voice that has a melody, whether it is heard as one or only as a contour."""

    leads_in: ClassVar[bool] = True
    lowest: NotePitch = Field(57, ge=36, le=84, description="lowest note of the singer, as A3")
    highest: NotePitch = Field(76, ge=43, le=96, description="highest note of the singer, as E5")
    tessitura: Literal["low", "mid", "high"] | None = Field(
        None, description="where the melody lies; default high in a chorus, low elsewhere")

    @model_validator(mode="after")
    def _has_an_octave(self) -> Tuneful:
        if self.highest - self.lowest < 12:
            raise ValueError("highest lies at least an octave above lowest")
        return self

    def tune(self, stage: Stage, lines: Sequence[SungLine], syncopation: float = 0.0,
             motif: Motif | None = None) -> list[Phrase]:
        """Compose the melody of the section in the singer's range."""
        centre = _CENTRES[self.tessitura or ("high" if is_hooked(stage) else "low")]
        centre += 0.5 * (self.lowest + self.highest) - _USUAL_CENTRE  # the same place in another singer's range
        steps = ladder(stage.bars[0].key, self.lowest, self.highest, centre)
        return compose_tune(stage, lines, steps, syncopation, motif)


# Accent of a syllable by its stress, added to the phrase's swell.
_SWELL_ON_STRESS = {0: -0.12, 1: 0.14, 2: 0.04}


def _arch_accents(phrase: Phrase) -> list[float]:
    """Accents of a phrase, which swells to its high point and falls; stressed syllables stand out."""
    count = len(phrase.notes)
    corners = [-0.15, 0.3, -0.3] if 0 < phrase.peak_index < count - 1 else [0.0, 0.1, -0.2]
    peak = min(max(phrase.peak_index, 1), max(count - 2, 1))
    swell = np.interp(np.arange(count), [0, peak, max(count - 1, peak + 1)], corners)
    return [float(base) + _SWELL_ON_STRESS[note.utterance.stress]
            for base, note in zip(swell, phrase.notes, strict=True)]


class Sing(Tuneful):
    """Sings the lyrics, to a melody of its own or to one that is written out."""

    style: ClassVar[str] = "sung"
    manner: ClassVar[Manner] = "sung"

    notes: NotesText | None = Field(
        None, description="the tune, where you have one: bars of notes, G4:1/4 A4 r, ~ for a tie, a note for each "
                          "syllable of the lyrics; fewer bars than the section has are repeated")
    motif: NotesText | None = Field(
        None, description="the hook of a tune that is composed: a few notes, G4:1/8 A4 B4:1/4, which its lines begin "
                          "with and say again where the harmony lets them")
    melisma: Share = Field(0, description="how readily a stressed open vowel is sung on two or three notes, where the "
                                          "line has time: 0 never, 1 wherever it can")
    syncopation: Share = Field(0.1, description="how readily a stressed syllable comes before its beat and is held "
                                                "over it: 0 hardly ever, 1 wherever it can")
    interval: Literal["unison", "third above", "third below", "sixth below", "octave above", "octave below"] = Field(
        "unison", description="where it sings lines that a part before it in the score sings too: with it, or in "
                              "harmony, in steps of the key")

    def follows(self, stage: Stage) -> bool:
        return self.notes is None and bool(self._led(stage)[1])

    def play(self, stage: Stage) -> list[Draft]:
        lead, together = self._led(stage) if self.notes is None else ("", set[int]())
        if not together:
            return super().play(stage)
        alone = [placed for placed in stage.lines if placed.number not in together]
        own = swung_as_asked(stage, super().play(replace(stage, lines=alone))) if alone else []
        doubled = [draft for draft in Double.model_construct(of=lead, interval=self.interval).play(stage)
                   if draft.utterance and draft.utterance.line.number in together]
        pitches = [draft.pitch for draft in doubled]
        up = 12 * max(math.ceil((self.lowest - min(pitches)) / 12), 0)
        shift = up - 12 * max(math.ceil((max(pitches) + up - self.highest) / 12), 0)
        return [*own, *(replace(draft, pitch=draft.pitch + shift, utterance=draft.utterance and replace(
            draft.utterance, line=replace(draft.utterance.line, delivery=self.delivery))) for draft in doubled)]

    def _led(self, stage: Stage) -> tuple[str, set[int]]:
        """Return the part whose tune this one shares, and the numbers of the lines that both sing."""
        mine = {placed.number: [word.text for word in placed.line.words(stage.score.lexicon)] for placed in stage.lines
                if not self.answers or placed.line == stage.section.lyrics[placed.number - 1]}
        for name, drafts in stage.drafts.items():
            sung = {draft.utterance.line for draft in drafts if draft.utterance and not draft.utterance.is_breath
                    and draft.utterance.delivery.manner == "sung"}
            shared = {line.number for line in sung if mine.get(line.number) == [word.text for word in line.words]}
            if shared:
                return name, shared
        return "", set()

    def set_lines(self, stage: Stage, lines: Sequence[SungLine]) -> list[list[Draft]]:
        if not lines:
            return []
        if self.notes is not None:
            return self._written(stage, lines, self.notes)
        motif = Motif.written(self.motif) if self.motif is not None else None
        lines = [with_melismas(stage, placed, line, self.melisma)
                 for placed, line in zip(stage.lines, lines, strict=True)] if self.melisma else lines
        key = stage.bars[0].key
        return [[self._draft(stage, note, phrase.pitches[n] if phrase.pitches else
                             float(sounding_pitch(key, degree, chord_at(stage, note.onset_beats))), accent, _LEGATO)
                 for n, (note, degree, accent) in enumerate(
                     zip(phrase.notes, phrase.degrees, _arch_accents(phrase), strict=True))]
                for phrase in self.tune(stage, lines, self.syncopation, motif)]

    def _written(self, stage: Stage, lines: Sequence[SungLine],
                 bars: tuple[tuple[WrittenNote, ...], ...]) -> list[list[Draft]]:
        """Give each syllable the next written note, and remember the tune for a section that takes it up."""
        written = Written.model_construct(notes=bars, exact=False, dynamics=None, enters=1, leaves=None).play(stage)
        written.sort(key=lambda draft: draft.onset_beats)
        syllables = [utterance for line in lines for utterance in line.utterances]
        a_pass = len(written) * len(bars) // max(len([bar for bar in stage.bars if bar.number_in_section > 0]), 1)
        if len(syllables) > len(written) or (len(syllables) < len(written) and len(syllables) % max(a_pass, 1)):
            raise ScoreFault(
                ("sections", stage.index, "play", stage.part_name, "notes"),
                f"the lyrics have {len(syllables)} syllables and the tune has {len(written)} notes",
                found=f"{len(written)} notes", allowed=f"a note for each syllable, {len(syllables)} in all; ~ ties two "
                                                       "notes into one")
        key, notes = stage.bars[0].key, iter(written)
        drafted: list[list[Draft]] = []
        phrases: list[Phrase] = []
        for placed, line in zip(stage.lines, lines, strict=True):
            row = [(utterance, next(notes)) for utterance in line.utterances]
            set_ = tuple(SetSyllable(utterance, draft.onset_beats, draft.duration_beats,
                                     strength_at(stage, draft.onset_beats)) for utterance, draft in row)
            degrees = tuple(degree_of(key, draft.pitch) for _, draft in row)
            chords = tuple(chord_at(stage, draft.onset_beats) for _, draft in row)
            if row:
                phrases.append(Phrase(set_, degrees, chords, int(np.argmax(degrees)), "A", placed,
                                      tuple(draft.pitch for _, draft in row)))
                accents = _arch_accents(phrases[-1])
                drafted.append([self._draft(stage, note, draft.pitch, accent, _LEGATO)
                                for note, (_, draft), accent in zip(set_, row, accents, strict=True)])
        stage.memory.keep(Tune(tuple(phrases), key), stage.section.name)
        return drafted


class Whisper(Tuneful):
    """Whispers the lyrics in the rhythm of a song; the melody shrinks to the contour of a low voice.

    The melody itself is kept: a later section that is ``like`` this one sings it.
    """

    style: ClassVar[str] = "whispered"
    manner: ClassVar[Manner] = "whispered"
    softer: ClassVar[float] = 0.3

    effort: Share = Field(0.15, description="how hard the voice is driven, 0 limp to 1 belted")
    breathiness: Share = Field(1.0, description="air in the tone, 0 none to 1 nothing else")
    distance: Share = Field(0.05, description="from the microphone, 0 at the lips to 1 across the room")

    def set_lines(self, stage: Stage, lines: Sequence[SungLine]) -> list[list[Draft]]:
        if not lines:
            return []
        phrases = self.tune(stage, lines)
        scale = (stage.bars[0].key.pitch(degree, 4) for degree in range(-28, 36))
        narrow = [float(pitch) for pitch in scale if self.lowest <= pitch <= self.lowest + _WHISPER_SEMITONES]
        degrees = [degree for phrase in phrases for degree in phrase.degrees]
        corners = [min(degrees, default=0), max(degrees, default=0) + 1e-9]
        return [[self._draft(stage, note, narrow[round(float(np.interp(degree, corners, [0, len(narrow) - 1])))],
                             0.7 * accent, _WHISPERED)
                 for note, degree, accent in zip(phrase.notes, phrase.degrees, _arch_accents(phrase), strict=True)]
                for phrase in phrases]
