"""Front matter: facts between ``---`` (YAML) or ``+++`` (TOML) at the head of a page."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from scores.sheets.facts import key_in, meter_in, take_facts, tempo_in
from scores.sheets.language import language_named
from scores.sheets.sheet import Sheet
from scores.sheets.words import folded

_FENCED = re.compile(r"\A\s*(---|\+\+\+)[ \t]*\n(.*?)\n\1[ \t]*(?:\n|\Z)", re.DOTALL)
LONGEST = 20_000  # characters of front matter
_STYLE_KEYS = ("style", "genre", "genres", "mood", "tags", "instruments", "estilo", "stil")


def take_front_matter(sheet: Sheet, text: str) -> str:
    """Take the facts at the head of a page; return the rest of it."""
    match = _FENCED.match(text)
    if not match or len(match[2]) > LONGEST or not re.search(r"^\s*[\w-]+\s*[:=]", match[2], re.MULTILINE):
        return text
    values = _toml(match[2]) if match[1] == "+++" else _yaml(match[2])
    if not isinstance(values, Mapping):
        return text
    styles, lyrics = [], ""
    for name, value in values.items():
        key, said = folded(str(name)), ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        if key in ("title", "titulo", "titre", "titel", "titolo"):
            sheet.title = said
        elif key in ("lyrics", "letra", "paroles", "songtext", "testo") and isinstance(value, str):
            lyrics = value + "\n\n"
        elif key in _STYLE_KEYS:
            styles.append(said)
        elif key in ("tempo", "bpm"):
            sheet.tempo = tempo_in(f"tempo: {said}")
        elif key in ("key", "tonart", "tonalidad"):
            sheet.key = key_in(f"key: {said}")
        elif key in ("time", "meter", "metre", "time signature", "time_signature"):
            sheet.meter = meter_in(f"time: {said}")
        elif key in ("lang", "language", "idioma", "langue", "sprache", "lingua") and language_named(said):
            sheet.language = language_named(said)
        elif key == "capo" and said.isdigit():
            sheet.capo = min(int(said), 9)
        elif key == "temperature" and _is_number(value) and 0 <= float(value) <= 10:
            sheet.temperature = float(value)
        elif key == "seed" and isinstance(value, int) and 0 <= value < 2**63:
            sheet.seed = value
        else:
            sheet.left_out.append(f"{name}: {said}"[:80])
    sheet.style = ", ".join(styles)
    if sheet.style:
        take_facts(sheet, sheet.style)
    return lyrics + text[match.end():]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _yaml(text: str) -> Any:
    try:
        return YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError, RecursionError):
        return None


def _toml(text: str) -> Any:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
