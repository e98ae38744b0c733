"""Style into band: who plays the song, from the words of its style and of its cues."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from scores.sheets import known
from scores.sheets.draft import Guesses
from scores.sheets.sheet import Sheet
from scores.sheets.words import Sayings, folded
from scores.table import read_table

# Logit of a role that the page names, and of one that it excludes: far beyond any genre's.
NAMED, EXCLUDED = 8.0, -12.0
# Logit of a role before any style speaks for it.
_UNASKED = -3.5
# Style of a page that names none, unless it names instruments.
_USUAL_GENRE = "folk"
# Share of the further styles of a page ("folk meets glitch") beside the first.
_FURTHER_STYLE = 0.8
_ONLY = re.compile(r"\b(?:just|only|nothing but|solo|nur|seulement|rien que|solamente|soltanto|apenas|so)\b")
# A tempo or a key among the words of a style.
_FACT = re.compile(r"\d+ ?bpm|[a-g][#b♭♯]?(?:m|min|maj)?")
_NEGATIONS = {"no", "without", "sin", "sans", "ohne", "senza", "sem", "not"}
# Roles of which a band has one, unless the page names several.
_ALTERNATIVES = (("guitar", "nylon"), ("bass", "upright"), ("piano", "rhodes", "keys"))
COMPING = ("guitar", "nylon", "electric", "piano", "rhodes", "keys", "banjo", "mandolin", "synth", "organ", "pad")
GUITARS = ("guitar", "nylon", "electric")


@dataclass
class Band:
    """Who plays.

    ``roles`` maps each role of ``players.yaml`` to its instrument, ``patches`` to the settings of that, ``why`` to the
    words that call it.
    """

    genres: list[str]
    roles: dict[str, str]
    patches: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    lowest: str | None = None
    highest: str | None = None
    sings: bool = True
    missing: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    @property
    def comping(self) -> str | None:
        """The role that holds the harmony where a section leaves it open."""
        return next((role for role in COMPING if role in self.roles), None)

    def table(self, name: str, default: Any = None) -> Any:
        """Return what the first genre that has the table says."""
        return next((value for genre in self.genres if (value := read_table("genres")[genre].get(name)) is not None),
                    default)

    def logits(self, name: str) -> dict[str, float]:
        """Return the logits of all genres of the page together, the first one in full."""
        total: dict[str, float] = {}
        for n, genre in enumerate(self.genres):
            for option, logit in read_table("genres")[genre].get(name, {}).items():
                total[option] = total.get(option, 0.0) + logit * _FURTHER_STYLE**n
        return total


@cache
def _genre_words() -> Sayings[str]:
    return Sayings((word, genre) for genre, entry in read_table("genres").items() for word in entry["words"])


@cache
def _role_words() -> Sayings[str]:
    return Sayings((word, role) for role, entry in read_table("players").items() for word in entry.get("words", ()))


@cache
def cue_words() -> Sayings[Mapping[str, Any]]:
    """Return the sayings of ``cues.yaml`` on how a section is played."""
    return Sayings((saying, entry) for entry in read_table("cues")["cues"] for saying in entry["say"])


@cache
def _other_words(name: str) -> Sayings[Mapping[str, Any]]:
    return Sayings((saying, entry) for entry in read_table("cues")[name] for saying in entry["say"])


@cache
def palette_words() -> Sayings[str]:
    """Return the names of glitch effects in a style."""
    return Sayings((saying, effect) for effect, sayings in read_table("cues")["palette"].items() for saying in sayings)


def roles_in(text: str) -> list[str]:
    """Return the roles that a text names, without those that it excludes."""
    tokens = folded(text)
    return [found.means for found in _role_words().find(text)
            if tokens[:tokens.find(found.words)].split()[-1:] not in [[negation] for negation in _NEGATIONS]]


def only_in(text: str) -> set[str]:
    """Return the roles of which a text says that nobody else plays: "just a pad", "nothing but drums and bass"."""
    alone: set[str] = set()
    for piece in re.split(r"[,;.]", text):
        tokens = folded(piece)
        if match := _ONLY.search(tokens):
            alone |= {found.means for found in _role_words().find(tokens[match.end():])}
    return alone


def says_style(text: str) -> bool:
    """Return whether a text names a style, or two players."""
    return any(_genre_words().find(text)) or len(roles_in(text)) > 1


def moods(text: str) -> tuple[float, float]:
    """Return how much faster than its style a song is, as a factor, and the logit of the minor mode."""
    faster, minor = 1.0, 0.0
    for found in _other_words("moods").find(text):
        faster *= found.means.get("tempo", 1.0)
        minor += found.means.get("minor", 0.0)
    return min(max(faster, 0.7), 1.4), minor


def gather(sheet: Sheet, guesses: Guesses) -> Band:
    """Return the band that the words of a sheet ask for."""
    words = f"{sheet.style} . {sheet.talk}"
    genres = list(dict.fromkeys(found.means for found in _genre_words().find(words)))
    named = [found.means for found in _role_words().find(words)]
    band = Band(genres or [_USUAL_GENRE], {})
    cues = " . ".join(section.cue for section in sheet.sections)
    logits = {role: float(entry.get("unasked", _UNASKED)) for role, entry in read_table("players").items()}
    asked = {} if not genres and any(role in COMPING for role in named) else band.logits("band")
    for role, logit in asked.items():
        logits[role] = logit if logit > 0 else logits[role] + logit
    _name(band, logits, words)
    _name(band, logits, cues)
    for found in cue_words().find(cues):
        called = [*found.means.get("in", ()), *found.means.get("only", ())]
        for role in called:
            if role == "guitar" and any(logits[other] > 2 for other in GUITARS):
                continue
            logits[role] = max(logits[role], NAMED)
            band.why.setdefault(role, found.words)
        if found.means.get("is", 0) > 0.9 or found.means.get("full", 0) >= 0.2:
            for role in ("bass", "pad"):
                logits[role] += 3.0
                band.why.setdefault(role, found.words)
    for found in _other_words("voices").find(words):
        if "range" in found.means:
            band.lowest, band.highest = found.means["range"]
            band.why["voice"] = found.words
        band.sings = band.sings and not found.means.get("none", False)
    _choose(band, logits, guesses, f"{words} . {cues}")
    everything: list[Sayings[Any]] = [_genre_words(), _role_words(), cue_words(), palette_words(),
                                      _other_words("moods"), _other_words("voices")]
    ordinary = frozenset(map(folded, read_table("cues")["ordinary"]))
    unknown = sheet.style
    for sayings in everything:
        unknown = " ".join(sayings.unknown(unknown, ordinary))
    band.unknown = [word for word in unknown.split() if not _FACT.fullmatch(word)]
    return band


def _name(band: Band, logits: dict[str, float], text: str) -> None:
    """Roles that the page names, or excludes: "no drums"."""
    tokens = folded(text)
    for found in _role_words().find(text):
        is_general = found.words in read_table("players")[found.means].get("general", ())
        kin = GUITARS if found.means in GUITARS else ("bass", "upright")
        if is_general and any(logits[other] >= NAMED for other in kin if other != found.means):
            continue
        before = tokens[:tokens.find(found.words)].split()[-1:]
        if before and before[0] in _NEGATIONS:
            logits[found.means] = EXCLUDED
        elif logits[found.means] > EXCLUDED:
            logits[found.means] = max(logits[found.means], NAMED)
            band.why.setdefault(found.means, found.words)


def _patch(entry: Mapping[str, Any], words: str, band: Band, role: str) -> Mapping[str, Any] | None:
    """Return what the words of a page, or its genre, set of an instrument."""
    sayings = Sayings((word, one["patch"]) for one in entry.get("patches", ()) for word in one["words"])
    found: Mapping[str, Any] | None = next((found.means for found in sayings.find(words)), None)
    return found or band.table("patches", {}).get(role)


def _choose(band: Band, logits: dict[str, float], guesses: Guesses, words: str) -> None:
    """Decide on each role, and give it the first of its instruments that there is."""
    for group in _ALTERNATIVES:
        named = [role for role in group if logits[role] >= NAMED]
        if len(named) < 2:
            chosen = guesses.pick({role: logits[role] for role in group}, "band", group[0])
            for role in group:
                if role != chosen:
                    logits[role] = EXCLUDED
    for role, entry in read_table("players").items():
        if role == "voice" and not band.sings:
            continue
        if role != "voice" and guesses.pick({"in": logits[role], "out": 0.0}, "band", f"{role}?") == "out":
            continue
        there = [name for name in entry["instruments"] if name in known.instruments()]
        style_there = any(style in known.styles() for style in entry.get("style", {"sung": 0}))
        if not there or not style_there:
            band.missing.append(f"{entry['instruments'][0]} is not in this version: left out")
            continue
        if there[0] in band.roles.values() and there[0] != entry["instruments"][0]:
            band.missing.append(f"{entry['instruments'][0]} is not in this version: left out")
            continue
        if there[0] != entry["instruments"][0]:
            band.missing.append(f"{entry['instruments'][0]} is not in this version: {there[0]} plays its part")
        band.roles[role] = there[0]
        if there[0] == entry["instruments"][0] and (patch := _patch(entry, words, band, role)):
            band.patches[role] = patch
    if band.comping is None:
        band.roles["guitar"] = "steel_guitar"
        band.why["guitar"] = "somebody has to play the chords"
