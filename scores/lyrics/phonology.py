"""English phonology: the phones, which of them are vowels, and how consonants divide between two syllables.

Phones are ARPAbet symbols as the CMU Pronouncing Dictionary writes them; a vowel carries its stress as a digit
(1 primary, 2 secondary, 0 none). Speech engines name the same phones without the digit. This is the only module of
the lyrics that instruments import beside the sung line itself: it needs no dictionary.

References
----------
.. [1] Kahn, D. (1976). Syllable-based Generalizations in English Phonology. PhD thesis, MIT.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

Phones = tuple[str, ...]

VOWELS = ("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW")
DIPHTHONGS = frozenset({"AW", "AY", "EY", "OW", "OY"})
CONSONANTS = ("B", "CH", "D", "DH", "F", "G", "HH", "JH", "K", "L", "M", "N", "NG", "P", "R", "S", "SH", "T", "TH", "V",
              "W", "Y", "Z", "ZH")

# Clusters of two and three consonants that an English syllable may begin with. Every single consonant but NG may.
_CLUSTERS = ("P L,P R,P Y,B L,B R,B Y,T R,T W,D R,D W,K L,K R,K W,K Y,G L,G R,F L,F R,F Y,V Y,M Y,HH Y,TH R,SH R,"
             "S P,S T,S K,S L,S M,S N,S W,S F,S P R,S P L,S P Y,S T R,S K R,S K W,S K Y")
ONSET_CLUSTERS = frozenset(tuple(cluster.split()) for cluster in _CLUSTERS.split(","))


def is_vowel(phone: str) -> bool:
    """Return whether a phone with its stress is the nucleus of a syllable, the only one that ends in a digit.

    It is a vowel; in words like "hmm" and "shh" a consonant that is held.
    """
    return phone[-1].isdigit()


def onset_length(consonants: Sequence[str]) -> int:
    """Count the consonants between two vowels of one word that begin the second syllable.

    Parameters
    ----------
    consonants
        Phones without stress, in order.

    Returns
    -------
    int
        The length of the longest onset that English allows (maximal onset [1]_).
    """
    cluster = tuple(consonants)
    for length in range(len(cluster), 1, -1):
        if cluster[-length:] in ONSET_CLUSTERS:
            return length
    return 1 if cluster and cluster[-1] != "NG" else 0


def syllable_phones(phones: Phones) -> list[Phones]:
    """Divide the phones of a word into syllables, each with the longest onset that English allows.

    Parameters
    ----------
    phones
        A word's phones with stress.

    Returns
    -------
    list of tuple of str
        The phones of each syllable; a word without a vowel is one syllable.
    """
    nuclei = [i for i, phone in enumerate(phones) if is_vowel(phone)]
    starts = [right - onset_length(phones[left + 1:right]) for left, right in pairwise(nuclei)]
    cuts = [0, *starts, len(phones)]
    return [phones[a:b] for a, b in pairwise(cuts)]
