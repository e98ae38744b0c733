"""Hyphenation for singers in other languages than English: a piece of the spelling for each syllable that sounds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from scores.lyrics.hyphenation import align, evenly
from scores.lyrics.languages import Language
from scores.lyrics.phonology import Phones, is_vowel, onset_of

# Most letters that stand for one phone, with the silent ones: French "eaux", "aient".
_LONGEST_CHUNK = 5
_VOWEL = re.compile(r"(h?[aeiouyæœ]{1,4})([bcdfghlmnprstxz]{0,2}e?s?)")
_CONSONANT = re.compile(r"h?[bcdfghjklmnpqrstvwxzß]{1,4}[uh]?e?s?")
_GLIDE = re.compile(r"[iyuow]{1,2}|ill?|l{1,2}|h[iu]|gu?")
# Letters that commonly spell each phone.
_VOWEL_LETTERS = {"A": "a", "AA": "a", "AH": "eao", "E": "ea", "EH": "eay", "IY": "iye", "IH": "iey", "O": "oa",
                  "AO": "oa", "UW": "uo", "UH": "uo", "UE": "uy", "OE": "eo", "OEH": "eoœ", "AY": "aeiy", "AW": "ao",
                  "EY": "e", "OY": "oe", "EU": "e", "IU": "i", "OW": "o", "AN": "ae", "EN": "iaey", "ON": "o",
                  "UN": "u", "INN": "i", "UNN": "u", "AUN": "a"}
_CONSONANT_LETTERS = {"K": "ckqx", "S": "scxzßt", "Z": "zsx", "ZH": "jgz", "SH": "sxcz", "NY": "ng", "LY": "lg",
                      "X": "jgxchr", "TH": "zc", "RH": "rx", "RR": "r", "DX": "r", "JH": "gjd", "CH": "ct", "TS": "zt",
                      "DZ": "z", "B": "bv", "BH": "bv", "V": "vw", "F": "fvp", "NG": "n", "GH": "g", "PF": "p",
                      "CX": "cg", "DH": "d", "HH": "h", "T": "td", "P": "pb", "D": "d", "N": "n", "M": "mn"}
# Long consonants that one pair of letters spells.
_LONG = ("NY", "LY", "SH")
_GLIDES = ("Y", "W", "HY")


@cache
def _cost(phone: str, chunk: str) -> float:
    """Cost of letters as the spelling of a phone: 0 is regular, 1 and more an exception."""
    letters = chunk.replace("'", "")
    if is_vowel(phone):
        if not letters:
            return 2.5
        match = _VOWEL.fullmatch(letters)
        if match is None:
            return 4.0 + len(letters)
        silent = 0 if phone[:-1] in ("AN", "EN", "ON", "UN", "INN", "UNN", "AUN") and match[2] in ("n", "m") else 0.6
        odd = 0.0 if set(match[1]) & set(_VOWEL_LETTERS.get(phone[:-1], "")) else 1.0
        return 0.15 * (len(match[1]) - 1) + silent * len(match[2]) + odd
    if phone in _GLIDES and _GLIDE.fullmatch(letters):
        return 0.1 * len(letters)
    if not letters:
        return 1.5
    if not _CONSONANT.fullmatch(letters):
        return 4.0 + len(letters)
    fits = set(letters) & set(_CONSONANT_LETTERS.get(phone, phone[0].lower()))
    return 0.1 * (len(letters) - 1) + (0.0 if fits else 1.5)


def divide(word: str, phones: Phones, language: Language) -> list[str]:
    """Divide a word.

    Parameters
    ----------
    word
        Its spelling.
    phones
        Its phones, with the stress of each nucleus.
    language
        The language.

    Returns
    -------
    list of str
        As many pieces as there are nuclei; pieces of equal length where the letters do not fit the phones.
    """
    nuclei = [i for i, phone in enumerate(phones) if is_vowel(phone)]
    if len(nuclei) <= 1:
        return [word]
    word = unicodedata.normalize("NFC", word)
    letters = "".join(unicodedata.normalize("NFD", letter)[0] for letter in word.lower())
    starts = align(letters, phones, _cost, _LONGEST_CHUNK) if len(letters) == len(word) else []
    if not starts:
        return evenly(word, len(nuclei))
    inner = [_boundary(letters, phones, starts, left, right, language) for left, right in pairwise(nuclei)]
    cuts = [0, *inner, len(word)]
    pieces = [word[a:b] for a, b in pairwise(cuts)]
    return pieces if all(pieces) else evenly(word, len(nuclei))


def _boundary(letters: str, phones: Phones, starts: Sequence[int], left: int, right: int, language: Language) -> int:
    """Index of the letter at which the piece of the nucleus ``right`` begins."""
    first = right - onset_of(phones[left + 1:right], language.onset_before)
    while first - 1 > left and phones[first] == phones[first - 1] in _LONG:
        first -= 1  # "so-gno"
    chunk = letters[starts[first]:starts[first + 1]]
    is_double = len(chunk) > 1 and chunk[0] == chunk[1] and first < right
    return starts[first] + (1 if is_double and language.parts_doubles else 0)
