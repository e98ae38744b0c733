"""The sung line: a lyric line with its words, their phones, its singer and its delivery.

A line is made once, from the lyrics, and stays whole. Each note that carries a part of it holds an ``Utterance``, which
points into the line; so whoever has the notes has the line: the composer, the voice, and every writer of words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from scores.lyrics.phonology import Phones

# Weight of the break that a punctuation mark makes, relative to a full stop.
PAUSES = {",": 0.5, ";": 0.6, ":": 0.6, "—": 0.7, "–": 0.7, "-": 0.7, "…": 0.8, ".": 1.0, "!": 1.0, "?": 1.0}

# Spelling of a syllable that continues the vowel of the one before it, on another note (melisma).
HELD = "_"

Manner = Literal["sung", "whispered", "spoken", "breath"]
Stress = int  # 0 none, 1 primary, 2 secondary, as the pronouncing dictionary writes it


@dataclass(frozen=True, slots=True)
class Syllable:
    """One syllable of a word.

    Parameters
    ----------
    spelling
        The letters of the word that belong to it.
    phones
        ARPAbet with stress digits; empty where the word is in no dictionary.
    stress
        0 none, 1 primary, 2 secondary.
    """

    spelling: str
    phones: Phones
    stress: Stress


@dataclass(frozen=True, slots=True)
class Word:
    """One spoken word.

    Parameters
    ----------
    text
        The word as it is said; without its hyphens it is the spellings of the syllables joined.
    printed
        What stands in the lyrics for it: ``7`` for the word "seven".
    syllables
        In order.
    mark
        The punctuation that follows it.
    is_guessed
        Whether its phones come from rules of spelling, because no dictionary has it.
    is_read
        Whether it is of another language than English and the speech engine reads it by itself, as its phones say.
    is_emphasised
        Whether it stands out of its line.
    """

    text: str
    printed: str
    syllables: tuple[Syllable, ...]
    mark: str = ""
    is_guessed: bool = False
    is_read: bool = False
    is_emphasised: bool = False

    @property
    def pause(self) -> float:
        """Weight of the break after the word, from 0 (none) to 1 (a full stop)."""
        return max((PAUSES[mark] for mark in self.mark), default=0.0)


@dataclass(frozen=True, slots=True)
class Delivery:
    """How words are given.

    Parameters
    ----------
    manner
        Sung, whispered, spoken, or hardly more than breath.
    effort
        How hard the voice is driven, from 0 (limp) to 1 (belted).
    breathiness
        Air in the tone, from 0 (none) to 1 (nothing else).
    distance
        Distance from the microphone, from 0 (at the lips) to 1 (across the room).
    on_beat
        Whether each syllable of a line that is not sung begins with its note.
    """

    manner: Manner
    effort: float = 0.4
    breathiness: float = 0.4
    distance: float = 0.2
    on_beat: bool = False


@dataclass(frozen=True)
class SungLine:
    """A lyric line as one part gives it.

    Parameters
    ----------
    singer
        Name of the part.
    section
        Name of the section.
    number
        Number of the line in its section, from 1; 0 where the part only breathes.
    words
        Words in order, with the stresses they have in this line.
    delivery
        How the line is given.
    language
        Code of the language of its words.
    """

    singer: str
    section: str
    number: int
    words: tuple[Word, ...]
    delivery: Delivery
    language: str = "en"

    @cached_property
    def utterances(self) -> tuple[Utterance, ...]:
        """The syllables of the line in order."""
        return tuple(Utterance(self, index, place) for index, word in enumerate(self.words)
                     for place in range(len(word.syllables)))

    @property
    def breath(self) -> Utterance:
        """The breath that is taken for the line."""
        return Utterance(self, 0, None)

    @property
    def sigh(self) -> Utterance:
        """The breath that is let out after the line."""
        return Utterance(self, len(self.words), None)


@dataclass(frozen=True, slots=True)
class Utterance:
    """One syllable of a sung line, or the breath taken for the line: what a note of a voice carries.

    Parameters
    ----------
    line
        The whole line.
    word_index
        Number of the word in the line, from 0; of a sigh, the number of words.
    place
        Number of the syllable in the word, from 0; None for a breath and a sigh.
    """

    line: SungLine
    word_index: int
    place: int | None

    @property
    def is_breath(self) -> bool:
        """Whether this is the breath before the line, or the sigh after it."""
        return self.place is None

    @property
    def is_sigh(self) -> bool:
        """Whether this is the breath that is let out after the line."""
        return self.place is None and self.word_index > 0

    @property
    def word(self) -> str:
        """The whole word; empty for a breath."""
        return "" if self.place is None else self.line.words[self.word_index].text

    @property
    def syllable(self) -> str:
        """The spelling of the syllable; empty for a breath."""
        return "" if self.place is None else self.line.words[self.word_index].syllables[self.place].spelling

    @property
    def phones(self) -> Phones:
        """ARPAbet with stress digits; empty where no dictionary has the word."""
        return () if self.place is None else self.line.words[self.word_index].syllables[self.place].phones

    @property
    def stress(self) -> Stress:
        """0 none, 1 primary, 2 secondary."""
        return 0 if self.place is None else self.line.words[self.word_index].syllables[self.place].stress

    @property
    def is_emphasised(self) -> bool:
        """Whether the word stands out of its line, and this is the syllable by which it does."""
        word = self.line.words[self.word_index]
        if self.place is None or not word.is_emphasised:
            return False
        return self.place == max(range(len(word.syllables)), key=lambda k: (word.syllables[k].stress == 1, -k))

    @property
    def pause(self) -> float:
        """Weight of the break after the syllable, from 0 (none) to 1 (a full stop)."""
        return self.line.words[self.word_index].pause if self.is_word_end and self.place is not None else 0.0

    @property
    def is_word_end(self) -> bool:
        """Whether the word ends here: after it comes a space and not a hyphen."""
        return self.place is None or self.place == len(self.line.words[self.word_index].syllables) - 1

    @property
    def is_line_end(self) -> bool:
        """Whether the line ends here."""
        return self.place is not None and self.is_word_end and self.word_index == len(self.line.words) - 1

    def by(self, singer: str) -> Utterance:
        """Return the same part of the same line, given by another singer."""
        return replace(self, line=replace(self.line, singer=singer))

    @property
    def delivery(self) -> Delivery:
        """How it is given: as the line, and a breath as nothing but air."""
        if self.place is None:
            return replace(self.line.delivery, manner="breath", breathiness=1.0)
        return self.line.delivery


def part_of_word(utterances: Sequence[Utterance]) -> Word:
    """Return what is said of a word.

    Parameters
    ----------
    utterances
        Syllables in order, at least one.

    Returns
    -------
    Word
        The word itself where all of its syllables are there, else a word that is spelled as they are.
    """
    first, last = (utterance.line.words[utterance.word_index] for utterance in (utterances[0], utterances[-1]))
    said = tuple(utterance.line.words[utterance.word_index].syllables[utterance.place]
                 for utterance in utterances if utterance.place is not None)
    if said == first.syllables:
        return first
    spelled = "".join(syllable.spelling for syllable in said if syllable.spelling != HELD)
    return Word(spelled, spelled, said, last.mark)


def with_phrase_stress(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Give a function word that ends a line after a weak syllable a secondary stress: "how cruel I AM".

    Parameters
    ----------
    words
        Words of a line with their stresses in isolation.

    Returns
    -------
    tuple of Word
        The same words with their stresses in the line.
    """
    syllables = [syllable for word in words for syllable in word.syllables]
    if len(syllables) < 2 or len(words[-1].syllables) > 1 or syllables[-1].stress != 0 or syllables[-2].stress == 1:
        return words
    return (*words[:-1], replace(words[-1], syllables=(replace(syllables[-1], stress=2),)))
