"""Headings and tags: ``[Verse 1 — whispered]``, ``### Chorus (8 bars, loud)``, ``**V1**``, ``CORO!!``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from scores.sheets.band import cue_words
from scores.sheets.words import Sayings, folded, without_emoji
from scores.table import read_table

LONGEST_BARE = 60  # most characters of a heading that has no mark
_SEPARATOR = re.compile(r"\s*[—–:|→]\s*|\s+-+>?\s+|\s*\(|,\s+|\s*\[")
_BARS = re.compile(r"\b(\d{1,3})\s*(?:bars?|measures?|compases|compas|mesures?|takte?|battute|compassos)\b", re.I)
_TIMES = re.compile(r"(?:^|(?<=[\s(,]))(?:[x×]\s?(\d{1,2})|(\d{1,2})\s?[x×]|(twice|bis|2 mal|zweimal)|"
                    r"(repeat(?:ed)?))(?![\w])", re.I)
_EARLIER = r"((?:[^\W\d]+\s*)?\d{1,2}|verse|chorus|before|first)"
_SAME = re.compile(r"(?:same (?:melody|tune|chords|music)(?=\W*$)|same|igual|gleich|idem)(?:\s+|\W*$)"
                   rf"(?:as|que|a|wie|al?)?\s*{_EARLIER}?|(?:like|wie|comme|come|como)\s+{_EARLIER}", re.I)
_GLUED = re.compile(r"^([^\W\d]{1,12})(\d{1,2})\b")
# A name in capitals, or a letter with a number, is a heading even alone in its line: V2, PRE, CH.
_ABBREVIATED = re.compile(r"[A-Z]{2,4}(?: \d{1,2})?|[A-Za-z]{1,2} \d{1,2}")
_NUMBER_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "i": 1, "ii": 2, "iii": 3, "iv": 4, "uno": 1, "dos": 2,
                 "tres": 3, "primera": 1, "primeira": 1, "erste": 1, "zweite": 2,
                 "premier": 1, "deuxieme": 2, "prima": 1, "seconda": 2, "segunda": 2, "first": 1, "second": 2,
                 "third": 3, "a": 1, "b": 2}


@dataclass(frozen=True, slots=True)
class Heading:
    """What a heading says: see ``SheetSection``."""

    kind: str
    name: str
    number: int = 0
    cue: str = ""
    bars: int | None = None
    repeats: int = 1
    same_as: str | None = None


@cache
def _names() -> Sayings[str]:
    return Sayings((name, kind) for kind, entry in read_table("headings").items() for name in entry["names"])


def _is_cue(text: str) -> bool:
    """Whether a text is a saying of several words on how something is played: "drums drop out" is no drop."""
    return any(found.words == folded(text) and len(found.words.split()) > 1 and _names().begins(found.words) is None
               for found in cue_words().find(text))


def _is_all_cue(text: str) -> bool:
    """Whether a text says how something is played and nothing else."""
    ordinary = frozenset(map(folded, read_table("cues")["ordinary"]))
    return any(cue_words().find(text)) and not cue_words().unknown(text, ordinary)


@cache
def _sure() -> frozenset[str]:
    entries = read_table("headings").values()
    several = (folded(name) for entry in entries for name in entry["names"] if len(folded(name).split()) > 1)
    return frozenset(folded(name) for entry in entries for name in entry["sure"]) | {
        name for name in several if not name.startswith("the ")}


def tag_of(kind: str) -> str:
    """Return what a kind of section is called for Suno."""
    return str(read_table("headings")[kind]["tag"])


def parse_heading(text: str, is_marked: bool) -> Heading | None:
    """Return what a heading says, or None where the text is none.

    Parameters
    ----------
    text
        The heading without the marks around it: brackets, ``#`` or asterisks.
    is_marked
        Whether there were such marks. Without them only a sure name with nothing but a number, a length or a cue in
        brackets is a heading.
    """
    bare = without_emoji(text).strip().strip("*_=~ ").strip()
    if not bare or len(bare) > 200 or (is_marked and _is_cue(bare)):
        return None
    if match := re.fullmatch(r"(\d{1,2})[.)]", bare):
        return Heading("verse", f"Verse {int(match[1])}", int(match[1]))
    separator, again_at = _SEPARATOR.search(bare), _SAME.search(bare)
    head = bare[:separator.start()] if separator else bare
    rest = bare[separator.end():] if separator else ""
    if again_at and (again_at[1] or again_at[2]) and 0 < again_at.start() < len(head):
        head, rest = bare[:again_at.start()], bare[again_at.start():]
    times, long = _TIMES.search(head), _BARS.search(bare)
    head = _BARS.sub(" ", _TIMES.sub(" ", head))
    head = _GLUED.sub(r"\1 \2", head.strip(" !.?:"))
    words = folded(head).split()
    found = _find(words, is_marked)
    if found is None:
        return None
    kind, start, end = found
    number, others = 0, []
    for word in words[:start] + words[end:]:
        value = int(word) if word.isdigit() and len(word) < 3 else _NUMBER_WORDS.get(word, 0)
        if value and not number:
            number = value
        elif word not in ("the", "el", "la", "le", "die", "der", "das", "il", "o"):
            others.append(word)
    if not is_marked:
        name_words = " ".join(words[start:end])
        says_words = bool(separator and separator[0].strip() == ":")
        is_short = bool(_ABBREVIATED.fullmatch(head)) or (says_words and head.islower() and _is_all_cue(rest))
        if others or start or (len(bare) > LONGEST_BARE and not says_words) or not (is_short or name_words in _sure()):
            return None
        is_doubtful = (separator and separator[0].strip() in (",", "-")) or rest[-1:] in (",", ";")
        if is_doubtful and not any(cue_words().find(rest)):
            return None
    cue = rest.strip().strip("()[]: ").strip(" !.")
    again = _TIMES.search(cue)
    same = _SAME.search(cue)
    cue = _TIMES.sub("", _BARS.sub("", cue))
    if same:
        cue = re.sub(r"^\W*(?:but|pero|mais|aber|ma|mas)\b", "", cue.replace(same[0], "", 1).strip())
    cue = re.sub(r"(?:^|,)\s*(?:,\s*)+", ", ", cue).strip(" ,;()—–-:")
    if others:
        cue = ", ".join(filter(None, [" ".join(others), cue]))
    name = re.sub(r"\s+", " ", head).strip()
    if name.isupper() or name.islower():
        name = name.title()
    if len(re.sub(r"[\W\d]", "", name)) < 4 and kind != "end":  # V1, Ch, Pre
        name = " ".join(filter(None, [tag_of(kind).split()[-1], str(number or "")]))
    return Heading(kind, name[:40], number, cue, int(long[1]) if long and int(long[1]) else None,
                   _count(times) or _count(again) or 1, (same[1] or same[2] or "").strip() if same else None)


def names_of(text: str) -> str | None:
    """Return the kind of section that a text names and nothing else: ``Verse 2``, ``Finale``; None for any other."""
    words = [word for word in folded(_GLUED.sub(r"\1 \2", text.strip())).split()
             if not word.isdigit() and (word not in _NUMBER_WORDS or word in ("a", "b"))]
    found = _names().begins(" ".join(words)) if words else None
    return found[0] if found and found[1] == len(words) and len("".join(words)) > 2 else None


def same_as(text: str) -> Heading | None:
    """Return the section that a line of its own asks for again: "same as 1 but with drums", "repeat chorus"."""
    bare = without_emoji(text).strip().strip("*_()[]~ ")
    if match := re.match(r"(?:repeat|repite|repetir|bis)\s+(.{2,30})$", bare, re.IGNORECASE):
        heading = parse_heading(match[1], True)
        return Heading(heading.kind, heading.name, heading.number, heading.cue, same_as="") if heading else None
    match = _SAME.match(bare)
    if not match or not (match[1] or match[2]) or len(bare) > LONGEST_BARE:
        return None
    meant = (match[1] or match[2]).strip()
    named = parse_heading(meant, True)
    cue = re.sub(r"^\W*(?:but|pero|mais|aber|ma|mas)\b", "", bare[match.end():]).strip(" ,;.")
    return Heading(named.kind if named else "verse", "Verse" if named is None else named.name, 0, cue,
                   same_as=meant)


def repeats_in(text: str) -> tuple[str, int]:
    """Return a line without the mark of its repeats at the end, and how often it is sung: ``la la (x2)``."""
    match = re.search(r"\s*[(\[]?\s*(?:[x×]\s?(\d{1,2})|(\d{1,2})\s?[x×])\s*[)\]]?\s*$", text)
    if not match or not text[:match.start()].strip():
        return text, 1
    return text[:match.start()], max(min(int(match[1] or match[2]), 16), 1)


def _count(match: re.Match[str] | None) -> int:
    if not match:
        return 0
    return max(min(int(match[1] or match[2] or 2), 16), 1)


def _find(words: list[str], is_marked: bool) -> tuple[str, int, int] | None:
    """Return the kind whose name begins the heading; behind a mark the last one in it: "final chorus", "soft verse"."""
    if found := _names().begins(" ".join(words)):
        return found[0], 0, found[1]
    if is_marked and len(words) <= 5:
        for start in range(1, len(words)):
            found = _names().begins(" ".join(words[start:]))
            if found and len(words[start]) > 2:
                return found[0], start, start + found[1]
    return None
