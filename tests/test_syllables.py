"""Laws of words and syllables: how many there are, where they divide, which are stressed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scores.lyrics.numbers import number_words
from scores.lyrics.pronunciation import pronounce, variants
from scores.lyrics.syllables import count_syllables, find_word, words

# Text → its syllables as a singer would divide them, words parted by spaces.
DIVIDED = {
    "everything": "ev-ery-thing", "probability": "prob-a-bil-i-ty", "sorrow": "sor-row", "eleven": "e-lev-en",
    "flatten": "flat-ten", "little": "lit-tle", "apple": "ap-ple", "running": "run-ning", "singing": "sing-ing",
    "telling": "tell-ing", "making": "mak-ing", "nothing": "noth-ing", "rhythm": "rhyth-m", "poem": "po-em",
    "temperature": "tem-pera-ture", "position": "po-si-tion", "decide": "de-cide", "needed": "need-ed",
    "zero": "ze-ro", "didn't": "did-n't", "couldn't": "could-n't", "doesn't": "does-n't", "beautiful": "beau-ti-ful",
    "confusion": "con-fu-sion", "created": "cre-at-ed", "science": "sci-ence", "cruel": "cru-el", "softmax": "soft-max",
    "argmax": "arg-max", "unnormalized": "un-nor-ma-lized", "gogglebox": "gog-gle-box", "quiet": "qui-et",
    "thirty-five": "thir-ty-five", "almost-free": "al-most-free", "café": "ca-fé", "family": "fam-i-ly",
}
COUNTED = {
    "I'm": 1, "you're": 1, "they'll": 1, "what's": 1, "I'd": 1, "didn't": 2, "watched": 1, "wanted": 2, "breathes": 1,
    "kisses": 2, "boxes": 2, "stopped": 1, "every": 2, "different": 2, "our": 1, "violence": 3, "world": 1,
    "executioner": 5, "ambivalent": 4, "higher": 2, "wugged": 1, "blickle": 2, "frobnicate": 3, "logits": 2,
    "wasp-like": 2, "stretchable": 3, "zorped": 1, "glimmed and glommed": 3, "a quiet red umbrella": 7,
    "one more night, one more train": 6, "> [ \u201cquote\u201d ] —": 1, "... !!! —": 0,
}
SPOKEN = {
    "0.7": "zero point seven", "-4.1": "minus four point one", "−0.4": "minus zero point four", "68": "sixty-eight",
    "0.00": "zero point zero zero", "1,024": "one thousand twenty-four", "2026": "two thousand twenty-six", "0": "zero",
    "115": "one hundred fifteen", "1000000": "one million", "12345678901234567": "one two three four five six seven "
    "eight nine zero one two three four five six seven",
}


@pytest.mark.parametrize(("text", "divided"), DIVIDED.items())
def test_a_word_divides_where_a_singer_would_divide_it(text: str, divided: str) -> None:
    (word,) = words(text)
    assert "-".join(syllable.spelling for syllable in word.syllables) == divided


@pytest.mark.parametrize(("text", "count"), COUNTED.items())
def test_syllables_are_counted_as_they_are_sung(text: str, count: int) -> None:
    assert count_syllables(text) == count


@pytest.mark.parametrize(("digits", "said"), SPOKEN.items())
def test_a_number_is_read_out(digits: str, said: str) -> None:
    assert number_words(digits) == said.split()
    assert [word.text for word in words(f"at {digits}.")][1:] == said.split()


def test_an_ordinal_a_percentage_and_a_negative_in_brackets_are_read_out() -> None:
    said = [word.text for word in words("the 21st, 50% & [3.2, -0.4]")]
    assert " ".join(said) == "the twenty-first fifty percent and three point two minus zero point four"


def test_initials_are_named_letter_by_letter_and_shouted_words_are_words() -> None:
    assert [word.text for word in words("mfw THEY WERE at T")] == ["m", "f", "w", "THEY", "WERE", "at", "T"]
    assert [len(word.syllables) for word in words("mfw")] == [1, 1, 3]
    assert "".join(s.spelling for s in words("w")[0].syllables) == "double" + "u"


def test_stress_follows_the_dictionary_and_function_words_have_none() -> None:
    line = words("I was the gentle executioner of sorrow")
    pattern = [syllable.stress for word in line for syllable in word.syllables]
    assert pattern == [0, 0, 0, 1, 0, 2, 0, 1, 0, 0, 0, 1, 0]


def test_unknown_words_are_stressed_as_english_words_are() -> None:
    def main(text: str) -> int:
        return [syllable.stress for syllable in words(text)[0].syllables].index(1)

    assert pronounce("brimbulation") is None
    assert main("brimbulation") == 2, "before -tion"
    assert main("dorbik") == 0, "two syllables: the first"
    assert main("befrond") == 1, "but not on a prefix"


def test_a_derived_word_sounds_like_its_stem_and_its_ending() -> None:
    assert variants("unfriended") == () and pronounce("unfriended") is not None
    assert pronounce("blogged") == (*variants("blog")[0], "D")
    assert pronounce("fobs") is not None and pronounce("fobs")[-1] == "Z"  # type: ignore[index]
    assert pronounce("quizbook") == (*variants("quiz")[0], "B", "UH2", "K")


def test_marks_become_breaks_after_the_word_before_them() -> None:
    line = words("stay, he said — then left.")
    assert [word.text for word in line if word.pause] == ["stay", "said", "left"]
    assert line[0].pause < line[2].pause < line[-1].pause


@pytest.mark.parametrize(("line", "word", "index"), [
    ("The grave, that GRAVE error.", "grave", 1), ("It runs at 0.7, always", "0.7", 3),
    ("It runs at 0.7, always", "always", 6),
    ("logit negative-four was", "four", 1), ("even look at the body", "the body", 3), ("I don’t know", "don't", 1),
    ("nothing of the kind", "corpse", None), ("anything", "", None),
])
def test_a_cue_finds_its_word_whatever_its_case_and_punctuation(line: str, word: str, index: int | None) -> None:
    assert find_word(line, word) == index


def test_a_word_is_said_as_the_song_says_it_and_its_endings_with_it() -> None:
    given = (("logit", ("L", "OW1", "JH", "IH0", "T")), ("the", ("DH", "IY1")), ("mfw", ("M", "AY1", "F", "EY1", "S")))
    logits, the, mfw = words("Logits, THE mfw", given)
    assert [syllable.phones for syllable in logits.syllables] == [("L", "OW1"), ("JH", "IH0", "T", "S")]
    assert "".join(syllable.spelling for syllable in logits.syllables) == "Logits"
    assert [(syllable.phones, syllable.stress) for syllable in the.syllables] == [(("DH", "IY1"), 1)]
    assert [syllable.spelling for syllable in mfw.syllables] == ["m", "fw"]
    assert [len(word.syllables) for word in words("the mfw")] == [1, 1, 1, 3]  # otherwise its letters are named


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_at_all_is_spoken_with_at_least_one_syllable_a_word(text: str) -> None:
    for word in words(text):
        assert word.syllables and all(syllable.spelling for syllable in word.syllables)
        assert all(syllable.stress in (0, 1, 2) for syllable in word.syllables)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.from_regex(r"[a-z]{1,9}('[a-z]{1,2})?(-[a-z]{1,5})?", fullmatch=True), min_size=1, max_size=6))
def test_the_pieces_of_every_word_join_to_its_spelling(invented: list[str]) -> None:
    for word in words(" ".join(invented)):
        letters = len(word.text.replace("-", ""))  # the names of some letters, as of w and xv, outgrow them
        if letters >= len(word.syllables) and not re.search(r"(^|-)[^aeiouy-]*w[^aeiouy-]*($|-)", word.text):
            assert "".join(syllable.spelling for syllable in word.syllables) == word.text.replace("-", "")


def test_pieces_are_as_many_as_the_nuclei_that_sound() -> None:
    for text in ("everything", "violence", "probability", "unnormalized", "murdered", "softening", "hours", "rhythms"):
        (word,) = words(text)
        phones = pronounce(text)
        assert phones is not None
        assert len(word.syllables) == sum(phone[-1].isdigit() for phone in phones)
        assert tuple(phone for syllable in word.syllables for phone in syllable.phones) == phones
