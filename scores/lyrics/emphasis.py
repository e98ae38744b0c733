"""Words that are said stronger than their line: in CAPITALS, or between *asterisks*."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from scores.lyrics.line import Word
from scores.lyrics.sung_words import INITIALS

# Words in capitals that are always so, beside those that are said letter by letter.
_ALWAYS_IN_CAPITALS = INITIALS | {"OK", "TV", "CD", "PC", "NY", "LA", "DC", "NASA"}


def with_emphasis(words: Sequence[Word], marked: Collection[int] = ()) -> tuple[Word, ...]:
    """Return a line's words with those marked that are to stand out.

    A line in capitals from end to end has no word that stands out: so is it written. Neither do "I", what is said
    letter by letter (GPU), nor names that are always in capitals. A single word without a stress, as "you", gets one:
    that is what emphasis is.

    Parameters
    ----------
    words
        The line.
    marked
        Indices of the words between asterisks.
    """
    capital = [_is_capital(word) for word in words]
    if all(capital[i] or len(word.text) < 2 for i, word in enumerate(words)):
        capital = [False] * len(words)
    strong = [capital[i] or i in marked for i in range(len(words))]
    out = []
    for i, word in enumerate(words):
        if not strong[i]:
            out.append(word)
            continue
        alone = not (i and strong[i - 1]) and not (i + 1 < len(words) and strong[i + 1])
        syllables = word.syllables
        if alone and syllables and not any(syllable.stress == 1 for syllable in syllables):
            at = max(range(len(syllables)), key=lambda k: (syllables[k].stress, -k))
            syllables = (*syllables[:at], replace(syllables[at], stress=1), *syllables[at + 1:])
        out.append(replace(word, syllables=syllables, is_emphasised=True))
    return tuple(out)


def _is_capital(word: Word) -> bool:
    letters = [letter for letter in word.text if letter.isalpha()]
    return len(letters) > 1 and all(letter.isupper() for letter in letters) and word.text not in _ALWAYS_IN_CAPITALS
