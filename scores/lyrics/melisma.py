"""Melismas: a syllable over several notes. ``_`` in a line of lyrics asks for one note more: ``Glo _ _ ri _ a``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from scores.lyrics.line import HELD, Syllable, Word
from scores.lyrics.phonology import is_vowel

# The vowel that is held where a diphthong is sung over several notes: its glide is left for the last of them.
FIRST_VOWEL = {"AY": "AA", "AW": "AA", "OY": "AO", "EY": "EH", "OW": "AO"}
_HOLDS = re.compile(r"(?:(?<=\s)|(?<=\w)|^)_+(?=[\s,.;:!?…—]|$)")


def without_holds(text: str) -> str:
    """Return a line without the ``_`` that hold its syllables."""
    return " ".join(_HOLDS.sub(" ", text).split()).replace(" ,", ",").replace(" .", ".") if "_" in text else text


def held_syllables(syllable: Syllable, notes: int) -> list[Syllable]:
    """Spread a syllable over several notes: its vowel on each, its last consonants on the last.

    A syllable whose phones are unknown, or that has no vowel, is returned alone, for the first note.
    """
    vowels = [n for n, phone in enumerate(syllable.phones) if is_vowel(phone)]
    if notes == 1 or len(vowels) != 1:
        return [syllable]
    onset, vowel, coda = (syllable.phones[:vowels[0]], syllable.phones[vowels[0]], syllable.phones[vowels[0] + 1:])
    steady = FIRST_VOWEL.get(vowel[:-1], vowel[:-1]) + vowel[-1]
    first = replace(syllable, phones=(*onset, steady))
    between = replace(syllable, spelling=HELD, phones=(steady,))
    return [first, *[between] * (notes - 2), replace(syllable, spelling=HELD, phones=(vowel, *coda))]


def hold(word: Word, place: int, notes: int) -> Word:
    """Return a word with one of its syllables on several notes; those after the first ask for no stress."""
    first, *more = held_syllables(word.syllables[place], notes)
    weak = [replace(syllable, stress=0) for syllable in more]
    syllables = (*word.syllables[:place], first, *weak, *word.syllables[place + 1:])
    return replace(word, syllables=syllables, is_read=word.is_read and not more)


def with_holds(text: str, words: Callable[[str], tuple[Word, ...]]) -> tuple[Word, ...]:
    """Return the words of a line, with a syllable more for each ``_`` after the word.

    Parameters
    ----------
    text
        The line with its ``_``.
    words
        Makes words of a text.
    """
    found = list(words(without_holds(text)))
    for match in reversed(list(_HOLDS.finditer(text))):
        before = len(words(without_holds(text[:match.start()])))
        if 0 < before <= len(found):
            word = found[before - 1]
            last = next(n for n in reversed(range(len(word.syllables))) if word.syllables[n].spelling != HELD)
            more = len(word.syllables) - 1 - last
            bare = replace(word, syllables=words(without_holds(text))[before - 1].syllables)
            found[before - 1] = hold(bare, len(bare.syllables) - 1, 1 + more + len(match[0]))
    return tuple(found)
