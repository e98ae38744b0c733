"""Verses of one tune in a lead sheet: written once, between repeat signs, with the words of each verse below it.

Sections that follow each other are folded where all that is written is the same but the words; the last bars may
differ, and are endings then. Steps of the tempo that are not printed are those of the first verse.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from xml.etree import ElementTree as Xml

from render.writers.notation.parts import Stave, StavePart, clef_of
from render.writers.notation.tree import score_tree
from scores.performance import Note, Performance
from scores.score import Score

# Most bars of an ending.
ENDING_BARS = 2
# Most verses below one tune: more are hard to read.
MOST_VERSES = 6

Measures = Sequence[Xml.Element]


def lead_tree(score: Score, performance: Performance, melody: Sequence[Note]) -> Xml.Element:
    """Return the lead sheet of a song: its tune, with words, chords and section marks, and verses folded."""
    voice = StavePart("Voice", 1, (Stave(clef_of(melody, is_voice=True), tuple(melody)),))
    root = score_tree(score, performance, [voice])
    fold(root, performance)
    return root


def fold(root: Xml.Element, performance: Performance) -> None:
    """Fold the verses of a score of one part, in place.

    Parameters
    ----------
    root
        Its tree: a measure for each bar of the song.
    performance
        The song.
    """
    part = root.find("part")
    if part is None:
        return
    measures = list(part)
    first = performance.bars[0].index
    spans = [(span.start_bar - first, span.bars, span.name) for span in performance.sections]
    looks = [_look(measure, f"{bar.key} {bar.meter}") for measure, bar in zip(measures, performance.bars, strict=True)]
    place = 0
    while place < len(spans):
        count = _alike(spans[place:place + MOST_VERSES], measures, looks)
        if count > 1:
            same = spans[place:place + count]
            for measure in _fold(part, [measures[start:start + bars] for start, bars, _ in same],
                                 [looks[start:start + bars] for start, bars, _ in same], [name for *_, name in same]):
                part.remove(measure)
        place += count
    number = int(measures[0].get("number", "1"))
    for later, measure in enumerate(part):
        measure.set("number", str(number + later))


def _look(measure: Xml.Element, signature: str) -> bytes:
    """Return what is seen of a measure beside its words and what stands above it."""
    seen = copy.deepcopy(measure)
    for element in list(seen):
        if element.tag in ("direction", "attributes", "barline"):
            seen.remove(element)
    for note in seen.iter("note"):
        for lyric in note.findall("lyric"):
            lyric.clear()
    seen.attrib.clear()
    return signature.encode() + Xml.tostring(seen)


def _alike(spans: Sequence[tuple[int, int, str]], measures: Measures, looks: Sequence[bytes]) -> int:
    """Return how many of the first sections may be folded into one."""
    start, bars, _ = spans[0]
    common = bars if bars <= 2 * ENDING_BARS else bars - ENDING_BARS
    if bars < 2 or any(_is_marked(measure) for measure in measures[start + 1:start + bars]):
        return 1
    count = 1
    for other, others, _ in spans[1:]:
        same = others == bars and other == start + count * bars and (
            looks[other:other + common] == looks[start:start + common])
        if not same or any(_is_marked(measure) for measure in measures[other:other + bars]):
            break
        count += 1
    return count


def _is_marked(measure: Xml.Element) -> bool:
    """Whether a tempo is printed above a measure, or key or meter change."""
    return measure.find("attributes") is not None or measure.find(".//metronome") is not None


def _fold(part: Xml.Element, copies: Sequence[Measures], looks: Sequence[Sequence[bytes]],
          names: Sequence[str]) -> list[Xml.Element]:
    """Write all copies into the first, with endings where they differ; return the measures that are left over."""
    count, bars = len(copies), len(copies[0])
    common = next((n for n in range(bars) if len({look[n] for look in looks}) > 1), bars)
    before = list(part)[:list(part).index(copies[0][0]) + 1]
    marks = [mark for measure in before for mark in measure.iter("rehearsal")]
    if marks:  # above the first bar, or above the upbeat to it
        marks[-1].text = _together(names)
    _barline(copies[0][0], "left", repeat={"direction": "forward"})
    ways: dict[tuple[bytes | bool, ...], list[int]] = {}
    for turn, look in enumerate(looks, 1):
        # The last turn has an ending of its own: after one that is played before too, MuseScore goes round once more.
        ways.setdefault((turn == count and common < bars, *look[common:]), []).append(turn)
    for turns in ways.values():  # one way only, if all copies are alike
        tail, number = copies[turns[0] - 1][common:], ", ".join(map(str, turns))
        if tail:
            _barline(tail[0], "left", ending={"number": number, "type": "start"})
        is_last, last = turns[-1] == count, (tail or copies[0])[-1]
        times = count if is_last else turns[-1] + 1
        again = {"direction": "backward", **({"times": str(times)} if times > 2 else {})}
        has_repeat = not is_last or len(turns) > 1
        _barline(last, "right", ending={"number": number, "type": "stop" if has_repeat else "discontinue"} if tail
                 else None, repeat=again if has_repeat else None)
        for turn in turns:
            _sing(copies[turn - 1][common:], tail, turn)
    for turn, measures in enumerate(copies, 1):
        _sing(measures[:common], copies[0][:common], turn)
    kept = {id(measure) for measure in copies[0][:common]}
    place = list(part).index(copies[0][0]) + common
    for turns in ways.values():
        for measure in copies[turns[0] - 1][common:]:
            part.remove(measure)
            part.insert(place, measure)
            kept.add(id(measure))
            place += 1
    return [measure for measures in copies for measure in measures if id(measure) not in kept]


def _together(names: Sequence[str]) -> str:
    """Return the names of sections as one: ``Verse 1–4``, else with slashes."""
    numbered = [re.fullmatch(r"(.*?)(\d+)", name) for name in names]
    if all(numbered) and len({found[1] for found in numbered if found}) == 1:
        return f"{names[0]}–{numbered[-1][2]}" if numbered[-1] else names[0]
    return " / ".join(names)


def _sing(words: Measures, notes: Measures, turn: int) -> None:
    """Put the words of some measures, as those of a turn, below the notes of others that look the same.

    The own words of the others come first.
    """
    for one, other in zip(words, notes, strict=True):
        for source, target in zip(one.iter("note"), other.iter("note"), strict=True):
            for lyric in source.findall("lyric"):
                lyric.set("number", str(turn))
                if source is not target:
                    target.append(lyric)


def _barline(measure: Xml.Element, location: str, *, ending: dict[str, str] | None = None,
             repeat: dict[str, str] | None = None) -> None:
    """Add to the bar line at one side of a measure."""
    line = next((line for line in measure.findall("barline") if line.get("location") == location), None)
    if line is None:
        line = Xml.Element("barline", location=location)
        measure.insert(0 if location == "left" else len(measure), line)
    if repeat is not None and line.find("bar-style") is None:
        Xml.SubElement(line, "bar-style").text = "heavy-light" if location == "left" else "light-heavy"
    for tag, found in (("ending", ending), ("repeat", repeat)):
        if found is not None:
            Xml.SubElement(line, tag, found)
