"""Cue into playing: how full a section is, who plays in it and how, how the words are given, how loud it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from scores.format.text import DYNAMICS
from scores.sheets import known
from scores.sheets.band import COMPING, GUITARS, Band, cue_words, only_in, roles_in
from scores.sheets.draft import Guesses
from scores.sheets.sheet import SheetSection
from scores.sheets.words import Sayings, folded
from scores.table import read_table

# How full a section of a kind is, 0 one player to 1 all.
_FULLNESS = {"intro": 0.22, "verse": 0.38, "pre_chorus": 0.5, "chorus": 0.62, "bridge": 0.45, "interlude": 0.5,
             "solo": 0.65, "drop": 0.95, "outro": 0.35, "end": 0.0, "spoken": 0.3}
# What the song gains from its first section to its last: it grows.
_GROWTH = 0.22
# How much emptier a section is whose cue names its players and nothing else: it means them.
_NAMED_PLAYERS = 0.35
# Dynamics of an empty section, and how much louder a full one is [steps of the marks from ppp up].
_SOFTEST, _LOUDER = 2.0, 3.2
# Logit of a role for each step of fullness above the one it joins at.
_JOINS = 14.0
# Logits of a role that the page names, and of one that it silences: certain at any usual temperature.
_CALLED, _SILENT = 30.0, -30.0
# Roles that stand in for one another where a cue calls one that the band does not have.
_KIN = (GUITARS, ("piano", "rhodes", "keys"), ("bass", "upright"), ("drums", "pulse"), ("pad", "synth", "organ"))
_MARKS = tuple(DYNAMICS)
# Fullness by which the rhythm section joins earlier for each logit that the style gives it: a rock band has drums from
# the first verse on.
_RHYTHM, _EARLIER = ("drums", "bass", "upright", "electric", "rhodes", "synth", "organ", "clav"), 0.06
# Kinds of sections whose name says how they are played: a breakdown, a build-up.
_NAMED_KINDS = ("interlude", "pre_chorus")
# Words for guitars that play power chords.
_DISTORTED = frozenset(("distorted", "fuzz", "fuzzy", "overdriven", "crunchy", "power", "wall"))
# Words of a cue that let somebody enter: until then they are silent.
_ENTERING = frozenset(("enter", "enters", "come", "comes", "kick", "kicks", "add", "with", "entra", "entran", "entrent",
                       "entrano", "con", "mit", "avec", "com"))


@dataclass
class Manner:
    """How a section is played, from its kind, its place and its cue."""

    full: float
    full_end: float
    loud: float = 0.0
    delivery: str = "sung"
    voice: dict[str, Any] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    only: set[str] | None = None
    texture: str | None = None
    groove: str | None = None
    glitch: tuple[float, float] | None = None
    more: bool = False
    leaves: bool = False
    fades: bool = False
    up: int = 0
    cut: bool = False
    why: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def manner_of(section: SheetSection, place: float, band: Band, later: bool) -> Manner:
    """Return how a section is played.

    Parameters
    ----------
    section
        The section of the page.
    place
        Where it stands, 0 first to 1 last.
    band
        Who is there.
    later
        Whether a section of its kind has been before.
    """
    full = _FULLNESS[section.kind] + _GROWTH * place * (section.kind not in ("intro", "outro", "end")) + 0.08 * later
    said = band.table("delivery", "sung") if section.kind in ("verse", "intro", "outro", "interlude") else "sung"
    manner = Manner(full, full, delivery=said)
    if section.kind == "spoken" or (section.lines and all(line.is_quote for line in section.lines)):
        manner.delivery = "spoken"
    found = list(cue_words().find(f"{section.name}, {section.cue}" if section.kind in _NAMED_KINDS else section.cue))
    for saying in found:
        entry = saying.means
        manner.why.append(saying.words)
        manner.full = entry["is"] if "is" in entry else manner.full + entry.get("full", 0.0)
        manner.loud += entry.get("loud", 0)
        manner.delivery = entry.get("delivery", manner.delivery)
        manner.voice |= {key: entry[key] for key in ("effort", "breathiness", "distance") if key in entry}
        manner.called |= set(entry.get("in", ()))
        manner.silent |= set(entry.get("out", ()))
        if "only" in entry:
            manner.only = (manner.only or set()) | set(entry["only"])
        manner.texture = entry.get("texture", manner.texture)
        manner.groove = entry.get("groove", manner.groove)
        if "glitch" in entry:
            manner.glitch = (entry["glitch"][0], entry["glitch"][1])
        manner.more = manner.more or entry.get("more", False)
        manner.leaves = manner.leaves or entry.get("leaves", False)
        manner.fades = manner.fades or entry.get("fades", False)
        manner.up = manner.up or entry.get("up", 0)
        manner.cut = manner.cut or entry.get("tails") == "cut"
    manner.silent -= {role for role in manner.silent if role in (manner.only or set())}
    named = roles_in(f"{section.name} {section.cue}" if section.kind == "solo" else section.cue)
    if alone := only_in(section.cue):
        manner.only = (manner.only or set()) | alone
    manner.called |= {role for role in named if role != "doubles" and role not in manner.silent}
    is_said = any("is" in saying.means or saying.means.get("full", 0) > 0 for saying in found)
    if manner.called and section.kind != "solo" and not is_said:
        manner.full -= _NAMED_PLAYERS
    manner.full = min(max(manner.full, 0.0), 1.0)
    change = sum(saying.means.get("to", 0.0) for saying in found)
    manner.full_end = min(max(manner.full + change, 0.0), 1.0)
    return manner


def enters_with(cue: str) -> set[str]:
    """Return the roles that a cue lets enter: "drums kick in", "with drums"."""
    return {role for found in cue_words().find(cue) for role in found.means.get("in", ())
            if _ENTERING & set(found.words.split())}


@cache
def _solo_words() -> Sayings[str]:
    return Sayings((word, name) for name, entry in read_table("cues")["solos"].items() for word in entry)


def soloist(section: SheetSection) -> tuple[bool, str | None]:
    """Return whether a section is somebody's solo, and the instrument that the page names for it."""
    said = f"{section.name} {section.cue}"
    named = next((found.means for found in _solo_words().find(said)), None)
    is_break = section.kind == "interlude" and bool(named) and "break" in folded(said).split()
    if section.lines or (section.kind != "solo" and not is_break and "solo" not in folded(said).split()):
        return False, None
    return named != "none", named


def players_of(manner: Manner, band: Band, guesses: Guesses, where: str, bars: int, sings: bool,
               glitch: float) -> dict[str, Any]:
    """Return the ``play`` of a section: each role that plays, with its style."""
    playing: dict[str, Any] = {}
    peak = max(manner.full, manner.full_end)
    only = None if manner.only is None else {_own(role, band) for role in manner.only}
    called = {_own(role, band) for role in manner.called}
    silent = {_own(role, band) for role in manner.silent}
    asked = band.logits("band")
    order = list(band.roles)
    for role in order:
        entry = read_table("players")[role]
        if role == "voice":
            if sings:
                playing[role] = _voice(manner, band)
            continue
        if role == "doubles" and (not sings or manner.delivery != "sung"):
            continue
        at = entry["at"] - (_EARLIER * max(asked.get(role, 0.0) - 1.0, 0.0) if role in _RHYTHM else 0.0)
        logit = _JOINS * ((glitch if role == "debris" else peak) - at)
        if role == band.comping:
            logit = max(logit, 2.5 if manner.full > 0.05 else logit)
        logit = _CALLED if role in called else _SILENT if role in silent else logit
        if only is not None and role not in only | called:
            logit = _SILENT
        if only is not None and role in only:
            logit = _CALLED
        if guesses.pick({"plays": logit, "silent": 0.0}, where, role) == "silent":
            continue
        playing[role] = _settings(role, entry, manner, band, guesses, where, bars, role in called)
    if not sings and not any(role in COMPING for role in playing) and band.comping and manner.full > 0.02:
        role = band.comping
        playing[role] = _settings(role, read_table("players")[role], manner, band, guesses, where, bars, True)
    if manner.leaves:
        _let_leave(playing, bars)
    return playing


def _own(role: str, band: Band) -> str:
    """Return the band's own player of a role: whoever plays guitar takes what is said of the guitar."""
    if role in band.roles:
        return role
    for group in _KIN:
        if role in group:
            return next((other for other in group if other in band.roles), role)
    return role


def _voice(manner: Manner, band: Band) -> Any:
    """How the words are given."""
    settings: dict[str, Any] = {"style": manner.delivery if manner.delivery in known.styles() else "sung"}
    if manner.delivery == "whispered":
        settings["dynamics"] = "f"
    elif manner.delivery == "rap" and settings["style"] == "rap":
        settings |= {"effort": manner.voice["effort"]} if manner.voice.get("effort", 0.6) != 0.6 else {}
    elif manner.delivery in ("spoken", "rap"):
        settings |= {"effort": manner.voice.get("effort", 0.5), "dynamics": "ff"}
    else:
        settings["effort"] = manner.voice.get("effort", round(0.3 + 0.4 * manner.full, 2))
        settings["breathiness"] = manner.voice.get("breathiness", round(0.6 - 0.3 * manner.full, 2))
        if "distance" in manner.voice:
            settings["distance"] = manner.voice["distance"]
        if band.lowest:
            settings |= {"lowest": band.lowest, "highest": band.highest}
    return settings if len(settings) > 1 else settings["style"]


def _settings(role: str, entry: Mapping[str, Any], manner: Manner, band: Band, guesses: Guesses, where: str,
              bars: int, called: bool) -> Any:
    """Return the style of a role and its settings, as short as it can be written."""
    usual = band.table("play", {}).get(role)
    said = band.why.get(role, "")
    if "power_chords" in known.styles() and role == "electric" and set(said.split()) & _DISTORTED:
        usual = {"style": "power_chords"}
    if usual and usual["style"] in known.styles() and "finger" not in said and "strum" not in said:
        return dict(usual) if len(usual) > 1 else usual["style"]
    style = guesses.pick({name: logit for name, logit in entry["style"].items() if name in known.styles()},
                         "song", f"{role}'s style")
    if style == "fingerpick" and manner.full > 0.85 and role in ("guitar_2", "electric"):
        style = "strum"
    settings: dict[str, Any] = {"style": style} | dict(entry.get("settings", {}).get(style, {}))
    if "textures" in entry:
        texture = manner.texture or guesses.pick(entry["textures"], "song", f"{role}'s texture")
        if texture != "block":
            settings["texture"] = texture
    if "rhythms" in entry:
        rhythm = guesses.pick(entry["rhythms"], "song", f"{role}'s rhythm")
        if manner.full > 0.8 and rhythm == "half" and "drums" in band.roles:
            rhythm = "pulse"
        if rhythm != "half":
            settings["rhythm"] = rhythm
    groove = manner.groove or band.table("groove")
    if role == "drums" and groove in known.options("drums", "groove"):
        settings["groove"] = groove
    joins_late = not called and role != "debris" and manner.full + 0.02 < entry["at"] <= manner.full_end and bars >= 4
    if joins_late and role != band.comping:
        settings["enters"] = bars // 2 + 1
    return settings if len(settings) > 1 else style


def _let_leave(playing: dict[str, Any], bars: int) -> None:
    """Let the players leave one after the other; the voice and the last of them stay."""
    leaving = [role for role in playing if role != "voice"]
    stays = "piano" if "piano" in leaving else leaving[0] if leaving else None
    leaving = [role for role in reversed(leaving) if role != stays]
    for n, role in enumerate(leaving):
        bar = 2 + round((n + 1) * (bars - 3) / (len(leaving) + 1))
        settings = playing[role] if isinstance(playing[role], dict) else {"style": playing[role]}
        if 2 <= bar <= bars and "enters" not in settings:
            playing[role] = {**settings, "leaves": bar}


def dynamics_of(manner: Manner) -> str:
    """Return the dynamics of a section: a mark, or two with an arrow."""
    marks = [_MARKS[min(max(round(_SOFTEST + _LOUDER * full + 0.5 * manner.loud), 0), 6)]
             for full in (manner.full, manner.full_end)]
    if manner.leaves:
        marks[1] = _MARKS[max(min(_MARKS.index(marks[0]) - 2, 1), 0)]
    return marks[0] if marks[0] == marks[1] else " -> ".join(marks)
