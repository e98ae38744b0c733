"""The score as everyone after the reader has it: what the YAML says, with what its names stand for.

Each class is the one of ``scores.format.model`` that the YAML is checked against, with the objects that
``scores.reading.bind`` has made: a part has its instrument and its effects, a section its players, a cue its gesture.
Files are located and the song's speech engine is set, so nobody after the reader looks a name up again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pydantic import ConfigDict

from scores.catalogue import Instrument
from scores.composing.stage import Player
from scores.faults import ScorePath
from scores.format import model as written
from scores.performance import Effect

# Bound models are constructed from parts that are checked already: their own schema is never needed.
_BOUND = ConfigDict(defer_build=True)


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file that the score names: where in the score, as it is written there, and where it lies."""

    place: ScorePath
    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class GestureKind:
    """An effect that can be laid over a moment, with the parameters that the score sets whatever the depth."""

    effect: type[Effect]
    parameters: Mapping[str, object]

    def at(self, depth: float, beats: float) -> Effect:
        """The effect of a gesture of this depth, 0 to 1, that lasts so many quarter notes."""
        setting = self.effect.at_depth(depth).fitted(beats)
        return setting if not self.parameters else self.effect.model_validate(
            {**setting.model_dump(), **self.parameters})


class Part(written.Part):
    """A part with its instrument and its effects. ``instrument`` and ``effects`` are what the YAML says of them."""

    model_config: ClassVar[ConfigDict] = _BOUND

    voice: Instrument
    chain: tuple[Effect, ...]


class Send(written.Send):
    """A send with its effects, which give back no dry sound."""

    model_config: ClassVar[ConfigDict] = _BOUND

    chain: tuple[Effect, ...]


class Mix(written.Mix):
    """What the parts share."""

    model_config: ClassVar[ConfigDict] = _BOUND

    sends: Mapping[str, Send]


class Cue(written.Cue):
    """A cue with its gesture. ``effect`` and ``parameters`` are what the YAML says of it."""

    model_config: ClassVar[ConfigDict] = _BOUND

    gesture: GestureKind


class Section(written.Section):
    """A section with the player of each part that plays in it, in the order of the section."""

    model_config: ClassVar[ConfigDict] = _BOUND

    players: Mapping[str, Player]
    cues: tuple[Cue, ...]


class Score(written.Score):
    """A song. ``gestures`` holds every effect that can be drawn, ``files`` the files that are named, in their order."""

    model_config: ClassVar[ConfigDict] = _BOUND

    parts: Mapping[str, Part]
    mix: Mix
    sections: tuple[Section, ...]
    gestures: Mapping[str, GestureKind]
    files: tuple[NamedFile, ...]
