"""Text to words, and words to syllables with stress.

English is read here, other languages by espeak-ng's rules and dictionaries of them. What cannot be spoken (quotes,
brackets, ``>``) is dropped, symbols that have a name (``&``, ``%``) are named, and numbers are read out. A word that no
dictionary has is read by rules of spelling, so that each word has phones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from scores.lyrics.hyphenation import split_by_sound
from scores.lyrics.languages import ENGLISH, LANGUAGES, Language
from scores.lyrics.languages.alphabet import phones_of, spelled
from scores.lyrics.languages.division import divide
from scores.lyrics.line import Syllable, Word
from scores.lyrics.numbers import FIGURES, figure_words
from scores.lyrics.phonology import Phones, is_vowel, onset_of, syllable_phones, undrawn
from scores.lyrics.pronunciation import Lexicon, pronounce, variants
from scores.lyrics.reader import read_word, read_words
from scores.lyrics.sung_words import INITIALS, SUNG, american, sung_form, with_nucleus

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

_SYMBOLS = {"&": "and", "%": "percent", "+": "plus", "=": "equals", "@": "at"}

_WORD = r"[^\W\d_]+(?:'[^\W\d_]+)*"
_TOKEN = re.compile(
    FIGURES + r"|(?P<initials>(?<!\w)(?:[^\W\d_]\.){2,})"
    rf"|(?P<word>'?{_WORD}'?(?:[-‐‑]{_WORD})*)"
    r"|(?P<symbol>[&%+=@])|(?P<mark>[,;:.!?…—–]|(?<=\s)-(?=\s|$)|--)"
)
# Signs that people type for an apostrophe.
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘´`ʼʹ′", "'"))
_VOWELS = set("aeiouy")
# Voice of espeak-ng that reads the words that no dictionary has.
_AMERICAN_VOICE = "en-us"


@cache
def words(text: str, given: Lexicon = (), language: str = ENGLISH) -> tuple[Word, ...]:
    """Return the words of a line as they are said.

    Parameters
    ----------
    text
        A line of lyrics.
    given
        Words that the song says in its own way; they take precedence over the dictionary.
    language
        Code of the language of the line.

    Returns
    -------
    tuple of Word
        In order; a number may become several words. Empty where nothing can be spoken.
    """
    text = unicodedata.normalize("NFKC", text.translate(_APOSTROPHES))
    found: list[Word] = []
    for match in _TOKEN.finditer(text):
        printed = match[0]
        if match["mark"]:
            if found:
                found[-1] = replace(found[-1], mark=found[-1].mark + ("—" if printed == "--" else printed))
        elif language != ENGLISH:
            found += _foreign(printed, given, LANGUAGES[language])
        elif match["symbol"]:
            found += _said([_SYMBOLS[printed]], printed, given)
        elif match["initials"]:
            found += [Word(letter, printed, _letter_name(letter)) for letter in printed if letter != "."]
        elif match["word"]:
            found += _spoken(_without_quotes(printed, given), given)
        else:
            found += _said(figure_words(match), printed, given)
    return tuple(found)


def count_syllables(text: str) -> int:
    """Count the syllables of a line as they are said."""
    return sum(len(word.syllables) for word in words(text))


def find_word(line_text: str, word: str, given: Lexicon = (), language: str = ENGLISH) -> int | None:
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
    language
        Code of the language of the line.
    """
    return next(iter(find_words(line_text, word, given, language)), None)


def find_words(line_text: str, word: str, given: Lexicon = (), language: str = ENGLISH) -> list[int]:
    """Return every index at which :func:`find_word` could find a word, in rising order."""
    line = words(line_text, given, language)
    wanted = [_folded(entry.text) for entry in words(word, given, language)]
    sounding = [_folded(entry.text) for entry in line]
    whole = [start for start in range(len(line) - len(wanted) + 1)
             if wanted and sounding[start:start + len(wanted)] == wanted]
    if whole:
        return whole
    parts = [[_folded(part) for part in re.split(r"[-‐‑]", entry.text)] for entry in line]
    return [i for i, pieces in enumerate(parts) if len(wanted) == 1 and wanted[0] in pieces]


def _without_quotes(token: str, given: Lexicon) -> str:
    """Return a token without apostrophes that are quotation marks; a known word keeps its apostrophes."""
    if any(plain(token) == entry for entry, _ in given):
        return token
    if token.startswith("'") and not variants(token.lower().rstrip("'")):
        token = token[1:]
    if token.endswith("'") and not token.lower().endswith("in'"):
        token = token[:-1]
    return token


def _foreign(printed: str, given: Lexicon, language: Language) -> list[Word]:
    """Return a written word or figure of another language than English, as espeak-ng reads it."""
    text = dict(language.symbols).get(printed, printed).strip(".")
    if any(sign.isdigit() for sign in text):
        return _figure(text, printed, language)
    syllables: list[Syllable] = []
    is_read = True
    for part in (part for part in re.split(r"[-‐‑]", text) if part):
        letters = plain(part)
        phones = next((phones for entry, phones in given if entry == letters), None) or _hummed(letters)
        is_read &= phones is None
        if phones is None:
            sounds = read_word(undrawn(part.lower()), language.voice)
            phones = with_nucleus(phones_of(sounds, language.code)) or ("A1",)
        groups = syllable_phones(phones, lambda cluster: onset_of(cluster, language.onset_before))
        stresses = [_stress(group) for group in groups]
        if len(groups) == 1:
            stresses = [0 if part.lower() in language.weak else 1]
        syllables += [Syllable(*row) for row in zip(divide(part, phones, language), groups, stresses, strict=True)]
    return [Word(text, printed, tuple(syllables), is_read=is_read)] if syllables else []


def _figure(text: str, printed: str, language: Language) -> list[Word]:
    """Return a number as espeak-ng reads it, word by word, spelled by its sounds."""
    found = []
    for sounds in read_words(text, language.voice):
        phones = with_nucleus(phones_of(sounds, language.code))
        groups = syllable_phones(phones, lambda cluster: onset_of(cluster, language.onset_before))
        syllables = tuple(Syllable(spelled(group), group, _stress(group)) for group in groups)
        found.append(Word("".join(syllable.spelling for syllable in syllables), printed, syllables))
    return found


def _hummed(letters: str) -> Phones | None:
    """Phones of a word without a vowel, which is the same in every language: "hmm"."""
    forms = (letters, *sung_form(letters))
    return None if _VOWELS & set(letters) else next((tuple(SUNG[form].split()) for form in forms if form in SUNG), None)


def _said(spoken: Sequence[str], printed: str, given: Lexicon) -> list[Word]:
    """Words that stand for a figure or a sign; one of a single letter is its name, as in "3 am"."""
    return [Word(word, printed, _letter_name(word)) if len(word) == 1 else _word(word, printed, given)
            for word in spoken]


def _spoken(token: str, given: Lexicon) -> list[Word]:
    """Return a written word as it is said: itself, or the names of its letters."""
    if not any(plain(token) == entry for entry, _ in given):
        plural = token[-1:] == "s" and token[:-1].isupper() and len(token) > 2
        letters = token[:-1] if plural else token
        if _is_initials(letters):
            named = [Word(letter, token, _letter_name(letter)) for letter in letters if letter != "'"]
            return [*named[:-1], _plural(named[-1])] if plural else named
    return [_word(token, token, given)]


def _word(text: str, printed: str, given: Lexicon) -> Word:
    syllables, is_guessed = _syllables(text, given)
    return Word(text, printed, syllables, is_guessed=is_guessed)


def _plural(letter: Word) -> Word:
    """Return the name of a letter with the ending of the plural: "GPUs"."""
    last = letter.syllables[-1]
    more = replace(last, spelling=last.spelling + "s", phones=(*last.phones, "Z"))
    return replace(letter, text=letter.text + "s", syllables=(*letter.syllables[:-1], more))


def _is_initials(token: str) -> bool:
    letters = plain(token)
    if len(letters) != len(token) or "'" in token or "-" in token or not (letters.isascii() and letters.isalpha()):
        return False
    if len(token) == 1:
        return token not in ("a", "A", "I", "i", "O", "o")
    if token in INITIALS:
        return True
    known = bool(variants(letters)) or letters in SUNG or any(
        form in SUNG or (_VOWELS & set(form) and variants(form)) for form in sung_form(letters))
    return not known and (not _VOWELS & set(letters) or (token.isupper() and len(token) <= 4))


def _letter_name(letter: str) -> tuple[Syllable, ...]:
    phones = ("EY1",) if letter.lower() == "a" else variants(plain(letter))[0]
    spelling = "double-u" if letter.lower() == "w" else letter
    groups = syllable_phones(phones)
    pieces = ["dou", "ble", "u"] if spelling == "double-u" else [letter]
    return tuple(Syllable(piece, group, _stress(group)) for piece, group in zip(pieces, groups, strict=True))


@cache
def _syllables(text: str, given: Lexicon) -> tuple[tuple[Syllable, ...], bool]:
    """Syllables of one written word, and whether they were guessed; hyphens are left out of the spellings."""
    parts = [_word_syllables(part, given) for part in re.split(r"[-‐‑]", text) if part]
    return tuple(syllable for part, _ in parts for syllable in part), any(is_guessed for _, is_guessed in parts)


def _word_syllables(word: str, given: Lexicon) -> tuple[list[Syllable], bool]:
    letters = plain(word)
    phones = pronounce(letters, given)
    is_given = any(letters == entry for entry, _ in given)
    is_guessed = phones is None
    if phones is None:
        is_latin = re.search("[a-z0-9]", letters)  # another script is sung on a vowel
        phones = (american(read_word(word, _AMERICAN_VOICE), letters) if is_latin else ()) or ("AH1",)
    elif letters in FUNCTION_WORDS and not is_given:
        phones = min((phones, *variants(letters)), key=lambda p: sum(map(is_vowel, p)))
    groups = syllable_phones(phones)
    pieces = split_by_sound(word, phones)
    stresses = [_stress(group) for group in groups]
    if len(pieces) == 1 and not is_given:
        stresses = [0 if letters in FUNCTION_WORDS - _STRONG_CLITICS else 2 if letters in FUNCTION_WORDS else 1]
    return [Syllable(*row) for row in zip(pieces, groups, stresses, strict=True)], is_guessed


def _stress(phones: Phones) -> int:
    return max((int(phone[-1]) for phone in phones if is_vowel(phone)), default=0, key=lambda s: (s == 1, s))


def plain(word: str) -> str:
    """Return lower-case letters without accents, as the dictionary spells."""
    decomposed = unicodedata.normalize("NFKD", word.lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _folded(text: str) -> str:
    return re.sub(r"[\W_]", "", plain(text))
