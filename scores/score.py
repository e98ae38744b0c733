"""The bound score: what the YAML says, with the objects that its names stand for.

Each class extends its namesake in ``scores.format.model`` by the objects that ``scores.reading.bind`` makes: a part has
its instrument and effects, a section its players, a cue its gesture. Files are located and the speech engine is set,
so that no name is looked up after reading.
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

# Bound models are made of values that are checked already, so their own schema is never built.
_BOUND = ConfigDict(defer_build=True)


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file that the score names: the place in the score, the name as written, and the full path."""

    place: ScorePath
    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class GestureKind:
    """An effect that can be a gesture, with the parameters that the score sets at any depth."""

    effect: type[Effect]
    parameters: Mapping[str, object]

    def at(self, depth: float, beats: float) -> Effect:
        """Return the effect for a gesture of a depth from 0 to 1 and a length in quarter notes."""
        setting = self.effect.at_depth(depth).fitted(beats)
        return setting if not self.parameters else self.effect.model_validate(
            {**setting.model_dump(), **self.parameters})


class Part(written.Part):
    """A part with its instrument ``voice`` and its effects ``chain``; ``instrument`` and ``effects`` are the YAML's."""

    model_config: ClassVar[ConfigDict] = _BOUND

    voice: Instrument
    chain: tuple[Effect, ...]


class Send(written.Send):
    """A send with its effects, which return the wet sound only."""

    model_config: ClassVar[ConfigDict] = _BOUND

    chain: tuple[Effect, ...]


class Mix(written.Mix):
    """The mix with its bound sends."""

    model_config: ClassVar[ConfigDict] = _BOUND

    sends: Mapping[str, Send]


class Cue(written.Cue):
    """A cue with its gesture; ``effect`` and ``parameters`` are the YAML's."""

    model_config: ClassVar[ConfigDict] = _BOUND

    gesture: GestureKind


class Section(written.Section):
    """A section with the player of each part that plays in it, in the order of ``play``."""

    model_config: ClassVar[ConfigDict] = _BOUND

    players: Mapping[str, Player]
    cues: tuple[Cue, ...]


class Score(written.Score):
    """A bound song. ``gestures`` holds every effect that can be a gesture, ``files`` the files that the score names."""

    model_config: ClassVar[ConfigDict] = _BOUND

    parts: Mapping[str, Part]
    mix: Mix
    sections: tuple[Section, ...]
    gestures: Mapping[str, GestureKind]
    files: tuple[NamedFile, ...]
