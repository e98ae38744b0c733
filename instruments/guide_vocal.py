"""The guide vocal: a woman's voice that has the words, near and unsure, for a singer to learn the song from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
from pydantic import Field

from instruments.dsp.arrays import Stereo
from instruments.hum import Hum
from instruments.voice.analysis import Analysis, analyse
from instruments.voice.breath import add_breath
from instruments.voice.choir import Place
from instruments.voice.decoded import render_decoded
from instruments.voice.engines import EngineName, flaw_of, source
from instruments.voice.engines import speak as speak_all
from instruments.voice.line import render_line
from instruments.voice.melody import bends
from instruments.voice.patch import Melodic, Worded
from instruments.voice.source import Speech, SpeechRequest, VocalSource, request_of
from instruments.voice.speaking import Speaking
from instruments.voice.talking import speak
from instruments.voice.timing import sing
from scores.faults import Flaw
from scores.lyrics.line import SungLine
from scores.performance import Note, SungPhrase, sung_phrases

# Silence kept between a breath and the first consonant of its line [s].
AFTER_BREATH_SECONDS = 0.03
# Longest time between the end of a breath and the vowel it was taken for [s].
BREATH_BEFORE_SECONDS = 0.2


class GuideVocal(Worded, Speaking):
    """Words sung, whispered or spoken, by the delivery of their line; a note without words is hummed."""

    name: ClassVar[str] = "guide_vocal"
    program: ClassVar[int] = 54
    sings: ClassVar[bool] = True
    lead_seconds: ClassVar[float] = 0.3
    range: ClassVar[tuple[int, int]] = (45, 84)

    engine: EngineName = Field("auto", description="Speech engine; set by the song's singer")
    network: str | None = Field(None, description="File of another voice for hibari; set by the song's singer")

    def examine(self) -> Iterator[Flaw]:
        """Report a file that is no network which can sing."""
        is_asked = self.network is not None and self.engine in ("auto", "hibari")
        if self.network is not None and is_asked and (wrong := flaw_of(self.network, self.engine)):
            yield Flaw("network", f"this voice cannot be used: {wrong}", Path(self.network).name,
                       "a network of hibari-tts, such as its package or its makers offer")

    def heard(self, notes: Sequence[Note]) -> Sequence[Note]:
        """Return sung notes with their glides, vibrato, scoops and drift as bends; the others as they are."""
        patch = self.as_kind()
        bent = {id(note): curved for phrase in sung_phrases(notes) if phrase.line.delivery.manner == "sung"
                for note, curved in zip(phrase.notes, bends(phrase.notes, patch), strict=True)}
        return [bent.get(id(note), note) for note in notes]

    def requests(self, lines: Iterable[SungLine]) -> list[SpeechRequest]:
        return [request_of(line.utterances) for line in lines if line.utterances]

    def play(self, notes: Sequence[Note], rate: int, frames: int) -> Stereo:
        phrases = sung_phrases(notes)
        engine = source(self.engine, self.network)
        if engine is None or not phrases:
            return self._hum().play(notes, rate, frames)
        out = np.zeros((2, frames), np.float32)
        requests = [request_of(phrase.utterances) for phrase in phrases]
        said = speak_all(engine, requests)
        lines = list(zip(phrases, requests, said, strict=True))
        begins: list[tuple[float, float]] = []
        for singer in range(self.singers):
            begins += self._sing(lines, Place.of(singer, self.singers), out, rate)
        for note in notes:
            if note.is_breath:
                is_sigh = note.utterance is not None and note.utterance.is_sigh
                add_breath(out, note if is_sigh else self._before(note, begins), rate)
        wordless = [note for note in notes if note.utterance is None]
        if wordless:
            out += self._hum().play(wordless, rate, frames)
        return out

    def _sing(self, lines: Sequence[tuple[SungPhrase, SpeechRequest, tuple[VocalSource, Speech]]], place: Place,
              out: Stereo, rate: int) -> list[tuple[float, float]]:
        """Add one singer; returns the first sound and the first vowel of each line [s]."""
        patch = self.as_kind()
        begins: list[tuple[float, float]] = []
        free_from = 0.0
        for written, request, (speaker, speech) in lines:
            phrase = place.moved(written)
            analysis = None if speech.decoder else _analysis(request, speaker.name, speech, speaker.monotone_hz)
            phones = analysis.phones if analysis else speech.phones
            delivery = phrase.line.delivery
            times = (sing(phrase.notes, phones, self.legato_seconds, free_from)
                     if delivery.manner == "sung" or delivery.on_beat
                     else speak(phrase.notes, phones, free_from, whispers=delivery.manner == "whispered"))
            free_from = times.sounding[-1][1]
            if speech.decoder:
                first, audio = render_decoded(phrase, speech.decoder, phones, times, patch, rate, place.body)
            elif analysis:
                first, audio = render_line(phrase, analysis, times, patch, rate, place.body)
            begins.append((times.sounding[0][0], phrase.notes[0].onset_seconds))
            last = min(first + audio.size, out.shape[1])
            if last > first:
                out[:, first:last] += place.gains * audio[: last - first]
        return begins

    def _hum(self) -> Hum:
        """Return the same voice without words."""
        return Hum(**{name: getattr(self, name) for name in sorted(Melodic.model_fields)})

    @staticmethod
    def _before(note: Note, begins: Sequence[tuple[float, float]]) -> Note:
        """Move a breath before the consonants of the line it was taken for, not only before its first vowel."""
        for begin, onset in begins:
            if note.onset_seconds < onset <= note.end_seconds + BREATH_BEFORE_SECONDS \
                    and note.end_seconds > begin - AFTER_BREATH_SECONDS:
                moved = note.onset_seconds + begin - AFTER_BREATH_SECONDS - note.end_seconds
                return replace(note, onset_seconds=max(moved, 0.0))
        return note


_kept: dict[tuple[str, SpeechRequest], Analysis] = {}


def _analysis(request: SpeechRequest, engine: str, speech: Speech, monotone_hz: float) -> Analysis:
    """Analyse a spoken line; the result is cached for other singers of the same words."""
    key = (engine, request)
    if key not in _kept:
        _kept[key] = analyse(speech, None if request.intonation else monotone_hz)
    return _kept[key]
