"""How fast a mouth is: how long the sounds of words last, and the least time that they take.

One model for all who need it: the text setting keeps the sounds of a line apart by it, spoken lines take their rhythm
from it, and the voice never hurries a sound below it.

References
----------
.. [1] Klatt, D. H. (1976). Linguistic uses of segmental duration in English. JASA 59, 1208-1221.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scores.lyrics.line import Stress, Word
from scores.lyrics.phonology import Phones, is_vowel

# Natural length of a vowel [s] by stress: means in connected speech, [1]_ p. 1213; secondary stress lies between.
VOWEL_SECONDS = {0: 0.070, 1: 0.130, 2: 0.100}
# Natural length of a consonant [s] that begins a word, that is quick (flaps, nasals, liquids), that hisses, and of
# others: means of 98 lines as the network of hibari-tts says them; the mean of all in [1]_, p. 1213, is 0.070.
FIRST_IN_WORD_SECONDS = 0.080
QUICK_SECONDS, HISS_SECONDS, CONSONANT_SECONDS = 0.040, 0.065, 0.050
_QUICK = frozenset({"T", "D", "N", "NG", "V", "DH", "R", "L", "M"})
_HISSES = frozenset({"S", "SH", "F", "TH", "CH", "Z"})
# Length of the last syllable before a break, relative to its natural length: 30 to 40 % longer, [1]_.
PHRASE_FINAL_LENGTHENING = 1.4

# Least length of a consonant [s]: however fast the speech, half of its natural length, [1]_ p. 1215.
LEAST_CONSONANT_SECONDS = 0.035
# Least length of a vowel [s] that the text setting plans for, so that the vowel is still recognised.
LEAST_VOWEL_SECONDS = 0.050
# Least length of a vowel [s] in a note as it is heard: the plan's, less what the looseness of time may take from it.
LEAST_HEARD_VOWEL_SECONDS = 0.045

# Highest rate of a line [syllables/s]: beyond it no singer articulates, and a score that asks for it is at fault.
MOST_SYLLABLES_PER_SECOND = 6.0
# Highest rate of a line [syllables/s] that is spoken where there is time.
FASTEST_SPOKEN_PER_SECOND = 5.0

_UNKNOWN_CONSONANTS = (1, 1)  # consonants before and after the vowel of a syllable that is in no dictionary


def consonants(phones: Phones) -> tuple[int, int]:
    """Count the consonants of a syllable before its vowel and after it; guess where its phones are unknown."""
    if not phones:
        return _UNKNOWN_CONSONANTS
    nucleus = next((i for i, phone in enumerate(phones) if is_vowel(phone)), 0)
    return nucleus, len(phones) - 1 - nucleus


def natural_seconds(phones: Phones, stress: Stress, following: Phones = (), *, begins_word: bool = True) -> float:
    """Return how long it takes in connected speech from the vowel of a syllable to that of the next, in seconds.

    Parameters
    ----------
    phones, stress
        The syllable.
    following
        Phones of the next one; empty at the end of a line.
    begins_word
        Whether the next one begins a word.
    """
    onset, coda = consonants(following)[0] if following else 0, consonants(phones)[1]
    after = sum(map(_consonant_seconds, phones[len(phones) - coda:] if phones else ["T"] * coda))
    before = [_consonant_seconds(phone) for phone in following[:onset]]
    if before and begins_word:
        before[0] = FIRST_IN_WORD_SECONDS
    return VOWEL_SECONDS[stress] + after + sum(before)


def _consonant_seconds(phone: str) -> float:
    return QUICK_SECONDS if phone in _QUICK else HISS_SECONDS if phone in _HISSES else CONSONANT_SECONDS


def least_seconds(words: Iterable[Word]) -> float:
    """Return the least time in which words can be said, in seconds."""
    return sum(LEAST_VOWEL_SECONDS + LEAST_CONSONANT_SECONDS * sum(consonants(syllable.phones))
               for word in words for syllable in word.syllables)


def least_gap_seconds(phones: Phones, following: Phones) -> float:
    """Return the least time from the vowel of a syllable to that of the next, in seconds."""
    return LEAST_VOWEL_SECONDS + LEAST_CONSONANT_SECONDS * (consonants(phones)[1] + consonants(following)[0])


def hurried(lengths: Sequence[float], wanted: float, most: float) -> list[float]:
    """Shorten consonants together, none below the least length.

    Parameters
    ----------
    lengths
        Natural lengths of the consonants [s].
    wanted
        Length [s] that they should have together.
    most
        Length [s] that they must not exceed together; beyond it even the least length gives way.

    Returns
    -------
    list of float
        Length of each consonant [s].
    """
    total, least = sum(lengths), LEAST_CONSONANT_SECONDS * len(lengths)
    if total <= wanted:
        return list(lengths)
    if wanted > least and total > least:
        share = (wanted - least) / (total - least)
        return [LEAST_CONSONANT_SECONDS + share * (length - LEAST_CONSONANT_SECONDS) for length in lengths]
    return [min(LEAST_CONSONANT_SECONDS, most / len(lengths)) for _ in lengths]
