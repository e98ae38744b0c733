"""The laws of the guide vocal: in tune, in time, with air as it is told, and never the same twice unless asked."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from spectra import RATE, cents, hertz, level_db, note, partial, power_share, span

from instruments.guide_vocal import GuideVocal
from instruments.voice.analysis import analyse
from instruments.voice.engines import source
from instruments.voice.source import Phone, SpeechRequest, request_of
from instruments.voice.talking import GIVEN_SECONDS, SLOWEST, speak
from instruments.voice.timing import sing
from instruments.voice.vocoder import detuning, log_response
from scores.lyrics.line import Delivery, SungLine, Syllable, Word
from scores.lyrics.mouth import LEAST_CONSONANT_SECONDS
from scores.lyrics.phonology import onset_length
from scores.performance import Note, sung_phrases

WORDS = (("I", "AY1"), ("am", "AE1 M"), ("the", "DH AH0"), ("soft", "S AO1 F T"), ("in", "IH0 N"),
         ("soft", "S AO1 F T"), ("max", "M AE2 K S"))
MELODY = (60, 62, 63, 67, 65, 63, 60)
BEAT = 0.45


def line(manner: str = "sung", each: float = BEAT, seed: int = 1, onset: float = 0.5, **delivery: float) -> list[Note]:
    """ "I am the soft in softmax", a syllable a beat."""
    syllables = [Syllable(spelling, tuple(phones.split()), 1) for spelling, phones in WORDS]
    words = [Word(syllable.spelling, "", (syllable,)) for syllable in syllables[:5]]
    words.append(Word("softmax", "", tuple(syllables[5:])))
    return on_notes(words, manner, each, seed, onset, **delivery)


def on_notes(words: Sequence[Word], manner: str = "sung", each: float = BEAT, seed: int = 1, onset: float = 0.5,
             **delivery: float) -> list[Note]:
    """Words on the notes of the melody, a syllable a beat."""
    sung = SungLine("voice", "A", 1, tuple(words), Delivery(manner, **delivery))
    return [note(pitch, onset + each * i, each - 0.02, seed=seed + i, utterance=utterance)
            for i, (pitch, utterance) in enumerate(zip(MELODY, sung.utterances, strict=False))]


def asked(notes: Sequence[Note]) -> SpeechRequest:
    (phrase,) = sung_phrases(notes)
    return request_of(phrase.utterances)


def sound(notes: Sequence[Note], seconds: float = 4.5, rate: int = RATE, **patch: Any) -> np.ndarray:
    """Mono, float64."""
    still = {"vibrato_cents": 0.0, "drift_cents": 0.0, "scoop_cents": 0.0}
    audio = GuideVocal(**{**still, **patch}).play(notes, rate, round(seconds * rate))
    np.testing.assert_array_equal(audio[0], audio[1])
    return audio[0].astype(np.float64)


def harmonics_to_noise_db(audio: np.ndarray, pitch: float) -> float:
    """By the share of the power within 12 Hz of the partials below 5 kHz."""
    own = sum(power_share(audio, n * hertz(pitch) - 12, n * hertz(pitch) + 12)
              for n in range(1, int(5000 / hertz(pitch))))
    return float(10 * np.log10(own / (1 - own)))


def test_each_sung_note_is_in_tune_at_its_core() -> None:
    """Median of the fundamental, glides left out, within 8 cents on every syllable and within 2 on most."""
    audio = sound(line(each=0.8, breathiness=0.2), seconds=7)
    off = [float(np.median(cents(partial(span(audio, 0.62 + 0.8 * i, 0.9 + 0.8 * i), hertz(p), 0.05)[1], hertz(p))))
           for i, p in enumerate(MELODY)]
    assert np.abs(off).max() < 8, off
    assert np.median(np.abs(off)) < 2, off


def test_a_vowel_begins_on_its_beat_and_its_consonants_before() -> None:
    """Of "soft", after 30 ms of the beat the voice is there; 60 ms before it there is the hiss of an S and no voice."""
    audio = sound(line())
    for beat in (0.5 + 3 * BEAT, 0.5 + 5 * BEAT):
        hiss, vowel = span(audio, beat - 0.07, beat - 0.02), span(audio, beat + 0.02, beat + 0.1)
        assert power_share(hiss, 4000, 12000) > 0.6
        assert power_share(vowel, 100, 2000) > 0.9
        assert level_db(vowel) > level_db(hiss)


def test_planned_vowels_lie_on_their_notes_and_consonants_are_not_hurried() -> None:
    """To the microsecond; no consonant under 35 ms even where a note lasts a fifth of a second."""
    engine = source()
    assert engine
    for each in (0.25, BEAT, 1.5):
        notes = line(each=each)
        phones = engine.speak([asked(notes)])[0].phones
        times = sing(notes, phones, 0.12)
        heard = {index: begin for index, begin, _ in times.vowels}
        assert [heard[i] for i in range(7)] == pytest.approx([n.onset_seconds for n in notes], abs=1e-6)
        assert np.all(np.diff(times.heard) > -1e-9)
        for phone in phones:
            if phone.symbol and not phone.is_vowel:
                begin, end = np.interp([phone.start_seconds, phone.end_seconds], times.spoken, times.heard)
                assert end - begin >= LEAST_CONSONANT_SECONDS - 1e-6, phone


def test_a_slow_line_is_carried_from_word_to_word_without_a_gap() -> None:
    engine = source()
    assert engine
    for each in (0.25, 0.8, 2.0):
        notes = line(each=each)
        assert len(sing(notes, engine.speak([asked(notes)])[0].phones, 0.12).sounding) == 1


def test_what_can_be_carried_on_has_more_of_its_own_length_than_what_closes() -> None:
    phones = [Phone("AH", 0.0, 0.2, 0, True), Phone("M", 0.2, 0.3, 1, False), Phone("AA", 0.3, 0.5, 1, True),
              Phone("P", 0.5, 0.6, 2, False), Phone("AA", 0.6, 0.8, 2, True)]
    times = sing(on_notes([Word("la", "", (Syllable("la", (), 1),))] * 3, each=0.8), phones, 0.12)
    heard = np.asarray(times.heard)[np.searchsorted(times.spoken, [0.2, 0.3, 0.5, 0.6], side="right") - 1]
    assert heard[1] - heard[0] > heard[3] - heard[2] + 0.02


def test_what_will_be_sung_is_said_slowly_and_other_lines_are_not() -> None:
    engine = source()
    assert engine
    sung, whispered = (engine.speak([asked(line(manner))])[0].phones[-1].end_seconds
                       for manner in ("sung", "whispered"))
    assert sung > 1.25 * whispered


def test_moving_resonances_do_not_pull_the_pitch() -> None:
    """A resonance falls from 450 to 220 Hz in 0.12 s through the fundamental of a voice: its phase as it is filtered
    says flat by more than 15 cents, and what is made up for is that within a quarter."""
    rate, rows, hop, size = 16000, 60, 80, 1024
    formant = np.interp(np.arange(rows), [18, 42], [450.0, 220.0])[:, None]
    n = np.arange(1, 129)
    cepstra = np.zeros((rows, 129), np.float32)
    cepstra[:, 1:] = 2 * np.exp(-np.pi * 90 / rate * n) * np.cos(2 * np.pi * formant / rate * n) / n
    envelope = log_response(cepstra, size)
    pitch, shift = np.full(rows, 261.6), np.zeros(rows)
    detuning(envelope, pitch, float(rate), hop / rate, shift)
    turns = np.array([np.interp(261.6, np.fft.rfftfreq(size, 1 / rate), row.imag) for row in envelope]) / (2 * np.pi)
    bare, known = (cents(261.6 + by, 261.6)[22:38].mean() for by in (np.gradient(turns, hop / rate), shift))
    assert bare < -15
    assert abs(known - bare) < 0.25 * abs(bare)


def test_speech_goes_on_from_word_to_word_and_pauses_where_its_notes_leave_time() -> None:
    """Each word's first vowel is near its note; between pauses nothing lasts 1.3 times as long as in speech."""
    engine = source()
    assert engine
    for each, pauses in ((0.27, False), (0.9, True)):
        notes = line("spoken", each=each)
        times = speak(notes, engine.speak([asked(notes)])[0].phones)
        heard = [begin for index, begin, _ in times.vowels if index != 6]
        assert heard == pytest.approx([n.onset_seconds for n in notes[:6]], abs=GIVEN_SECONDS + 1e-6)
        assert (len(times.sounding) > 3) == pauses
        assert pauses or len(times.sounding) == 1
        inside = np.concatenate([np.linspace(a + 1e-4, b - 1e-4, 20) for a, b in times.sounding])
        pace = (times.at(inside + 5e-5) - times.at(inside - 5e-5)) / 1e-4
        assert not pauses or pace.min() > 1 / SLOWEST - 1e-3


def test_nothing_is_heard_before_the_lead_of_the_first_onset_or_before_the_song() -> None:
    """Also where the first vowel stands on the first sample: it waits for its consonant, which is heard whole."""
    audio = sound(line()[3:], rate=48000)
    first = int(np.flatnonzero(audio)[0]) / RATE
    onset = 0.5 + 3 * BEAT
    assert onset - GuideVocal.lead_seconds <= first < onset - 0.05
    early = sound([replace(n, onset_seconds=n.onset_seconds - onset) for n in line()[3:]])
    assert power_share(span(early, 0.002, 0.034), 4000, 12000) > 0.6


@pytest.mark.parametrize("breathiness", [0.3, 0.6])
def test_a_sung_vowel_has_some_noise_and_a_whisper_nothing_else(breathiness: float) -> None:
    core = slice(round((0.5 + 3 * BEAT + 0.05) * RATE), round((0.5 + 3 * BEAT + 0.27) * RATE))
    sung = harmonics_to_noise_db(sound(line(breathiness=breathiness))[core], MELODY[3])
    assert 8 < sung < 26
    more = harmonics_to_noise_db(sound(line(breathiness=breathiness + 0.3))[core], MELODY[3])
    assert more < sung - 1
    assert harmonics_to_noise_db(sound(line("whispered"))[core], MELODY[3]) < 0


def test_formants_stay_where_the_word_has_them() -> None:
    """The spectrum of a vowel that the vocoder sings, smoothed, has its peaks within 12 % of those of espeak-ng."""
    engine = source("espeak")
    assert engine
    notes = line()
    speech = engine.speak([asked(notes)])[0]
    vowel = [phone for phone in speech.phones if phone.is_vowel][3]
    analysis = analyse(speech, engine.monotone_hz)
    middle = round(0.5 * (vowel.start_seconds + vowel.end_seconds) / 0.005)
    envelope = np.fft.rfft(np.pad(analysis.cepstra[middle], (0, 1024))[:1024]).real
    hz = np.fft.rfftfreq(1024, 1 / speech.rate)
    audio = sound(line(breathiness=0.9), breath=0.5, engine="espeak")
    start = 0.5 + 3 * BEAT + 0.1
    power = np.abs(np.fft.rfft(span(audio, start, start + 0.12) * np.hanning(round(0.12 * RATE)))) ** 2
    found = np.fft.rfftfreq(round(0.12 * RATE), 1 / RATE)
    octaves = [float(np.log2(_centroid(found, power, low, high) / _centroid(hz, np.exp(2 * envelope), low, high)))
               for low, high in ((2000, 3400), (3400, 5000))]
    assert np.abs(octaves).max() < np.log2(1.12)


def _centroid(hz: np.ndarray, power: np.ndarray, low: float, high: float) -> float:
    inside = (hz >= low) & (hz < high)
    return float(np.sum(hz[inside] * power[inside]) / power[inside].sum())


def test_loudness_does_not_depend_on_vowel_or_pitch() -> None:
    audio = sound(line(breathiness=0.3))
    levels = [level_db(span(audio, 0.55 + BEAT * i, 0.68 + BEAT * i)) for i in range(7)]
    assert np.ptp(levels) < 4, levels


def test_air_reaches_above_what_the_engine_knows() -> None:
    """There is sound from 12.5 to 17 kHz in an S, by far more than without the air."""
    beat = 0.5 + 3 * BEAT
    with_air, without = (span(sound(line(), air_db=db), beat - 0.08, beat - 0.02) for db in (0, -40))
    assert power_share(with_air, 12500, 17000) > 0.01 > 20 * power_share(without, 12500, 17000)


def test_two_takes_are_not_copies_and_the_same_take_is() -> None:
    """Doubles have the seeds of their own notes: other drift, other breath, so they do not cancel."""
    one, same, other = (sound(line(seed=seed), drift_cents=6) for seed in (1, 1, 50))
    assert one.tobytes() == same.tobytes()
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.9


def test_a_fresh_process_with_another_hash_seed_gives_the_same_bytes() -> None:
    code = ("import hashlib, sys; sys.path[:0] = ['tests', '.']\n"
            "from test_guide_vocal import line, sound\n"
            "print(hashlib.sha256(sound(line(), drift_cents=5).tobytes()).hexdigest())")
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True,
                          env=os.environ | {"PYTHONHASHSEED": "77"}).stdout
    assert done.strip() == hashlib.sha256(sound(line(), drift_cents=5).tobytes()).hexdigest()


def test_a_word_of_fewer_or_more_notes_than_vowels_is_said_whole() -> None:
    """A vowel too few is sung on, a vowel too many shares the last note; every sound of the word is in the map."""
    phones = [Phone("", 0, 0.2, -1, False), Phone("S", 0.2, 0.3, 0, False), Phone("AO", 0.3, 0.5, 0, True),
              Phone("M", 0.5, 0.6, 0, False), Phone("AE", 0.6, 0.8, 0, True), Phone("S", 0.8, 0.9, 0, False)]
    for count in (1, 2, 3):
        notes = on_notes([Word("la" * count, "", (Syllable("la", (), 1),) * count)])
        times = sing(notes, phones, 0.12)
        assert min(times.spoken) == pytest.approx(0.2)
        assert max(times.spoken) == pytest.approx(0.9)
        assert np.all(np.diff(times.heard) > -1e-9)
        assert len(times.vowels) == 2


def test_consonants_between_vowels_part_as_english_does() -> None:
    assert [onset_length(cluster.split()) for cluster in ("S T R", "N D", "F T M", "NG", "K S P L", "L")] == [
        3, 1, 1, 0, 3, 1]


def test_a_breath_is_over_before_the_consonants_it_was_taken_for() -> None:
    notes = line()[3:]
    assert notes[0].utterance
    air = notes[0].utterance.line.breath
    onset = notes[0].onset_seconds
    audio = sound([note(60, onset - 0.4, 0.36, utterance=air), *notes])
    alone = sound([note(60, onset - 0.4, 0.36, utterance=air)])
    assert level_db(span(alone, onset - 0.35, onset - 0.05)) > -60
    assert not span(sound(notes), 0, onset - 0.3).any()
    gap = [level_db(span(audio, t, t + 0.01)) for t in np.arange(onset - 0.3, onset - 0.02, 0.01)]
    assert min(gap) < -80


def test_notes_are_grouped_by_the_lines_they_carry() -> None:
    """Also where one line is sung twice; breaths belong to none, and what is left of a line is what is said."""
    first, second = line(), line(onset=5.0)
    assert [len(phrase.notes) for phrase in sung_phrases([*first, *second])] == [7, 7]
    assert asked(first[1:-1]).words == ("am", "the", "soft", "in", "soft")
    assert asked(first).words == ("I", "am", "the", "soft", "in", "softmax")
    assert asked(first).syllables == (1, 1, 1, 1, 1, 2)
    assert asked(line("spoken")).intonation


def test_what_is_sung_can_be_written_down() -> None:
    """The bends are the pitch that is heard, within 12 cents, and only sung notes have any."""
    notes, patch = line(each=0.8), {"vibrato_cents": 40.0, "drift_cents": 5.0}
    audio = sound(notes, seconds=7, **patch)
    for bent in list(GuideVocal(scoop_cents=0, **patch).heard(notes))[:6]:
        frequency = partial(span(audio, bent.onset_seconds + 0.1, bent.onset_seconds + 0.4), hertz(bent.pitch), 0.04)[1]
        middle = bent.onset_seconds + 0.1 + 0.02 + 0.005 + 0.01 * np.arange(frequency.size)
        written = np.interp(middle - bent.onset_seconds, *np.transpose(bent.bend))
        assert np.median(np.abs(cents(frequency, hertz(bent.pitch)) - written)) < 12
    whispered = line("whispered")
    assert list(GuideVocal().heard(whispered)) == whispered


@pytest.mark.parametrize(("engine", "band"), [("auto", (400, 6000)), ("espeak", (2000, 6000))])
def test_a_kind_of_singer_has_its_own_resonances_at_the_same_pitch(engine: str, band: tuple[int, int]) -> None:
    """The centre of a vowel's higher formants moves with the body, and the pitch does not."""
    start = 0.5 + 0.12
    heard = {kind: span(sound(line(each=0.8), kind=kind, engine=engine), start, start + 0.4)
             for kind in ("own", "man", "boyish")}
    for audio in heard.values():
        assert abs(float(np.median(cents(partial(audio, hertz(60), 0.05)[1], hertz(60))))) < 8
    hz = np.fft.rfftfreq(heard["own"].size, 1 / RATE)
    own, man, boy = (_centroid(hz, np.abs(np.fft.rfft(heard[kind])) ** 2, *band) for kind in heard)
    assert man < 0.95 * own < 1.03 * own < boy


def test_singers_together_are_other_performances_and_as_loud_as_one() -> None:
    one, eight = (GuideVocal(singers=singers).play(line(each=0.6), RATE, 5 * RATE) for singers in (1, 4))
    assert abs(level_db(eight.mean(axis=0)) - level_db(one.mean(axis=0))) < 3
    likeness = np.corrcoef(eight[0], eight[1])[0, 1]
    assert 0 < likeness < 0.9
    np.testing.assert_array_equal(one[0], one[1])
