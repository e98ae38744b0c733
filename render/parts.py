"""The parts of a song, played or taken from the store.

What a part sounds like follows from the *slice* of the song that it is played from. The same slice is the key of its
entry, so what the key does not hold, the part cannot hear.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from instruments.voice.engines import of_language, source
from instruments.voice.speaking import Speaking
from render.audio.samples import Stereo
from render.inputs import Fingerprints
from render.part import render_part
from render.played import Kept, Played
from render.store.folder import Store
from render.store.key import Described, UnkeyableError
from render.store.surroundings import surroundings
from scores.performance import BreakpointCurve, Performance
from scores.score import Mix, Part, Score, Section

NO_FILES = Fingerprints({}, {})
# Effects and instruments that run code of others, which may depend on what nobody here knows.
FOREIGN = "plugin"


def slice_of(score: Score, performance: Performance, name: str) -> tuple[Score, Performance]:
    """Return what a part is played from: a song that holds nothing else, and of itself no more than sounds."""
    part = score.parts[name]
    sends = {send: score.mix.sends[send] for send in part.sends}
    faded = [(section, span) for section, span in zip(score.sections, performance.sections, strict=True)
             if section.fade is not None]
    alone = Score.model_construct(**_values(
        seed=score.seed, parts={name: part}, mix=Mix.model_construct(**_values(level=score.mix.level, sends=sends)),
        sections=tuple(Section.model_construct(**_values(fade=section.fade)) for section, _ in faded)))
    driven = not (part.drive.level.is_nothing and part.drive.width.is_nothing)
    return alone, replace(
        performance, bars=(), sections=tuple(replace(span, name="") for _, span in faded), choices=(),
        notes={name: performance.notes[name]}, gestures={name: performance.gestures.get(name, ())},
        takes={name: performance.takes[name]} if name in performance.takes else {},
        glitch=performance.glitch if driven else BreakpointCurve((0.0,), (0.0,)),
        send_gestures={send: performance.send_gestures.get(send, ()) for send in sends})


def _values(**values: Any) -> dict[str, Any]:
    """Return the only values that a model is to have: whoever asks it for another gets an error, or a default."""
    return values


@dataclass(frozen=True)
class Parts:
    """Plays parts, and remembers what they sounded like.

    Attributes
    ----------
    rate, frames
        Sample rate [Hz] and length of the song [samples].
    folder
        Where parts wait that the store does not keep.
    store
        The store; None for none.
    files
        Fingerprints of the files that the score names.
    """

    rate: int
    frames: int
    folder: Path
    store: Store | None = None
    files: Fingerprints = NO_FILES

    def played(self, score: Score, performance: Performance, name: str) -> Played:
        """Play a part, or take it from the store. Who asks closes its entry."""
        alone, its_own = slice_of(score, performance, name)

        def play() -> Stereo:
            return render_part(alone, its_own, name, self.rate, self.frames)

        key = self.key(alone, its_own, name)
        if self.store is None or key is None:
            return Played.of(play, self.rate, self.folder)
        if found := Played.kept(play, self.rate, self.frames, self.store, key):
            return found

        def is_sure() -> bool:
            """Whether neither program nor files were changed while the part was played."""
            return self.files.hold() and self.key(alone, its_own, name) == key

        return Played.of(play, self.rate, self.folder, Kept(self.store, key, is_sure))

    def sound(self, score: Score, performance: Performance, name: str) -> Stereo:
        """Return the sound of a part, shape (2, frames), played or from the store."""
        played = self.played(score, performance, name)
        try:
            return played.audio(self.frames)
        finally:
            played.entry.close()

    def key(self, alone: Score, its_own: Performance, name: str) -> str | None:
        """Return the key of a slice; None where a part cannot be kept."""
        around = surroundings()
        part = alone.parts[name]
        gestures: list[Any] = [gesture.effect for each in (its_own.gestures, its_own.send_gestures)
                    for found in each.values() for gesture in found]
        chains: list[Any] = [*part.chain, *(effect for send in alone.mix.sends.values() for effect in send.chain)]
        if self.store is None or around is None or any(
                type(each).name == FOREIGN for each in (part.voice, *chains, *gestures)):
            return None
        try:
            return Described(self.files.of).digest(around, _speakers(part, its_own, name), self.rate, self.frames, name,
                                                alone.seed, part, alone.mix.level, alone.mix.sends,
                                                [section.fade for section in alone.sections], its_own)
        except UnkeyableError:
            return None


def _speakers(part: Part, performance: Performance, name: str) -> list[str]:
    """Return name and version of each engine that says words of a part."""
    if not isinstance(part.voice, Speaking):
        return []
    engine = source(part.voice.engine, part.voice.network)
    languages = {note.utterance.line.language for note in performance.notes[name] if note.utterance}
    engines = [engine, *(of_language(engine, language) for language in sorted(languages) if engine)]
    return [f"{engine.name} {engine.version}" if engine else "" for engine in engines]
