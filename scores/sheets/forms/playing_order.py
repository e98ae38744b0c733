"""The order in which written bars are played: repeats, endings, D.C. and D.S., Fine, To Coda."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

# Most times that a repeat is played.
MOST_TIMES = 16
# Marks of a bar: where a return goes to, and what is done at the end of the bar.
SEGNO, CODA, TO_CODA, FINE, DA_CAPO, DAL_SEGNO = "segno", "coda", "to coda", "fine", "da capo", "dal segno"
# Words of a score that say so.
_DA_CAPO = re.compile(r"\bd\.?\s?c\.?(?=\W|$)|\bda\s+capo\b", re.I)
_DAL_SEGNO = re.compile(r"\bd\.?\s?s\.?(?=\W|$)|\bdal\s+segno\b", re.I)
_TO_CODA = re.compile(r"^\W*to\s+coda\b", re.I)
_FINE = re.compile(r"^\W*fine\W*$", re.I)


@dataclass
class Turns:
    """What a bar says of the order. A repeat begins with a bar that ``opens`` it, ends with one that ``closes`` it.

    Attributes
    ----------
    opens
        Whether a repeat begins with the bar.
    closes
        How often the repeat that ends with the bar is played; 0 where none does.
    endings
        The turns in which the bar is played; none for all. An ending holds until a bar that ``stops`` or ``closes``.
    stops
        Whether an ending ends with the bar.
    marks
        Its marks.
    """

    opens: bool = False
    closes: int = 0
    endings: frozenset[int] = frozenset()
    stops: bool = False
    marks: frozenset[str] = frozenset()


def playing_order(bars: Sequence[Turns], most: int) -> list[int]:
    """Return the places of the bars in the order in which they are played, ``most`` of them at most.

    After D.C. or D.S., which are followed once, repeats are not taken, and of endings the last is played (Gould, 2011,
    "Behind Bars", p. 239).
    """
    endings = _endings(bars)
    totals = _totals(bars, endings)
    marks = _marked(bars)
    played: list[int] = []
    start, turn, place, has_returned = 0, 1, 0, False
    while place < len(bars) and len(played) < most:
        bar, marked = bars[place], marks[place]
        if bar.opens and place != start:
            start, turn = place, 1
        now = totals[place] if has_returned and endings[place] else turn
        if endings[place] and now not in endings[place]:
            if totals[place] == now and place + 1 < len(bars) and not endings[place + 1]:
                start, turn = place + 1, 1
            place += 1
            continue
        played.append(place)
        if has_returned and FINE in marked:
            break
        if has_returned and TO_CODA in marked:
            later = [n for n in range(len(bars)) if CODA in marks[n] and n > place]
            if later:
                place = start = later[0]
                turn = 1
                continue
        if bar.closes and not has_returned and turn < totals[place]:
            place, turn = start, turn + 1
            continue
        if marked & {DA_CAPO, DAL_SEGNO} and not has_returned:
            before = [n for n in range(place + 1) if SEGNO in marks[n]]
            place = before[-1] if DAL_SEGNO in marked and before else 0
            start, turn, has_returned = place, 1, True
            continue
        if bar.closes or (endings[place] and (place + 1 == len(bars) or not endings[place + 1])):
            start, turn = place + 1, 1
        place += 1
    return played


def _marked(bars: Sequence[Turns]) -> list[frozenset[str]]:
    """Return the marks of each bar. Where no bar goes to the coda, the first of two signs of it does."""
    marks = [bar.marks for bar in bars]
    signs = [place for place, found in enumerate(marks) if CODA in found]
    if len(signs) > 1 and not any(TO_CODA in found for found in marks):
        marks[signs[0]] = marks[signs[0]] - {CODA} | {TO_CODA}
    return marks


def _endings(bars: Sequence[Turns]) -> list[frozenset[int]]:
    """Return the turns in which each bar is played."""
    held: frozenset[int] = frozenset()
    found = []
    for bar in bars:
        held = bar.endings or (frozenset() if bar.opens else held)
        found.append(held)
        if bar.closes or bar.stops:
            held = frozenset()
    return found


def _totals(bars: Sequence[Turns], endings: Sequence[frozenset[int]]) -> list[int]:
    """Return how often the repeat is played that each bar closes, or whose ending it is."""
    totals = [bar.closes for bar in bars]
    place = 0
    while place < len(bars):
        if not endings[place]:
            place += 1
            continue
        last = place
        while last + 1 < len(bars) and endings[last + 1]:
            last += 1
        total = max(max(turns) for turns in endings[place:last + 1])
        total = max(total, *(bar.closes for bar in bars[place:last + 1]))
        totals[place:last + 1] = [total] * (last + 1 - place)
        place = last + 1
    return totals


def turns_of(measure: ElementTree.Element) -> Turns:
    """Return what a measure of MusicXML says of the order."""
    turns, marks = Turns(), set[str]()
    for element in measure:
        if element.tag == "barline":
            _barline(turns, element)
        elif element.tag in ("direction", "sound"):
            marks |= _marks(element)
    turns.marks = frozenset(marks)
    return turns


def _barline(turns: Turns, element: ElementTree.Element) -> None:
    repeat, ending = element.find("repeat"), element.find("ending")
    if repeat is not None and repeat.get("direction") == "forward":
        turns.opens = True
    elif repeat is not None:
        times = repeat.get("times") or ""
        turns.closes = min(max(int(times), 2), MOST_TIMES) if times.isdecimal() and len(times) < 5 else 2
    if ending is not None and ending.get("type") == "start":
        turns.endings = frozenset(int(turn) for turn in re.findall(r"\d{1,2}", ending.get("number") or "")
                                  if 0 < int(turn) <= MOST_TIMES)
    elif ending is not None:
        turns.stops = True


def _marks(element: ElementTree.Element) -> set[str]:
    """Return the marks of a direction: what its sound says, else its signs and words."""
    sound = element if element.tag == "sound" else element.find("sound")
    names = {"segno": SEGNO, "coda": CODA, "tocoda": TO_CODA, "fine": FINE, "dacapo": DA_CAPO, "dalsegno": DAL_SEGNO}
    said = {mark for name, mark in names.items() if sound is not None and sound.get(name) not in (None, "no")}
    if said:
        return said
    kinds = element.find("direction-type")
    signs = {mark for name, mark in (("segno", SEGNO), ("coda", CODA))
             if kinds is not None and kinds.find(name) is not None}
    return signs | words_of(" ".join(words.text or "" for words in element.iter("words")))


def words_of(text: str) -> set[str]:
    """Return the marks that words above a bar are: ``D.S. al Coda``, ``D.C. al Fine``, ``To Coda``, ``Fine``."""
    if _DAL_SEGNO.search(text):
        return {DAL_SEGNO}
    if _DA_CAPO.search(text):
        return {DA_CAPO}
    return {TO_CODA} if _TO_CODA.search(text) else {FINE} if _FINE.search(text) else set()


def marked(decoration: str) -> set[str]:
    """Return the marks that a decoration of ABC 2.1 is: ``segno``, ``coda``, ``D.C.alfine``, and so on."""
    name = decoration.strip().lower()
    if name in ("segno", "coda", "fine"):
        return {name}
    if name in ("dacoda", "tocoda"):
        return {TO_CODA}
    return {DAL_SEGNO} if name.startswith("d.s.") else {DA_CAPO} if name.startswith(("d.c.", "dacapo")) else set()
