"""English phonology: the phones, which of them are vowels, and how consonants divide between two syllables.

Phones are ARPAbet symbols as the CMU Pronouncing Dictionary writes them; a vowel carries its stress as a digit
(1 primary, 2 secondary, 0 none). Speech engines name the same phones without the digit. This is the only module of
the lyrics that instruments import beside the sung line itself: it needs no dictionary.

References
----------
.. [1] Kahn, D. (1976). Syllable-based Generalizations in English Phonology. PhD thesis, MIT.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

Phones = tuple[str, ...]

VOWELS = ("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW")
DIPHTHONGS = frozenset({"AW", "AY", "EY", "OW", "OY", "EU", "IU", "AUN"})
CONSONANTS = ("B", "CH", "D", "DH", "F", "G", "HH", "JH", "K", "L", "M", "N", "NG", "P", "R", "S", "SH", "T", "TH", "V",
              "W", "Y", "Z", "ZH")

# Phones of other languages, in the order of their signs in the International Phonetic Alphabet: a e o y ø œ, the nasal
# ɑ̃ ɛ̃ ɔ̃ œ̃ ĩ ũ ɐ̃ʊ̃, and eʊ iʊ.
FOREIGN_VOWELS = ("A", "E", "O", "UE", "OE", "OEH", "AN", "EN", "ON", "UN", "INN", "UNN", "AUN", "EU", "IU")
# ɲ ʎ ɾ r ʁ x ç β ɣ ts dz pf ɥ.
FOREIGN_CONSONANTS = ("NY", "LY", "DX", "RR", "RH", "X", "CX", "BH", "GH", "TS", "DZ", "PF", "HY")
ALL_VOWELS = frozenset((*VOWELS, *FOREIGN_VOWELS))

# The phones of English that are most like them.
LIKE_ENGLISH = {
    "A": "AA", "E": "EY", "O": "OW", "UE": "UW", "OE": "ER", "OEH": "ER", "AN": "AA", "EN": "AE", "ON": "AO",
    "UN": "AH", "INN": "IY", "UNN": "UW", "AUN": "AW", "EU": "EY", "IU": "UW", "NY": "N", "LY": "L", "DX": "D",
    "RR": "R", "RH": "R", "X": "HH", "CX": "HH", "BH": "V", "GH": "G", "TS": "S", "DZ": "Z", "PF": "F", "HY": "W",
}

# Kinds of consonants that begin a syllable together, in other languages than English.
_OBSTRUENTS = frozenset(["P", "B", "T", "D", "K", "G", "F", "V", "BH", "DH", "GH", "TH", "X", "PF"])
_LIQUIDS = frozenset(["L", "R", "RR", "DX", "RH"])
_GLIDES = frozenset(["W", "Y", "HY"])

_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")

# Clusters of two and three consonants that an English syllable may begin with. Every single consonant but NG may.
_CLUSTERS = ("P L,P R,P Y,B L,B R,B Y,T R,T W,D R,D W,K L,K R,K W,K Y,G L,G R,F L,F R,F Y,V Y,M Y,HH Y,TH R,SH R,"
             "S P,S T,S K,S L,S M,S N,S W,S F,S P R,S P L,S P Y,S T R,S K R,S K W,S K Y")
ONSET_CLUSTERS = frozenset(tuple(cluster.split()) for cluster in _CLUSTERS.split(","))


def is_vowel(phone: str) -> bool:
    """Return whether a phone with its stress is the nucleus of a syllable, the only one that ends in a digit.

    It is a vowel; in words like "hmm" and "shh" a consonant that is held.
    """
    return phone[-1].isdigit()


def undrawn(word: str) -> str:
    """Return a drawn-out word of another language than English as it is read: "amooor" as "amor"."""
    return _DRAWN_OUT.sub(r"\1", word)


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


def onset_of(cluster: Sequence[str], before: frozenset[str] = frozenset()) -> int:
    """Count the consonants between two vowels that begin the second syllable, in another language than English.

    Parameters
    ----------
    cluster
        Phones, in order.
    before
        Consonants that may stand before what begins a syllable else.

    Returns
    -------
    int
        One consonant, with a glide after it, with a stop before a liquid.
    """
    start = len(cluster)
    if start and cluster[start - 1] in _GLIDES:
        start -= 1
    if start and cluster[start - 1] in _LIQUIDS and start > 1 and cluster[start - 2] in _OBSTRUENTS:
        start -= 2
    elif start and cluster[start - 1] != "NG":
        start -= 1
    if start and cluster[start - 1] in before and start < len(cluster) and cluster[start] not in before:
        start -= 1
    return len(cluster) - start


def syllable_phones(phones: Phones, onset: Callable[[Phones], int] = onset_length) -> list[Phones]:
    """Divide the phones of a word into syllables, each with the longest onset that its language allows.

    Parameters
    ----------
    phones
        A word's phones with stress.
    onset
        Counts the consonants between two vowels that begin the second syllable; by default those of English.

    Returns
    -------
    list of tuple of str
        The phones of each syllable; a word without a vowel is one syllable.
    """
    nuclei = [i for i, phone in enumerate(phones) if is_vowel(phone)]
    starts = [right - onset(phones[left + 1:right]) for left, right in pairwise(nuclei)]
    cuts = [0, *starts, len(phones)]
    return [phones[a:b] for a, b in pairwise(cuts)]
