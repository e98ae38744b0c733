"""The contract between the singer and a speech engine: what the engine is asked to say, and what it answers.

One engine sings a whole song. An instrument that speaks has it as the field ``engine`` of its patch;
``instruments.voice.engines.source(engine)`` is the engine itself, or None where the singer hums.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import ClassVar, NamedTuple, Protocol

import numpy as np

from instruments.dsp.arrays import Floats, Mono
from scores.faults import InputError
from scores.lyrics.languages import ENGLISH
from scores.lyrics.line import Utterance, Word, part_of_word
from scores.lyrics.phonology import LIKE_ENGLISH

# Time between two rows of frames [s]: what statistical voices use, and short against a consonant.
HOP_SECONDS = 0.005
# Symbol of a phone that is silence; the number of its word is −1.
PAUSE = ""
# Pace of words that will be sung, relative to the engine's own: a vowel said slowly reaches what a long note holds.
SUNG_PACE = 0.64


@dataclass(frozen=True, slots=True)
class Phone:
    """One speech sound as it was said.

    Parameters
    ----------
    symbol
        ARPAbet without stress (AA AE … ZH), whatever the engine calls it, or ``PAUSE``.
    start_seconds, end_seconds
        Time in the engine's audio.
    word
        Number of the word in the request, from 0; −1 for a pause.
    is_vowel
        Whether it is a syllable's nucleus.
    """

    symbol: str
    start_seconds: float
    end_seconds: float
    word: int
    is_vowel: bool


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """What is to be said: the words of a line in order. Equal requests give equal speech.

    Parameters
    ----------
    words
        As they are spelled.
    pronunciations
        ARPAbet with stress digits, ``S AO1 F T``, which the engine says exactly. None leaves the word to the engine's
        own rules of spelling.
    syllables
        Number of syllables of each word; a word without a pronunciation must come out with as many vowels.
    intonation
        True for the engine's own melody (spoken), False for one pitch (to be sung or whispered).
    seed
        Seed of what is random in the engine.
    pace
        Speed of speech, relative to the engine's own.
    language
        Code of the language of the words.
    read
        For each word whether the engine says it by its own rules of the language, which gives the phones of its
        pronunciation, or nearly; empty where none is.
    """

    words: tuple[str, ...]
    pronunciations: tuple[str | None, ...]
    syllables: tuple[int, ...]
    intonation: bool
    seed: int
    pace: float = 1.0
    language: str = "en"
    read: tuple[bool, ...] = ()

    @property
    def text(self) -> str:
        """The words as one string."""
        return " ".join(self.words)


def request_of(utterances: Sequence[Utterance]) -> SpeechRequest:
    """Return what an engine is asked to say for syllables of one line.

    Parameters
    ----------
    utterances
        At least one, in order: all of the line, or what is left of it.
    """
    words = [part_of_word(list(group)) for _, group in groupby(utterances, key=lambda utterance: utterance.word_index)]
    texts = tuple(word.text for word in words)
    manner, language = utterances[0].delivery.manner, utterances[0].line.language
    return SpeechRequest(texts, tuple(_pronunciation(word, is_english=language == ENGLISH) for word in words),
                         tuple(len(word.syllables) for word in words), manner == "spoken",
                         zlib.crc32(" ".join(texts).encode()), SUNG_PACE if manner == "sung" else 1.0,
                         language, tuple(word.is_read for word in words))


def _pronunciation(word: Word, *, is_english: bool) -> str | None:
    """Phones of a word with the stress it has in its line; None where none of its syllables has any."""
    if not any(syllable.phones for syllable in word.syllables):
        return None
    phones = [phone for syllable in word.syllables for phone in syllable.phones]
    joined = " ".join(map(_in_english, phones) if is_english else phones)
    if len(word.syllables) == 1 and word.syllables[0].stress == 0:
        joined = joined.replace("1", "0").replace("2", "0")
    return joined


def _in_english(phone: str) -> str:
    """Return a phone that English has, the likest for one that it lacks."""
    plain = phone.rstrip("012")
    return LIKE_ENGLISH.get(plain, plain) + phone[len(plain):]


@dataclass(frozen=True, slots=True)
class Stretch:
    """When a phone is to be heard [s]."""

    start_seconds: float
    end_seconds: float


class Spectra(NamedTuple):
    """What is heard, as filters of pulses and of nothing; each float32, shape (rows, bins), from 0 Hz to half the rate.

    Parameters
    ----------
    voice
        Log magnitude of the filter of pulses whose partials have the amplitude 1.
    turn
        Phase of that filter [rad].
    breath
        Log magnitude of what does not follow the pulses.
    scatter
        Its phase [rad].
    """

    voice: Floats
    turn: Floats
    breath: Floats
    scatter: Floats


@dataclass(frozen=True, slots=True)
class Decoded:
    """A line in the time and on the pitch that were asked for.

    Parameters
    ----------
    spectra
        Its spectra.
    pitch_hz
        Pitch [Hz], 0 where there is no voice; float32, shape (rows,).
    seconds
        Time of each row [s], before its sounds are moved to where they were asked; float64, shape (rows,).
    asked, found
        Times [s] at which phones were asked to begin and to end, and the times of the rows in which they do.
    """

    spectra: Spectra
    pitch_hz: Floats
    seconds: Floats
    asked: Floats
    found: Floats


def through(seconds: Floats, before: Floats, after: Floats) -> Floats:
    """Return times [s] through a piecewise linear map of knots; beyond its ends the map is a shift."""
    within = np.clip(seconds, before[0], before[-1])
    mapped: Floats = np.interp(within, before, after) + seconds - within
    return mapped


# Pitch [Hz] at times [s], given the pitch that speech would have there (0 where it has none); all of shape (rows,).
Melody = Callable[[Floats, Floats], Floats]


class Decoder(Protocol):
    """What makes the spectra of one line, for an engine that makes them to measure."""

    def decode(self, stretches: Sequence[Stretch], melody: Melody, *, is_sung: bool) -> Decoded:
        """Make the spectra of the line.

        Parameters
        ----------
        stretches
            When each of its phones is heard, in order; none overlaps another.
        melody
            The pitch.
        is_sung
            Whether each vowel has a voice throughout, as speech has not.
        """
        ...


@dataclass(frozen=True, slots=True)
class Speech:
    """A line as an engine said it.

    Parameters
    ----------
    rate
        Sample rate of the audio [Hz].
    phones
        They follow one another without gaps from 0 to the end of the audio. A word with a pronunciation has exactly
        the phones of it, in order; an engine may colour a vowel as speech does ("the" before a vowel).
    sound
        Makes the audio, where the engine has any without being told when each sound is heard.
    decoder
        Makes the spectra of the line in any time and on any pitch, where the engine can.
    """

    rate: int
    phones: tuple[Phone, ...]
    sound: Callable[[], Mono] | None = field(default=None, repr=False, compare=False)
    decoder: Decoder | None = field(default=None, repr=False, compare=False)

    @property
    def audio(self) -> Mono:
        """The engine's own sound, float32, shape (samples,), made when it is first asked for.

        Raises
        ------
        SpeechError
            As ``VocalSource.speak`` does.
        """
        assert self.sound
        return self.sound()


class SpeechError(InputError):
    """A line that could not be spoken.

    Parameters
    ----------
    line
        The words of the line.
    reason
        What happened.
    advice
        What the user can do about it.
    """

    def __init__(self, line: str, reason: str, advice: str = "") -> None:
        self.line, self.reason, self.advice = line, reason, advice
        super().__init__(f'"{line}": {reason}' + (f"; {advice}" if advice else ""))


class VocalSource(Protocol):
    """A speech engine.

    Attributes
    ----------
    name, version
        As the manifest states them.
    monotone_hz
        The pitch of a line that is said without intonation [Hz].
    languages
        Codes of the languages that it is asked for; None for any.
    """

    name: ClassVar[str]
    monotone_hz: ClassVar[float]
    version: str
    languages: frozenset[str] | None

    def speak(self, lines: list[SpeechRequest]) -> list[Speech]:
        """Say each line in worker processes; safe in threads.

        Parameters
        ----------
        lines
            The same request gives the same bytes, whatever is said beside it.

        Raises
        ------
        SpeechError
            Where the engine fails, dies or takes too long, or where a word without a pronunciation does not come out
            with its syllables.
        """
        ...
