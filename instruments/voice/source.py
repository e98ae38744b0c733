"""What a speech engine gives the singer: words on one pitch or with their own melody, and when each phone sounds.

Which engine sings is one choice for a whole song. It comes to an instrument that speaks as the field ``engine`` of its
patch (``auto``, ``flite``, ``espeak`` or ``hum``), which the room above fills in from the score's ``singer`` or from
``--voice``; ``_vocal_engines.source(engine)`` is the engine itself, or None where the singer hums.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

import numpy as np

from scores.faults import InputError

HOP_SECONDS = 0.005  # between rows of frames
PAUSE = ""  # symbol of a phone that is silence; its word is −1


@dataclass(frozen=True, slots=True)
class Phone:
    """One speech sound. ``symbol`` is ARPAbet without stress (AA AE … ZH), whatever the engine calls it."""

    symbol: str
    start_seconds: float
    end_seconds: float
    word: int  # number of the word in the line, from 0
    is_vowel: bool  # a syllable's nucleus


@dataclass(frozen=True, slots=True)
class Line:
    """What is to be said: the words of a phrase in order.

    ``pronunciations`` are ARPAbet with stress digits, "S AO1 F T"; the engine then says exactly those phones. None
    leaves a word to the engine's own rules of spelling, and it must come out with as many vowels as ``syllables``.
    """

    words: tuple[str, ...]
    pronunciations: tuple[str | None, ...]
    syllables: tuple[int, ...]  # of each word, as the notes have them
    intonation: bool  # the engine's own melody (spoken) or one pitch (to be sung)
    seed: int
    pace: float = 1.0  # against the engine's own; what will be sung is said slowly, so that its vowels are reached

    @property
    def text(self) -> str:
        return " ".join(self.words)


@dataclass(frozen=True, slots=True)
class Frames:
    """A line as an engine of statistics knows it before it sounds: a row at every ``HOP_SECONDS``, from 0.

    ``cepstra`` float32 (frames, quefrencies) of the envelope's log magnitude, one-sided (index 0 and twice the rest),
    at the level of the audio; ``pitch_hz`` float32 (frames,), 0 where the voice rests.
    """

    cepstra: np.ndarray
    pitch_hz: np.ndarray


@dataclass(frozen=True, slots=True)
class Speech:
    """A line as spoken, at ``rate`` Hz; ``frames`` where the engine has them, which is then what is sung from.

    The phones follow one another without gaps from 0 to the end of the audio. Those of a word with a pronunciation
    are as many as it has, in its order; an engine may colour a vowel as speech does ("the" before a vowel).
    """

    rate: int
    phones: tuple[Phone, ...]
    sound: Callable[[], np.ndarray] = field(repr=False, compare=False)
    frames: Frames | None = None

    @property
    def audio(self) -> np.ndarray:
        """The engine's own sound, float32 (samples,), made when it is first asked for. Raises SpeechError as
        ``speak`` does."""
        return self.sound()


class SpeechError(InputError):
    """A line that could not be spoken: ``line`` its words, ``reason`` what happened, ``advice`` what would help."""

    def __init__(self, line: str, reason: str, advice: str = "") -> None:
        self.line, self.reason, self.advice = line, reason, advice
        super().__init__(f'"{line}": {reason}' + (f"; {advice}" if advice else ""))


class VocalSource(Protocol):
    """A speech engine. ``name`` and ``version`` go into the manifest; ``monotone_hz``: of lines to be sung."""

    name: ClassVar[str]
    monotone_hz: ClassVar[float]
    version: str

    def speak(self, lines: list[Line]) -> list[Speech]:
        """Say each line in worker processes; the same line gives the same bytes, whatever is said beside it.

        Safe in threads. Raises SpeechError where the engine fails, dies or takes too long, or where a word without a
        pronunciation does not come out with its syllables.
        """
        ...
