"""The head of a score: its title, its line for Suno, and the parts in their order."""

from __future__ import annotations

import re
from collections.abc import Iterable

from scores.sheets.band import cue_words, roles_in
from scores.sheets.sheet import Sheet
from scores.sheets.words import without_emoji
from scores.table import read_table
from scores.theory import Key

_AROUND = " *_`\"“”„«»"
_SITE = re.compile(r"\s+(?:lyrics|chords|tabs?|letra|paroles|songtext|cifra|acordes|accords|testo|akkorde)"
                   r"(?:\s+(?:and|&|y|et|und|e)\s+\w+)?(?:\s+(?:by|de|von|di|por)\s.*|\s*[-–|].*)?$", re.IGNORECASE)
_DRAFT = re.compile(r"\s*[(\[](?:v\d|ver|draft|demo|wip|final|rough|idea)[^)\]]*[)\]]\s*$|^(?:working )?title\s*:\s*",
                    re.IGNORECASE)


def title_of(sheet: Sheet) -> str:
    """Return the title of a song, or where it has none the first line of its chorus, or of all."""
    choruses = [section for section in sheet.sections if section.kind == "chorus"]
    first = next((line.text for section in (*choruses, *sheet.sections) for line in section.lines
                  if not line.text.startswith("(")), "Untitled")
    first = re.sub(r"\s*\([^)]*\)\s*$", "", first)
    title = _plain(without_emoji(sheet.title)) or first.strip(" ,.;:—–-()[]>")
    return (title or "Untitled")[:100]


def _plain(title: str) -> str:
    """Return a title without what sites and drafts add to it: ``Paper Boats Lyrics``, ``"Song" (v3 FINAL)``."""
    text = _DRAFT.sub("", _SITE.sub("", title.strip(_AROUND)))
    return text.strip(_AROUND) or title.strip(_AROUND)


def cue_text(cue: str) -> str:
    """Return a cue as the score has it: in small letters, unless it begins with a name."""
    if cue.isupper():
        return cue.lower()[:200]
    is_said = any(cue_words().find(cue)) or bool(roles_in(cue))
    return (cue[0].lower() + cue[1:] if is_said else cue)[:200]


def style_line(style: str, tempo: float, key: Key) -> str:
    """Return the style line for Suno, with tempo and key where they are not in it."""
    said = style.strip(" .")
    extra = [text for text in (f"{tempo:g} BPM", str(key)) if text.lower() not in said.lower()]
    return (said[:960] + ". " + ", ".join(extra))[:1000] if extra else said[:1000]


def in_order(parts: Iterable[str]) -> list[str]:
    """Return the parts in the order of the table, the doubles behind the voice that they double."""
    table = [entry.get("name", role) for role, entry in read_table("players").items()]
    table[1:1] = ["voice_2", "voice_3", "answers", "voice_left", "voice_right", "tune"]
    return sorted(parts, key=lambda name: table.index(name) if name in table else len(table))
