"""Songs in other languages: their own syllables, stresses and sounds, by espeak-ng or where it is better by hibari."""

from __future__ import annotations

from pathlib import Path

import pytest

from instruments.voice.engines import of_language, source, speak
from instruments.voice.source import request_of
from render.cli import main
from render.writers.manifest import read_manifest
from scores.lyrics.languages import CODES, LANGUAGES, parse_language
from scores.lyrics.line import Delivery, SungLine, Syllable, Word
from scores.lyrics.phonology import ALL_VOWELS, CONSONANTS, FOREIGN_CONSONANTS, is_vowel
from scores.lyrics.syllables import find_word, words
from scores.midi_in.syllables import held, in_lines
from scores.midi_in.syllables import said as sung_as
from scores.notation import NotationError

# Language and text → its syllables; the stressed ones in capitals.
DIVIDED = {
    ("es", "La calle mañana"): "la CA-lle ma-ÑA-na", ("es", "mi corazón"): "mi co-ra-ZÓN",
    ("es", "fuego, lengua"): "FUE-go LEN-gua", ("es", "guitarra estrella"): "gui-TA-rra es-TRE-lla",
    ("es", "ciudad del niño"): "ciu-DAD del NI-ño", ("es", "¿día? leer"): "DÍ-a le-ER",
    ("fr", "Je t'aime, mon amour"): "je T'AIME mon a-MOUR", ("fr", "la nuit, l'oiseau"): "la NUIT l'oi-SEAU",
    ("fr", "une montagne"): "une mon-TAGNE", ("de", "Ich liebe dich"): "ich LIE-be dich",
    ("de", "Wasser, Himmel, schön"): "WAS-ser HIM-mel SCHÖN", ("it", "gli occhi, figlio"): "gli OC-chi FI-glio",
    ("it", "sogno di cuore"): "SO-gno di CUO-re", ("it", "questa città"): "QUE-sta cit-TÀ",
    ("pt", "minha manhã"): "MI-nha ma-NHÃ", ("pt-br", "saudade"): "sau-DA-de",
}
# Language and word → its phones.
SOUNDS = {
    ("es", "calle"): "K A1 LY E0", ("es-419", "cielo"): "S Y E1 L O0", ("es", "jamás"): "X A0 M A1 S",
    ("fr", "bon"): "B ON1", ("fr", "rue"): "RH UE1", ("fr", "cœur"): "K OEH1 RH", ("fr", "nuit"): "N HY IY1",
    ("de", "schön"): "SH OE1 N", ("de", "nacht"): "N A1 X T", ("de", "dich"): "D IH1 CX",
    ("it", "figlio"): "F IY1 LY O0", ("it", "zio"): "DZ IY1 O0", ("pt", "não"): "N AUN1",
    ("pt-br", "noite"): "N OY1 CH IY0", ("es", "hmm"): "HH M1", ("es", "amooor"): "A0 M O1 DX",
}
LINES = {
    "es": "La calle, mañana, en mi corazón hmm 1999", "fr": "Je t'aime, peut-être, la nuit", "pt": "Coração, não, mãe",
    "de": "Ich liebe dich über Nacht", "it": "Ragazza, perché questa città", "pt-br": "Saudade da gente",
    "es-419": "Cielo y calle",
}
SONG = """\
title: Canción
tempo: 80
key: C major
language: Spanish
parts:
  voice: {instrument: guide_vocal}
sections:
  - name: A
    bars: 4
    play: {voice: sung}
    lyrics:
      - La calle, mañana
      - {text: I remember, language: en}
  - name: B
    bars: 2
    language: fr
    play: {voice: sung}
    lyrics: toujours la nuit
"""


@pytest.mark.parametrize(("language", "text", "divided"), [(*key, value) for key, value in DIVIDED.items()])
def test_words_divide_and_are_stressed_as_their_language_does(language: str, text: str, divided: str) -> None:
    said = " ".join("-".join(syllable.spelling.upper() if syllable.stress == 1 else syllable.spelling.lower()
                             for syllable in word.syllables) for word in words(text, (), language))
    assert said == divided


@pytest.mark.parametrize(("language", "text", "phones"), [(*key, value) for key, value in SOUNDS.items()])
def test_sounds_are_those_of_the_language(language: str, text: str, phones: str) -> None:
    (word,) = words(text, (), language)
    assert " ".join(phone for syllable in word.syllables for phone in syllable.phones) == phones


@pytest.mark.parametrize(("language", "text"), LINES.items())
@pytest.mark.parametrize("given", [False, True])
@pytest.mark.parametrize("name", ["espeak-ng", "hibari"])
def test_the_engine_says_the_phones_that_were_composed_for(language: str, text: str, given: bool, name: str) -> None:
    """Also where the score pronounces each word itself, by the same phones."""
    line = words(text, (), language)
    if given:
        lexicon = tuple((word.text.lower(), tuple(phone for syllable in word.syllables for phone in syllable.phones))
                        for word in line if word.text.isalpha() and word.text.isascii())
        line = words(text, lexicon, language)
    engine = source(name.removesuffix("-ng"))
    assert engine is not None
    request = request_of(SungLine("voice", "A", 1, line, Delivery("sung"), language).utterances)
    ((speaker, speech),) = speak(engine, [request])
    assert speaker.name == name
    for index, word in enumerate(line):
        meant = [phone for syllable in word.syllables for phone in syllable.phones]
        heard = [phone for phone in speech.phones if phone.word == index]
        assert [phone.symbol for phone in heard] == [phone.rstrip("012") for phone in meant], word.text
        assert [phone.is_vowel for phone in heard] == [is_vowel(phone) for phone in meant]


@pytest.mark.parametrize(("language", "said"), [
    ("es", "tres mil no-ve-zien-tos"), ("it", "tre mi-la no-ve-chen-to")])
def test_a_number_is_said_in_the_language_and_spelled_as_it_sounds(language: str, said: str) -> None:
    line = words("3900", (), language)
    assert " ".join("-".join(syllable.spelling for syllable in word.syllables) for word in line) == said
    assert {word.printed for word in line} == {"3900"}


def test_a_language_is_known_by_its_code_and_its_names_and_another_is_refused_with_those_there_are() -> None:
    assert [parse_language(name) for name in ("Español", "français", "DE", "pt_BR", "English", "es-MX")] \
        == ["es", "fr", "de", "pt-br", "en", "es-419"]
    with pytest.raises(NotationError, match="Italian"):
        parse_language("klingon")
    assert set(CODES) == {"en", *LANGUAGES}


def test_a_word_is_found_in_its_language() -> None:
    assert find_word("La calle, mañana", "manana", (), "es") == 2


@pytest.mark.parametrize("notes", [1, 2])
def test_a_word_of_a_midi_file_sounds_as_in_the_language_of_its_line_also_where_its_last_vowel_is_held(
        notes: int) -> None:
    line = SungLine("voice", "A", 1, words("mañana", (), "es"), Delivery("sung"), "es")
    syllables = [each for found in sung_as(["co", "ra", "zón"], (), line) for each in found]
    utterances = in_lines([*syllables[:-1], *held(syllables[-1], notes)])
    assert " ".join(phone for utterance in utterances[:2] for phone in utterance.phones) == "K O2 DX A0"
    engine = source("espeak")
    assert engine is not None
    ((_, found),) = speak(engine, [request_of(utterances)])
    assert sum(phone.is_vowel for phone in found.phones) == 2 + notes


def test_each_line_has_its_own_language_and_the_manifest_says_who_says_it(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "song.yaml"
    path.write_text(SONG, encoding="utf-8")
    assert main([str(path), "--check"]) == 0
    assert "pronounce" not in capsys.readouterr().out
    assert main([str(path), "--out", str(tmp_path)]) == 0
    voice = read_manifest(tmp_path / "song").voice
    assert voice is not None
    told = capsys.readouterr().out
    assert voice.engine == "hibari" and set(voice.languages) == {"es", "fr"}
    others = "espeak-ng says what is Spanish and French: hibari would say it with an English accent."
    assert others in " ".join(told.split())
    assert "La calle, mañana" in (tmp_path / "song" / "suno" / "lyrics.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(("engine", "language", "speaks"), [
    ("auto", "en", "hibari"), ("auto", "it", "hibari"), ("auto", "es", "espeak-ng"), ("hibari", "es", "hibari"),
    ("espeak", "it", "espeak-ng")])
def test_who_says_a_language_is_the_engine_that_is_understood_in_it_or_the_one_that_is_asked_for_by_name(
        engine: str, language: str, speaks: str) -> None:
    asked = source(engine)
    assert asked is not None and of_language(asked, language).name == speaks


def test_hibari_has_a_likeness_of_every_sound_of_every_language() -> None:
    phones = (*(f"{vowel}1" for vowel in sorted(ALL_VOWELS)), *CONSONANTS, *FOREIGN_CONSONANTS)
    line = SungLine("voice", "A", 1, (Word("x", "x", (Syllable("x", phones, 1),)),), Delivery("sung"), "fr")
    hibari = source("hibari")
    assert hibari is not None
    ((_, speech),) = speak(hibari, [request_of(line.utterances)])
    assert [phone.symbol for phone in speech.phones] == [phone.rstrip("1") for phone in phones]


def test_an_unknown_language_is_refused_at_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "song.yaml"
    path.write_text(SONG.replace("language: fr", "language: frensh"), encoding="utf-8")
    assert main([str(path), "--check"]) == 2
    assert "song.yaml:16:15:" in (told := capsys.readouterr().err) and "did you mean french" in told
