"""The sung line: it stays whole from the lyrics to the notes, whoever takes hold of a part of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from singing import song
from stages import score_of

from instruments import instruments
from instruments.voice.source import request_of
from instruments.voice.speaking import Speaking
from scores.compose import compose
from scores.lyrics.line import Delivery, SungLine, Syllable, Utterance, part_of_word, with_phrase_stress
from scores.lyrics.syllables import words
from scores.performance import sung_phrases

TEXT = "Every lantern, on the harbour wall: went out!"


def line(text: str = TEXT, manner: str = "sung") -> SungLine:
    return SungLine("voice", "Verse", 1, words(text), Delivery(manner))  # type: ignore[arg-type]


def test_a_line_is_its_syllables_in_order_and_each_knows_where_it_stands() -> None:
    whole = line()
    spelled = "".join(u.syllable + " " * u.is_word_end for u in whole.utterances).split()
    assert spelled == [word.text for word in whole.words]
    assert " ".join(spelled) == "Every lantern on the harbour wall went out"
    assert [u.is_line_end for u in whole.utterances] == [False] * (len(whole.utterances) - 1) + [True]
    assert {u.word for u in whole.utterances if u.pause} == {"lantern", "wall", "out"}
    assert all(u.phones == whole.words[u.word_index].syllables[u.place].phones
               for u in whole.utterances if u.place is not None)


@pytest.mark.parametrize("manner", ["sung", "whispered", "spoken", "breath"])
def test_the_breath_of_a_line_has_its_effort_and_no_word(manner: str) -> None:
    whole = replace(line(), delivery=Delivery(manner, 0.7, 0.2, 0.9))  # type: ignore[arg-type]
    breath = whole.breath
    assert breath.is_breath and (breath.syllable, breath.word, breath.phones, breath.pause) == ("", "", (), 0)
    assert breath.delivery == Delivery("breath", 0.7, 1.0, 0.9) and breath.line is whole


def test_of_a_word_that_is_not_sung_whole_the_rest_is_said_as_it_is_spelled() -> None:
    lantern = [u for u in line().utterances if u.word == "lantern"]
    assert part_of_word(lantern) is lantern[0].line.words[1]
    rest = part_of_word(lantern[1:])
    assert (rest.text, len(rest.syllables), rest.mark) == (lantern[1].syllable, 1, ",")
    request = request_of(line().utterances[1:])
    assert request.words[:2] == (line().utterances[1].syllable, "lantern")
    assert request.syllables[0] == len(line().words[0].syllables) - 1


def test_a_function_word_at_the_end_of_a_line_takes_a_stress_there_and_nowhere_else() -> None:
    plain = words("how cruel I am")
    assert [s.stress for s in with_phrase_stress(plain)[-1].syllables] == [2]
    assert with_phrase_stress(plain)[:-1] == plain[:-1]
    for text in ("how cruel", "am", ""):
        assert with_phrase_stress(words(text)) == words(text)


def test_every_line_of_the_lyrics_is_found_again_whole_on_the_notes() -> None:
    score = song()
    performed = compose(score)
    phrases = sung_phrases(performed.notes["player"])
    wanted = [(section.name, number, line.text) for section in score.sections
              for number, line in enumerate(section.lyrics, 1)]
    assert [(p.line.section, p.line.number) for p in phrases] == [row[:2] for row in wanted]
    for phrase, (_, _, text) in zip(phrases, wanted, strict=True):
        assert phrase.utterances == phrase.line.utterances
        assert " ".join(word.text for word in phrase.line.words) == " ".join(word.text for word in words(text))


def test_a_double_sings_the_same_words_under_its_own_name() -> None:
    voice = {"instrument": "guide_vocal"}
    play = {"player": "sung", "second": {"style": "double", "of": "player"}}
    doubled = compose(score_of(
        parts={"player": voice, "second": voice},
        sections=[{"name": "A", "bars": 8, "harmony": "| Cm |", "lyrics": [TEXT], "play": play}]))
    (one,), (other,) = (sung_phrases(doubled.notes[name]) for name in ("player", "second"))
    assert (one.line.singer, other.line.singer) == ("player", "second")
    assert replace(other.line, singer="player") == one.line


def test_an_instrument_whose_words_are_heard_has_an_engine_and_asks_for_the_words_of_its_lines() -> None:
    speaking = {name: kind for name, kind in instruments().items() if issubclass(kind, Speaking)}
    assert "guide_vocal" in speaking and "hum" not in speaking
    for kind in speaking.values():
        assert "engine" in kind.model_fields
        (request,) = kind().requests([line()])
        assert request.words == tuple(word.text for word in line().words)


def test_equal_words_of_two_sections_are_one_request() -> None:
    first, second = line(), replace(line(), section="Verse 2", singer="other")
    assert first != second and request_of(first.utterances) == request_of(second.utterances)
    weak = replace(line("la"), words=(replace(words("la")[0], syllables=(Syllable("la", ("L", "AA1"), 0),)),))
    assert request_of(weak.utterances).pronunciations == ("L AA0",)
    assert Utterance(weak, 0, 0) == weak.utterances[0]
