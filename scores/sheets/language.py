"""The language of a song, by its commonest words."""

from __future__ import annotations

from collections import Counter

from scores.sheets.sheet import Sheet
from scores.sheets.words import folded

# The commonest words that other languages here do not have, without accents.
_COMMON = {
    "en": "the and you i my of to it is that we are this was with your don not for have me they what when",
    "es": "el los las y yo tu mi que de en con por para una como esta pero mas muy cuando donde se te",
    "fr": "le les des et je tu il elle nous vous dans est pas une pour que qui sur mon ma ton au du ce",
    "de": "der die das und ich du er sie wir nicht ist ein eine mit auf von zu den dem mein dein wie im",
    "it": "il lo gli e io tu che di non per una con mi ti si sono come della nel del ma piu cosi perche",
    "pt": "o os as e eu voce que de nao um uma com por para meu minha seu sua mais em no na quando como",
    "nl": "de het een en ik jij niet van is dat op te zijn met voor mijn ook maar",
    "sv": "och jag du det att en som inte pa med for min din ar har vi den",
    "pl": "i nie to sie w na z jest ja ty jak co moj twoj ale czy tak",
}
_SETS = {language: frozenset(words.split()) for language, words in _COMMON.items()}
NAMES = {"en": "English", "es": "Spanish", "fr": "French", "de": "German", "it": "Italian", "pt": "Portuguese",
         "nl": "Dutch", "sv": "Swedish", "pl": "Polish"}


def language_named(text: str) -> str | None:
    """Return the code of a language that a text names: ``es``, ``es-MX``, ``Spanish``; None for any other."""
    word = folded(text)
    return next((code for code, name in NAMES.items() if word == folded(name) or word.split()[:1] == [code]), None)


def language_of(text: str) -> tuple[str, bool]:
    """Return the language of a text and whether that is sure: English where nothing speaks for another one."""
    counts: dict[str, float] = dict.fromkeys(_SETS, 0.0)
    for word in folded(text).split():
        owners = [language for language, common in _SETS.items() if word in common]
        for language in owners:
            counts[language] += 1 / len(owners)
    (first, most), (_, second) = sorted(counts.items(), key=lambda pair: -pair[1])[:2]
    if not most:
        return "en", False
    return first, most >= 3 and most > 1.3 * second


def song_language(sheet: Sheet) -> tuple[str, bool]:
    """Return the language that a page states, else that of most lines, a chorus counted each time that it returns."""
    if sheet.language:
        return sheet.language, True
    votes: Counter[str] = Counter()
    lines_of: dict[str, list[str]] = {}
    for section in sheet.sections:
        lines = [line.text for line in section.lines] or lines_of.get(section.kind, [])
        lines_of[section.kind] = lines
        language, is_sure = language_of("\n".join(lines))
        if is_sure:
            votes[language] += len(lines) * section.repeats
    whole = language_of(sheet.text)
    if len(votes) < 2:
        return whole
    return votes.most_common(1)[0][0], True
