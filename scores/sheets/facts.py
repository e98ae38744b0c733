"""Facts that a page states in its words: tempo, key, meter, capo. A question mark or a "maybe" makes one a guess."""

from __future__ import annotations

import re

from scores.notation import NotationError
from scores.sheets.sheet import Said, Sheet
from scores.sheets.words import folded
from scores.theory import Key, Meter, parse_key, parse_meter

_TEMPO = (re.compile(r"(?P<bpm>\d{2,3}(?:\.\d+)?)(?:ish)?\s*(?:-|–|to)?\s*(?P<more>\d{2,3})?\s*(?:bpm|b\.p\.m)", re.I),
          re.compile(r"(?:tempo|bpm|andamento|vitesse|velocidad|[♩q]\s*=|speed)"
                     r"\D{0,24}?(?P<bpm>\d{2,3}(?:\.\d+)?)(?P<more>)", re.I))
_NOTE = r"(?P<tonic>[A-H](?:\s?[#♯b♭]|[ -]?(?:sharp|flat|is|es|moll)(?![a-z]))?)"
_MODES = (r"(?P<mode>\s*(?:major|minor|maj|min|m|dur|moll|dorian|mixolydian|mayor|menor|majeur|mineur|maggiore|"
          r"minore|maior)(?!\w))")
_CAPITAL_MODES = _MODES.replace("(?:major", "(?:MAJOR|MINOR|MAJ|MIN|DUR|MOLL|major")
_KEY_WORD = r"(?:key|tonart|tonalidad|tonalidade|tonalite|tonalité|tonalita|tonalità|tono|tom)"
_KEY = (re.compile(_KEY_WORD + r"\W{0,4}(?:of|is|de|de la|in|:|=)?\W{0,4}" + _NOTE + _MODES + "?(?![a-z])", re.I),
        re.compile(r"(?<![\w#])(?:in\s+)?" + _NOTE + _CAPITAL_MODES, 0),
        re.compile(r"\b(?:maybe|perhaps|in|quiz[aá]s?|peut-être|vielleicht|forse|talvez)\s+" + _NOTE + _MODES
                   + r"?\s*(?=\?)"))
_GERMAN_KEY = re.compile(r"(?<!\w)([A-Ha-h])(is|es|s)?[- ]?(dur|moll)(?!\w)", re.IGNORECASE)
_SOLFEGE = {"do": "C", "re": "D", "mi": "E", "fa": "F", "sol": "G", "la": "A", "si": "B"}
_SOLFEGE_KEY = re.compile(r"(?<!\w)(do|r[eé]|mi|fa|sol|la|si)\s*"
                          r"(sostenido|bemol|bémol|dièse|diese|diesis|bemolle|#|b)?\s+"
                          r"(mayor|menor|majeur|mineur|maggiore|minore|maior)(?!\w)", re.I)
_MODE_NAMES = {"major": "major", "maj": "major", "dur": "major", "mayor": "major", "majeur": "major", "maior": "major",
               "maggiore": "major", "minor": "minor", "min": "minor", "m": "minor", "moll": "minor", "menor": "minor",
               "mineur": "minor", "minore": "minor", "dorian": "dorian", "mixolydian": "mixolydian", "": "major"}
_METER = re.compile(r"(?:time|meter|metre|compas|mesure|takt|tempo di|signature|^|[\s,(])\W{0,3}"
                    r"(?P<meter>(?:2|3|4|5|6|7|9|12)/(?:2|4|8))(?![\d/])", re.I)
_WALTZ = re.compile(r"\b(?:waltz|walzer|vals|valse|valzer|valsa)\b", re.I)
_CAPO = re.compile(r"\bcapo\D{0,12}(\d{1,2})", re.I)
_DOUBT = re.compile(r"\?|\b(?:maybe|perhaps|around|about|roughly|or so|quiz[aá]s?|tal vez|peut-[eê]tre|vielleicht|"
                    r"etwa|ungef[aä]hr|forse|circa|talvez|ca\.?|approx\w*)\b|\d+ish|~", re.I)


def tempo_in(text: str) -> Said[float] | None:
    """Return the tempo that a text states, in felt beats a minute: of a range its middle."""
    for pattern in _TEMPO:
        if match := pattern.search(text):
            value = float(match["bpm"])
            if match["more"]:
                value = round((value + float(match["more"])) / 2)
            if 20 <= value <= 300:
                return Said(value, _around(text, match), not match["more"] and not _is_doubtful(text, match))
    return None


def key_in(text: str) -> Said[Key] | None:
    """Return the key that a text states, ``C minor``, ``fis-moll``, ``la menor``: the first of several."""
    if match := _SOLFEGE_KEY.search(text):
        accidental = {"s": "#", "d": "#", "#": "#", "b": "b", "": ""}[(match[2] or "")[:1].lower()]
        name = _SOLFEGE[folded(match[1])] + accidental + " " + _MODE_NAMES[match[3].lower()]
        return _said_key(name, text, match)
    if match := _GERMAN_KEY.search(text):
        letter, sign = match[1].upper(), {"i": "#", "e": "b", "s": "b", "": ""}[(match[2] or "")[:1].lower()]
        letter, sign = ("B", "") if letter == "H" else ("B", "b") if letter == "B" else (letter, sign)
        return _said_key(f"{letter}{sign} {_MODE_NAMES[match[3].lower()]}", text, match)
    for pattern in _KEY:
        for match in pattern.finditer(text):
            mode = _MODE_NAMES[(match["mode"] or "").strip().lower()]
            name = _tonic(match["tonic"]) + " " + mode
            if found := _said_key(name, text, match):
                return found
    return None


def _tonic(text: str) -> str:
    letter, rest = text[0].upper(), text[1:].strip(" -").lower()
    letter = "B" if letter == "H" else letter
    sign = "#" if rest in ("#", "♯", "sharp", "is") else "b" if rest in ("b", "♭", "flat", "es") else ""
    return letter + sign


def _said_key(name: str, text: str, match: re.Match[str]) -> Said[Key] | None:
    try:
        return Said(parse_key(name), _around(text, match), not _is_doubtful(text, match))
    except NotationError as error:
        if error.nearest is None:
            return None
        return Said(parse_key(error.nearest), _around(text, match), False)


def meter_in(text: str) -> Said[Meter] | None:
    """Return the meter that a text states; a waltz is in three."""
    if match := _METER.search(text):
        return Said(parse_meter(match["meter"]), match["meter"], not _is_doubtful(text, match))
    if match := _WALTZ.search(text):
        return Said(parse_meter("3/4"), match[0])
    return None


def capo_in(text: str) -> int:
    """Return the fret of a capo, 0 for none."""
    match = _CAPO.search(text)
    return min(int(match[1]), 9) if match else 0


def take_facts(sheet: Sheet, text: str) -> bool:
    """Take the facts of a text that the sheet does not have yet; a sure one takes the place of a doubtful one.

    Returns whether there were any.
    """
    tempo, key, meter = tempo_in(text), key_in(text), meter_in(text)
    capo = capo_in(text)
    if tempo and (sheet.tempo is None or (tempo.is_sure and not sheet.tempo.is_sure)):
        sheet.tempo = tempo
    if key and (sheet.key is None or (key.is_sure and not sheet.key.is_sure)):
        sheet.key = key
    if meter and (sheet.meter is None or (meter.is_sure and not sheet.meter.is_sure)):
        sheet.meter = meter
    sheet.capo = sheet.capo or capo
    return bool(tempo or key or meter or capo)




def _around(text: str, match: re.Match[str]) -> str:
    """Return the words that state a fact, short enough for a comment."""
    return re.sub(r"\s+", " ", match[0]).strip(" ,:;.(")[:60]


def _is_doubtful(text: str, match: re.Match[str]) -> bool:
    """Whether the words around a fact doubt it: a question mark right after it, a "maybe" before it."""
    before = text[max(match.start() - 24, 0):match.end()]
    before = before[before.rfind("\n") + 1:]
    after = re.split(r"[.\n;]", text[match.end():match.end() + 30])[0]
    return bool(_DOUBT.search(before)) or bool(re.match(r"[^?,]{0,12}\?|\s*\(?\s*or\b|ish", after))
