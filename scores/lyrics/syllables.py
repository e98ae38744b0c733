"""Text to words, and words to syllables with stress.

The language is English. Words in other scripts are kept, with one syllable each. What cannot be spoken (quotes,
brackets, ``>``) is dropped, symbols that have a name (``&``, ``%``) are named, and numbers are read out.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from scores.lyrics.hyphenation import split_by_letters, split_by_sound
from scores.lyrics.line import Syllable, Word
from scores.lyrics.phonology import Phones, is_vowel, syllable_phones
from scores.lyrics.pronunciation import Lexicon, pronounce, variants

# Function words, which take no stress as monosyllables (Selkirk, 1996, "The prosodic structure of function words").
_CLITICS = """
a an the and or but nor so yet if as than that this these those there here then when where while who whom whose which
what why how i me my mine you your yours he him his she her hers it its we us our ours they them their theirs one
am is are was were be been being do does did have has had can could will would shall should may might must to of in on
at by for from with up out off into onto upon about over under through till until since not no
i'm you're he's she's it's we're they're i've you've we've they've i'd you'd he'd she'd we'd they'd i'll you'll he'll
she'll it'll we'll they'll that's there's what's who's let's don't ain't 'em 'til 'cause
"""
FUNCTION_WORDS = frozenset(_CLITICS.split())
# Function words that take a secondary stress, because they contrast.
_STRONG_CLITICS = {"not", "no", "don't", "ain't", "this", "those", "these", "here", "there", "one", "why", "who"}

_ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
         "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
_ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
             "twelve": "twelfth"}
_SYMBOLS = {"&": "and", "%": "percent", "+": "plus", "=": "equals", "@": "at"}

_TOKEN = re.compile(
    r"(?P<number>(?<![\w.])[-−]?(?=\d)\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?:(?<![\w.])[-−])?\d+(?:\.\d+)?)(?P<ordinal>st|nd|rd|th)?"
    r"|(?P<word>'?[^\W\d_]+(?:'[^\W\d_]+)*'?(?:[-‐‑][^\W\d_]+(?:'[^\W\d_]+)*)*)"
    r"|(?P<symbol>[&%+=@])|(?P<mark>[,;:.!?…—–]|(?<=\s)-(?=\s|$)|--)"
)
_VOWELS = set("aeiouy")
_WEAK_PREFIX = re.compile(r"^(?:a|be|de|re|pre|ex|un|in|im|con|com|dis|to|for)$")
# Endings that the stress precedes.
_STRESS_BEFORE = re.compile(r"(?:tion|sion|cian|ic|ics|ical|ity|ian|ious|ial|eous|ia|io)s?$")
# Most digits of a number that is read as a whole; longer ones are read digit by digit.
_LONGEST_EXACT_NUMBER = 15


@cache
def words(text: str, given: Lexicon = ()) -> tuple[Word, ...]:
    """Return the words of a line as they are said.

    Parameters
    ----------
    text
        A line of lyrics.
    given
        Words that the song says in its own way; they take precedence over the dictionary.

    Returns
    -------
    tuple of Word
        In order; a number may become several words. Empty where nothing can be spoken.
    """
    text = unicodedata.normalize("NFKC", text).replace("’", "'").replace("‘", "'")
    found: list[Word] = []
    for match in _TOKEN.finditer(text):
        printed = match[0]
        if match["mark"]:
            if found:
                mark = "—" if printed == "--" else printed
                last = found[-1]
                found[-1] = Word(last.text, last.printed, last.syllables, last.mark + mark)
        elif match["number"]:
            spoken = number_words(match["number"])
            if match["ordinal"]:
                spoken = [*spoken[:-1], _ordinal(spoken[-1])]
            found += [Word(word, printed, _syllables(word, given)) for word in spoken]
        elif match["symbol"]:
            found.append(Word(_SYMBOLS[printed], printed, _syllables(_SYMBOLS[printed], given)))
        else:
            found += _spoken(_without_quotes(printed, given), given)
    return tuple(found)


def count_syllables(text: str) -> int:
    """Count the syllables of a line as they are said."""
    return sum(len(word.syllables) for word in words(text))


def find_word(line_text: str, word: str, given: Lexicon = ()) -> int | None:
    """Return the index of a word in a line, or None.

    Parameters
    ----------
    line_text
        The line.
    word
        The word, in any case and with any punctuation. It may be a printed number ("0.7", found at its first spoken
        word) or several words in a row ("the body").
    given
        Words that the song says in its own way.
    """
    return next(iter(find_words(line_text, word, given)), None)


def find_words(line_text: str, word: str, given: Lexicon = ()) -> list[int]:
    """Return every index at which :func:`find_word` could find a word, in rising order."""
    line = words(line_text, given)
    wanted = [_folded(entry.text) for entry in words(word, given)]
    sounding = [_folded(entry.text) for entry in line]
    whole = [start for start in range(len(line) - len(wanted) + 1)
             if wanted and sounding[start:start + len(wanted)] == wanted]
    if whole:
        return whole
    parts = [[_folded(part) for part in re.split(r"[-‐‑]", entry.text)] for entry in line]
    return [i for i, pieces in enumerate(parts) if len(wanted) == 1 and wanted[0] in pieces]


def number_words(digits: str) -> list[str]:
    """Return a number as it is said: "-4.1" is minus four point one. Commas may separate groups of three digits."""
    sign, body = ("minus",) if digits[0] in "-−" else (), digits.lstrip("-−").replace(",", "")
    whole, _, decimals = body.partition(".")
    said = _cardinal(int(whole)) if len(whole) <= _LONGEST_EXACT_NUMBER else [_ONES[int(d)] for d in whole]
    return [*sign, *said, *(["point"] if decimals else []), *(_ONES[int(d)] for d in decimals)]


def _cardinal(value: int) -> list[str]:
    if value < 20:
        return [_ONES[value]]
    if value < 100:
        return [_TENS[value // 10] + (f"-{_ONES[value % 10]}" if value % 10 else "")]
    size, name = next(scale for scale in _SCALES if value >= scale[0])
    return [*_cardinal(value // size), name, *(_cardinal(value % size) if value % size else [])]


def _ordinal(word: str) -> str:
    head, hyphen, last = word.rpartition("-")
    return head + hyphen + (_ORDINALS.get(last) or (last[:-1] + "ieth" if last.endswith("y") else last + "th"))


def _without_quotes(token: str, given: Lexicon) -> str:
    """A token without apostrophes that are quotation marks; a known word keeps its apostrophes."""
    if any(plain(token) == entry for entry, _ in given):
        return token
    if token.startswith("'") and not variants(token.lower().rstrip("'")):
        token = token[1:]
    if token.endswith("'") and not token.lower().endswith("in'"):
        token = token[:-1]
    return token


def _spoken(token: str, given: Lexicon) -> list[Word]:
    """A written word as it is said: itself, or the names of its letters."""
    if _is_initials(token) and not any(plain(token) == entry for entry, _ in given):
        return [Word(letter, token, _letter_name(letter)) for letter in token if letter != "'"]
    return [Word(token, token, _syllables(token, given))]


def _is_initials(token: str) -> bool:
    letters = plain(token)
    if len(letters) != len(token) or "'" in token or "-" in token or not (letters.isascii() and letters.isalpha()):
        return False
    if len(token) == 1:
        return token not in ("a", "A", "I", "i", "O", "o")
    known = bool(variants(letters))
    return not known and (not _VOWELS & set(letters) or (token.isupper() and len(token) <= 4))


def _letter_name(letter: str) -> tuple[Syllable, ...]:
    phones = ("EY1",) if letter.lower() == "a" else variants(plain(letter))[0]
    spelling = "double-u" if letter.lower() == "w" else letter
    groups = syllable_phones(phones)
    pieces = ["dou", "ble", "u"] if spelling == "double-u" else [letter]
    return tuple(Syllable(piece, group, _stress(group)) for piece, group in zip(pieces, groups, strict=True))


@cache
def _syllables(text: str, given: Lexicon) -> tuple[Syllable, ...]:
    """Syllables of one written word; hyphens divide it and are left out of the spellings."""
    parts = [part for part in re.split(r"[-‐‑]", text) if part]
    return tuple(syllable for part in parts for syllable in _word_syllables(part, given))


def _word_syllables(word: str, given: Lexicon) -> list[Syllable]:
    letters = plain(word)
    phones = pronounce(letters, given)
    is_given = any(letters == entry for entry, _ in given)
    if phones is None:
        pieces = split_by_letters(word, letters) if len(letters) == len(word) else [word]
        stresses = _guess_stress(pieces, letters)
        groups: list[Phones] = [()] * len(pieces)
    else:
        if letters in FUNCTION_WORDS and not is_given:
            phones = min((phones, *variants(letters)), key=lambda p: sum(map(is_vowel, p)))
        groups = syllable_phones(phones)
        pieces = split_by_sound(word, phones)
        stresses = [_stress(group) for group in groups]
    if len(pieces) == 1 and not is_given:
        stresses = [0 if letters in FUNCTION_WORDS - _STRONG_CLITICS else 2 if letters in FUNCTION_WORDS else 1]
    return [Syllable(*row) for row in zip(pieces, groups, stresses, strict=True)]


def _stress(phones: Phones) -> int:
    return max((int(phone[-1]) for phone in phones if is_vowel(phone)), default=0, key=lambda s: (s == 1, s))


def _guess_stress(pieces: list[str], letters: str) -> list[int]:
    """Guess the stress of an unknown word by the commonest patterns of English (after Chomsky and Halle, 1968)."""
    count = len(pieces)
    if count <= 1:
        return [1]
    if _STRESS_BEFORE.search(letters):
        main = max(count - (3 if re.search(r"(?:ical|ity)s?$", letters) else 2), 0)
    elif count == 2:
        main = 1 if _WEAK_PREFIX.match(pieces[0].lower()) else 0
    else:
        main = count - 3
    return [1 if i == main else 2 if i < main and (main - i) % 2 == 0 else 0 for i in range(count)]


def plain(word: str) -> str:
    """Return lower-case letters without accents, as the dictionary spells."""
    decomposed = unicodedata.normalize("NFKD", word.lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _folded(text: str) -> str:
    return re.sub(r"[\W_]", "", plain(text))
