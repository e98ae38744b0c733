"""The suffix of a chord symbol, in every spelling of MuseScore, ChordPro, iReal Pro and JJazzLab.

A suffix is parsed from left to right: a triad, a sixth, seventh or higher number, then tones that are altered, added,
suspended or omitted. Sources, read 2026-11: MuseScore's share/styles/chords.xml, ChordPro's Chords/Parser.pm and
guitar.rjson, the list of iReal Pro's qualities, and JJazzLab's ChordTypeDatabaseImpl.java. Where they differ, most of
them count: C4 is Csus4, Ch is half-diminished, C11 has its third.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

# Characters of equal meaning; brackets and separators have none.
_SIGNS = str.maketrans({
    "♯": "#", "♭": "b", "∆": "Δ", "△": "Δ", "−": "-", "–": "-", "º": "°", "˚": "°", "Ø": "ø", "∅": "ø",
    **dict.fromkeys("(),[] .")})
_WORDS = re.compile("MAJOR|MINOR|MAJ|MIN|MJ|MA|MI|DIM|AUG|SUS|ADD|OMIT|NO|ALT|DOM|LYD|PHRYG|BLUES|TRISTAN",
                    re.IGNORECASE)
_TOKEN = re.compile(r"""
    (?P<sus>sus(?:2sus4|24|42|\#4|2|4|9)?) | (?:omit|no)(?P<without>[35]) | (?P<alt>alt) | (?P<added>add) | (?P<dom>dom)
    | (?P<mode>lyd|phryg|blues|tristan)
    | (?P<half>ø|h|0) | (?P<dim>dim|°|o) | (?P<aug>aug) | (?P<major>major|maj|mj|ma(?!dd|ug)|M|Δ|\^|t|j)
    | (?P<minor>minor|min|mi|m) | (?P<sign>[#b+-])?(?P<number>69|13|11|[2-79]) | (?P<plus>\+) | (?P<minus>-)""",
    re.VERBOSE)
# Signs of a major seventh that need no 7.
_TRIANGLES = frozenset("Δ^t")
_SUSPENDED = {"sus": {5}, "sus2": {2}, "sus4": {5}, "sus#4": {6}, "sus9": {5, 14}}
# Third, fifth, seventh (unless one is stated) and other tones of the chords that are named for a scale or a piece.
_MODES: dict[str, tuple[int | None, set[int], int, set[int]]] = {
    "lyd": (4, set(), 11, {14, 18}), "phryg": (3, set(), 10, {13, 17}), "blues": (4, set(), 10, set()),
    "tristan": (None, {6}, 10, {15})}
# Semitones above the root of each scale degree, without an accidental, with a sharp, with a flat.
_PLAIN = {2: 14, 3: 4, 4: 17, 6: 9, 9: 14, 11: 17, 13: 21}
_SHARP = {5: 8, 9: 15, 11: 18, 13: 22}
_FLAT = {5: 6, 6: 8, 7: 10, 9: 13, 13: 20}


@lru_cache(maxsize=1024)
def tones(suffix: str) -> tuple[int, ...] | None:
    """Return the ascending semitones above the root of a chord symbol's suffix; None where it is not valid.

    Elevenths and thirteenths are without the tones between them and the seventh, as bands play them, unless named.
    """
    text = _WORDS.sub(lambda word: word[0].lower(), suffix.translate(_SIGNS).replace("6/9", "69"))
    text = re.sub(r"(?<=\d)th", "", re.sub(r"(?<!\d)5([b#])(?!\d)", r"\g<1>5", text))
    made, at = _Made(), 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None or not made.take(token, first=at == 0):
            return None
        at = token.end()
    return None if made.adding or made.awaits_major else made.tones()


@dataclass
class _Made:
    """A chord while its suffix is parsed."""

    third: int | None = 4
    fifths: set[int] = field(default_factory=set)
    seventh: int | None = None
    others: set[int] = field(default_factory=set)
    is_major: bool = False
    is_dim: bool = False
    has_number: bool = False
    adding: bool = False
    awaits_major: bool = False
    no_fifth: bool = False

    def take(self, token: re.Match[str], *, first: bool) -> bool:
        """Apply a token. Returns False where it is not valid."""
        kind, text = token.lastgroup, token[0]
        if kind == "number":
            sign = token["sign"] or ""
            if first and sign == "-" and token["number"] != "5":
                self.third, sign = 3, ""
            elif first and sign == "+":
                self.fifths, sign = {8}, "" if token["number"] != "5" else "+"
            return self._number(int(token["number"]), sign)
        if self.adding:
            return False
        if kind == "major":
            if self.is_major:
                return False
            self.is_major, self.awaits_major = True, False
            if self.has_number or text in _TRIANGLES:
                self.seventh = 11
        elif kind in ("minor", "minus") and first:
            self.third = 3
        elif kind in ("half", "dim") and first:
            self.third, self.fifths = 3, {6}
            self.is_dim, self.seventh = kind == "dim", 10 if kind == "half" else None
        elif kind == "dim" and self.seventh == 10 and self.third == 4:  # 7dim
            self.third, self.fifths, self.is_dim, self.seventh = 3, {6}, True, 9
        elif kind == "mode":
            self.third, self.fifths, seventh, others = _MODES[text]
            self.seventh = self.seventh or seventh
            self.others |= others
        elif kind in ("aug", "plus"):
            self.fifths = {8}
        elif kind == "sus":
            self.third = None
            self.others |= _SUSPENDED.get(text, {2, 5})
        elif kind == "without":
            self.third, self.no_fifth = (None, self.no_fifth) if token["without"] == "3" else (self.third, True)
        elif kind == "alt":
            self.seventh, self.fifths, self.others = 10, {8}, self.others | {15}
        elif kind == "added":
            self.adding = True
        else:
            return kind == "dom" and first
        return True

    def _number(self, number: int, sign: str) -> bool:
        adding, self.adding = self.adding, False
        if sign:
            return self._altered(number, sharp=sign in "#+", adding=adding)
        if self.has_number and number == 7:  # the 7 of a major seventh that comes late (m9maj7, m97M), or 67
            if self.seventh is None and 9 in self.others:
                self.seventh = 10
            self.awaits_major = self.seventh not in (11, 10 if 9 in self.others else 11)
            return True
        if number == 5 and self.is_dim and not adding:
            return True
        if number == 4 and self.third == 4 and not adding:
            self.third, self.others, self.has_number = None, self.others | {5}, True
            return True
        if self.has_number or adding:
            self.others |= {_PLAIN[number]} if number in _PLAIN else set()
            return number in _PLAIN
        self.has_number = True
        if number == 5:  # a fifth alone
            whole = self.third == 4 and not self.fifths and not self.is_major
            self.third = None
            return whole
        if number in (7, 9, 11, 13):
            if self.seventh is None:
                self.seventh = 11 if self.is_major else 9 if self.is_dim else 10
        elif number == 69:
            self.others |= {9}
            number = 9
        self.others |= {_PLAIN[number]} if number != 7 else set()
        return True

    def _altered(self, number: int, *, sharp: bool, adding: bool) -> bool:
        if number == 7 and sharp:
            if adding and self.seventh is not None:
                self.others.add(11)
            else:
                self.seventh, self.has_number = 11, True
            return True
        step = (_SHARP if sharp else _FLAT).get(number)
        if step is None:
            return False
        if number == 5:
            self.fifths = self.fifths | {step} if self.fifths - {6 if self.is_dim else 8} else {step}
        else:
            self.others.add(step)
        return True

    def tones(self) -> tuple[int, ...]:
        fifths = set() if self.no_fifth else self.fifths or {7}
        made = {0} | fifths | self.others | {tone for tone in (self.third, self.seventh) if tone is not None}
        return tuple(sorted(made))
