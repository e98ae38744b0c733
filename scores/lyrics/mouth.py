"""How fast a mouth can be: the least time that the sounds of words take.

Klatt (1976, JASA 59, p. 1215): however fast the speech, a sound is not compressed below a share of its own length,
about half for the 70 ms of a mean consonant.
"""

from __future__ import annotations

from collections.abc import Sequence

from scores.lyrics.pronunciation import is_vowel
from scores.lyrics.syllables import Syllable, Word

LEAST_CONSONANT_SECONDS, LEAST_VOWEL_SECONDS = 0.035, 0.05
_UNKNOWN_CONSONANTS = (1, 1)  # before and after the vowel of a syllable that is in no dictionary


def consonants(syllable: Syllable) -> tuple[int, int]:
    """Consonants of a syllable before its vowel and after it."""
    if not syllable.phones:
        return _UNKNOWN_CONSONANTS
    nucleus = next(i for i, phone in enumerate(syllable.phones) if is_vowel(phone))
    return nucleus, len(syllable.phones) - 1 - nucleus


def least_seconds(sounding: Sequence[Word]) -> float:
    """The least time in which words can be said."""
    return sum(LEAST_VOWEL_SECONDS + LEAST_CONSONANT_SECONDS * sum(consonants(syllable))
               for word in sounding for syllable in word.syllables)


def least_gap_seconds(syllable: Syllable, following: Syllable) -> float:
    """The least time from the vowel of a syllable to that of the next."""
    return LEAST_VOWEL_SECONDS + LEAST_CONSONANT_SECONDS * (consonants(syllable)[1] + consonants(following)[0])
