"""Promises of the speech engines: every sound where it is told, the same bytes again, failures that name their line.

The engines are the real ones. espeak-ng comes with the project; flite is tried where its libraries are.
"""

from __future__ import annotations

import ctypes.util
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest

from instruments.voice import engines as _vocal_engines
from instruments.voice.analysis import analyse
from instruments.voice.engines import EngineMissing, source
from instruments.voice.engines import process as _speech_process
from instruments.voice.engines.espeak import Espeak
from instruments.voice.engines.flite import Flite, libraries
from instruments.voice.engines.process import Engine
from instruments.voice.mel_cepstrum import linear, sharpened
from instruments.voice.source import HOP_SECONDS, PAUSE, Speech, SpeechError, SpeechRequest
from render.cli import main
from scores.lyrics.syllables import words

NO_FLITE = pytest.mark.skipif(libraries() is None, reason="flite and its voice are not installed (Debian: libflite1)")
ENGINES = ["espeak", pytest.param("flite", marks=NO_FLITE)]
WORDS = {"before": "B IH0 F AO1 R", "zero": "Z IH1 R OW0", "the": "DH AH0", "softmax": "S AO1 F T M AE2 K S",
         "calls": "K AO1 L Z", "hurry": "HH ER1 IY0", "fire": "F AY1 ER0", "joys": "JH OY1 Z",
         "measure": "M EH1 ZH ER0", "i'm": "AY1 M", "temperature": "T EH1 M P R AH0 CH ER0", "young": "Y AH1 NG",
         "which": "W IH1 CH"}


def fresh(name: str) -> Engine:
    """An engine that has said nothing yet."""
    known = source(name)
    if isinstance(known, Espeak):
        return Espeak(Path(known.job()["libraries"][0]), Path(known.job()["data"]))
    assert isinstance(known, Flite)
    return Flite(known.job()["libraries"])


def line(text: str, *, intonation: bool = False, given: dict[str, str | None] | None = None) -> SpeechRequest:
    """A line of words in ``WORDS``, or with the pronunciations that are given."""
    said = text.split()
    phones = [(WORDS if given is None else given).get(word) for word in said]
    counts = [sum(phone[-1].isdigit() for phone in spoken.split()) if spoken else len(words(word)[0].syllables)
              for word, spoken in zip(said, phones, strict=True)]
    return SpeechRequest(tuple(said), tuple(phones), tuple(counts), intonation, 7)


def pitches_hz(speech: Speech) -> np.ndarray:
    """Pitch in the middle of each vowel, by the autocorrelation of 50 ms."""
    out = []
    for phone in speech.phones:
        if phone.is_vowel:
            middle = round((phone.start_seconds + phone.end_seconds) / 2 * speech.rate)
            piece = speech.audio[middle - speech.rate // 40:middle + speech.rate // 40]
            shortest, longest = speech.rate // 300, speech.rate // 110
            likeness = [np.corrcoef(piece[lag:], piece[:-lag])[0, 1] for lag in range(shortest, longest)]
            out.append(speech.rate / (shortest + int(np.argmax(likeness))))
    return np.asarray(out)


@pytest.mark.parametrize("name", ENGINES)
def test_a_word_comes_out_phone_by_phone_as_it_was_given_without_gaps_to_the_end_of_the_audio(name: str) -> None:
    said = line("before zero zero hurry the softmax calls fire joys measure i'm temperature young which")
    (speech,) = fresh(name).speak([said])
    assert speech.phones[0].start_seconds == 0
    assert speech.phones[-1].end_seconds == pytest.approx(speech.audio.size / speech.rate)
    assert all(a.end_seconds == b.start_seconds for a, b in zip(speech.phones, speech.phones[1:], strict=False))
    assert all(phone.end_seconds - phone.start_seconds > 0.004 for phone in speech.phones)
    for index, (word, given) in enumerate(zip(said.words, said.pronunciations, strict=True)):
        found = [(phone.symbol, phone.is_vowel) for phone in speech.phones if phone.word == index]
        assert given is not None
        assert found == [(phone.rstrip("012"), phone[-1].isdigit()) for phone in given.split()], word
    assert all((phone.symbol == PAUSE) == (phone.word == -1) for phone in speech.phones)


@pytest.mark.parametrize("name", ENGINES)
def test_vowels_are_loud_where_they_are_told_and_pauses_are_silent(name: str) -> None:
    (speech,) = fresh(name).speak([line("before zero the softmax calls joys young which")])

    def level(pick: Any) -> float:
        spans = [(phone.start_seconds, phone.end_seconds) for phone in speech.phones if pick(phone)]
        pieces = [speech.audio[round(a * speech.rate):round(b * speech.rate)] for a, b in spans]
        return float(np.sqrt(np.mean(np.concatenate(pieces) ** 2)))

    vowels = level(lambda phone: phone.is_vowel)
    assert level(lambda phone: phone.symbol == PAUSE) < 0.1 * vowels
    assert level(lambda phone: phone.symbol in ("F", "TH", "T", "K", "B")) < 0.4 * vowels


@pytest.mark.parametrize("name", ENGINES)
def test_a_line_to_be_sung_is_said_on_one_pitch_and_a_spoken_one_has_a_melody(name: str) -> None:
    engine = fresh(name)
    text = "before zero the softmax calls joys young"
    flat, spoken = engine.speak([line(text), line(text, intonation=True)])
    cents = 1200 * np.log2(pitches_hz(flat) / engine.monotone_hz)
    assert np.median(np.abs(cents)) < 25
    assert np.percentile(np.abs(cents), 80) < 60
    assert np.ptp(np.percentile(1200 * np.log2(pitches_hz(spoken)), [10, 90])) > 150


@pytest.mark.parametrize("name", ENGINES)
def test_a_line_is_the_same_bytes_in_another_process_whatever_was_said_before_it(
        name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line("before the fire"), line("softmax calls the joys", intonation=True), line("i'm young")]
    together = fresh(name).speak(lines)
    backwards = fresh(name).speak(lines[::-1])[::-1]
    monkeypatch.setattr(_speech_process, "LINES_A_PROCESS", 1)
    apart = fresh(name).speak(lines)
    monkeypatch.delattr(os, "fork", raising=False)
    without_fork = fresh(name).speak(lines)
    for one, *others in zip(together, backwards, apart, without_fork, strict=True):
        assert all(other.phones == one.phones for other in others)
        if one.frames:
            assert all(other.frames and other.frames.cepstra.tobytes() == one.frames.cepstra.tobytes()
                       and other.frames.pitch_hz.tobytes() == one.frames.pitch_hz.tobytes() for other in others)
        assert all(other.audio.tobytes() == one.audio.tobytes() for other in others)


@NO_FLITE
def test_what_flite_knows_of_its_envelopes_is_what_its_audio_has() -> None:
    (speech,) = fresh("flite").speak([line("before zero the softmax calls joys young which")])
    known, heard = analyse(speech, 190.0), analyse(replace(speech, frames=None), 190.0)
    size = 2 * speech.rate // 100
    vowels = np.concatenate([np.arange(round(phone.start_seconds / HOP_SECONDS) + 2,
                                       round(phone.end_seconds / HOP_SECONDS) - 2)
                             for phone in speech.phones if phone.is_vowel])
    own, listened = (20 / np.log(10) * np.fft.rfft(each.cepstra[vowels], size, axis=1).real for each in (known, heard))
    low = slice(200 * size // speech.rate, 600 * size // speech.rate)  # where its vowels are all pulse
    assert abs(np.mean(own[:, low] - listened[:, low])) < 2.0  # dB
    upward = slice(low.start, 6000 * size // speech.rate)
    assert np.mean([np.corrcoef(a[upward], b[upward])[0, 1] for a, b in zip(own, listened, strict=True)]) > 0.95


@NO_FLITE
def test_flite_s_own_melody_is_that_of_its_audio_and_rests_where_there_is_no_voice() -> None:
    (speech,) = fresh("flite").speak([line("before zero the softmax calls joys young which", intonation=True)])
    assert speech.frames
    pitch = speech.frames.pitch_hz
    middles = [round((phone.start_seconds + phone.end_seconds) / 2 / HOP_SECONDS)
               for phone in speech.phones if phone.is_vowel]
    assert np.median(np.abs(1200 * np.log2(pitch[middles] / pitches_hz(speech)))) < 25
    hisses = [round((phone.start_seconds + phone.end_seconds) / 2 / HOP_SECONDS)
              for phone in speech.phones if phone.symbol in ("S", "F", "CH", PAUSE)]
    assert not pitch[hisses].any()
    assert analyse(speech, None).pitch_hz.min() > 100


def test_a_mel_cepstrum_on_a_straight_axis_has_its_magnitude_at_the_bent_frequencies() -> None:
    mel = np.random.default_rng(1).normal(0, 0.3, (3, 25)).astype(np.float32)
    straight = linear(mel, 0.42, 160)
    for omega in (0.1, 0.7, 1.9, 3.0):
        bent = np.angle((np.exp(1j * omega) - 0.42) / (1 - 0.42 * np.exp(1j * omega)))
        assert np.allclose(straight @ np.cos(omega * np.arange(160)), mel @ np.cos(bent * np.arange(25)), atol=1e-3)


def test_a_sharpened_mel_cepstrum_has_higher_peaks_and_deeper_dips_at_the_same_energy() -> None:
    mel = np.random.default_rng(2).normal(0, 0.15, (3, 25)).astype(np.float32)
    mel[:, :3] = [-2.0, 1.0, 0.0]
    sharp = sharpened(mel, 0.42, 0.4)
    plain, peaked = (np.fft.rfft(linear(each, 0.42, 160), 1024, axis=1).real for each in (mel, sharp))
    assert np.allclose(np.exp(2 * plain).mean(axis=1), np.exp(2 * peaked).mean(axis=1), rtol=0.03)
    tilt = np.cos(2 * np.arctan2(np.sin(np.arange(513) * np.pi / 512), np.cos(np.arange(513) * np.pi / 512) - 0.42)
                  - np.arange(513) * np.pi / 512)
    for before, after in zip(plain, peaked, strict=True):
        design = np.stack([np.ones(513), tilt], axis=1)
        fine, finer = (each - design @ np.linalg.lstsq(design, each, rcond=None)[0] for each in (before, after))
        assert np.std(finer) / np.std(fine) == pytest.approx(1.4, abs=0.05)


@pytest.mark.parametrize("name", ENGINES)
def test_another_seed_gives_other_noise_and_the_same_words(name: str) -> None:
    one = line("softmax")
    first, second = fresh(name).speak([one, SpeechRequest(one.words, one.pronunciations, one.syllables, False, 8)])
    assert [phone.symbol for phone in first.phones] == [phone.symbol for phone in second.phones]
    assert first.audio.tobytes() != second.audio.tobytes()


def test_a_line_once_said_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = fresh("espeak")
    (first,) = engine.speak([line("i'm young")])
    monkeypatch.setattr(_speech_process, "WORKER", Path("nowhere"))
    assert engine.speak([line("i'm young")])[0] is first


@pytest.mark.parametrize("name", ENGINES)
def test_a_word_in_no_dictionary_is_said_by_the_engine_s_own_rules(name: str) -> None:
    (speech,) = fresh(name).speak([line("the frobnicate calls", given={"the": "DH AH0", "calls": "K AO1 L Z"})])
    own = [phone.symbol for phone in speech.phones if phone.word == 1]
    assert own[:2] == ["F", "R"] and "N" in own and own[-1] == "T"


def test_a_word_that_does_not_come_out_with_its_syllables_is_named_with_its_line_and_what_would_help() -> None:
    wrong = SpeechRequest(("the", "frobnicate"), ("DH AH0", None), (1, 5), False, 7)
    with pytest.raises(SpeechError, match=r'"the frobnicate": espeak-ng says "frobnicate" in 3 syllables, not in 5; .*'
                                          r"under pronounce, frobnicate"):
        fresh("espeak").speak([wrong])


class Stumbling(Espeak):
    """espeak-ng asked for a voice that it has not, at one line."""

    def order(self, line: SpeechRequest) -> dict[str, Any]:
        return super().order(line) | ({"voice": "nobody"} if line.text == "young joys" else {})


def test_the_line_at_which_a_worker_stopped_is_named_with_its_last_words_and_can_be_tried_again() -> None:
    job = fresh("espeak").job()
    engine = Stumbling(Path(job["libraries"][0]), Path(job["data"]))
    with pytest.raises(SpeechError) as caught:
        engine.speak([line("i'm young"), line("young joys"), line("the fire")])
    assert caught.value.line == "young joys"
    assert "espeak stopped while it said this; its last words: espeak-ng has no voice nobody" in caught.value.reason
    assert len(engine.speak([line("i'm young"), line("the fire")])) == 2


def test_an_engine_that_cannot_load_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = fresh("espeak")
    job = {**engine.job(), "libraries": ["/nowhere/libespeak-ng.so"]}
    monkeypatch.setattr(engine, "job", lambda: job)
    with pytest.raises(SpeechError, match=r"its last words: .*nowhere"):
        engine.speak([line("i'm young")])


def test_an_engine_that_does_not_answer_is_stopped_and_the_line_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_speech_process, "START_SECONDS", 0.0)
    monkeypatch.setattr(_speech_process, "LINE_SECONDS", 0.0)
    with pytest.raises(SpeechError, match=r'"i\'m young": espeak did not answer within 0 seconds'):
        fresh("espeak").speak([line("i'm young")])


def test_a_line_waits_for_a_batch_of_somebody_else_s_but_does_not_fail_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, good = fresh("espeak"), line("i'm young")
    bad = replace(line("the zero"), pronunciations=(None, None), syllables=(4, 4))
    job, began, go = engine.job(), Event(), Event()

    def held() -> dict[str, Any]:
        began.set()
        assert go.wait(10)
        return job

    monkeypatch.setattr(engine, "job", held)
    with ThreadPoolExecutor(2) as others:
        first = others.submit(engine.speak, [bad, good])
        assert began.wait(10)
        second = others.submit(engine.speak, [good])
        go.set()
        with pytest.raises(SpeechError, match="syllable"):
            first.result()
        assert sum(phone.is_vowel for phone in second.result()[0].phones) == 2


@pytest.fixture
def no_flite(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None)
    _vocal_engines._flite.cache_clear()
    yield
    _vocal_engines._flite.cache_clear()


def test_without_flite_espeak_speaks_and_flite_by_name_is_told_to_be_missing(no_flite: None) -> None:
    assert isinstance(source("auto"), Espeak)
    assert source("hum") is None
    with pytest.raises(EngineMissing, match=r"flite is not on this machine; .*apt install libflite1"):
        source("flite")


def test_an_engine_s_version_is_told() -> None:
    espeak = source("espeak")
    assert espeak is not None and espeak.version.startswith("1.")


def test_an_unknown_engine_is_refused_with_the_nearest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "song.yaml"), "--voice", "espeek"]) == 2
    assert "did you mean espeak?" in capsys.readouterr().err
