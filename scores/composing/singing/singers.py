"""Who sings what: lines that name their singer, words in brackets that are answered, parts that sing together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from scores.composing.stage import PlacedLine, Player
from scores.lyrics.pronunciation import Lexicon

# In ``sings``: every part that sings in the section.
EVERYBODY = "all"

_IN_BRACKETS = re.compile(r"\(([^()]*)\)")


def singing_parts(parts: Sequence[str], players: Mapping[str, Player]) -> tuple[list[str], list[str]]:
    """Return the parts that sing the lines of a section, and those that answer, both in the order of the score."""
    singing = [name for name in parts if name in players and players[name].sings]
    return ([name for name in singing if not players[name].answers],
            [name for name in singing if players[name].answers])


def lines_for(name: str, parts: Sequence[str], players: Mapping[str, Player], lines: Sequence[PlacedLine],
              lexicon: Lexicon) -> list[PlacedLine]:
    """Return the lines that a part sings in a section, without the words that another one sings.

    Parameters
    ----------
    name
        The part; one that does not sing has all lines, so that it knows where they are.
    parts
        The parts of the score in its order.
    players
        The players of the section.
    lines
        The lines of the section. One that names nobody is sung by all; where others name somebody, by the first part
        that sings. Words in brackets are those of who answers; without any, who answers has every second line.
    """
    leads, answering = singing_parts(parts, players)
    if name not in (*leads, *answering):
        return list(lines)
    if not answering and not any(placed.line.sings for placed in lines):
        return list(lines)
    named = any(placed.line.sings for placed in lines)
    in_brackets = any(_bracketed(placed) for placed in lines)
    found: list[PlacedLine] = []
    for n, placed in enumerate(lines):
        singers = list(placed.line.sings) or ([leads[0]] if named and leads else leads)
        if EVERYBODY in singers:
            singers = [*leads, *answering]
        if answering and _bracketed(placed) and not placed.line.sings:
            call, answer = _parted(placed, lexicon)
            mine = answer if name in answering else call if name in singers else None
        elif answering and leads and not in_brackets and not placed.line.sings:
            mine = placed if name in (answering if n % 2 else singers) else None
        else:
            mine = placed if name in singers or (not leads and name in answering) else None
        if mine is not None:
            found.append(mine)
    return found


def _bracketed(placed: PlacedLine) -> bool:
    """Whether a line has words in brackets."""
    inside = _IN_BRACKETS.findall(placed.line.text)
    return placed.line.say is None and any(re.search(r"\w", words) for words in inside)


def _parted(placed: PlacedLine, lexicon: Lexicon) -> tuple[PlacedLine | None, PlacedLine | None]:
    """Return a line without its words in brackets, and these words where they come in it."""
    text = placed.line.text
    inside = [match for match in _IN_BRACKETS.finditer(text) if re.search(r"\w", match[1])]
    call = " ".join(_IN_BRACKETS.sub(" ", text).split())
    answer = ", ".join(match[1].strip(" ,") for match in inside)

    def size(words: str) -> int:
        said = placed.line.model_copy(update={"text": words}).words(lexicon) if re.search(r"\w", words) else ()
        return sum(len(word.syllables) for word in said)

    before, own = size(_IN_BRACKETS.sub(" ", text[:inside[0].start()])), size(answer)
    after = size(_IN_BRACKETS.sub(" ", text[inside[-1].end():]))
    length = placed.end_beats - placed.start_beats
    begin = placed.start_beats + length * before / (before + own + after)
    end = placed.start_beats + length * (before + own) / (before + own + after)
    answered = replace(placed, line=placed.line.model_copy(update={"text": answer}), start_beats=begin, end_beats=end)
    if not re.search(r"\w", call):
        return None, answered
    sung = replace(placed, line=placed.line.model_copy(update={"text": call}))
    if not after:
        sung = replace(sung, end_beats=begin)
    elif not before:
        sung = replace(sung, start_beats=end)
    return sung, answered
