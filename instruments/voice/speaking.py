"""The second, small contract of an instrument: that its words are heard, and by which engine they are said."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar

from instruments.voice.engines import EngineName
from instruments.voice.source import SpeechRequest
from scores.lyrics.line import SungLine


class Speaking(ABC):
    """What an instrument whose words are heard has beside the contract of every instrument.

    Attributes
    ----------
    engine
        The engine that says the words: a field of the patch, the same for the whole song.
    network
        Path of a person's own network for hibari, likewise.
    """

    speaks: ClassVar[bool] = True
    engine: EngineName
    network: str | None

    @abstractmethod
    def requests(self, lines: Iterable[SungLine]) -> list[SpeechRequest]:
        """Return what the instrument will ask its engine to say, so that the engine can begin before it plays.

        Parameters
        ----------
        lines
            Whole lines, as the lyrics have them.
        """
