"""What no single model can see: names that must exist, settings of instruments, effects and players, singing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from scores.composing.glitches.plan import EVERY_PART
from scores.composing.stage import Player
from scores.faults import Fault, ScorePath
from scores.format.files import check_files
from scores.format.model import OWN_SOUNDS, Cue, Part, Score, Section
from scores.format.text import parse_anchor
from scores.format.wording import fault, faults_of, unknown
from scores.lyrics.syllables import find_word, words
from scores.players import players, style_and_settings
from scores.theory.fretboard import TUNINGS

# A part's name becomes a file name on every system, a MIDI track's name and a key of the manifest.
PART_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
_WORD = re.compile(r"'?[^\W\d_]+(?:'[^\W\d_]+)*'?")
OUR_NAMES = {"all", "glitch"}  # every part in a cue, and the track of the glitches in the MIDI file
RESERVED_NAMES = {"con", "prn", "aux", "nul", *(f"{device}{n}" for device in ("com", "lpt") for n in range(1, 10))}


@dataclass(frozen=True)
class Catalogue:
    """What a score may name, handed in by the room above: scores know neither instruments nor effects."""

    instruments: Mapping[str, type[BaseModel]]
    effects: Mapping[str, type[BaseModel]]
    gestures: frozenset[str]


@dataclass(frozen=True)
class Subject:
    """A score under examination. What lies at ``broken`` was refused already and holds a stand-in."""

    score: Score
    broken: frozenset[ScorePath]
    catalogue: Catalogue

    def knows(self, *path: str | int) -> bool:
        """Whether the score really says what stands at ``path``."""
        return not any(wrong[:len(path)] == path[:len(wrong)] for wrong in self.broken)

    def sections(self) -> Iterator[tuple[int, Section]]:
        """The sections that can be examined, with their indices."""
        return ((i, section) for i, section in enumerate(self.score.sections) if self.knows_item("sections", i))

    def knows_item(self, *path: str | int) -> bool:
        """Whether there is such a thing at all, be one of its keys wrong or not."""
        return not any(path[:len(wrong)] == wrong for wrong in self.broken)

    def part_names(self) -> list[str]:
        """The parts whose names may stand."""
        taken = RESERVED_NAMES | OUR_NAMES
        return [name for name in self.score.parts if PART_NAME.fullmatch(name) and name not in taken]


def check_names(subject: Subject) -> Iterator[Fault]:
    """Everything that names something, and the settings of what is named."""
    for name, part in subject.score.parts.items():
        if subject.knows_item("parts", name):
            yield from _check_part(subject, name, part)
    for name, send in subject.score.mix.sends.items():
        if subject.knows("mix", "sends", name):
            yield from _check_chain(subject, send.effects, ("mix", "sends", name, "effects"))
    if subject.knows("glitch") and "palette" in subject.score.glitch.model_fields_set:
        yield from (_no_gesture(subject, name, "a palette takes", ("glitch", "palette", name), on_key=True)
                    for name in subject.score.glitch.palette if name not in subject.catalogue.gestures)
    if subject.knows_item("pronounce"):
        yield from (fault(("pronounce", word), f'"{word[:60]}" is not one word', found=word, on_key=True,
                          allowed="one word as the lyrics spell it: letters and apostrophes")
                    for word in subject.score.pronounce if not _WORD.fullmatch(word))
    if subject.knows("glitch"):
        for name, parameters in subject.score.glitch.settings.items():
            here: ScorePath = ("glitch", "settings", name)
            if name not in subject.catalogue.gestures:
                yield _no_gesture(subject, name, "settings here are for", here, on_key=True)
            else:
                yield from settings_of(subject.catalogue.effects[name], parameters, here)[1]
    seen: list[str] = []
    for i, section in subject.sections():
        if section.palette is not None and subject.knows("sections", i, "palette"):
            yield from (_no_gesture(subject, name, "a palette takes", ("sections", i, "palette", name), on_key=True)
                        for name in section.palette if name not in subject.catalogue.gestures)
        yield from _check_section_names(subject, i, section, seen)
        yield from _check_play(subject, i, section)
        if subject.knows("sections", i, "cues"):
            for n, cue in enumerate(section.cues):
                yield from _check_cue(subject, i, section, n, cue)
        seen.append(section.name)
    excerpt = subject.score.suno.excerpt
    if excerpt is not None and excerpt not in seen:
        yield unknown("section", excerpt, seen, ("suno", "excerpt"))


def settings_of(model: type[BaseModel], settings: Mapping[str, Any], path: ScorePath,
                also: tuple[str, ...] = ()) -> tuple[BaseModel | None, list[Fault]]:
    """The settings as their own model takes them, or what it refuses."""
    try:
        return model.model_validate(dict(settings), strict=True), []
    except ValidationError as error:
        return None, faults_of(error, model, path, also)


def _with_trait(models: Mapping[str, Any], trait: str) -> list[str]:
    """Names of the instruments or players whose class says that they sing, are fretted …"""
    return [name for name, model in models.items() if getattr(model, trait, False)]


def _check_part(subject: Subject, name: str, part: Part) -> Iterator[Fault]:
    here = ("parts", name)
    if not PART_NAME.fullmatch(name):
        usable = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_0123456789")[:31]
        yield fault(here, f'a part cannot be called "{name[:60]}"', found=name, meant=usable or None, on_key=True,
                    allowed="small letters, digits and _, a letter first, at most 31: it names files")
    elif name in RESERVED_NAMES:
        yield fault(here, f'a part cannot be called "{name}"', found=name, meant=f"{name}_1", on_key=True,
                    allowed="a name that is not reserved by Windows: it names files")
    elif name in OUR_NAMES:
        yield fault(here, f'a part cannot be called "{name}"', found=name, meant=f"{name}_1", on_key=True,
                    allowed="another name: all means every part, and glitch is the track of the glitches in the MIDI")
    if all(subject.knows(*here, key) for key in ("instrument", *OWN_SOUNDS)):
        instrument = subject.catalogue.instruments.get(part.instrument)
        if instrument is None:
            yield unknown("instrument", part.instrument, subject.catalogue.instruments, (*here, "instrument"))
        else:
            fretted = _with_trait(subject.catalogue.instruments, "fretted")
            yield from _check_patch(subject, part, instrument, here)
            if "engine" in part.patch and getattr(instrument, "speaks", False):
                yield fault((*here, "patch", "engine"), "one engine sings the whole song", on_key=True,
                            allowed="singer: {engine: …} at the top of the score, or --voice")
            if part.instrument not in fretted:
                for key in {"capo", "tuning"} & part.model_fields_set:
                    if subject.knows(*here, key):
                        yield fault((*here, key), f'"{key}" is for fretted instruments; {part.instrument} is none',
                                    found=str(getattr(part, key)), on_key=True, allowed="on: " + ", ".join(fretted))
    if subject.knows(*here, "tuning") and part.tuning not in TUNINGS:
        yield unknown("tuning", part.tuning, TUNINGS, (*here, "tuning"))
    if subject.knows(*here, "effects"):
        yield from _check_chain(subject, part.effects, (*here, "effects"))
    if subject.knows(*here, "sends") and subject.knows_item("mix", "sends"):
        yield from (unknown("send", send, subject.score.mix.sends, (*here, "sends", send), on_key=True)
                    for send in part.sends if send not in subject.score.mix.sends)


def _check_patch(subject: Subject, part: Part, instrument: type[BaseModel], here: ScorePath) -> Iterator[Fault]:
    """The settings of an instrument; where it is a file of the person's own, that too."""
    mixed = False
    for own, suffix in OWN_SOUNDS.items():
        if part.instrument != own and getattr(part, own) is not None:
            mixed = True
            yield fault((*here, own), f"a part is one thing, and this is {part.instrument} already", on_key=True,
                        found=getattr(part, own), allowed=f"instrument or {' or '.join(OWN_SOUNDS)}, one of them")
        elif part.instrument == own and "instrument" in part.model_fields_set and getattr(part, own) is None:
            yield fault((*here, "instrument"), f"{own} is no name but a file", found=own,
                        allowed=f"in place of instrument, {own}: and the path of a {suffix} file")
            return
    if mixed or not subject.knows(*here, "patch"):
        return
    patch: ScorePath = (*here, "patch")
    if "file" in part.patch and part.instrument in OWN_SOUNDS:
        yield unknown("key", "file", (key for key in instrument.model_fields if key != "file"), (*patch, "file"),
                      on_key=True)
        return
    made, faults = settings_of(instrument, part.settings, patch)
    yield from faults
    if made is not None:
        yield from check_files(made, subject.score.folder, patch, {"file": (*here, part.instrument)})


def _no_gesture(subject: Subject, name: str, taker: str, path: ScorePath, *, on_key: bool = False) -> Fault:
    """An effect that no moment can be laid under, or none at all."""
    gestures = sorted(subject.catalogue.gestures)
    if name not in subject.catalogue.effects:
        return unknown("gesture", name, gestures, path, on_key=on_key)
    return fault(path, f"{name} is an effect for a part's chain, not for a moment", found=name, on_key=on_key,
                 allowed=f"{taker}: " + ", ".join(gestures))


def _check_chain(subject: Subject, chain: tuple[Any, ...], path: ScorePath) -> Iterator[Fault]:
    for n, entry in enumerate(chain):
        name, parameters = (entry, {}) if isinstance(entry, str) else next(iter(entry.items()))
        effect = subject.catalogue.effects.get(name)
        if effect is None:
            in_mapping = not isinstance(entry, str)
            yield unknown("effect", name, subject.catalogue.effects, (*path, n, name) if in_mapping else (*path, n),
                          on_key=in_mapping)
        else:
            made, faults = settings_of(effect, parameters, (*path, n, name))
            yield from faults
            if made is not None:
                yield from check_files(made, subject.score.folder, (*path, n, name), {})


def _check_section_names(subject: Subject, i: int, section: Section, before: list[str]) -> Iterator[Fault]:
    if section.name in before and subject.knows("sections", i, "name"):
        yield fault(("sections", i, "name"), f'a section is called "{section.name}" already', found=section.name,
                    allowed="a name of its own for each section", meant=f"{section.name[:34]} again")
    if section.like is not None and section.like not in before:
        yield unknown("earlier section", section.like, before, ("sections", i, "like"))


def _check_play(subject: Subject, i: int, section: Section) -> Iterator[Fault]:
    """Parts, styles and their settings; then who sings."""
    if not subject.knows_item("sections", i, "play"):
        return
    everyone_known, someone_sings = subject.knows("sections", i, "play"), False
    for name, value in section.play.items():
        here: ScorePath = ("sections", i, "play", name)
        if name not in subject.score.parts and subject.knows_item("parts"):
            yield unknown("part", name, subject.part_names(), here, on_key=True)
        player, faults = player_of(value, here)
        yield from faults
        if player is None:
            everyone_known = False
            continue
        someone_sings |= player.sings or player.brings_words
        yield from check_files(player, subject.score.folder, here, {})
        yield from _check_references(subject, section, name, player, here)
        part = subject.score.parts.get(name)
        instrument = subject.catalogue.instruments.get(part.instrument) if part else None
        singers = _with_trait(subject.catalogue.instruments, "sings")
        if player.sings and instrument is not None and part is not None and part.instrument not in singers:
            yield fault(here, f"{part.instrument} does not sing: {name} cannot be {player.style}",
                        found=player.style, allowed="for this style an instrument that sings: " + ", ".join(singers))
    if section.lyrics and everyone_known and not someone_sings:
        singing = _with_trait(players(), "sings")
        yield fault(("sections", i, "lyrics"), f'lyrics without a voice: no part sings in "{section.name}"',
                    on_key=True, allowed="in play a part with one of the styles " + ", ".join(singing))


def player_of(value: Any, path: ScorePath) -> tuple[Player | None, list[Fault]]:
    """The player a ``play`` value stands for, or what is wrong with it."""
    style, settings = style_and_settings(value)
    style_path = path if isinstance(value, str) else (*path, "style")
    if style is None:
        return None, [fault(style_path, 'missing key "style"',
                            allowed=", ".join(players()) + "; or notes: …, audio: …")]
    if not isinstance(style, str) or style not in players():
        return None, [unknown("style", style, players(), style_path)]
    player, faults = settings_of(players()[style], settings, path, also=("style",))
    return (player if isinstance(player, Player) else None), faults


def _check_references(subject: Subject, section: Section, name: str, player: Player,
                      path: ScorePath) -> Iterator[Fault]:
    """Settings of a player that name another part, or a bar or line of the section."""
    order = list(subject.score.parts)
    for key, declared in type(player).model_fields.items():
        value = getattr(player, key)
        extra = declared.json_schema_extra
        if isinstance(extra, dict) and extra.get("names") == "part" and subject.knows_item("parts"):
            before = [other for other in order[:order.index(name)] if other in section.play
                      and style_and_settings(section.play[other])[0] != "audio"] if name in order else []
            if value not in before:
                yield unknown("part that plays here before this one", value, before, (*path, key))
        elif isinstance(value, str):
            yield from check_anchor(subject, path[1], section, value, (*path, key))


def check_anchor(subject: Subject, i: str | int, section: Section, anchor: str, path: ScorePath, *,
                 on_key: bool = False) -> Iterator[Fault]:
    """``bar N`` and ``line N`` lie within their section; any other text may stand."""
    place = parse_anchor(anchor)
    if place is None:
        return
    what, number = place
    key, count = ("bars", section.bars) if what == "bar" else ("lyrics", len(section.lyrics))
    if number > count and subject.knows("sections", i, key):
        room = f"{what} 1 to {what} {count}" if count else f"start, end or bar N: it has no {what}s"
        yield fault(path, f'"{section.name}" has no {anchor}', found=anchor, allowed=room, on_key=on_key,
                    meant=f"{what} {count}" if count else None)


def _check_cue(subject: Subject, i: int, section: Section, n: int, cue: Cue) -> Iterator[Fault]:
    here: ScorePath = ("sections", i, "cues", n)
    if cue.effect not in subject.catalogue.gestures:
        yield _no_gesture(subject, cue.effect, "a cue takes", (*here, "effect"))
    elif cue.effect in subject.catalogue.effects:
        yield from settings_of(subject.catalogue.effects[cue.effect], cue.parameters, (*here, "parameters"))[1]
    if cue.part not in (None, EVERY_PART) and cue.part not in subject.score.parts and subject.knows_item("parts"):
        yield unknown("part", cue.part, [*subject.part_names(), EVERY_PART], (*here, "part"))
    if cue.send is not None:
        if cue.part is not None:
            yield fault((*here, "send"), "a cue falls on a part or on a send", found=cue.send, on_key=True,
                        allowed="part: … or send: …")
        elif subject.knows_item("mix", "sends") and cue.send not in subject.score.mix.sends:
            yield unknown("send", cue.send, subject.score.mix.sends, (*here, "send"))
    by_word = cue.line is not None and cue.word is not None
    if (cue.bar is not None) == (cue.line is not None or cue.word is not None) or (cue.bar is None and not by_word):
        yield fault(here, "a cue falls on a bar or on a word", found=", ".join(sorted(
            {"bar", "line", "word"} & cue.model_fields_set)) or "neither", allowed="bar: N, or line: N with word: …")
    elif cue.bar is not None:
        if cue.bar > section.bars and subject.knows("sections", i, "bars"):
            yield fault((*here, "bar"), f'"{section.name}" has no bar {cue.bar}', found=str(cue.bar),
                        allowed=f"1 to {section.bars}", meant=str(section.bars))
    elif cue.line is not None and cue.word is not None and subject.knows("sections", i, "lyrics"):
        if cue.line > len(section.lyrics):
            yield fault((*here, "line"), f'"{section.name}" has no line {cue.line}', found=str(cue.line),
                        allowed=f"1 to {len(section.lyrics)}" if section.lyrics else "bar: N; it has no lyrics")
        elif find_word(section.lyrics[cue.line - 1].spoken, cue.word, subject.score.lexicon) is None:
            sounding = [word.text for word in words(section.lyrics[cue.line - 1].spoken, subject.score.lexicon)]
            yield unknown(f"word in line {cue.line}", cue.word, sounding, (*here, "word"))
