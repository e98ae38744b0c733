"""Promises of the speech engines: every sound where it is told, the same bytes again, failures that name their line.

The engines are the real ones; both come with the project.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from instruments.voice.engines import process as _speech_process
from instruments.voice.engines import source
from instruments.voice.engines.espeak import Espeak
from instruments.voice.engines.hibari import Hibari, found
from instruments.voice.engines.network import UNIT_SECONDS, Network, NetworkError
from instruments.voice.engines.symbols import EDGE_UNITS, LEAST_UNITS, Spelling, phones_of
from instruments.voice.source import PAUSE, Speech, SpeechError, SpeechRequest, Stretch, VocalSource
from render.cli import main
from scores.lyrics.syllables import words

ROOT = Path(__file__).parent.parent
ENGINES = ["espeak", "hibari"]
WORDS = {"before": "B IH0 F AO1 R", "zero": "Z IH1 R OW0", "the": "DH AH0", "softmax": "S AO1 F T M AE2 K S",
         "calls": "K AO1 L Z", "hurry": "HH ER1 IY0", "fire": "F AY1 ER0", "joys": "JH OY1 Z",
         "measure": "M EH1 ZH ER0", "i'm": "AY1 M", "temperature": "T EH1 M P R AH0 CH ER0", "young": "Y AH1 NG",
         "which": "W IH1 CH"}


def fresh(name: str) -> VocalSource:
    """An engine that has said nothing yet."""
    return espeak() if name == "espeak" else hibari()


def espeak() -> Espeak:
    known = source("espeak")
    assert isinstance(known, Espeak)
    return Espeak(Path(known.job()["library"]), Path(known.job()["data"]))


def hibari() -> Hibari:
    path = found()
    assert path
    return Hibari(path)


def line(text: str, *, intonation: bool = False, known: dict[str, str | None] | None = None) -> SpeechRequest:
    """A line of words in ``WORDS``, or with the pronunciations that are known."""
    said = text.split()
    phones = [(WORDS if known is None else known).get(word) for word in said]
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
    if not speech.decoder:
        assert speech.phones[-1].end_seconds == pytest.approx(speech.audio.size / speech.rate)
    assert all(a.end_seconds == b.start_seconds for a, b in zip(speech.phones, speech.phones[1:], strict=False))
    assert all(phone.end_seconds - phone.start_seconds > 0.004 for phone in speech.phones)
    for index, (word, given) in enumerate(zip(said.words, said.pronunciations, strict=True)):
        found = [(phone.symbol, phone.is_vowel) for phone in speech.phones if phone.word == index]
        assert given is not None
        assert found == [(phone.rstrip("012"), phone[-1].isdigit()) for phone in given.split()], word
    assert all((phone.symbol == PAUSE) == (phone.word == -1) for phone in speech.phones)


def test_vowels_are_loud_where_they_are_told_and_pauses_are_silent() -> None:
    (speech,) = espeak().speak([line("before zero the softmax calls joys young which")])

    def level(pick: Any) -> float:
        spans = [(phone.start_seconds, phone.end_seconds) for phone in speech.phones if pick(phone)]
        pieces = [speech.audio[round(a * speech.rate):round(b * speech.rate)] for a, b in spans]
        return float(np.sqrt(np.mean(np.concatenate(pieces) ** 2)))

    vowels = level(lambda phone: phone.is_vowel)
    assert level(lambda phone: phone.symbol == PAUSE) < 0.1 * vowels
    assert level(lambda phone: phone.symbol in ("F", "TH", "T", "K", "B")) < 0.4 * vowels


def test_a_line_to_be_sung_is_said_on_one_pitch_and_a_spoken_one_has_a_melody() -> None:
    engine = espeak()
    text = "before zero the softmax calls joys young"
    flat, spoken = engine.speak([line(text), line(text, intonation=True)])
    cents = 1200 * np.log2(pitches_hz(flat) / engine.monotone_hz)
    assert np.median(np.abs(cents)) < 25
    assert np.percentile(np.abs(cents), 80) < 60
    assert np.ptp(np.percentile(1200 * np.log2(pitches_hz(spoken)), [10, 90])) > 150


def test_a_line_is_the_same_bytes_in_another_process_whatever_was_said_before_it(
        monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line("before the fire"), line("softmax calls the joys", intonation=True), line("i'm young")]
    together = espeak().speak(lines)
    backwards = espeak().speak(lines[::-1])[::-1]
    monkeypatch.setattr(_speech_process, "LINES_A_PROCESS", 1)
    apart = espeak().speak(lines)
    monkeypatch.delattr(os, "fork", raising=False)
    without_fork = espeak().speak(lines)
    for one, *others in zip(together, backwards, apart, without_fork, strict=True):
        assert all(other.phones == one.phones for other in others)
        assert all(other.audio.tobytes() == one.audio.tobytes() for other in others)


def in_time(speech: Speech, factor: float = 1.0) -> list[Stretch]:
    """Each phone where it is in speech, or in another pace."""
    return [Stretch(factor * phone.start_seconds, factor * phone.end_seconds) for phone in speech.phones]


def test_the_network_with_its_halves_apart_gives_what_it_gives_whole() -> None:
    """Asked for its own durations, pitch and energy, it has the package's own spectra, bit by bit."""
    from hibari import Hibari as Whole

    path = found()
    assert path
    whole = Whole(model=str(path))
    symbols = np.array(whole.ids("wˈɪʧ wʌn"))
    network = Network(path)
    durations = network.durations(symbols)
    pitch, energy = network.prosody(symbols, durations)
    ours = network.spectra(symbols, durations, pitch, energy)
    theirs = whole.sess.run(["lh", "ln", "lr", "phi", "f0"], {"ids": symbols[None], "speed": np.ones(1, np.float32)})
    voice, _, breath, scatter, melody = (rows[0] for rows in theirs)
    for own, other in ((ours.voice, voice.T), (ours.breath, breath.T), (ours.scatter, scatter.T), (pitch, melody)):
        np.testing.assert_array_equal(own, other)


def test_the_network_leaves_nothing_behind_and_can_report_to_nobody(tmp_path: Path) -> None:
    """What runs it writes no identity of the machine, as versions that report their use to their maker do."""
    places = {name: str(tmp_path) for name in ("TMPDIR", "HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")}
    program = ("from instruments.voice.engines.hibari import found\n"
               "from instruments.voice.engines.network import Network\nassert Network(found())")
    subprocess.run([sys.executable, "-c", program], env=os.environ | places, cwd=ROOT, check=True)
    assert not list(tmp_path.rglob("*"))


def test_a_file_that_is_no_such_network_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "song.onnx").write_bytes(b"not a network")
    with pytest.raises(NetworkError, match=r"song\.onnx is no network of hibari-tts"):
        Network(tmp_path / "song.onnx")


def test_a_decoded_line_lasts_as_long_as_it_is_asked_to_and_is_where_it_is_asked() -> None:
    """At twice the length its vowels are loudest inside their stretches, and what lies between is as asked."""
    (speech,) = hibari().speak([line("before zero the softmax calls joys young which")])
    assert speech.decoder
    asked = in_time(speech, 2.0)
    decoded = speech.decoder.decode(asked, lambda seconds, own: np.full(len(seconds), 220.0), is_sung=True)
    level = decoded.spectra.voice[:, 6:76].max(axis=1)
    heard = np.interp(decoded.seconds, decoded.found, decoded.asked)
    for one, phone in zip(asked, speech.phones, strict=True):
        if phone.is_vowel:
            inside = (heard > one.start_seconds + 0.06) & (heard < one.end_seconds - 0.06)
            assert (decoded.pitch_hz[inside] == 220.0).all(), phone
            assert not inside.any() or level[inside].max() > level.max() - 3.0, phone  # nepers
        elif phone.symbol in ("S", "F", "CH") and one.end_seconds - one.start_seconds > 0.15:
            middle = (heard > one.start_seconds + 0.05) & (heard < one.end_seconds - 0.05)
            assert np.median(decoded.pitch_hz[middle]) == 0.0, phone
    assert decoded.asked[-1] == asked[-1].end_seconds and decoded.found[-1] <= decoded.seconds[-1]


def test_a_line_is_decoded_to_the_same_bytes_by_another_network_whatever_it_decoded_before() -> None:
    one, other = line("before the fire"), line("softmax calls the joys", intonation=True)

    def decoded(engine: Hibari, request: SpeechRequest) -> bytes:
        (speech,) = engine.speak([request])
        assert speech.decoder
        spectra = speech.decoder.decode(in_time(speech), lambda seconds, own: own, is_sung=False).spectra
        return b"".join(rows.tobytes() for rows in spectra)

    first, second = hibari(), hibari()
    decoded(second, other)
    assert decoded(first, one) == decoded(second, one)


@drawn(st.lists(st.tuples(st.sampled_from(["AH0", "AY1", "ER1", "S", "M"]), st.booleans()), min_size=1, max_size=12),
       st.data())
def test_symbols_last_as_long_as_their_phones(phones: list[tuple[str, bool]], data: st.DataObject) -> None:
    """Whatever stands between words: each phone ends where it shall, and nothing has less than no length."""
    words_of = np.cumsum([new for _, new in phones])
    spelled = [(phone, int(word)) for (phone, _), word in zip(phones, words_of, strict=True)]
    lengths = data.draw(st.lists(st.integers(LEAST_UNITS, 9), min_size=len(phones), max_size=len(phones)))
    gaps = data.draw(st.lists(st.integers(0, 12), min_size=len(phones), max_size=len(phones)))
    gaps = [gap if k and spelled[k][1] != spelled[k - 1][1] else 0 for k, gap in enumerate(gaps)]
    starts = EDGE_UNITS + np.cumsum(gaps) + np.cumsum([0, *lengths[:-1]])
    bounds = [(int(start), int(start) + length) for start, length in zip(starts, lengths, strict=True)]
    spelling = Spelling.of(spelled, [UNIT_SECONDS * gap for gap in gaps])
    size = len(spelling.symbols) + 2
    own = np.random.default_rng(data.draw(st.integers(0, 99))).integers(0, 5, size)
    durations = spelling.durations(bounds, own)
    assert durations.min() >= 0
    assert spelling.ends(durations) == [end for _, end in bounds]


def test_symbols_of_the_package_are_read_back_as_the_phones_they_spell() -> None:
    for given in ("S AO1 F T M AE2 K S", "HH ER1 IY0", "AH0 B AW1 T", "JH OY1 Z", "F AY1 ER0"):
        assert phones_of(Spelling.of([(phone, 0) for phone in given.split()]).symbols[:-1]) == given.split()


def test_another_seed_gives_other_noise_and_the_same_words() -> None:
    one = line("softmax")
    first, second = espeak().speak([one, SpeechRequest(one.words, one.pronunciations, one.syllables, False, 8)])
    assert [phone.symbol for phone in first.phones] == [phone.symbol for phone in second.phones]
    assert first.audio.tobytes() != second.audio.tobytes()


def test_a_line_once_said_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = espeak()
    (first,) = engine.speak([line("i'm young")])
    monkeypatch.setattr(_speech_process, "WORKER", Path("nowhere"))
    assert engine.speak([line("i'm young")])[0] is first


@pytest.mark.parametrize("name", ENGINES)
def test_a_word_in_no_dictionary_is_said_by_the_engine_s_own_rules(name: str) -> None:
    (speech,) = fresh(name).speak([line("the frobnicate calls", known={"the": "DH AH0", "calls": "K AO1 L Z"})])
    own = [phone.symbol for phone in speech.phones if phone.word == 1]
    assert own[:2] == ["F", "R"] and "N" in own and own[-1] == "T"


@pytest.mark.parametrize("name", ENGINES)
def test_a_word_that_does_not_come_out_with_its_syllables_is_named_with_its_line_and_what_would_help(name: str) -> None:
    wrong = SpeechRequest(("the", "frobnicate"), ("DH AH0", None), (1, 5), False, 7)
    with pytest.raises(SpeechError, match=r'"the frobnicate": .* says "frobnicate" in 3 syllables, not in 5; .*'
                                          r"under pronounce, frobnicate"):
        fresh(name).speak([wrong])


class Stumbling(Espeak):
    """espeak-ng asked for a voice that it has not, at one line."""

    def order(self, line: SpeechRequest) -> dict[str, Any]:
        return super().order(line) | ({"voice": "nobody"} if line.text == "young joys" else {})


def test_the_line_at_which_a_worker_stopped_is_named_with_its_last_words_and_can_be_tried_again() -> None:
    job = espeak().job()
    engine = Stumbling(Path(job["library"]), Path(job["data"]))
    with pytest.raises(SpeechError) as caught:
        engine.speak([line("i'm young"), line("young joys"), line("the fire")])
    assert caught.value.line == "young joys"
    assert "espeak stopped while it said this; its last words: espeak-ng has no voice nobody" in caught.value.reason
    assert len(engine.speak([line("i'm young"), line("the fire")])) == 2


def test_an_engine_that_cannot_load_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = espeak()
    job = {**engine.job(), "library": "/nowhere/libespeak-ng.so"}
    monkeypatch.setattr(engine, "job", lambda: job)
    with pytest.raises(SpeechError, match=r"its last words: .*nowhere"):
        engine.speak([line("i'm young")])


def test_an_engine_that_does_not_answer_is_stopped_and_the_line_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_speech_process, "START_SECONDS", 0.0)
    monkeypatch.setattr(_speech_process, "LINE_SECONDS", 0.0)
    with pytest.raises(SpeechError, match=r'"i\'m young": espeak did not answer within 0 seconds'):
        espeak().speak([line("i'm young")])


def test_a_line_waits_for_a_batch_of_somebody_else_s_but_does_not_fail_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, good = espeak(), line("i'm young")
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


def test_an_engine_s_version_is_told() -> None:
    espeak = source("espeak")
    assert espeak is not None and espeak.version.startswith("1.")


def test_an_unknown_engine_is_refused_with_the_nearest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "song.yaml"), "--voice", "espeek"]) == 2
    assert "did you mean espeak?" in capsys.readouterr().err
