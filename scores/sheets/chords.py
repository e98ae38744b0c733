"""Chords on a page: over the words, in brackets within them, between bar lines."""

from __future__ import annotations

import re
from itertools import accumulate

from scores.notation import NotationError
from scores.sheets.sheet import PlacedChord
from scores.theory import parse_chord

_TOKEN = re.compile(r"\S+")
_STRIPPED = "|()[]*.,:"
_FILLERS = {"%", "-", "–", "/", "x", "n.c.", "nc", "n.c", ""}
# Chord symbols of letters alone that stand above words; most others, such as Ah, Eh and Go, are words.
_LETTERED = re.compile("[A-G]b?(?:m|M|maj|min|dim|aug|sus)?")
_TIMES = re.compile(r"[x×]\d+|\d+[x×]")
_INLINE = re.compile(r"\[([^\]\s]{1,12})\]")
# Stands for a chord while the words around it are tidied; no page has it.
_MARK = "\ufdd0"
_TABLATURE = re.compile(r"^\s*(?:[eEBbGgDdAa]\s*)?\|?[-\d|hpbrx/\\~^().\s]{10,}$")


def chord_of(text: str) -> str | None:
    """Return a chord symbol as the score writes it, or None; the German H is B."""
    token = text.strip(_STRIPPED)
    if not token or token[0] not in "ABCDEFGH":
        return None
    token = token.replace("♯", "#").replace("♭", "b").replace("−", "-")
    if token[0] == "H":
        token = "B" + token[1:]
    if token.isascii() and token.isalpha() and not _LETTERED.fullmatch(token):
        return None
    try:
        return parse_chord(token).symbol
    except NotationError:
        simple = re.match(r"[A-G][#b]?(?:maj7|m7b5|m7|m|7|sus4|dim|aug)?", token)
        known_tail = re.fullmatch(r"[A-G][#b]?(?:m|maj|M|dim|aug|sus|add|[b#]?\d|[()/+°ø-]|[A-G][#b]?)*", token)
        return simple[0] if simple and known_tail and simple[0] != token else None


def is_chord_line(line: str) -> bool:
    """Whether a line has chords and nothing else."""
    tokens = [token.strip(_STRIPPED) for token in line.replace("|", " ").split()]
    said = [token for token in tokens if token.lower() not in _FILLERS and not _TIMES.fullmatch(token)]
    if not said or len(said) > 40:
        return False
    if len(said) == 1 and said[0] in ("A", "E", "Am", "Ed", "Ad", "Bad", "Dad", "Add", "Gad") and "|" not in line \
            and not line.startswith("  "):
        return False
    return all(chord_of(token) for token in said)


def is_tablature(line: str) -> bool:
    """Whether a line is a string of tablature."""
    return bool(_TABLATURE.match(line)) and line.count("-") >= 6


def rows_of(line: str) -> list[list[str]]:
    """Return the chords between bar lines, a list for each bar; ``%`` repeats the bar before it."""
    cells = line.strip().replace("||", "|").replace("|:", "|").replace(":|", "|").strip("| ").split("|")
    rows: list[list[str]] = []
    for cell in cells:
        tokens = [token for token in cell.split() if token.strip(_STRIPPED)]
        if [token.strip() for token in tokens] in (["%"], ["-"], ["–"]):
            rows.append(list(rows[-1]) if rows else [])
            continue
        chords = [chord_of(token) or "N.C." for token in tokens
                  if chord_of(token) or token.lower().strip(".") in ("n.c", "nc")]
        if chords:
            rows.append(chords)
    return rows


def over(line: str, words: str) -> tuple[PlacedChord, ...]:
    """Return the chords of a line over the words, each at the character that it stands over."""
    tokens = _TOKEN.finditer(line.replace("|", " "))
    return tuple(PlacedChord(chord, min(match.start(), len(words))) for match in tokens
                 if (chord := chord_of(match[0])))


def inline(text: str) -> tuple[str, tuple[PlacedChord, ...]] | None:
    """Return the words and chords of ``[Am]Hello [F]there``; None where no bracket holds a chord.

    Syllables that are drawn apart for their chords come together again: ``A - [D]ma - zing``.
    """
    symbols: list[str] = []

    def marked(match: re.Match[str]) -> str:
        chord = chord_of(match[1])
        if chord is None:
            return "" if match[1].lower() in ("n.c.", "nc") else match[0]
        symbols.append(chord)
        return _MARK

    held = _INLINE.sub(marked, text.replace(_MARK, ""))
    if not symbols:
        return None
    held = re.sub(rf"(?<=\w)\s*-\s+(?={_MARK}*\w)", "", held) if re.search(rf"\w\s+-\s+{_MARK}*\w", held) else held
    held = re.sub(rf"[ \t]+(?={_MARK}*[ \t])", "", held)
    pieces = held.split(_MARK)
    places = list(accumulate(map(len, pieces)))[:-1]
    words = "".join(pieces)
    return words, tuple(PlacedChord(symbol, min(place, len(words))) for symbol, place in
                        zip(symbols, places, strict=True))
