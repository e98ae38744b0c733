"""Hyphenation for singers: a word's spelling in one piece for each syllable that sounds, "ev-ery-thing".

The letters of a word are aligned to its phones at the lowest cost [1]_, and the boundaries
between the phones give those between the letters.

References
----------
.. [1] Viterbi, A. J. (1967). Error bounds for convolutional codes. IEEE Transactions on Information Theory 13.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from itertools import pairwise

from scores.lyrics.phonology import Phones, is_vowel, onset_length

# Letters that commonly spell each phone. Doubled letters and a silent e after them need no entry.
_SPELLINGS: dict[str, tuple[str, ...]] = {
    "B": ("b", "bu"), "CH": ("ch", "tch", "t", "c"), "D": ("d", "ld"), "DH": ("th",), "F": ("f", "ph", "gh", "ft"),
    "G": ("g", "gh", "gu", "x"), "HH": ("h", "wh"), "JH": ("j", "g", "dg", "d", "di"),
    "K": ("c", "k", "ck", "ch", "q", "qu", "x"), "L": ("l", "sl"), "M": ("m", "mb", "mn", "lm"),
    "N": ("n", "kn", "gn", "pn"), "NG": ("ng", "n"), "P": ("p",), "R": ("r", "wr", "rh"),
    "S": ("s", "c", "sc", "ps", "st", "sw"), "SH": ("sh", "ti", "ci", "si", "ssi", "s", "ch", "c", "t"),
    "T": ("t", "th", "bt", "pt"), "TH": ("th",), "V": ("v", "f"), "W": ("w", "wh", "u", "o"),
    "Y": ("y", "i", "e"), "Z": ("z", "s", "x"), "ZH": ("s", "si", "g", "z", "ti"),
}
# Spellings of lax vowels: a stressed one takes the next consonant into its piece, "sev-en", but "de-cide".
_LAX = {"AE": "a", "EH": "e", "IH": "iy", "UH": "u", "AH": "uo", "AA": "oa", "AO": "o"}

_VOWEL_LETTERS = re.compile(r"h?[aeiouy]{1,3}(?:w|h|gh|ugh)?")
_ER_LETTERS = re.compile(r"[aeiouy]{1,3}r{1,2}e?|re")
# Most letters that stand for one phone: "ough".
_LONGEST_CHUNK = 4
# Cost of an alignment that is ruled out.
_IMPOSSIBLE = 1e9


@cache
def _cost(phone: str, chunk: str) -> float:
    """Cost of letters as the spelling of a phone: 0 is regular, 1 and more an exception."""
    letters = chunk.replace("'", "")
    if is_vowel(phone):
        if not letters:
            return 2.5
        if phone[:-1] == "ER" and _ER_LETTERS.fullmatch(letters):
            return 0.0
        return 0.15 * (len(letters) - 1) if _VOWEL_LETTERS.fullmatch(letters) else 4.0 + len(letters)
    if not letters:
        return 0.4 if phone == "Y" else 1.5
    plain = letters[1:] if len(letters) > 1 and letters[0] == letters[1] else letters
    if plain in _SPELLINGS[phone]:
        return 0.0
    if plain[-1] == "e" and plain[:-1] in _SPELLINGS[phone]:
        return 0.4
    if phone in ("R", "D", "T") and plain[0] == "e" and plain[1:] in _SPELLINGS[phone]:
        return 0.3  # "ev-ery", "watch-ed"
    return 3.0 + len(letters)


def align(letters: str, phones: Phones, cost_of: Callable[[str, str], float], longest_chunk: int) -> list[int]:
    """Align the letters of a word to its phones at the least total cost.

    Parameters
    ----------
    letters
        In lower case.
    phones
        With stress.
    cost_of
        Cost of a phone's being spelled by some letters.
    longest_chunk
        Greatest number of letters of a phone.

    Returns
    -------
    list of int
        Index of the first letter of each phone, then the number of letters; empty where nothing fits.
    """
    count = len(letters)
    best = [0.0] + [_IMPOSSIBLE] * count
    backs = []
    for phone in phones:
        row, back = [_IMPOSSIBLE] * (count + 1), [0] * (count + 1)
        for end in range(count + 1):
            for start in range(max(0, end - longest_chunk), end + 1):
                if best[start] < _IMPOSSIBLE:
                    cost = best[start] + cost_of(phone, letters[start:end])
                    if cost < row[end]:
                        row[end], back[end] = cost, start
        best = row
        backs.append(back)
    if best[count] >= _IMPOSSIBLE:
        return []
    starts = [count]
    for back in reversed(backs):
        starts.append(back[starts[-1]])
    return starts[::-1]


def split_by_sound(word: str, phones: Phones) -> list[str]:
    """Divide a word whose phones are known.

    Parameters
    ----------
    word
        Its spelling.
    phones
        ARPAbet with stress.

    Returns
    -------
    list of str
        As many pieces as there are nuclei; pieces of equal length where the letters do not fit the phones.
    """
    nuclei = [i for i, phone in enumerate(phones) if is_vowel(phone)]
    if len(nuclei) <= 1:
        return [word]
    starts = align(word.lower(), phones, _cost, _LONGEST_CHUNK)
    if not starts:
        return evenly(word, len(nuclei))
    cuts = [0]
    for left, right in pairwise(nuclei):
        cuts.append(_boundary(word.lower(), phones, starts, left, right))
    cuts.append(len(word))
    pieces = [word[a:b] for a, b in pairwise(cuts)]
    return pieces if all(pieces) else evenly(word, len(nuclei))


def _boundary(letters: str, phones: Phones, starts: list[int], left: int, right: int) -> int:
    """Index of the letter at which the piece of the nucleus ``right`` begins."""
    cluster = phones[left + 1:right]
    if not cluster:
        return starts[right]
    onset = onset_length(cluster)
    if letters.endswith("n't") and phones[right:] == ("AH0", "N", "T"):
        return len(letters) - len("n't")
    ending = (phones[right:] == ("IH0", "NG") and letters.endswith("ing")) \
        or (phones[right:] in (("AH0", "D"), ("IH0", "D")) and letters.endswith("ed"))
    is_ending = ending and not (len(cluster) > 1 and cluster[-1] == "L")  # "need-ed", "scream-ing", but "hand-ling"
    vowel = letters[starts[left]:starts[left + 1]]
    lax = phones[left][-1] != "0" and len(vowel) == 1 and vowel in _LAX.get(phones[left][:-1], "")
    if onset == len(cluster) and lax and not letters[:starts[right]].endswith("i"):  # "po-si-tion"
        onset -= 1
    first = right - (0 if is_ending else onset)
    near = right - 1 if first == right else first  # a doubled letter is divided: "flat-ten"
    chunk = letters[starts[near]:starts[near + 1]]
    if len(chunk) > 1 and chunk[0] == chunk[1] and (first != right or len(cluster) == 1) \
            and not (is_ending and chunk[0] in "sl"):
        return starts[near] + 1
    return starts[first]


def evenly(word: str, count: int) -> list[str]:
    """Divide a word into so many pieces of nearly equal length; a word that is too short repeats its last letter."""
    if len(word) < count:
        return [*word, *[word[-1]] * (count - len(word))]
    cuts = [len(word) * i // count for i in range(count + 1)]
    return [word[a:b] for a, b in pairwise(cuts)]
