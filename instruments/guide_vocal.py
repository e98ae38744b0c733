"""The guide vocal: a woman's voice that has the words, near and unsure, for a singer to learn the song from."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import ClassVar

import numpy as np
from pydantic import Field

from instruments import Instrument
from instruments.hum import Hum
from instruments.voice.analysis import Analysis, analyse
from instruments.voice.breath import add_breath
from instruments.voice.engines import EngineName, source
from instruments.voice.line import Settings, bends, render_line
from instruments.voice.source import Line, Speech
from instruments.voice.timing import sing, speak
from scores.performance import Note

SUNG_PACE = 0.64  # of an engine's own: a vowel said slowly reaches what a long note holds


class GuideVocal(Instrument):
    """Words sung, whispered or spoken, by each note's delivery; a note without an utterance is hummed."""

    name: ClassVar[str] = "guide_vocal"
    program: ClassVar[int] = 54
    sings: ClassVar[bool] = True
    speaks: ClassVar[bool] = True
    lead_seconds: ClassVar[float] = 0.3
    range: ClassVar[tuple[int, int]] = (45, 84)

    engine: EngineName = Field("auto", description="Who speaks: set for the whole song by its singer")
    legato_seconds: float = Field(
        0.12, ge=0, le=0.5, description="Longest gap between syllables that the voice carries across, in seconds"
    )
    portamento_seconds: float = Field(0.09, ge=0.01, le=0.4, description="Glide from note to note, in seconds")
    scoop_cents: float = Field(60, ge=0, le=200, description="How far below the first note a phrase begins, in cents")
    vibrato_cents: float = Field(30, ge=0, le=100, description="Vibrato of long notes to either side, in cents")
    vibrato_hz: float = Field(5.3, ge=3, le=8, description="Rate of the vibrato, in Hz")
    vibrato_delay_seconds: float = Field(
        0.28, ge=0, le=2, description="How long a note lasts before its vibrato begins, in seconds"
    )
    drift_cents: float = Field(5, ge=0, le=40, description="How far the pitch strays by itself, in cents")
    breath: float = Field(0, ge=-0.5, le=0.5, description="Air in the tone, added to the breathiness of the delivery")
    brightness: float = Field(0.5, ge=0, le=1, description="Colour of the tone, 0 dark to 1 bright")
    de_ess_db: float = Field(4, ge=0, le=12, description="How much softer the hisses are, in dB; whispered twice that")
    air_db: float = Field(0, ge=-40, le=12, description="Air above what the speech engine knows, in dB")

    def heard(self, notes: Sequence[Note]) -> Sequence[Note]:
        """Sung notes with their glides, vibrato, scoops and drift; the others as they are."""
        bent = {id(note): curved for line in phrases(notes) if _manner(line) == "sung"
                for note, curved in zip(line, bends(line, self._settings()), strict=True)}
        return [bent.get(id(note), note) for note in notes]

    def play(self, notes: Sequence[Note], rate: int, frames: int) -> np.ndarray:
        lines = phrases(notes)
        engine = source(self.engine)
        if engine is None or not lines:
            return self._hum().play(notes, rate, frames)
        out = np.zeros((2, frames), np.float32)
        settings = self._settings()
        spoken = engine.speak([line_of(line) for line in lines])
        begins: list[tuple[float, float]] = []
        free_from = 0.0
        for line, speech in zip(lines, spoken, strict=True):
            analysis = _analysis(line_of(line), engine.name, speech, engine.monotone_hz)
            times = (sing(line, analysis.phones, self.legato_seconds, free_from) if _manner(line) == "sung"
                     else speak(line, analysis.phones, free_from))
            free_from = times.sounding[-1][1]
            first, audio = render_line(line, analysis, times, settings, rate)
            begins.append((times.sounding[0][0], line[0].onset_seconds))
            last = min(first + audio.size, frames)
            if last > first:
                out[:, first:last] += audio[: last - first]
        for note in notes:
            if note.is_breath:
                add_breath(out, self._before(note, begins), rate)
        wordless = [note for note in notes if note.utterance is None]
        if wordless:
            out += self._hum().play(wordless, rate, frames)
        return out

    def lines(self, notes: Sequence[Note]) -> list[Line]:
        return [line_of(line) for line in phrases(notes)]

    def _settings(self) -> Settings:
        return Settings(**{field.name: getattr(self, field.name) for field in fields(Settings)})

    def _hum(self) -> Hum:
        shared = Hum.model_fields.keys() & type(self).model_fields.keys()
        return Hum(**{name: getattr(self, name) for name in sorted(shared)})

    @staticmethod
    def _before(note: Note, begins: Sequence[tuple[float, float]]) -> Note:
        """A breath ends before the consonants of the line it was taken for, not only before its first vowel."""
        for begin, onset in begins:
            if note.onset_seconds < onset <= note.end_seconds + 0.2 and note.end_seconds > begin - 0.03:
                return replace(note, onset_seconds=max(note.onset_seconds + begin - 0.03 - note.end_seconds, 0.0))
        return note


def _manner(notes: Sequence[Note]) -> str:
    return notes[0].utterance.delivery.manner if notes[0].utterance else "sung"


def _has_word(note: Note) -> bool:
    return note.utterance is not None and bool(note.utterance.syllable)


def phrases(notes: Sequence[Note]) -> list[list[Note]]:
    """The notes that have words, line by line, in order."""
    lines: list[list[Note]] = []
    for note in notes:
        if not _has_word(note):
            continue
        before = lines[-1][-1].utterance if lines else None
        assert note.utterance
        if before is None or before.is_line_end or (before.line, before.delivery) != (
                note.utterance.line, note.utterance.delivery) or note.utterance.word_index < before.word_index:
            lines.append([])
        lines[-1].append(note)
    return lines


def line_of(notes: Sequence[Note]) -> Line:
    """What an engine is asked to say for a line's notes."""
    words: dict[int, list[Note]] = {}
    for note in notes:
        assert note.utterance
        words.setdefault(note.utterance.word_index, []).append(note)
    texts = tuple(_text(word) for word in words.values())
    pronounced = tuple(_pronounced(word) for word in words.values())
    intonation = notes[0].utterance is not None and notes[0].utterance.delivery.manner == "spoken"
    return Line(texts, pronounced, tuple(len(word) for word in words.values()), intonation,
                zlib.crc32(" ".join(texts).encode()), SUNG_PACE if _manner(notes) == "sung" else 1.0)


def _text(word: Sequence[Note]) -> str:
    """The word as printed, or where notes of it are missing what is left of it."""
    said = "".join(note.utterance.syllable for note in word if note.utterance).replace("_", "")  # a held vowel
    whole = word[0].utterance.word if word[0].utterance else said
    return whole if whole.replace("-", "").lower() == said.replace("-", "").lower() else said


def _pronounced(word: Sequence[Note]) -> str | None:
    phones = [note.utterance.phones for note in word if note.utterance]
    if not all(phones):
        return None
    joined = " ".join(phone for syllable in phones for phone in syllable)
    if len(word) == 1 and word[0].utterance and word[0].utterance.stress == 0:
        joined = joined.replace("1", "0").replace("2", "0")
    return joined


_kept: dict[tuple[str, Line], Analysis] = {}


def _analysis(line: Line, engine: str, speech: Speech, monotone_hz: float) -> Analysis:
    key = (engine, line)
    if key not in _kept:
        _kept[key] = analyse(speech, None if line.intonation else monotone_hz)
    return _kept[key]
