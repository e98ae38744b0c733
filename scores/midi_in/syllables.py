"""Syllables that are sung to a MIDI file: what the words of its lyrics sound like, and whole lines of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scores.lyrics.line import HELD, SungLine, Syllable, Utterance, Word, with_phrase_stress
from scores.lyrics.melisma import held_syllables
from scores.lyrics.pronunciation import Lexicon
from scores.lyrics.syllables import words

# Signs around a word that are not letters of it.
_SIGNS = " ,.;:!?\"()"


@dataclass(frozen=True, slots=True)
class Sung:
    """A syllable on its way into a line.

    Parameters
    ----------
    syllable
        Its letters and sounds.
    word
        The word that it is a part of.
    line
        The line beside which it stands, or of which it is.
    begins, ends, ends_line
        Whether the word begins here, ends here, and the composed line with it.
    composed
        What the composed note carried, where it is that syllable unchanged.
    """

    syllable: Syllable
    word: Word
    line: SungLine
    begins: bool
    ends: bool
    ends_line: bool = False
    composed: Utterance | None = None

    @classmethod
    def of(cls, utterance: Utterance) -> Sung:
        """Return a composed syllable."""
        return cls(Syllable(utterance.syllable, utterance.phones, utterance.stress),
                   utterance.line.words[utterance.word_index], utterance.line, utterance.place == 0,
                   utterance.is_word_end, utterance.is_line_end, utterance)


def _rows(text: str, lexicon: Lexicon, language: str) -> list[tuple[Syllable, Word, bool, bool]]:
    """Return the syllables of a text, each with its word and whether the word begins and ends there."""
    return [(syllable, word, place == 0, place == len(word.syllables) - 1)
            for word in with_phrase_stress(words(text, lexicon, language))
            for place, syllable in enumerate(word.syllables)]


def said(texts: Sequence[str], lexicon: Lexicon, line: SungLine) -> list[list[Sung]]:
    """Divide a word that was not composed into syllables.

    Parameters
    ----------
    texts
        The pieces of the word, as the lyrics of the file have them.
    lexicon
        Words that the song says in its own way.
    line
        The composed line nearest to it, whose delivery and language it takes.

    Returns
    -------
    list of list of Sung
        The syllables of each piece; none where nothing of the word can be said.
    """
    whole = "".join(texts)
    rows = _rows(whole, lexicon, line.language)
    if not rows:  # nothing of it can be said
        return [[] for _ in texts]
    if len(rows) < len(texts):  # more pieces than the dictionary knows syllables
        return _spelled_apart(texts, lexicon, line)
    found: list[list[Sung]] = []
    at = 0
    for text, count in zip(texts, _shares(texts, len(rows), lexicon, line.language), strict=True):
        syllables = []
        for syllable, word, begins, ends in rows[at:at + count]:
            if count == 1 and len(rows) == len(texts):
                syllable = replace(syllable, spelling=text.strip(_SIGNS))
            syllables.append(Sung(syllable, word, line, begins, ends))
        found.append(syllables)
        at += count
    return found


def _spelled_apart(texts: Sequence[str], lexicon: Lexicon, line: SungLine) -> list[list[Sung]]:
    """One syllable for each piece of a word that has fewer: as the pieces sound alone, else its last vowel is held."""
    spelled = [text.strip(_SIGNS) for text in texts]
    alone = [_rows(text, lexicon, line.language) for text in texts]
    rows = _rows("".join(texts), lexicon, line.language)
    if all(len(each) == 1 and each[0][0].phones for each in alone):
        sounding = [each[0][0] for each in alone]
    else:
        *before, last = (Sung(syllable, word, line, begins, ends) for syllable, word, begins, ends in rows)
        sounding = [sung.syllable for sung in (*before, *held(last, len(texts) - len(before)))]
    silent = [Syllable(text, (), 1) for text in spelled[len(sounding):]]
    syllables = [replace(syllable, spelling=text)
                 for syllable, text in zip([*sounding, *silent], spelled, strict=True)]
    word = Word("".join(spelled), "".join(spelled), tuple(syllables))
    return [[Sung(syllable, word, line, n == 0, n == len(texts) - 1)] for n, syllable in enumerate(syllables)]


def _shares(texts: Sequence[str], count: int, lexicon: Lexicon, language: str) -> list[int]:
    """How many of a word's syllables each of its pieces has."""
    if count <= len(texts):
        return [1] * len(texts)
    natural = [sum(len(word.syllables) for word in words(text, lexicon, language)) for text in texts]
    if sum(natural) == count and min(natural) > 0:
        return natural
    return [1] * (len(texts) - 1) + [count - len(texts) + 1]


def held(sung: Sung, notes: int) -> list[Sung]:
    """Spread a syllable over several notes: its vowel on each, its last consonants on the last.

    A syllable whose phones are unknown is returned alone, for the first note.
    """
    first, *more = held_syllables(sung.syllable, notes)
    if not more:
        return [sung]
    begun = replace(sung, syllable=first, ends=False, ends_line=False, composed=None)
    between = [replace(begun, syllable=syllable, begins=False) for syllable in more[:-1]]
    return [begun, *between, replace(sung, syllable=more[-1], begins=False, composed=None)]


def in_lines(syllables: Sequence[Sung]) -> list[Utterance]:
    """Join syllables into whole lines.

    Parameters
    ----------
    syllables
        All syllables of a part, in order.

    Returns
    -------
    list of Utterance
        One for each syllable. A composed line that is unchanged is that line; one with other words is made anew.
    """
    lines: list[list[Sung]] = []
    for sung in syllables:
        before = lines[-1][-1] if lines else None
        if before is None or before.ends_line or _place_of(before.line) != _place_of(sung.line):
            lines.append([])
        lines[-1].append(sung)
    found: list[Utterance] = []
    for line in lines:
        composed = [sung.composed for sung in line if sung.composed]
        found += composed if len(composed) == len(line) else _remade(line)
    return found


def _place_of(line: SungLine) -> tuple[str, int]:
    return line.section, line.number


def _remade(syllables: Sequence[Sung]) -> Sequence[Utterance]:
    """One line of the syllables of several, each word as far as it is there."""
    parts: list[list[Sung]] = []
    for sung in syllables:
        if not parts or parts[-1][-1].ends or sung.begins:
            parts.append([])
        parts[-1].append(sung)
    return replace(syllables[0].line, words=tuple(_word(part) for part in parts)).utterances


def _word(part: Sequence[Sung]) -> Word:
    """Return a word of the syllables that are sung of it; one that lacks some is spelled as they are."""
    syllables = tuple(sung.syllable for sung in part)
    spelled = "".join(syllable.spelling for syllable in syllables if syllable.spelling != HELD)
    for word in (sung.word for sung in part):
        if spelled.casefold() in (word.text.replace("-", "").casefold(), word.printed.casefold()):
            # The engine reads a word by itself only where each of its syllables has one note.
            return replace(word, syllables=syllables,
                           is_read=word.is_read and len(syllables) == len(word.syllables))
    return Word(spelled, spelled, syllables, part[-1].word.mark)
