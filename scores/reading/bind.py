"""Binding a score: every name in it is looked up once, and the object that it stands for is made and checked.

An object that cannot be made is reported as a fault, and everything else is made and checked all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from scores.catalogue import Instrument
from scores.composing.stage import Player
from scores.faults import Fault, ScorePath
from scores.format import model as written
from scores.format.files import located, named_files
from scores.format.wording import fault, faults_of, unknown
from scores.performance import Effect
from scores.players import players, style_and_settings
from scores.reading.subject import Subject
from scores.score import Cue, GestureKind, Mix, NamedFile, Part, Score, Section, Send

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Play:
    """A ``play`` value of a section.

    Parameters
    ----------
    style
        The style as written.
    settings
        Its settings as written.
    kind
        The player of this style; None where the style is unknown.
    player
        The player with its settings; None where something is wrong.
    """

    style: object
    settings: Mapping[str, Any]
    kind: type[Player] | None
    player: Player | None


Plays = Mapping[tuple[int, str], Play]


@dataclass(frozen=True)
class Bound:
    """The result of binding.

    Parameters
    ----------
    score
        The bound score; None where there are faults.
    plays
        Each ``play`` value by the index of its section and its part.
    faults
        What is wrong.
    """

    score: Score | None
    plays: Plays
    faults: Sequence[Fault]


def bind(subject: Subject) -> Bound:
    """Make everything that a score names: instruments, effects, gestures and players, with their files located."""
    return _Binder(subject).bind()


class _Binder:
    """Makes the objects of a score and collects faults and named files."""

    def __init__(self, subject: Subject) -> None:
        self.subject, self.score, self.catalogue = subject, subject.score, subject.catalogue
        self.faults: list[Fault] = []
        self.files: list[NamedFile] = []
        self.plays: dict[tuple[int, str], Play] = {}
        self.singer = self._located(self.score.singer, ("singer",), {})

    def bind(self) -> Bound:
        knows = self.subject.knows
        parts = {name: self._part(part, ("parts", name)) for name, part in self.score.parts.items()
                 if self.subject.knows_item("parts", name)}
        sends = {name: self._send(send, ("mix", "sends", name)) for name, send in self.score.mix.sends.items()
                 if knows("mix", "sends", name)}
        gestures = self._gestures()
        sections = [self._section(section, i) for i, section in self.subject.sections()]
        if self.faults or self.subject.broken:
            return Bound(None, self.plays, self.faults)
        mix = _with(Mix, self.score.mix, sends=sends)
        return Bound(_with(Score, self.score, parts=parts, mix=mix, sections=tuple(sections), gestures=gestures,
                           singer=self.singer, files=tuple(self.files)), self.plays, ())

    def _made(self, kind: type[T], settings: Mapping[str, Any], path: ScorePath, *, also: tuple[str, ...] = (),
              at: Mapping[str, ScorePath] | None = None) -> T | None:
        """Make an object with its files located. Where its settings are refused, add faults and return None.

        Parameters
        ----------
        kind
            Class of an instrument, effect or player.
        settings
            Its settings as written.
        path
            Where in the score the settings stand.
        also
            Keys that may stand among the settings although they are none, such as ``style``.
        at
            Where a setting stands that is not under ``path``.
        """
        model: Any = kind  # instruments, effects and players are pydantic models, which a Protocol cannot say
        try:
            made = model.model_validate(dict(settings), strict=True)
        except ValidationError as error:
            self.faults += faults_of(error, model, path, also)
            return None
        found: T | None = self._located(made, path, at or {})
        return found

    def _located(self, made: M, path: ScorePath, at: Mapping[str, ScorePath]) -> M | None:
        """Put the full paths of its files into an object. Where one is refused, add faults and return None."""
        found, faults = located(made, self.subject.folder, path, at)
        self.faults += faults
        self.files += [NamedFile(*each) for each in named_files(made, self.subject.folder, path, at)]
        return None if faults else found

    def _part(self, part: written.Part, here: ScorePath) -> Part | None:
        knows = self.subject.knows
        is_named = all(knows(*here, key) for key in ("instrument", *written.OWN_SOUNDS))
        voice = self._voice(part, here) if is_named else None
        chain = self._chain(part.effects, (*here, "effects")) if knows(*here, "effects") else None
        return None if voice is None or chain is None else _with(Part, part, voice=voice, chain=chain)

    def _voice(self, part: written.Part, here: ScorePath) -> Instrument | None:
        """Make the instrument of a part; one that speaks gets the song's speech engine."""
        kind = self.catalogue.instruments.get(part.instrument)
        if kind is None:
            self.faults.append(unknown("instrument", part.instrument, self.catalogue.instruments,
                                       (*here, "instrument")))
            return None
        fields, patch = _fields(kind), (*here, "patch")
        for key, names, allowed in (("engine", "speech engine", "engine: …} at the top of the score, or --voice"),
                                    ("network", "voice from a file", "voice: …} at the top of the score")):
            if key in part.patch and "engine" in fields:
                self.faults.append(fault((*patch, key), f"the whole song has one {names}", on_key=True,
                                         allowed=f"singer: {{{allowed}"))
        if not self._is_one_thing(part, here) or not self.subject.knows(*patch):
            return None
        if "file" in part.patch and part.instrument in written.OWN_SOUNDS:
            self.faults.append(unknown("key", "file", (key for key in fields if key != "file"), (*patch, "file"),
                                       on_key=True))
            return None
        made = self._made(kind, part.settings, patch, at={"file": (*here, part.instrument)})
        if made is None or "engine" not in fields:
            return made
        speaking: Any = made
        singer = self.singer or self.score.singer.model_copy(update={"voice": None})  # its fault is reported
        voice: Any = speaking.model_copy(update={"engine": singer.engine, "network": singer.voice})
        if singer.voice is not None:
            _, faults = located(voice, self.subject.folder, ("singer",), {"network": ("singer", "voice")})
            self.faults += [each for each in faults if each not in self.faults]
        bound: Instrument = voice
        return bound

    def _is_one_thing(self, part: written.Part, here: ScorePath) -> bool:
        """Whether a part names its instrument once: by name or by file, not both."""
        is_one = True
        for own, suffix in written.OWN_SOUNDS.items():
            if part.instrument != own and getattr(part, own) is not None:
                is_one = False
                self.faults.append(fault(
                    (*here, own), f"this part has an instrument already: {part.instrument}", on_key=True,
                    found=getattr(part, own), allowed=f"one of instrument, {', '.join(written.OWN_SOUNDS)}"))
            elif part.instrument == own and "instrument" in part.model_fields_set and getattr(part, own) is None:
                self.faults.append(fault((*here, "instrument"), f"{own} needs a file", found=own,
                                         allowed=f"instead of instrument: {own}, write {own}: and the path of a "
                                                 f"{suffix} file"))
                return False
        return is_one

    def _send(self, send: written.Send, here: ScorePath) -> Send | None:
        chain = self._chain(send.effects, (*here, "effects"))
        return None if chain is None else _with(Send, send, chain=tuple(map(wet_only, chain)))

    def _chain(self, entries: Sequence[str | Mapping[str, Mapping[str, Any]]],
               path: ScorePath) -> tuple[Effect, ...] | None:
        chain = [self._effect(entry, (*path, n)) for n, entry in enumerate(entries)]
        made = tuple(effect for effect in chain if effect is not None)
        return made if len(made) == len(chain) else None

    def _effect(self, entry: str | Mapping[str, Mapping[str, Any]], here: ScorePath) -> Effect | None:
        name, parameters = (entry, {}) if isinstance(entry, str) else next(iter(entry.items()))
        kind = self.catalogue.effects.get(name)
        if kind is None:
            is_key = not isinstance(entry, str)
            self.faults.append(unknown("effect", name, self.catalogue.effects, (*here, name) if is_key else here,
                                       on_key=is_key))
            return None
        return self._made(kind, parameters, (*here, name))

    def _gestures(self) -> dict[str, GestureKind]:
        """Return every effect that can be a gesture, with the settings that the song gives it."""
        song, effects = self.score.glitch, self.catalogue.effects
        if not self.subject.knows("glitch"):
            return {}
        if "palette" in song.model_fields_set:
            self._check_palette(song.palette, ("glitch", "palette"))
        for name, parameters in song.settings.items():
            here: ScorePath = ("glitch", "settings", name)
            if self._is_gesture(name, "settings for one of", here, on_key=True):
                self._made(effects[name], parameters, here)
        return {name: GestureKind(effects[name], song.settings.get(name, {}))
                for name in sorted(self.catalogue.gestures)}

    def _check_palette(self, palette: Mapping[str, float], path: ScorePath) -> None:
        for name in palette:
            self._is_gesture(name, "one of", (*path, name), on_key=True)

    def _is_gesture(self, name: str, taker: str, path: ScorePath, *, on_key: bool = False) -> bool:
        """Whether an effect can be a gesture; reports a fault where it cannot, or where the name is unknown."""
        gestures = sorted(self.catalogue.gestures)
        if name in gestures:
            return True
        if name in self.catalogue.effects:
            self.faults.append(fault(path, f"{name} cannot be a glitch, only an effect of a part or a send", found=name,
                                     on_key=on_key, allowed=f"{taker}: " + ", ".join(gestures)))
        else:
            self.faults.append(unknown("gesture", name, gestures, path, on_key=on_key))
        return False

    def _section(self, section: written.Section, i: int) -> Section:
        if section.palette is not None and self.subject.knows("sections", i, "palette"):
            self._check_palette(section.palette, ("sections", i, "palette"))
        if self.subject.knows_item("sections", i, "play"):
            for name, value in section.play.items():
                self.plays[i, name] = self._play(value, ("sections", i, "play", name))
        here: ScorePath = ("sections", i, "cues")
        cues = [self._cue(cue, (*here, n)) for n, cue in enumerate(section.cues)] if self.subject.knows(*here) else []
        bound = {name: self.plays[i, name].player for name in section.play if (i, name) in self.plays}
        return _with(Section, section, players=bound, cues=tuple(cues))

    def _play(self, value: str | Mapping[str, Any], path: ScorePath) -> Play:
        style, settings = style_and_settings(value)
        style_path = path if isinstance(value, str) else (*path, "style")
        kind = players().get(style) if isinstance(style, str) else None
        if style is None:
            self.faults.append(fault(style_path, 'missing key "style"',
                                     allowed=", ".join(players()) + "; or notes: …, audio: …"))
        elif kind is None:
            self.faults.append(unknown("style", style, players(), style_path))
        player = self._made(kind, settings, path, also=("style",)) if kind else None
        return Play(style, settings, kind, player)

    def _cue(self, cue: written.Cue, here: ScorePath) -> Cue | None:
        if not self._is_gesture(cue.effect, "one of", (*here, "effect")):
            return None
        kind = self.catalogue.effects[cue.effect]
        self._made(kind, cue.parameters, (*here, "parameters"))
        return _with(Cue, cue, gesture=GestureKind(kind, cue.parameters))


def wet_only(effect: Effect) -> Effect:
    """Return an effect as a send needs it: without the dry sound, where it has a setting for that."""
    model: Any = effect
    wet: Effect = model.model_copy(update={"mix": 1.0}) if "mix" in _fields(type(effect)) else effect
    return wet


def _fields(kind: type[object]) -> Mapping[str, object]:
    model: Any = kind
    fields: Mapping[str, object] = model.model_fields
    return fields


def _with(kind: type[M], written: BaseModel, **added: object) -> M:
    """Return a checked model with the objects that its names stand for."""
    return kind.model_construct(_fields_set=set(written.model_fields_set), **{**written.__dict__, **added})
